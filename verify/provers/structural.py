"""Equality by construction: a query whose canonical form is a constant needs no solver."""

from __future__ import annotations

from dataclasses import dataclass

from ...ir.canon import canonical
from ...ir.graph import FALSE, TRUE, all_of, topological
from ...jobs.limits import Deadline
from .query import Answer, DontKnow, Query, Sat, Unsat


@dataclass(frozen=True, slots=True)
class Structural:
    """Rewrites the conditions by the proved rules of the canonical form, and looks whether anything is left.

    `limit` counts operations; rewriting takes up to some 3 ms for each.
    """

    limit: int = 150
    name: str = "canonical form"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        if sum(1 for _ in topological(query.conditions)) > self.limit:
            return DontKnow(f"{self.name}: more than {self.limit} operations")
        (rest,) = canonical([all_of(query.conditions)])
        if rest is FALSE:
            return Unsat(self.name)
        if rest is TRUE:
            return Sat({}, self.name)
        return DontKnow(f"{self.name}: not decided by rewriting")
