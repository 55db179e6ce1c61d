; refuted: poison
; a shift by the width is poison, which an optimizer may take for 0
define i8 @src(i8 %x) {
  ret i8 0
}

define i8 @tgt(i8 %x) {
  %r = shl i8 %x, 8
  ret i8 %r
}
