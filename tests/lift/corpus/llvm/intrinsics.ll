; Every intrinsic over integers.

define i32 @extremes(i32 %x, i32 %y) {
  %a = call i32 @llvm.smin.i32(i32 %x, i32 %y)
  %b = call i32 @llvm.smax.i32(i32 %x, i32 100)
  %c = call i32 @llvm.umin.i32(i32 %x, i32 %y)
  %d = call i32 @llvm.umax.i32(i32 %y, i32 7)
  %e = xor i32 %a, %b
  %f = sub i32 %c, %d
  %r = add i32 %e, %f
  ret i32 %r
}

define i17 @extremes_odd(i17 %x, i17 %y) {
  %a = call i17 @llvm.smin.i17(i17 %x, i17 %y)
  %r = call i17 @llvm.umax.i17(i17 %a, i17 9)
  ret i17 %r
}

define i32 @absolute(i32 %x, i32 %y) {
  %a = call i32 @llvm.abs.i32(i32 %x, i1 false)
  %b = call i32 @llvm.abs.i32(i32 %y, i1 true)
  %r = sub i32 %a, %b
  ret i32 %r
}

define i32 @counting(i32 %x) {
  %a = call i32 @llvm.ctpop.i32(i32 %x)
  %b = call i32 @llvm.ctlz.i32(i32 %x, i1 false)
  %c = call i32 @llvm.cttz.i32(i32 %x, i1 false)
  %d = mul i32 %b, 64
  %e = mul i32 %c, 4096
  %f = add i32 %a, %d
  %r = add i32 %e, %f
  ret i32 %r
}

define i64 @counting_nonzero(i64 %x) {
  %b = call i64 @llvm.ctlz.i64(i64 %x, i1 true)
  %c = call i64 @llvm.cttz.i64(i64 %x, i1 true)
  %r = sub i64 %b, %c
  ret i64 %r
}

define i11 @counting_odd(i11 %x) {
  %a = call i11 @llvm.ctpop.i11(i11 %x)
  %b = call i11 @llvm.ctlz.i11(i11 %x, i1 false)
  %c = call i11 @llvm.cttz.i11(i11 %x, i1 false)
  %d = shl i11 %b, 4
  %e = xor i11 %a, %d
  %r = add i11 %e, %c
  ret i11 %r
}

define i64 @swapping(i64 %x) {
  %a = call i64 @llvm.bswap.i64(i64 %x)
  %b = call i64 @llvm.bitreverse.i64(i64 %a)
  %r = xor i64 %b, %x
  ret i64 %r
}

define i48 @swapping_48(i48 %x) {
  %r = call i48 @llvm.bswap.i48(i48 %x)
  ret i48 %r
}

define i9 @reversing_odd(i9 %x) {
  %r = call i9 @llvm.bitreverse.i9(i9 %x)
  ret i9 %r
}

define i32 @funnel(i32 %x, i32 %y, i32 %n) {
  %a = call i32 @llvm.fshl.i32(i32 %x, i32 %y, i32 %n)
  %b = call i32 @llvm.fshr.i32(i32 %y, i32 %x, i32 %n)
  %r = xor i32 %a, %b
  ret i32 %r
}

define i8 @rotate(i8 %x, i8 %n) {
  %a = call i8 @llvm.fshl.i8(i8 %x, i8 %x, i8 %n)
  %r = call i8 @llvm.fshr.i8(i8 %a, i8 %a, i8 3)
  ret i8 %r
}

define i16 @saturating(i16 %x, i16 %y) {
  %a = call i16 @llvm.uadd.sat.i16(i16 %x, i16 %y)
  %b = call i16 @llvm.usub.sat.i16(i16 %x, i16 %y)
  %c = call i16 @llvm.sadd.sat.i16(i16 %x, i16 %y)
  %d = call i16 @llvm.ssub.sat.i16(i16 %x, i16 %y)
  %e = xor i16 %a, %b
  %f = xor i16 %c, %d
  %r = mul i16 %e, %f
  ret i16 %r
}

define i16 @saturating_shifts(i16 %x, i16 %n) {
  %a = call i16 @llvm.ushl.sat.i16(i16 %x, i16 %n)
  %b = call i16 @llvm.sshl.sat.i16(i16 %x, i16 %n)
  %r = xor i16 %a, %b
  ret i16 %r
}

define { i8, i1 } @uadd(i8 %x, i8 %y) {
  %r = call { i8, i1 } @llvm.uadd.with.overflow.i8(i8 %x, i8 %y)
  ret { i8, i1 } %r
}

define { i32, i1 } @usub(i32 %x, i32 %y) {
  %r = call { i32, i1 } @llvm.usub.with.overflow.i32(i32 %x, i32 %y)
  ret { i32, i1 } %r
}

