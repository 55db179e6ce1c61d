; refuted: poison
; 0 - -128 overflows
define i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  %a = sub nsw i8 0, %x
  %r = sub nsw i8 0, %a
  ret i8 %r
}
