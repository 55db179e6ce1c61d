; refuted: poison
; with the flag, the count of 0 is poison
define i8 @src(i8 %x) {
  %r = call i8 @llvm.ctlz.i8(i8 %x, i1 false)
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %r = call i8 @llvm.ctlz.i8(i8 %x, i1 true)
  ret i8 %r
}

declare i8 @llvm.ctlz.i8(i8, i1 immarg)
