; proved
; what the source assumes may be used
define i1 @src(i8 %x) {
  %c = icmp ult i8 %x, 10
  call void @llvm.assume(i1 %c)
  %r = icmp ult i8 %x, 20
  ret i1 %r
}

define i1 @tgt(i8 %x) {
  ret i1 true
}

declare void @llvm.assume(i1)
