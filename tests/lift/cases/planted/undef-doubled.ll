; refuted: value
; twice a frozen value is even, undef plus undef need not be
define i8 @src(i8 %x) {
  %u = freeze i8 undef
  %r = add i8 %u, %u
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %r = add i8 undef, undef
  ret i8 %r
}
