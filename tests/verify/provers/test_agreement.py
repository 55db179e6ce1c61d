"""Two provers must say that there is no model; one is no proof, and a wrong one is found out."""

from dataclasses import dataclass

import pytest
from primir.ir.graph import FALSE, apply, const, leaf
from primir.jobs.limits import Deadline
from primir.verify.provers.agreement import Agreement, family
from primir.verify.provers.portfolio import STANDARD
from primir.verify.provers.query import DontKnow, Query, Sat, Unsat
from primir.verify.provers.solvers import BITWUZLA, Z3, Race

X, Y = leaf("x", 8), leaf("y", 8)
NEVER = apply("ne", apply("add", X, Y), apply("add", apply("or", X, Y), apply("and", X, Y)))
SOMETIMES = apply("eq", X, const(7, 8))


@dataclass(frozen=True)
class Says:
    name: str
    answer: object

    def ask(self, query, deadline):
        return self.answer


LIAR = Says("liar", Unsat("liar"))
NOBODY = Says("nobody", DontKnow("nobody: no idea"))
WRONG = Says("wrong", Sat({X: 0}, "wrong"))
RIGHT = Says("right", Sat({X: 7}, "right"))


def ask(query, *provers):
    return Agreement(provers).ask(Query(query), Deadline(20))


def test_two_say_so():
    answer = ask(NEVER, BITWUZLA, Z3)
    assert isinstance(answer, Unsat) and answer.prover == "bitwuzla and z3"


def test_those_of_a_race_are_asked_apart():
    answer = ask(NEVER, BITWUZLA, Race((BITWUZLA, Z3)))
    assert isinstance(answer, Unsat) and answer.prover == "bitwuzla and z3"


@pytest.mark.parametrize("provers", [(LIAR,), (LIAR, NOBODY), (LIAR, Says("liar again", Unsat("liar again"))),
                                     (LIAR, WRONG)])  # fmt: skip
def test_one_is_no_proof(provers):
    answer = ask(SOMETIMES, *provers)
    assert isinstance(answer, DontKnow) and "liar says so, and nobody else" in answer.why


def test_a_model_needs_no_second_opinion():
    assert isinstance(ask(SOMETIMES, NOBODY, RIGHT), Sat)


def test_a_model_against_a_proof_is_a_model_and_is_said():
    answer = ask(SOMETIMES, LIAR, RIGHT)
    assert isinstance(answer, Sat) and "INTERNAL DISAGREEMENT: liar" in answer.remarks[0]


def test_the_standard_provers_agree():
    assert isinstance(Agreement(STANDARD).ask(Query(NEVER), Deadline(30)), Unsat)
    assert isinstance(Agreement(STANDARD).ask(Query(SOMETIMES), Deadline(30)), Sat)
    assert isinstance(Agreement(()).ask(Query(FALSE), Deadline(1)), DontKnow)


def test_families():
    names = ("bitwuzla", "bitwuzla without rewriting", "z3", "integers by z3", "integers", "ring normal form")
    assert list(map(family, names)) == ["bitwuzla", "bitwuzla", "z3", "z3", "integers", "ring"]
