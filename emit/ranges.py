"""Between which numbers a value lies: interval arithmetic over the operators that rows are written in.

It shows which guards and masks are redundant: `y & 31` needs no test before a shift by it, and `x & (x - 1)` no mask.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

from ..ir.evaluate import words
from ..ir.graph import CONST, LEAVES, Node, topological
from ..ir.primes import TABLE, Row

_HUGE_SHIFT = 512  # beyond it a shift's result is not worth a number


@dataclass(frozen=True, slots=True)
class Range:
    """The integers from `low` to `high`, both included. Where nothing is known, there is None instead of a Range."""

    low: int
    high: int

    @property
    def single(self) -> bool:
        return self.low == self.high

    def fits(self, bits: int) -> bool:
        """Whether all of it are unsigned words of so many bits."""
        return self.low >= 0 and self.high < 1 << bits

    def within(self, other: Range) -> bool:
        return other.low <= self.low and self.high <= other.high


def unsigned(bits: int) -> Range:
    return Range(0, (1 << bits) - 1)


def signed(bits: int) -> Range:
    return Range(-(1 << bits - 1), (1 << bits - 1) - 1)


def join(a: Range | None, b: Range | None) -> Range | None:
    return Range(min(a.low, b.low), max(a.high, b.high)) if a and b else None


# --- operators, on integers without end -------------------------------------------------------------------------------


def binary(op: ast.operator, a: Range | None, b: Range | None) -> Range | None:
    """What `op` gives for operands in `a` and `b`. A quotient by zero is no value, so it widens nothing."""
    if isinstance(op, ast.BitAnd):
        return _conjunction(a, b)
    if a is None or b is None:
        return None
    match op:
        case ast.Add():
            return Range(a.low + b.low, a.high + b.high)
        case ast.Sub():
            return Range(a.low - b.high, a.high - b.low)
        case ast.Mult():
            return _hull(operator.mul, a, b)
        case ast.BitOr():
            return _bitwise(operator.or_, a, b, least=max(a.low, b.low))
        case ast.BitXor():
            return _bitwise(operator.xor, a, b, least=0)
        case ast.LShift() | ast.RShift():
            if b.low < 0 or b.high > _HUGE_SHIFT and isinstance(op, ast.LShift):
                return None
            if b.high > _HUGE_SHIFT:
                return Range(min(a.low, 0), max(a.high, 0))
            return _hull(operator.lshift if isinstance(op, ast.LShift) else operator.rshift, a, b)
        case ast.FloorDiv() | ast.Div() if a.low >= 0 and b.high >= 1 and b.low >= 0:
            return _hull(operator.floordiv, a, Range(max(b.low, 1), b.high))
        case ast.Mod() if a.low >= 0 and b.high >= 1 and b.low >= 0:
            return Range(a.low % b.low, a.low % b.low) if a.single and b.single else Range(0, min(a.high, b.high - 1))
        case ast.Div():  # C's, which truncates: the magnitude is at most the dividend's
            most = max(-a.low, a.high)
            return Range(-most, most)
        case ast.Mod():  # nearer to 0 than the divisor; in C also no farther than the dividend
            most = max(-b.low, b.high)
            return Range(-most, most)
    return None


def _hull(function: Callable[[int, int], int], a: Range, b: Range) -> Range:
    """For what is monotone in each operand: the corners bound it."""
    corners = [function(x, y) for x in (a.low, a.high) for y in (b.low, b.high)]
    return Range(min(corners), max(corners))


def _conjunction(a: Range | None, b: Range | None) -> Range | None:
    if a and b and a.single and b.single:
        return Range(a.low & b.low, a.low & b.low)
    bounds = [r.high for r in (a, b) if r and r.low >= 0]
    return Range(0, min(bounds)) if bounds else None


def _bitwise(function: Callable[[int, int], int], a: Range, b: Range, least: int) -> Range | None:
    if a.single and b.single:
        value = function(a.low, b.low)
        return Range(value, value)
    if a.low < 0 or b.low < 0:
        return None
    return Range(least, (1 << max(a.high, b.high).bit_length()) - 1)


def unary(op: ast.unaryop, a: Range | None) -> Range | None:
    match op:
        case ast.USub() if a:
            return Range(-a.high, -a.low)
        case ast.Invert() if a:
            return Range(~a.high, ~a.low)
    return None


def compare(op: ast.cmpop, a: Range | None, b: Range | None) -> bool | None:
    """Whether the comparison holds, where the ranges alone tell."""
    if a is None or b is None:
        return None
    match op:
        case ast.Lt():
            return True if a.high < b.low else False if a.low >= b.high else None
        case ast.LtE():
            return True if a.high <= b.low else False if a.low > b.high else None
        case ast.Gt():
            return compare(ast.Lt(), b, a)
        case ast.GtE():
            return compare(ast.LtE(), b, a)
        case ast.Eq() | ast.NotEq():
            if a.high < b.low or b.high < a.low:
                return isinstance(op, ast.NotEq)
            return isinstance(op, ast.Eq) if a.single and b.single else None
    return None


# --- texts of the table -----------------------------------------------------------------------------------------------


def simplify(tree: ast.expr, known: Mapping[str, Range]) -> tuple[ast.expr, Range | None]:
    """`tree` with its constant parts computed and decided cases dropped, and where its value lies.

    `known` says where the values of names lie; names that are not in it may be anything. Operators are Python's.
    """
    tree, found = _step(tree, known)
    if found and found.single:
        return ast.Constant(found.low), found
    return tree, found


def _step(tree: ast.expr, known: Mapping[str, Range]) -> tuple[ast.expr, Range | None]:
    match tree:
        case ast.Constant(int(value)):
            return tree, Range(value, value)
        case ast.Name(name):
            return tree, known.get(name)
        case ast.IfExp(test, body, orelse):
            return _case(test, body, orelse, known)
        case ast.Compare(left, [op], [right]):
            (left, a), (right, b) = simplify(left, known), simplify(right, known)
            held = compare(op, a, b)
            return ast.Compare(left, [op], [right]), Range(0, 1) if held is None else Range(held, held)
        case ast.UnaryOp(unary_op, operand):
            operand, a = simplify(operand, known)
            return ast.UnaryOp(unary_op, operand), unary(unary_op, a)
        case ast.BinOp(left, binary_op, right):
            (left, a), (right, b) = simplify(left, known), simplify(right, known)
            return _shorter(left, binary_op, right, a, b), binary(binary_op, a, b)
        case ast.Call(ast.Name("min" | "max" as name), [left, right]):
            (left, a), (right, b) = simplify(left, known), simplify(right, known)
            first = compare(ast.LtE() if name == "min" else ast.GtE(), a, b)
            if first is not None and (first or compare(ast.LtE() if name == "max" else ast.GtE(), a, b)):
                return (left, a) if first else (right, b)
            pick: Callable[[Iterable[int]], int] = min if name == "min" else max
            found = Range(pick((a.low, b.low)), pick((a.high, b.high))) if a and b else None
            return ast.Call(ast.Name(name), [left, right], []), found
        case ast.Call(function, args):
            found = _counted(function, [simplify(arg, known)[1] for arg in args], known)
            return _Inside(known).generic_visit(deepcopy(tree)), found  # type: ignore[return-value]  # it stays an expression
    return _Inside(known).generic_visit(deepcopy(tree)), None  # type: ignore[return-value]


def _counted(function: ast.expr, args: Sequence[Range | None], known: Mapping[str, Range]) -> Range | None:
    """A number of bits is at most the length of what is counted."""
    match function, args:
        case ast.Name("popcount" | "bit_length" as name), [Range() as a]:
            return counted(name, a)
        case ast.Attribute(inside, "bit_count" | "bit_length" as name), []:
            return counted(name, simplify(inside, known)[1])
    return None


def counted(name: str, a: Range | None) -> Range | None:
    """Where the ones of a word, or its length (`bit_length`), lie."""
    if a is None or a.low < 0:
        return None
    if name == "bit_length":
        return Range(a.low.bit_length(), a.high.bit_length())
    return Range(a.low.bit_count(), a.low.bit_count()) if a.single else Range(0, a.high.bit_length())


def _case(test: ast.expr, body: ast.expr, orelse: ast.expr, known: Mapping[str, Range],
          ) -> tuple[ast.expr, Range | None]:
    test, decided = simplify(test, known)
    if decided and (decided.single or decided.low > 0):
        return simplify(body if decided.low else orelse, known)
    (body, a), (orelse, b) = simplify(body, known), simplify(orelse, known)
    return ast.IfExp(test, body, orelse), join(a, b)


def _shorter(left: ast.expr, op: ast.operator, right: ast.expr, a: Range | None, b: Range | None) -> ast.expr:
    """`left op right`, without what changes nothing: a shift by 0, a mask over all bits there are."""
    match op, b:
        case (ast.LShift() | ast.RShift() | ast.Add() | ast.Sub() | ast.BitXor() | ast.BitOr()), Range(0, 0):
            return left
        case ast.BitAnd(), Range(mask) if b.single and mask & mask + 1 == 0 and a and a.fits(mask.bit_length()):
            return left
    match op, left, right:
        case ast.RShift(), ast.BinOp(inner, ast.RShift(), ast.Constant(int(first))), ast.Constant(int(second)):
            return ast.BinOp(inner, op, ast.Constant(first + second))
    return ast.BinOp(left, op, right)


class _Inside(ast.NodeTransformer):
    """Simplifies the expressions inside calls, attributes and formatted strings."""

    def __init__(self, known: Mapping[str, Range]) -> None:
        self.known = known

    def visit(self, node: ast.AST) -> ast.AST:
        match node:
            case ast.FormattedValue(ast.Name(name), -1, None) if name in self.known and self.known[name].single:
                return ast.Constant(str(self.known[name].low))
            case ast.FormattedValue() | ast.JoinedStr():
                return self.generic_visit(node)
            case ast.expr():
                return simplify(node, self.known)[0]
        return self.generic_visit(node)


@cache
def parsed(text: str) -> ast.expr:
    """The tree of a text of the table; it is shared, so nobody changes it."""
    return ast.parse(text, mode="eval").body


def letters(row: Row, args: tuple[Node, ...], width: int) -> dict[str, Range]:
    """What the letters W, B, M, T, V, Z and O of the table stand for, for `row` on `args` with a result of `width`."""
    w = args[row.arguments.index("w")].width
    numbers = dict(zip("WBMTV", words(w, width), strict=True)) | {"Z": 0, "O": 1}
    return {letter: Range(number, number) for letter, number in numbers.items()}


def ranges(roots: Iterable[Node]) -> dict[Node, Range]:
    """For every node below `roots` the unsigned words it can be, as far as the rows' `value` texts tell."""
    found: dict[Node, Range] = {}
    for node in topological(roots):
        found[node] = range_of(node, found)
    return found


def range_of(node: Node, known: Mapping[Node, Range]) -> Range:
    """The words that `node` can be, given those of its arguments."""
    everything = unsigned(node.width)
    if node.op == CONST:
        return Range(int(node.data), int(node.data))
    if node.op in LEAVES or TABLE[node.op].value is None:
        return everything
    row = TABLE[node.op]
    assert row.value is not None
    names = letters(row, node.args, node.width)
    names.update(zip("xyz", (known[arg] for arg in node.args), strict=False))
    _, found = simplify(parsed(row.value), names)
    return found if found and found.fits(node.width) else everything
