"""Conditions on several calls as laws: what is assumed of variables, and which of them are nothing but a term."""

import pytest
from primir.ir.errors import Place
from primir.ir.graph import FALSE, TRUE, apply, const, leaf
from primir.ir.types import Type
from primir.lift.sygus.relation import law_of

A, B, C, P, Q = (leaf(name, 8) for name in "abcpq")
NAMES = {A: Type(8), B: Type(8), C: Type(8)}


def implied(first, second):
    return apply("or", apply("not", first), second)


def law(condition, calls):
    return law_of(condition, calls, NAMES, "text", Place(None))


SMALL, NEXT = apply("ult", A, B), apply("eq", B, apply("add", A, const(1, 8)))
IS = apply("eq", P, Q)


@pytest.mark.parametrize("condition, assumes, wanted, second", [
    (IS, TRUE, IS, B),
    (implied(SMALL, IS), SMALL, IS, B),
    (apply("or", IS, apply("not", apply("and", SMALL, apply("ult", C, A)))),
     apply("and", SMALL, apply("ult", C, A)), IS, B),
    (implied(NEXT, IS), TRUE, IS, apply("add", A, const(1, 8))),
    (implied(apply("and", NEXT, apply("eq", C, B)), apply("ult", C, P)), TRUE,
     apply("ult", apply("add", A, const(1, 8)), P), None),
    (implied(apply("eq", A, apply("add", A, B)), IS), apply("eq", A, apply("add", A, B)), IS, B),
    (implied(apply("ult", A, P), IS), TRUE, implied(apply("ult", A, P), IS), B),
])
def test_what_is_assumed_is_told_from_what_must_hold(condition, assumes, wanted, second):
    found = law(condition, {P: (A,), Q: (B,)})
    assert found.condition is wanted
    assert found.assumes is assumes or assumes is not TRUE and found.assumes is not TRUE
    assert [call.arguments for call in found.calls] == ([(A,), (second,)] if second is not None else [(A,)])


def test_what_is_never_assumed_says_nothing():
    never = apply("and", apply("ult", A, const(7, 8)), apply("ult", const(9, 8), A))
    assert law(implied(never, IS), {P: (A,), Q: (B,)}) is None
    assert law(implied(FALSE, IS), {P: (A,), Q: (B,)}) is None


def test_calls_in_the_arguments_of_calls_are_kept():
    found = law(apply("eq", Q, A), {P: (A,), Q: (P,)})
    assert [(call.arguments, call.results) for call in found.calls] == [((A,), (P,)), ((P,), (Q,))]


def test_only_variables_that_occur_are_those_of_the_law():
    found = law(implied(NEXT, IS), {P: (A,), Q: (B,)})
    assert [variable.name for variable in found.variables] == ["a"]
    found = law(implied(SMALL, apply("ult", P, C)), {P: (A,)})
    assert [variable.name for variable in found.variables] == ["a", "b", "c"]
