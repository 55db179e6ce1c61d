; refuted: value
; each use of undef may be another value, so that the difference need not be 0
define i8 @src(i8 %x) {
  ret i8 0
}

define i8 @tgt(i8 %x) {
  %u = or i8 undef, 0
  %r = sub i8 %u, %u
  ret i8 %r
}
