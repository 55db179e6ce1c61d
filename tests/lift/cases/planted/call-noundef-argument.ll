; refuted: ub
; the callee does not take poison, used or not
define i8 @src(i8 noundef %x) {
  ret i8 %x
}

define i8 @tgt(i8 noundef %x) {
  %a = add nsw i8 %x, 1
  %r = call i8 @g(i8 %a)
  ret i8 %x
}

define internal i8 @g(i8 noundef %y) {
  ret i8 %y
}
