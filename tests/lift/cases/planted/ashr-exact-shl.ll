; refuted: poison
; exact makes poison where low bits are lost
define i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  %a = ashr exact i8 %x, 1
  %r = shl i8 %a, 1
  ret i8 %r
}
