; refuted: ub
; the default of the switch is reached by 3
define i8 @src(i8 noundef %x) {
  %r = and i8 %x, 3
  ret i8 %r
}

define i8 @tgt(i8 noundef %x) {
  %a = and i8 %x, 3
  switch i8 %a, label %d [ i8 0, label %r
  i8 1, label %r
  i8 2, label %r ]
r:
  ret i8 %a
d:
  unreachable
}
