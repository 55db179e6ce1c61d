"""What provers by normal forms share: nodes are read into forms from the leaves up, and branches are refuted.

A form is what a node is for all inputs, in the terms of one domain. A domain reads the operations that it knows and
leaves the others to their meaning in the table; a node that it cannot express is opaque, a leaf of the domain's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

from ...ir import terms
from ...ir.facts import Facts
from ...ir.graph import CONST, LEAVES, Node
from ...ir.primes import TABLE
from ...jobs.limits import Deadline
from .branches import Branch, branches, cases
from .query import Answer, DontKnow, Query, Unsat

F = TypeVar("F")

NODES = 20_000
CASES = 12  # branches that one is split into


class TooLarge(Exception):
    """Something grew beyond its limit; the name of the limit is the message."""


class Reading(ABC, Generic[F]):
    """The forms of nodes. They are true of all inputs: nothing of a query is assumed.

    `work` bounds the steps that all of it may take together.
    """

    operations: ClassVar[Mapping[str, Callable[[Any, Node], Any]]]  # those that are read as they are

    def __init__(self, work: int, deadline: Deadline) -> None:
        self.work = work
        self.facts = Facts()
        self._deadline = deadline
        self._forms: dict[Node, F] = {}

    @abstractmethod
    def constant_form(self, value: int, width: int) -> F: ...

    @abstractmethod
    def opaque(self, key: object, width: int) -> F:
        """A form about which nothing is known; the same one for the same key."""

    @abstractmethod
    def impossible(self, branch: Branch) -> bool:
        """Whether the conditions were found not to hold together."""

    def spend(self, steps: int) -> None:
        self.work -= steps
        if self.work < 0:
            raise TooLarge("work")

    def form(self, node: Node) -> F:
        forms = self._forms
        if node in forms:
            return forms[node]
        stack = [node]
        while stack:
            top = stack[-1]
            missing = [arg for arg in top.args if arg not in forms]
            if missing:
                stack += missing
                continue
            stack.pop()
            if top not in forms:
                if self._deadline.passed():
                    raise TooLarge("time")
                if len(forms) > NODES:
                    raise TooLarge("operations")
                forms[top] = self._read(top)
        return forms[node]

    def _read(self, node: Node) -> F:
        if node.op == CONST:
            return self.constant_form(int(node.data), node.width)
        if node.op in LEAVES:
            return self.opaque(node, node.width)
        read = self.operations.get(node.op)
        try:
            if read is None:  # its arguments are read already, so this goes as deep as meanings are nested
                return self.form(terms.expand(TABLE[node.op], node.args, node.width))
            form: F = read(self, node)
        except TooLarge:
            if self.work < 0 or self._deadline.passed():
                raise
            return self.opaque(node, node.width)
        return form


def refuted(name: str, query: Query, reading: Reading[F]) -> Answer:
    """Unsat where every branch of `query` is impossible, be it by cases, else DontKnow."""
    try:
        for branch in branches(query):
            if not _impossible(branch, reading):
                return DontKnow(f"{name}: not decided")
    except TooLarge as limit:
        return DontKnow(f"{name}: too large ({limit})")
    return Unsat(name)


def _impossible(branch: Branch, reading: Reading[F]) -> bool:
    open_, count = [branch], 1
    while open_:
        branch = open_.pop()
        if reading.impossible(branch):
            continue
        split = cases(branch)
        if split is None or count + len(split) > CASES:
            return False
        count += len(split)
        open_ += split
    return True
