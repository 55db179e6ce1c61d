; refuted: ub
; to assume poison is undefined behaviour, though nobody could find the value false
define i8 @src(i8 noundef %x) {
  ret i8 0
}

define i8 @tgt(i8 noundef %x) {
  %a = add nsw i8 %x, 1
  %c = icmp sgt i8 %a, %x
  call void @llvm.assume(i1 %c)
  ret i8 0
}

declare void @llvm.assume(i1)
