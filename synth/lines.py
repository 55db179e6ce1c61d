"""Rounded lines: constants with which (a*v + b) >> s lies within bounds on all samples, where the sum may wrap.

Where it does not wrap, two samples bound the slope, and all pairs together give the slopes that have an offset
(Fourier and Motzkin's elimination). Where it wraps, a quotient becomes a remainder: the fields of a product's high bits
go round and round. The difference of two samples then says of the factor, modulo 2**w, where it lies on a circle, and
small differences are asked first, so that few arcs stay at any time. Such functions are called Euclidean affine (Neri
and Schneider, "Euclidean affine functions and their application to calendar algorithms", 2023).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Reals = NDArray[np.float64]

ARCS = 64  # of factors, at the most, that are followed at a time
GAPS = 12  # powers of two between the samples of a pair


@dataclass(frozen=True, slots=True)
class Line:
    """(factor * v + offset) >> shift, modulo 2**w."""

    factor: int
    offset: int
    shift: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is wanted of the samples' values: from `low`, and below `high`."""

    values: Sequence[int]
    low: Sequence[int]
    high: Sequence[int]


def straight(wanted: Bounds, width: int, sharpest: bool = False) -> Iterator[Line]:
    """Lines that do not wrap: with the offset 0 if there is one, else with another, by the least and the largest shift,
    or by the largest alone."""
    most = width - (max(wanted.high) - 1).bit_length()
    if min(wanted.low) < 0 or most < 1:
        return
    for offset in (False, True):
        between = slopes(wanted, offset)
        if between is None:
            continue
        for shifts in (range(1, most + 1), range(most, 0, -1))[sharpest:]:
            line = next(filter(None, (_line(wanted, between, shift, offset) for shift in shifts)), None)
            if line is None:
                break
            yield line
        else:
            return


def slopes(wanted: Bounds, offset: bool) -> tuple[float, float] | None:
    """The least and the largest slope with which a line lies within the bounds; with an offset, if it may have one."""
    import numpy as np

    v, low, high = (np.array(words, dtype=np.float64) for words in (wanted.values, wanted.low, wanted.high))
    if offset:
        runs = v[:, None] - v[None, :]
        least, most = low[:, None] - high[None, :], high[:, None] - low[None, :]
    else:
        runs, least, most = v, low, high
    up = runs > 0
    if not up.any() or not offset and (runs < 0).any():
        return None
    level = runs == 0
    if (most[level] <= 0).any() or not offset and (low[level] > 0).any():
        return None
    found = float((least[up] / runs[up]).max()), float((most[up] / runs[up]).min())
    return found if found[0] <= found[1] else None


