"""How far a variable comes in a loop, and how many rounds a loop has."""

import ast
import random

import pytest
from primir.lift.python.rounds import ROUNDS, Step, reach, rounds_of
from primir.lift.python.values import U64, Value

SEED = 20261128


def value(low, high):
    return Value(ast.Name("x", ast.Load()), U64, low, high)


@pytest.mark.parametrize("start, steps, rounds, expected", [
    ((0, 0), [Step(1, 1, 1)], 32, (0, 32)),
    ((0, 0), [Step(1, 0, 1)], ROUNDS, (0, ROUNDS)),
    ((5, 9), [Step(1, -2, 3)], 10, (-15, 39)),
    ((0, 0), [Step(1, 1, 1, 4)], 8, (0, 32)),
    ((0, 0), [Step(1, 1, 1, ROUNDS)], ROUNDS, (0, ROUNDS)),  # in one call no more
    ((0, 0), [Step(2, 0, 1)], 32, (0, 2**32 - 1)),
    ((1, 1), [Step(2, 0, 0)], 63, (1, 2**63)),
    ((1, 1), [Step(2, 0, 0)], 64, (1, None)),  # more than 64 bits
    ((1, 1), [Step(2, 0, 0)], 257, (None, None)),
    ((0, 7), [Step(0, 0, 3)], 4, (None, None)),  # no steps: there is nothing to count
    ((0, 7), [Step(0, 20, 30), Step(1, 1, 1)], 4, (0, 34)),
    ((0, 0), [Step(1, 0, 2**40)], ROUNDS, (0, None)),
])  # fmt: skip
def test_reach(start, steps, rounds, expected):
    assert reach(value(*start), steps, rounds) == expected


def test_nothing_goes_beyond_its_reach():
    generator = random.Random(SEED)
    for _ in range(300):
        steps = [
            Step(generator.choice([0, 1, 1, 2, 3]), low := generator.randint(-4, 4), low + generator.randint(0, 4))
            for _ in range(generator.randint(1, 3))
        ]
        start, rounds = generator.randint(-5, 5), generator.randint(0, 6)
        low, high = reach(value(start, start), steps, rounds)
        for _ in range(20):
            x = start
            for _ in range(rounds):
                for step in steps:
                    if generator.random() < 0.7:
                        x = step.factor * x + generator.choice([step.low, step.high])
                    assert (low is None or low <= x) and (high is None or x <= high), (SEED, start, steps, rounds, x)


@pytest.mark.parametrize("source, rounds", [
    ("while x:\n    x >>= 1", 8),
    ("while x > 0:\n    n += 1\n    x = x >> 3", 3),
    ("while x != 0 and n < 9:\n    x //= 10", 3),
    ("while x:\n    x &= x - 1", 8),
    ("while x:\n    x >>= 0", ROUNDS),
    ("while x:\n    x //= 1", ROUNDS),
    ("while x:\n    x &= y - 1", ROUNDS),
    ("while x or n:\n    x >>= 1", ROUNDS),
    ("while x:\n    x >>= 1\n    x += 1", ROUNDS),
    ("while x:\n    if n:\n        continue\n    x >>= 1", ROUNDS),
    ("while x:\n    if n:\n        x >>= 1", ROUNDS),
    ("while n:\n    x >>= 1", ROUNDS),
    ("while y:\n    y >>= 1", ROUNDS),  # it may be negative
    ("while x:\n    x = y >> 1", ROUNDS),
    ("while x > 1:\n    x >>= 1", ROUNDS),
])  # fmt: skip
def test_rounds(source, rounds):
    [loop] = ast.parse(source).body
    assert rounds_of(loop, {"x": value(0, 255), "n": value(0, 9), "y": value(-8, 255)}) == rounds
