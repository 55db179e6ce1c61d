"""The bank: programs in flat arrays, one for each behaviour on the samples, in the order of their cost.

A program is an entry: its values on the K samples, the operation at its root and its arguments, which are entries
again. Two programs that agree on all samples are one entry, the one that came first and so costs least
(observational equivalence; Udupa et al., TRANSIT, PLDI 2013). Entries of one cost and width stand side by side.
An operation that LLVM leaves undefined on a sample is no program at all: samples are inputs that the spec allows.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from ..ir.evaluate import result
from ..ir.graph import Node, apply, resized
from ..ir.kernel import CODE, rows, unsigned
from ..ir.objects import Part, filled
from ..ir.primes import TABLE, Row
from ..jobs.threads import Spare

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .budget import Run

    Words = NDArray[np.uint64]

STANDARD_WIDTHS = frozenset({1, 8, 16, 32, 64})
GROWN_AT_ONCE = 200_000  # candidates between two looks at the budget, and at Ctrl-C
SWEPT_AT_ONCE = 5_000_000
PAUSE = 200_000_000  # candidates of a sweep after which another engine may have its turn
FILTERS = 8  # samples that are looked at in vector code
BLOCK = 256  # programs that are made at once, in vector code
HITS = 1024  # candidates that one sweep reports at the most
LEAF = -1  # the operation code of an input or constant



class Entries(NamedTuple):
    """Programs: values (n, K) on the samples, widths (n,), origin (n, 4), the operation and its arguments; a table of
    the behaviours, whose empty slots are 0, and the slot of each (n,); and how many there are (1,)."""

    values: Words
    widths: NDArray[np.int32]
    origin: NDArray[np.int32]
    table: NDArray[np.int64]
    slots: NDArray[np.int32]
    size: NDArray[np.int64]


class Room(NamedTuple):
    """For a program's words (K,), for those of a block by sample, arguments and results, and for one sample of it."""

    row: Words
    columns: Words
    out: Words
    first: Words
    second: Words
    prints: Words


_BEHAVIOUR = '''
P, Q, S = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(29)


@jit
def fingerprint(row, width):
    h = np.uint64(width) * Q
    for k in range(row.shape[0]):
        h = (h ^ row[k]) * P
        h = h ^ h >> S
    return h


@jit
def equals(row, values, entry):
    for k in range(row.shape[0]):
        if values[entry, k] != row[k]:
            return False
    return True


@jit
def put(row, values, entry):  # `values[entry, :] = row` takes numba seconds to compile
    for k in range(row.shape[0]):
        values[entry, k] = row[k]
'''