def _line(wanted: Bounds, between: tuple[float, float], shift: int, offset: bool) -> Line | None:
    """The line with this shift and a factor between the slopes, None where its constants do not come right."""
    unit = 1 << shift
    first, last = -int(-between[0] * unit // 1), int(between[1] * unit // 1)
    for factor in dict.fromkeys(((first + last) // 2, first, last)):
        if not first <= factor <= last:
            continue
        least, most = offsets(wanted, factor, shift)
        if least <= 0 <= most:
            return Line(factor, 0, shift)
        if offset and least <= most:
            return Line(factor, (least + most) // 2, shift)
    return None


def offsets(wanted: Bounds, factor: int, shift: int) -> tuple[int, int]:
    """The least and the largest offset with which a line of this factor and shift lies within the bounds."""
    least = max((low << shift) - factor * v for v, low in zip(wanted.values, wanted.low, strict=True))
    most = min((high << shift) - factor * v for v, high in zip(wanted.values, wanted.high, strict=True)) - 1
    return least, most


def wrapped(values: Sequence[int], words: Sequence[int], width: int) -> Iterator[Line]:
    """Lines whose high bits, after the sum has wrapped, are `words` on all samples; those with the offset 0 first."""
    bits = max(words).bit_length()
    if not 0 < bits < width:
        return
    shift = width - bits
    between = _differences(values, words, bits, shift)
    if between is None:
        return
    whole = [(number, word << shift, (word + 1 << shift) - 1) for number, word in zip(values, words, strict=True)]
    for offset, arcs in ((False, sorted([*between, *whole])), (True, between)):
        if any(number == 0 and low > 0 for number, low, _ in arcs):
            continue
        for first, last in _factors(arcs, width):
            for factor in _round(first, last, width):
                number = _offset(values, words, factor, width, shift)
                if number is not None and (offset or number == 0):
                    yield Line(factor, number, shift)
                    return


def _round(first: int, last: int, width: int) -> Iterator[int]:
    """Factors between two, those next to the simplest share of 2**width first: they are right for most inputs."""
    share = simplest(Fraction(max(first - 1, 0), 1 << width), Fraction(last + 1, 1 << width))
    near = math.floor(share * (1 << width))
    yield from dict.fromkeys(factor for factor in (near + 1, near, (first + last) // 2, first, last)
                             if first <= factor <= last)


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction from `low` to `high`, neither negative, with the least denominator."""
    whole = math.ceil(low)
    if whole <= high:
        return Fraction(whole)
    below = whole - 1
    return below + 1 / simplest(1 / (high - below), 1 / (low - below))


def _differences(values: Sequence[int], words: Sequence[int], bits: int,
                 shift: int) -> list[tuple[int, int, int]] | None:
    """For differences d of samples, small ones first, the arc of what d times the factor can be; None for no factor."""
    order = sorted(zip(values, words, strict=True))
    turns: dict[int, set[int]] = {}
    for gap in (1 << step for step in range(GAPS)):
        for (v, word), (other, another) in zip(order, order[gap:]):
            turns.setdefault(other - v, set()).add((another - word) % (1 << bits))
    arcs = []
    for difference, steps in sorted(turns.items()):
        step, *more = sorted(steps)
        if difference == 0 and steps != {0} or len(more) > 1:
            return None
        if more and bits > 1:
            if (more[0] - step) % (1 << bits) not in (1, (1 << bits) - 1):
                return None
            step = step if more[0] - step == 1 else more[0]
            arcs.append((difference, (step << shift) + 1, (step + 1 << shift) - 1))
        elif difference and not more:
            arcs.append((difference, (step - 1 << shift) + 1, (step + 1 << shift) - 1))
    return arcs


def _factors(arcs: Sequence[tuple[int, int, int]], width: int) -> list[tuple[int, int]]:
    """The ranges of factors whose product with each difference lies on its arc, modulo 2**width."""
    found = [(0, (1 << width) - 1)]
    for number, low, high in arcs:
        if not number:
            continue
        if sum((last - first) * abs(number) >> width for first, last in found) > ARCS:
            return []
        found = [part for first, last in found for part in _within(first, last, number, low, high, width)]
        if not found or len(found) > ARCS:
            return []
    return found


def _within(first: int, last: int, number: int, low: int, high: int, width: int) -> Iterator[tuple[int, int]]:
    """The parts of a range of factors whose product with `number` is, modulo 2**width, from `low` to `high`."""
    for turn in range((first * number - high) >> width, ((last * number - low) >> width) + 1):
        begin = max(first, -(-((turn << width) + low) // number))
        end = min(last, ((turn << width) + high) // number)
        if begin <= end:
            yield begin, end


def _offset(values: Sequence[int], words: Sequence[int], factor: int, width: int, shift: int) -> int | None:
    """What is to be added so that the high bits are `words`: 0 if that will do, else the middle of what will."""
    whole = 1 << width
    places = [((word << shift) - factor * v) % whole for v, word in zip(values, words, strict=True)]
    apart = [(place - places[0] + whole // 2) % whole - whole // 2 for place in places]
    least, most = max(apart), min(apart) + (1 << shift) - 1
    if least > most:
        return None
    if (-places[0] - least) % whole <= most - least:
        return 0
    return (places[0] + (least + most) // 2) % whole
