"""Cheap values by width and level, for searches that solve for constants: the bank's, and shifts by every number.

Shift amounts as leaves would crowd out all else in the bank; here they stand beside it: inputs and values of cost 1
moved by each number, and those moved inputs under one more operation with an input. Values that are the same on all
samples are constants in disguise, and left out.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ir.graph import Node, apply, const, resized
from .bank import STANDARD_WIDTHS, Bank, Operation, OutOfRoom
from .budget import Budget
from .problem import Problem
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

DEEPEST = 2  # level
CAPACITY = 400_000
STORED = 3_000_000  # candidates that a level may make
MOVED = 30_000  # values at the most that moving those of one level and width by every number may make
QUICK = 3  # cycles: operations that make the values of the last level
MOVES = ("shl", "lshr", "ashr", "fshl")  # the last one takes its first argument twice: a rotation


class Pool:
    """Values of one width: `values` (n, K), those of one level side by side."""

    def __init__(self, width: int, samples: int) -> None:
        import numpy as np

        self.width = width
        self.values: Words = np.empty((0, samples), dtype=np.uint64)
        self.levels: list[range] = []
        self._parts: list[_Part] = []
        self._places = np.empty((0, 2), dtype=np.int64)  # of each value, its part and its row there
        self._known: Words = np.empty(0, dtype=np.uint64)

    def node(self, entry: int) -> Node:
        """The program of an entry."""
        part, row = self._places[entry]
        return self._parts[int(part)].node(int(row))

    def add(self, parts: Sequence[_Part]) -> None:
        """The next level: what is there already, or constant, is left out."""
        import numpy as np

        values = np.concatenate([self.values[:0], *(part.values for part in parts)])
        places = [(len(self._parts) + index, len(part.values)) for index, part in enumerate(parts)]
        keys = _keys(values)
        _, first = np.unique(keys, return_index=True)
        first.sort()
        first = first[~np.isin(keys[first], self._known) & (values[first] != values[first, :1]).any(axis=1)]
        self._known = np.concatenate([self._known, keys[first]])
        self.levels.append(range(len(self.values), len(self.values) + len(first)))
        self.values = np.concatenate([self.values, values[first]])
        where = [np.stack([np.full(count, part), np.arange(count)], axis=1) for part, count in places]
        self._places = np.concatenate([self._places, np.concatenate([self._places[:0], *where])[first]])
        self._parts += parts


    def find(self, values: Words) -> NDArray[np.int64]:
        """The entry that equals each of `values` (n, K), -1 where none does."""
        import numpy as np

        order = np.argsort(self._known)
        keys = _keys(values)
        place = np.searchsorted(self._known[order], keys)
        place[place == len(order)] = 0
        found = order[place] if len(order) else np.zeros(len(keys), dtype=np.int64)
        there = np.isin(keys, self._known)
        there[there] &= (self.values[found[there]] == values[there]).all(axis=1)
        return np.where(there, found, -1)


def _keys(values: Words) -> Words:
    """A word for each row of `values`, hardly ever the same for two."""
    import numpy as np

    factors = np.random.default_rng(0).integers(1 << 63, size=values.shape[1], dtype=np.uint64) | np.uint64(1)
    keys: Words = (values * factors).sum(axis=1, dtype=np.uint64)
    return keys


@dataclass(frozen=True, slots=True)
class _Part:
    """Values (n, K), and the program of each by its row."""

    values: Words
    node: Callable[[int], Node]


class Pools:
    """The pools of all widths, grown together; those of the widths `deep` to one level more."""

    def __init__(self, problem: Problem, vocabulary: Vocabulary, rows: Sequence[int], deep: Container[int],
                 budget: Budget) -> None:
        import numpy as np

        self._vocabulary, self._budget = vocabulary, budget
        nodes = [*problem.inputs, *vocabulary.constants]
        values = problem.evaluate(nodes, [problem.tuples[row] for row in rows])
        leaves = [(node, np.ascontiguousarray(words, dtype=np.uint64))
                  for node, words in zip(nodes, values, strict=True)]
        self._bank = Bank(leaves, vocabulary.casts, CAPACITY, vocabulary.fixed)
        self.at = {width: Pool(width, len(rows)) for width in vocabulary.widths}
        self._deep = deep
        self._moves = [row for row in vocabulary.rows if row.name in MOVES]
        for pool in self.at.values():
            pool.add([self._stored(0, pool.width)])

    @property
    def level(self) -> int:
        """The last level that is there."""
        return self._bank.level

    def grow(self) -> None:
        """Adds the next level, of quick operations alone where all would be too many; up to DEEPEST."""
        level = self.level + 1
        if level > DEEPEST:
            return
        operations = self._vocabulary.operations
        for few in (operations, [op for op in operations if op.row.effort <= QUICK and len(op.widths) < 3],
                    [op for op in operations if op.row.serial or op.row.name in MOVES[:3]]):
            operations = tuple(few)
            if self._bank.estimate(operations, level) <= STORED:
                break
        try:
            self._bank.grow(operations, self._budget.store)
        except OutOfRoom:
            self._bank.level = level  # what fits serves
        for pool in self.at.values():
            if level < DEEPEST or pool.width in self._deep:
                pool.add([self._stored(level, pool.width), *self._beside(level, pool)])
            else:
                pool.add([])

    def _stored(self, level: int, width: int) -> _Part:
        import numpy as np

        entries = [entry for part in self._bank.entries(level, width) for entry in part]
        return _Part(self._bank.values[np.array(entries, dtype=np.int64)],
                     lambda row: self._bank.expression(entries[row]))

    def _beside(self, level: int, pool: Pool) -> Iterator[_Part]:
        """What the bank has no room for: values moved by every number, and those under one more operation."""
        if pool.width == 1:
            return
        if level > 1:
            inputs = pool.values[pool.levels[0].start:pool.levels[0].stop]
            plain = _Part(inputs, pool.node)
            moved = [cast for width in self.at for cast in self._moved(0, width, pool.width)]
            for operation in self._vocabulary.operations:
                if (operation.w == operation.result == pool.width and operation.widths == (pool.width,) * 2
                        and not operation.row.undefined and operation.row.effort <= QUICK):
                    for part in moved:
                        yield _paired(operation, plain, part)
                        if not operation.commutative:
                            yield _paired(operation, part, plain)
        for width in self.at:
            if level == 1 or width == pool.width:
                yield from self._moved(level - 1, width, pool.width)

    def _moved(self, level: int, width: int, target: int) -> Iterator[_Part]:
        """The bank's values of one level and width, moved by every number, at the width `target`."""
        import numpy as np

        if width == 1 or not (width == target or {width, target} <= STANDARD_WIDTHS):
            return
        part = self._stored(level, width)
        varied = (part.values != part.values[:, :1]).any(axis=1).nonzero()[0]
        varied = varied[: MOVED // (width * len(self._moves) or 1)]
        numbers = np.tile(np.arange(1, width, dtype=np.uint64), len(varied))
        values = np.repeat(part.values[varied], width - 1, axis=0)
        amounts = np.repeat(numbers, values.shape[1])
        for row in self._moves:
            words = [values.ravel(), amounts] if len(row.arguments) == 2 else [values.ravel(), values.ravel(), amounts]
            out, _ = Operation(row, width, width).applied(words)

            def node(index: int, name: str = row.name) -> Node:
                return _move(name, part.node(varied[index // (width - 1)]), int(numbers[index]), target)

            yield _Part(out.reshape(values.shape) & np.uint64((1 << target) - 1), node)


def _move(name: str, node: Node, amount: int, target: int) -> Node:
    args = (node, node) if name == "fshl" else (node,)
    return resized(apply(name, *args, const(amount, node.width)), target)


def _paired(operation: Operation, a: _Part, b: _Part) -> _Part:
    """The operation on every pair of values."""
    import numpy as np

    left, right = np.repeat(a.values, len(b.values), axis=0), np.tile(b.values, (len(a.values), 1))
    out, _ = operation.applied([left.ravel(), right.ravel()])
    count = len(b.values)
    return _Part(out.reshape(left.shape),
                 lambda row: apply(operation.row.name, a.node(row // count), b.node(row % count)))
