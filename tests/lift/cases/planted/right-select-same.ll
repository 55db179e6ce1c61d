; proved
; both arms are the same
define i8 @src(i8 %x) {
  %a = mul nsw i8 %x, 2
  %c = icmp sgt i8 %a, 9
  %r = select i1 %c, i8 %x, i8 %x
  ret i8 %r
}

define i8 @tgt(i8 %x) {
  ret i8 %x
}
