; proved
; unsigned sums that fit may be regrouped
define i8 @src(i8 %x, i8 %y, i8 %z) {
  %a = add nuw i8 %x, %y
  %r = add nuw i8 %a, %z
  ret i8 %r
}

define i8 @tgt(i8 %x, i8 %y, i8 %z) {
  %a = add nuw i8 %y, %z
  %r = add nuw i8 %x, %a
  ret i8 %r
}
