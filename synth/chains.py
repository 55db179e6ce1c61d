"""Chains of macros: steps of one to four operations that bit tricks are made of, each a single step of a search.

A smear spreads a bit over its neighbours, a fold adds or xors a word's halves, a mask keeps some fields of it. Each
step works on the value before it and on the value that the chain starts from; its shifts and masks come from a pool
that the width alone determines. Counted in operations such chains are far out of reach, counted in steps they are near.
Values are stored step by step, one for each behaviour on the samples; two further steps are tried without storing them,
on the first sample alone, and what passes there on all the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from ..ir import terms
from ..ir.evaluate import calls
from ..ir.graph import Node, const
from ..ir.kernel import rows, unsigned
from ..ir.objects import Part, filled
from ..ir.primes import TABLE
from . import bank
from .goals import Target

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .budget import Run

    Words = NDArray[np.uint64]

# y is the value so far, x the one that the chain starts from, k a shift, m a mask or factor.
MACROS = (
    ("smear right", "(or y (lshr y k))"),
    ("smear left", "(or y (shl y k))"),
    ("erode right", "(and y (lshr y k))"),
    ("erode left", "(and y (shl y k))"),
    ("fold right", "(xor y (lshr y k))"),
    ("fold left", "(xor y (shl y k))"),
    ("sum right", "(add y (lshr y k))"),
    ("sum left", "(add y (shl y k))"),
    ("mask", "(and y m)"),
    ("factor", "(mul y m)"),
    ("residue", "(urem y m)"),
    ("shift", "(lshr y k)"),
    ("step", "(add y m)"),
    ("complement", "(xor y m)"),
    ("subtract field", "(sub y (and (lshr y k) m))"),
    ("subtract field of the start", "(sub y (and (lshr x k) m))"),
    ("sum of fields", "(add (and y m) (and (lshr y k) m))"),
    ("sum, then fields", "(and (add y (lshr y k)) m)"),
    ("swap of fields", "(or (shl (and y m) k) (and (lshr y k) m))"),
    ("join with the start", "(and y x)"),
    ("difference from the start", "(sub y x)"),
    ("fold with the start", "(xor y x)"),
)
FAMILIES = (
    ("smear right", "shift", "step", "complement", "difference from the start"),
    ("smear left", "smear right", "step", "complement", "join with the start", "fold with the start"),
    ("fold right", "fold left", "mask", "factor", "shift"),
    ("swap of fields", "shift", "complement", "mask"),
    ("sum right", "mask", "factor", "shift", "residue", "subtract field", "subtract field of the start",
     "sum of fields", "sum, then fields"),
    tuple(name for name, _ in MACROS),
)
_COMBINING = frozenset({"add", "sub", "xor", "mul"})
CAPACITY, TABLE_SIZE = 200_000, 1 << 19  # values that are stored, and the size of the table of them
TELLING = 500  # stored values at the least by which samples are compared
SLOTS = 12  # bits of the hash by which goals are found
BLOCK = 4096  # chains that are looked at together
FULL = 256  # chains that are reported at once
MASKED = 16  # goals that leave bits open
WIDE, STRONG = 8, 16  # samples that decide where goals fix fewer bits of the first than these



class Store(NamedTuple):
    """The values of chains (n, K), what each was made of (n, 2), its step and the value before it, and a table."""

    values: Words
    origin: NDArray[np.int64]
    table: NDArray[np.int32]


class Steps(NamedTuple):
    """The kinds of macros (n,), and their numbers (n, 2), the shift and the mask."""

    kinds: NDArray[np.int64]
    numbers: Words


class Wanted(NamedTuple):
    """Words and masks (n, K) that are wanted; those with whole words by the hash of their first sample."""

    words: Words
    masks: Words
    heads: NDArray[np.int32]
    following: NDArray[np.int32]


class Room(NamedTuple):
    """For a block's values and results by sample, for the start's and what is wrong on one; two words more."""

    ys: Words
    outs: Words
    xs: Words
    wrong: Words
    scratch: Words


_MACROS = '''
@jit
def step(kind, y, x, k, m, W, B, M, T, V, out):
    {macros}
    return kind
'''

_KERNELS = '''
SLOT, ONE_WIDTH = np.uint64(64 - {slots}), np.int64(0)


@jit
def slot_of(word):
    return word * P >> SLOT


@jit
def keep(row, s, before, store, n):
    mask = store.table.shape[0] - 1
    slot = np.int64(fingerprint(row, ONE_WIDTH) & np.uint64(mask))
    while store.table[slot] >= 0:
        if equals(row, store.values, store.table[slot]):
            return n
        slot = slot + 1 & mask
    if n == store.values.shape[0]:
        return n
    store.table[slot] = n
    put(row, store.values, n)
    store.origin[n, 0], store.origin[n, 1] = s, before
    return n + 1


@jit
def extend(start, stop, steps, start_row, store, n, words, row):
    """Stores every step from the values from start to stop; how many values there are then."""
    W, B, M, T, V = words
    for entry in range(start, stop):
        for s in range(steps.kinds.shape[0]):
            step(steps.kinds[s], store.values[entry], start_row, steps.numbers[s, 0], steps.numbers[s, 1], W, B, M, T,
                 V, row)
            n = keep(row, s, entry, store, n)
    return n


@jit
def right(entry, s, u, goal, steps, start_row, store, wanted, words, scratch):
    """Whether steps s and u (where they are not -1) from a value give what is wanted on all samples."""
    W, B, M, T, V = words
    out, more = scratch[:1], scratch[1:]
    for k in range(store.values.shape[1]):
        out[0] = store.values[entry, k]
        x = start_row[k:k + 1]
        for t in (s, u):
            if t >= 0:
                step(steps.kinds[t], out, x, steps.numbers[t, 0], steps.numbers[t, 1], W, B, M, T, V, more)
                out[0] = more[0]
        if (out[0] ^ wanted.words[goal, k]) & wanted.masks[goal, k] != Z:
            return False
    return True


@jit
def look(place, stop, ahead, wide, steps, start_row, store, wanted, masked, words, hits, work, room):
    """The chains from the next stored values that give what is wanted in `ahead` steps, 0, 1 or 2.

    The first sample decides, or for goals with a mask the first `wide`.
    """
    W, B, M, T, V = words
    count = steps.kinds.shape[0]
    size = count if ahead > 1 else 1
    block = max(1, min(64, {block} // size))
    ys, outs, xs, wrong, scratch = room
    found = 0
    while place[0] < stop:
        begin = place[0]
        end = min(begin + block, stop)
        n = (end - begin) * size
        for k in range(wide):
            for entry in range(begin, end):
                i = (entry - begin) * size
                for s in range(size):
                    if ahead > 1:
                        step(steps.kinds[s], store.values[entry, k:k + 1], start_row[k:k + 1], steps.numbers[s, 0],
                             steps.numbers[s, 1], W, B, M, T, V, ys[k, i + s:i + s + 1])
                    else:
                        ys[k, i] = store.values[entry, k]
        place[0] = end
        for u in range(count if ahead > 0 else 1):
            for k in range(wide):
                if ahead > 0:
                    for j in range(n):
                        xs[j] = start_row[k]
                    step(steps.kinds[u], ys[k, :n], xs[:n], steps.numbers[u, 0], steps.numbers[u, 1], W, B, M, T, V,
                         outs[k, :n])
                else:
                    for j in range(n):
                        outs[k, j] = ys[k, j]
            for j in range(n):
                goal = np.int64(wanted.heads[slot_of(outs[0, j])])
                while goal >= 0:
                    if wanted.words[goal, 0] == outs[0, j]:
                        found = report(begin, j, u, goal, ahead, count, steps, start_row, store, wanted, words, hits,
                                       found, scratch)
                    goal = np.int64(wanted.following[goal])
            for i in range(masked.shape[0]):
                goal = masked[i]
                for j in range(n):
                    wrong[j] = Z
                for k in range(wide):
                    t, m = wanted.words[goal, k], wanted.masks[goal, k]
                    for j in range(n):
                        wrong[j] |= (outs[k, j] ^ t) & m
                passed = 0
                for j in range(n):
                    passed += wrong[j] == Z
                for j in range(n if passed else 0):
                    if wrong[j] == Z:
                        found = report(begin, j, u, goal, ahead, count, steps, start_row, store, wanted, words, hits,
                                       found, scratch)
            work[0] += n * wide
        if found > 0:
            return found
    return 0


@jit
def report(begin, j, u, goal, ahead, count, steps, start_row, store, wanted, words, hits, found, scratch):
    entry, s, last = begin + j, -1, -1
    if ahead == 1:
        last = u
    elif ahead == 2:
        entry, s, last = begin + j // count, j % count, u
    if found < hits.shape[0] and right(entry, s, last, goal, steps, start_row, store, wanted, words, scratch):
        hits[found, 0], hits[found, 1], hits[found, 2], hits[found, 3] = entry, s, last, goal
        found += 1
    return found
'''


_STORE = "Store(uint64[:, :], int64[:, :], int32[:])"
_STEPS = "Steps(int64[:], uint64[:, :])"
_WORDS = f"tuple({', '.join(['uint64'] * 5)})"


@cache
def macros() -> Part:
    """The compiled macros: a loop for each."""
    loop = "        for i in range(out.shape[0]):\n            out[i] = "
    text = "\n    el".join(f"if kind == {kind}:\n{loop}{_text(text)}" for kind, (_, text) in enumerate(MACROS))
    words = ", ".join(["uint64"] * 7)
    return Part("macros", filled(_MACROS, macros=text),
                {"step": f"int64(int64, uint64[:], uint64[:], {words}, uint64[:])"}, (rows(),))


@cache
def part() -> Part:
    """The compiled search."""
    wanted = "Wanted(uint64[:, :], uint64[:, :], int32[:], int32[:])"
    room = "Room(uint64[:, :], uint64[:, :], uint64[:], uint64[:], uint64[:])"
    return Part("chains", filled(_KERNELS, slots=SLOTS, block=BLOCK), {
        "slot_of": "uint64(uint64)",
        "keep": f"int64(uint64[:], int64, int64, {_STORE}, int64)",
        "extend": f"int64(int64, int64, {_STEPS}, uint64[:], {_STORE}, int64, {_WORDS}, uint64[:])",
        "look": f"int64(int64[:], int64, int64, int64, {_STEPS}, uint64[:], {_STORE}, {wanted}, int64[:], "
                f"{_WORDS}, int64[:, :], int64[:], {room})",
    }, (rows(), bank.behaviour(), macros()), (Store, Steps, Wanted, Room))


def _text(macro: str) -> str:
    """The macro on words as the compiled loop computes it; the words of y and x are those at i."""
    text = calls(terms.parse(macro))
    for name in "xy":
        text = text.replace(f"({name},", f"({name}[i],").replace(f" {name},", f" {name}[i],")
    return text


@dataclass(frozen=True, slots=True)
class Step:
    """A macro with its numbers."""

    kind: int
    shift: int
    mask: int

    def applied(self, y: Node, x: Node) -> Node:
        """The step from `y` in the chain that starts at `x`."""
        names = {"y": y, "x": x, "k": const(self.shift, y.width), "m": const(self.mask, y.width)}
        return terms.instantiate(terms.parse(MACROS[self.kind][1]), terms.Scope(names), y.width)


def periodic(ones: int, period: int, width: int) -> int:
    """The word with `ones` low bits of every `period` set."""
    return sum(1 << bit for bit in range(width) if bit % period < ones)


def fields(width: int) -> list[tuple[int, int]]:
    """Shifts with masks: fields of f bits, two or three to a period, moved by one or two of them."""
    pairs = []
    for size in (1, 2, 3, 4, 8, 16, 32):
        for many in (2, 3):
            if size * many <= width and (many == 2 or size < 4):
                pairs += [(size * moved, periodic(size * kept, size * many, width))
                          for moved in range(1, many) for kept in range(1, many)]
    return list(dict.fromkeys(pairs))


def pool(name: str, width: int) -> Iterator[tuple[int, int]]:
    """The shifts and masks that a macro is tried with at a width."""
    text = dict(MACROS)[name]
    ones = (1 << width) - 1
    periods = [period for period in (2, 3, 4, 6, 8, 16, 32) if period < width] + [width]
    shifts = [shift for shift in (1, 2, 3, 4, 8, 16, 32) if shift < width]
    single = [periodic(1, period, width) for period in periods[:-1]]
    tops = [word << period - 1 & ones for word, period in zip(single, periods)]
    if " k" in text and " m" in text:
        yield from fields(width)
    elif name == "shift":
        ends = (width // 2, width - 8, width - 4, width - 2, width - 1)
        yield from ((shift, 0) for shift in dict.fromkeys((*shifts, *ends)) if 0 < shift < width)
    elif " k" in text:
        yield from ((shift, 0) for shift in shifts)
    elif name == "mask":
        halves = [periodic(period // 2, period, width) for period in periods]
        whole = [1, ones >> width // 2, *((1 << bits) - 1 for bits in (8, 6, 5) if bits < width)]
        others = [half ^ ones for half in halves]
        yield from ((0, mask) for mask in dict.fromkeys((*single, *tops, *halves, *others, *whole)))
    elif name == "factor":
        yield from ((0, mask) for mask in dict.fromkeys((*single, *tops)))
    elif name == "residue":
        yield from ((0, (1 << bits) - 1) for bits in (2, 3, 4, 5, 6, 8, 10, 12, 16) if bits < width)
    elif name == "step":
        yield from ((0, 1), (0, ones))
    elif name == "complement":
        yield 0, ones
    else:
        yield 0, 0


def steps(family: Sequence[str], allowed: frozenset[str], width: int) -> list[Step]:
    """The steps of a family whose operations are all allowed."""
    kinds = {name: kind for kind, (name, _) in enumerate(MACROS)}
    return [Step(kinds[name], shift, mask) for name in family
            if set(dict(MACROS)[name].replace("(", " ").split()) & set(TABLE) <= allowed
            for shift, mask in pool(name, width)]


class Chains:
    """Chains of `steps` from one value `start`, a node with its values (K,), to `targets`."""

    def __init__(self, start: tuple[Node, Words], steps: Sequence[Step], targets: Sequence[Target]) -> None:
        import numpy as np

        self._functions = part().functions
        node, words = start
        self.start, self.steps = start, steps
        self._start_row = np.ascontiguousarray(words)
        self._row = np.empty_like(self._start_row)
        self._words = unsigned(node.width, node.width)
        self._store: Store | None = None
        self._steps = Steps(np.array([one.kind for one in steps], dtype=np.int64),
                                   np.array([(one.shift, one.mask) for one in steps], dtype=np.uint64))
        self.levels = [range(1)]  # the stored values of each number of steps
        order = self._telling(targets)
        self._start_row = np.ascontiguousarray(words[order])
        self.targets = targets = [Target(target.words[order], target.masks[order], target.finish) for target in targets]
        heads = np.full(1 << SLOTS, -1, dtype=np.int32)
        following = np.full(len(targets), -1, dtype=np.int32)
        masked = []
        for index, target in enumerate(targets):
            if int(target.masks[0]) == (1 << node.width) - 1:
                slot = int(self._functions.slot_of(target.words[0]))
                following[index], heads[slot] = heads[slot], index
            elif target.masks[0]:
                masked.append(index)
        masked.sort(key=lambda index: -int(targets[index].masks[0]).bit_count())
        self._masked = np.array(masked[:MASKED], dtype=np.int64)
        weak = any(int(targets[index].masks[0]).bit_count() < STRONG for index in masked[:MASKED])
        self._wide = min(WIDE, len(self._start_row)) if weak else 1
        self._wanted = Wanted(np.array([target.words for target in targets]),
                                     np.array([target.masks for target in targets]), heads, following)

    def _telling(self, targets: Sequence[Target]) -> NDArray[np.int64]:
        """The samples in the order of how few chains of two steps give what is wanted there, and how many different
        values: most chains are tried on the first alone."""
        import numpy as np

        while self.levels[-1].stop < TELLING and len(self.levels) <= 2:
            self.extend(lambda made: None)
        values = self._values().values[: min(self.levels[-1].stop, 4 * TELLING)]
        self._store, self.levels = None, [range(1)]
        whole = [target for target in targets if target.masks[0] == self._words[2]]
        passing = [sum(int((column == target.words[k]).sum()) for target in whole) for k, column in enumerate(values.T)]
        return np.lexsort(([-len(np.unique(column)) for column in values.T], passing))

    def size(self, count: int) -> float:
        """About how many chains of `count` steps are looked at."""
        stored = min(max(count - 2, 0), len(self.levels) - 1)
        return len(self.levels[stored]) * float(len(self.steps)) ** (count - stored)

    def uses(self, named: frozenset[str]) -> bool:
        """Whether the macro that comes first in its family combines by one of the operations `named`."""
        return bool(set(MACROS[self.steps[0].kind][1][1:].split()[:1]) & named & _COMBINING)

    def extend(self, checkpoint: Callable[[int], None]) -> bool:
        """Stores one step more; False where there is no room."""
        store = self._values()
        last = self.levels[-1]
        n = last.stop
        for begin in range(last.start, last.stop, 1000):
            stop = min(begin + 1000, last.stop)
            n = self._functions.extend(begin, stop, self._steps, self._start_row, store, n, self._words,
                                       self._row)
            checkpoint((stop - begin) * len(self.steps))
        self.levels.append(range(last.stop, n))
        return n < CAPACITY

    def look(self, level: int, ahead: int, checkpoint: Callable[[int], None], at_once: int,
             run: Run = map) -> Iterator[Node | None]:
        """Programs in chains of `level` stored steps and `ahead` more; None about every `at_once` of them.

        `run` is `map`, or does the same in several threads.
        """
        import numpy as np

        store, entries = self._values(), self.levels[level]
        most = max(BLOCK, len(self.steps))

        def looked(part: range) -> tuple[list[list[int]], int]:
            block, row = np.empty((self._wide, most), dtype=np.uint64), np.empty(most, dtype=np.uint64)
            room = Room(block, np.empty_like(block), row, np.empty_like(row), np.empty(2, dtype=np.uint64))
            place, work = np.array([part.start], dtype=np.int64), np.zeros(1, dtype=np.int64)
            hits, found = np.empty((FULL, 4), dtype=np.int64), []
            while count := self._functions.look(
                    place, part.stop, ahead, self._wide, self._steps, self._start_row, store, self._wanted,
                    self._masked, self._words, hits, work, room):
                found += hits[:count].tolist()
            return found, int(work[0])

        each = max(64, int(at_once / len(self.steps) ** ahead / self._wide))
        parts = (range(begin, min(begin + each, entries.stop)) for begin in range(entries.start, entries.stop, each))
        for found, work in run(looked, parts):
            checkpoint(work)
            for entry, first, second, goal in found:
                node = self._expression(entry)
                for index in (first, second):
                    if index >= 0:
                        node = self.steps[index].applied(node, self.start[0])
                yield self.targets[goal].finish(node)
            yield None

    def _values(self) -> Store:
        """The stored values; there is the start at least."""
        import numpy as np

        if self._store is None:
            self._store = Store(np.empty((CAPACITY, len(self._start_row)), dtype=np.uint64),
                                             np.empty((CAPACITY, 2), dtype=np.int64),
                                             np.full(TABLE_SIZE, -1, dtype=np.int32))
            self._functions.keep(self._start_row, -1, 0, self._store, 0)
        return self._store

    def _expression(self, entry: int) -> Node:
        index, before = self._values().origin[entry].tolist()
        return self.start[0] if index < 0 else self.steps[index].applied(self._expression(before), self.start[0])
