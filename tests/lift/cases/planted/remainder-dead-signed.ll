; refuted: ub
; -128 % -1 is undefined behaviour as well, though the remainder would be 0
define i8 @src(i8 noundef %x) {
  ret i8 0
}

define i8 @tgt(i8 noundef %x) {
  %d = srem i8 %x, -1
  ret i8 0
}
