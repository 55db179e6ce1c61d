; proved
; what an optimizer does with it
define i1 @src(i8 %x) {
  %a = add nsw i8 %x, 1
  %c = icmp sgt i8 %a, %x
  ret i1 %c
}

define i1 @tgt(i8 %x) {
  ret i1 true
}
