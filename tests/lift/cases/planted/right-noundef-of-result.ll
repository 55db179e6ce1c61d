; proved
; the source's result is never poison
define noundef i8 @src(i8 %x) {
  %a = add nsw i8 %x, 1
  ret i8 %a
}

define i8 @tgt(i8 %x) {
  %a = add nsw i8 %x, 1
  %r = freeze i8 %a
  ret i8 %r
}
