; refuted: poison
; x >> y <= x is true for an optimizer
define i1 @src(i8 %x, i8 %y) {
  ret i1 true
}

define i1 @tgt(i8 %x, i8 %y) {
  %s = lshr i8 %x, %y
  %c = icmp ule i8 %s, %x
  ret i1 %c
}
