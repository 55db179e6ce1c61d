"""What is said in several cases as one function: which cases, where they speak, and whether they clash."""

import random

import pytest
from primir.ir.evaluate import evaluate
from primir.ir.graph import TRUE, apply, const, leaf
from primir.lift.sygus.cases import MOST, Case, cases_of, clash, defined, function_of, inputs_of
from primir.lift.sygus.front import parse_sygus

X, Y, RESULT = leaf("x", 8), leaf("y", 8), leaf("result", 8)
LOW, HIGH = apply("ult", X, const(7, 8)), apply("ult", const(6, 8), X)
SUM, DIFFERENCE = apply("add", X, Y), apply("sub", X, Y)
IS_SUM, IS_DIFFERENCE = apply("eq", RESULT, SUM), apply("eq", DIFFERENCE, RESULT)
COUNT, SAME = apply("ctpop", X), apply("ctpop", apply("bitreverse", X))  # which takes a proof
HEAD = "(set-logic BV)(synth-fun f ((x (_ BitVec 8)) (y (_ BitVec 8))) (_ BitVec 8))" \
       "(declare-var a (_ BitVec 8))(declare-var b (_ BitVec 8)){}(check-synth)"


def negated(node):
    return apply("not", node)


def given(condition, said):
    return apply("or", negated(condition), said)


@pytest.mark.parametrize("side, value", [
    (apply("add", X, RESULT), apply("sub", Y, X)),
    (apply("sub", X, RESULT), apply("sub", X, Y)),
    (apply("sub", RESULT, X), apply("add", X, Y)),
    (apply("xor", RESULT, X), apply("xor", X, Y)),
    (apply("not", RESULT), apply("not", Y)),
    (apply("neg", apply("add", RESULT, const(3, 8))), apply("sub", const(0xfd, 8), Y)),
    (apply("add", RESULT, RESULT), None),
    (apply("or", RESULT, X), None),
    (apply("mul", RESULT, X), None),
    (apply("lshr", RESULT, const(1, 8)), None),
])
def test_an_equation_is_solved_for_the_result(side, value):
    for condition in (apply("eq", side, Y), apply("eq", Y, side)):
        found = defined(condition, RESULT)
        assert (found is None) == (value is None)
        for inputs in ({X: 3, Y: 200}, {X: 255, Y: 17}):
            assert found is None or evaluate([found], inputs) == evaluate([value], inputs)


@pytest.mark.parametrize("condition, cases", [
    (IS_SUM, [Case(TRUE, SUM)]),
    (given(LOW, IS_SUM), [Case(LOW, SUM)]),
    (apply("or", IS_SUM, negated(LOW)), [Case(LOW, SUM)]),
    (given(LOW, given(HIGH, IS_SUM)), [Case(apply("and", LOW, HIGH), SUM)]),
    (given(apply("and", LOW, HIGH), IS_SUM), [Case(apply("and", LOW, HIGH), SUM)]),
    (given(LOW, apply("and", IS_SUM, given(HIGH, IS_DIFFERENCE))),
     [Case(LOW, SUM), Case(apply("and", LOW, HIGH), DIFFERENCE)]),
    (apply("select", LOW, IS_SUM, IS_DIFFERENCE), [Case(LOW, SUM), Case(negated(LOW), DIFFERENCE)]),
    (negated(apply("and", LOW, negated(IS_SUM))), [Case(LOW, SUM)]),
    (apply("or", apply("or", IS_SUM, LOW), negated(IS_SUM)), []),
    (apply("or", IS_SUM, IS_DIFFERENCE), None),
    (apply("ult", RESULT, X), None),
    (apply("eq", RESULT, apply("add", RESULT, X)), None),
    (given(apply("eq", RESULT, X), IS_SUM), None),
    (apply("select", apply("ult", RESULT, X), IS_SUM, IS_DIFFERENCE), None),
])
def test_a_condition_falls_apart_into_cases(condition, cases):
    assert cases_of([condition], RESULT) == cases


def test_there_may_be_too_many_cases():
    some = [given(apply("eq", X, const(number, 8)), IS_SUM) for number in range(MOST + 1)]
    assert cases_of(some[1:], RESULT) is not None and cases_of(some, RESULT) is None