_KERNELS = '''
BLOCK = {block}
KEY, ENTRY = np.uint64(41), np.int64(0xFFFFFFFF)


@jit
def same_column(block, t, values, entry):
    for k in range(values.shape[1]):
        if block[k, t] != values[entry, k]:
            return False
    return True


@jit
def key_of(print_, width):
    """What the table holds of a program's behaviour, inverted, above the 32 bits of its entry."""
    return np.int64(print_ >> KEY) << 8 | width


@jit
def place(print_, block, t, width, bank):
    """The slot of the program with the behaviour in column t, or the empty one where it would stand."""
    mask = np.uint64(bank.table.shape[0] - 1)
    key = key_of(print_, width)
    slot = print_ & mask
    while True:
        word = ~bank.table[slot]
        if word < 0 or (word >> 32 == key and same_column(block, t, bank.values, word & ENTRY)):
            return slot
        slot = slot + O & mask


@jit
def store(print_, block, t, width, code, a, b, c, slot, bank):
    """Adds the program in column t at an empty slot; whether there was room."""
    n = bank.size[0]
    if n >= bank.values.shape[0]:
        return False
    for k in range(bank.values.shape[1]):
        bank.values[n, k] = block[k, t]
    bank.widths[n] = width
    origin = bank.origin[n]
    origin[0], origin[1], origin[2], origin[3] = code, a, b, c
    bank.table[slot] = ~(key_of(print_, width) << 32 | n)
    bank.slots[n] = slot
    bank.size[0] = n + 1
    return True


@jit
def insert(row, block, width, leaf, bank):
    """Adds a leaf, whose words are the row and the only column of `block`, unless one of its behaviour is there.

    Whether there was room.
    """
    print_ = fingerprint(row, width)
    slot = place(print_, block, 0, width, bank)
    return bank.table[slot] != 0 or store(print_, block, 0, width, {leaf}, leaf, 0, 0, slot, bank)


@jit
def ahead(prints, width, bank):
    """Reads what `place` is about to read, which waits for memory once where it would wait for each; always True."""
    mask = np.uint64(bank.table.shape[0] - 1)
    read = Z
    for t in range(prints.shape[0]):
        word = ~bank.table[prints[t] & mask]
        if word >> 32 == key_of(prints[t], width):
            read = read | bank.values[word & ENTRY, 0]
    return read != read + O


@jit
def grow(plan, words, bank, room):
    """All programs that the rows of the plan describe; how many were made, or minus that when room ran out.

    The longest range of arguments is gone through in blocks, sample by sample, in vector code.
    """
    values, samples = bank.values, bank.values.shape[1]
    row, columns, out, first, second, prints = room
    made, touched = 0, True
    for p in range(plan.shape[0]):
        code, arity, same, width, a0, a1, b0, b1, c0, c1 = plan[p]
        W, B, M, T, V = words[p]
        if same or (b1 - b0 >= a1 - a0 and b1 - b0 >= c1 - c0):
            long, low, high, i0, i1, j0, j1 = 1, b0, b1, a0, a1, c0, c1
        elif a1 - a0 >= c1 - c0:
            long, low, high, i0, i1, j0, j1 = 0, a0, a1, b0, b1, c0, c1
        else:
            long, low, high, i0, i1, j0, j1 = 2, c0, c1, a0, a1, b0, b1
        for start in range(low, high, BLOCK):
            end = min(start + BLOCK, high)
            for entry in range(start, end):
                for k in range(samples):
                    columns[k, entry - start] = values[entry, k]
            for i in range(i0, i1):
                begin = max(start, i) if same else start
                n = end - begin
                if n <= 0:
                    continue
                for j in range(j0, j1):
                    made += n
                    bad = False
                    for t in range(n):
                        prints[t] = np.uint64(width) * Q
                    for k in range(samples):
                        for t in range(n):
                            first[t] = values[i, k]
                        moving, got = columns[k, begin - start:end - start], out[k, :n]
                        fixed, other = first[:n], first[:n]
                        if arity == 3:
                            other = second[:n]
                            for t in range(n):
                                other[t] = values[j, k]
                        if long == 1:
                            x, y, z = fixed, moving, other
                        elif long == 0:
                            x, y, z = moving, fixed, other
                        else:
                            x, y, z = fixed, other, moving
                        bad = compute(code, x, y, z, W, B, M, T, V, got) or bad
                        for t in range(n):
                            h = (prints[t] ^ got[t]) * P
                            prints[t] = h ^ h >> S
                    touched = ahead(prints[:n], width, bank) and touched
                    for t in range(n):
                        slot = place(prints[t], out, t, width, bank)
                        if bank.table[slot] != 0:
                            continue
                        long_at = begin + t
                        if long == 1:
                            a, b, c = i, long_at, j
                        elif long == 0:
                            a, b, c = long_at, i, j
                        else:
                            a, b, c = i, j, long_at
                        if bad and compute(code, values[a], values[b], values[c], W, B, M, T, V, row):
                            continue
                        if not store(prints[t], out, t, width, code, a, b, c, slot, bank):
                            return -made
    return made if touched else 0


@jit
def sweep(plan, words, values, order, columns, goal, care, mask, test, against, hits, room):
    """Arguments on which the plan's operations give `goal` (under `mask`, where `care`): how many were found.

    With `test` they are to equal `against` exactly on the samples where `goal` is 1. The last argument is gone through
    in vector code, on the first few samples of the goal, one contiguous array each, which decide nearly all. `order`
    says where its samples stand in `values`. `hits` holds, for each, the row of the plan and the entries.
    """
    found = 0
    wanted = against if test else goal
    alive, first, second, got, out = room
    for p in range(plan.shape[0]):
        code, arity, same, width, a0, a1, b0, b1, c0, c1 = plan[p]
        W, B, M, T, V = words[p]
        if arity == 1:
            i0, i1, j0, j1, l0, l1, step = 0, 1, 0, 1, a0, a1, BLOCK
        elif arity == 2:
            i0, i1, j0, j1, l0, l1, step = a0, a1, 0, 1, b0, b1, b1 - b0
        else:
            i0, i1, j0, j1, l0, l1, step = a0, a1, b0, b1, c0, c1, BLOCK
        for i in range(i0, i1):
            for j in range(j0, j1):
                for start in range(max(l0, i) if same else l0, l1, step):
                    end = min(start + step, l1)
                    if arity == 2:
                        left = sieve(code, i, start, end, columns, goal, care, mask, test, wanted, alive, W, B, M, T, V)
                    else:
                        left = screen(code, arity, i, j, start, end, columns, goal, care, mask, test, wanted, alive,
                                      first, second, got, W, B, M, T, V)
                    if left == 0:
                        continue
                    for t in range(start, end):
                        if not alive[t - start]:
                            continue
                        if arity == 1:
                            a, b, c = t, b0, c0
                        elif arity == 2:
                            a, b, c = i, t, c0
                        else:
                            a, b, c = i, j, t
                        good = True
                        for k in range(goal.shape[0]):
                            m = order[k]
                            n = m + 1
                            bad = compute(code, values[a, m:n], values[b, m:n], values[c, m:n], W, B, M, T, V, out)
                            if care[k] and not bad:
                                equal = not test or goal[k] != Z
                                bad = (((out[0] ^ wanted[k]) & mask) == Z) != equal
                            if bad:
                                good = False
                                break
                        if good:
                            if found == hits.shape[0]:
                                return found
                            hits[found, 0], hits[found, 1], hits[found, 2], hits[found, 3] = p, a, b, c
                            found += 1
    return found


@jit
def screen(code, arity, x, y, low, high, columns, goal, care, mask, test, wanted, alive, first, second, got,
           W, B, M, T, V):
    """Marks, in `alive`, the entries that may be the last argument after `x` and `y`, or the only one; how many."""
    left = n = high - low
    for t in range(n):
        alive[t] = True
    for k in range(columns.shape[0]):
        if not care[k]:
            continue
        moving, out = columns[k, low:high], got[:n]
        if arity == 1:
            compute(code, moving, moving, moving, W, B, M, T, V, out)
        else:
            for t in range(n):
                first[t], second[t] = columns[k, x], columns[k, y]
            compute(code, first[:n], second[:n], moving, W, B, M, T, V, out)
        equal = not test or goal[k] != Z
        left = 0
        for t in range(n):
            alive[t] = alive[t] & ((((out[t] ^ wanted[k]) & mask) == Z) == equal)
            left += alive[t]
        if left == 0:
            return 0
    return left


@jit
def sieve(code, a, low, high, columns, goal, care, mask, test, wanted, alive, W, B, M, T, V):
    """Marks, in `alive`, the entries that may stand beside `a`; how many there are."""
    left = high - low
    fresh = True
    for k in range(columns.shape[0]):
        if not care[k]:
            continue
        equal = not test or goal[k] != Z
        x, ys = columns[k, a], columns[k, low:high]
        if fresh:
            if equal and matches(code, x, ys, wanted[k], mask, W, B, M, T, V) == 0:
                return 0
            for j in range(high - low):
                alive[j] = True
            fresh = False
        left = survivors(code, x, ys, wanted[k], mask, equal, alive, W, B, M, T, V)
        if left == 0:
            return 0
    if fresh:
        for j in range(high - low):
            alive[j] = True
    return left
'''

