; refuted: ub
; the counter overflows, and the loop decides by it
define i8 @src(i8 noundef %x) {
  ret i8 0
}

define i8 @tgt(i8 noundef %x) {
  %n = or i8 %x, 126
  br label %h
h:
  %i = phi i8 [ 124, %0 ], [ %i1, %h ]
  %i1 = add nsw i8 %i, 1
  %c = icmp ult i8 %i1, %n
  br i1 %c, label %h, label %e
e:
  ret i8 0
}
