; refuted: poison
; an optimizer takes the other value of the phi
define i8 @src(i1 noundef %c, i8 %x) {
  ret i8 %x
}

define i8 @tgt(i1 noundef %c, i8 %x) {
  br i1 %c, label %a, label %b
a:
  br label %b
b:
  %r = phi i8 [ %x, %0 ], [ poison, %a ]
  ret i8 %r
}
