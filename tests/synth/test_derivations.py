"""The search by productions: all terms of nested grammars, and none besides."""

import pytest
from primir.api import synthesize
from primir.ir.evaluate import evaluate
from primir.jobs.limits import Deadline
from primir.lift.grammar import Language
from primir.lift.sygus import parse_sygus
from primir.synth.budget import Budget, Spent
from primir.synth.engines.derivations import derived_programs
from primir.synth.engines.events import Candidate
from primir.synth.problem import Problem
from primir.synth.vocabulary import vocabulary

CHAIN = """((S Bool) (A Bool) (B Bool) (C Bool))
  ((S Bool ((and A A) (or A A) (not A))) (A Bool ((xor B B) (not B) p)) (B Bool ((and C C) (or C C) q)) (C Bool (r)))"""
FILE = "(set-logic BV)(synth-fun f ((p Bool) (q Bool) (r Bool)) Bool {})" \
       "(declare-var a Bool)(declare-var b Bool)(declare-var c Bool)(constraint (= (f a b c) {}))(check-synth)"
WORDS = """(set-logic BV)(define-fun third ((z (_ BitVec 8))) (_ BitVec 8) (bvudiv z #x03))
(synth-fun f ((x (_ BitVec 8))) (_ BitVec 8)
  ((S (_ BitVec 8)) (T (_ BitVec 8))) ((S (_ BitVec 8) (T (third T))) (T (_ BitVec 8) (x (bvadd x S) (bvnot S)))))
(declare-var a (_ BitVec 8))(constraint (= (f a) {}))(check-synth)"""


def search(text):
    """The candidates of the engine, all of them, with the language that they should be in."""
    spec = parse_sygus(text)
    problem = Problem(spec, seed=0, deadline=Deadline(30))
    grammar = spec.syntax.grammar
    found = []
    try:
        for event in derived_programs(problem, 0, vocabulary(spec), grammar, Budget(Deadline(20), 200_000)):
            if isinstance(event, Candidate):
                found.append(event.node)
    except Spent:
        pass
    return spec, Language(grammar), found


@pytest.mark.parametrize("text", [
    FILE.format(CHAIN, "(and (xor b (and c c)) a)"),
    FILE.format(CHAIN, "(not (xor c b))"),
    WORDS.format("(bvudiv (bvadd a (bvnot (bvudiv a #x03))) #x03)"),
    WORDS.format("a"),
])
def test_what_is_offered_is_in_the_grammar_and_right(text):
    spec, language, found = search(text)
    assert found
    inputs = [parameter.value for parameter in spec.parameters]
    for node in found:
        assert language.text(node) is not None
        for number in range(256):
            words = {leaf_: number >> place & (1 << leaf_.width) - 1 for place, leaf_ in enumerate(inputs)}
            assert evaluate([node], words) == evaluate([spec.reference.results[0].value], words)


@pytest.mark.parametrize("wanted", ["(and (and a b) (and b (not c)))", "(not (and a b))"])
def test_what_the_grammar_does_not_hold_is_never_found(wanted):
    _, _, found = search(FILE.format(CHAIN, wanted))
    assert found == []


def test_a_nested_grammar_is_solved():
    result = synthesize(parse_sygus(FILE.format(CHAIN, "(ite a true (distinct b c))")), time=30)
    assert (result.status, result.search.engine) == ("proved", "derivations")
    assert result.sygus.startswith("(define-fun f ((p Bool) (q Bool) (r Bool)) Bool (or ")


@pytest.mark.parametrize("wanted", ["(and (and a b) (and b (not c)))", "(not (and a b))"])
def test_a_finite_grammar_without_an_answer_is_infeasible(wanted):
    result = synthesize(parse_sygus(FILE.format(CHAIN, wanted)), time=30)
    assert (result.status, result.sygus) == ("none", "infeasible")


def test_nothing_is_called_infeasible_where_behaviours_are_told_apart_by_fingerprints():
    result = synthesize(parse_sygus(WORDS.format("(bvmul a #x55)")), time=20, work=300_000)
    assert (result.status, result.sygus) == ("unknown", "fail")
