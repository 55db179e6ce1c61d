; refuted: poison
; an optimizer may read the unsigned comparison as signed
define i1 @src(i8 %x, i8 %y) {
  %c = icmp slt i8 %x, %y
  ret i1 %c
}

define i1 @tgt(i8 %x, i8 %y) {
  %c = icmp samesign ult i8 %x, %y
  ret i1 %c
}
