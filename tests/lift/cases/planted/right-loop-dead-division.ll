; proved
; the loop is undefined from 4 on
define i8 @src(i8 noundef %x) {
  %n = and i8 %x, 7
  br label %h
h:
  %i = phi i8 [ 0, %0 ], [ %i1, %b ]
  %s = phi i8 [ 0, %0 ], [ %s1, %b ]
  %c = icmp ult i8 %i, %n
  br i1 %c, label %b, label %e
b:
  %z = sub i8 3, %i
  %d = udiv i8 9, %z
  %s1 = add i8 %s, 1
  %i1 = add i8 %i, 1
  br label %h
e:
  ret i8 %s
}

define i8 @tgt(i8 noundef %x) {
  %r = and i8 %x, 3
  ret i8 %r
}
