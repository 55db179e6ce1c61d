"""Programs in chains of macros from an input, or from what one operation makes of the inputs; see synth/chains.py.

The chains that are looked at next are those of the family, start and length that has the fewest of them, where families
with the sums, products or exclusive ors of the reference count for a tenth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from ...ir.graph import Node
from .. import goals
from ..bank import Bank, OutOfRoom
from ..budget import Budget
from ..chains import FAMILIES, Chains, steps
from ..lane import Lane, lane
from ..problem import Problem
from ..vocabulary import Vocabulary
from .events import Batch, Candidate, Exhausted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

AT_ONCE = 5_000_000
AHEAD = 2  # steps that are tried without being stored
LARGEST = 2e10  # chains of one family, start and length that are looked at
NAMED = 0.1  # of its size counts for a family with the operations of the reference
STARTS = 8  # values that chains start from
CAPACITY = 20_000
_JOINING = ("xor", "and", "or", "sub", "add")  # operations that join two inputs where a chain starts


def chain_programs(problem: Problem, output: int, vocabulary: Vocabulary, free: Sequence[Node],
                   budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs for one output of `problem`, of more than one bit. Ends when the chains are too many.

    Raises `budget.Spent`.
    """
    found = lane(problem, output, vocabulary, free)
    if found is None:
        return
    allowed = frozenset(row.name for row in vocabulary.rows)
    targets = goals.undone([found.target], found.leaves, found.operations, 3 * len(found.target.words) // 4)
    families = [one for family in FAMILIES if (one := steps(family, allowed, found.width))]
    starts = islice(_starts(found, len(problem.inputs)), STARTS)
    waiting = [(Chains(start, family, targets), 0) for start in starts for family in families]

    def size(pair: tuple[Chains, int]) -> float:
        chains, count = pair
        return chains.size(count) * (NAMED if chains.uses(found.named) else 1)

    while waiting:
        chains, count = min(waiting, key=size)
        if chains.size(count) > LARGEST:
            return
        waiting.remove((chains, count))
        budget.engine, budget.level = "chains", count
        stored = max(0, count - AHEAD)
        if stored >= len(chains.levels) and (not chains.extend(budget.store) or not chains.levels[-1]):
            continue
        for node in chains.look(stored, count - stored, budget.chain, AT_ONCE, budget.run):
            yield Candidate(node) if node is not None else Batch()
        yield Batch()
        waiting.append((chains, count + 1))


def _starts(found: Lane, inputs: int) -> Iterator[tuple[Node, Words]]:
    """The inputs, and what one operation makes of two of them."""
    yield from found.leaves[:inputs]
    if inputs > 1:
        bank = Bank(found.leaves[:inputs], [], CAPACITY)
        with suppress(OutOfRoom):  # what there is room for will do
            bank.grow([op for op in found.operations if op.row.name in _JOINING], lambda made: None)
        for entries in bank.entries(1, found.width):
            for entry in entries:
                yield bank.expression(entry), bank.values[entry]
