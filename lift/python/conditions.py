"""What a condition says about the variables in it: the bounds that they have where it holds, or where it does not.

    while n < 64 and x >> n:    # in the loop n is at most 63, and x is not 0
    if x >= r + bit:            # here x - (r + bit) is 0 or more

An expression that lies between two bounds hands them on to its parts, as far as its operation can be turned around
(Benhamou et al., "Revising hull and box consistency", 1999). Words wrap, so sums, products and left shifts of words
hand on nothing; of exact values the bounds are Python's, whether 64 bits hold them or not.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping
from types import MappingProxyType

from .values import FAR, I64, Value
from .variables import Unset, Variables

Seen = Mapping[ast.AST, Value]  # the values of expressions, as they were evaluated last

OPPOSITE: Mapping[type[ast.cmpop], type[ast.cmpop]] = MappingProxyType({
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
})  # fmt: skip


def holding(test: ast.expr, truth: bool, variables: Variables, seen: Seen) -> Variables:
    """`variables` where `test` is `truth`. Its parts stand in `seen`, evaluated where it is."""
    match test:
        case ast.UnaryOp(op=ast.Not()):
            return holding(test.operand, not truth, variables, seen)
        case ast.BoolOp() if isinstance(test.op, ast.And) is truth:
            for each in test.values:
                variables = holding(each, truth, variables, seen)
            return variables
        case ast.BoolOp():
            return variables
        case ast.Compare() if truth or len(test.ops) == 1:
            sides = [test.left, *test.comparators]
            for left, op, right in zip(sides, test.ops, sides[1:]):
                kind = type(op) if truth else OPPOSITE.get(type(op))
                if kind is not None:
                    variables = _compared(left, kind, right, variables, seen)
            return variables
        case ast.Compare():
            return variables
    value = seen.get(test)
    if value is None:
        return variables
    if not truth:
        return _within(test, 0, 0, variables, seen)
    if value.low >= 0:
        return _within(test, 1, value.high, variables, seen)
    return _within(test, value.low, -1, variables, seen) if value.high <= 0 else variables


def _compared(left: ast.expr, op: type[ast.cmpop], right: ast.expr, variables: Variables, seen: Seen) -> Variables:
    """`variables` where `left op right`."""
    if op in (ast.Gt, ast.GtE):
        return _compared(right, ast.Lt if op is ast.Gt else ast.LtE, left, variables, seen)
    a, b = seen.get(left), seen.get(right)
    if a is None or b is None:
        return variables
    if op in (ast.Lt, ast.LtE):
        gap = 1 if op is ast.Lt else 0
        variables = _within(left, a.low, b.high - gap, variables, seen)
        variables = _within(right, a.low + gap, b.high, variables, seen)
        if a.constant is None and b.constant is None:
            difference = ast.unparse(ast.BinOp(right, ast.Sub(), left))
            return variables | {difference: Value(ast.Constant(0), I64, gap, FAR)}
    if op is ast.Eq:
        low, high = max(a.low, b.low), min(a.high, b.high)
        return _within(right, low, high, _within(left, low, high, variables, seen), seen)
    if op is ast.NotEq:
        return _beside(right, b, a, _beside(left, a, b, variables, seen), seen)
    return variables


def _beside(node: ast.expr, value: Value, other: Value, variables: Variables, seen: Seen) -> Variables:
    """`variables` where `node` is not the `other` value, which helps where that is the first or the last it can be."""
    if other.low != other.high or other.low not in (value.low, value.high):
        return variables
    return _within(node, value.low + (other.low == value.low), value.high - (other.low == value.high), variables, seen)


def _within(node: ast.expr, low: int, high: int, variables: Variables, seen: Seen) -> Variables:
    """`variables` where the value of `node` lies from `low` to `high`."""
    if isinstance(node, ast.Name):
        known = variables.get(node.id)
        if known is None or isinstance(known, Unset) or known.constant is not None:
            return variables
        return variables | {node.id: known.between(low, high)}
    value = seen.get(node)
    if not isinstance(node, ast.BinOp) or value is None or low > high:
        return variables
    a, b = seen.get(node.left), seen.get(node.right)
    if a is None or b is None or not (a.bounded and b.bounded):
        return variables
    first, second = _operands(node.op, a, b, low, high, value.word)
    if isinstance(node.op, ast.Mult) and ast.dump(node.left) == ast.dump(node.right) and not value.word and high >= 0:
        first = second = -math.isqrt(high), math.isqrt(high)
    if first is not None:
        variables = _within(node.left, *first, variables, seen)
    if second is not None:
        variables = _within(node.right, *second, variables, seen)
    return variables


Between = tuple[int, int] | None


def _operands(op: ast.operator, a: Value, b: Value, low: int, high: int, word: bool) -> tuple[Between, Between]:
    """Between what `a` and `b` lie where `a op b` is from `low` to `high`."""
    n = b.low if b.low == b.high else None
    match op:
        case ast.BitAnd() if low >= 0:  # a & b <= a
            return (low, a.high) if a.low >= 0 else None, (low, b.high) if b.low >= 0 else None
        case ast.RShift() if a.low >= 0 and low >= 1 and 0 <= b.low < 64:  # 2**b <= a / low
            most = (a.high // low).bit_length() - 1
            return (low << b.low, a.high), (b.low, most)
        case ast.RShift() if n is not None and 0 <= n < 64:
            return (low << n, (high + 1 << n) - 1), None
        case ast.FloorDiv() if n is not None and n > 0:
            return (low * n, high * n + n - 1), None
    if word:
        return None, None
    match op:
        case ast.Add():
            return (low - b.high, high - b.low), (low - a.high, high - a.low)
        case ast.Sub():
            return (low + b.low, high + b.high), (a.low - high, a.high - low)
        case ast.Mult() if n is not None and n > 0:
            return (-(-low // n), high // n), None
        case ast.LShift() if n is not None and 0 <= n < 64:
            return (-(-low >> n), high >> n), None
    return None, None
