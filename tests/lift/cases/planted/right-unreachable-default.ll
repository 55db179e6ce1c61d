; proved
; the source says that 3 does not occur
define i8 @src(i8 %x) {
  %a = and i8 %x, 3
  switch i8 %a, label %d [ i8 0, label %r
  i8 1, label %r
  i8 2, label %r ]
r:
  ret i8 %a
d:
  unreachable
}

define i8 @tgt(i8 %x) {
  %a = and i8 %x, 3
  %c = call i8 @llvm.umin.i8(i8 %a, i8 2)
  ret i8 %c
}

declare i8 @llvm.umin.i8(i8, i8)
