"""Equal parts: only what is proved becomes one, so that nothing follows from values that merely look the same."""

from __future__ import annotations

import random

import pytest
from primir.ir.graph import Node, apply, const, leaf
from primir.jobs.limits import Deadline
from primir.verify.provers import merging
from primir.verify.provers.merging import Merging
from primir.verify.provers.query import DontKnow, Query, Sat, Unsat

X, Y, Z = leaf("x", 32), leaf("y", 32), leaf("z", 32)
LOWEST = apply("and", X, apply("neg", X))
ONE = const(1, 32)


def rest(op: str) -> tuple[Node, Node]:
    """The bits above the lowest one, written in two ways, and divided or multiplied by it."""
    return (apply(op, apply("xor", X, LOWEST), LOWEST),
            apply(op, apply("and", X, apply("sub", X, ONE)), LOWEST))


def rare(value: Node) -> Node:
    """`value`, but where `z` is one word of many."""
    return apply("add", value, apply("zext", apply("eq", Z, const(0x51ED270B, 32)), width=32))


def ask(goal: Node, *assumptions: Node):
    return Merging().ask(Query(goal, assumptions), Deadline(20))


@pytest.mark.parametrize("op", ["udiv", "urem", "mul"])
def test_results_of_equal_arguments_are_equal(op):
    left, right = rest(op)
    goal = apply("ne", apply("or", left, Y), apply("or", right, Y))
    assert ask(goal) == Unsat("equal parts by bitwuzla")


def test_what_is_equal_under_the_assumptions_is_equal_there():
    assumed = apply("ult", X, const(1 << 16, 32))
    low = apply("and", X, const(0xFFFF, 32))
    goal = apply("ne", apply("udiv", apply("mul", Y, low), Y), apply("udiv", apply("mul", Y, X), Y))
    assert isinstance(ask(goal, assumed), Unsat)
    assert not isinstance(ask(goal), Unsat)


def test_an_assumption_is_not_used_up_by_itself():
    """Under `x * x == y * y` both sides are one value, and the assumption says something all the same."""
    assumed = apply("eq", apply("mul", X, X), apply("mul", Y, Y))
    goal = apply("ne", apply("mul", apply("mul", X, X), Z), apply("mul", apply("mul", Y, Y), Z))
    assert not isinstance(ask(goal, assumed), Sat)
    other = apply("ne", apply("mul", X, Z), apply("mul", Y, Z))  # x and y may differ
    assert not isinstance(ask(other, assumed), Unsat)


@pytest.mark.parametrize("op", ["udiv", "urem", "mul"])
def test_what_differs_on_one_input_is_not_equal(op):
    left, right = rest(op)
    answer = ask(apply("ne", apply(op, rare(left), Y), apply(op, right, Y)))
    assert not isinstance(answer, Unsat)


def test_values_that_only_look_the_same_would_be_taken_for_equal(monkeypatch):
    """Planted: every pair counts as proved, and the checks of this file speak."""
    left, right = rest("mul")
    goal = apply("ne", apply("mul", rare(left), Y), apply("mul", right, Y))
    monkeypatch.setattr(merging._Merged, "_differ", lambda *_: Unsat("planted"))
    assert isinstance(ask(goal), Unsat)


def test_a_model_is_one_of_the_query():
    goal = apply("and", apply("eq", apply("mul", X, X), const(49, 32)), apply("eq", *rest("mul")))
    query = Query(goal)
    answer = Merging().ask(query, Deadline(20))
    assert isinstance(answer, Sat) and query.holds(answer.model)


def test_large_questions_are_left_to_others():
    answer = Merging(limit=3).ask(Query(apply("ne", *rest("mul"))), Deadline(5))
    assert answer == DontKnow("equal parts by bitwuzla: more than 3 operations")


def test_nothing_equal_is_said():
    answer = ask(apply("ne", apply("mul", X, Y), apply("add", X, Y)))
    assert answer == DontKnow("equal parts by bitwuzla: none that is proved")


class Refuting(Merging):
    """Its models are checked and dropped."""

    def ask(self, query: Query, deadline: Deadline):
        answer = super().ask(query, deadline)
        if isinstance(answer, Sat):
            assert query.holds(answer.model)
            return DontKnow("a model")
        return answer


def test_random_queries_agree_with_brute_force(fuzz):
    assert fuzz(Refuting(), 2026).all(60)["equal_pairs"] > 10


@pytest.mark.slow
def test_many_random_queries_agree_with_brute_force(fuzz):
    fuzz(Refuting(), random.randrange(1 << 30)).all(1_500)


@pytest.mark.parametrize("planted", [
    ("_differ", lambda *_: Unsat("planted")),  # what looks the same is the same
    ("_alike", lambda self, index: [other for other in self.parts[:index] if other.width == self.parts[index].width][:1]
     if self.parts[index].args else []),
])
def test_brute_force_sees_a_planted_fault(fuzz, monkeypatch, planted):
    monkeypatch.setattr(merging, "FEWEST", 1)
    monkeypatch.setattr(merging, "POINTS", 3)
    monkeypatch.setattr(merging._Merged, "_differ", lambda *_: Unsat("planted"))
    monkeypatch.setattr(merging._Merged, *planted)
    with pytest.raises(AssertionError):
        fuzz(Refuting(), 2026).all(60)
