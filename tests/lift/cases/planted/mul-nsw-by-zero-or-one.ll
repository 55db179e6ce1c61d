; refuted: poison
; x * y == 0 with nsw: 16 * 16 overflows
define i1 @src(i8 %x, i8 %y) {
  %a = icmp eq i8 %x, 0
  %b = icmp eq i8 %y, 0
  %c = or i1 %a, %b
  ret i1 %c
}

define i1 @tgt(i8 %x, i8 %y) {
  %m = mul nsw nuw i8 %x, %y
  %c = icmp eq i8 %m, 0
  ret i1 %c
}
