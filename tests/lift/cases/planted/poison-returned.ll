; refuted: poison
; poison is less than any value
define i8 @src(i8 %x) {
  ret i8 0
}

define i8 @tgt(i8 %x) {
  ret i8 poison
}
