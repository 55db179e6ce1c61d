; refuted: poison
; the parameter is poison outside the range
define i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 range(i8 -10, 10) %x) {
  ret i8 %x
}
