; refuted: ub
; 0 / x is 0 for an optimizer
define i8 @src(i8 noundef %x) {
  ret i8 0
}

define i8 @tgt(i8 noundef %x) {
  %d = udiv i8 0, %x
  ret i8 %d
}
