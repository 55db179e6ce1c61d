"""Two provers instead of one: an answer counts when a second one, independent of the first, gives it as well.

A model needs no second opinion: it is evaluated. That there is none is what nobody can see, so two must say it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...jobs.limits import Deadline
from .query import Answer, DontKnow, Prover, Query, Sat, Unsat


@dataclass(frozen=True, slots=True)
class Agreement:
    """Asks `provers` in turn until two of different families say Unsat, or one finds a model."""

    provers: tuple[Prover, ...]
    name: str = "two provers"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        first: Unsat | None = None
        doubts: list[str] = []
        remarks: tuple[str, ...] = ()
        for prover in _one_by_one(self.provers):
            if deadline.passed():
                doubts.append(f"{prover.name}: no time left")
                break
            if first is not None and family(prover.name) == family(first.prover):
                continue
            # the second opinion is worth half of what time is left, at most: others may give it, too
            share = deadline if first is None else deadline.slice(deadline.left() / 2)
            answer = prover.ask(query, share)
            remarks += answer.remarks
            match answer:
                case Sat(model, name) if not query.holds(model):
                    doubts.append(f"{name}: its model is wrong")
                case Sat(model, name):
                    return Sat(model, name, remarks if first is None else (*remarks, _disagreement(first.prover, name)))
                case Unsat(name):
                    if first is None:
                        first = answer
                    elif family(name) != family(first.prover):
                        return Unsat(f"{first.prover} and {name}", remarks)
                case DontKnow(why) if why:
                    doubts.append(why)
        if first is not None:
            return DontKnow("; ".join((f"{first.prover} says so, and nobody else", *doubts)), remarks)
        return DontKnow("; ".join(dict.fromkeys(doubts)) or "no prover was asked", remarks)


def family(name: str) -> str:
    """What provers of one origin share: `bitwuzla` of `bitwuzla without rewriting`, `z3` of `integers by z3`."""
    words = name.partition(" by ")
    return (words[2] or words[0]).split()[0]


def _disagreement(first: str, second: str) -> str:
    return (f"INTERNAL DISAGREEMENT: {first} says that there is no model, and {second} has one that holds on our "
            "evaluator; please report it")


def _one_by_one(provers: Sequence[Prover]) -> Iterator[Prover]:
    """The provers, those of a race one after the other."""
    for prover in provers:
        members = getattr(prover, "solvers", None)
        yield from members if members else (prover,)
