; proved
; the source does not come back with poison
define i8 @src(i8 %x) {
  %a = add nsw i8 %x, 1
  %r = call i8 @g(i8 %a)
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %a = add nsw i8 %x, 1
  %r = freeze i8 %a
  ret i8 %r
}

define internal i8 @g(i8 noundef %y) {
  ret i8 %y
}
