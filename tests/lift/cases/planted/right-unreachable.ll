; proved
; the source does not come back for 77
define i8 @src(i8 %x) {
  %c = icmp eq i8 %x, 77
  br i1 %c, label %a, label %b
a:
  unreachable
b:
  ret i8 1
}

define i8 @tgt(i8 %x) {
  ret i8 1
}
