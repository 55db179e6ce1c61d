; Every predicate of icmp, and select.

define i10 @predicates(i8 %x, i8 %y) {
  %c0 = icmp eq i8 %x, %y
  %c1 = icmp ne i8 %x, %y
  %c2 = icmp ult i8 %x, %y
  %c3 = icmp ule i8 %x, %y
  %c4 = icmp ugt i8 %x, %y
  %c5 = icmp uge i8 %x, %y
  %c6 = icmp slt i8 %x, %y
  %c7 = icmp sle i8 %x, %y
  %c8 = icmp sgt i8 %x, %y
  %c9 = icmp sge i8 %x, %y
  %w0 = zext i1 %c0 to i10
  %w1 = zext i1 %c1 to i10
  %w2 = zext i1 %c2 to i10
  %w3 = zext i1 %c3 to i10
  %w4 = zext i1 %c4 to i10
  %w5 = zext i1 %c5 to i10
  %w6 = zext i1 %c6 to i10
  %w7 = zext i1 %c7 to i10
  %w8 = zext i1 %c8 to i10
  %w9 = zext i1 %c9 to i10
  %s1 = shl i10 %w1, 1
  %s2 = shl i10 %w2, 2
  %s3 = shl i10 %w3, 3
  %s4 = shl i10 %w4, 4
  %s5 = shl i10 %w5, 5
  %s6 = shl i10 %w6, 6
  %s7 = shl i10 %w7, 7
  %s8 = shl i10 %w8, 8
  %s9 = shl i10 %w9, 9
  %a = or disjoint i10 %w0, %s1
  %b = or disjoint i10 %s2, %s3
  %c = or disjoint i10 %s4, %s5
  %d = or disjoint i10 %s6, %s7
  %e = or disjoint i10 %s8, %s9
  %f = or disjoint i10 %a, %b
  %g = or disjoint i10 %c, %d
  %h = or disjoint i10 %f, %g
  %r = or disjoint i10 %h, %e
  ret i10 %r
}

define i1 @samesign(i32 %x, i32 %y) {
  %a = icmp samesign ult i32 %x, %y
  %b = icmp samesign sge i32 %x, 5
  %r = xor i1 %a, %b
  ret i1 %r
}

define i64 @compare_wide(i99 %x, i99 %y) {
  %a = icmp slt i99 %x, %y
  %b = icmp ugt i99 %x, -4
  %c = select i1 %a, i64 3, i64 -5
  %r = select i1 %b, i64 %c, i64 77
  ret i64 %r
}

define i32 @clamp(i32 %x, i32 %lo, i32 %hi) {
  %below = icmp slt i32 %x, %lo
  %above = icmp sgt i32 %x, %hi
  %a = select i1 %above, i32 %hi, i32 %x
  %r = select i1 %below, i32 %lo, i32 %a
  ret i32 %r
}

define i8 @three_way(i16 %x, i16 %y) {
  %a = call i8 @llvm.scmp.i8.i16(i16 %x, i16 %y)
  %b = call i8 @llvm.ucmp.i8.i16(i16 %x, i16 %y)
  %c = mul i8 %b, 10
  %r = add i8 %a, %c
  ret i8 %r
}

define i1 @logical(i1 %a, i1 %b, i1 %c) {
  %x = select i1 %a, i1 %b, i1 false
  %y = select i1 %x, i1 true, i1 %c
  %z = select i1 %y, i1 %a, i1 %b
  %r = xor i1 %z, true
  ret i1 %r
}

declare i8 @llvm.scmp.i8.i16(i16, i16)
declare i8 @llvm.ucmp.i8.i16(i16, i16)
