"""Ranges that conditions keep an input in, held against all words."""

import pytest
from primir.ir.bounds import range_within
from primir.ir.evaluate import evaluate
from primir.ir.graph import Parameter, leaf
from primir.ir.types import Type
from primir.lift.speclang.front import parse_condition

X, Y = Parameter("x", Type(8)), Parameter("y", Type(8, signed=True))


@pytest.mark.parametrize("text, low, size", [
    ("x < 100", 0, 100), ("x <= 100", 0, 101), ("x >= 1 && x <= 4", 1, 4), ("3 <= x < 7 and y < 3", 3, 4),
    ("not (x < 5)", 5, 251), ("x == 9", 9, 1), ("x > 200", 201, 55), ("x < 3 or y > 4", 0, 256), ("y > 4", 0, 256),
])
def test_unsigned(text, low, size):
    condition, _ = parse_condition(text, (X, Y))
    found = range_within([condition], X.value)
    assert (found.low, found.size) == (low, size)


@pytest.mark.parametrize("text, low, size", [("y < 3", 128, 131), ("y >= -4 && y < 3", 252, 7), ("-1 > y", 128, 127)])
def test_signed(text, low, size):
    condition, _ = parse_condition(text, (X, Y))
    found = range_within([condition], Y.value)
    assert (found.low, found.size) == (low, size)
    for word in range(256):
        assert (word - low) % 256 < size or not evaluate([condition], {Y.value: word, leaf("x", 8): 0})[0]
