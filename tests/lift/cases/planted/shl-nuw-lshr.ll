; refuted: poison
; shifting up and down again loses the top bit, which nuw makes poison
define i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  %a = shl nuw i8 %x, 1
  %r = lshr i8 %a, 1
  ret i8 %r
}
