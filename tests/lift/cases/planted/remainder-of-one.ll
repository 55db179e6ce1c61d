; refuted: ub
; x % x is 0 for an optimizer, and undefined for 0
define i8 @src(i8 noundef %x) {
  ret i8 0
}

define i8 @tgt(i8 noundef %x) {
  %d = urem i8 %x, %x
  ret i8 %d
}
