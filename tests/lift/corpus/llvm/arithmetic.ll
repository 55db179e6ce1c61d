; Arithmetic with every flag, at widths that no C type has as well.

define i8 @add_wraps(i8 %x, i8 %y) {
  %r = add i8 %x, %y
  ret i8 %r
}

define i32 @add_flags(i32 %x, i32 %y) {
  %a = and i32 %x, 1073741823
  %b = and i32 %y, 1073741823
  %r = add nuw nsw i32 %a, %b
  ret i32 %r
}

define i13 @add_nsw_alone(i13 %x, i13 %y) {
  %r = add nsw i13 %x, %y
  ret i13 %r
}

define i64 @sub_chain(i64 %x, i64 %y) {
  %a = sub nuw i64 %x, %y
  %b = sub nsw i64 %a, 17
  %r = sub i64 0, %b
  ret i64 %r
}

define i128 @mul_wide(i64 %x, i64 %y) {
  %a = zext i64 %x to i128
  %b = zext i64 %y to i128
  %r = mul nuw i128 %a, %b
  ret i128 %r
}

define i64 @mul_high_signed(i64 %x, i64 %y) {
  %a = sext i64 %x to i128
  %b = sext i64 %y to i128
  %m = mul nsw i128 %a, %b
  %h = ashr i128 %m, 64
  %r = trunc nsw i128 %h to i64
  ret i64 %r
}

define i16 @mul_flags(i16 %x, i16 %y) {
  %a = mul nsw i16 %x, 3
  %b = mul nuw i16 %y, 5
  %r = mul i16 %a, %b
  ret i16 %r
}

define i32 @divisions(i32 %x, i32 %y) {
  %q = udiv i32 %x, %y
  %r = urem i32 %x, %y
  %s = sdiv i32 %x, %y
  %t = srem i32 %x, %y
  %a = xor i32 %q, %r
  %b = xor i32 %s, %t
  %c = sub i32 %a, %b
  ret i32 %c
}

define i7 @divisions_odd(i7 %x, i7 %y) {
  %s = sdiv i7 %x, %y
  %t = srem i7 %x, %y
  %m = mul i7 %s, %y
  %r = add i7 %m, %t
  ret i7 %r
}

define i100 @divisions_wide(i100 %x, i100 %y) {
  %d = or i100 %y, 1
  %q = udiv i100 %x, %d
  %r = srem i100 %x, %d
  %z = add i100 %q, %r
  ret i100 %z
}

define i32 @divisions_exact(i32 %x, i32 %y) {
  %a = mul nuw i32 %x, 12
  %q = udiv exact i32 %a, 12
  %s = sdiv exact i32 %y, 4
  %r = add i32 %q, %s
  ret i32 %r
}

define i32 @division_by_constants(i32 %x) {
  %a = udiv i32 %x, 10
  %b = urem i32 %x, 1000
  %c = sdiv i32 %x, -7
  %d = srem i32 %x, 16
  %e = xor i32 %a, %b
  %f = xor i32 %c, %d
  %r = add i32 %e, %f
  ret i32 %r
}

define i32 @shifts(i32 %x, i32 %n) {
  %a = shl i32 %x, %n
  %b = lshr i32 %x, %n
  %c = ashr i32 %x, %n
  %d = xor i32 %a, %b
  %r = add i32 %d, %c
  ret i32 %r
}

define i24 @shifts_flags(i24 %x, i24 %n) {
  %a = shl nsw i24 %x, %n
  %b = lshr exact i24 %a, %n
  %c = shl nuw i24 %b, 1
  %r = ashr exact i24 %c, 1
  ret i24 %r
}

define i16 @bits(i16 %x, i16 %y) {
  %a = and i16 %x, %y
  %b = or i16 %x, %y
  %c = xor i16 %a, %b
  %n = xor i16 %c, -1
  %lo = and i16 %n, 255
  %hi = and i16 %y, -256
  %r = or disjoint i16 %lo, %hi
  ret i16 %r
}

define i1 @truth_arithmetic(i1 %a, i1 %b) {
  %s = add i1 %a, %b
  %p = mul i1 %a, %b
  %d = sub i1 %s, %p
  %q = udiv i1 %d, true
  ret i1 %q
}

define i64 @average(i64 %x, i64 %y) {
  %a = and i64 %x, %y
  %b = xor i64 %x, %y
  %h = lshr i64 %b, 1
  %r = add nuw i64 %a, %h
  ret i64 %r
}
