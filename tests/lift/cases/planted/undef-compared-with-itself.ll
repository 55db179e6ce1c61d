; refuted: value
; undef need not be equal to itself
define i1 @src(i8 %x) {
  ret i1 true
}

define i1 @tgt(i8 %x) {
  %u = or i8 undef, 0
  %r = icmp eq i8 %u, %u
  ret i1 %r
}
