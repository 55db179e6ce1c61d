"""Straight-line programs around a value that is used more than once, searched in compiled code.

A value v that costs little is promoted: it joins the inputs and constants as free. From there a program is a chain, in
which each step takes the value before it and something that is free: first(v, .), second(first, .), then last(., .).
The last step need not give what is wanted itself: it may also give what an outermost operation with a free value, or
with a first step, makes into what is wanted. So v, the first steps and all free values may be used several times.
The outermost operations are undone on one sample, and where they leave bits open, a mask says which (Udupa et al.,
TRANSIT, PLDI 2013, call undoing them goal-directed search); what passes there is computed forwards on all samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..ir.graph import Node
from ..ir.kernel import rows
from ..ir.objects import Part, filled
from ..jobs.threads import Spare
from . import bank, goals
from .bank import Operation
from .goals import Target

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .budget import Run

    Words = NDArray[np.uint64]

CAPACITY = 1 << 16  # values of one chain
SLOTS = 15  # bits of the hash by which goals are found
GOALS = 30_000  # ways to undo an outermost operation that one chain looks for
MASKED = 24  # of those that leave bits open
HITS = 256  # programs that one chain reports
CHECKS = 50_000  # values that one chain looks at on all samples: where more pass the first, it is a bad one
LIGHT = 3  # a goal must fix one of so many bits on its sample, so that not everything meets it



class Plan(NamedTuple):
    """Operations: rows (n, 3), the code, whether it has one argument, whether it commutes; words (n, 5), W to V."""

    rows: NDArray[np.int64]
    words: Words


class Store(NamedTuple):
    """The values of a chain (n, K), and on the first sample (n,); their origin (n, 3), the operation and its arguments;
    a table."""

    values: Words
    column: Words
    origin: NDArray[np.int64]
    table: NDArray[np.int64]


class Wanted(NamedTuple):
    """Words and masks (n, K) that are wanted; kinds (m, 3): an outermost operation, whether it is undone on its second
    argument, and how."""

    words: Words
    masks: Words
    kinds: NDArray[np.int64]


class Goals(NamedTuple):
    """What a value must be on the first sample: words (n,), by hash, and their origin (n, 3): which of the wanted,
    undone how, with which value; light (m, 3): word, mask and goal of those with a mask; checks (1,): how many values
    were looked at on all samples."""

    words: Words
    origin: NDArray[np.int64]
    heads: NDArray[np.int32]
    following: NDArray[np.int32]
    light: Words
    checks: NDArray[np.int64]
    scratch: Words


class Room(NamedTuple):
    """For the words of a value (K,), and for those of all on the first sample: the other argument, and results."""

    row: Words
    others: Words
    out: Words


_STORING = '''
SLOT, NONE, ONE_WIDTH = np.uint64(64 - {slots}), np.int64(-1), np.int64(0)


@jit
def keep(row, p, a, b, store, stamp, n):
    mask = store.table.shape[0] - 1
    slot = np.int64(fingerprint(row, ONE_WIDTH) & np.uint64(mask))
    while store.table[slot] >> 24 == stamp:
        if equals(row, store.values, store.table[slot] & 0xFFFFFF):
            return n
        slot = slot + 1 & mask
    store.table[slot] = stamp << 24 | n
    put(row, store.values, n)
    store.column[n] = row[0]
    store.origin[n, 0], store.origin[n, 1], store.origin[n, 2] = p, a, b
    return n + 1


@jit
def hold(entry, store, stamp, row):
    """Enters a free value, which stands at its place already, into the table."""
    for k in range(row.shape[0]):
        row[k] = store.values[entry, k]
    keep(row, NONE, NONE, NONE, store, stamp, entry)


@jit
def add(p, a, b, plan, store, stamp, n, row):
    W, B, M, T, V = plan.words[p]
    if n == store.values.shape[0]:
        return n
    if compute(plan.rows[p, 0], store.values[a], store.values[b], store.values[a], W, B, M, T, V, row):
        return n
    return keep(row, p, a, b, store, stamp, n)


@jit
def steps(start, stop, free, plan, store, stamp, n, row):
    """Adds every operation on one of the values from start to stop and one of the first `free`."""
    for a in range(start, stop):
        for p in range(plan.rows.shape[0]):
            if plan.rows[p, 1] == 1:
                n = add(p, a, a, plan, store, stamp, n, row)
                continue
            for b in range(free):
                n = add(p, a, b, plan, store, stamp, n, row)
                if plan.rows[p, 2] == 0 and a != b:
                    n = add(p, b, a, plan, store, stamp, n, row)
    return n
'''

_CHAIN = '''
@jit
def right(p, a, b, goal, plan, store, wanted, goals):
    """Whether operation p on a and b (the value a itself, where p is -1) meets the goal on all samples."""
    out, outer = goals.scratch[:1], goals.scratch[1:]
    base, kind, g = goals.origin[goal]
    samples = store.values.shape[1]
    for index in range(1, samples + 1):  # the first comes last: it was looked at
        k = index % samples
        x, y, z = store.values[a, k:k + 1], store.values[b, k:k + 1], store.values[g, k:k + 1]
        out[0] = x[0]
        if p >= 0:
            W, B, M, T, V = plan.words[p]
            if compute(plan.rows[p, 0], x, y, x, W, B, M, T, V, out):
                return False
        outer[0] = out[0]
        if kind >= 0:
            q = wanted.kinds[kind, 0]
            W, B, M, T, V = plan.words[q]
            swapped = wanted.kinds[kind, 1] == 1
            if compute(plan.rows[q, 0], z if swapped else out, out if swapped else z, z, W, B, M, T, V, outer):
                return False
        if (outer[0] ^ wanted.words[base, k]) & wanted.masks[base, k] != Z:
            return False
    return True


@jit
def set_goals(leaves, first, plan, store, wanted, goals):
    """What is wanted, and what is wanted within an outermost operation whose other argument is one from `leaves` on."""
    count, masked = 0, 0
    for base in range(wanted.words.shape[0]):
        t, k = wanted.words[base, 0], wanted.masks[base, 0]
        for g in range(leaves - 1, first):  # the first of these stands for no outermost operation
            for kind in range(wanted.kinds.shape[0] if g >= leaves else 1):
                if count == goals.words.shape[0]:
                    return count, masked
                good, inner, mask = True, t, k
                if g >= leaves:
                    W, B, M, T, V = plan.words[wanted.kinds[kind, 0]]
                    good, inner, mask = undo(wanted.kinds[kind, 2], t, k, store.column[g], W, B, M, T, V)
                if not good:
                    continue
                if mask == plan.words[0, 2]:
                    slot = inner * P >> SLOT
                    goals.following[count] = goals.heads[slot]
                    goals.heads[slot] = count
                elif masked < goals.light.shape[0] and popcount(mask) * np.uint64({light}) >= plan.words[0, 0]:
                    goals.light[masked, 0], goals.light[masked, 1] = inner & mask, mask
                    goals.light[masked, 2] = np.uint64(count)
                    masked += 1
                else:
                    continue
                goals.words[count] = inner
                goals.origin[count, 0], goals.origin[count, 2] = base, g
                goals.origin[count, 1] = kind if g >= leaves else -1
                count += 1
    return count, masked


@jit
def report(p, j, b, goal, plan, store, wanted, goals, hits, found):
    goals.checks[0] += 1
    if goals.checks[0] > {checks}:
        return found
    a, c = j, j
    if b >= 0:
        c = b
    elif b < -1:
        a = -2 - b
    if found < hits.shape[0] and right(p, a, c, goal, plan, store, wanted, goals):
        hits[found, 0], hits[found, 1], hits[found, 2], hits[found, 3] = p, a, c, goal
        found += 1
    return found


@jit
def meet(p, b, n, out, masked, plan, store, wanted, goals, hits, found):
    """Adds to `hits` the values in `out` that meet a goal: those of operation p on the values from n on and b.

    b is -1 for an operation with one argument, and -2 - b where it comes first.
    """
    for j in range(out.shape[0]):
        goal = np.int64(goals.heads[out[j] * P >> SLOT])
        while goal >= 0:
            if goals.words[goal] == out[j]:
                found = report(p, n + j, b, goal, plan, store, wanted, goals, hits, found)
            goal = np.int64(goals.following[goal])
    for i in range(masked):
        t, k = goals.light[i, 0], goals.light[i, 1]
        passed = 0
        for j in range(out.shape[0]):
            passed += (out[j] & k) == t
        for j in range(out.shape[0] if passed else 0):
            if (out[j] & k) == t:
                found = report(p, n + j, b, np.int64(goals.light[i, 2]), plan, store, wanted, goals, hits, found)
    return found


@jit
def chain(leaves, n, depth, plan, store, stamp, wanted, goals, hits, work, room):
    """The programs in the chains from value n - 1, the newest of n free ones, with `depth` steps before the last."""
    row = room.row
    for entry in range(n):
        hold(entry, store, stamp, row)
    first = steps(n - 1, n, n, plan, store, stamp, n, row)
    end = steps(n, first, n, plan, store, stamp, first, row) if depth > 1 else first
    goals.checks[0] = 0
    count, masked = set_goals(leaves, first, plan, store, wanted, goals)
    size = end - n
    ys, xs, out = store.column[n:end], room.others[:size], room.out[:size]
    found = 0
    for p in range(-1, plan.rows.shape[0]):
        unary = p < 0 or plan.rows[p, 1] == 1
        for b in range(1 if unary else n):
            for swapped in range(1 if unary or plan.rows[p, 2] == 1 else 2):
                if p < 0:
                    for j in range(size):
                        out[j] = ys[j]
                else:
                    for j in range(size):
                        xs[j] = store.column[b]
                    W, B, M, T, V = plan.words[p]
                    compute(plan.rows[p, 0], xs if swapped else ys, ys if swapped else xs, ys, W, B, M, T, V, out)
                other = -1 if unary else (-2 - b if swapped else b)
                found = meet(p, other, n, out, masked, plan, store, wanted, goals, hits, found)
    work[0] += end + count + size * plan.rows.shape[0] * n + 10 * goals.checks[0]
    for goal in range(count):
        goals.heads[goals.words[goal] * P >> SLOT] = -1
    return found
'''

_PROMOTING = '''
@jit
def first_steps(leaves, plan, store, stamp, row):
    """Adds the first steps from the value that stands after the leaves; where they end."""
    for entry in range(leaves + 1):
        hold(entry, store, stamp, row)
    return steps(leaves, leaves + 1, leaves + 1, plan, store, stamp, leaves + 1, row)


@jit
def promote(place, stop, promoted, leaves, depth, plan, store, wanted, goals, hits, work, room):
    """The programs in the chains from the next promoted values that have any; 0 when all are through.

    `place` holds the next values and the last stamp; `promoted` (n, p, K) has p values that are promoted together.
    """
    many = promoted.shape[1]
    while place[0] < stop:
        for index in range(many):
            put(promoted[place[0], index], store.values, leaves + index)
            store.column[leaves + index] = promoted[place[0], index, 0]
        place[0] += 1
        place[1] += 1
        found = chain(leaves, leaves + many, depth, plan, store, place[1], wanted, goals, hits, work, room)
        if found > 0:
            return found
    return 0
'''


_PLAN = "Plan(int64[:, :], uint64[:, :])"
_STORE = "Store(uint64[:, :], uint64[:], int64[:, :], int64[:])"
_WANTED = "Wanted(uint64[:, :], uint64[:, :], int64[:, :])"
_GOALS = "Goals(uint64[:], int64[:, :], int32[:], int32[:], uint64[:, :], int64[:], uint64[:])"
_REST = f"{_WANTED}, {_GOALS}, int64[:, :], int64[:], Room(uint64[:], uint64[:], uint64[:])"


@cache
def storing() -> Part:
    """How chains are stored."""
    return Part("storing", filled(_STORING, slots=SLOTS), {}, (), (Plan, Store, Wanted, Goals, Room))


@cache
def around() -> Part:
    """The compiled search around one value."""
    return Part("around", filled(_CHAIN, light=LIGHT, checks=CHECKS),
                {"chain": f"int64(int64, int64, int64, {_PLAN}, {_STORE}, int64, {_REST})"},
                (rows(), bank.behaviour(), goals.part(), storing()))


@cache
def part() -> Part:
    """The compiled search around many."""
    return Part("promotion", _PROMOTING, {
        "first_steps": f"int64(int64, {_PLAN}, {_STORE}, int64, uint64[:])",
        "promote": f"int64(int64[:], int64, uint64[:, :, :], int64, int64, {_PLAN}, {_STORE}, {_REST})",
    }, (rows(), bank.behaviour(), storing(), around()))


class _Workspace:
    """What the search around one value after the other writes to: one for each thread."""

    def __init__(self, leaves: Words) -> None:
        import numpy as np

        samples = leaves.shape[1]
        self.store = Store(np.empty((CAPACITY, samples), dtype=np.uint64), np.empty(CAPACITY, dtype=np.uint64),
                           np.empty((CAPACITY, 3), dtype=np.int64), np.zeros(CAPACITY * 4, dtype=np.int64))
        self.store.values[:len(leaves)], self.store.column[:len(leaves)] = leaves, leaves[:, 0]
        self.goals = Goals(np.empty(GOALS, dtype=np.uint64), np.empty((GOALS, 3), dtype=np.int64),
                           np.full(1 << SLOTS, -1, dtype=np.int32), np.empty(GOALS, dtype=np.int32),
                           np.empty((MASKED, 3), dtype=np.uint64), np.zeros(1, dtype=np.int64),
                           np.empty(2, dtype=np.uint64))
        self.room = Room(np.empty(samples, dtype=np.uint64), np.empty(CAPACITY, dtype=np.uint64),
                         np.empty(CAPACITY, dtype=np.uint64))
        self.stamp = 0


@dataclass(frozen=True, slots=True)
class _Task:
    """Chains from values (n, p, K), of which p are promoted together; `nodes` gives the graphs of each p."""

    values: Words
    nodes: Callable[[int], list[Node]]
    depth: int


class Search:
    """Chains over `leaves`, nodes of one width with their values (K,), by `operations`, which take and give it.

    An operation may also give a truth value, which counts as the word 0 or 1. `targets` are wanted, or what the
    operations with a leaf outermost make into one of them.
    """

    def __init__(self, leaves: Sequence[tuple[Node, Words]], operations: Sequence[Operation],
                 targets: Sequence[Target]) -> None:
        import numpy as np

        self._nodes = [node for node, _ in leaves]
        self._operations = operations
        self._functions = part().functions
        rows = [(op.code, len(op.widths) == 1, op.commutative) for op in operations]
        self._plan = Plan(np.array(rows, dtype=np.int64),
                          np.array([op.constants for op in operations], dtype=np.uint64))
        self._words = np.array([words for _, words in leaves])
        self._spaces = Spare(lambda: _Workspace(self._words))
        self._first = _Workspace(self._words)
        self._kinds = np.array(goals.kinds(operations), dtype=np.int64).reshape(-1, 3)
        least = leaves[0][0].width * len(leaves[0][1]) // (2 * LIGHT)
        self._targets = goals.undone(targets, leaves, operations, least)
        self._wanted = Wanted(np.array([target.words for target in self._targets]),
                              np.array([target.masks for target in self._targets]), self._kinds)

    def promote(self, values: Words, expressions: Callable[[int], Node], depth: int, twice: bool,
                checkpoint: Callable[[int], None], at_once: int, run: Run = map) -> Iterator[Node | None]:
        """Programs in the chains from each of `values` (n, K) with `depth` steps before the last.

        `expressions` gives the graph of each. With `twice` the first step is promoted as well. `checkpoint` is told of
        the work that was done, about every `at_once` candidates, and may raise; then None is given as well. `run` is
        `map`, or does the same in several threads.
        """
        tasks = self._twice(values, expressions, depth) if twice else [
            _Task(values[:, None, :], lambda index: [expressions(index)], depth)]
        pieces = (piece for task in tasks for piece in self._pieces(task, at_once))
        for task, found, work in run(self._around, pieces):
            checkpoint(work)
            for index, hit in found:
                yield self._program(hit, [*self._nodes, *task.nodes(index)])
            yield None

    def _twice(self, values: Words, expressions: Callable[[int], Node], depth: int) -> Iterator[_Task]:
        """Each value with each of its first steps."""
        import numpy as np

        store, leaves = self._first.store, len(self._nodes)
        for index, words in enumerate(values):
            store.values[leaves], store.column[leaves] = words, words[0]
            self._first.stamp += 1
            end = self._functions.first_steps(leaves, self._plan, store, self._first.stamp, self._first.room.row)
            steps, origin = store.values[leaves + 1:end], store.origin[:end].copy()
            pairs = np.stack([np.broadcast_to(words, steps.shape), steps], axis=1)

            def nodes(step: int, index: int = index, origin: NDArray[np.int64] = origin) -> list[Node]:
                value = expressions(index)
                return [value, self._node(_term(leaves + 1 + step, origin, leaves + 1), [*self._nodes, value])]

            yield _Task(pairs, nodes, depth)

    def _pieces(self, task: _Task, at_once: int) -> Iterator[tuple[_Task, range]]:
        """The task in pieces of about `at_once` candidates."""
        steps = 2 * len(self._operations) * (len(self._nodes) + 1)
        each = max(1, int(at_once / steps ** (task.depth + 1)))
        for begin in range(0, len(task.values), each):
            yield task, range(begin, min(begin + each, len(task.values)))

    def _around(self, piece: tuple[_Task, range]) -> tuple[_Task, list[tuple[int, _Hit]], int]:
        """What comes right in the chains from a part of a task's values, by the place of each, and how many were tried.

        It runs in several threads, and graphs are made in one.
        """
        import numpy as np

        task, part = piece
        work, hits = np.zeros(1, dtype=np.int64), np.empty((HITS, 4), dtype=np.int64)
        found: list[tuple[int, _Hit]] = []
        values = np.ascontiguousarray(task.values[part.start:part.stop])
        free = len(self._nodes) + values.shape[1]
        with self._spaces.one() as space:
            place = np.array([0, space.stamp], dtype=np.int64)
            while count := self._functions.promote(place, len(part), values, len(self._nodes), task.depth, self._plan,
                                                   space.store, self._wanted, space.goals, hits, work, space.room):
                for p, a, b, goal in hits[:count].tolist():
                    base, kind, g = space.goals.origin[goal].tolist()
                    left, right, other = (_term(entry, space.store.origin, free)
                                          for entry in (a, b, g if kind >= 0 else 0))
                    found.append((part.start + int(place[0]) - 1, _Hit(p, left, right, other, base, kind)))
            space.stamp = int(place[1])
        return task, found, int(work[0])

    def _program(self, hit: _Hit, free: Sequence[Node]) -> Node:
        left, right, other = (self._node(term, free) for term in (hit.left, hit.right, hit.other))
        node = left if hit.operation < 0 else goals.applied(self._operations[hit.operation], left, right)
        if hit.kind >= 0:
            row, swapped, _ = self._kinds[hit.kind].tolist()
            node = goals.applied(self._operations[row], *((other, node) if swapped else (node, other)))
        return self._targets[hit.base].finish(node)

    def _node(self, term: Term, free: Sequence[Node]) -> Node:
        if isinstance(term, int):
            return free[term]
        operation, left, right = term
        return goals.applied(self._operations[operation], self._node(left, free), self._node(right, free))


Term: TypeAlias = "int | tuple[int, Term, Term]"  # a free value, or an operation of the plan on two terms


class _Hit(NamedTuple):
    """Operation on `left` and `right` (`left` itself, where it is -1), within an outermost one beside `other` if `kind`
    is not -1, for the wanted word `base`."""

    operation: int
    left: Term
    right: Term
    other: Term
    base: int
    kind: int


def _term(entry: int, origin: NDArray[np.int64], free: int) -> Term:
    """How a value of a chain is made of the first ones, which are free."""
    if entry < free:
        return int(entry)
    operation, left, right = origin[entry].tolist()
    return operation, _term(left, origin, free), _term(right, origin, free)
