; proved
; a freeze makes any branch defined
define i8 @src(i8 %x) {
  %c = icmp slt i8 %x, 5
  br i1 %c, label %a, label %b
a:
  ret i8 1
b:
  ret i8 0
}

define i8 @tgt(i8 %x) {
  %f = freeze i8 %x
  %c = icmp slt i8 %f, 5
  br i1 %c, label %a, label %b
a:
  ret i8 1
b:
  ret i8 0
}
