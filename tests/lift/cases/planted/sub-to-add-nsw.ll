; refuted: poison
; -1 - -128 does not overflow, 0 - -128 does
define i8 @src(i8 %x, i8 %y) {
  %r = sub nsw i8 %x, %y
  ret i8 %r
}

define i8 @tgt(i8 %x, i8 %y) {
  %n = sub nsw i8 0, %y
  %r = add nsw i8 %x, %n
  ret i8 %r
}
