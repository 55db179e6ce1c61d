; refuted: poison
; the other operand may still be poison
define i8 @src(i8 %x, i8 %y) {
  %a = add i8 %x, %y
  %r = freeze i8 %a
  ret i8 %r
}

define i8 @tgt(i8 %x, i8 %y) {
  %f = freeze i8 %x
  %r = add i8 %f, %y
  ret i8 %r
}
