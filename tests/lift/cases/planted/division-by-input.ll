; refuted: ub
; a poison input is divided by
define i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  %q = or i8 %x, 1
  %d = udiv i8 1, %q
  ret i8 %x
}
