; proved
; what an optimizer does with it
define i8 @src(i8 %x) {
  %m = mul nsw i8 %x, 3
  %r = sdiv i8 %m, 3
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  ret i8 %x
}
