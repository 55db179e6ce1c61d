; refuted: poison
; the attribute makes poison of what is outside the range
define i8 @src(i8 %x) {
  ret i8 %x
}

define range(i8 0, 100) i8 @tgt(i8 %x) {
  ret i8 %x
}
