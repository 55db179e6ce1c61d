; refuted: ub
; nobody uses the quotient, and the division by zero happens all the same
define i8 @src(i8 noundef %x) {
  ret i8 %x
}

define i8 @tgt(i8 noundef %x) {
  %d = udiv i8 1, %x
  ret i8 %x
}