_PAIRS = '''
@jit
def matches(code, x, ys, wanted, mask, W, B, M, T, V):
    n = 0
    {matches}
    return n


@jit
def survivors(code, x, ys, wanted, mask, equal, alive, W, B, M, T, V):
    n = 0
    {survivors}
    for j in range(ys.shape[0]):
        n += alive[j]
    return n
'''

_WORDS = ", ".join(["uint64[:]"] * 3)
_ENTRIES = "Entries(uint64[:, :], int32[:], int32[:, :], int64[:], int32[:], int64[:])"


@cache
def behaviour() -> Part:
    """How the words of a program are compared, for parts that keep programs."""
    return Part("behaviour", _BEHAVIOUR, {})


@cache
def pairs() -> Part:
    """The compiled loops over the second argument of an operation, one for each operation so that it is vector code."""
    binary = [row for row in TABLE.values() if row.arguments == ("w", "w")]
    matches = _branches(binary, "n += (((RESULT) ^ wanted) & mask) == Z")
    survivors = _branches(binary, "alive[j] = alive[j] & (((((RESULT) ^ wanted) & mask) == Z) == equal)")
    words = ", ".join(["uint64"] * 5)
    return Part("pairs", filled(_PAIRS, matches=matches, survivors=survivors), {
        "matches": f"int64(int64, uint64, uint64[:], uint64, uint64, {words})",
        "survivors": f"int64(int64, uint64, uint64[:], uint64, uint64, bool, bool[:], {words})",
    }, (rows(),))


