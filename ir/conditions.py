"""Conditions on one value: that it lies within a range, or that it has none of some bits.

The same range is written in many ways: `x > 7`, `!(x < 8)`, `x - 8 < -8`, `x >> 3 != 0`, and two tests of one value can
be one. Here a condition is read as a set of words, and each set is written in one way, with regard to what is known of
the value. A range is a pair of `low` and `size`: the words low, low + 1 ... low + size - 1, modulo 2**w.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .facts import Facts
from .graph import CONST, FALSE, TRUE, Node, const
from .known import Known, known

Make = Callable[..., Node]  # builds operations, as graph.apply does


@dataclass(frozen=True, slots=True)
class Range:
    """That `value` is one of `size` words from `low` on, modulo 2**w."""

    value: Node
    low: int
    size: int

    @property
    def words(self) -> int:
        """How many words there are in all."""
        return 1 << self.value.width


def range_of(node: Node, facts: Facts) -> Range | None:
    """The range that the comparison `node` says its value to be in; of `x + 1 < 5` that of x. None for all else."""
    found = _compared(node)
    while found is not None:
        inner = _through(found, facts)
        if inner is None:
            break
        found = inner
    return found


def _compared(node: Node) -> Range | None:
    if node.op not in _RANGES:
        return None
    left, right = node.args
    if left.width == 1 or (left.op == CONST) == (right.op == CONST):
        return None
    count = 1 << left.width
    if right.op == CONST:
        low, size = _RANGES[node.op][0](int(right.data), count)
        return Range(left, low % count, size % count)
    low, size = _RANGES[node.op][1](int(left.data), count)
    return Range(right, low % count, size % count)


_Bounds = Callable[[int, int], tuple[int, int]]

# (low, size) of the x for which `x op c`, and of those for which `c op x`, modulo n words
_RANGES: Mapping[str, tuple[_Bounds, _Bounds]] = {
    "eq": (lambda c, n: (c, 1), lambda c, n: (c, 1)),
    "ne": (lambda c, n: (c + 1, n - 1), lambda c, n: (c + 1, n - 1)),
    "ult": (lambda c, n: (0, c), lambda c, n: (c + 1, n - 1 - c)),
    "slt": (lambda c, n: (n // 2, c - n // 2), lambda c, n: (c + 1, n // 2 - 1 - c)),
}


def _through(found: Range, facts: Facts) -> Range | None:
    """The range of x where that of x + C, C - x, x >> C or the like is known."""
    node, count = found.value, found.words
    if node.op in ("not", "neg"):
        return Range(node.args[0], (-(node.op == "not") - found.low - found.size + 1) % count, found.size)
    if node.op in ("zext", "sext"):
        half = 1 << node.args[0].width - 1 if node.op == "sext" else 0  # sext x + half is within the narrow words
        low, size = _below(Range(node, (found.low + half) % count, found.size), 1 << node.args[0].width)
        return Range(node.args[0], (low - half) % (1 << node.args[0].width), size)
    if len(node.args) != 2:
        return None
    x, y = node.args
    if node.op == "sub" and x.op == CONST:
        return Range(y, (int(x.data) - found.low - found.size + 1) % count, found.size)
    if y.op != CONST:
        return None
    if node.op == "xor" and 2 * int(y.data) + 2 == count:  # x ^ top - 1 == top - 1 - x
        return Range(x, (int(y.data) - found.low - found.size + 1) % count, found.size)
    c, of_x = int(y.data), facts.of(x)
    if node.op == "add" or node.op == "xor" and 2 * c == count or node.op == "or" and not of_x.possible & c:
        return Range(x, (found.low - c) % count, found.size)
    if node.op == "lshr" and c < x.width:
        low, size = _below(found, count >> c)
        return Range(x, low << c, size << c)
    if node.op == "and":
        step = -(c | of_x.zeros) % count  # a power of two where the mask keeps all high bits
        if step & step - 1 == 0 and step > 1 and found.low % step == 0:
            if found.size == 1:
                return Range(x, found.low, step)
            if found.size % step == 0:
                return Range(x, found.low, found.size)
        if step & step - 1 == 0 and step > 1 and found.size == count - 1 and (found.low - 1) % step == 0:
            return Range(x, (found.low - 1 + step) % count, count - step)
    return None


def _below(found: Range, limit: int) -> tuple[int, int]:
    """Low and size of the range, modulo `limit`, of those words of `found` that are below `limit`."""
    end = found.low + found.size
    if end <= found.words:
        low = min(found.low, limit)
        return low % limit, min(end, limit) - low
    around = min(end - found.words, limit)
    return (0, around) if found.low >= limit else (found.low, min(limit - found.low + around, limit))


def common(a: Range, b: Range) -> Range | None:
    """The range of the words that are in both, where those are one range."""
    count = a.words
    low, end = (b.low - a.low) % count, (b.low - a.low) % count + b.size
    if end <= count:
        start, stop = low, min(end, a.size)
        return Range(a.value, (a.low + start) % count, max(stop - start, 0))
    around = min(end - count, a.size)  # the words of b from the start of a on
    if low >= a.size:
        return Range(a.value, a.low, around)
    return None if around else Range(a.value, b.low, a.size - low)


def others(a: Range) -> Range:
    """The range of all other words."""
    return Range(a.value, (a.low + a.size) % a.words, a.words - a.size)


# --- the one way to write it ------------------------------------------------------------------------------------------


def condition(wanted: Range, facts: Facts, make: Make, sums: bool) -> Node | None:
    """The condition that says `wanted`; None where it takes a sum or a mask, and `sums` are not allowed."""
    x, of_x = wanted.value, facts.of(wanted.value)
    inside, outside = _pieces(wanted, of_x), _pieces(others(wanted), of_x)
    if not inside or not outside:
        return FALSE if not inside else TRUE
    if _single(outside) and (outside[0].low == 0 or not _single(inside)):
        return make("ne", x, const(outside[0].low, x.width))
    if _single(inside):
        return make("eq", x, const(inside[0].low, x.width))
    if len(inside) == len(outside) == 1:
        return _split(x, max(inside[0].low, outside[0].low), inside[0].low < outside[0].low, make)
    top = 1 << x.width - 1
    if not (of_x.zeros | of_x.ones) & top:
        from_least = wanted.low ^ top  # counted from the least signed number
        if from_least == 0:
            return make("slt", x, const(wanted.low + wanted.size, x.width))
        if from_least + wanted.size == wanted.words:
            return make("slt", const(wanted.low - 1, x.width), x)
    return _by_sum(x, of_x, inside, outside, make) if sums else None


def _split(x: Node, bound: int, below: bool, make: Make) -> Node:
    """That x is below `bound`, or not."""
    if bound == 1 << x.width - 1:
        return make("slt", const(-1, x.width), x) if below else make("slt", x, const(0, x.width))
    return make("ult", x, const(bound, x.width)) if below else make("ult", const(bound - 1, x.width), x)


def _single(pieces: list[Known]) -> bool:
    return len(pieces) == 1 and pieces[0].is_const


def _pieces(wanted: Range, of_x: Known) -> list[Known]:
    """The words within `wanted` that the value can have: at most two pieces without a gap, in order."""
    end = wanted.low + wanted.size
    parts = [(wanted.low, min(end, wanted.words) - 1)]
    if end > wanted.words:
        parts.insert(0, (0, end - wanted.words - 1))
    found = []
    for low, high in parts:
        low, high = max(low, of_x.low), min(high, of_x.high)
        if low <= high:
            try:
                found.append(known(of_x.width, of_x.zeros, of_x.ones, low, high))
            except ValueError:  # no word that the value can have
                continue
    return found


def _by_sum(x: Node, of_x: Known, inside: list[Known], outside: list[Known], make: Make) -> Node:
    """x - low < size; or x & mask == low, or !=, where the words inside, or outside, are all with these high bits."""
    count, op = 1 << x.width, "eq" if len(inside) == 1 else "ne"
    if op == "eq":
        low = inside[0].low
        end = outside[-1].low if outside[-1].low > low else inside[0].high + 1
    else:
        low, end = outside[0].low, inside[-1].low
    size = end - low
    if size & size - 1 == 0 and low % size == 0:
        return make(op, make("and", x, const(-size & of_x.possible, x.width)), const(low, x.width))
    if op == "ne":
        low, size = end, count - size
    return make("ult", make("add", x, const(-low, x.width)), const(size, x.width))


# --- bits -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bits:
    """That some bit of `mask` is set in `value`, or, where not `some`, that none is."""

    value: Node
    mask: int
    some: bool


def bits_of(node: Node) -> Bits | None:
    """The bits of which `node` says that some are set, or none. None for all else."""
    if node.op == "not":
        inner = bits_of(node.args[0])
        return Bits(inner.value, inner.mask, not inner.some) if inner is not None else None
    found = _bits_tested(node)
    if found is not None and found.value.op == "trunc":
        return Bits(found.value.args[0], found.mask, found.some)
    return found


def _bits_tested(node: Node) -> Bits | None:
    if node.op == "trunc" and node.width == 1:
        return Bits(node.args[0], 1, True)
    tested = _compared(node)
    if tested is None:
        return None
    x, count = tested.value, tested.words
    if node.op in ("eq", "ne"):
        if tested.low != (node.op == "ne"):
            return None
        if x.op == "and" and x.args[1].op == CONST:
            return Bits(x.args[0], int(x.args[1].data), node.op == "ne")
        return Bits(x, count - 1, node.op == "ne")
    some = tested.low != 0  # the words below a power of two have none of the bits from there on
    limit = count - tested.size if some else tested.size
    if not limit or limit & limit - 1 or (tested.low + tested.size) % count != 0 and tested.low != 0:
        return None
    return Bits(x, count - limit, some)


def joined_bits(op: str, a: Bits, b: Bits, make: Make) -> Node | None:
    """`a op b` where both ask for bits of one value in the same way."""
    if a.value is not b.value or a.some != b.some or a.some != (op == "or"):
        return None
    masked = make("and", a.value, const(a.mask | b.mask, a.value.width))
    return make("ne" if a.some else "eq", masked, const(0, a.value.width))
