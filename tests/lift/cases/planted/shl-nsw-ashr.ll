; refuted: poison
; shifting up and down again is poison where the sign changes
define i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  %a = shl nsw i8 %x, 2
  %r = ashr i8 %a, 2
  ret i8 %r
}
