; refuted: ub
; the callee divides, and nobody uses the quotient
define i8 @src(i8 noundef %x) {
  ret i8 %x
}

define i8 @tgt(i8 noundef %x) {
  %r = call i8 @g(i8 %x)
  ret i8 %x
}

define internal i8 @g(i8 %y) {
  %r = sdiv i8 7, %y
  ret i8 %r
}
