; Fixed vectors of integers, lane by lane.

define <4 x i8> @lanes(<4 x i8> %x, <4 x i8> %y) {
  %a = add <4 x i8> %x, %y
  %b = xor <4 x i8> %a, <i8 1, i8 2, i8 3, i8 -1>
  %c = mul nsw <4 x i8> %b, splat (i8 1)
  %r = sub <4 x i8> %c, zeroinitializer
  ret <4 x i8> %r
}

define <2 x i32> @compare_and_select(<2 x i32> %x, <2 x i32> %y) {
  %c = icmp slt <2 x i32> %x, %y
  %r = select <2 x i1> %c, <2 x i32> %x, <2 x i32> %y
  ret <2 x i32> %r
}

define <2 x i16> @select_by_one(i1 %c, <2 x i16> %x) {
  %r = select i1 %c, <2 x i16> %x, <2 x i16> <i16 5, i16 -5>
  ret <2 x i16> %r
}

define i32 @sum_of_lanes(i32 %a, i32 %b, i32 %c) {
  %v0 = insertelement <4 x i32> poison, i32 %a, i32 0
  %v1 = insertelement <4 x i32> %v0, i32 %b, i32 1
  %v2 = insertelement <4 x i32> %v1, i32 %c, i64 2
  %v3 = insertelement <4 x i32> %v2, i32 9, i32 3
  %w = mul <4 x i32> %v3, <i32 1, i32 10, i32 100, i32 1000>
  %e0 = extractelement <4 x i32> %w, i32 0
  %e1 = extractelement <4 x i32> %w, i32 1
  %e2 = extractelement <4 x i32> %w, i8 2
  %e3 = extractelement <4 x i32> %w, i64 3
  %s0 = add i32 %e0, %e1
  %s1 = add i32 %e2, %e3
  %r = add i32 %s0, %s1
  ret i32 %r
}

define i16 @lane_by_index(<4 x i16> %v, i32 %n) {
  %k = and i32 %n, 3
  %r = extractelement <4 x i16> %v, i32 %k
  ret i16 %r
}

define <4 x i8> @insert_by_index(<4 x i8> %v, i8 %x, i8 %n) {
  %r = insertelement <4 x i8> %v, i8 %x, i8 %n
  ret <4 x i8> %r
}

define <4 x i16> @shuffled(<2 x i16> %x, <2 x i16> %y) {
  %r = shufflevector <2 x i16> %x, <2 x i16> %y, <4 x i32> <i32 3, i32 0, i32 2, i32 1>
  ret <4 x i16> %r
}

define <3 x i8> @splatted(i8 %x) {
  %i = insertelement <3 x i8> poison, i8 %x, i64 0
  %s = shufflevector <3 x i8> %i, <3 x i8> poison, <3 x i32> zeroinitializer
  %r = add <3 x i8> %s, <i8 0, i8 1, i8 2>
  ret <3 x i8> %r
}

define <2 x i64> @casts(<2 x i8> %x) {
  %a = sext <2 x i8> %x to <2 x i32>
  %b = zext <2 x i32> %a to <2 x i64>
  %c = trunc <2 x i64> %b to <2 x i16>
  %r = sext <2 x i16> %c to <2 x i64>
  ret <2 x i64> %r
}

define <2 x i32> @shifts(<2 x i32> %x, <2 x i32> %n) {
  %a = shl <2 x i32> %x, %n
  %b = lshr <2 x i32> %x, <i32 3, i32 31>
  %c = ashr <2 x i32> %a, %n
  %r = xor <2 x i32> %b, %c
  ret <2 x i32> %r
}

define <2 x i16> @divisions(<2 x i16> %x, <2 x i16> %y) {
  %q = udiv <2 x i16> %x, %y
  %m = srem <2 x i16> %x, %y
  %r = add <2 x i16> %q, %m
  ret <2 x i16> %r
}

define <2 x i32> @intrinsics(<2 x i32> %x, <2 x i32> %y) {
  %a = call <2 x i32> @llvm.umin.v2i32(<2 x i32> %x, <2 x i32> %y)
  %b = call <2 x i32> @llvm.ctpop.v2i32(<2 x i32> %a)
  %c = call <2 x i32> @llvm.abs.v2i32(<2 x i32> %y, i1 false)
  %d = call <2 x i32> @llvm.uadd.sat.v2i32(<2 x i32> %b, <2 x i32> %c)
  ret <2 x i32> %d
}

define <2 x i8> @frozen_lane(<2 x i8> %x) {
  %v = insertelement <2 x i8> poison, i8 3, i32 0
  %f = freeze <2 x i8> %v
  %m = and <2 x i8> %f, <i8 -1, i8 0>
  %r = add <2 x i8> %m, %x
  ret <2 x i8> %r
}

define i4 @truths(<4 x i8> %x) {
  %c = icmp ugt <4 x i8> %x, splat (i8 100)
  %e0 = extractelement <4 x i1> %c, i32 0
  %e1 = extractelement <4 x i1> %c, i32 1
  %e2 = extractelement <4 x i1> %c, i32 2
  %e3 = extractelement <4 x i1> %c, i32 3
  %w0 = zext i1 %e0 to i4
  %w1 = zext i1 %e1 to i4
  %w2 = zext i1 %e2 to i4
  %w3 = zext i1 %e3 to i4
  %s1 = shl i4 %w1, 1
  %s2 = shl i4 %w2, 2
  %s3 = shl i4 %w3, 3
  %a = or disjoint i4 %w0, %s1
  %b = or disjoint i4 %s2, %s3
  %r = or disjoint i4 %a, %b
  ret i4 %r
}

define i64 @phi_of_vectors(i1 %c, i32 %x) {
entry:
  %v = insertelement <2 x i32> <i32 7, i32 8>, i32 %x, i32 1
  br i1 %c, label %a, label %b
a:
  %w = mul <2 x i32> %v, %v
  br label %b
b:
  %p = phi <2 x i32> [ %v, %entry ], [ %w, %a ]
  %l = extractelement <2 x i32> %p, i32 0
  %h = extractelement <2 x i32> %p, i32 1
  %lw = zext i32 %l to i64
  %hw = zext i32 %h to i64
  %hs = shl i64 %hw, 32
  %r = or disjoint i64 %hs, %lw
  ret i64 %r
}

declare <2 x i32> @llvm.umin.v2i32(<2 x i32>, <2 x i32>)
declare <2 x i32> @llvm.ctpop.v2i32(<2 x i32>)
declare <2 x i32> @llvm.abs.v2i32(<2 x i32>, i1)
declare <2 x i32> @llvm.uadd.sat.v2i32(<2 x i32>, <2 x i32>)
