; proved
; poison in one lane leaves the other alone
define i8 @src(<2 x i8> %x) {
  %r = extractelement <2 x i8> %x, i32 0
  ret i8 %r
}

define i8 @tgt(<2 x i8> %x) {
  %v = insertelement <2 x i8> %x, i8 poison, i32 1
  %r = extractelement <2 x i8> %v, i32 0
  ret i8 %r
}
