"""One unknown constant, by algebra: given values and what is wanted, the last operation's constant is worked out.

Each relation is turned around into what it says of the constant on every sample: a range (quotients, comparisons), a
divisor (remainders), bits (tables). What all samples say together leaves few constants or none. The proposals are
checked by whoever asks: here they are right but for rounding.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from ..ir.graph import Node, apply, const

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

CLOSE = 1e-9  # relative: what rounding of floats may hide
FEW = 6  # samples that decide about most pairs
AT_ONCE = 2_000_000  # words


def quotients(values: Words, wanted: Words) -> Iterator[tuple[int, Fraction, Fraction]]:
    """Entries (n, K) of which a constant share, rounded down, is `wanted` (K,): the entry, and low <= share < high."""
    possible = _shares(values, wanted)
    for entry in possible.nonzero()[0].tolist():
        known = [(int(t), int(v)) for t, v in zip(wanted, values[entry], strict=True) if v]
        least = max(Fraction(t, v) for t, v in known)
        most = min(Fraction(t + 1, v) for t, v in known)
        if least < most:
            yield entry, least, most


def pairs(values: Words, wishes: Words, signed: int | None) -> Iterator[tuple[int, int]]:
    """Wishes (m, K) and values (n, K) of which one may be a constant share or a remainder of the other, by number.

    A few samples decide nearly all. `signed` is the width of words that may be read with a sign too.
    """
    import numpy as np

    few, wanted = np.ascontiguousarray(values[:, :FEW]), np.ascontiguousarray(wishes[:, :FEW])
    step = max(1, AT_ONCE // max(1, few.size))
    for start in range(0, len(wanted), step):
        some = wanted[start:start + step]
        first = _possible(few[None, :, :2], some[:, None, :2], signed)
        rows, entries = first.nonzero()
        left = _possible(few[entries], some[rows], signed)
        yield from zip((start + rows[left]).tolist(), entries[left].tolist(), strict=True)


def _possible(values: Words, wanted: Words, signed: int | None) -> NDArray[np.bool_]:
    """Whether one may be a constant share or a remainder of the other; the last axis is that of the samples."""
    import numpy as np

    possible = _shares(values, wanted)
    if signed is not None:
        possible |= _shares(magnitudes(values, signed), magnitudes(wanted, signed))
    remainder = (values >= wanted).all(axis=-1)
    if values.shape[-1] > 2:
        remainder &= np.gcd.reduce(np.where(values >= wanted, values - wanted, np.uint64(0)),
                                   axis=-1) > wanted.max(axis=-1)
    return possible | remainder


def _shares(values: Words, wanted: Words) -> NDArray[np.bool_]:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        numbers = values.astype(np.float64)
        low = np.where(values == 0, 0.0, wanted / numbers).max(axis=-1)
        high = np.where(values == 0, np.inf, (wanted + 1.0) / numbers).min(axis=-1)
    impossible = ((values == 0) & (wanted != 0)).any(axis=-1)
    possible: NDArray[np.bool_] = (low > 0) & (low <= high * (1 + CLOSE)) & ~impossible
    return possible


def divisor(low: Fraction, high: Fraction) -> int | None:
    """The least d with low <= 1/d < high."""
    if low > 1:
        return None
    d = math.floor(1 / high) + 1
    return d if Fraction(1, d) >= low else None


def below(divisor: int, most: int) -> Fraction:
    """The bound below which a share, from 1/divisor on, gives the quotients of all words up to `most` (Granlund and
    Montgomery, "Division by invariant integers using multiplication", PLDI 1994, theorem 4.2)."""
    last = most - (most + 1) % divisor  # the last word that is one short of a multiple
    return Fraction(last + 1, last * divisor) if last > 0 else Fraction(2, divisor)


def multiplier(low: Fraction, high: Fraction, shift: int) -> int | None:
    """The least m with low <= m / 2**shift < high."""
    m = math.ceil(low * (1 << shift))
    return m if m < high * (1 << shift) else None


def moduli(values: Words, wanted: Words) -> Iterator[tuple[int, int]]:
    """Entries of which the remainder by a constant is `wanted`, and the greatest such constant."""
    import numpy as np

    most = int(wanted.max())
    for entry in np.flatnonzero((values >= wanted).all(axis=1)).tolist():
        g = int(np.gcd.reduce(values[entry] - wanted))
        if g > most and g > 1:
            yield entry, g


@dataclass(frozen=True, slots=True)
class Arc:
    """A range of words, which may go through 0: from `first` on, `count` of them."""

    first: int
    count: int


def arcs(values: Words, truth: NDArray[np.bool_], width: int) -> Iterator[tuple[int, Arc, Arc]]:
    """Entries whose words where `truth` holds lie in a range without the others: the least and the largest range."""
    import numpy as np

    if truth.all() or not truth.any():
        return
    order = np.argsort(values, axis=1, kind="stable")
    words = np.take_along_axis(values, order, axis=1)
    marks = truth[order]
    apart = words != np.roll(words, 1, axis=1)
    change = marks != np.roll(marks, 1, axis=1)
    possible = ((change & ~apart).sum(axis=1) == 0) & (change.sum(axis=1) == 2)
    for entry in possible.nonzero()[0].tolist():
        mark, word = marks[entry], words[entry]
        count = len(word)
        start = next(k for k in range(count) if mark[k] and not mark[k - 1])
        end = next(k for k in range(count) if not mark[k] and mark[k - 1])
        first, last = int(word[start]), int(word[end - 1])
        before, after = int(word[start - 1]), int(word[end])
        whole = 1 << width
        yield (entry, Arc(first, (last - first) % whole + 1),
               Arc((before + 1) % whole, (after - before - 1) % whole))


def masks(values: Words, truth: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Entries, masks and words with (value & mask) == word just where `truth` holds; few bits in the mask."""
    import numpy as np

    if truth.all() or not truth.any():
        return
    ones, zeros = values[:, truth], values[:, ~truth]
    both = ~(np.bitwise_or.reduce(ones, axis=1) ^ np.bitwise_and.reduce(ones, axis=1))
    word = ones[:, 0] & both
    entries = ((zeros & both[:, None]) != word[:, None]).all(axis=1).nonzero()[0]
    apart = zeros[entries] ^ word[entries, None]
    left = both[entries] & np.bitwise_or.reduce(apart, axis=1)
    some = int(np.bitwise_or.reduce(left))
    for bit in range(some.bit_length() - 1, -1, -1):  # a bit is left out where the others still tell all apart
        fewer = left & ~np.uint64(1 << bit)
        left = np.where(((apart & fewer[:, None]) != 0).all(axis=1), fewer, left)
    yield from zip(entries.tolist(), left.tolist(), (word[entries] & left).tolist(), strict=True)


