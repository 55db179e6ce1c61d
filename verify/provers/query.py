"""What a prover is asked, and what it may answer: can all these conditions hold at once?

A proof asks for a violation and hopes for `Unsat`. A prover that is missing, crashes or runs out of its limit answers
`DontKnow`; that is never taken for an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ...ir.evaluate import evaluate
from ...ir.graph import CONST, LEAVES, Node, topological
from ...jobs.limits import Deadline


@dataclass(frozen=True, slots=True)
class Query:
    """Are there words for the leaves with which the `goal` and all `assumptions` (nodes of width 1) hold?"""

    goal: Node
    assumptions: tuple[Node, ...] = ()

    @property
    def conditions(self) -> tuple[Node, ...]:
        return (*self.assumptions, self.goal)

    @property
    def leaves(self) -> list[Node]:
        """The inputs and choices of the query, in the order of first use."""
        return [node for node in topological(self.conditions) if node.op in LEAVES and node.op != CONST]

    def holds(self, model: Mapping[Node, int]) -> bool:
        """Whether the conditions hold in `model`, by evaluation; a leaf that it does not name is 0."""
        return all(evaluate(self.conditions, {leaf: model.get(leaf, 0) for leaf in self.leaves}))


@dataclass(frozen=True, slots=True)
class Unsat:
    """The conditions hold nowhere."""

    prover: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sat:
    """They hold for these unsigned words; a leaf that is not named may be anything."""

    model: Mapping[Node, int]
    prover: str
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DontKnow:
    """No answer: `why` says which limit ended the attempt, or what broke."""

    why: str
    remarks: tuple[str, ...] = ()


Answer = Unsat | Sat | DontKnow


class Prover(Protocol):
    """Something that answers queries. It is a value: asked the same within the same work, it answers the same."""

    @property
    def name(self) -> str: ...

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        """The answer, at latest a moment after the deadline."""
        ...
