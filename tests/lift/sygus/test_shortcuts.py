"""Productions that follow from others: programs that a grammar makes in a roundabout way, and how they are written."""

import pytest
import z3
from primir.ir.graph import apply, const, leaf
from primir.lift.sygus.front import parse_sygus
from primir.lift.sygus.grammar import Language

WORD = "(_ BitVec 8)"
X, Y = leaf("x", 8), leaf("y", 8)
HEAD = f"""(define-fun put ((base {WORD}) (at {WORD}) (old {WORD}) (new {WORD})) {WORD}
  (ite (= at (bvadd base #x04)) new #x00))
(define-fun const7 ((z {WORD})) {WORD} #x07)
(define-fun none ((p Bool) (z {WORD})) {WORD} z)
"""
PUT = f"((S {WORD}) (T {WORD})) ((S {WORD} (x (put x T S T))) (T {WORD} (x y {{}} (bvadd T T) (bvand T T))))"
ROUND = f"((S {WORD}) (B Bool)) ((S {WORD} (x y (none B S))) (B Bool ((and B B))))"


def language_of(grammar):
    text = f"(set-logic BV){HEAD}(synth-fun f ((x {WORD}) (y {WORD})) {WORD} {grammar})(check-synth)"
    return Language(parse_sygus(text).syntax.grammar)
SMT = {apply("and", X, Y): "(bvand x y)", const(0, 8): "#x00", Y: "y"}


@pytest.mark.parametrize("constant, program, text", [
    ("#x04", apply("and", X, Y), "(put x (bvadd x #x04) x (bvand x y))"),
    ("#x04", const(0, 8), "(put x x x x)"),
    ("#x04", Y, "(put x (bvadd x #x04) x y)"),
    ("#x02", apply("and", X, Y), "(put x (bvadd x (bvadd #x02 #x02)) x (bvand x y))"),
    ("#x08", apply("and", X, Y), None),  # there is no 4
    ("#x04", apply("sub", X, Y), None),
])
def test_a_term_that_a_production_mentions_fills_it(constant, program, text):
    language = language_of(PUT.format(constant))
    member = language.member(program)
    assert (None if member is None else language.text(member)) == text
    if text is not None:
        meaning = SMT[program]
        solver = z3.Solver()
        solver.add(z3.parse_smt2_string(f"{HEAD}(declare-const x {WORD})(declare-const y {WORD})"
                                        f"(assert (distinct {text} {meaning}))"))
        assert solver.check() == z3.unsat


@pytest.mark.parametrize("grammar, program, text", [
    (f"((S {WORD})) ((S {WORD} (x (const7 S))))", const(7, 8), "(const7 x)"),
    (f"((S {WORD}) (T {WORD})) ((S {WORD} (y (put y S T S))) (T {WORD} ((bvnot T) (Constant {WORD}))))",
     apply("select", apply("eq", Y, apply("add", Y, const(4, 8))), Y, const(0, 8)), "(put y y #x00 y)"),
    (ROUND, Y, "y"),
])
def test_any_term_does_where_the_value_does_not_depend_on_it(grammar, program, text):
    assert language_of(grammar).text(program) == text


def test_a_nonterminal_without_terms_makes_nothing():
    grammar = parse_sygus(f"(set-logic BV){HEAD}(synth-fun f ((x {WORD}) (y {WORD})) {WORD} {ROUND})(check-synth)")
    assert [each.text for each in grammar.syntax.grammar.productions] == [("x",), ("y",), ("(and ", 0, " ", 1, ")")]


def test_a_grammar_of_plain_operations_stays_as_it_is():
    language = language_of(f"((S {WORD})) ((S {WORD} (x y (bvadd S S) (bvneg S))))")
    assert len(language.grammar.productions) == 4 and language.grammar.flat
