; proved
; x / -1 is undefined for -128, where -x overflows
define i8 @src(i8 %x) {
  %r = sdiv i8 %x, -1
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %r = sub nsw i8 0, %x
  ret i8 %r
}
