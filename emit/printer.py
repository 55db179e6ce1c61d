"""Expressions as text, with the parentheses that a reader wants: `x & (x - 1)`, where the language would need none.

Expressions are Python's syntax trees in both languages. In C a cast is a call of a name in parentheses, and the `kind`
of a constant is the suffix or the macro that types it.
"""

from __future__ import annotations

import ast

_SYMBOLS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.LShift: "<<",
    ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Invert: "~", ast.USub: "-", ast.Lt: "<",
    ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_SUMS = (ast.Add, ast.Sub)
_PRODUCTS = (ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
_BITWISE = (ast.BitAnd, ast.BitOr, ast.BitXor)
_ASSOCIATIVE = (ast.Add, ast.Mult, *_BITWISE)
_DECIMAL = 10_000  # numbers from here on are shown in hex
_ROUND = 127  # and from here on those that are all ones, or a single one


def python(tree: ast.expr) -> str:
    """`tree` as Python."""
    return _Printer(c=False).show(tree)


def c(tree: ast.expr) -> str:
    """`tree` as C."""
    return _Printer(c=True).show(tree)


class _Printer:
    def __init__(self, *, c: bool) -> None:
        self.c = c

    def show(self, tree: ast.expr) -> str:
        match tree:
            case ast.Constant(bool(value)):
                return str(value).lower() if self.c else str(value)
            case ast.Constant(int(value)):
                return _number(tree, value >= _ROUND and 0 in (value & value - 1, value & value + 1))
            case ast.BinOp(left, op, right):
                sides = (self._operand(left, tree, 0), self._operand(right, tree, 1))
                return f" {_SYMBOLS[type(op)]} ".join(sides)
            case ast.UnaryOp(ast.Not(), operand):
                return f"{'!' if self.c else 'not '}{self._operand(operand, tree, 0)}"
            case ast.UnaryOp(op, operand):
                return f"{_SYMBOLS[type(op)]}{self._operand(operand, tree, 0)}"
            case ast.Compare(left, [op], [right]):
                return f"{self._operand(left, tree, 0)} {_SYMBOLS[type(op)]} {self._operand(right, tree, 1)}"
            case ast.BoolOp(op, values):
                symbol = {True: ("&&", "||"), False: ("and", "or")}[self.c][isinstance(op, ast.Or)]
                return f" {symbol} ".join(self._operand(value, tree, 0) for value in values)
            case ast.IfExp(test, body, orelse):
                condition, a, b = (self._operand(part, tree, slot) for slot, part in enumerate((test, body, orelse)))
                return f"{condition} ? {a} : {b}" if self.c else f"{a} if {condition} else {b}"
            case ast.Call(ast.Name(name), [arg]) if name.startswith("("):
                return f"{name}{self._operand(arg, tree, 0)}"
            case ast.Call(ast.Name(name), args):
                return f"{name}({', '.join(map(self.show, args))})"
            case ast.Call(ast.Attribute(inside, method), args):
                shown = self.show(inside) if isinstance(inside, ast.Name | ast.Call) else f"({self.show(inside)})"
                return f"{shown}.{method}({', '.join(map(self.show, args))})"
            case ast.Name(name):
                return name
        return ast.unparse(tree)

    def _operand(self, tree: ast.expr, parent: ast.expr, slot: int) -> str:
        match parent, tree:
            case ast.BinOp(_, op, _), ast.Constant(int(value)) if isinstance(op, _BITWISE):
                return _number(tree, value >= 10)
            case (ast.BinOp(_, ast.LShift() | ast.RShift(), _) | ast.Compare()), ast.Constant(int()):
                return _number(tree, False)
        return f"({self.show(tree)})" if self._parenthesized(tree, parent, slot) else self.show(tree)

    def _parenthesized(self, tree: ast.expr, parent: ast.expr, slot: int) -> bool:
        match parent, tree:
            case _, ast.Name() | ast.Attribute() | ast.Subscript() | ast.JoinedStr():
                return False
            case _, ast.Call(ast.Name(name)) if not name.startswith("("):
                return False
            case _, ast.Call(ast.Attribute()):
                return False
            case ast.UnaryOp(), ast.Constant(int(value)):
                return value < 0
            case _, ast.Constant():
                return False
            case ast.UnaryOp(ast.Not()), ast.UnaryOp(ast.Not()):
                return False
            case ast.UnaryOp(ast.USub()), ast.UnaryOp():
                return True
            case (ast.UnaryOp() | ast.Call()), (ast.UnaryOp() | ast.Call()):
                return isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.Not) and not self.c
            case (ast.BinOp() | ast.Compare()), ast.UnaryOp(op) | ast.Call(op):
                return isinstance(op, ast.Not)
            case ast.BinOp(_, op, _), ast.BinOp(_, inner, _):
                return not _flows(op, inner, slot)
            case ast.Compare(), ast.BinOp(_, op, _):
                return not isinstance(op, _SUMS + _PRODUCTS)
            case ast.BoolOp(op), ast.BoolOp(inner_op, _):
                return type(op) is not type(inner_op)
            case ast.BoolOp(), (ast.Compare() | ast.UnaryOp() | ast.Call()):
                return False
            case ast.IfExp(), ast.IfExp():
                return slot != 2
            case ast.IfExp(), ast.BinOp(_, op, _):
                return slot == 0 and self.c and not isinstance(op, _SUMS + _PRODUCTS)
            case ast.IfExp(), _:
                return False
        return True


def _flows(op: ast.operator, inner: ast.operator, slot: int) -> bool:
    """Whether `a inner b` reads well as a side of `op` without parentheses, and means the same."""
    if isinstance(op, _ASSOCIATIVE) and type(op) is type(inner):
        return True
    if isinstance(op, _SUMS):
        return isinstance(inner, _PRODUCTS) or slot == 0 and isinstance(inner, _SUMS)
    return False


def _number(tree: ast.Constant, in_hex: bool) -> str:
    value = int(tree.value)  # type: ignore[arg-type]  # asked for integers alone
    # (-0x80000001 is positive in C: a hex literal may be unsigned, a decimal one is not)
    digits = hex(value) if in_hex or abs(value) >= _DECIMAL and value > -(1 << 31) else str(value)
    match tree.kind:
        case None:
            return digits
        case "u":
            return f"{digits}u"
        case macro:
            return f"{macro}({digits})"
