; refuted: poison
; an optimizer takes the way there and back for nothing
define i16 @src(i16 %x) {
  ret i16 %x
}

define i16 @tgt(i16 %x) {
  %t = trunc nsw i16 %x to i8
  %r = sext i8 %t to i16
  ret i16 %r
}
