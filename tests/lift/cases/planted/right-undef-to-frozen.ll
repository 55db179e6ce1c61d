; proved
; freeze of undef is one of its values
define i8 @src(i8 %x) {
  ret i8 undef
}

define i8 @tgt(i8 %x) {
  %r = freeze i8 undef
  ret i8 %r
}
