; refuted: ub
; -128 / -1 overflows, which is undefined behaviour, used or not
define i8 @src(i8 noundef %x) {
  ret i8 %x
}

define i8 @tgt(i8 noundef %x) {
  %d = sdiv i8 %x, -1
  ret i8 %x
}
