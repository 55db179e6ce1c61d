; refuted: poison
; popcount of 255 is 8
define i8 @src(i8 %x) {
  %r = call i8 @llvm.ctpop.i8(i8 %x)
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %r = call range(i8 0, 8) i8 @llvm.ctpop.i8(i8 %x)
  ret i8 %r
}

declare i8 @llvm.ctpop.i8(i8)
