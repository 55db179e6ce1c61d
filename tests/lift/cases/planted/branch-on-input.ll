; refuted: ub
; an input may be poison; where the source does not branch on it, the target must not
define i8 @src(i8 %x) {
  ret i8 0
}

define i8 @tgt(i8 %x) {
  %c = icmp eq i8 %x, 3
  br i1 %c, label %a, label %b
a:
  ret i8 0
b:
  ret i8 0
}
