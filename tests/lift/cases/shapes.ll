; Shapes of control flow and values. i33 stands for the width that is tried; each is compared with LLVM's own code.

define i33 @diamond(i33 %x, i33 %y) {
  %less = icmp ult i33 %x, %y
  br i1 %less, label %a, label %b
a:
  %p = add i33 %x, 5
  br label %end
b:
  %q = mul i33 %y, 3
  br label %end
end:
  %r = phi i33 [ %p, %a ], [ %q, %b ]
  ret i33 %r
}

define i33 @triangle(i33 %x) {
entry:
  %negative = icmp slt i33 %x, 0
  br i1 %negative, label %flip, label %end
flip:
  %n = sub i33 0, %x
  br label %end
end:
  %r = phi i33 [ %n, %flip ], [ %x, %entry ]
  ret i33 %r
}

define i33 @early_exits(i33 %x, i33 %y) {
  %c1 = icmp eq i33 %x, 0
  br i1 %c1, label %out, label %next
next:
  %c2 = icmp ugt i33 %y, %x
  br i1 %c2, label %out, label %last
last:
  %d = sub i33 %x, %y
  ret i33 %d
out:
  %v = phi i33 [ 7, %0 ], [ %y, %next ]
  ret i33 %v
}

define i33 @guarded_division(i33 %x, i33 %y) {
  %zero = icmp eq i33 %y, 0
  br i1 %zero, label %out, label %divide
divide:
  %q = udiv i33 %x, %y
  br label %out
out:
  %r = phi i33 [ %x, %0 ], [ %q, %divide ]
  ret i33 %r
}

define i33 @switched(i33 %x, i33 %y) {
  switch i33 %x, label %other [
    i33 0, label %zero
    i33 1, label %few
    i33 2, label %few
    i33 -1, label %other
    i33 3, label %end
  ]
zero:
  br label %end
few:
  %f = xor i33 %y, -1
  br label %end
other:
  %o = add i33 %x, %y
  br label %end
end:
  %r = phi i33 [ 11, %zero ], [ %f, %few ], [ %o, %other ], [ %y, %0 ]
  ret i33 %r
}

define i33 @nested(i33 %x, i33 %y) {
  %c = icmp slt i33 %x, %y
  br i1 %c, label %a, label %b
a:
  %c2 = icmp eq i33 %x, 3
  br i1 %c2, label %a1, label %a2
a1:
  br label %join
a2:
  %s = shl i33 %x, 1
  br label %join
join:
  %j = phi i33 [ 100, %a1 ], [ %s, %a2 ]
  %k = add i33 %j, %y
  br label %end
b:
  switch i33 %y, label %end [ i33 1, label %b1 ]
b1:
  br label %end
end:
  %r = phi i33 [ %k, %join ], [ %x, %b ], [ 9, %b1 ]
  %t = xor i33 %r, %y
  ret i33 %t
}

define i33 @crossing(i33 %x, i33 %y) {
  %c = icmp ult i33 %x, 4
  br i1 %c, label %a, label %b
a:
  %d = icmp ult i33 %y, 4
  br i1 %d, label %m, label %n
b:
  %e = icmp ult i33 %y, 2
  br i1 %e, label %m, label %n
m:
  %pm = phi i33 [ 1, %a ], [ 2, %b ]
  br label %end
n:
  %pn = phi i33 [ %x, %a ], [ %y, %b ]
  br label %end
end:
  %r = phi i33 [ %pm, %m ], [ %pn, %n ]
  ret i33 %r
}

define i33 @same_target(i33 %x, i1 %c) {
  br i1 %c, label %end, label %end
end:
  %r = phi i33 [ %x, %0 ], [ %x, %0 ]
  ret i33 %r
}

define i33 @unreachable_case(i33 %x) {
  %low = and i33 %x, 3
  switch i33 %low, label %never [
    i33 0, label %a
    i33 1, label %b
    i33 2, label %b
    i33 3, label %a
  ]
never:
  unreachable
a:
  ret i33 5
b:
  %r = mul i33 %x, %low
  ret i33 %r
}

define i33 @dead_code(i33 %x) {
  ret i33 %x
dead:
  %r = phi i33 [ %r, %dead ], [ 1, %dead2 ]
  br label %dead
dead2:
  br label %dead
}

define { i33, i1 } @pair(i33 %x, i33 %y) {
  %c = icmp sle i33 %x, %y
  %s = insertvalue { i33, i1 } poison, i33 %y, 0
  %t = insertvalue { i33, i1 } %s, i1 %c, 1
  ret { i33, i1 } %t
}

define { i33, { i33, [2 x i33] } } @deep(i33 %x, i33 %y, i1 %c) {
  %a = insertvalue { i33, { i33, [2 x i33] } } { i33 1, { i33, [2 x i33] } { i33 2, [2 x i33] [i33 3, i33 4] } }, i33 %x, 1, 1, 0
  %b = insertvalue { i33, { i33, [2 x i33] } } zeroinitializer, i33 %y, 0
  %i = extractvalue { i33, { i33, [2 x i33] } } %a, 1
  %d = insertvalue { i33, { i33, [2 x i33] } } %b, { i33, [2 x i33] } %i, 1
  %r = select i1 %c, { i33, { i33, [2 x i33] } } %a, { i33, { i33, [2 x i33] } } %d
  ret { i33, { i33, [2 x i33] } } %r
}

define { i33, i33 } @phi_of_pairs(i33 %x, i33 %y, i1 %c) {
entry:
  %a = insertvalue { i33, i33 } undef, i33 %x, 0
  %b = insertvalue { i33, i33 } %a, i33 %y, 1
  br i1 %c, label %swap, label %end
swap:
  %d = insertvalue { i33, i33 } %b, i33 %y, 0
  %e = insertvalue { i33, i33 } %d, i33 %x, 1
  br label %end
end:
  %r = phi { i33, i33 } [ %b, %entry ], [ %e, %swap ]
  ret { i33, i33 } %r
}

%S = type { i33, %T }
%T = type { i1 }

define %S @named(i33 %x, i1 %c) {
  %a = insertvalue %S zeroinitializer, i33 %x, 0
  %b = insertvalue %S %a, i1 %c, 1, 0
  ret %S %b
}

define i33 @"quoted name"(i33 %"a b", i33 %a_b, i33 %"a;b") {
"the entry":
  %c = icmp eq i33 %"a b", %a_b
  br i1 %c, label %"x, y", label %"5"
"x, y":
  ret i33 %"a;b"
"5":
  %r = phi i33 [ %a_b, %"the entry" ]
  ret i33 %r
}

define i33 @expected(i33 %x, i33 %y) {
  %c = icmp ult i33 %x, %y
  call void @llvm.assume(i1 true)
  %e = call i1 @llvm.expect.i1(i1 %c, i1 true)
  %r = select i1 %e, i33 %x, i33 %y
  ret i33 %r
}

define i33 @narrow_and_wide(i33 %x, i8 %y) {
  %z = zext i8 %y to i128
  %w = sext i33 %x to i128
  %p = mul i128 %z, %w
  %h = lshr i128 %p, 2
  %r = trunc i128 %h to i33
  ret i33 %r
}

declare i1 @llvm.expect.i1(i1, i1)
declare void @llvm.assume(i1)
