; proved
; who divides by y tells that it is not zero
define i1 @src(i8 %x, i8 %y) {
  %d = udiv i8 %x, %y
  %c = icmp eq i8 %y, 0
  ret i1 %c
}

define i1 @tgt(i8 %x, i8 %y) {
  ret i1 false
}
