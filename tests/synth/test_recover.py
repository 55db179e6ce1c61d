"""Constants worked out from samples: those that made the samples are among the proposals."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from primir.ir.evaluate import evaluate
from primir.ir.graph import leaf
from primir.synth import recover

WIDTH = 32
ALL = frozenset({"eq", "ne", "ult", "slt", "add"})


def samples(seed, count=48):
    rng = random.Random(seed)
    return [rng.choice((rng.getrandbits(WIDTH), rng.getrandbits(8), rng.getrandbits(16))) for _ in range(count)]


def words(*rows):
    return np.array(rows, dtype=np.uint64)


def noise(seed):
    return samples(seed + 1000)


@pytest.mark.parametrize("number", [2, 3, 7, 10, 641, 1000003])
def test_a_divisor(number):
    xs = samples(number)
    wanted = words([x // number for x in xs])[0]
    ((entry, low, high),) = recover.quotients(words(noise(number), xs), wanted)
    assert entry == 1 and low <= Fraction(1, number) < high
    d = recover.divisor(low, high)
    assert d is not None and d <= number and all(x // d == x // number for x in xs)


@pytest.mark.parametrize("number, shift", [(3, 1), (77, 5), (0xCCCCCCCD, 35)])
def test_a_multiplier(number, shift):
    xs = samples(number)
    ((_, low, high),) = recover.quotients(words(xs), words([x * number >> shift for x in xs])[0])
    found = recover.multiplier(low, high, shift)
    assert found is not None and found <= number
    assert all(x * found >> shift == x * number >> shift for x in xs)


def test_a_multiplier_too_coarse_is_none():
    assert recover.multiplier(Fraction(1, 10), Fraction(1000001, 10000000), 3) is None
    assert recover.divisor(Fraction(2, 7), Fraction(2001, 7000)) is None


def test_a_modulus():
    xs = samples(5)
    assert list(recover.moduli(words(noise(5), xs), words([x % 1234 for x in xs])[0])) == [(1, 1234)]


def test_pairs_miss_nothing():
    xs, ys = samples(6), noise(6)
    values = words(ys, xs)
    wishes = words(ys[::-1], [x // 10 for x in xs], [x % 77 for x in xs])
    assert {(1, 1), (2, 1)} <= set(recover.pairs(values, wishes, None))
    signed = words([(-(((1 << 32) - x) // 9) if x >> 31 else x // 9) & 0xFFFFFFFF for x in xs])
    assert (0, 1) in set(recover.pairs(values, signed, 32))


def test_a_class_of_remainders():
    xs = [37 * k + 5 for k in range(1, 9)] + [x for x in samples(8) if x % 37 != 5]
    truth = np.array([x % 37 == 5 for x in xs])
    assert (0, 37, 5) in list(recover.classes(words(xs), truth))


@pytest.mark.parametrize("test", [
    lambda x: x < 1000, lambda x: x >= 77, lambda x: 100 <= x < 5000, lambda x: not 100 <= x < 5000, lambda x: x == 3,
    lambda x: x != 3, lambda x: x >> 31 == 1, lambda x: (x ^ 1 << 31) < (5 ^ 1 << 31), lambda x: x >= 0xFFFFFF00,
])
def test_a_range(test):
    xs = [*samples(9), 3, 4, 99, 100, 4999, 5000, 999, 1000, 76, 77, 0xFFFFFF00, 0xFFFFFEFF, 5, 1 << 31, 0]
    truth = np.array([test(x) for x in xs])
    ((entry, arc, wide),) = recover.arcs(words(noise(9) + [0x12345678] * (len(xs) - 48), xs), truth, WIDTH)
    assert entry == 1
    proposals = list(recover.in_range(leaf("x", WIDTH), arc, wide, ALL))
    assert proposals
    for node in proposals:
        assert [evaluate([node], {leaf("x", WIDTH): x})[0] for x in xs] == truth.tolist(), node


def test_equal_words_with_different_truths_are_in_no_range():
    assert not list(recover.arcs(words([1, 2, 2, 3]), np.array([True, True, False, False]), WIDTH))


def test_a_mask():
    xs = samples(10) + [0x50, 0x1250, 0xFF5F, 0x60]
    truth = np.array([x & 0xF0 == 0x50 for x in xs])
    ((_, mask, word),) = recover.masks(words(xs), truth)
    assert [x & mask == word for x in xs] == truth.tolist()


def test_a_table():
    xs = [x % 32 for x in samples(11)]
    assert list(recover.tables(words(xs, samples(11)), words([0x12345678 >> x & 1 for x in xs])[0], 32, 1)) == [
        (0, sum(1 << x for x in set(xs) if 0x12345678 >> x & 1))]
    ((_, number),) = recover.tables(words(xs), words([0x9ABCDEF0 >> x for x in xs])[0], 32, 32)
    assert all(number >> x == 0x9ABCDEF0 >> x for x in xs)
    wrong = [0x9ABCDEF0 >> x for x in xs]
    wrong[3] ^= 1
    assert not list(recover.tables(words(xs), words(wrong)[0], 32, 32))


@pytest.mark.parametrize("divisor", [3, 7, 10, 100, 641])
def test_a_share_below_the_bound_gives_all_quotients(divisor):
    for most in (divisor - 1, divisor, 1000, 4095):
        bound = recover.below(divisor, most)
        for shift in range(24):
            if (factor := recover.multiplier(Fraction(1, divisor), bound, shift)) is not None:
                assert all(x * factor >> shift == x // divisor for x in range(most + 1))
                assert not all(x * (-(-bound * (1 << shift) // 1)) >> shift == x // divisor for x in range(most + 1))
                break
        else:
            raise AssertionError(most)


def test_masks_have_no_bit_that_could_be_left_out():
    """Over many values at once, as the search has them; bits of the words that no value has among them."""
    rng = random.Random(5)
    values = [[rng.choice((rng.getrandbits(WIDTH), rng.getrandbits(3) << 4 | 1)) for _ in range(12)]
              for _ in range(500)]
    truth = np.array([True] * 2 + [False] * 10)
    found = list(recover.masks(words(*values), truth))
    assert len(found) > 100
    for entry, mask, word in found:
        row = values[entry]
        assert [value & mask == word for value in row] == truth.tolist(), row
        for bit in range(64):
            fewer = mask & ~(1 << bit)
            assert fewer == mask or any(other & fewer == word & fewer for other in row[2:]), (row, hex(mask))
