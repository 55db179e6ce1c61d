; proved
; twice undef, by a shift, may be any even value
define i8 @src(i8 %x) {
  %r = shl i8 undef, 1
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  ret i8 6
}
