"""Answers to SyGuS files: in the grammar, right by a solver that knows nothing of us, or none at all."""

import pytest
import z3
from primir.api import synthesize
from primir.ir.canon import canonical
from primir.lift.sygus.front import parse_answer, parse_sygus

WORD = "(_ BitVec 16)"
CASES = {  # the grammar, the constraints, and the answer
    "lowest one": (f"((S {WORD})) ((S {WORD} (x (bvand S S) (bvneg S))))", "(= (f a) (bvand a (bvsub #x0000 a)))",
                   ["(bvand x (bvneg x))", "(bvand (bvneg x) x)"]),
    "division is total": (f"((S {WORD})) ((S {WORD} (x #x0001 #x0000 (bvudiv S S))))", "(= (f a) (bvudiv a a))",
                          ["(bvudiv x x)"]),
    "no grammar": ("", "(=> (bvult a #x0100) (= (f a) (bvshl a #x0008)))", None),
    "cases": (f"((S {WORD}) (B Bool)) ((S {WORD} (x #x0007 (ite B S S))) (B Bool ((bvult S S))))",
              "(and (=> (bvult #x0009 a) (= (f a) a)) (=> (bvult a #x0007) (= (f a) #x0007)))", None),
    "cases that never hold": ("", "(=> (bvult a #x0000) (= (f a) (bvadd a a)))", None),
    "cases and examples": ("", "(and (=> (bvult a #x0007) (= (f a) a)) (= (f #x0009) #x0000))", None),
    "an inverse": (f"((S {WORD})) ((S {WORD} (x #x0001 (bvadd S S) (bvnot S))))",
                   "(and (= (f (f a)) a) (= (f #x0000) #xffff) (= (f #x0001) #xfffe))", None),
    "a step": (f"((S {WORD})) ((S {WORD} (x #x0001 (bvadd S S))))",
               "(and (= (f (bvadd a #x0001)) (bvadd (f a) #x0002)) (= (f #x0000) #x0001))", None),
    "a bound for all": ("", "(=> (bvult b #x0100) (bvule (bvand a b) (f a)))", None),
    "examples": (f"((S {WORD})) ((S {WORD} (x (bvmul S S) (bvnot S))))",
                 "(and (= (f #x0003) #x0009) (= (f #x0005) #x0019) (= (f #x0100) #x0000))", None),
    "a Bool inside": (f"((S {WORD}) (B Bool)) ((S {WORD} (x #x0007 (ite B S S))) (B Bool ((bvugt S S))))",
                      "(= (f a) (ite (bvult a #x0007) a #x0007))", None),
    "nested": (f"((S {WORD}) (T {WORD})) ((S {WORD} ((bvadd T T))) (T {WORD} ((bvshl x #x0003) (bvnot x) x)))",
               "(= (f a) (bvmul #x0009 a))", None),
    "a roundabout way": (f"((S {WORD}) (T {WORD})) "
                         f"((S {WORD} ((ite (= T #x0005) T x))) (T {WORD} (x #x0005 (bvxor T T))))",
                         "(= (f a) (bvxor a #x0005))", ["(ite (= #x0005 #x0005) (bvxor x #x0005) x)"]),
}


def text_of(grammar, constraint):
    return f"(set-logic BV)(synth-fun f ((x {WORD})) {WORD} {grammar})" \
           f"(declare-var a {WORD})(declare-var b {WORD})" \
           f"(constraint {constraint})(check-synth)"


def is_right(answer, constraint):
    """Whether z3 finds no input on which the constraint fails for the answer."""
    solver = z3.Solver()
    solver.add(z3.parse_smt2_string(f"{answer}(declare-const a {WORD})(declare-const b {WORD})"
                                    f"(assert (not {constraint}))"))
    return solver.check() == z3.unsat


@pytest.mark.parametrize("name", CASES)
def test_answers_are_right_and_in_the_grammar(name):
    grammar, constraint, answers = CASES[name]
    text = text_of(grammar, constraint)
    result = synthesize(parse_sygus(text), time=60)
    assert is_right(result.sygus, constraint), result.sygus
    assert answers is None or any(result.sygus.endswith(f"{answer})") for answer in answers), result.sygus
    again = parse_answer(result.sygus, result.spec, text)
    assert canonical([again.results[0].value]) == canonical([result.function.results[0].value])
    if result.spec.syntax.grammar is not None:
        assert result.spec.syntax.define(again.results[0].value) == result.sygus


def test_the_check_with_z3_notices_a_wrong_answer():
    assert not is_right(f"(define-fun f ((x {WORD})) {WORD} (bvadd x x))", "(= (f a) (bvmul a #x0003))")


@pytest.mark.parametrize("constraint", [
    "(and (bvult (f a) a) (= (f #x0001) #x0001))",
    "(and (=> (bvult a #x0007) (= (f a) a)) (=> (bvult #x0005 a) (= (f a) #x0000)))",
    "(and (=> (bvult a #x0007) (= (f a) a)) (= (f #x0003) #x0000))",
    "(and (= (f (f a)) a) (= (f #x0003) #x0004) (= (f #x0004) #x0005))",
])
def test_contradictions_are_infeasible(constraint):
    result = synthesize(parse_sygus(text_of("", constraint)), time=30)
    assert (result.status, result.sygus) == ("none", "infeasible")


def test_what_the_grammar_does_not_hold_fails():
    grammar = f"((S {WORD})) ((S {WORD} (x (bvadd S S))))"
    result = synthesize(parse_sygus(text_of(grammar, "(= (f a) (bvand a #x0f0f))")), time=20, work=1_000_000)
    assert (result.status, result.sygus) == ("unknown", "fail")


def test_what_a_grammar_of_few_behaviours_does_not_hold_is_infeasible():
    grammar = f"((S {WORD})) ((S {WORD} (x (bvand S S))))"
    result = synthesize(parse_sygus(text_of(grammar, "(= (f a) (bvadd a a))")), time=20)
    assert (result.status, result.sygus) == ("none", "infeasible")
