; proved
; the part that is poison may be anything
define { i8, i1 } @src(i8 %x) {
  %r = insertvalue { i8, i1 } poison, i8 %x, 0
  ret { i8, i1 } %r
}

define { i8, i1 } @tgt(i8 %x) {
  %s = insertvalue { i8, i1 } poison, i8 %x, 0
  %r = insertvalue { i8, i1 } %s, i1 true, 1
  ret { i8, i1 } %r
}
