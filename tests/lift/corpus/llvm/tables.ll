; Constant tables read at an index.

@squares = internal constant [16 x i16] [i16 0, i16 1, i16 4, i16 9, i16 16, i16 25, i16 36, i16 49, i16 64, i16 81, i16 100, i16 121, i16 144, i16 169, i16 196, i16 225]
@bytes = private unnamed_addr constant [8 x i8] c"\00\01\01\02\01\02\02\03"
@words = constant [3 x i64] [i64 -1, i64 1311768467463790320, i64 7], align 16
@grid = internal constant [2 x [4 x i32]] [[4 x i32] [i32 1, i32 2, i32 3, i32 4], [4 x i32] [i32 -1, i32 -2, i32 -3, i32 -4]]

define i16 @square(i32 %x) {
  %i = and i32 %x, 15
  %w = zext nneg i32 %i to i64
  %p = getelementptr inbounds [16 x i16], ptr @squares, i64 0, i64 %w
  %r = load i16, ptr %p, align 2
  ret i16 %r
}

define i8 @popcount_of_six(i8 %x) {
  %lo = and i8 %x, 7
  %hi = lshr i8 %x, 3
  %hi3 = and i8 %hi, 7
  %i = zext i8 %lo to i64
  %j = zext i8 %hi3 to i64
  %p = getelementptr inbounds [8 x i8], ptr @bytes, i64 0, i64 %i
  %q = getelementptr inbounds i8, ptr @bytes, i64 %j
  %a = load i8, ptr %p
  %b = load i8, ptr %q
  %r = add i8 %a, %b
  ret i8 %r
}

define i64 @bounded_by_undefined(i64 %i) {
  %p = getelementptr inbounds [3 x i64], ptr @words, i64 0, i64 %i
  %r = load i64, ptr %p, align 8
  ret i64 %r
}

define i32 @in_two_dimensions(i1 %a, i8 %b) {
  %i = zext i1 %a to i64
  %m = and i8 %b, 3
  %j = zext i8 %m to i64
  %p = getelementptr inbounds [2 x [4 x i32]], ptr @grid, i64 0, i64 %i, i64 %j
  %r = load i32, ptr %p, align 4
  ret i32 %r
}

define i64 @at_a_constant(i64 %x) {
  %v = load i64, ptr getelementptr inbounds ([3 x i64], ptr @words, i64 0, i64 1), align 8
  %r = xor i64 %v, %x
  ret i64 %r
}
