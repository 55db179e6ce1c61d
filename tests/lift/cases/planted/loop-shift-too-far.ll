; refuted: poison
; the last rounds shift by more than the width
define i8 @src(i8 noundef %x) {
  %n = and i8 %x, 7
  %t = shl i8 %n, 1
  %c = icmp ugt i8 %t, 7
  %s = shl i8 1, %t
  %r = select i1 %c, i8 0, i8 %s
  ret i8 %r
}

define i8 @tgt(i8 noundef %x) {
  %n = and i8 %x, 7
  br label %h
h:
  %i = phi i8 [ 0, %0 ], [ %i1, %b ]
  %s = phi i8 [ 0, %0 ], [ %s1, %b ]
  %c = icmp ult i8 %i, %n
  br i1 %c, label %b, label %e
b:
  %s1 = add i8 %s, 2
  %i1 = add i8 %i, 1
  br label %h
e:
  %r = shl i8 1, %s
  ret i8 %r
}
