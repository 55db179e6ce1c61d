; refuted: poison
; exact makes poison where there is a remainder
define i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  %a = udiv exact i8 %x, 3
  %r = mul i8 %a, 3
  ret i8 %r
}
