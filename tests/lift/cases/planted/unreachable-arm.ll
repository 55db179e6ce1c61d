; refuted: ub
; an optimizer drops the test, as one arm is unreachable
define i8 @src(i8 noundef %x) {
  ret i8 1
}

define i8 @tgt(i8 noundef %x) {
  %c = icmp eq i8 %x, 77
  br i1 %c, label %a, label %b
a:
  unreachable
b:
  ret i8 1
}
