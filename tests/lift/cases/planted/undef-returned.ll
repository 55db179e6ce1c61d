; refuted: value
; undef is any value, not the one that the source has
define i8 @src(i8 %x) {
  ret i8 0
}

define i8 @tgt(i8 %x) {
  ret i8 undef
}
