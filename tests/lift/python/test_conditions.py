"""What a condition says of variables is true of all values that meet it."""

import ast
import itertools

import pytest
from primir.ir.types import STANDARD
from primir.lift.python.arithmetic import Program
from primir.lift.python.conditions import holding
from primir.lift.python.functions import find
from primir.lift.python.statements import Rewriter
from primir.lift.python.values import I64, U64, Value

i8 = STANDARD["i8"]


def anything(a: i8, b: i8) -> i8:
    return a + b


def narrowed(condition, truth, bounds):
    """The variables where `condition` is `truth`, from variables with these bounds."""
    rewriter = Rewriter(find(anything), Program())
    variables = {
        name: Value(ast.Name(name, ast.Load()), U64 if low >= 0 else I64, low, high)
        for name, (low, high) in bounds.items()
    }
    test = ast.parse(condition, mode="eval").body
    rewriter.test(test, variables)
    return holding(test, truth, variables, rewriter.seen)


CONDITIONS = [
    "a", "not a", "a < b", "a <= b", "a > b", "a >= b", "a == b", "a != b", "a < b < 3", "0 <= a < 4", "a and b",
    "a or b", "not (a and b)", "a < 2 and b > a", "a < 2 or b > a", "a + b < 3", "a - b >= 2", "a * 3 <= b",
    "a * a <= 9", "(a + 1) * (a + 1) <= 12", "a << 2 > b", "a >> 1 == b", "a // 3 >= b", "a & 5", "(a & b) > 1",
    "b - 2 * a > 1", "a != 5", "a != -3", "5 != b", "a + b == 7", "(a ^ b) < 3", "a % 3 == 1", "-a > 2",
    "(a if b else 3) > 2", "a | b",
    "a < b and a != 0 and b", "a >> b if 0 <= b else 0", "1 << (b & 3) > a",
]  # fmt: skip


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("low", [-3, 0, 1])
def test_what_holds_is_kept(condition, truth, low):
    bounds = {"a": (low, 6), "b": (low, 5)}
    after = narrowed(condition, truth, bounds)
    for a, b in itertools.product(*(range(first, last + 1) for first, last in bounds.values())):
        if bool(eval(condition)) is not truth:
            continue
        for text, value in after.items():
            assert value.low <= eval(text) <= value.high, (a, b, text, value.low, value.high)


@pytest.mark.parametrize("condition, truth, expected", [
    ("a", True, {"a": (1, 90)}),
    ("a", False, {"a": (0, 0)}),
    ("a < 64", True, {"a": (0, 63)}),
    ("a < 64", False, {"a": (64, 90)}),
    ("not (a < b)", True, {"a": (0, 90), "b": (0, 63), "a - b": (0, None)}),
    ("a > b", True, {"a": (1, 90), "b": (0, 63), "a - b": (1, None)}),
    ("b >> a", True, {"a": (0, 5), "b": (1, 63)}),
    ("a < 10 and b >> a & 1", True, {"a": (0, 5), "b": (1, 63)}),
    ("(a + 1) * (a + 1) <= b", True, {"a": (0, 6), "b": (1, 63)}),
    ("a + b < 10", True, {"a": (0, 9), "b": (0, 9)}),
    ("a // 10 == 3", True, {"a": (30, 39)}),
    ("10 <= a <= 20", True, {"a": (10, 20)}),
    ("10 <= a <= 20", False, {"a": (0, 90)}),
])  # fmt: skip
def test_what_it_says(condition, truth, expected):
    after = narrowed(condition, truth, {"a": (0, 90), "b": (0, 63)})
    for text, (low, high) in expected.items():
        assert after[text].low == low, (text, after[text].low)
        assert high is None or after[text].high == high, (text, after[text].high)
