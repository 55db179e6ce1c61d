"""Tests (x & mask) < bound, learnt from samples, and multipliers that lay divisibility open in the bits of a product.

A comparison of x & mask with a number looks at the mask's bits from the highest down. Where the number has a 0, a one
decides: the word is greater; where it has a 1, a zero does: the word is less; words without a bit that decides are
equal. That is a decision list (Rivest, "Learning decision lists", 1987) whose tests come in a fixed order, and so it is
learnt by going through the bits once: a bit that is right in deciding some of the samples left loses nothing by it.

A product with about k/d * 2**j has in its bits below the j-th how far a word is from a multiple of d, and an odd number
keeps the zeros at a word's end: sums of such numbers are multipliers whose product tells several divisors at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

NUMERATORS = 512  # for one divisor and place, at the most
SCALES = 8  # powers of two that a product of the whole word may have on top of a fraction
OF_TWO = 16  # numerators for each of two divisors whose fractions stand in one multiplier
APART = 4  # bits between the places of two fractions


def learn(values: Words, truth: NDArray[np.bool_], width: int) -> Iterator[tuple[int, int, int]]:
    """Of the words `values` (n, K), entries with a mask and a bound: (value & mask) < bound just where `truth` (K,)
    holds; few bits in the mask."""
    import numpy as np

    masks, ends = np.zeros(len(values), dtype=np.uint64), np.zeros(len(values), dtype=np.uint64)
    good, bad = np.tile(truth, (len(values), 1)), np.tile(~truth, (len(values), 1))  # samples that nothing decided yet
    for place in range(width - 1, -1, -1):
        bit = np.uint64(1 << place)
        ones = (values & bit).astype(np.bool_)
        left = np.asarray(bad.any(axis=1))
        greater = left & ~(good & ones).any(axis=1)  # no word of those left that is wanted has a one here
        less: NDArray[np.bool_] = left & ~(bad & ~ones).any(axis=1) & ~greater
        bad &= ~(ones & greater[:, None])
        good &= ones | ~less[:, None]
        masks[greater | less] |= bit
        ends[less] |= bit
    for entry in np.flatnonzero(~bad.any(axis=1)).tolist():  # the last bit that decided is a 0 of the end
        yield entry, int(masks[entry]), int(ends[entry]) + 1


def multipliers(divisors: Sequence[int], width: int) -> Iterator[list[int]]:
    """Factors modulo 2**width, in lists, the simplest first: a fraction of one divisor, the same beside a power of two
    that brings low bits of the word to the top, fractions of two divisors."""
    odd = list(dict.fromkeys(odd for number in divisors if (odd := number // (number & -number)) > 1))
    for divisor in odd:
        yield list(dict.fromkeys(factor for place in range(width, divisor.bit_length(), -1)
                                 for factor in _fractions(divisor, place, NUMERATORS)))
    for divisor in odd:
        for kept in range(1, SCALES):
            yield list(dict.fromkeys((factor + (top << width - kept)) % (1 << width)
                                     for place in range(width - kept, divisor.bit_length(), -1)
                                     for factor in _fractions(divisor, place, NUMERATORS)
                                     for top in range(1, 1 << kept, 2)))
    for first, second in combinations(odd, 2):
        for a, b in ((first, second), (second, first)):
            for below in range(width - APART, b.bit_length(), -1):
                yield list(dict.fromkeys((factor + other) % (1 << width) for factor in _fractions(a, width, OF_TWO)
                                         for other in _fractions(b, below, OF_TWO)))


def _fractions(divisor: int, place: int, most: int) -> Iterator[int]:
    """The numbers next to k/divisor * 2**place, for k from 1 on."""
    for numerator in range(1, min(divisor, most + 1)):
        below = (numerator << place) // divisor
        yield below
        yield below + 1
