; proved
; the branch on poison may go
define i8 @src(i8 %x) {
  %a = add nsw i8 %x, 1
  %c = icmp slt i8 %a, 5
  br i1 %c, label %a1, label %b1
a1:
  ret i8 1
b1:
  ret i8 0
}

define i8 @tgt(i8 %x) {
  %c = icmp slt i8 %x, 4
  %r = zext i1 %c to i8
  ret i8 %r
}