@cache
def part() -> Part:
    """The compiled loops of the bank."""
    return Part("bank", filled(_KERNELS, leaf=LEAF, block=BLOCK), {
        "insert": f"bool(uint64[:], uint64[:, :], int64, int64, {_ENTRIES})",
        "grow": f"int64(int64[:, :], uint64[:, :], {_ENTRIES}, Room(uint64[:], uint64[:, :], uint64[:, :], {_WORDS}))",
        "sweep": "int64(int64[:, :], uint64[:, :], uint64[:, :], int64[:], uint64[:, :], uint64[:], bool[:], uint64, "
                 f"bool, uint64[:], int64[:, :], tuple(bool[:], {_WORDS}, uint64[:]))",
    }, (rows(), behaviour(), pairs()), (Entries, Room))


def _branches(rows: Sequence[Row], statement: str) -> str:
    """`statement` in a loop over `ys`, with a loop of its own for each operation so that each is vector code."""
    return "\n    el".join(
        f"if code == {CODE[row.name]}:\n        for j in range(ys.shape[0]):\n            y = ys[j]\n            "
        f"{statement.replace('RESULT', result(row, plain=False))}" for row in rows)


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table at one width: it takes words of `w` bits (or truth values) and gives `result` bits.

    With `last`, its last argument is always that constant.
    """

    row: Row
    w: int
    result: int
    last: Node | None = None

    @property
    def widths(self) -> tuple[int, ...]:
        return tuple(1 if letter == "1" else self.w for letter in self.row.arguments)

    @property
    def commutative(self) -> bool:
        return "commutative" in self.row.laws

    @property
    def code(self) -> int:
        return CODE[self.row.name]

    @property
    def cost(self) -> int:
        """In instructions. A cast costs nothing between standard widths, and as much as an `and` through others."""
        odd = self.row.cast and not {self.w, self.result} <= STANDARD_WIDTHS
        return max(self.row.cost, int(odd))

    @property
    def constants(self) -> tuple[Any, ...]:
        return unsigned(self.w, self.result)

    def applied(self, args: Sequence[Words]) -> tuple[Words, bool]:
        """The operation on arrays (n,), one an argument, and whether LLVM leaves it undefined on any of them."""
        import numpy as np

        args = [np.ascontiguousarray(array) for array in args]
        out = np.empty(len(args[0]), dtype=np.uint64)
        undefined = rows().functions.compute(self.code, *args, *args[:1] * (3 - len(args)), *self.constants, out)
        return out, bool(undefined)


class OutOfRoom(Exception):
    """The bank is full: the level under way is not complete."""


class Bank:
    """Programs over `leaves` by level, which is their cost as trees.

    `leaves` are nodes with their values on the K samples, of shape (K,). `casts` cost nothing: whatever an operation
    gives at one width is there at the others too. At most `capacity` programs are kept. The leaves in `fixed` are there
    only for the operations whose last argument they are.
    """

    def __init__(self, leaves: Sequence[tuple[Node, Words]], casts: Sequence[Operation], capacity: int,
                 fixed: Container[Node] = ()) -> None:
        import numpy as np

        samples = len(leaves[0][1])
        self.values = np.empty((capacity, samples), dtype=np.uint64)
        self.widths = np.empty(capacity, dtype=np.int32)
        self.origin = np.empty((capacity, 4), dtype=np.int32)
        self._table = np.zeros(1 << (2 * capacity - 1).bit_length(), dtype=np.int64)
        self._slots = np.zeros(capacity, dtype=np.int32)
        self._count = np.zeros(1, dtype=np.int64)
        self._row, column = np.empty(samples, dtype=np.uint64), np.empty(BLOCK, dtype=np.uint64)
        block = np.empty((samples, BLOCK + 8), dtype=np.uint64)
        self._room = Room(self._row, block, np.empty_like(block), column, np.empty_like(column), np.empty_like(column))
        self._kernels = part().functions
        self._casts, self._fixed = casts, fixed
        self.restart(leaves)

    def restart(self, leaves: Sequence[tuple[Node, Words]]) -> None:
        """Empties the bank and starts again from other leaves."""
        self._table[self._slots[:len(self)]] = 0
        self._columns: tuple[object, Words] | None = None
        self._count[0] = 0
        self.leaves = [node for node, _ in leaves]
        self.ranges: dict[tuple[int, int], list[range]] = {}
        self.candidates = 0
        self.level = 0  # the last level that is complete
        for width in sorted({node.width for node in self.leaves}):
            start = len(self)
            for index, (node, values) in enumerate(leaves):
                if node.width == width and node not in self._fixed:
                    self._insert(values, width, index)
            self._add_range(0, width, start)
        self._cast(0)
        self._places: dict[Node, int] = {}  # of the fixed leaves, which stand beside all levels
        for index, (node, values) in enumerate(leaves):
            if node in self._fixed:
                self._places[node] = self._append(values, node.width, index)

    def __len__(self) -> int:
        return int(self._count[0])

    @property
    def capacity(self) -> int:
        return len(self.values)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the bank takes when it is full."""
        return sum(array.nbytes for array in self._storage)

    def entries(self, level: int, width: int) -> list[range]:
        """Where the programs of one level and width stand."""
        return self.ranges.get((level, width), [])

    def size(self, level: int, width: int) -> int:
        return sum(map(len, self.entries(level, width)))

    def grow(self, operations: Sequence[Operation], checkpoint: Callable[[int], None]) -> None:
        """Fills the next level: every operation over entries whose costs add up to it.

        `checkpoint` is told the candidates made since it was last told; it may raise to stop. OutOfRoom when the
        level does not fit: what does is there, but `level` does not count it.
        """
        level = self.level + 1
        for width in sorted({operation.result for operation in operations}):
            start = len(self)
            try:
                for plan in self._plans([op for op in operations if op.result == width], level, GROWN_AT_ONCE):
                    self._apply(plan)
                    checkpoint(plan.work)
            finally:
                self._add_range(level, width, start)
        self._cast(level)
        self.level = level

    def splits(self, operation: Operation, cost: int) -> Iterator[tuple[range, ...]]:
        """The ranges of arguments whose levels add up to `cost`; one order only where the operation commutes.

        A funnel shift's amount is a leaf: with amounts that are computed its triples would crowd out all else.
        """
        for levels in compositions(cost, len(operation.widths)):
            if operation.row.arguments == ("w", "w", "w") and levels[2] > 0:
                continue
            parts = [self.entries(level, width) for level, width in zip(levels, operation.widths, strict=True)]
            if not all(parts):
                continue
            if operation.last is not None:
                parts[-1] = self._constant(operation.last) if levels[-1] == 0 else []
            for ranges in product(*parts):
                if not operation.commutative or operation.last is not None or ranges[0].start <= ranges[1].start:
                    yield ranges

    def _constant(self, node: Node) -> list[range]:
        """Where a constant stands that is a leaf."""
        if node in self._places:
            return [range(self._places[node], self._places[node] + 1)]
        for entries in self.entries(0, node.width):
            for entry in entries:
                if (self.values[entry] == int(node.data)).all():
                    return [range(entry, entry + 1)]
        return []

    def estimate(self, operations: Sequence[Operation], level: int) -> int:
        """How many candidates the operations make at `level`."""
        return sum(prod(map(len, ranges)) for operation in operations
                   for ranges in self.splits(operation, level - operation.cost))

    def equal_to(self, goal: Goal, level: int) -> Iterator[int]:
        """The entries of `level` that meet `goal` on every sample."""
        for entries in self.entries(level, goal.width):
            wrong = ((self.values[entries.start:entries.stop] ^ goal.words) & goal.mask) != 0
            for index in (~(wrong & goal.care).any(axis=1)).nonzero()[0]:
                yield entries.start + int(index)

    def sweep(self, operations: Sequence[Operation], goal: Goal, level: int, checkpoint: Callable[[int], None],
              order: NDArray[np.int64] | None = None, run: Run = map) -> Iterator[Node | None]:
        """Programs of cost `level` with one of `operations` at their root that meet `goal`; none of them is stored.

        None comes in between, after every PAUSE candidates or so. With `order` (K,) the samples of the goal are those
        of the bank in this order: the first few decide nearly all. `run` is `map`, or does the same in several threads.
        """
        import numpy as np

        if order is None:
            order = np.arange(len(goal.words))
        columns = self._first_columns(order[:FILTERS])
        rooms = Spare(self._room_to_sweep)

        def swept(plan: Plan) -> tuple[Plan, list[list[int]]]:
            hits = np.empty((HITS, 4), dtype=np.int64)
            with rooms.one() as room:
                found = self._kernels.sweep(plan.rows, plan.words, self.values, order, columns, goal.words, goal.care,
                                            goal.mask, goal.against is not None,
                                            goal.words if goal.against is None else goal.against, hits, room)
            return plan, hits[:found].tolist()

        done = 0
        for plan, hits in run(swept, self._plans([op for op in operations if op.result == goal.width], level,
                                                 SWEPT_AT_ONCE)):
            for row, *entries in hits:
                operation = plan.operations[row]
                args = map(self.expression, entries[: len(operation.widths)])
                yield apply(operation.row.name, *args, width=operation.result)
            checkpoint(plan.work)
            done += plan.work
            if done > PAUSE:
                done = 0
                yield None

    def _first_columns(self, order: NDArray[np.int64]) -> Words:
        """The values of all programs on a few samples, one contiguous array each; kept for the next sweep."""
        key = len(self), order.tolist()
        if self._columns is None or self._columns[0] != key:
            self._columns = key, self.values[: len(self), order].T.copy()
        return self._columns[1]

    def _room_to_sweep(self) -> tuple[NDArray[Any], ...]:
        import numpy as np

        column = np.empty(BLOCK, dtype=np.uint64)
        return np.empty(len(self), dtype=np.bool_), column, column.copy(), column.copy(), column[:1].copy()

    def expression(self, entry: int) -> Node:
        """The program of `entry` as a graph, over the leaves."""
        code, *args = (int(part) for part in self.origin[entry])
        if code == LEAF:
            return self.leaves[args[0]]
        row = _ROWS[code]
        nodes = [self.expression(arg) for arg in args[: len(row.arguments)]]
        return apply(row.name, *nodes, width=int(self.widths[entry]))

    # --- filling ------------------------------------------------------------------------------------------------------

    @property
    def _storage(self) -> Entries:
        return Entries(self.values, self.widths, self.origin, self._table, self._slots, self._count)

    def _insert(self, values: Words, width: int, leaf: int) -> None:
        self._row[:] = values
        if not self._kernels.insert(self._row, self._row.reshape(-1, 1), width, leaf, self._storage):
            raise OutOfRoom

    def _append(self, values: Words, width: int, leaf: int) -> int:
        """Where a leaf stands that takes no other program's place."""
        entry = len(self)
        if entry >= self.capacity:
            raise OutOfRoom
        self.values[entry], self.widths[entry], self.origin[entry] = values, width, (LEAF, leaf, 0, 0)
        self._count[0] = entry + 1
        return entry

    def _plans(self, operations: Sequence[Operation], level: int, at_once: int) -> Iterator[Plan]:
        """What is to be made at `level`, in pieces of about `at_once` candidates."""
        plan = Plan()
        for operation in operations:
            for ranges in self.splits(operation, level - operation.cost):
                for part in _slices(ranges[0], max(1, at_once // prod(map(len, ranges[1:])))):
                    plan.add(operation, (part, *ranges[1:]))
                    if plan.work >= at_once:
                        yield plan
                        plan = Plan()
        if plan.work:
            yield plan

    def _apply(self, plan: Plan) -> None:
        made: int = self._kernels.grow(plan.rows, plan.words, self._storage, self._room)
        self.candidates += abs(made)
        if made < 0:
            raise OutOfRoom

    def _add_range(self, level: int, width: int, start: int) -> None:
        if len(self) > start:
            self.ranges.setdefault((level, width), []).append(range(start, len(self)))

    def _cast(self, level: int) -> None:
        """The free casts of what stands at `level`; a cast of a cast is not free, and not made."""
        cast_from = {width: list(ranges) for (at, width), ranges in self.ranges.items() if at == level}
        for cast in self._casts:
            start = len(self)
            plan = Plan()
            for entries in cast_from.get(cast.w, []):
                plan.add(cast, (entries,))
            if plan.work:
                self._apply(plan)
            self._add_range(level, cast.result, start)


class Plan:
    """Operations over ranges of entries, as the compiled loops read them."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.work = 0  # candidates, at the most
        self._rows: list[tuple[int, ...]] = []

    def add(self, operation: Operation, ranges: Sequence[range]) -> None:
        a, b, c = (*ranges, *(range(1),) * (3 - len(ranges)))
        same = operation.commutative and operation.last is None and len(ranges) == 2 and b.start <= a.start < b.stop
        self.operations.append(operation)
        self._rows.append((operation.code, len(ranges), same, operation.result, a.start, a.stop, b.start, b.stop,
                           c.start, c.stop))
        self.work += len(a) * len(b) * len(c)

    @property
    def rows(self) -> NDArray[np.int64]:
        import numpy as np

        return np.array(self._rows, dtype=np.int64)

    @property
    def words(self) -> Words:
        import numpy as np

        return np.array([operation.constants for operation in self.operations], dtype=np.uint64)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a program of `width` bits must give on the samples: `words` under `mask`, wherever `care` (K,) is set.

    `wrap` is the free cast that leads from `width` to the wanted width, if there is one. With `against` (K,) a truth
    value is wanted, and the program is to equal `against`, the values of `leaf`, just where `words` are 1.
    """

    width: int
    words: Words
    care: NDArray[np.bool_]
    mask: np.uint64
    wrap: int | None = None
    against: Words | None = None
    leaf: Node | None = None
    negated: bool = False

    def wrapped(self, node: Node) -> Node:
        """The program whose value is wanted, around `node`, which meets the goal."""
        if self.leaf is not None:
            return apply("ne" if self.negated else "eq", node, self.leaf)
        return node if self.wrap is None else resized(node, self.wrap)


_ROWS = list(TABLE.values())


def _slices(whole: range, size: int) -> Iterator[range]:
    for start in range(whole.start, whole.stop, size):
        yield range(start, min(start + size, whole.stop))


@cache
def compositions(total: int, parts: int) -> tuple[tuple[int, ...], ...]:
    """All ways to write `total` as a sum of `parts` numbers from 0 on, in order."""
    if parts == 1:
        return ((total,),) if total >= 0 else ()
    return tuple((first, *rest) for first in range(total + 1) for rest in compositions(total - first, parts - 1))
