; proved
; an unused division may go, and its undefined behaviour with it
define i8 @src(i8 %x) {
  %d = udiv i8 1, %x
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  ret i8 %x
}
