; refuted: poison
; x + 1 > x, unsigned, is poison for 255
define i1 @src(i8 %x) {
  ret i1 true
}

define i1 @tgt(i8 %x) {
  %a = add nuw i8 %x, 1
  %c = icmp ugt i8 %a, %x
  ret i1 %c
}
