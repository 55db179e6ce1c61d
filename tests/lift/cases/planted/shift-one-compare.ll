; refuted: poison
; (1 << x) != 0 is true for an optimizer; for 8 and more it is poison
define i1 @src(i8 %x) {
  ret i1 true
}

define i1 @tgt(i8 %x) {
  %s = shl i8 1, %x
  %c = icmp ne i8 %s, 0
  ret i1 %c
}