def test_the_function_is_what_the_cases_say_wherever_they_speak():
    rng = random.Random(5)
    tests = [LOW, HIGH, apply("ult", Y, X), apply("eq", Y, const(9, 8)), negated(LOW)]
    for _ in range(60):
        cases = [Case(apply("and", *rng.sample(tests, 2)) if rng.random() < 0.5 else rng.choice(tests), value)
                 for value in (SUM, DIFFERENCE, X)]
        value, domain = function_of(cases)
        for _ in range(40):
            inputs = {X: rng.choice((0, 6, 7, 8, 9, 255)), Y: rng.choice((0, 6, 7, 9, 200))}
            first = next((case for case in cases if evaluate([case.condition], inputs) == [1]), None)
            assert evaluate([domain], inputs) == [first is not None], (cases, inputs)
            assert first is None or evaluate([value], inputs) == evaluate([first.value], inputs), (cases, inputs)


def test_what_holds_wherever_the_cases_before_do_not_is_left_out():
    value, domain = function_of([Case(LOW, SUM), Case(apply("and", HIGH, apply("ult", Y, X)), Y), Case(HIGH, X)])
    assert value is apply("select", LOW, SUM, apply("select", apply("ult", Y, X), Y, X)) and domain is TRUE


@pytest.mark.parametrize("cases, where, found", [
    ([Case(LOW, SUM), Case(HIGH, DIFFERENCE)], TRUE, False),
    ([Case(LOW, SUM), Case(LOW, SUM)], TRUE, False),
    ([Case(LOW, SUM), Case(apply("ult", X, const(9, 8)), DIFFERENCE)], TRUE, True),
    ([Case(LOW, SUM), Case(TRUE, DIFFERENCE)], HIGH, False),
    ([Case(LOW, SUM), Case(TRUE, apply("sub", X, apply("sub", const(0, 8), Y)))], TRUE, False),
    ([Case(TRUE, apply("mul", X, X)), Case(apply("ult", apply("mul", X, Y), X), Y)], TRUE, True),
    ([Case(TRUE, COUNT), Case(TRUE, SAME)], TRUE, None),
])
def test_cases_that_clash(cases, where, found):
    assert clash(cases, [X, Y], where) is found


@pytest.mark.parametrize("condition, words", [
    (apply("and", apply("eq", Y, const(3, 8)), apply("eq", const(5, 8), X)), (5, 3)),
    (apply("and", apply("eq", Y, const(3, 8)), apply("eq", Y, const(4, 8))), None),
    (apply("eq", Y, const(3, 8)), None),
    (apply("and", apply("eq", Y, const(3, 8)), LOW), None),
    (apply("and", apply("eq", Y, const(3, 8)), apply("eq", SUM, const(4, 8))), None),
])
def test_a_case_may_speak_of_one_input(condition, words):
    assert inputs_of(Case(condition, X), [X, Y]) == words


@pytest.mark.parametrize("constraints, reference, ensures", [
    ("(=> (bvult a #x07) (= (f a b) b)) (=> (bvuge a #x07) (= (f a b) a))", apply("select", LOW, Y, X), TRUE),
    ("(=> (bvult a #x07) (= (f a b) b)) (=> (bvult #x09 a) (= (f a b) a)) (or (= (f a b) a) (not (= (f a b) a)))",
     apply("select", LOW, Y, X), TRUE),
    ("(=> (bvult a #x07) (= (f a b) b)) (=> (bvult a #x09) (= (f a b) a))", None, const(0, 1)),
    ("(=> (bvult a #x07) (= (f a b) b)) (= (f #x01 #x02) #x03)", None, const(0, 1)),
])
def test_conditional_equations_are_one_function(constraints, reference, ensures):
    spec = parse_sygus(HEAD.format(f"(constraint (and {constraints}))"))
    assert (spec.reference and spec.reference.results[0].value) is reference and spec.ensures is ensures


def test_cases_on_single_inputs_are_examples():
    spec = parse_sygus(HEAD.format("(constraint (=> (and (= a #x01) (= b #x02)) (= (f a b) #x03)))"))
    assert spec.only_examples and [(e.inputs, e.outputs) for e in spec.examples] == [((1, 2), (3,))]


def test_cases_under_an_assumption_clash_only_there():
    text = "(assume (bvult a #x07)) (constraint (=> (bvult a #x08) (= (f a b) b)))" \
           "(constraint (=> (bvult #x06 a) (= (f a b) a)))"
    spec = parse_sygus(HEAD.format(text))
    assert spec.reference is not None and spec.requires is LOW
