; refuted: poison
; what the callee gives outside the range is poison
define i8 @src(i8 noundef %x) {
  ret i8 %x
}

define i8 @tgt(i8 noundef %x) {
  %r = call i8 @g(i8 %x), !range !0
  ret i8 %r
}

define internal i8 @g(i8 %y) {
  ret i8 %y
}

!0 = !{i8 0, i8 50}
