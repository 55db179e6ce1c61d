; refuted: poison
; the frozen input may be 127
define i8 @src(i8 %x) {
  %a = add nsw i8 %x, 1
  %r = freeze i8 %a
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %f = freeze i8 %x
  %a = add nsw i8 %f, 1
  ret i8 %a
}
