; refuted: value
; a lane that is undef twice need not be 0
define i8 @src(i8 %x) {
  ret i8 0
}

define i8 @tgt(i8 %x) {
  %v = insertelement <2 x i8> undef, i8 %x, i32 0
  %w = sub <2 x i8> %v, %v
  %r = extractelement <2 x i8> %w, i32 1
  ret i8 %r
}
