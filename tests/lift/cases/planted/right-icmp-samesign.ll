; proved
; with equal signs the orders are the same
define i1 @src(i8 %x, i8 %y) {
  %c = icmp samesign ult i8 %x, %y
  ret i1 %c
}

define i1 @tgt(i8 %x, i8 %y) {
  %c = icmp slt i8 %x, %y
  ret i1 %c
}
