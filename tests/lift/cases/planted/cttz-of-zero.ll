; refuted: poison
; the select guards the value, not the poison: a mask would not do
define i8 @src(i8 %x) {
  %r = call i8 @llvm.cttz.i8(i8 %x, i1 false)
  %m = and i8 %r, 7
  ret i8 %m
}

define i8 @tgt(i8 %x) {
  %r = call i8 @llvm.cttz.i8(i8 %x, i1 true)
  %m = and i8 %r, 7
  ret i8 %m
}

declare i8 @llvm.cttz.i8(i8, i1 immarg)
