; refuted: poison
; x * 5 / 5, unsigned, is x for an optimizer
define i8 @src(i8 %x) {
  ret i8 %x
}

define i8 @tgt(i8 %x) {
  %m = mul nuw i8 %x, 5
  %r = udiv i8 %m, 5
  ret i8 %r
}
