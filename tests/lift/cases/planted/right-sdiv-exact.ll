; proved
; exact division by 4 is an exact shift
define i8 @src(i8 %x) {
  %a = sdiv exact i8 %x, 4
  ret i8 %a
}

define i8 @tgt(i8 %x) {
  %r = ashr exact i8 %x, 2
  ret i8 %r
}
