; proved
; undef minus undef may be any value
define i8 @src(i8 %x) {
  %u = or i8 undef, 0
  %r = sub i8 %u, %u
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  ret i8 5
}
