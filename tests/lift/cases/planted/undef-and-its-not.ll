; refuted: value
; undef and not undef need not be 0
define i8 @src(i8 %x) {
  ret i8 0
}

define i8 @tgt(i8 %x) {
  %u = xor i8 undef, 0
  %n = xor i8 %u, -1
  %r = and i8 %u, %n
  ret i8 %r
}
