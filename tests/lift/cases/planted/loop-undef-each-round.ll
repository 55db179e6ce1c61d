; refuted: value
; a use of undef in each round may be another value
define i8 @src(i8 noundef %x) {
  ret i8 0
}

define i8 @tgt(i8 noundef %x) {
  %u = or i8 undef, 0
  br label %h
h:
  %i = phi i8 [ 0, %0 ], [ %i1, %h ]
  %s = phi i8 [ 0, %0 ], [ %s1, %h ]
  %s1 = xor i8 %s, %u
  %i1 = add i8 %i, 1
  %c = icmp ult i8 %i1, 2
  br i1 %c, label %h, label %e
e:
  ret i8 %s1
}
