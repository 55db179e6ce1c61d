"""Arithmetic on the values of a Python function: which type an operation has, and the casts that its operands need."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NoReturn

from ...ir.errors import PrimirError
from ...ir.types import BOOL, STANDARD, Type
from ..sketch import LARGEST, Kind, Site
from .functions import Definition
from .values import (
    DIVISION,
    FAR,
    FOLDS,
    HIGHEST,
    I64,
    LOWEST,
    SPAN,
    U64,
    Value,
    as_integer,
    assigned,
    bounds,
    call,
    cast_to,
    choice_text,
    comparison_text,
    extreme_text,
    named,
    power_text,
    result_of,
    ring_bounds,
    word_for,
)

UNARY: Mapping[type[ast.unaryop], Callable[[int], int]] = MappingProxyType(
    {ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert}
)
COMPARISONS: Mapping[type[ast.cmpop], str] = MappingProxyType(
    {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
)
MIRRORED: Mapping[type[ast.cmpop], type[ast.cmpop]] = MappingProxyType(
    {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
)
SMALL = -(1 << 32), (1 << 32) - 1  # a constant that nothing gives a type
POWER = 64  # the largest constant exponent
RAISED = "__raised__"  # the name of the exception class that stands for all of them
GUARDED = f"""def shift(x, n):
    if __u64__(n) > __u64__(63):
        raise {RAISED}
    return x << n"""  # below zero is above 63, too, modulo 2**64
FLOORED = f"""def shift(x, n):
    if __u64__(n) > __u64__(63):
        if {{least}}:
            raise {RAISED}
        return x >> __{{type}}__(63) >> __{{type}}__(1)
    return x >> n"""
COUNTED = 256  # rounds that are counted where the numbers do not show by themselves how many there are
LISTED = 256  # how many values a loop may go through one by one
ADVANCE = """def advance(a, b, step):
    if __u64__({1}) > __u64__(step):
        return a {0} step
    return b"""  # the end instead of a number behind it, which the type might not hold


@dataclass(slots=True)
class Program:
    """What is written while one function is rewritten: its helper functions as they are called, and remarks."""

    helpers: list[tuple[ast.FunctionDef, str]] = field(default_factory=list)  # and their files
    remarks: dict[str, None] = field(default_factory=dict)
    sites: dict[object, Site] = field(default_factory=dict)  # the holes, by where they stand
    calls: int = 0
    names: int = 0
    invariants: dict[object, Any] = field(default_factory=dict)  # of loops, by what holds before them

    def fresh_name(self, kind: str = "helper") -> str:
        """A name for a helper function or a temporary variable that no other has."""
        self.names += 1
        return f"__{kind}{self.names}__"

    @contextmanager
    def trial(self) -> Iterator[None]:
        """What is written inside is forgotten afterwards."""
        helpers, remarks, calls, names = len(self.helpers), dict(self.remarks), self.calls, self.names
        try:
            yield
        finally:
            del self.helpers[helpers:]
            self.remarks, self.calls, self.names = remarks, calls, names


@dataclass(frozen=True, slots=True)
class Run:
    """A loop over numbers: what stands before it, when a round follows, its number, and how to come to the next.

    There are at most so many `rounds`; `certain` says that there is one.
    """

    before: list[ast.stmt]
    test: ast.expr
    value: Value
    advance: list[ast.stmt]
    rounds: int
    certain: bool


class Arithmetic:
    """The operations of one function. A `node` that they take is the source that an error or a remark is about."""

    def __init__(self, definition: Definition, program: Program) -> None:
        self.definition = definition
        self.program = program

    # Errors

    def refuse(self, node: ast.AST, message: str, hint: str | None = None) -> NoReturn:
        raise PrimirError(message, self.definition.place(node), hint)

    def remark(self, node: ast.AST, text: str) -> None:
        self.program.remarks[f"line {getattr(node, 'lineno', self.definition.node.lineno)}: {text}"] = None

    def wraps(self, node: ast.AST) -> None:
        self.remark(node, f"needs more than 64 bits, and wraps here, unlike in Python: `{ast.unparse(node)}`")

    # Operations

    def literal(self, number: int) -> Value:
        return Value(ast.Constant(number), word_for(number, number) or U64, number, number, literal=True)

    def truth(self, value: Value, node: ast.AST) -> Value:
        """Whether `value` is not zero. That is right as long as it is less than 2**64 away from zero."""
        if value.type == BOOL:
            return value
        if not -SPAN < value.low <= value.high < SPAN:
            self.wraps(node)
        zero = cast_to(value.type, ast.Constant(0))
        known = self.cast(value, value.type, node) if value.constant is not None else value.node
        return Value(ast.Compare(known, [ast.NotEq()], [zero]), BOOL, 0, 1)

    def unary(self, node: ast.UnaryOp, value: Value) -> Value:
        if isinstance(node.op, ast.Invert) and value.type == BOOL:
            self.refuse(node, "`~` of a bool", "write `not`")
        function = UNARY[type(node.op)]
        if value.constant is not None:
            return self.literal(function(value.constant))
        ends = sorted((function(value.low), function(value.high)))
        type_ = self.common([value], node)
        return result_of(ast.UnaryOp(node.op, self.cast(value, type_, node)), type_, ends[0], ends[1], [value])

    def binary(self, node: ast.AST, op: ast.operator, left: Value, right: Value) -> Value:
        match op:
            case ast.Div():
                self.refuse(node, "cannot lift `/`: its result is a float", "`//` is the integer division")
            case ast.MatMult():
                self.refuse(node, "cannot lift `@`")
        folded = self.fold(node, op, left, right)
        if folded is not None:
            return folded
        match op:
            case ast.LShift() | ast.RShift():
                return self.shift(node, op, left, right)
            case ast.FloorDiv() | ast.Mod():
                return self.divide(node, op, left, right)
            case ast.Pow():
                return self.power(node, left, right)
            case ast.BitAnd() | ast.BitOr() | ast.BitXor() if left.type == BOOL and right.type == BOOL:
                return Value(ast.BinOp(left.node, op, right.node), BOOL, 0, 1)
        low, high = ring_bounds(op, left, right)
        return self.combine(node, op, left, right, low, high, sized=False)

    def fold(self, node: ast.AST, op: ast.operator, left: Value, right: Value) -> Value | None:
        """Literals alone are computed as Python does."""
        a, b = left.constant, right.constant
        if a is None or b is None:
            return None
        if isinstance(op, (ast.LShift, ast.Pow)) and abs(b) > 1024:
            self.refuse(node, "this constant does not fit in 64 bits")
        try:
            number = FOLDS[type(op)](a, b)
        except (ArithmeticError, ValueError) as error:
            self.refuse(node, f"this constant has no value: {error}")
        if not isinstance(number, int):
            self.refuse(node, "a negative exponent gives a float", "exponents are 0 or more")
        return self.literal(number)

    def combine(
        self, node: ast.AST, op: ast.operator, left: Value, right: Value, low: int, high: int, sized: bool
    ) -> Value:
        """`left op right` in the type that both have in common; `sized` where sign or size matter."""
        type_ = self.common([left, right], node, sized)
        a, b = self.cast(left, type_, node), self.cast(right, type_, node)
        return result_of(ast.BinOp(a, op, b), type_, low, high, [left, right])

    def shift(self, node: ast.AST, op: ast.operator, left: Value, right: Value) -> Value:
        """The type is the left side's. An amount below 0 raises, and so does one above 63 to the left."""
        leftward = isinstance(op, ast.LShift)
        if right.high < 0 or (leftward and right.low > 63):
            amount = "a negative amount" if right.high < 0 else "64 or more"
            self.refuse(node, f"a shift by {amount}", "amounts are 0 to 63" if leftward else "amounts are 0 or more")
        guarded = right.low < 0 or right.high > 63
        if right.low < 0 or (leftward and guarded):
            outside = "less than 0 or more than 63" if leftward else "less than 0"
            self.remark(node, f"a shift by {outside} is outside the domain: `{ast.unparse(node)}`")
        if not 63 - SPAN < right.low <= right.high < SPAN:  # then an amount that is too large may wrap to a small one
            self.wraps(node)
        last = min(right.high, 63 if leftward else 2 * FAR.bit_length())
        first = min(max(right.low, 0), last)
        move: Callable[[int, int], int] = operator.lshift if leftward else operator.rshift
        corners = [move(left.low, first), move(left.low, last), move(left.high, first), move(left.high, last)]
        beside = [left, right] if left.literal and right.word else [left]  # then the literal takes the word's type
        type_ = self.common(beside, node, sized=not leftward)
        moved = self.cast(left, type_, node)
        if guarded:
            signed = right.low < 0 if not right.word else right.type.signed
            text = GUARDED if leftward else FLOORED.format(type=type_, least="n < __i64__(0)" if signed else "False")
            shifted = self.helper(text, [moved, self.cast(right, I64 if signed else U64, node)])
        else:
            by = self.cast(right, right.type if right.constant is None and right.type != BOOL else type_, node)
            shifted = ast.BinOp(moved, op, by)
        value = result_of(shifted, type_, min(corners), max(corners), beside)
        return replace(value, literal=left.literal and right.literal)

    def divide(self, node: ast.AST, op: ast.operator, left: Value, right: Value) -> Value:
        """Python's `//` and `%`, which round down; by zero is outside the domain."""
        if right.low == right.high == 0:
            self.refuse(node, "division by zero")
        largest = max(abs(right.low), abs(right.high))
        if isinstance(op, ast.Mod):
            low, high = (0 if right.low >= 0 else 1 - largest), (largest - 1 if right.high >= 0 else 0)
            return self.combine(node, op, left, right, low, high, sized=True)
        divisors = {d for d in (right.low, right.high, -1, 1) if d and right.low <= d <= right.high}
        corners = [a // d for a in (left.low, left.high) for d in divisors]
        quotient = self.combine(node, op, left, right, min(corners), max(corners), sized=True)
        # numba gives 0 for the smallest i64 divided by -1, where wrapping gives the smallest i64 again.
        if quotient.type == I64 and left.low <= LOWEST and right.low <= -1 <= right.high:
            assert isinstance(quotient.node, ast.BinOp)
            return replace(quotient, node=self.helper(DIVISION, [quotient.node.left, quotient.node.right]))
        return quotient

    def power(self, node: ast.AST, base: Value, exponent: Value) -> Value:
        """`x ** n` for a small constant n, as multiplications."""
        n = exponent.constant
        if n is None:
            hint = "write `1 << n`" if base.constant == 2 else f"exponents are constants from 0 to {POWER}"
            self.refuse(node, "cannot lift `**` with an exponent that is not constant", hint)
        if n == 0:  # 1, but the base may raise
            zero = self.binary(node, ast.Mult(), base, self.literal(0))
            return self.binary(node, ast.Add(), zero, self.literal(1))
        if not 0 < n <= POWER:
            self.refuse(node, f"cannot lift `**` with the exponent {n}", f"exponents are constants from 0 to {POWER}")
        ends = [base.low**n, base.high**n] + ([0] if n and base.low < 0 < base.high else [])
        type_ = self.common([base], node)
        new = self.helper(power_text(n), [self.cast(base, type_, node)])
        return result_of(new, type_, min(ends), max(ends), [base])

    def link(self, node: ast.Compare, op: ast.cmpop, left: Value, right: Value) -> ast.expr:
        if isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)):
            words = {"Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in"}[type(op).__name__]
            self.refuse(node, f"cannot lift `{words}`", "use == != < <= > >=, or `in` with a tuple of constants")
        if left.type == BOOL and right.type == BOOL:
            return ast.Compare(left.node, [op], [right.node])
        if not (left.word or right.word):
            if isinstance(op, (ast.Eq, ast.NotEq)) and max(left.high, right.high) - min(left.low, right.low) < SPAN:
                return ast.Compare(self.cast(left, I64, node), [op], [self.cast(right, I64, node)])
            kinds = word_for(left.low, left.high), word_for(right.low, right.high)
            if set(kinds) == {U64, I64} and word_for(min(left.low, right.low), max(left.high, right.high)) is None:
                return self.mixed_link(node, op, left, right)
        type_ = self.common([left, right], node, sized=True)
        return ast.Compare(self.cast(left, type_, node), [op], [self.cast(right, type_, node)])

    def mixed_link(self, node: ast.Compare, op: ast.cmpop, left: Value, right: Value) -> ast.expr:
        """Compares by value where one side needs u64 and the other i64. numba would go through float64."""
        if left.low < 0:
            left, right, op = right, left, MIRRORED.get(type(op), type(op))()
        text = comparison_text(COMPARISONS[type(op)])
        return self.helper(text, [self.cast(left, U64, node), self.cast(right, I64, node)])

    def convert(self, node: ast.Call, type: Type, values: Sequence[Value]) -> Value:
        """A cast such as `u32(x)`: modulo 2**width."""
        if len(values) != 1:
            self.refuse(node, f"`{type}` takes 1 argument here")
        if type.name not in STANDARD:
            self.refuse(node, f"cannot lift a cast to {type}", f"casts are to {' '.join(STANDARD)}")
        if type == BOOL:
            return self.truth(values[0], node)
        low, high = (values[0].low, values[0].high) if values[0].within(type) else bounds(type)
        if values[0].constant is not None:
            low = high = type(values[0].constant)
            return Value(cast_to(type, ast.Constant(low)), type, low, high, word=type.width == 64)
        return Value(self.cast(values[0], type, node), type, low, high, word=type.width == 64)

    def absolute(self, node: ast.Call, value: Value) -> Value:
        if value.constant is not None:
            return self.literal(abs(value.constant))
        if value.low >= 0:
            return as_integer(value)
        type_ = self.common([value], node, sized=True)
        ends = abs(value.low), abs(value.high)
        low = 0 if value.low <= 0 <= value.high else min(ends)
        new = call("__abs__", [self.cast(value, type_, node)])
        return result_of(new, type_, low, max(ends), [value])

    def count(self, node: ast.Call, method: str, value: Value) -> Value:
        """`bit_length` or `bit_count`, which Python takes of the absolute value."""
        if value.constant is not None:
            return self.literal(int(getattr(value.constant, method)()))
        value = self.absolute(node, as_integer(value))
        self.common([value], node, sized=True)
        most = max(value.high.bit_length(), 64 if value.word else 0)
        least = value.low.bit_length() if method == "bit_length" else min(value.low, 1)
        return Value(call(f"__{method}__", [self.cast(value, U64, node)]), U64, max(least, 0), most)

    def extreme(self, node: ast.Call, least: bool, values: Sequence[Value]) -> Value:
        """`min` or `max`."""
        pick = min if least else max
        type_ = self.common(values, node, sized=True)
        new = self.helper(extreme_text("<" if least else ">", len(values)), [self.cast(v, type_, node) for v in values])
        return result_of(new, type_, pick(v.low for v in values), pick(v.high for v in values), values)

    # Holes

    def hole(self, node: ast.Call, values: Sequence[Value], type: Type | None) -> Value:
        """`hole()`, a constant, or `hole(x, y)`, an expression over these; of the type of a cast around it, if any."""
        if type is None and values:
            types = list(dict.fromkeys(as_integer(each).type for each in values))
            if len(types) > 1:
                names = " and ".join(map(str, types))
                self.refuse(node, f"a hole over values of several types, {names}", f"write {types[0]}(...) around it")
            (type,) = types
        bounds_ = None if type is not None or values else SMALL
        type = type or I64
        texts = tuple(ast.unparse(each) for each in node.args)
        kind: Kind = "expression" if values else "constant"
        made = self._call_of(node, kind, type, texts, [self.cast(each, U64, node) for each in values], bounds_)
        low, high = bounds_ or bounds(type)
        return Value(cast_to(type, made), type, low, high, word=type.width == 64 and bounds_ is None)

    def choice(self, node: ast.Call, values: Sequence[Value]) -> Value:
        """`choose(a, b)`: one of these."""
        if not 1 <= len(values) <= LARGEST:
            self.refuse(node, f"a choice among {len(values)} values", f"give it 1 to {LARGEST}")
        texts = tuple(ast.unparse(each) for each in node.args)
        made = self._call_of(node, "choice", U64, texts, [])
        return self.chosen(node, Value(made, U64, 0, len(values) - 1), values, U64)

    def _call_of(self, node: ast.Call, kind: Kind, type: Type, texts: tuple[str, ...], arguments: list[ast.expr],
                 bounds_: tuple[int, int] | None = None) -> ast.expr:
        """The call that stands for the hole at `node`, with the number of its site."""
        place = self.definition.place(node)
        key = place.file, place.line, place.column, type
        self.program.sites.setdefault(key, Site(kind, ast.unparse(node), type, place, texts, bounds_))
        number = list(self.program.sites).index(key)
        return call(f"__hole{len(arguments)}__", [ast.Constant(number), *arguments])

    # Loops

    def counted(self, node: ast.AST, start: Value, stop: Value, step: int) -> Run:
        """`range(start, stop, step)`: a variable of our own counts, so that the loop's own may be assigned."""
        count, end = self.program.fresh_name("count"), self.program.fresh_name("end")
        up = step > 0
        low, high = (start.low, stop.high - 1) if up else (stop.low + 1, start.high)
        if start.constant is not None and stop.constant is not None:
            numbers = range(start.constant, stop.constant, step) or range(1)
            low, high = sorted((numbers[0], numbers[-1]))
        furthest = (min(start.low, stop.low), max(high + step, start.high, stop.high))
        if not up:
            furthest = (min(low + step, start.low, stop.low), max(start.high, stop.high))
        word = start.word or stop.word
        type_ = (None if word else word_for(*furthest)) or self.common([start, stop], node, sized=True)
        inside = type_.range.start <= furthest[0] and furthest[1] < type_.range.stop
        before: list[ast.stmt] = [ast.Assign([ast.Name(count, ast.Store())], self.cast(start, type_, node))]
        last: ast.expr = self.cast(stop, type_, node)
        if stop.constant is None:
            before.append(ast.Assign([ast.Name(end, ast.Store())], last))
            last = ast.Name(end, ast.Load())
        by = cast_to(type_, ast.Constant(abs(step)))
        now = ast.Name(count, ast.Load())
        following: ast.expr = ast.BinOp(now, ast.Add() if up else ast.Sub(), by)
        if not inside:
            signs = ("+", "b - a") if up else ("-", "a - b")
            following = self.helper(ADVANCE.format(*signs), [now, last, by])
        rounds = max(0, -(-(stop.high - start.low if up else start.high - stop.low) // abs(step)))
        test: ast.expr = ast.Compare(now, [ast.Lt() if up else ast.Gt()], [last])
        advance: list[ast.stmt] = [ast.Assign([ast.Name(count, ast.Store())], following)]
        plain = inside and start.constant is not None and (up or stop.constant is not None)
        if rounds <= COUNTED and not plain:
            done = self.program.fresh_name("rounds")
            few = ast.Compare(ast.Name(done, ast.Load()), [ast.Lt()], [cast_to(U64, ast.Constant(rounds))])
            test = ast.BoolOp(ast.And(), [few, test])
            before.append(ast.Assign([ast.Name(done, ast.Store())], cast_to(U64, ast.Constant(0))))
            more = ast.BinOp(ast.Name(done, ast.Load()), ast.Add(), cast_to(U64, ast.Constant(1)))
            advance.append(ast.Assign([ast.Name(done, ast.Store())], more))
        certain = start.high < stop.low if up else start.low > stop.high
        return Run(before, test, Value(now, type_, low, max(low, high), word), advance, rounds, certain)

    def listed(self, node: ast.AST, values: Sequence[Value]) -> Run:
        """`values` one after the other, which are computed before."""
        run = self.counted(node, self.literal(0), self.literal(len(values)), 1)
        if not values:
            return run
        names = [self.program.fresh_name("item") for _ in values]
        before = [assigned(name, each) for name, each in zip(names, values) if each.constant is None]
        value = self.chosen(node, run.value, [named(name, each) for name, each in zip(names, values)], U64)
        return replace(run, before=run.before + before, value=value)

    def item(self, node: ast.AST, values: Sequence[Value], index: Value) -> Value:
        """The one of `values` at `index`; one below 0 counts from the end, and one outside raises."""
        count = len(values)
        if index.high < -count or index.low >= count:
            self.refuse(node, f"an index outside of {count} values")
        if index.constant is not None:
            return values[index.constant]
        negative = index.low < 0 if not index.word else index.type.signed
        self.common([index], node, sized=True)
        number = I64 if negative else U64
        checks = [f"    if k < __i64__(0):\n        k = k + __i64__({count})"] if negative else []
        if index.low < -count or index.high >= count:
            checks += [f"    if __u64__(k) > __u64__({count - 1}):\n        raise {RAISED}"]
        return self.chosen(node, index, values, number, checks)

    def chosen(self, node: ast.AST, place: Value, values: Sequence[Value], number: Type, checks: Sequence[str] = ()
               ) -> Value:
        """The one of `values` at `place`, which is of the type `number` after the `checks`."""
        if len(values) > LISTED:
            self.refuse(node, f"a choice among {len(values)} values", f"at most {LISTED} can be listed")
        joined = self.join(values, node)
        names = {index: f"v{index}" for index, each in enumerate(values) if each.constant is None}
        items = [names.get(index, f"__{joined[0].type}__({each.low})") for index, each in enumerate(values)]
        text = choice_text(items, list(names.values()), number, checks)
        arguments = [self.cast(place, number, node), *(joined[index].node for index in names)]
        return replace(joined[0], node=self.helper(text, arguments), literal=False)

    def helper(self, text: str, arguments: list[ast.expr]) -> ast.expr:
        """A call of a small function of our own, given as text."""
        [definition] = ast.parse(text).body
        assert isinstance(definition, ast.FunctionDef)
        definition.name = self.program.fresh_name()
        self.program.helpers.append((definition, self.definition.file))
        return call(definition.name, arguments)

    # Types

    def common(self, values: Sequence[Value], node: ast.AST, sized: bool = False) -> Type:
        """The 64-bit type to compute in. `sized` says that the operation looks at the sign or the size."""
        words = {each.type for each in values if each.word}
        if len(words) > 1:
            self.mixed(values, node)
        if words:
            [type_] = words
            for each in values:
                self.beside(each, type_, values, node, sized)
            return type_
        low, high = min(each.low for each in values), max(each.high for each in values)
        fitting = word_for(low, high)
        if fitting is None and sized:
            self.wraps(node)
        return fitting or (U64 if low >= 0 else I64)

    def beside(self, value: Value, type: Type, values: Sequence[Value], node: ast.AST, sized: bool) -> None:
        """Refuses an exact value that a word of `type` does not hold."""
        if value.word or value.within(type) or (value.literal and not sized):
            return
        if value.constant is not None:
            self.refuse(
                node, f"{value.constant} does not fit in {type}", f"a literal takes the other side's type, {type}"
            )
        if value.low >= 0:
            self.refuse(node, f"a value beside {type} may need more than 64 bits", f"write {type}(...) around it")
        self.mixed(values, node)

    def mixed(self, values: Sequence[Value], node: ast.AST) -> NoReturn:
        """Refuses u64 beside signed values."""
        names = list(dict.fromkeys(str(each.type) for each in values))
        names += ["a value that may be negative"] if len(names) == 1 else []
        self.refuse(
            node, f"u64 and signed do not mix: {' and '.join(names)}", "write u64(...) or i64(...) around one side"
        )

    def join(self, values: Sequence[Value], node: ast.AST) -> list[Value]:
        """`values` in one type, with the bounds of all: what a variable or a conditional expression has."""
        low, high = min(each.low for each in values), max(each.high for each in values)
        types = {each.type for each in values if each.constant is None}
        if len(types) == 1 and all(each.constant is None for each in values):
            [type_] = types
        else:
            type_ = self.common(values, node)
        word, literal = any(each.word for each in values), all(each.literal for each in values)
        if word and not (type_.range.start <= low and high < type_.range.stop):
            low, high = bounds(type_)
        return [
            replace(each, node=self.cast(each, type_, node), type=type_, low=low, high=high, word=word, literal=literal)
            for each in values
        ]

    def cast(self, value: Value, type: Type, node: ast.AST) -> ast.expr:
        """`value` as one of `type`, modulo 2**width."""
        if value.constant is not None:
            if type.width == 64 and not LOWEST <= value.constant <= HIGHEST:
                self.refuse(node, f"{value.constant} does not fit in 64 bits")
            return cast_to(type, ast.Constant(type(value.constant)))
        return value.node if value.type == type else cast_to(type, value.node)
