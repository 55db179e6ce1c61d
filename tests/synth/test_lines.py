"""Constants of rounded lines, from samples of lines that nobody told."""

import random
from fractions import Fraction

import pytest
from primir.synth.lines import Bounds, simplest, straight, wrapped

WIDTH = 32


def value(line, v, width=WIDTH):
    return ((line.factor * v + line.offset) % (1 << width)) >> line.shift


@pytest.mark.parametrize("wanted", [
    lambda x: x // 10, lambda x: x // 1000, lambda x: (5 * x + 461) // 153,
    lambda x: (1 << 20) - 13 * x, lambda x: (x * 55 + 9) >> 7,
])
def test_straight_lines(wanted):
    values = [*range(40), *random.Random(1).sample(range(1 << 16), 60)]
    words = [wanted(v) for v in values]
    lines = list(straight(Bounds(values, words, [word + 1 for word in words]), WIDTH))
    assert lines
    for line in lines:
        assert [value(line, v) for v in values] == words


@pytest.mark.parametrize("wanted", [lambda x: x * x, lambda x: x ^ 5, lambda x: x % 7, lambda x: x // 7 - x])
def test_no_straight_line(wanted):
    values = list(range(1, 80))
    words = [wanted(v) for v in values]
    assert not list(straight(Bounds(values, words, [word + 1 for word in words]), WIDTH))


def test_a_line_within_bounds():
    values = list(range(100))
    low, high = [max(0, v // 3 - 1) for v in values], [v // 3 + 2 for v in values]
    lines = list(straight(Bounds(values, low, high), WIDTH))
    assert lines and all(a <= value(line, v) < b for line in lines for v, a, b in zip(values, low, high))
    assert not any(line.offset for line in lines[:1])


@pytest.mark.parametrize("wanted", [
    lambda x: x % 7, lambda x: (x + 3) % 7, lambda x: x % 15, lambda x: x * 5 % 7, lambda x: (x * 29 + 3) % 32 >> 3,
    lambda x: 6 - x % 7,
])
def test_wrapped_lines(wanted):
    values = [*range(50), *random.Random(2).sample(range(1 << 16), 30)]
    words = [wanted(v) for v in values]
    lines = list(wrapped(values, words, WIDTH))
    assert lines
    for line in lines:
        assert [value(line, v) for v in values] == words


@pytest.mark.parametrize("wanted", [lambda x: x % 10, lambda x: x * x % 7, lambda x: x * x % 11])
def test_no_wrapped_line(wanted):  # ten fields of a circle of sixteen cannot follow each other without a gap
    values = list(range(60))
    assert not list(wrapped(values, [wanted(v) for v in values], WIDTH))


def test_the_simplest_fraction():
    for low, high in ((Fraction(1, 3), Fraction(1, 2)), (Fraction(14, 100), Fraction(15, 100)), (Fraction(0),) * 2):
        found = simplest(low, high)
        assert low <= found <= high
        assert not any(low <= Fraction(p, q) <= high for q in range(1, found.denominator) for p in range(q + 1))
