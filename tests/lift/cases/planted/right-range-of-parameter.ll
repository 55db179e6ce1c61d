; proved
; the source's parameter is poison outside the range
define i1 @src(i8 range(i8 0, 10) %x) {
  %r = icmp ult i8 %x, 10
  ret i1 %r
}

define i1 @tgt(i8 %x) {
  ret i1 true
}
