; refuted: ub
; x / -1 is -x for an optimizer, and undefined for -128
define i8 @src(i8 noundef %x) {
  %r = sub i8 0, %x
  ret i8 %r
}

define i8 @tgt(i8 noundef %x) {
  %r = sdiv i8 %x, -1
  ret i8 %r
}
