; refuted: poison
; 15 and 16 have no bit in common, 31 and 16 have
define i8 @src(i8 %x) {
  %a = and i8 %x, 31
  %r = or i8 %a, 16
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %a = and i8 %x, 31
  %r = or disjoint i8 %a, 16
  ret i8 %r
}
