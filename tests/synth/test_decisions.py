"""Tests of masked words: learnt wherever there is one, held against all masks and bounds of few bits."""

import random
from itertools import product

import numpy as np
import pytest
from primir.synth.decisions import learn, multipliers

NARROW = 4


def fits(mask, bound, words, truth):
    return all(((word & mask) < bound) == good for word, good in zip(words, truth, strict=True))


@pytest.mark.parametrize("seed", range(200))
def test_learns_exactly_what_can_be_learnt(seed):
    rng = random.Random(seed)
    words = rng.sample(range(1 << NARROW), rng.randint(3, 1 << NARROW))
    mask, bound = rng.randrange(1 << NARROW), rng.randrange(1, 1 << NARROW)
    truth = [((word & mask) < bound) ^ (rng.random() < 0.1) for word in words]
    possible = any(fits(*pair, words, truth) for pair in product(range(1 << NARROW), range(1, 1 << NARROW)))
    found = list(learn(np.array([words], dtype=np.uint64), np.array(truth), NARROW))
    assert bool(found) == possible
    assert all(entry == 0 and fits(*rest, words, truth) for entry, *rest in found)


@pytest.mark.parametrize("width", [8, 32, 64])
def test_learns_each_row_by_itself(width):
    rng = random.Random(width)
    mask = rng.getrandbits(width) | 1 << width - 1
    bound = mask // 2
    words = [rng.getrandbits(width) for _ in range(100)]
    truth = [(word & mask) < bound for word in words]
    other = [truth.index(True), truth.index(False)]  # a row in which two samples that differ have one word
    clash = [words[other[0]] if row in other else word for row, word in enumerate(words)]
    found = list(learn(np.array([clash, words], dtype=np.uint64), np.array(truth), width))
    assert [entry for entry, *_ in found] == [1]
    assert fits(*found[0][1:], words, truth)


@pytest.mark.parametrize("divisors, most", [((3,), 1000), ((6, 7), 1000), ((100, 4), 2000)])
def test_multipliers_lay_divisors_open(divisors, most):
    factors = [factor for factors in multipliers(divisors, 32) for factor in factors]
    assert all(0 <= factor < 1 << 32 for factor in factors)
    words = np.arange(most, dtype=np.uint64)
    for divisor in divisors:
        if divisor & divisor - 1:
            products = words * np.array(factors[:300], dtype=np.uint64)[:, None] & np.uint64(0xffffffff)
            assert any(True for _ in learn(products, words % divisor == 0, 32))


def test_no_multiplier_for_powers_of_two():
    assert not list(multipliers((2, 8, 64), 32))
