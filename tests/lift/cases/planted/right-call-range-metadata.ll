; proved
; the source is poison outside the range
define i8 @src(i8 %x) {
  %r = call i8 @g(i8 %x), !range !0
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %r = call i8 @llvm.umin.i8(i8 %x, i8 49)
  ret i8 %r
}

define internal i8 @g(i8 %y) {
  ret i8 %y
}

!0 = !{i8 0, i8 50}

declare i8 @llvm.umin.i8(i8, i8)
