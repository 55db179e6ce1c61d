; refuted: poison
; where the sum overflows, the flag must be true and not poison
define { i8, i1 } @src(i8 %x, i8 %y) {
  %r = call { i8, i1 } @llvm.uadd.with.overflow.i8(i8 %x, i8 %y)
  ret { i8, i1 } %r
}

define { i8, i1 } @tgt(i8 %x, i8 %y) {
  %a = add nuw i8 %x, %y
  %c = icmp ult i8 %a, %x
  %s = insertvalue { i8, i1 } poison, i8 %a, 0
  %r = insertvalue { i8, i1 } %s, i1 %c, 1
  ret { i8, i1 } %r
}

declare { i8, i1 } @llvm.uadd.with.overflow.i8(i8, i8)
