; Two optimizations of x + 1 > x. The first is right, as an overflow would be poison there; the second is wrong.
;
;     primir verify examples/overflow_check.ll
define i1 @src1(i32 %x) {
  %y = add nsw i32 %x, 1
  %greater = icmp sgt i32 %y, %x
  ret i1 %greater
}

define i1 @tgt1(i32 %x) {
  ret i1 true
}

define i1 @src2(i32 %x) {
  %y = add i32 %x, 1
  %greater = icmp sgt i32 %y, %x
  ret i1 %greater
}

define i1 @tgt2(i32 %x) {
  ret i1 true
}
