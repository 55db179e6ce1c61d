"""The search by productions: all terms of nested grammars, and none besides."""

import pytest
from primir.api import synthesize
from primir.ir.evaluate import evaluate
from primir.ir.graph import FALSE, TRUE, apply, leaf
from primir.jobs.limits import Deadline
from primir.lift.sygus.front import parse_sygus
from primir.lift.sygus.grammar import Language
from primir.synth.budget import Budget, Spent
from primir.synth.engines.derivations import bitwise, derived_programs
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


P, Q, R = (leaf(name, 1) for name in "pqr")


@pytest.mark.parametrize("pattern", [
    P, FALSE, apply("and", P, Q), apply("or", P, apply("not", Q)), apply("xor", P, Q), apply("eq", P, Q),
    apply("ne", P, apply("and", Q, R)), apply("select", P, Q, apply("not", R)), apply("ult", P, Q), apply("sle", P, Q),
    apply("mul", P, apply("add", Q, R)), apply("lshr", P, Q), apply("sub", TRUE, P),
])
def test_a_pattern_on_each_bit_of_words(pattern):
    words = [0xF0F0F0F012345678, 0xCCCCCCCC9ABCDEF0, 0xAAAAAAAA0FEDCBA9]
    wide = bitwise(pattern)
    (found,) = evaluate([wide], {leaf(name, 64): word for name, word in zip("pqr", words, strict=True)})
    for place in range(64):
        bits = {node: word >> place & 1 for node, word in zip((P, Q, R), words, strict=True)}
        assert evaluate([pattern], bits) == [found >> place & 1], place


def test_operations_on_bits_stay_what_they_are():
    wide = bitwise(apply("xor", P, apply("not", apply("and", Q, R))))
    assert wide is apply("xor", leaf("p", 64), apply("not", apply("and", leaf("q", 64), leaf("r", 64))))


NAMES = [f"x{number}" for number in range(7)]  # 128 inputs: two words for a term
MANY = f"(set-logic BV)(synth-fun f ({' '.join(f'({name} Bool)' for name in NAMES)}) Bool " \
    "((S Bool) (A Bool) (B Bool)) ((S Bool ((xor A A) (ite B A A))) (A Bool ((and B B) (not B) x5 x6)) " \
    "(B Bool (x0 x1 x2 x3 x4))))" + "".join(f"(declare-var y{number} Bool)" for number in range(7)) + \
    "(constraint (= (f y0 y1 y2 y3 y4 y5 y6) {}))(check-synth)"


@pytest.mark.parametrize("wanted", ["(xor y6 (and y1 y4))", "(ite y2 (not y0) y5)"])
def test_more_samples_than_bits_of_a_word(wanted):
    spec, language, found = search(MANY.format(wanted))
    assert found and all(language.text(node) is not None for node in found)
    inputs = [parameter.value for parameter in spec.parameters]
    for number in range(128):
        words = {leaf_: number >> place & 1 for place, leaf_ in enumerate(inputs)}
        assert evaluate([found[-1]], words) == evaluate([spec.reference.results[0].value], words)


def test_a_predicate_is_asked_of_unpacked_values():
    call = "(f y0 y1 y2 y3 y4 y5 y6)"
    wanted = f"(or (= {call} (and y5 y6)) (= {call} (xor y6 (and y0 y4))))"
    spec, _, found = search(MANY.replace(f"(= {call} {{}})", wanted))
    assert found and spec.reference is None
    inputs = [parameter.value for parameter in spec.parameters]
    for number in range(128):
        words = {leaf_: number >> place & 1 for place, leaf_ in enumerate(inputs)}
        words[spec.outputs[0].value] = evaluate([found[-1]], words)[0]
        assert evaluate([spec.ensures], words) == [1]


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
