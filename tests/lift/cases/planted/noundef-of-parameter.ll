; refuted: ub
; poison comes in, and the attribute forbids it
define i8 @src(i8 %x) {
  ret i8 0
}

define i8 @tgt(i8 noundef %x) {
  ret i8 0
}
