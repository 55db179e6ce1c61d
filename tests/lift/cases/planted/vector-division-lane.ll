; refuted: ub
; one lane divides by zero, and nobody uses it
define i8 @src(i8 noundef %x) {
  ret i8 %x
}

define i8 @tgt(i8 noundef %x) {
  %v = insertelement <2 x i8> <i8 1, i8 1>, i8 %x, i32 1
  %d = udiv <2 x i8> <i8 9, i8 9>, %v
  ret i8 %x
}
