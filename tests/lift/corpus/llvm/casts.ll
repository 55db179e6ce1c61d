; Casts between widths, with their flags.

define i64 @extend(i8 %x, i16 %y) {
  %a = zext i8 %x to i64
  %b = sext i16 %y to i64
  %r = sub i64 %a, %b
  ret i64 %r
}

define i65 @extend_odd(i33 %x, i1 %b) {
  %a = sext i33 %x to i65
  %c = sext i1 %b to i65
  %r = xor i65 %a, %c
  ret i65 %r
}

define i32 @extend_nneg(i8 %x) {
  %a = zext nneg i8 %x to i32
  %r = shl nuw nsw i32 %a, 20
  ret i32 %r
}

define i16 @cut(i64 %x) {
  %a = trunc i64 %x to i32
  %b = trunc i32 %a to i7
  %r = sext i7 %b to i16
  ret i16 %r
}

define i8 @cut_flags(i32 %x, i32 %y) {
  %m = and i32 %x, 127
  %a = trunc nuw nsw i32 %m to i8
  %s = ashr i32 %y, 25
  %b = trunc nsw i32 %s to i8
  %r = xor i8 %a, %b
  ret i8 %r
}

define i1 @cut_to_truth(i32 %x) {
  %r = trunc i32 %x to i1
  ret i1 %r
}

define i32 @sign_extend_byte(i32 %x) {
  %a = shl i32 %x, 24
  %r = ashr exact i32 %a, 24
  ret i32 %r
}

define i128 @joined(i64 %hi, i64 %lo) {
  %a = zext i64 %hi to i128
  %b = shl nuw i128 %a, 64
  %c = zext i64 %lo to i128
  %r = or disjoint i128 %b, %c
  ret i128 %r
}

define i32 @same_width(i32 %x) {
  %r = bitcast i32 %x to i32
  ret i32 %r
}