define { i64, i1 } @umul(i64 %x, i64 %y) {
  %r = call { i64, i1 } @llvm.umul.with.overflow.i64(i64 %x, i64 %y)
  ret { i64, i1 } %r
}

define { i16, i1 } @sadd(i16 %x, i16 %y) {
  %r = call { i16, i1 } @llvm.sadd.with.overflow.i16(i16 %x, i16 %y)
  ret { i16, i1 } %r
}

define { i32, i1 } @ssub(i32 %x, i32 %y) {
  %r = call { i32, i1 } @llvm.ssub.with.overflow.i32(i32 %x, i32 %y)
  ret { i32, i1 } %r
}

define { i32, i1 } @smul(i32 %x, i32 %y) {
  %r = call { i32, i1 } @llvm.smul.with.overflow.i32(i32 %x, i32 %y)
  ret { i32, i1 } %r
}

define i32 @checked(i32 %x, i32 %y) {
  %o = call { i32, i1 } @llvm.sadd.with.overflow.i32(i32 %x, i32 %y)
  %v = extractvalue { i32, i1 } %o, 0
  %c = extractvalue { i32, i1 } %o, 1
  br i1 %c, label %over, label %fine
over:
  %s = icmp slt i32 %x, 0
  %r = select i1 %s, i32 -2147483648, i32 2147483647
  ret i32 %r
fine:
  ret i32 %v
}

define i32 @assumed(i32 %x) {
  %c = icmp ult i32 %x, 100000
  call void @llvm.assume(i1 %c)
  %r = mul i32 %x, %x
  ret i32 %r
}

define i32 @expected(i32 %x) {
  %e = call i32 @llvm.expect.i32(i32 %x, i32 5)
  %c = icmp eq i32 %e, 5
  br i1 %c, label %a, label %b
a:
  ret i32 1
b:
  %r = add i32 %e, 2
  ret i32 %r
}

define i32 @trapping(i32 %x) {
  %c = icmp ugt i32 %x, 4000000000
  br i1 %c, label %bad, label %fine
bad:
  call void @llvm.trap()
  unreachable
fine:
  %r = lshr i32 %x, 3
  ret i32 %r
}

declare i32 @llvm.smin.i32(i32, i32)
declare i32 @llvm.smax.i32(i32, i32)
declare i32 @llvm.umin.i32(i32, i32)
declare i32 @llvm.umax.i32(i32, i32)
declare i17 @llvm.smin.i17(i17, i17)
declare i17 @llvm.umax.i17(i17, i17)
declare i32 @llvm.abs.i32(i32, i1)
declare i32 @llvm.ctpop.i32(i32)
declare i32 @llvm.ctlz.i32(i32, i1)
declare i32 @llvm.cttz.i32(i32, i1)
declare i64 @llvm.ctlz.i64(i64, i1)
declare i64 @llvm.cttz.i64(i64, i1)
declare i11 @llvm.ctpop.i11(i11)
declare i11 @llvm.ctlz.i11(i11, i1)
declare i11 @llvm.cttz.i11(i11, i1)
declare i64 @llvm.bswap.i64(i64)
declare i64 @llvm.bitreverse.i64(i64)
declare i48 @llvm.bswap.i48(i48)
declare i9 @llvm.bitreverse.i9(i9)
declare i32 @llvm.fshl.i32(i32, i32, i32)
declare i32 @llvm.fshr.i32(i32, i32, i32)
declare i8 @llvm.fshl.i8(i8, i8, i8)
declare i8 @llvm.fshr.i8(i8, i8, i8)
declare i16 @llvm.uadd.sat.i16(i16, i16)
declare i16 @llvm.usub.sat.i16(i16, i16)
declare i16 @llvm.sadd.sat.i16(i16, i16)
declare i16 @llvm.ssub.sat.i16(i16, i16)
declare i16 @llvm.ushl.sat.i16(i16, i16)
declare i16 @llvm.sshl.sat.i16(i16, i16)
declare { i8, i1 } @llvm.uadd.with.overflow.i8(i8, i8)
declare { i32, i1 } @llvm.usub.with.overflow.i32(i32, i32)
declare { i64, i1 } @llvm.umul.with.overflow.i64(i64, i64)
declare { i16, i1 } @llvm.sadd.with.overflow.i16(i16, i16)
declare { i32, i1 } @llvm.sadd.with.overflow.i32(i32, i32)
declare { i32, i1 } @llvm.ssub.with.overflow.i32(i32, i32)
declare { i32, i1 } @llvm.smul.with.overflow.i32(i32, i32)
declare void @llvm.assume(i1)
declare i32 @llvm.expect.i32(i32, i32)
declare void @llvm.trap()
