; proved
; a product by 4 that fits is a shift that fits
define i8 @src(i8 %x) {
  %r = mul nuw nsw i8 %x, 4
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  %r = shl nuw nsw i8 %x, 2
  ret i8 %r
}
