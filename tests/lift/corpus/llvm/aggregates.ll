; Structs and arrays of integers, put together and taken apart.

%pair = type { i32, { i8, i1 } }

define { i32, i32 } @division(i32 %x, i32 %y) {
  %q = udiv i32 %x, %y
  %r = urem i32 %x, %y
  %a = insertvalue { i32, i32 } poison, i32 %q, 0
  %b = insertvalue { i32, i32 } %a, i32 %r, 1
  ret { i32, i32 } %b
}

define %pair @named(i32 %x, i8 %y) {
  %c = icmp eq i8 %y, 7
  %a = insertvalue %pair undef, i32 %x, 0
  %b = insertvalue %pair %a, i8 %y, 1, 0
  %r = insertvalue %pair %b, i1 %c, 1, 1
  ret %pair %r
}

define [3 x i16] @array(i16 %x, i16 %y) {
  %a = insertvalue [3 x i16] zeroinitializer, i16 %x, 0
  %b = insertvalue [3 x i16] %a, i16 %y, 2
  %r = insertvalue [3 x i16] %b, i16 11, 1
  ret [3 x i16] %r
}

define i32 @taken_apart(i32 %x, i32 %y) {
  %o = call { i32, i1 } @llvm.umul.with.overflow.i32(i32 %x, i32 %y)
  %v = extractvalue { i32, i1 } %o, 0
  %c = extractvalue { i32, i1 } %o, 1
  %r = select i1 %c, i32 -1, i32 %v
  ret i32 %r
}

define { i8, i8 } @selected(i1 %c, i8 %x) {
  %a = insertvalue { i8, i8 } { i8 1, i8 2 }, i8 %x, 0
  %r = select i1 %c, { i8, i8 } %a, { i8, i8 } { i8 5, i8 6 }
  ret { i8, i8 } %r
}

define { i8, i64 } @joined(i64 %x, i1 %c) {
entry:
  br i1 %c, label %a, label %b
a:
  %p = insertvalue { i8, i64 } { i8 3, i64 0 }, i64 %x, 1
  br label %b
b:
  %r = phi { i8, i64 } [ { i8 9, i64 -1 }, %entry ], [ %p, %a ]
  ret { i8, i64 } %r
}

define { i16, { i16, i16 } } @frozen_parts(i16 %x) {
  %a = insertvalue { i16, { i16, i16 } } zeroinitializer, i16 %x, 1, 0
  %f = freeze { i16, { i16, i16 } } %a
  %g = extractvalue { i16, { i16, i16 } } %f, 1
  %h = extractvalue { i16, i16 } %g, 0
  %r = insertvalue { i16, { i16, i16 } } %f, i16 %h, 0
  ret { i16, { i16, i16 } } %r
}

declare { i32, i1 } @llvm.umul.with.overflow.i32(i32, i32)
