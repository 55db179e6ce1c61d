; refuted: poison
; y + z may overflow where (x + y) + z does not
define i8 @src(i8 %x, i8 %y, i8 %z) {
  %a = add nsw i8 %x, %y
  %r = add nsw i8 %a, %z
  ret i8 %r
}

define i8 @tgt(i8 %x, i8 %y, i8 %z) {
  %a = add nsw i8 %y, %z
  %r = add nsw i8 %x, %a
  ret i8 %r
}
