; refuted: ub
; to switch on poison is undefined behaviour
define i8 @src(i8 noundef %x) {
  ret i8 7
}

define i8 @tgt(i8 noundef %x) {
  %a = shl nuw i8 %x, 1
  switch i8 %a, label %d [ i8 2, label %d ]
d:
  ret i8 7
}
