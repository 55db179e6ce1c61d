; proved
; to select by poison is less bad than to branch on it
define i8 @src(i8 %x, i8 %y) {
  %c = icmp slt i8 %x, 5
  br i1 %c, label %a, label %b
a:
  ret i8 %y
b:
  ret i8 0
}

define i8 @tgt(i8 %x, i8 %y) {
  %c = icmp slt i8 %x, 5
  %r = select i1 %c, i8 %y, i8 0
  ret i8 %r
}
