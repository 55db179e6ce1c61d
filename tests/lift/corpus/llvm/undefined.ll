; Poison, undef, freeze and attributes: compared where the result does not depend on them.

define i8 @frozen(i8 %x) {
  %r = freeze i8 %x
  ret i8 %r
}

define i8 @frozen_poison_masked(i8 %x) {
  %a = add nsw i8 %x, 100
  %f = freeze i8 %a
  %c = icmp slt i8 %x, 28
  %r = select i1 %c, i8 %f, i8 0
  ret i8 %r
}

define i8 @undef_masked(i8 %x) {
  %a = and i8 undef, 0
  %r = or i8 %a, %x
  ret i8 %r
}

define i8 @undef_not_chosen(i8 %x) {
  %c = icmp ult i8 %x, 200
  %r = select i1 %c, i8 %x, i8 undef
  ret i8 %r
}

define i8 @poison_not_chosen(i8 %x) {
  %c = icmp ult i8 %x, 8
  %s = shl i8 1, %x
  %r = select i1 %c, i8 %s, i8 7
  ret i8 %r
}

define i32 @poison_phi(i32 %x) {
entry:
  %c = icmp ne i32 %x, 0
  br i1 %c, label %a, label %b
a:
  br label %b
b:
  %r = phi i32 [ poison, %entry ], [ %x, %a ]
  ret i32 %r
}

define range(i32 10, 20) i32 @range_of_result(i32 %x) {
  %a = urem i32 %x, 10
  %r = add nuw i32 %a, 10
  ret i32 %r
}

define noundef i16 @noundef_everywhere(i16 noundef %x, i16 noundef signext %y) {
  %r = sub i16 %x, %y
  ret i16 %r
}

define i8 @range_of_parameter(i8 range(i8 -5, 6) %x) {
  %r = mul nsw i8 %x, 20
  ret i8 %r
}

define i32 @range_of_call(i32 %x) {
  %a = call range(i32 0, 33) i32 @llvm.ctpop.i32(i32 %x)
  %r = shl nuw nsw i32 %a, 3
  ret i32 %r
}

define zeroext i8 @extended(i8 zeroext %x, i8 signext %y) {
  %r = and i8 %x, %y
  ret i8 %r
}

declare i32 @llvm.ctpop.i32(i32)
