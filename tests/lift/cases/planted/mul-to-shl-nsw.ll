; refuted: poison
; 1 * -128 does not overflow, 1 << 7 does
define i8 @src(i8 %x) {
  %r = mul nsw i8 %x, -128
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %r = shl nsw i8 %x, 7
  ret i8 %r
}
