"""From a graph to the expressions of a language: what nests, what gets a name, and which masks can go.

The rows' texts are Python's syntax trees with the names x, y, z in them. Every value of the graph is a word of `width`
bits; an expression for it need be right in those bits alone (it may be negative, or carry bits above), as long as
what reads it looks no further. So each part of an expression is built with the number of low bits that matter there,
None where its exact value does, and ranges tell which of them are exact without a mask.
"""

from __future__ import annotations

import ast
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..ir.graph import CONST, INPUT, LEAVES, Node, Parameter, topological
from ..ir.primes import TABLE, Row
from . import ranges as bounds
from .ranges import Range

_LIMIT = 9  # operators in one expression; beyond, a part of it gets a name
_MODULAR = (ast.Add, ast.Sub, ast.Mult, ast.BitOr, ast.BitXor)  # low bits of the result need low bits of both sides
_NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.Eq, ast.NotEq: ast.NotEq}


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression, and between which numbers its value lies (None: unknown).

    `truth`: it is a truth value of the language. For C: `bits` is the width of its type, 0 for a plain literal,
    `signed` says which type, and `inner` is an expression, without a cast, with which it agrees in the `agrees` low
    bits.
    """

    tree: ast.expr
    range: Range | None
    truth: bool = False
    bits: int = 0
    signed: bool = False
    inner: Expr | None = None
    agrees: int = 0

    @property
    def literal(self) -> bool:
        return self.range is not None and self.range.single

    def exact(self, width: int) -> bool:
        return self.truth or (self.range is not None and self.range.fits(width))


class Writer(ABC):
    """Builds the expressions of one function; a language fills in how it writes operators, literals and names.

    `roots` are over operations that have a text, `taken` are names that the language or the module has. `partial` are
    values that must not be computed before their guard.
    """

    def __init__(self, roots: Sequence[Node], parameters: Sequence[Parameter], taken: Sequence[str],
                 partial: frozenset[Node] = frozenset()) -> None:
        self.roots = roots
        self.taken = set(taken)
        self.parameters = {parameter.value: self.free_name(identifier(parameter.name)) for parameter in parameters}
        self.names: dict[Node, Expr] = {}
        self.ranges = bounds.ranges(roots)
        self.trees: dict[Node, ast.expr] = {}
        self.order: list[Node] = []  # what is read at all, arguments first
        self._read()
        self.local = self._worth_a_name(partial)

    exact_texts = True  # a text gives a word of its result's width, not just the low bits of one

    # --- what a language says -----------------------------------------------------------------------------------------

    @abstractmethod
    def template(self, row: Row) -> ast.expr:
        """The text of the row."""

    def letters(self, node: Node) -> dict[str, Range]:
        return bounds.letters(TABLE[node.op], node.args, node.width)

    @abstractmethod
    def parameter(self, node: Node) -> Expr:
        """What the parameter `node` is read as."""

    @abstractmethod
    def literal(self, value: int, width: int | None = None) -> Expr: ...

    @abstractmethod
    def operate(self, op: ast.operator, a: Expr, b: Expr) -> Expr: ...

    @abstractmethod
    def unary(self, op: ast.unaryop, a: Expr) -> Expr: ...

    @abstractmethod
    def choose(self, test: Expr, a: Expr, b: Expr) -> Expr: ...

    @abstractmethod
    def call(self, tree: ast.expr, node: Node) -> Expr:
        """A call in the text of `node`'s row; its arguments are exact."""

    @abstractmethod
    def fit(self, e: Expr, width: int) -> Expr:
        """`e` in the word of the language that holds values of `width` bits."""

    @abstractmethod
    def declare(self, node: Node, e: Expr) -> Expr:
        """Gives the exact value of `node` a name, in a statement; the name."""

    def truth(self, e: Expr) -> Expr:
        """A value of width 1, exact, as an operand of and, or and not."""
        return e

    # --- what nests and what gets a name ------------------------------------------------------------------------------

    def _read(self) -> None:
        wanted = set(self.roots)
        for node in reversed(list(topological(self.roots))):
            if node in wanted:
                self.order.append(node)
                if node.op not in LEAVES and not self.constant(node):
                    known = {name: self.ranges[arg] for name, arg in zip("xyz", node.args, strict=False)}
                    self.trees[node], _ = bounds.simplify(self.template(TABLE[node.op]), known | self.letters(node))
                    wanted.update(arg for arg, count in self.arguments(node).items() if count)
        self.order.reverse()

    def constant(self, node: Node) -> bool:
        return node.op == CONST or self.ranges[node].single

    def arguments(self, node: Node) -> Counter[Node]:
        """The arguments of `node` and how often its text reads them."""
        by_name = dict(zip("xyz", node.args, strict=False))
        names = (part.id for part in ast.walk(self.trees[node]) if isinstance(part, ast.Name)) \
            if node in self.trees else ()
        return Counter(by_name[name] for name in names if name in by_name)

    def repeated(self, node: Node) -> Counter[Node]:
        """The arguments of `node` that its text works out, and how often."""
        return self.arguments(node)

    def alias(self, node: Node) -> bool:
        """Whether `node` is its argument in another width, without a mask."""
        return isinstance(self.trees.get(node), ast.Name) and all(
            self.ranges[arg].fits(node.width) for arg in self.arguments(node))

    def _worth_a_name(self, partial: frozenset[Node]) -> set[Node]:
        uses = Counter(self.roots)
        for node in reversed(self.order):
            for arg, count in self.repeated(node).items():
                uses[arg] += count * (uses[node] if self.alias(node) else 1)
        local: set[Node] = set()
        weight: dict[Node, int] = {}
        for node in self.order:
            weight[node] = sum(weight[arg] * count for arg, count in self.arguments(node).items())
            weight[node] += self._operators(node)
            heavy = weight[node] > _LIMIT and node not in self.roots
            if self.nameable(node) and node not in partial and (uses[node] > 1 or heavy):
                local.add(node)
                weight[node] = 0
        return local

    def nameable(self, node: Node) -> bool:
        """Whether a second use of `node` would repeat work."""
        return node.op not in LEAVES and not self.constant(node) and not self.alias(node)

    def _operators(self, node: Node) -> int:
        kinds = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Call)
        return sum(isinstance(part, kinds) for part in ast.walk(self.trees[node])) if node in self.trees else 0

    def free_name(self, wanted: str) -> str:
        """`wanted`, or the like, as a name that nothing has yet."""
        name, count = wanted, 1
        while name in self.taken:
            count += 1
            name = f"{wanted}_{count}"
        self.taken.add(name)
        return name

    def next_name(self) -> str:
        count = 1
        while f"t{count}" in self.taken:
            count += 1
        return self.free_name(f"t{count}")

    def statements(self) -> None:
        """Declares every value that gets a name, in the order of the graph."""
        for node in self.order:
            if node in self.local:
                self.names[node] = self.declare(node, self.value(node))

    # --- expressions --------------------------------------------------------------------------------------------------

    def value(self, node: Node) -> Expr:
        """The exact word of `node`."""
        return self.operand(node, None)

    def operand(self, node: Node, needed: int | None) -> Expr:
        """`node` as an operand of which the `needed` low bits matter, all of its exact value if None."""
        if node in self.names:
            return self.names[node]
        if self.constant(node):
            return self.literal(self.ranges[node].low, node.width)
        e = self.parameter(node) if node.op == INPUT else self._built(node, node.width)
        if needed is not None and needed <= node.width or e.exact(node.width):
            return e
        if node.op != INPUT and self.exact_texts:
            return replace(self._built(node, None), range=self.ranges[node])
        return self.masked(e, node.width)

    def masked(self, e: Expr, width: int) -> Expr:
        """`e`, right in its low `width` bits, as the word of these bits."""
        return e if e.exact(width) else self.operate(ast.BitAnd(), e, self.literal((1 << width) - 1))

    def _built(self, node: Node, needed: int | None) -> Expr:
        """The operation `node`, right in the `needed` low bits, or exact where its text is."""
        tree, row = self.trees[node], TABLE[node.op]
        if node.width == 1 and all(arg.width == 1 for arg in node.args):
            return self._logical(tree, node)
        e = self.fit(self._part(tree, node, None if row.predicate else needed), node.width)
        return replace(e, range=self.ranges[node]) if isinstance(tree, ast.Call) and e.range is None else e

    def _part(self, tree: ast.expr, node: Node, needed: int | None) -> Expr:
        match tree:
            case ast.Constant(int(value)):
                value = value if needed is None else value & (1 << needed) - 1
                return self.literal(value, node.args[TABLE[node.op].arguments.index("w")].width)
            case ast.Name(name):
                return self.operand(node.args["xyz".index(name)], needed)
            case ast.IfExp(test, body, orelse):
                return self._case(self._part(test, node, None), body, orelse, node, needed)
            case ast.Compare(left, [op], [right]):
                return self.compare(op, self._part(left, node, None), self._part(right, node, None))
            case ast.UnaryOp(unary_op, operand):
                return self.unary(unary_op, self._part(operand, node, needed))
            case ast.BinOp(left, ast.BitAnd(), right):
                return self._conjunction(left, right, node, needed)
            case ast.BinOp(left, binary_op, right):
                return self._binary(left, binary_op, right, node, needed)
        return self.call(tree, node)

    def _case(self, test: Expr, body: ast.expr, orelse: ast.expr, node: Node, needed: int | None) -> Expr:
        a, b = self._part(body, node, needed), self._part(orelse, node, needed)
        if isinstance(test.tree, ast.Constant):
            return a if test.tree.value else b
        simple = [e.literal or isinstance(e.tree, ast.IfExp) for e in (a, b)]
        if isinstance(test.tree, ast.Compare) and simple == [True, False]:
            return self.choose(self.negated(test), b, a)  # what computes stands before what is excluded
        return self.choose(test, a, b)

    def _binary(self, left: ast.expr, op: ast.operator, right: ast.expr, node: Node, needed: int | None) -> Expr:
        if isinstance(op, _MODULAR):
            return self.operate(op, self._part(left, node, needed), self._part(right, node, needed))
        if isinstance(op, ast.LShift) and needed is not None:
            b = self._part(right, node, None)
            least = b.range.low if b.range else 0
            return self.operate(op, self._part(left, node, max(needed - least, 1)), b)
        return self.operate(op, self._part(left, node, None), self._part(right, node, None))

    def _conjunction(self, left: ast.expr, right: ast.expr, node: Node, needed: int | None) -> Expr:
        for mask, other in ((right, left), (left, right)):
            if isinstance(mask, ast.Constant) and isinstance(mask.value, int):
                return self._under_mask(mask.value, other, node, needed)
        a = self._part(left, node, needed)
        if needed is None and a.range and a.range.low >= 0:
            needed = max(a.range.high.bit_length(), 1)
        return self.operate(ast.BitAnd(), a, self._part(right, node, needed))

    def _under_mask(self, mask: int, other: ast.expr, node: Node, needed: int | None) -> Expr:
        low = mask.bit_length()
        if needed is not None and needed <= low and (~mask & (1 << needed) - 1) == 0:
            return self._part(other, node, needed)
        a = self._part(other, node, low if needed is None else min(low, needed))
        return self.operate(ast.BitAnd(), a, self.literal(mask))

    # --- truth values -------------------------------------------------------------------------------------------------

    def compare(self, op: ast.cmpop, a: Expr, b: Expr) -> Expr:
        """A comparison, with a literal on its right."""
        if a.literal and not b.literal:
            a, b, op = b, a, _MIRRORED[type(op)]()
        held = bounds.compare(op, a.range, b.range)
        if held is not None:
            return _known(held)
        return Expr(ast.Compare(a.tree, [op], [b.tree]), Range(0, 1), truth=True)

    def negated(self, e: Expr) -> Expr:
        match e.tree:
            case ast.Compare(left, [op], right):
                return replace(e, tree=ast.Compare(left, [_NEGATED[type(op)]()], right))
            case ast.UnaryOp(ast.Not(), operand):
                return replace(e, tree=operand)
            case ast.Constant(value):
                return _known(not value)
        return Expr(ast.UnaryOp(ast.Not(), self.truth(e).tree), Range(0, 1), truth=True)

    def _logical(self, tree: ast.expr, node: Node) -> Expr:
        """A text over single bits, as and, or, not and comparisons of truth values."""
        match tree:
            case ast.Name(name):
                return self.truth(self.value(node.args["xyz".index(name)]))
            case ast.Constant(value):
                return _known(bool(value))
            case ast.BinOp(left, ast.BitXor(), ast.Constant()) | ast.UnaryOp(ast.Invert(), left):
                return self.negated(self._logical(left, node))
            case ast.BinOp(left, ast.BitXor(), right):
                return self._different(left, right, node)
            case ast.Compare(left, [ast.Eq()], [right]):
                return self.negated(self._different(left, right, node))
            case ast.BinOp(left, ast.BitAnd() | ast.BitOr() as op, right):
                return self._joined(self._logical(left, node), op, self._logical(right, node))
            case ast.IfExp(test, body, orelse):
                a, b = self.alike(self._logical(body, node), self._logical(orelse, node))
                return Expr(ast.IfExp(self._logical(test, node).tree, a.tree, b.tree), Range(0, 1), truth=a.truth)
        raise AssertionError(f"not a text over single bits: {ast.dump(tree)}")

    def _joined(self, a: Expr, op: ast.BitAnd | ast.BitOr, b: Expr) -> Expr:
        for known, other in ((a, b), (b, a)):
            if isinstance(known.tree, ast.Constant):
                return other if bool(known.tree.value) == isinstance(op, ast.BitAnd) else known
        a, b = self.alike(a, b)
        join = ast.And() if isinstance(op, ast.BitAnd) else ast.Or()
        return Expr(ast.BoolOp(join, [a.tree, b.tree]), Range(0, 1), truth=a.truth)

    def _different(self, left: ast.expr, right: ast.expr, node: Node) -> Expr:
        a, b = self._logical(left, node), self._logical(right, node)
        for known, other in ((a, b), (b, a)):
            if isinstance(known.tree, ast.Constant):
                return self.negated(other) if known.tree.value else other
        return Expr(ast.Compare(a.tree, [ast.NotEq()], [b.tree]), Range(0, 1), truth=True)

    def alike(self, a: Expr, b: Expr) -> tuple[Expr, Expr]:
        """Two values of width 1, both as truth values if one is: Python's `and` gives one of its sides."""
        if a.truth == b.truth:
            return a, b
        first, second = (e if e.truth else self.compare(ast.NotEq(), e, self.literal(0)) for e in (a, b))
        return first, second


def _known(value: bool) -> Expr:
    return Expr(ast.Constant(value), Range(value, value), truth=True)


def identifier(name: str) -> str:
    """A name in Python's and C's sense, as close to `name` as it gets."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    return plain if plain[:1].isalpha() or plain[:1] == "_" else f"x{plain}"


class Renamed(ast.NodeTransformer):
    """Replaces names by expressions, in a tree that is nobody else's."""

    def __init__(self, replaced: Mapping[str, ast.expr]) -> None:
        self.replaced = replaced

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.replaced.get(node.id, node)
