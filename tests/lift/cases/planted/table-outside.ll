; refuted: ub
; 4 and more are outside the table
define i8 @src(i8 noundef %x) {
  %m = and i8 %x, 3
  %w = zext i8 %m to i64
  %p = getelementptr inbounds [4 x i8], ptr @t, i64 0, i64 %w
  %r = load i8, ptr %p
  ret i8 %r
}

define i8 @tgt(i8 noundef %x) {
  %w = zext i8 %x to i64
  %p = getelementptr inbounds [4 x i8], ptr @t, i64 0, i64 %w
  %r = load i8, ptr %p
  ret i8 %r
}

@t = internal constant [4 x i8] c"\03\01\04\01"
