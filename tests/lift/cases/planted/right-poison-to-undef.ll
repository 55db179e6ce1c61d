; proved
; poison may become undef
define i8 @src(i8 %x) {
  ret i8 poison
}

define i8 @tgt(i8 %x) {
  ret i8 undef
}
