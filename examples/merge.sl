; The bits of x where the mask is 1, and those of y elsewhere, with as little as a grammar of three operations has.
(set-logic BV)
(define-sort Word () (_ BitVec 32))
(synth-fun merge ((x Word) (y Word) (mask Word)) Word
  ((W Word))
  ((W Word (x y mask (bvand W W) (bvor W W) (bvxor W W)))))
(declare-var a Word)
(declare-var b Word)
(declare-var m Word)
(constraint (= (merge a b m) (bvor (bvand a m) (bvand b (bvnot m)))))
(check-synth)
