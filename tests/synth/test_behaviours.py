"""Grammars with few behaviours: where none of them is right, no term is, and that is never said where one is."""

import pytest
from primir.api import synthesize
from primir.jobs.limits import Deadline
from primir.lift.sygus.front import parse_sygus
from primir.synth.behaviours import none_is_right
from primir.synth.problem import Problem

BYTES = """(set-logic BV)(synth-fun f ((x (_ BitVec 8)) (y (_ BitVec 8))) (_ BitVec 8) {})
(declare-var x (_ BitVec 8))(declare-var y (_ BitVec 8))(constraint {})(check-synth)"""
LATTICE = "((S (_ BitVec 8))) ((S (_ BitVec 8) (x y (bvand S S) (bvor S S))))"
MASKED = "((S (_ BitVec 8)) (T (_ BitVec 8))) ((S (_ BitVec 8) ((bvand T #x0f) T)) (T (_ BitVec 8) (y (bvnot S))))"
SUMS = "((S (_ BitVec 8))) ((S (_ BitVec 8) (x #x01 (bvadd S S))))"
ANY = "((S (_ BitVec 8)) (T (_ BitVec 8)))" \
    " ((S (_ BitVec 8) (T (bvand T x))) (T (_ BitVec 8) ((Constant (_ BitVec 8)))))"


@pytest.mark.parametrize("grammar, wanted, infeasible", [
    (LATTICE, "(= (f x y) (bvxor x y))", True),
    (LATTICE, "(= (f x y) (bvnot x))", True),
    (LATTICE, "(= (f x y) (bvor x (bvand x y)))", False),
    (LATTICE, "(bvuge (f x y) (bvadd (bvand x y) #x01))", True),  # a predicate
    (LATTICE, "(bvuge (f x y) x)", False),
    (MASKED, "(= (f x y) (bvand x #x0f))", True),
    (MASKED, "(= (f x y) (bvnot (bvand (bvnot y) #x0f)))", False),
    (SUMS, "(= (f x y) y)", False),  # there is none, but behaviours are too many to tell
    (ANY, "(= (f x y) y)", False),  # constants are not gone through
])
def test_where_no_behaviour_is_right_no_term_is(grammar, wanted, infeasible):
    spec = parse_sygus(BYTES.format(grammar, wanted))
    assert none_is_right(Problem(spec, seed=0, deadline=Deadline(30)), 0, spec.syntax.grammar) == infeasible


@pytest.mark.parametrize("wanted, status", [("(= (f x y) (bvxor x y))", "none"), ("(= (f x y) (bvand y x))", "proved")])
def test_the_answer_to_a_grammar_that_closes(wanted, status):
    result = synthesize(parse_sygus(BYTES.format(LATTICE, wanted)), time=30)
    assert result.status == status and (result.sygus == "infeasible") == (status == "none")
