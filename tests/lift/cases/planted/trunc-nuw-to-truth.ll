; refuted: poison
; 2 is no truth value
define i1 @src(i8 %x) {
  %c = icmp ne i8 %x, 0
  ret i1 %c
}

define i1 @tgt(i8 %x) {
  %c = trunc nuw i8 %x to i1
  ret i1 %c
}
