"""Factors within bounds: found where there are some, and they keep the bounds."""

import math

import pytest
from primir.synth.fits import whole


def sums(factors, basis):
    return [sum(c * b for c, b in zip(factors, [*row, 1], strict=True)) for row in zip(*basis, strict=True)]


@pytest.mark.parametrize("function, degree, error", [
    (lambda x: 255 * math.sin(math.pi * x / 512), 3, 1), (lambda x: 32768 / (x + 128), 3, 1),
    (lambda x: x * x / 9, 2, 1), (lambda x: 3 * x + 7, 1, 0),
])
def test_polynomials(function, degree, error):
    points = range(128)
    basis = [[x ** power for x in points] for power in range(degree, 0, -1)]
    low = [(math.floor(function(x)) - error) << 20 for x in points]
    high = [(math.floor(function(x)) + 1 + error) << 20 for x in points]
    factors = whole(basis, low, high)
    assert factors is not None
    assert all(a <= value < b for a, value, b in zip(low, sums(factors, basis), high, strict=True))


@pytest.mark.parametrize("function, degree", [
    (lambda x: math.isqrt(x) * 16, 3), (lambda x: x % 7, 2), (lambda x: x * x, 1),
])
def test_no_polynomial(function, degree):
    points = range(128)
    basis = [[x ** power for x in points] for power in range(degree, 0, -1)]
    assert whole(basis, [function(x) << 20 for x in points], [function(x) + 1 << 20 for x in points]) is None


def test_nothing_is_added_where_nothing_is_needed():
    assert whole([[1, 2, 3, 4]], [2, 4, 6, 8], [3, 5, 7, 9]) == [2, 0]
