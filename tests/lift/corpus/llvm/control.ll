; Branches, switches and phis.

define i32 @diamond(i32 %x, i32 %y) {
entry:
  %c = icmp slt i32 %x, %y
  br i1 %c, label %less, label %more
less:
  %a = sub i32 %y, %x
  br label %join
more:
  %b = sub i32 %x, %y
  br label %join
join:
  %r = phi i32 [ %a, %less ], [ %b, %more ]
  ret i32 %r
}

define i16 @nested_branches(i16 %x, i16 %y) {
entry:
  %c = icmp ult i16 %x, 100
  br i1 %c, label %small, label %large
small:
  %d = icmp eq i16 %y, 3
  br i1 %d, label %three, label %join
three:
  br label %join
large:
  %e = icmp ugt i16 %y, %x
  br i1 %e, label %join, label %out
join:
  %p = phi i16 [ 1, %small ], [ %x, %three ], [ %y, %large ]
  %q = phi i16 [ %y, %small ], [ 9, %three ], [ %x, %large ]
  %s = mul i16 %p, %q
  ret i16 %s
out:
  ret i16 -1
}

define i32 @switched(i32 %x, i32 %y) {
entry:
  %k = urem i32 %x, 7
  switch i32 %k, label %other [
    i32 0, label %zero
    i32 1, label %one
    i32 2, label %one
    i32 3, label %three
    i32 5, label %join
  ]
zero:
  ret i32 %y
one:
  %a = add i32 %y, %k
  br label %join
three:
  %b = xor i32 %y, %x
  br label %join
other:
  %c = sub i32 0, %y
  br label %join
join:
  %r = phi i32 [ %a, %one ], [ %b, %three ], [ %c, %other ], [ 1000, %entry ]
  ret i32 %r
}

define i8 @switched_signed(i8 %x) {
  switch i8 %x, label %d [
    i8 -1, label %a
    i8 -128, label %b
    i8 127, label %a
  ]
a:
  ret i8 1
b:
  ret i8 2
d:
  ret i8 %x
}

define i8 @switched_truth(i1 %x, i8 %y) {
  switch i1 %x, label %d [
    i1 true, label %a
  ]
a:
  %r = mul i8 %y, 3
  ret i8 %r
d:
  ret i8 %y
}

define i8 @switch_to_its_default(i8 %x) {
  switch i8 %x, label %d [
    i8 3, label %d
    i8 4, label %e
  ]
d:
  ret i8 0
e:
  ret i8 1
}

define i32 @unreachable_arm(i32 %x) {
  %c = icmp eq i32 %x, 5
  br i1 %c, label %a, label %b
a:
  unreachable
b:
  %r = add i32 %x, 1
  ret i32 %r
}

define i8 @guarded_division(i8 %x, i8 %y) {
entry:
  %z = icmp eq i8 %y, 0
  br i1 %z, label %none, label %some
none:
  br label %join
some:
  %q = udiv i8 %x, %y
  br label %join
join:
  %r = phi i8 [ -1, %none ], [ %q, %some ]
  ret i8 %r
}

define i64 @both_ways_to_one(i64 %x) {
entry:
  %c = icmp sgt i64 %x, 0
  br i1 %c, label %next, label %next
next:
  %r = phi i64 [ %x, %entry ], [ %x, %entry ]
  ret i64 %r
}

define i32 @phis_swap(i32 %x, i32 %y, i1 %c) {
entry:
  br i1 %c, label %a, label %b
a:
  br label %b
b:
  %p = phi i32 [ %x, %entry ], [ %y, %a ]
  %q = phi i32 [ %y, %entry ], [ %x, %a ]
  %d = shl i32 %q, 1
  %r = sub i32 %p, %d
  ret i32 %r
}

define i8 @block_without_entry(i8 %x) {
  ret i8 %x
nobody:
  %y = add i8 %x, 1
  br label %nobody
}

define void @nothing(i32 %x) {
  %a = add i32 %x, 1
  ret void
}
