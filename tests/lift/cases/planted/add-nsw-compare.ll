; refuted: poison
; x + 1 > x is always true for an optimizer; for 127 it is poison
define i1 @src(i8 %x) {
  ret i1 true
}

define i1 @tgt(i8 %x) {
  %a = add nsw i8 %x, 1
  %c = icmp sgt i8 %a, %x
  ret i1 %c
}
