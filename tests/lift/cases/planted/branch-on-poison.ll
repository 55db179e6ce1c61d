; refuted: ub
; both ways lead to the same, and to decide by poison is undefined behaviour
define i8 @src(i8 noundef %x) {
  ret i8 %x
}

define i8 @tgt(i8 noundef %x) {
  %a = add nsw i8 %x, 1
  %c = icmp slt i8 %a, 5
  br i1 %c, label %a1, label %b1
a1:
  ret i8 %x
b1:
  ret i8 %x
}
