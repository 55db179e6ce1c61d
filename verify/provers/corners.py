"""The corner hunt: evaluate the query where wrong programs usually go wrong, before any solver is asked.

First every leaf takes each special word in turn (powers of two and their neighbours, negatives, the constants of the
terms and their neighbours) over special words for the others; then words of mixed magnitude, and equal arguments.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...ir.evaluate import compiled
from ...ir.graph import CONST, Node, topological
from ...ir.samples import corners, samples
from ...jobs.limits import Deadline
from .query import Answer, DontKnow, Query, Sat


@dataclass(frozen=True, slots=True)
class Corners:
    """Looks for a model at up to `work / operations` points; it cannot answer Unsat.

    `work` counts evaluated operations: 40,000 take some 30 ms. The same query gets the same points for one `seed`.
    """

    work: int = 40_000
    seed: int = 0
    name: str = "corner hunt"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        leaves = query.leaves
        size = sum(1 for _ in topological(query.conditions))
        count = max(20, self.work // size) if leaves else 1
        conditions = compiled(query.conditions, leaves)
        tried = 0
        for words in points(leaves, _constants(query), self.seed):
            if tried >= count or deadline.passed():
                break
            if all(conditions(*words)):
                return Sat(dict(zip(leaves, words, strict=True)), self.name)
            tried += 1
        return DontKnow(f"{self.name}: nothing found at {tried} points")


def _constants(query: Query) -> list[int]:
    return list(dict.fromkeys(int(node.data) for node in topological(query.conditions) if node.op == CONST))


def points(leaves: Sequence[Node], mentioned: Sequence[int], seed: int = 0) -> Iterator[tuple[int, ...]]:
    """Endless words for `leaves`, the same ones for the same arguments."""
    widths = [leaf.width for leaf in leaves]
    for turn in range(12):
        yield tuple(corners(width)[turn % len(corners(width))] for width in widths)
    rng = random.Random(seed)
    special = {width: _special(width, mentioned) for width in widths}
    for turn in range(max(map(len, special.values()), default=0)):
        for index, width in enumerate(widths):
            if turn < len(special[width]):
                words = [_other(rng, leaf, special[leaf.width]) for leaf in leaves]
                words[index] = special[width][turn]
                yield tuple(words)
    yield from samples(widths, seed=seed, mentioned=mentioned)


def _other(rng: random.Random, leaf: Node, special: Sequence[int]) -> int:
    """A special word for a leaf whose turn it is not. Few inputs are poison, or nothing else would be tried."""
    return 0 if str(leaf.data).endswith(("!poison", "!undef")) and rng.random() < 0.9 else rng.choice(special)


def _special(width: int, mentioned: Sequence[int]) -> list[int]:
    """The special words of a width, the likeliest first."""
    near = [number + step for number in mentioned for step in (0, 1, -1)]
    powers = [(1 << k) + step for k in range(width) for step in (0, -1, 1)]
    words = [*corners(width), *near, *(-number for number in near), *powers, *(-word for word in powers)]
    return list(dict.fromkeys(word & (1 << width) - 1 for word in words))
