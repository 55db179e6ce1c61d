; proved
; with the flag an absolute value is not negative
define i1 @src(i8 %x) {
  %r = call i8 @llvm.abs.i8(i8 %x, i1 true)
  %c = icmp sge i8 %r, 0
  ret i1 %c
}

define i1 @tgt(i8 %x) {
  ret i1 true
}

declare i8 @llvm.abs.i8(i8, i1 immarg)
