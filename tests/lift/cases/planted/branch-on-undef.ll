; refuted: ub
; to branch on undef is undefined behaviour
define i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  br i1 undef, label %a, label %b
a:
  ret i8 %x
b:
  ret i8 %x
}
