; refuted: poison
; lane by lane: the second one is poison
define <2 x i8> @src(<2 x i1> %c, <2 x i8> %x) {
  ret <2 x i8> %x
}

define <2 x i8> @tgt(<2 x i1> %c, <2 x i8> %x) {
  %r = select <2 x i1> %c, <2 x i8> %x, <2 x i8> poison
  ret <2 x i8> %r
}
