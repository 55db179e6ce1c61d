; refuted: ub
; undef is as bad as poison where noundef stands
define i8 @src(i8 %x) {
  ret i8 undef
}

define noundef i8 @tgt(i8 %x) {
  ret i8 undef
}
