; refuted: poison
; x * y and x * z may overflow where x * (y + z) does not
define i8 @src(i8 %x, i8 %y, i8 %z) {
  %a = add nsw i8 %y, %z
  %r = mul nsw i8 %x, %a
  ret i8 %r
}

define i8 @tgt(i8 %x, i8 %y, i8 %z) {
  %a = mul nsw i8 %x, %y
  %b = mul nsw i8 %x, %z
  %r = add nsw i8 %a, %b
  ret i8 %r
}
