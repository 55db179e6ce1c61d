; refuted: ub
; to divide by poison is undefined behaviour: it may be zero
define i8 @src(i8 noundef %x) {
  ret i8 %x
}

define i8 @tgt(i8 noundef %x) {
  %p = add nsw i8 %x, 1
  %q = or i8 %p, 1
  %d = udiv i8 1, %q
  ret i8 %x
}
