"""The values of Python expressions: the word that each is when it runs, and the bounds of what Python would compute."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from ...ir.types import Type, parse_type

U64, I64 = parse_type("u64"), parse_type("i64")
LOWEST, HIGHEST, SPAN = -(1 << 63), (1 << 64) - 1, 1 << 64  # of what 64 bits can hold, one way or the other
FAR = 1 << 8192  # stands for a bound where there is none


@dataclass(frozen=True, slots=True)
class Value:
    """An expression, the type that it has when it runs, and the bounds of what Python would compute.

    The run-time value of an exact one is Python's modulo 2**64; for a word the bounds lie within its type.
    """

    node: ast.expr
    type: Type
    low: int
    high: int
    word: bool = False
    literal: bool = False

    @property
    def constant(self) -> int | None:
        """The value of a literal, or of an expression over literals alone."""
        return self.low if self.literal and isinstance(self.node, ast.Constant) else None

    @property
    def bounded(self) -> bool:
        """Whether both bounds are known. Far is half of FAR, too, so that no operation brings it near by itself."""
        return 2 * max(-self.low, self.high) < FAR

    def within(self, type: Type) -> bool:
        """Whether `type` holds every value that this can have."""
        return type.range.start <= self.low and self.high < type.range.stop

    def between(self, low: int, high: int) -> Value:
        """This, where it is known to be from `low` to `high` as well; that nothing is left changes nothing."""
        low, high = max(self.low, low), min(self.high, high)
        return replace(self, low=low, high=high) if low <= high else self


def bounds(type: Type) -> tuple[int, int]:
    """The smallest and the largest value of `type`."""
    return type.range.start, type.range.stop - 1


def of_type(type: Type) -> Value:
    """Any value of `type`."""
    return Value(ast.Constant(0), type, *bounds(type), word=type.width == 64)


def word_for(low: int, high: int) -> Type | None:
    """The 64-bit type that holds all from `low` to `high`: u64 if that can be, i64 if it must, None if neither does."""
    return next((type for type in (U64, I64) if type.range.start <= low and high < type.range.stop), None)


def named(name: str, value: Value) -> Value:
    """`value`, read from a variable; a constant is known without."""
    return value if value.constant is not None else replace(value, node=ast.Name(name, ast.Load()))


def assigned(name: str, value: Value) -> ast.stmt:
    """`name = value`. A constant is stored for form: it is known wherever it is read."""
    node = value.node if value.constant is None else ast.Constant(I64(value.constant))
    return ast.Assign([ast.Name(name, ast.Store())], node)


def as_integer(value: Value) -> Value:
    """A bool as the integer that it is."""
    return value if value.type.width > 1 else replace(value, node=cast_to(I64, value.node), type=I64)


def settled(value: Value) -> Value:
    """An exact value in the 64-bit type that its bounds ask for."""
    if value.word or value.type.width < 64:
        return value
    return replace(value, type=word_for(value.low, value.high) or (U64 if value.low >= 0 else I64))


def cast_to(type: Type, node: ast.expr) -> ast.expr:
    """`node` through numba's cast to `type`."""
    return call(f"__{type}__", [node])


def call(name: str, arguments: Sequence[ast.expr]) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def result_of(node: ast.expr, type: Type, low: int, high: int, operands: Sequence[Value]) -> Value:
    """What an operation over `operands` gives in `type`. Words wrap; what is exact keeps Python's bounds."""
    word = any(each.word for each in operands)
    if word and not (type.range.start <= low and high < type.range.stop):
        low, high = bounds(type)
    return Value(node, type, low, high, word, literal=all(each.literal for each in operands))


FOLDS: Mapping[type[ast.operator], Callable[[int, int], object]] = MappingProxyType({
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
})  # fmt: skip


def ring_bounds(op: ast.operator, left: Value, right: Value) -> tuple[int, int]:
    """Between what Python's `left op right` lies, for + - * & | ^."""
    match op:
        case ast.BitAnd() if left.low >= 0 or right.low >= 0:
            return 0, min(each.high for each in (left, right) if each.low >= 0)
        case _ if not (left.bounded and right.bounded):
            return 0 if left.low >= 0 and right.low >= 0 and not isinstance(op, ast.Sub) else -FAR, FAR
        case ast.Add():
            return left.low + right.low, left.high + right.high
        case ast.Sub():
            return left.low - right.high, left.high - right.low
        case ast.Mult():
            corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
            return min(corners), max(corners)
    bits = max(end.bit_length() for each in (left, right) for end in (each.low, each.high))
    if left.low < 0 or right.low < 0:
        return -(1 << bits), (1 << bits) - 1
    return max(left.low, right.low) if isinstance(op, ast.BitOr) else 0, (1 << bits) - 1


DIVISION = "def divide(a, b):\n    if b == -1:\n        return -a\n    return a // b"


def comparison_text(comparison: str) -> str:
    """A function that compares `a`, a u64, with `b`, an i64."""
    return f"""def compare(a, b):
    if b < __i64__(0):
        return __i64__(0) {comparison} b
    return a {comparison} __u64__(b)"""


def extreme_text(comparison: str, count: int) -> str:
    """A function for the smallest or largest of `count` values."""
    others = [f"    if v{index} {comparison} v0:\n        v0 = v{index}" for index in range(1, count)]
    return "\n".join([f"def extreme({', '.join(f'v{index}' for index in range(count))}):", *others, "    return v0"])


def power_text(exponent: int) -> str:
    """A function of `x` that squares and multiplies."""
    lines = ["def power(x):"]
    result = ""
    for bit in range(exponent.bit_length()):
        if exponent >> bit & 1:
            lines.append("    r = r * x" if result else "    r = x")
            result = "r"
        if exponent >> bit + 1:
            lines.append("    x = x * x")
    return "\n".join([*lines, "    return r"])


def choice_text(items: Sequence[str], names: Sequence[str], number: Type, checks: Sequence[str] = ()) -> str:
    """A function of a place `k`, of the type `number`, and of `names`: which of `items` stands there."""
    lines = [f"def choice({', '.join(['k', *names])}):", *checks]

    def halve(low: int, high: int, indent: str) -> None:
        if high - low == 1:
            lines.append(f"{indent}return {items[low]}")
            return
        middle = (low + high) // 2
        lines.append(f"{indent}if k < __{number}__({middle}):")
        halve(low, middle, indent + "    ")
        halve(middle, high, indent)

    halve(0, len(items), "    ")
    return "\n".join(lines)
