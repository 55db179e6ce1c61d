; refuted: poison
; an index outside the vector gives poison
define i8 @src(<2 x i8> %x, i8 %n) {
  %m = and i8 %n, 1
  %r = extractelement <2 x i8> %x, i8 %m
  ret i8 %r
}

define i8 @tgt(<2 x i8> %x, i8 %n) {
  %r = extractelement <2 x i8> %x, i8 %n
  ret i8 %r
}
