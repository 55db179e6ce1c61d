"""Unknown constants, bit by bit: shapes of +, -, *, &, |, ^ and left shifts with holes, solved from the lowest bit up.

The low n bits of such a shape follow from the low n bits of its arguments (it is a T-function; Klimov and Shamir,
"A new class of invertible mappings", CHES 2002). So a hole's bits are chosen from the lowest on, and a choice that is
wrong is seen at its own bit, on all samples at once: bit b of a value on the K <= 64 samples is one machine word, a
*slice*, and an operation on slices is a line of the table (`serial`) or, for a product, an accumulator.

A shape is a graph over the leaves v0, v1 .. (values) and c0, c1 .. (holes).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any

from ..ir.graph import Node, leaf
from ..ir.kernel import CODE
from ..ir.objects import Part, filled
from ..ir.primes import TABLE, Row
from ..jobs.threads import Spare

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .budget import Run

    Words = NDArray[np.uint64]

SAMPLES = 64  # of a slice
HOLES = 3
AT_ONCE = 5_000_000  # choices, about, between two looks at the budget
HITS = 1024  # that one call of the compiled search reports
BLOCK = 256  # tuples of values of which the lowest bit is looked at together

_KERNELS = '''
Z, O = np.uint64(0), np.uint64(1)
SHL, MUL, BLOCK = {shl}, {mul}, {block}


@jit
def slices(values, out):
    """out[b, i] has bit b of values[i, k] as its bit k."""
    for i in range(values.shape[0]):
        for b in range(out.shape[0]):
            word = Z
            for k in range(values.shape[1]):
                word |= (values[i, k] >> np.uint64(b) & O) << np.uint64(k)
            out[b, i] = word
    return 0


@jit
def step(code, left, right, first, depth, word, carry, product):
    """The slices of all operations at one depth, and the carries into the next."""
    for i in range(code.shape[0]):
        x, c, op = word[depth, left[i]], carry[depth, i], code[i]
        if op == SHL:
            word[depth, first + i] = word[depth - right[i], left[i]] if depth >= right[i] else Z
            continue
        y, r, n = word[depth, right[i]], Z, Z
        if op == MUL:
            r = product[depth, i, depth] ^ x & word[0, right[i]]
            if depth > 0:
                r = r ^ y & word[0, left[i]]
        {branches}
        word[depth, first + i], carry[depth + 1, i] = r, n


@jit
def accumulate(total, x, shift, word, factor, count):
    """Adds to the slices of `total` x times the low `count` bits of a factor, moved left by `shift`."""
    c = Z
    for b in range(shift, total.shape[0]):
        j = b - shift
        if j >= count and c == Z:
            return
        y = x & word[j, factor] if j < count else Z
        t = total[b]
        total[b] = t ^ y ^ c
        c = t & y | c & (t ^ y)


@jit
def sieve(code, left, right, values, holes, lead, entry, count, bits, goal, care, ones, rows, alive):
    """Marks which of `count` entries from entry[lead] on come right at bit 0, in loops that compile to vector code."""
    first = values + holes
    for j in range(count):
        rows[lead, j] = bits[entry[lead] + j]
        alive[j] = False
    for s in range(values):
        if s != lead:
            for j in range(count):
                rows[s, j] = bits[entry[s]]
    for choice in range(1 << holes):
        for q in range(holes):
            for j in range(count):
                rows[values + q, j] = ones if choice >> q & 1 else Z
        for i in range(code.shape[0]):
            op = code[i]
            out = rows[first + i, :count]
            if op == SHL:
                for j in range(count):
                    out[j] = Z
                continue
            xs, ys = rows[left[i], :count], rows[right[i], :count]
            {lowest}
        out = rows[first + code.shape[0] - 1, :count]
        for j in range(count):
            alive[j] |= (out[j] ^ goal) & care == Z


@jit
def descend(code, left, right, kept, values, holes, entry, cap, bits, goal, care, ones, word, carry, product, failed,
            fails, choice):
    """Chooses the holes' bits from the lowest on, 0 first, until all are right: how many choices that took.

    It is negative where they cannot be right, or `cap` was reached. `choice` then holds the bits, plus 1.
    """
    n, width, first = code.shape[0], goal.shape[0], values + holes
    for s in range(values):
        word[0, s] = bits[0, entry[s]]
    choice[0], fails[0] = 0, 0
    depth, spent = choice[0], choice[0]  # no literals: of these numba would compile another version
    while depth >= 0:
        c = choice[depth]
        if c == 1 << holes:
            depth -= 1
            continue
        if spent == cap:
            break
        choice[depth] = c + 1
        spent += 1
        for q in range(holes):
            word[depth, values + q] = ones if c >> q & 1 else Z
        step(code, left, right, first, depth, word, carry, product)
        if (word[depth, first + n - 1] ^ goal[depth]) & care[depth] != Z:
            continue
        if depth + 1 == width:
            return spent
        if known(n, first, kept, depth, word, carry, failed, fails):
            continue
        for i in range(n):
            if code[i] == MUL:
                total = product[depth + 1, i]
                for b in range(depth, width):
                    total[b] = product[depth, i, b]
                x, y = word[depth, left[i]], word[depth, right[i]]
                if x != Z:
                    accumulate(total, x, depth, word, right[i], depth + 1)
                if y != Z:
                    accumulate(total, y, depth, word, left[i], depth)
        depth += 1
        choice[depth], fails[depth] = 0, 0
        for s in range(values):
            word[depth, s] = bits[depth, entry[s]]
    return -spent


@jit
def known(n, first, kept, depth, word, carry, failed, fails):
    """Whether a choice at this depth led to the same state before, in vain; if not, it is noted."""
    for f in range(fails[depth]):
        equal = True
        for i in range(n):
            equal = equal and failed[depth, f, i] == carry[depth + 1, i]
        for j in range(first + n):
            equal = equal and (not kept[j] or failed[depth, f, n + j] == word[depth, j])
        if equal:
            return True
    f = fails[depth]
    fails[depth] = f + 1
    for i in range(n):
        failed[depth, f, i] = carry[depth + 1, i]
    for j in range(first + n):
        failed[depth, f, n + j] = word[depth, j]
    return False


@jit
def search(code, left, right, kept, values, holes, lead, low, size, start, stop, cap, bits, goal, care, ones,
           hits, constants, counts, scratch):
    """Goes through blocks of tuples of values for each shape, from number `start` on: which come right?

    In a block only the value at the place `lead` differs, the one for which there are the most entries.
    Gives where it stopped, which is where there is no room for more hits; counts are of hits and choices. A hit is a
    shape and the entries; its constants are the ones with zeros where a bit does not matter.
    """
    word, carry, product, failed, fails, choice, entry, rows, alive = scratch
    blocks = (size[lead] + BLOCK - 1) // BLOCK
    counts[0], counts[1] = 0, 0
    position = start
    while position < stop and counts[0] + BLOCK <= hits.shape[0]:
        rest = position // blocks
        begin = position % blocks * BLOCK
        position += 1
        for s in range(values):
            if s != lead:
                entry[s] = low[s] + rest % size[s]
                rest //= size[s]
        entry[lead] = low[lead] + begin
        count = min(BLOCK, size[lead] - begin)
        codes, lefts, rights = code[rest], left[rest], right[rest]
        sieve(codes, lefts, rights, values, holes, lead, entry, count, bits[0], goal[0], care[0], ones, rows, alive)
        counts[1] += count
        for j in range(count):
            if not alive[j]:
                continue
            entry[lead] = low[lead] + begin + j
            spent = descend(codes, lefts, rights, kept[rest], values, holes, entry, cap, bits, goal, care, ones, word,
                            carry, product, failed, fails, choice)
            counts[1] += abs(spent)
            if spent > 0:
                h = counts[0]
                counts[0] = h + 1
                hits[h, 0] = rest
                for s in range(values):
                    hits[h, s + 1] = entry[s]
                for q in range(holes):
                    constants[h, q] = Z
                    for b in range(goal.shape[0]):
                        if choice[b] - 1 >> q & 1:
                            constants[h, q] |= O << np.uint64(b)
    return position
'''


@cache
def part() -> Part:
    """The compiled search."""
    serial = [row for row in TABLE.values() if row.serial]
    branches = "\n        ".join(map(_branch, serial))
    lowest = "\n            el".join(map(_lowest, [*serial, TABLE["mul"]]))
    text = filled(_KERNELS, branches=branches, lowest=lowest, shl=CODE["shl"], mul=CODE["mul"], block=BLOCK)
    shapes = ", ".join(["int64[:, :]"] * 3)
    scratch = ("tuple(uint64[:, :], uint64[:, :], uint64[:, :, :], uint64[:, :, :], int64[:], int64[:], int64[:], "
               "uint64[:, :], bool[:])")
    return Part("holes", text, {
        "slices": "int64(uint64[:, :], uint64[:, :])",
        "search": f"int64({shapes}, bool[:, :], int64, int64, int64, int64[:], int64[:], int64, int64, int64, "
                  f"uint64[:, :], uint64[:], uint64[:], uint64, int64[:, :], uint64[:, :], int64[:], {scratch})",
    })


def _branch(row: Row) -> str:
    assert row.serial is not None
    bit, *carry = row.serial.split(";")
    return f"elif op == {CODE[row.name]}:\n            r, n = {bit}, {carry[0].strip() if carry else 'Z'}"


def _lowest(row: Row) -> str:
    """The operation on the lowest bits, where no carry comes in: there a product is an `and`."""
    bit = (row.serial or "x & y").split(";")[0].replace("x", "xs[j]").replace("y", "ys[j]").replace("c", "Z")
    return f"if op == {CODE[row.name]}:\n                for j in range(count):\n                    out[j] = {bit}"


def value(index: int, width: int) -> Node:
    """The place of a value in a shape."""
    return leaf(f"v{index}", width)


def hole(index: int, width: int) -> Node:
    """The place of an unknown constant in a shape."""
    return leaf(f"c{index}", width)


def serial(row: Row) -> bool:
    """Whether the operation may stand in a shape; a left shift may by a number."""
    return row.serial is not None or row.name in ("mul", "shl")


def slices(values: Words, width: int) -> Words:
    """Values (n, K), K <= 64, as slices (width, n): the word at [b, i] has bit b of value i on each sample."""
    import numpy as np

    out = np.empty((width, len(values)), dtype=np.uint64)
    part().functions.slices(np.ascontiguousarray(values, dtype=np.uint64), out)
    return out


@dataclass(frozen=True, slots=True)
class Slices:
    """What a shape must give: slices (width,) where `care` (width,), slices as well, is set."""

    words: Words
    care: Words

    @property
    def weight(self) -> int:
        """About how many choices a tuple of values takes: few where the lowest bit says much."""
        if not int(self.care[0]):
            return 300
        said = int(self.words[0] & self.care[0])
        return 1 if said and said != int(self.care[0]) else 40


@dataclass(frozen=True, slots=True)
class Filling:
    """A shape, entries for its values, and constants for its holes."""

    shape: Node
    entries: tuple[int, ...]
    constants: tuple[int, ...]


class Shapes:
    """Shapes with as many operations, and `values` and `holes`, as the compiled search reads them."""

    def __init__(self, nodes: Sequence[Node], values: int, holes: int) -> None:
        import numpy as np

        self.nodes, self.values, self.holes = nodes, values, holes
        tables = [_table(node, self.values, self.holes) for node in nodes]
        rows = np.array([rows for rows, _ in tables], dtype=np.int64)
        self._code, self._left, self._right = (np.ascontiguousarray(rows[:, :, column]) for column in range(3))
        self._search = part().functions.search
        self._kept = np.array([kept for _, kept in tables], dtype=np.bool_)

    def fillings(self, bits: Words, ranges: Sequence[range], goal: Slices, samples: int, cap: int,
                 checkpoint: Callable[[int], None], run: Run = map) -> Iterator[Filling | None]:
        """Values out of `ranges`, one for each place, and constants with which a shape meets `goal`.

        `bits` are the slices of all values on `samples` samples. After `cap` choices a tuple of values is given up.
        `checkpoint` is told the choices made since it was last told; it may raise to stop. None comes in between, where
        there are more to try. `run` is `map`, or does the same in several threads.
        """
        import numpy as np

        low, size = np.array([(part.start, len(part)) for part in ranges], dtype=np.int64).T.copy()
        lead = int(size.argmax())
        stop = len(self.nodes) * -(-int(size[lead]) // BLOCK) * (prod(size.tolist()) // int(size[lead]))
        ones = np.uint64((1 << samples) - 1)
        spare = Spare(lambda: self._scratch(len(goal.words)))

        def filled_in(part: range) -> tuple[list[Filling], int]:
            hits = np.zeros((HITS, 1 + self.values), dtype=np.int64)
            constants = np.zeros((HITS, self.holes), dtype=np.uint64)
            counts = np.zeros(2, dtype=np.int64)
            position, found, choices = part.start, [], 0
            with spare.one() as scratch:
                while position < part.stop:
                    position = self._search(
                        self._code, self._left, self._right, self._kept, self.values, self.holes, lead, low, size,
                        position, part.stop, cap, bits, goal.words, goal.care, ones, hits, constants, counts, scratch)
                    choices += int(counts[1])
                    found += [Filling(self.nodes[shape], tuple(entries), tuple(numbers))
                              for (shape, *entries), numbers in zip(hits[:counts[0]].tolist(), constants.tolist())]
            return found, choices

        each = max(1, AT_ONCE // (BLOCK * goal.weight))
        begins = range(0, stop, each)
        results = run(filled_in, (range(begin, min(begin + each, stop)) for begin in begins))
        for begin, (found, choices) in zip(begins, results, strict=True):
            yield from found
            checkpoint(choices)
            if begin + each < stop:
                yield None

    def _scratch(self, width: int) -> tuple[NDArray[Any], ...]:
        """Room for the compiled search: slices and carries by depth, sums of products, states that led nowhere."""
        import numpy as np

        lines = self._code.shape[1]
        first = self.values + self.holes
        products = bool((self._code == CODE["mul"]).any())
        return (np.zeros((width + 1, first + lines), dtype=np.uint64), np.zeros((width + 1, lines), dtype=np.uint64),
                np.zeros((width + 1 if products else 1, lines, width), dtype=np.uint64),
                np.zeros((width, 1 << self.holes, lines + first + lines), dtype=np.uint64),
                np.zeros(width, dtype=np.int64), np.zeros(width + 1, dtype=np.int64), np.zeros(3, dtype=np.int64),
                np.zeros((first + lines, BLOCK), dtype=np.uint64), np.zeros(BLOCK, dtype=np.bool_))


def _table(node: Node, values: int, holes: int) -> tuple[list[tuple[int, int, int]], list[bool]]:
    """A row for each operation (code, places of its arguments), and for each place whether later bits need it."""
    place = {value(index, node.width): index for index in range(values)}
    place |= {hole(index, node.width): values + index for index in range(holes)}
    kept = [False] * len(place)
    rows: list[tuple[int, int, int]] = []

    def number(part: Node) -> int:
        if part not in place:
            left = number(part.args[0])
            right = int(part.args[1].data) if part.op == "shl" else number(part.args[1])
            rows.append((CODE[part.op], left, right))
            place[part] = len(kept)
            kept.append(False)
            if part.op in ("mul", "shl"):
                kept[left] = True
                kept[right] |= part.op == "mul"
        return place[part]

    number(node)
    return rows, kept
