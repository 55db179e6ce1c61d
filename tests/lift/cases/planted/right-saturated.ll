; proved
; the target saturates where the source is poison
define i8 @src(i8 %x, i8 %y) {
  %r = add nsw i8 %x, %y
  ret i8 %r
}

define i8 @tgt(i8 %x, i8 %y) {
  %r = call i8 @llvm.sadd.sat.i8(i8 %x, i8 %y)
  ret i8 %r
}

declare i8 @llvm.sadd.sat.i8(i8, i8)
