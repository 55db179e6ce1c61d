; refuted: poison
; x - y < 0 is x < y only where the difference does not overflow
define i1 @src(i8 %x, i8 %y) {
  %c = icmp slt i8 %x, %y
  ret i1 %c
}

define i1 @tgt(i8 %x, i8 %y) {
  %d = sub nsw i8 %x, %y
  %c = icmp slt i8 %d, 0
  ret i1 %c
}
