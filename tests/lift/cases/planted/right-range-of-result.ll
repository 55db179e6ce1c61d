; proved
; the source returns poison outside the range
define range(i8 0, 10) i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  %r = call i8 @llvm.umin.i8(i8 %x, i8 9)
  ret i8 %r
}

declare i8 @llvm.umin.i8(i8, i8)
