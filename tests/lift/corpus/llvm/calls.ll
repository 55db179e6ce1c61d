; Calls of functions whose body is at hand, and aliases.

define i32 @twice(i32 %x) {
  %r = shl i32 %x, 1
  ret i32 %r
}

define internal i32 @magnitude(i32 %x) {
  %c = icmp slt i32 %x, 0
  br i1 %c, label %a, label %b
a:
  %n = sub nsw i32 0, %x
  ret i32 %n
b:
  ret i32 %x
}

define i32 @called(i32 %x, i32 %y) {
  %a = call i32 @magnitude(i32 %x)
  %b = tail call i32 @magnitude(i32 %y)
  %c = call i32 @twice(i32 %b)
  %r = add i32 %a, %c
  ret i32 %r
}

define internal { i32, i32 } @both(i32 %x, i32 %y) {
  %q = udiv i32 %x, %y
  %r = urem i32 %x, %y
  %a = insertvalue { i32, i32 } poison, i32 %q, 0
  %b = insertvalue { i32, i32 } %a, i32 %r, 1
  ret { i32, i32 } %b
}

define i32 @called_for_a_pair(i32 %x, i32 %y) {
  %p = call { i32, i32 } @both(i32 %x, i32 %y)
  %q = extractvalue { i32, i32 } %p, 0
  %r = extractvalue { i32, i32 } %p, 1
  %s = xor i32 %q, %r
  ret i32 %s
}

define internal void @check(i8 %x) {
  %c = icmp ne i8 %x, 13
  call void @llvm.assume(i1 %c)
  ret void
}

define i8 @called_for_nothing(i8 %x) {
  call void @check(i8 %x)
  %r = add i8 %x, 1
  ret i8 %r
}

define i8 @called_in_one_arm(i8 %x, i8 %y) {
  %z = icmp ugt i8 %y, 50
  br i1 %z, label %a, label %b
a:
  %p = call i8 @divide(i8 %x, i8 %y)
  ret i8 %p
b:
  ret i8 %y
}

define internal i8 @divide(i8 %x, i8 noundef %y) {
  %r = udiv i8 %x, %y
  ret i8 %r
}

@twice_alias = alias i32 (i32), ptr @twice

define i32 @called_by_alias(i32 %x) {
  %r = call i32 @twice_alias(i32 %x)
  ret i32 %r
}

define i32 @called_within_a_range(i32 %x) {
  %r = call i32 @twice(i32 %x), !range !0
  ret i32 %r
}

define i32 @called_for_no_poison(i32 %x) {
  %r = call i32 @twice(i32 %x), !noundef !1
  ret i32 %r
}

declare void @llvm.assume(i1)

!0 = !{i32 0, i32 1000, i32 5000, i32 -9}
!1 = !{}
