; refuted: poison
; a poison bit makes the whole word poison
define i8 @src(i8 %x) {
  ret i8 0
}

define i8 @tgt(i8 %x) {
  %a = shl nsw i8 %x, 1
  %r = and i8 %a, 1
  ret i8 %r
}
