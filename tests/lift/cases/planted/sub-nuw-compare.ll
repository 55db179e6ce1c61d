; refuted: poison
; x - y == 0 with nuw is poison where x is below y
define i1 @src(i8 %x, i8 %y) {
  %c = icmp eq i8 %x, %y
  ret i1 %c
}

define i1 @tgt(i8 %x, i8 %y) {
  %d = sub nuw i8 %x, %y
  %c = icmp eq i8 %d, 0
  ret i1 %c
}
