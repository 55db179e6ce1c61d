; refuted: poison
; a && b is not b && a: the second is not looked at
define i1 @src(i1 %a, i1 %b) {
  %r = select i1 %a, i1 %b, i1 false
  ret i1 %r
}

define i1 @tgt(i1 %a, i1 %b) {
  %r = select i1 %b, i1 %a, i1 false
  ret i1 %r
}
