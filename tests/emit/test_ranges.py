"""Ranges hold what values there are: every operation at 4 bits, and the operators of texts on small numbers."""

import ast
import itertools

import pytest
from primir.emit.ranges import Range, binary, compare, range_of, simplify, unary, unsigned
from primir.ir.evaluate import evaluate_row
from primir.ir.graph import apply, leaf
from primir.ir.primes import TABLE

OPERATORS = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult, "&": ast.BitAnd, "|": ast.BitOr, "^": ast.BitXor,
             "<<": ast.LShift, ">>": ast.RShift, "//": ast.FloorDiv, "%": ast.Mod}
INTERVALS = [Range(a, b) for a, b in itertools.combinations_with_replacement((-3, -1, 0, 1, 2, 5), 2)]


@pytest.mark.parametrize("symbol", OPERATORS)
def test_operators_stay_inside(symbol):
    for a, b in itertools.product(INTERVALS, repeat=2):
        found = binary(OPERATORS[symbol](), a, b)
        for x, y in itertools.product(range(a.low, a.high + 1), range(b.low, b.high + 1)):
            if found and not (symbol in ("//", "%") and y == 0) and not (symbol in ("<<", ">>") and y < 0):
                value = eval(f"({x}) {symbol} ({y})")
                assert found.low <= value <= found.high, (a, symbol, b)


@pytest.mark.parametrize("op, symbol", [(ast.USub, "-"), (ast.Invert, "~")])
def test_unary_operators_stay_inside(op, symbol):
    for a in INTERVALS:
        found = unary(op(), a)
        assert all(found.low <= eval(f"{symbol}({x})") <= found.high for x in range(a.low, a.high + 1))


@pytest.mark.parametrize("op, symbol", [(ast.Lt, "<"), (ast.LtE, "<="), (ast.Gt, ">"), (ast.GtE, ">="), (ast.Eq, "=="),
                                        (ast.NotEq, "!=")])
def test_decided_comparisons_hold(op, symbol):
    for a, b in itertools.product(INTERVALS, repeat=2):
        held = compare(op(), a, b)
        found = {eval(f"{x} {symbol} {y}") for x in range(a.low, a.high + 1) for y in range(b.low, b.high + 1)}
        assert held is None or found == {held}


ROWS = [row for row in TABLE.values() if row.multiple == 1 and not row.cast]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_rows_stay_inside(row):
    widths = [4 if letter == "w" else 1 for letter in row.arguments]
    args = [leaf(name, width) for name, width in zip("xyz", widths)]
    node = apply(row.name, *args)
    intervals = [[Range(0, (1 << width) - 1), Range(1, 1), Range(0, 1), Range(3, 9)][: 4 if width > 1 else 3]
                 for width in widths]
    for known in itertools.product(*intervals):
        found = range_of(node, dict(zip(args, known)))
        for words in itertools.product(*(range(k.low, k.high + 1, 1 + (len(args) > 2)) for k in known)):
            assert found.low <= evaluate_row(row, words, widths, node.width) <= found.high, (known, words)


@pytest.mark.parametrize("text, short", [
    ("x << y & M if y < W else Z", "x << y & 255"),
    ("x // y if y else M", "x // y if y else 255"),
    ("x >> 1 >> 2", "x >> 3"),
    ("x & M", "x"),
    ("min(y, B)", "y"),
    ("(x ^ Z) + (W - 8)", "x"),
])
def test_simplifies(text, short):
    constants = {"W": 8, "B": 7, "M": 255, "Z": 0}
    names = {"x": unsigned(8), "y": Range(0, 7)} | {name: Range(value, value) for name, value in constants.items()}
    assert ast.unparse(simplify(ast.parse(text, mode="eval").body, names)[0]) == short
