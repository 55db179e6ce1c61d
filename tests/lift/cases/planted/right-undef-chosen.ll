; proved
; undef may be 9
define i8 @src(i8 %x) {
  ret i8 undef
}

define i8 @tgt(i8 %x) {
  ret i8 9
}
