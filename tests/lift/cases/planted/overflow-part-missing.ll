; refuted: poison
; the second part of the result is poison
define { i8, i1 } @src(i8 %x, i8 %y) {
  %r = call { i8, i1 } @llvm.smul.with.overflow.i8(i8 %x, i8 %y)
  ret { i8, i1 } %r
}

define { i8, i1 } @tgt(i8 %x, i8 %y) {
  %o = call { i8, i1 } @llvm.smul.with.overflow.i8(i8 %x, i8 %y)
  %a = extractvalue { i8, i1 } %o, 0
  %r = insertvalue { i8, i1 } poison, i8 %a, 0
  ret { i8, i1 } %r
}

declare { i8, i1 } @llvm.smul.with.overflow.i8(i8, i8)
