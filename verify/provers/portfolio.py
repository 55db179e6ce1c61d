"""All provers behind one question: the cheap ones first, and no model is believed before it is evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ...jobs.limits import Deadline
from .corners import Corners
from .query import Answer, DontKnow, Prover, Query, Sat
from .solvers import BITWUZLA, Z3, Race
from .structural import Structural

# Bitwuzla answers most queries in milliseconds; what it cannot is hard, and worth a second solver at its side.
STANDARD: Final[tuple[Prover, ...]] = (Structural(), Corners(), replace(BITWUZLA, slice=0.3), Race((Z3, BITWUZLA)))


def satisfiable(query: Query, deadline: Deadline, provers: Sequence[Prover] = STANDARD) -> Answer:
    """The first answer of `provers`, asked in turn; DontKnow tells what each of them said.

    A model is evaluated first. One that does not satisfy the query is a fault in a solver or in our reading of an
    operation: it is dropped, and the remarks of the answer say so.
    """
    doubts: list[str] = []
    remarks: tuple[str, ...] = ()
    for prover in provers:
        if deadline.passed():
            doubts.append(f"{prover.name}: no time left")
            break
        answer = prover.ask(query, deadline)
        remarks += answer.remarks
        match answer:
            case DontKnow(why):
                doubts.append(why)
            case Sat(model, name) if not query.holds(model):
                doubts.append(f"{name}: its model is wrong")
                remarks += (f"INTERNAL DISAGREEMENT: {name} gave a model that does not satisfy the query on our "
                            f"evaluator; please report it: {dict(model)}",)
            case _:
                return replace(answer, remarks=remarks)
    return DontKnow("; ".join(dict.fromkeys(doubts)) or "no prover was asked", remarks)
