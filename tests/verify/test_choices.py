"""The quantifier over the source's choices: instances, candidates, and what is left open."""

import pytest
from primir.ir.graph import CHOICE, TRUE, apply, const, leaf
from primir.jobs.limits import Deadline
from primir.verify.choices import exists_forall
from primir.verify.provers.portfolio import STANDARD
from primir.verify.provers.query import DontKnow, Sat, Unsat

X, C = leaf("x", 8), leaf("src.choice0", 8, CHOICE)


def ask(condition, provers=STANDARD, hints=()):
    return exists_forall(condition, [C], hints, Deadline(10), provers)


@pytest.mark.parametrize("condition, kind", [
    (apply("ne", C, X), Unsat),
    (apply("ne", apply("mul", C, C), const(49, 8)), Unsat),  # no instance at hand: 7 comes from a candidate
    (apply("ne", apply("mul", C, C), const(3, 8)), Sat),  # odd squares are 1 modulo 8
    (apply("ult", apply("and", C, const(1, 8)), X), Sat),
    (apply("ne", apply("mul", C, C), apply("mul", X, X)), Unsat),
])
def test_a_condition_for_all_choices(condition, kind):
    answer = ask(condition)
    assert isinstance(answer, kind)
    if kind is Sat:
        assert C not in answer.model


def test_rounds_are_bounded():
    # for each x another choice avoids it, and none is at hand: x + 0x5b = c
    condition = apply("ne", apply("sub", C, const(0x5B, 8)), apply("xor", apply("mul", X, const(3, 8)), X))
    answer = ask(condition)
    assert isinstance(answer, DontKnow)
    assert "instances of them decide nothing" in answer.why


def test_a_hint_is_tried():
    wanted = apply("add", apply("xor", apply("mul", X, const(3, 8)), X), const(0x5B, 8))
    condition = apply("ne", apply("sub", C, const(0x5B, 8)), apply("xor", apply("mul", X, const(3, 8)), X))
    assert isinstance(ask(condition, hints=[wanted]), Unsat)


def test_a_candidate_counts_only_after_the_second_query():
    class OnlyModels:
        name = "only models"

        def ask(self, query, deadline):
            from primir.verify.provers.corners import Corners

            return Corners().ask(query, deadline)

    condition = apply("ult", apply("and", C, const(1, 8)), X)
    assert isinstance(ask(condition, provers=[OnlyModels()]), DontKnow)
    assert isinstance(exists_forall(TRUE, [C], [], Deadline(5), STANDARD), Sat)
