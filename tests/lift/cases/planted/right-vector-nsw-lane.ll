; proved
; what an optimizer does with it
define <2 x i8> @src(<2 x i8> %x) {
  %a = mul nsw <2 x i8> %x, <i8 1, i8 3>
  %r = sdiv <2 x i8> %a, <i8 1, i8 3>
  ret <2 x i8> %r
}

define <2 x i8> @tgt(<2 x i8> %x) {
  ret <2 x i8> %x
}
