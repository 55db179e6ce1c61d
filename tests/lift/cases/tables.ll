; Tables of constants that are read at an index.

@squares = private unnamed_addr constant [8 x i8] c"\00\01\04\09\10\19$1"
@words = internal constant [5 x i32] [i32 7, i32 -1, i32 1000000, i32 0, i32 3], align 16
@rows = constant [3 x [2 x i16]] [[2 x i16] [i16 1, i16 2], [2 x i16] zeroinitializer, [2 x i16] [i16 -5, i16 6]]
@mixed = constant { i8, i32, [2 x i16] } { i8 9, i32 305419896, [2 x i16] [i16 1, i16 515] }

define i8 @square(i64 %i) {
  %p = getelementptr inbounds [8 x i8], ptr @squares, i64 0, i64 %i
  %r = load i8, ptr %p, align 1
  ret i8 %r
}

define i32 @word(i8 %i) {
  %w = zext i8 %i to i64
  %p = getelementptr inbounds nuw i32, ptr @words, i64 %w
  %r = load i32, ptr %p, align 4
  ret i32 %r
}

define i32 @masked(i32 %i) {
  %j = and i32 %i, 3
  %p = getelementptr inbounds [5 x i32], ptr @words, i64 0, i32 %j
  %r = load i32, ptr %p, align 4, !range !0
  ret i32 %r
}

define i16 @cell(i8 %i, i8 %j) {
  %p = getelementptr inbounds [3 x [2 x i16]], ptr @rows, i64 0, i8 %i, i8 %j
  %r = load i16, ptr %p, align 2
  ret i16 %r
}

define i32 @field(i8 %i) {
  %p = getelementptr inbounds nuw { i8, i32, [2 x i16] }, ptr @mixed, i32 0, i32 1
  %x = load i32, ptr %p, align 4
  %q = getelementptr inbounds { i8, i32, [2 x i16] }, ptr @mixed, i64 0, i32 2, i8 %i
  %y = load i16, ptr %q, align 2
  %z = zext i16 %y to i32
  %r = add i32 %x, %z
  ret i32 %r
}

define i32 @unaligned(i64 %i) {
  %p = getelementptr inbounds i8, ptr @words, i64 %i
  %r = load i32, ptr %p, align 1
  ret i32 %r
}

define i8 @constant_place() {
  %r = load i8, ptr getelementptr inbounds ([8 x i8], ptr @squares, i64 0, i64 5), align 1
  ret i8 %r
}

define i8 @either(i1 %c, i64 %i) {
  %p = getelementptr inbounds [8 x i8], ptr @squares, i64 0, i64 %i
  %q = select i1 %c, ptr %p, ptr @squares
  %r = load i8, ptr %q, align 1
  ret i8 %r
}

!0 = !{i32 -5, i32 2000000}
