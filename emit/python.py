"""Python source: a function over plain integers that needs nothing else, or one for numba over machine words."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy

from ..ir.errors import PrimirError
from ..ir.graph import Function, Node, Parameter, topological
from ..ir.primes import Row
from ..ir.types import Type
from . import printer, ranges
from .expressions import Expr, Renamed, Writer
from .native import standard
from .plain import spelled, visible
from .ranges import Range, parsed

_NUMBA_WIDTH = 64

# What the `value` texts of the table call, on unsigned 64-bit words.
_HELPERS = {
    "popcount": '''@numba.njit("uint64(uint64)")
def popcount(x):
    count = uint64(0)
    while x != uint64(0):
        x &= x - uint64(1)
        count += uint64(1)
    return count
''',
    "bit_length": '''@numba.njit("uint64(uint64)")
def bit_length(x):
    length = uint64(0)
    while x != uint64(0):
        x >>= uint64(1)
        length += uint64(1)
    return length
''',
    "reverse": '''@numba.njit("uint64(uint64, uint64)")
def reverse(x, width):
    result = uint64(0)
    for _ in range(width):
        result = result << uint64(1) | x & uint64(1)
        x >>= uint64(1)
    return result
''',
    "reverse_bytes": '''@numba.njit("uint64(uint64, uint64)")
def reverse_bytes(x, width):
    result = uint64(0)
    for _ in range(width // uint64(8)):
        result = result << uint64(8) | x & uint64(255)
        x >>= uint64(8)
    return result
''',
}


def source(function: Function, symbol: str, *, numba: bool = False) -> str:
    """A module that holds `function` under the name `symbol`.

    The function takes any integers, modulo 2**width of their types, and returns an integer in the range of the
    result's type (a bool for bool), None without results, or a tuple of several. Choices are 0.

    With `numba` it is compiled when the module is imported, takes and returns machine words of the next standard
    width, and serves widths up to 64. PrimirError for wider ones, and for a symbol that is no name in Python.
    """
    if not symbol.isidentifier() or keyword.iskeyword(symbol):
        raise PrimirError(f"{symbol!r} cannot be the name of a function in Python")
    writer: _Python = _Numba(function, symbol) if numba else _Python(function, symbol)
    return writer.module()


class _Python(Writer):
    """Plain integers: nothing wraps, so a mask is all that keeps a word in its range."""

    def __init__(self, function: Function, symbol: str) -> None:
        self.function, self.symbol = function, symbol
        self.lines: list[str] = []
        roots = spelled(visible(function, choices=False), self.has_text)
        super().__init__(roots, function.parameters, self.reserved())

    def reserved(self) -> Sequence[str]:
        return [self.symbol, *keyword.kwlist, "int", "bool", "min", "max"]

    @staticmethod
    def has_text(row: Row) -> bool:
        return row.value is not None or row.python is not None

    def template(self, row: Row) -> ast.expr:
        text = row.python or row.value
        assert text is not None
        return parsed(text)

    # --- the module ---------------------------------------------------------------------------------------------------

    def module(self) -> str:
        self.read_parameters()
        self.statements()
        results = [printer.python(self.result(result.type, root))
                   for result, root in zip(self.function.results, self.roots, strict=True)]
        if len(results) == 1:
            self.lines.append(f"return {results[0]}")
        elif results:
            self.lines.append(f"return {', '.join(results)}")
        body = "".join(f"    {line}\n" for line in self.lines or ["pass"])
        return f'"""{self.symbol}{self.types()}, written by primir."""\n\n\n{self.head()}:\n{body}'

    def named(self) -> Iterator[tuple[str, Parameter]]:
        return zip(self.parameters.values(), self.function.parameters, strict=True)

    def types(self) -> str:
        taken = ", ".join(f"{name}: {p.type}" for name, p in self.named())
        returned = ", ".join(str(result.type) for result in self.function.results)
        return f"({taken}) -> {returned or 'nothing'}"

    def head(self) -> str:
        hints = ["bool" if result.type.truth else "int" for result in self.function.results]
        hint = f"tuple[{', '.join(hints)}]" if len(hints) > 1 else hints[0] if hints else "None"
        taken = ", ".join(f"{name}: {'bool' if p.type.truth else 'int'}" for name, p in self.named())
        return f"def {self.symbol}({taken}) -> {hint}"

    def read_parameters(self) -> None:
        for name, parameter in self.named():
            if parameter.value in self.order:
                self.names[parameter.value] = self.read(name, parameter.type)

    def read(self, name: str, type_: Type) -> Expr:
        """Reduces a parameter into the words of its type."""
        if type_.truth:
            self.lines.append(f"{name} = bool({name} & 1)")
        else:
            self.lines.append(f"{name} &= {hex((1 << type_.width) - 1)}")
        return Expr(ast.Name(name), ranges.unsigned(type_.width), truth=type_.truth)

    def result(self, type_: Type, root: Node) -> ast.expr:
        if type_.truth and self.constant(root):
            return ast.Constant(bool(self.ranges[root].low))
        e = self.value(root)
        if type_.truth:
            return e.tree if e.truth else _called("bool", e)
        if self.constant(root):
            return ast.Constant(type_.read(self.ranges[root].low))
        if e.truth:
            e = self.fit(e, 2)
        return self.signed(e, type_.width).tree if type_.signed else e.tree

    def signed(self, e: Expr, width: int) -> Expr:
        """The signed number that a word stands for."""
        top = self.literal(1 << width - 1)
        return self.operate(ast.Sub(), self.operate(ast.BitXor(), e, top), top)

    # --- expressions --------------------------------------------------------------------------------------------------

    def parameter(self, node: Node) -> Expr:
        return self.names[node]

    def declare(self, node: Node, e: Expr) -> Expr:
        name = self.next_name()
        self.lines.append(f"{name} = {printer.python(e.tree)}")
        return Expr(ast.Name(name), self.ranges[node], truth=e.truth)

    def literal(self, value: int, width: int | None = None) -> Expr:
        return Expr(ast.Constant(value), Range(value, value))

    def operate(self, op: ast.operator, a: Expr, b: Expr) -> Expr:
        return Expr(ast.BinOp(a.tree, op, b.tree), ranges.binary(op, a.range, b.range))

    def unary(self, op: ast.unaryop, a: Expr) -> Expr:
        return Expr(ast.UnaryOp(op, a.tree), ranges.unary(op, a.range))

    def choose(self, test: Expr, a: Expr, b: Expr) -> Expr:
        return Expr(ast.IfExp(test.tree, a.tree, b.tree), ranges.join(a.range, b.range))

    def call(self, tree: ast.expr, node: Node) -> Expr:
        exact = dict(zip("xyz", node.args, strict=False))
        used = {part.id for part in ast.walk(tree) if isinstance(part, ast.Name)} & exact.keys()
        known = {name: self.ranges[exact[name]] for name in used}
        _, found = ranges.simplify(tree, known)
        return Expr(Renamed({name: self.value(exact[name]).tree for name in used}).visit(deepcopy(tree)), found)

    def fit(self, e: Expr, width: int) -> Expr:
        return Expr(_called("int", e), Range(0, 1)) if e.truth and width > 1 else e


class _Numba(_Python):
    """Unsigned 64-bit words all the way: numba joins a uint64 and a plain literal to a float."""

    def __init__(self, function: Function, symbol: str) -> None:
        self.helpers: dict[str, None] = {}
        super().__init__(function, symbol)
        for node in topological([*self.roots, *(p.value for p in function.parameters)]):
            if node.width > _NUMBA_WIDTH:
                raise PrimirError(f"{symbol} computes with {node.width} bits, and numba's words end at {_NUMBA_WIDTH}")

    def reserved(self) -> Sequence[str]:
        return [*super().reserved(), *_HELPERS, *_WORDS, "numba", "numpy", "range"]

    @staticmethod
    def has_text(row: Row) -> bool:
        return row.value is not None

    def template(self, row: Row) -> ast.expr:
        assert row.value is not None
        return parsed(row.value)

    def module(self) -> str:
        text = super().module()
        words = sorted({"uint64"} | {word for word in _WORDS if re.search(rf"\b{word}\(", text.split("def ", 1)[1])})
        first, rest = text.split("\n\n\n", 1)
        helpers = "".join(f"{_HELPERS[name]}\n\n" for name in self.helpers)
        return f"{first}\n\nimport numba\nfrom numpy import {', '.join(words)}\n\n\n{helpers}{rest}"

    def head(self) -> str:
        results = [_word(result.type) for result in self.function.results]
        returned = f"Tuple(({', '.join(results)}))" if len(results) > 1 else results[0] if results else "void"
        taken = ", ".join(_word(p.type) for p in self.function.parameters)
        return f'@numba.njit("{returned}({taken})")\ndef {self.symbol}({", ".join(self.parameters.values())})'

    def read(self, name: str, type_: Type) -> Expr:
        if type_.truth:
            return Expr(ast.Name(name), Range(0, 1), truth=True)
        word = f"uint64({name})"
        if type_.signed or type_.width != standard(type_.width):
            word += f" & uint64({hex((1 << type_.width) - 1)})"
        local = self.free_name(f"{name}64")
        self.lines.append(f"{local} = {word}")
        return Expr(ast.Name(local), ranges.unsigned(type_.width))

    def result(self, type_: Type, root: Node) -> ast.expr:
        if type_.truth and self.constant(root):
            return ast.Constant(bool(self.ranges[root].low))
        e = self.value(root)
        if type_.truth:
            return self.truth(e).tree
        if e.truth:
            e = self.fit(e, 2)
        if type_.signed and type_.width != standard(type_.width):
            e = self.signed(e, type_.width)
        return e.tree if _word(type_) == "uint64" else _called(_word(type_), e)

    def declare(self, node: Node, e: Expr) -> Expr:
        return super().declare(node, self.truth(e) if node.width == 1 else e)

    def truth(self, e: Expr) -> Expr:
        return e if e.truth else self.compare(ast.NotEq(), e, self.literal(0))

    def literal(self, value: int, width: int | None = None) -> Expr:
        return Expr(_called("uint64", Expr(ast.Constant(value), None)), Range(value, value))

    def operate(self, op: ast.operator, a: Expr, b: Expr) -> Expr:
        return _wrapped(super().operate(op, a, b))

    def unary(self, op: ast.unaryop, a: Expr) -> Expr:
        return _wrapped(super().unary(op, a))

    def call(self, tree: ast.expr, node: Node) -> Expr:
        assert isinstance(tree, ast.Call), ast.dump(tree)
        assert isinstance(tree.func, ast.Name), ast.dump(tree)
        self.helpers[tree.func.id] = None
        args = [self._part(arg, node, None) for arg in tree.args]
        found = ranges.counted(tree.func.id, args[0].range) if tree.func.id in ("popcount", "bit_length") else None
        return Expr(ast.Call(tree.func, [arg.tree for arg in args], []), found)

    def fit(self, e: Expr, width: int) -> Expr:
        return Expr(_called("uint64", e), Range(0, 1)) if e.truth and width > 1 else e


_WORDS = [f"{sign}int{bits}" for sign in ("u", "") for bits in (8, 16, 32, 64)]


def _word(type_: Type) -> str:
    """numba's type for it: bool, or the next standard width."""
    return "boolean" if type_.truth else f"{'' if type_.signed else 'u'}int{standard(type_.width)}"


def _wrapped(e: Expr) -> Expr:
    word = ranges.unsigned(_NUMBA_WIDTH)
    return e if e.range and e.range.within(word) else Expr(e.tree, word)


def _called(function: str, e: Expr) -> ast.expr:
    return ast.Call(ast.Name(function), [e.tree], [])
