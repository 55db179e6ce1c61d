; proved
; without flags the sum of frozen values is a frozen sum
define i8 @src(i8 %x, i8 %y) {
  %a = add i8 %x, %y
  %r = freeze i8 %a
  ret i8 %r
}

define i8 @tgt(i8 %x, i8 %y) {
  %f = freeze i8 %x
  %g = freeze i8 %y
  %r = add i8 %f, %g
  ret i8 %r
}
