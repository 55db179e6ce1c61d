; refuted: ub
; poison must not go out where the result is noundef
define i8 @src(i8 %x) {
  %a = add nsw i8 %x, 1
  ret i8 %a
}

define noundef i8 @tgt(i8 %x) {
  %a = add nsw i8 %x, 1
  ret i8 %a
}
