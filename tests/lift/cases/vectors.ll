; Vectors, lane by lane: what goes in and comes out are words.

define i32 @lanes(i16 %x, i16 %y) {
  %a = insertelement <2 x i16> poison, i16 %x, i32 0
  %v = insertelement <2 x i16> %a, i16 %y, i32 1
  %w = mul <2 x i16> %v, <i16 3, i16 -5>
  %s = add <2 x i16> %w, splat (i16 7)
  %r = bitcast <2 x i16> %s to i32
  ret i32 %r
}

define i16 @picked(i16 %x, i8 %i) {
  %a = insertelement <4 x i16> <i16 10, i16 20, i16 30, i16 40>, i16 %x, i8 %i
  %j = and i8 %i, 3
  %r = extractelement <4 x i16> %a, i8 %j
  ret i16 %r
}

define i8 @bytes(i32 %x) {
  %v = bitcast i32 %x to <4 x i8>
  %t = shufflevector <4 x i8> %v, <4 x i8> <i8 1, i8 2, i8 3, i8 4>, <4 x i32> <i32 3, i32 0, i32 5, i32 7>
  %r = call i8 @llvm.vector.reduce.add.v4i8(<4 x i8> %t)
  ret i8 %r
}

define i32 @compared(i32 %x, i32 %y) {
  %a = insertelement <2 x i32> poison, i32 %x, i64 0
  %v = insertelement <2 x i32> %a, i32 %y, i64 1
  %s = shufflevector <2 x i32> %v, <2 x i32> poison, <2 x i32> <i32 1, i32 0>
  %c = icmp slt <2 x i32> %v, %s
  %m = select <2 x i1> %c, <2 x i32> %v, <2 x i32> %s
  %z = zext <2 x i1> %c to <2 x i32>
  %t = add <2 x i32> %m, %z
  %r = call i32 @llvm.vector.reduce.xor.v2i32(<2 x i32> %t)
  ret i32 %r
}

define i8 @chosen(i1 %c, i8 %x) {
  %v = insertelement <2 x i8> zeroinitializer, i8 %x, i32 1
  %w = select i1 %c, <2 x i8> %v, <2 x i8> <i8 5, i8 6>
  %m = call <2 x i8> @llvm.umin.v2i8(<2 x i8> %w, <2 x i8> <i8 4, i8 100>)
  %r = call i8 @llvm.vector.reduce.umax.v2i8(<2 x i8> %m)
  ret i8 %r
}

define i8 @overflows(i8 %x, i8 %y) {
  %a = insertelement <2 x i8> poison, i8 %x, i32 0
  %v = insertelement <2 x i8> %a, i8 %y, i32 1
  %p = call { <2 x i8>, <2 x i1> } @llvm.uadd.with.overflow.v2i8(<2 x i8> %v, <2 x i8> <i8 100, i8 200>)
  %s = extractvalue { <2 x i8>, <2 x i1> } %p, 0
  %o = extractvalue { <2 x i8>, <2 x i1> } %p, 1
  %n = sext <2 x i1> %o to <2 x i8>
  %t = and <2 x i8> %s, %n
  %r = call i8 @llvm.vector.reduce.or.v2i8(<2 x i8> %t)
  ret i8 %r
}

define i8 @merged(i1 %c, i8 %x) {
  br i1 %c, label %a, label %b
a:
  %v = insertelement <2 x i8> <i8 1, i8 2>, i8 %x, i32 0
  br label %e
b:
  %d = udiv <2 x i8> <i8 100, i8 200>, splat (i8 7)
  br label %e
e:
  %p = phi <2 x i8> [ %v, %a ], [ %d, %b ]
  %r = call i8 @llvm.vector.reduce.mul.v2i8(<2 x i8> %p)
  ret i8 %r
}

define i64 @recut(i64 %x) {
  %v = bitcast i64 %x to <4 x i16>
  %w = bitcast <4 x i16> %v to <2 x i32>
  %s = shufflevector <2 x i32> %w, <2 x i32> poison, <2 x i32> <i32 1, i32 0>
  %n = bitcast <2 x i32> %s to <8 x i8>
  %t = shufflevector <8 x i8> %n, <8 x i8> poison, <8 x i32> <i32 7, i32 6, i32 5, i32 4, i32 3, i32 2, i32 1, i32 0>
  %r = bitcast <8 x i8> %t to i64
  ret i64 %r
}

define i8 @three_way(i32 %x, i32 %y) {
  %u = call i8 @llvm.ucmp.i8.i32(i32 %x, i32 %y)
  %s = call i2 @llvm.scmp.i2.i32(i32 %x, i32 %y)
  %w = sext i2 %s to i8
  %m = mul i8 %w, 10
  %r = add i8 %u, %m
  ret i8 %r
}

define i8 @saturating_shifts(i8 %x, i8 %y) {
  %k = and i8 %y, 7
  %u = call i8 @llvm.ushl.sat.i8(i8 %x, i8 %k)
  %s = call i8 @llvm.sshl.sat.i8(i8 %x, i8 %k)
  %r = xor i8 %u, %s
  ret i8 %r
}

declare i8 @llvm.vector.reduce.add.v4i8(<4 x i8>)
declare i32 @llvm.vector.reduce.xor.v2i32(<2 x i32>)
declare <2 x i8> @llvm.umin.v2i8(<2 x i8>, <2 x i8>)
declare i8 @llvm.vector.reduce.umax.v2i8(<2 x i8>)
declare i8 @llvm.vector.reduce.or.v2i8(<2 x i8>)
declare i8 @llvm.vector.reduce.mul.v2i8(<2 x i8>)
declare { <2 x i8>, <2 x i1> } @llvm.uadd.with.overflow.v2i8(<2 x i8>, <2 x i8>)
declare i8 @llvm.ucmp.i8.i32(i32, i32)
declare i2 @llvm.scmp.i2.i32(i32, i32)
declare i8 @llvm.ushl.sat.i8(i8, i8)
declare i8 @llvm.sshl.sat.i8(i8, i8)