def classes(values: Words, truth: NDArray[np.bool_]) -> Iterator[tuple[int, int, int]]:
    """Entries of which the remainder by a constant is one word just where `truth` holds: the constant and the word."""
    import numpy as np

    if truth.sum() < 2 or truth.all():
        return
    ones, zeros = values[:, truth], values[:, ~truth]
    least = ones.min(axis=1)
    numbers = np.gcd.reduce(ones - least[:, None], axis=1)
    with np.errstate(divide="ignore"):
        remainders = np.where(numbers > 0, least % np.maximum(numbers, np.uint64(1)), np.uint64(0))
    others = zeros % np.maximum(numbers, np.uint64(1))[:, None]
    for entry in ((numbers > 2) & (others != remainders[:, None]).all(axis=1)).nonzero()[0].tolist():
        yield entry, int(numbers[entry]), int(remainders[entry])


def magnitudes(values: Words, width: int) -> Words:
    """How far from 0 words are, read with a sign."""
    import numpy as np

    top, mask = np.uint64(1 << width - 1), np.uint64((1 << width) - 1)
    return np.where(values & top, (~values + np.uint64(1)) & mask, values)


def tables(values: Words, wanted: Words, width: int, result: int) -> Iterator[tuple[int, int]]:
    """Entries by which a constant, moved right, has `wanted` in its low `result` bits, and the least such constant."""
    import numpy as np

    for entry in np.flatnonzero((values < width).all(axis=1)).tolist():
        number = known = 0
        for by, word in zip(values[entry].tolist(), wanted.tolist(), strict=True):
            mask = ((1 << min(result, width - by)) - 1) << by
            if word >> width - by or (number ^ word << by) & mask & known:
                break
            number, known = number | word << by & mask, known | mask
        else:
            yield entry, number


def in_range(node: Node, arc: Arc, wide: Arc, names: Collection[str]) -> Iterator[Node]:
    """Tests over the operations `names` for whether `node` lies in a range between `arc` and `wide`."""
    width = node.width
    whole = 1 << width
    end, far = arc.first + arc.count, wide.first + wide.count
    if arc.count == 1 and "eq" in names:
        yield apply("eq", node, const(arc.first, width))
    if wide.count == whole - 1 and "ne" in names:
        yield apply("ne", node, const(wide.first - 1, width))
    for name, base in (("ult", 0), ("slt", 1 << width - 1)):
        if name not in names:
            continue
        if (base - wide.first) % whole <= (arc.first - wide.first) % whole:  # from base on, below a constant
            yield apply(name, node, const(_round(end, far, width), width))
        if (base - end) % whole <= (far - end) % whole:  # above a constant, up to base - 1
            yield apply(name, const(_round(wide.first - 1, arc.first - 1, width), width), node)
    if {"add", "ult"} <= set(names):
        first = _round(wide.first, arc.first, width)
        yield apply("ult", apply("add", node, const(-first, width)), const(_round(end, far, width) - first, width))


def _round(low: int, high: int, width: int) -> int:
    """The roundest number from `low` to `high` (both modulo 2**width): the one with the most zeros at its end."""
    whole = 1 << width
    low %= whole
    high = low + (high - low) % whole
    for bits in range(width, -1, -1):
        number = -(-low >> bits) << bits
        if number <= high:
            return number % whole
    raise AssertionError((low, high))
