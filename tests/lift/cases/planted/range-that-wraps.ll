; refuted: poison
; the range from 100 to -100 wraps around; 0 is outside
define i1 @src(i8 %x) {
  ret i1 true
}

define i1 @tgt(i8 range(i8 100, -100) %x) {
  %c = icmp eq i8 %x, %x
  ret i1 %c
}
