; refuted: ub
; the division is done before the test that guards it
define i8 @src(i8 noundef %x, i8 noundef %y) {
  %z = icmp eq i8 %y, 0
  br i1 %z, label %a, label %b
a:
  ret i8 0
b:
  %d = udiv i8 %x, %y
  ret i8 %d
}

define i8 @tgt(i8 noundef %x, i8 noundef %y) {
  %d = udiv i8 %x, %y
  %z = icmp eq i8 %y, 0
  %r = select i1 %z, i8 0, i8 %d
  ret i8 %r
}
