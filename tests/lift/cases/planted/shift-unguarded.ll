; refuted: poison
; the guard that is gone kept the shift in range
define i8 @src(i8 %x, i8 %y) {
  %c = icmp ult i8 %y, 8
  %s = shl i8 %x, %y
  %r = select i1 %c, i8 %s, i8 0
  ret i8 %r
}

define i8 @tgt(i8 %x, i8 %y) {
  %r = shl i8 %x, %y
  ret i8 %r
}
