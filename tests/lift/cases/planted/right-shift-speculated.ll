; proved
; poison that is not selected does no harm
define i8 @src(i8 %x, i8 noundef %y) {
  %c = icmp ult i8 %y, 8
  br i1 %c, label %a, label %b
a:
  %s = shl i8 %x, %y
  ret i8 %s
b:
  ret i8 0
}

define i8 @tgt(i8 %x, i8 noundef %y) {
  %c = icmp ult i8 %y, 8
  %s = shl i8 %x, %y
  %r = select i1 %c, i8 %s, i8 0
  ret i8 %r
}
