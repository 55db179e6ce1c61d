; proved
; division by another number where it is guarded
define i8 @src(i8 %x, i8 %y) {
  %z = icmp eq i8 %y, 0
  br i1 %z, label %a, label %b
a:
  ret i8 0
b:
  %d = udiv i8 %x, %y
  ret i8 %d
}

define i8 @tgt(i8 %x, i8 %y) {
  %z = icmp eq i8 %y, 0
  %s = select i1 %z, i8 1, i8 %y
  %d = udiv i8 %x, %s
  %r = select i1 %z, i8 0, i8 %d
  ret i8 %r
}
