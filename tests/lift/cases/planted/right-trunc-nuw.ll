; proved
; nothing was lost
define i16 @src(i16 %x) {
  %t = trunc nuw i16 %x to i8
  %r = zext i8 %t to i16
  ret i16 %r
}

define i16 @tgt(i16 %x) {
  ret i16 %x
}
