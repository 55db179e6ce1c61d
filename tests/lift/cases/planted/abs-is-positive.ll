; refuted: poison
; abs(x) >= 0 holds for an optimizer because -128 is poison
define i1 @src(i8 %x) {
  ret i1 true
}

define i1 @tgt(i8 %x) {
  %r = call i8 @llvm.abs.i8(i8 %x, i1 true)
  %c = icmp sge i8 %r, 0
  ret i1 %c
}

declare i8 @llvm.abs.i8(i8, i1 immarg)
