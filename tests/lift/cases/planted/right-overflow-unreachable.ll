; proved
; the source does not come back where the sum overflows
define i8 @src(i8 %x, i8 %y) {
  %o = call { i8, i1 } @llvm.uadd.with.overflow.i8(i8 %x, i8 %y)
  %c = extractvalue { i8, i1 } %o, 1
  br i1 %c, label %a, label %b
a:
  unreachable
b:
  %r = extractvalue { i8, i1 } %o, 0
  ret i8 %r
}

define i8 @tgt(i8 %x, i8 %y) {
  %r = add nuw i8 %x, %y
  ret i8 %r
}

declare { i8, i1 } @llvm.uadd.with.overflow.i8(i8, i8)
