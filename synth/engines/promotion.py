"""Programs that use a value more than once: cheap values are promoted to free inputs, with chains from each.

The cheaper values come first, and the fewer steps; a few operations, those of the reference and those that go well
together, come before all of them. See synth/promotion.py for what a chain is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from ...ir.graph import Node, apply, const
from ...ir.primes import TABLE
from ..bank import Bank, Operation, OutOfRoom
from ..budget import Budget
from ..lane import Lane, lane
from ..problem import Problem
from ..promotion import Search
from ..vocabulary import Vocabulary
from .events import Batch, Candidate, Exhausted

AT_ONCE = 2_000_000  # candidates between two looks at the budget
FULL = 64  # programs found that are checked together
CAPACITY = 400_000  # values that may be promoted
# Operations that go well together, and those of the reference with the first of them: these are tried before all are.
_CARRYING = ("add", "and", "lshr", "or")  # what halves of words are put together by
_FAMILIES = (("and", "or", "xor", "add", "sub", "shl", "lshr"), ("and", "or", "xor", "add", "sub", "lshr", "udiv"))


def promoted_programs(problem: Problem, output: int, vocabulary: Vocabulary, free: Sequence[Node],
                      budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs for one output of `problem` in chains from promoted values; the nodes of `free` cost nothing.

    For results of more than one bit. Ends when all stages are through. Raises `budget.Spent`.
    """
    found = lane(problem, output, vocabulary, free)
    if found is None:
        return
    families = [_Family(found, operations) for operations in _families(found)]
    if found.wide_product and (halved := _halved(found, len(problem.inputs))) is not None:
        families.append(_Family(halved, [op for op in found.operations if op.row.name in _CARRYING]))
    stages = [_Stage(family, level, twice, depth) for family in families
              for level in (1, 2, 3) for twice in (False, True) for depth in (1, 2)]
    for stage in sorted(stages, key=lambda stage: stage.estimate):
        budget.engine, budget.level = "promotion", stage.level
        count = 0
        for node in stage.run(budget):
            if node is not None:
                yield Candidate(node)
                count += 1
            if node is None or count == FULL:
                yield Batch()
                count = 0
        yield Batch()


def _halved(lane: Lane, inputs: int) -> Lane | None:
    """The lane in which the products of halves of the inputs are free: what a product of double width is made of."""
    import numpy as np

    half = lane.width // 2
    if not {"and", "lshr", "mul"} <= {op.row.name for op in lane.operations}:
        return None
    low = const((1 << half) - 1, lane.width)
    shift = const(half, lane.width)
    halves = [[(apply("and", node, low), words & np.uint64((1 << half) - 1)),
               (apply("lshr", node, shift), words >> np.uint64(half))] for node, words in lane.leaves[:inputs]]
    pairs = [(0, 0)] if inputs == 1 else list(combinations(range(inputs), 2))
    products = [(apply("mul", x, y), a * b & np.uint64((1 << lane.width) - 1))
                for i, j in pairs for x, a in halves[i] for y, b in halves[j]]
    ones = np.ones_like(lane.target.words)
    numbers = [(low, ones * np.uint64((1 << half) - 1)), (shift, ones * np.uint64(half))]
    return replace(lane, leaves=[*products, *numbers])


def _families(lane: Lane) -> Iterator[list[Operation]]:
    """The operations to try, few before many."""
    seen = set()
    own = lane.named | set(_FAMILIES[0][:4])
    for names in (own, *_FAMILIES, {op.row.name for op in lane.operations if not op.row.predicate}, None):
        chosen = [op for op in lane.operations if names is None or op.row.name in names]
        if chosen and (key := frozenset(op.row.name for op in chosen)) not in seen:
            seen.add(key)
            yield chosen


class _Family:
    """A few operations, with the values that they make and the search over them."""

    def __init__(self, lane: Lane, operations: list[Operation]) -> None:
        self.lane, self.operations = lane, operations
        widen = [Operation(TABLE["zext"], 1, lane.width)] if any(op.result == 1 for op in operations) else []
        self.bank = Bank(lane.leaves, widen, CAPACITY)
        self.search = Search(lane.leaves, operations, [lane.target])
        self.full = False

    def grow(self, level: int, budget: Budget) -> bool:
        """Makes the values of `level`; whether there was room."""
        while self.bank.level < level and not self.full:
            try:
                self.bank.grow(self.operations, budget.store)
            except OutOfRoom:
                self.full = True
        return self.bank.level >= level

    def count(self, level: int) -> float:
        """How many values there are of a level, or may be."""
        if self.bank.level >= level:
            return self.bank.size(level, self.lane.width)
        return self.steps ** level

    @property
    def steps(self) -> float:
        """About how many values are one operation away from one value."""
        return 0.6 * sum(2 - op.commutative for op in self.operations) * (len(self.lane.leaves) + 1)


@dataclass(frozen=True, slots=True)
class _Stage:
    """Chains from the values of one level."""

    family: _Family
    level: int
    twice: bool
    depth: int

    @property
    def estimate(self) -> float:
        """About how many programs it tries."""
        return self.family.count(self.level) * self.family.steps ** (self.depth + 1 + self.twice)

    def run(self, budget: Budget) -> Iterator[Node | None]:
        """The programs found; None where it is a good moment to look at them."""
        if not self.family.grow(self.level, budget):
            return
        bank = self.family.bank
        for entries in bank.entries(self.level, self.family.lane.width):
            values = bank.values[entries.start:entries.stop]

            def expression(index: int, start: int = entries.start) -> Node:
                return bank.expression(start + index)

            yield from self.family.search.promote(values, expression, self.depth, self.twice, budget.promote, AT_ONCE,
                                                   budget.run)
