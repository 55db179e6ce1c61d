"""Python's integers as machine words: every expression gets a type, and every operand the cast that it needs.

A function is rewritten into one that says its types itself, so that numba has nothing left to infer. Two kinds of
values go through it:

- *words* come from 64-bit parameters and from casts to `u64` or `i64`. They wrap. A literal beside one takes its type,
  and `u64` does not mix with signed values.
- *exact* values come from everything narrower. They are computed in 64 bits, and the bounds of what Python would
  compute are carried along, so that where the sign or size matters (compares, `//`, `%`, `>>`, `abs`, `min`, `max`)
  the type is one that holds the value. Where none does, a remark says so. Sums, products and bit operations need no
  such care: they are right modulo 2**64 in any case.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from types import FunctionType, MappingProxyType
from typing import NoReturn

from ...ir.types import BOOL, Type
from .arithmetic import Arithmetic, Program
from .conditions import holding
from .functions import MISSING, Definition
from .marks import choose, hole
from .values import Value, as_integer, assigned, named
from .variables import Unset, Variables

Expressions = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Attribute,
    ast.Constant,
)

# What is refused by its kind alone: what to call it, and what would be right.
REFUSED: Mapping[type[ast.AST], tuple[str, str | None]] = MappingProxyType({
    ast.AsyncFor: ("an `async for` loop", None),
    ast.ListComp: ("a list", "values are integers"),
    ast.SetComp: ("a set", "values are integers"),
    ast.DictComp: ("a dictionary", "values are integers"),
    ast.GeneratorExp: ("a generator", "values are integers"),
    ast.List: ("a list", "values are integers"),
    ast.Set: ("a set", "values are integers"),
    ast.Dict: ("a dictionary", "values are integers"),
    ast.Tuple: ("a tuple", "tuples stand after `return` and on both sides of an assignment"),
    ast.Starred: ("a starred value", None),
    ast.Subscript: ("an index", "values are integers: use shifts and masks"),
    ast.JoinedStr: ("a string", "values are integers"),
    ast.Lambda: ("a lambda", "write a function with `def`"),
    ast.FunctionDef: ("a function inside the function", "move it out, to the top of the file"),
    ast.AsyncFunctionDef: ("an async function", None),
    ast.ClassDef: ("a class", None),
    ast.Import: ("an import", "import at the top of the file"),
    ast.ImportFrom: ("an import", "import at the top of the file"),
    ast.Try: ("`try`", "what raises is outside the function's domain"),
    ast.With: ("`with`", None),
    ast.AsyncWith: ("`async with`", None),
    ast.Match: ("this `match`", "it takes a variable, and integers, | and _ for patterns"),
    ast.Global: ("`global`", "a function computes its result from its parameters"),
    ast.Nonlocal: ("`nonlocal`", "a function computes its result from its parameters"),
    ast.Delete: ("`del`", None),
    ast.NamedExpr: ("`:=`", "assign in a line of its own"),
    ast.Yield: ("a generator", "return the values"),
    ast.YieldFrom: ("a generator", "return the values"),
    ast.Await: ("`await`", None),
})  # fmt: skip
BUILTINS = (abs, min, max, pow, int, bool)
METHODS = ("bit_length", "bit_count")


class Evaluator(ABC):
    """Rewrites the expressions of one function."""

    def __init__(self, definition: Definition, program: Program) -> None:
        self.definition = definition
        self.program = program
        self.words = Arithmetic(definition, program)
        self.seen: dict[ast.AST, Value] = {}  # the values of expressions, as they were evaluated last

    @abstractmethod
    def unfold(
        self, node: ast.Call, function: FunctionType, variables: Variables
    ) -> tuple[ast.expr, list[Value]]:
        """A call of another Python function, which numba inlines, rewritten for these arguments; and its results."""

    def parts(self, node: ast.expr, variables: Variables) -> tuple[list[ast.stmt], list[tuple[ast.expr, Value]]]:
        """The values of a tuple, or of what gives several, and the statements that compute them; else the value."""
        if isinstance(node, (ast.Tuple, ast.List)):
            return [], [(each, self.value(each, variables)) for each in node.elts]
        if isinstance(node, ast.Call):
            found = self.builtin(node.func, variables)
            written = getattr(found, "py_func", found)
            if found is divmod:
                return self.divmod(node, variables)
            if isinstance(written, FunctionType) and written not in (hole, choose):
                unfolded, results = self.unfold(node, written, variables)
                if len(results) == 1:
                    self.seen[node] = replace(results[0], node=unfolded)
                    return [], [(node, self.seen[node])]
                names = [self.program.fresh_name("part") for _ in results]
                target = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
                given = [replace(each, node=ast.Name(name, ast.Load())) for name, each in zip(names, results)]
                return [ast.Assign([target], unfolded)], [(node, each) for each in given]
        if isinstance(node, ast.IfExp) and isinstance(node.body, ast.Tuple) and isinstance(node.orelse, ast.Tuple):
            if len(node.body.elts) == len(node.orelse.elts):
                pairs = zip(node.body.elts, node.orelse.elts)
                choices = [ast.copy_location(ast.IfExp(node.test, *pair), node) for pair in pairs]
                return [], [(each, self.value(each, variables)) for each in choices]
        values = self.listing(node, variables)
        if values is not None:
            return [], [(node, value) for value in values]
        return [], [(node, self.value(node, variables))]

    def divmod(self, node: ast.Call, variables: Variables) -> tuple[list[ast.stmt], list[tuple[ast.expr, Value]]]:
        values = [self.value(each, variables) for each in self.positional(node)]
        if len(values) != 2:
            self.words.refuse(node, "`divmod` takes 2 arguments here")
        names = [self.program.fresh_name("part") for _ in values]
        before = [assigned(name, value) for name, value in zip(names, values)]
        a, b = (named(name, value) for name, value in zip(names, values))
        return before, [(node, self.words.binary(node, op, a, b)) for op in (ast.FloorDiv(), ast.Mod())]

    def listing(self, node: ast.expr, variables: Variables) -> list[Value] | None:
        """The values of a tuple or list, written here or in the module; None where `node` is none."""
        if isinstance(node, (ast.Tuple, ast.List)):
            return [self.value(each, variables) for each in node.elts]
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        found = self.builtin(node, variables)
        if not isinstance(found, (tuple, list)) or not all(isinstance(each, int) for each in found):
            return None
        return [self.words.literal(int(each)) for each in found]

    def value(self, node: ast.expr, variables: Variables) -> Value:
        """`node` rewritten, with its type and bounds."""
        value = self.seen[node] = self.evaluated(node, variables)
        return value

    def evaluated(self, node: ast.expr, variables: Variables) -> Value:
        match node:
            case ast.Constant(bool(truth)):
                return Value(ast.Constant(truth), BOOL, truth, truth)
            case ast.Constant(int(number)):
                return self.words.literal(number)
            case ast.Constant():
                kind = type(node.value).__name__
                self.words.refuse(node, f"cannot lift a value of type {kind}", "values are integers and bools")
            case ast.Name(name):
                return self.read(node, name, variables)
            case ast.Attribute():
                return self.outside(node, self.definition.resolve(node))
            case ast.BinOp():
                return self.operation(
                    node, self.value(node.left, variables), self.value(node.right, variables), variables
                )
            case ast.UnaryOp(op=ast.Not()):
                return self.test(node, variables)
            case ast.UnaryOp():
                return self.words.unary(node, self.value(node.operand, variables))
            case ast.BoolOp():
                parts = []
                for each in node.values:
                    parts.append(self.value(each, variables))
                    variables = holding(each, isinstance(node.op, ast.And), variables, self.seen)
                values = self.words.join(parts, node)
                return replace(values[0], node=ast.BoolOp(node.op, [each.node for each in values]), literal=False)
            case ast.Compare():
                return self.compare(node, variables)
            case ast.IfExp():
                test = self.test(node.test, variables).node
                ways = (holding(node.test, truth, variables, self.seen) for truth in (True, False))
                arms = [self.value(arm, way) for arm, way in zip((node.body, node.orelse), ways)]
                both = self.words.join(arms, node)
                return replace(both[0], node=ast.IfExp(test, both[0].node, both[1].node))
            case ast.Call():
                return self.call(node, variables)
            case ast.Subscript() if not isinstance(node.slice, ast.Slice):
                items = self.listing(node.value, variables)
                if items is not None:
                    return self.words.item(node, items, self.value(node.slice, variables))
        self.refuse_kind(node)

    def operation(self, node: ast.BinOp, left: Value, right: Value, variables: Variables) -> Value:
        """`left op right`; of a difference more may be known than of its parts."""
        value = self.words.binary(node, node.op, left, right)
        if isinstance(node.op, ast.Sub) and not all(map(str.isidentifier, variables)):
            known = variables.get(ast.unparse(node))
            if isinstance(known, Value) and value.constant is None:
                low, high = max(left.low - right.high, known.low), min(left.high - right.low, known.high)
                fits = value.type.range.start <= low and high < value.type.range.stop or not value.word
                return replace(value, low=low, high=high) if low <= high and fits else value
        return value

    def read(self, node: ast.AST, name: str, variables: Variables) -> Value:
        """A variable, or a constant of the module."""
        if name not in variables:
            stored = any(
                isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store)
                for each in ast.walk(self.definition.node)
            )
            if stored:
                self.words.refuse(node, f"{name} is used before it is assigned")
            return self.outside(node, self.definition.resolve(ast.Name(name, ast.Load())))
        value = variables[name]
        if isinstance(value, Unset):
            if value.why is not None:
                raise value.why
            self.words.refuse(node, f"{name} may be used before it is assigned", f"assign {name} on every way to here")
        return named(name, value)

    def outside(self, node: ast.AST, found: object) -> Value:
        """A name that is no variable: an integer constant of the module."""
        text = ast.unparse(node)
        if isinstance(found, bool):
            return Value(ast.Constant(found), BOOL, found, found)
        if isinstance(found, int):
            return self.words.literal(int(found))
        if found is MISSING:
            self.words.refuse(node, f"unknown name `{text}`", self.definition.suggest(text))
        if callable(found):
            self.words.refuse(node, f"`{text}` is used as a value", f"call it: `{text}(...)`")
        kind = type(found).__name__
        self.words.refuse(
            node, f"cannot lift `{text}`, a value of type {kind}", "module constants are integers and bools"
        )

    def test(self, node: ast.expr, variables: Variables) -> Value:
        """`node` as a condition."""
        match node:
            case ast.BoolOp():
                parts = []
                for each in node.values:
                    parts.append(self.test(each, variables).node)
                    variables = holding(each, isinstance(node.op, ast.And), variables, self.seen)
                return Value(ast.BoolOp(node.op, parts), BOOL, 0, 1)
            case ast.UnaryOp(op=ast.Not()):
                return Value(ast.UnaryOp(ast.Not(), self.test(node.operand, variables).node), BOOL, 0, 1)
        return self.words.truth(self.value(node, variables), node)

    def compare(self, node: ast.Compare, variables: Variables) -> Value:
        """A chain is the `and` of its links."""
        left, links = self.value(node.left, variables), []
        for op, each in zip(node.ops, node.comparators):
            items = None
            if isinstance(op, (ast.In, ast.NotIn)) and each is node.comparators[-1]:
                written = ast.List(each.elts) if isinstance(each, ast.Set) else each  # whose order does not matter here
                items = self.listing(written, variables)
            if items is not None:
                links.append(self.among(node, op, left, items))
                break
            right = self.value(each, variables)
            links.append(self.words.link(node, op, left, right))
            left = right
        return Value(links[0] if len(links) == 1 else ast.BoolOp(ast.And(), links), BOOL, 0, 1)

    def among(self, node: ast.Compare, op: ast.cmpop, left: Value, items: list[Value]) -> ast.expr:
        """Whether a value equals one of some constants, or none of them."""
        if not items or any(each.constant is None for each in items):
            self.words.refuse(node, "`in` takes integer constants here", "write x == a or x == b")
        link, join = (ast.Eq(), ast.Or()) if isinstance(op, ast.In) else (ast.NotEq(), ast.And())
        links = [self.words.link(node, link, left, each) for each in items]
        return links[0] if len(links) == 1 else ast.BoolOp(join, links)

    # Calls

    def positional(self, node: ast.Call) -> list[ast.expr]:
        """The arguments of a call that has no others."""
        if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            self.words.refuse(node, "a call with named or starred arguments", "give the arguments in their order")
        return node.args

    def call(self, node: ast.Call, variables: Variables) -> Value:
        arguments, text = self.positional(node), ast.unparse(node.func)
        if isinstance(node.func, ast.Name) and node.func.id in variables:
            self.words.refuse(node, f"cannot call `{text}`: it is a variable")
        found = self.definition.resolve(node.func)
        if found is hole:
            return self.words.hole(node, [self.value(each, variables) for each in arguments], None)
        if found is choose:
            return self.words.choice(node, [self.value(each, variables) for each in arguments])
        if isinstance(found, Type) and (inside := self._hole_in(arguments, variables)) is not None:
            return self.words.hole(inside, [self.value(each, variables) for each in inside.args], found)
        if isinstance(found, Type):
            return self.words.convert(node, found, [self.value(each, variables) for each in arguments])
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS and found is MISSING:
            return self.count(node, node.func, variables)
        written = getattr(found, "py_func", found)  # behind one that numba compiles
        if isinstance(written, FunctionType):
            unfolded, results = self.unfold(node, written, variables)
            if len(results) != 1:
                self.words.refuse(node, f"`{text}` returns several values", "assign them, as in `a, b = f(x)`")
            return replace(results[0], node=unfolded)
        if found is divmod:
            self.words.refuse(node, "`divmod` gives two values", "assign them, as in `q, r = divmod(a, b)`")
        if not any(found is each for each in BUILTINS):
            known = f"calls can be to {', '.join(each.__name__ for each in BUILTINS)}, divmod, casts such as u32(x), "
            known += "and functions of plain `def`"
            self.words.refuse(
                node, f"cannot lift a call of `{text}`" if found is not MISSING else f"unknown function `{text}`", known
            )
        values = [self.value(each, variables) for each in arguments]
        least, most = {min: (2, 256), max: (2, 256), pow: (2, 3)}.get(found, (1, 1))  # type: ignore[call-overload]
        if not least <= len(values) <= most:
            count = "1 argument" if most == 1 else "2 or 3 arguments" if most == 3 else "2 or more arguments"
            self.words.refuse(node, f"`{text}` takes {count} here")
        if found is bool:
            return self.words.truth(values[0], node)
        if found is int:
            return as_integer(values[0])
        if found is pow:
            power = self.words.binary(node, ast.Pow(), values[0], values[1])
            return power if len(values) == 2 else self.words.binary(node, ast.Mod(), power, values[2])
        return self.words.absolute(node, values[0]) if found is abs else self.words.extreme(node, found is min, values)

    def _hole_in(self, arguments: list[ast.expr], variables: Variables) -> ast.Call | None:
        """The hole that is all a cast is around, which has the type of the cast then."""
        match arguments:
            case [ast.Call(func=func, keywords=[]) as inside] if self.builtin(func, variables) is hole:
                return inside
        return None

    def count(self, node: ast.Call, method: ast.Attribute, variables: Variables) -> Value:
        """`x.bit_length()` or `x.bit_count()`, or one of `int.bit_length(x)`."""
        of_int = self.builtin(method.value, variables) is int
        if len(node.args) != of_int:
            self.words.refuse(node, f"`{ast.unparse(method)}` takes {'1 argument' if of_int else 'no arguments'} here")
        return self.words.count(node, method.attr, self.value(node.args[0] if of_int else method.value, variables))

    def builtin(self, node: ast.expr, variables: Variables) -> object:
        """What a name stands for that is no variable."""
        return None if isinstance(node, ast.Name) and node.id in variables else self.definition.resolve(node)

    def refuse_kind(self, node: ast.AST) -> NoReturn:
        """Refuses what has no meaning here, under the name that Python users know it by."""
        kind = next((kind for kind in REFUSED if isinstance(node, kind)), None)
        if kind is not None:
            name, hint = REFUSED[kind]
            self.words.refuse(node, f"cannot lift {name}", hint)
        if isinstance(node, Expressions):
            self.words.refuse(node, "this value is not used", "assign it or return it")
        name = type(node).__name__
        self.words.refuse(node, "cannot lift `try`" if name == "TryStar" else f"cannot lift this ({name})")
