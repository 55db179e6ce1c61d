"""SMT-LIB's sorts and terms over bit-vectors and Booleans, as types and nodes.

What an operation is called stands in its row (`smt`); the names that SMT-LIB has for more than one operation of the
table are terms over them. A Bool is a word of one bit, told from (_ BitVec 1) by its type. Terms are read without
recursion, so that only `sexpr.DEEPEST` bounds how deep they may be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from ...ir.errors import PrimirError
from ...ir.graph import FALSE, TRUE, Node, apply, const, resized
from ...ir.primes import MAX_WIDTH, TABLE
from ...ir.terms import Scope, instantiate, parse
from ...ir.types import BOOL, Type
from ..speclang.syntax import Source
from .sexpr import first, items, shown, symbol

if TYPE_CHECKING:
    from .sexpr import Sexpr

# x and y have one width; the result has it too, or is a Bool.
ABBREVIATIONS = {
    "bvugt": "(ult y x)", "bvuge": "(ule y x)", "bvsgt": "(slt y x)", "bvsge": "(sle y x)",
    "bvnand": "(not (and x y))", "bvnor": "(not (or x y))", "bvxnor": "(not (xor x y))",
    # the remainder with the sign of the divisor
    "bvsmod": "(select (or (eq (srem x y) 0) (eq (slt (srem x y) 0) (slt y 0))) (srem x y) (add (srem x y) y))",
}
_LEFT = ("bvadd", "bvmul", "bvand", "bvor", "bvxor")  # take more than two arguments, from the left
_TRUTH = ("and", "or", "xor")  # the same on Bools, under the names of the rows
_BOOLEAN = {"true": TRUE, "false": FALSE}
LOGIC = ("BV", "QF_BV", "ALL", "CORE", "Core")


@dataclass(frozen=True, slots=True)
class Term:
    """A node with its sort: BOOL, or the unsigned word that a (_ BitVec n) is."""

    type: Type
    node: Node


def sort_text(type_: Type) -> str:
    return "Bool" if type_.truth else f"(_ BitVec {type_.width})"


@cache
def _rows() -> Mapping[str, str]:
    """The rows by the names that SMT-LIB has for them."""
    heads = {name: re.match(r"\((bv\w+) ", row.smt or "") for name, row in TABLE.items()}
    return {head[1]: name for name, head in heads.items() if head}


Reading: TypeAlias = "Generator[Reading, Term, Term]"


@dataclass
class Reader:
    """Reads terms of one file.

    `name` gives what a symbol means where no `let` binds it, and `call` what a function of the file gives for terms
    (None where there is none of that name). `special` reads lists that only grammars have, or gives None.
    """

    source: Source
    sorts: Mapping[str, Type]
    name: Callable[[str, Sexpr], Term | None]
    call: Callable[[str, Sequence[Term], Sexpr], Term | None]
    special: Callable[[Sexpr], Term | None] = field(default=lambda part: None)

    def error(self, message: str, part: Sexpr, hint: str | None = None) -> PrimirError:
        return self.source.error(message, first(part), hint)

    def sort(self, part: Sexpr) -> Type:
        """The type that a sort is. PrimirError for all but Bool, (_ BitVec n) and what define-sort named."""
        name = symbol(part)
        if name == "Bool":
            return BOOL
        if name is not None and name in self.sorts:
            return self.sorts[name]
        parts = items(part) if not isinstance(part, str) else []
        if len(parts) == 3 and symbol(parts[0]) == "_" and symbol(parts[1]) == "BitVec":
            width = self.number(parts[2])
        elif len(parts) == 2 and symbol(parts[0]) == "BitVec":  # as SyGuS-IF 1 writes it
            width = self.number(parts[1])
        else:
            raise self.error(f"there is no sort {shown(part)} here", part, "sorts are Bool and (_ BitVec 32)")
        if not 1 <= width <= MAX_WIDTH:
            raise self.error(f"a word has 1 to {MAX_WIDTH} bits, not {width}", part)
        return Type(width)

    def number(self, part: Sexpr) -> int:
        if not isinstance(part, str) or part.type != "NUMBER" or not part.isdigit() or len(part) > 6:
            raise self.error(f"{shown(part)} is no numeral", part)
        return int(part)

    def literal(self, part: Sexpr) -> Term | None:
        """A word or truth value written as such; None for all else."""
        if not isinstance(part, str):
            parts = items(part)
            if len(parts) == 3 and symbol(parts[0]) == "_" and (found := re.fullmatch("bv([0-9]+)", str(parts[1]))):
                width = self.number(parts[2])
                if not 1 <= width <= MAX_WIDTH or len(found[1]) > 40 or int(found[1]) >> width:
                    raise self.error(f"{shown(part)} is no word of 1 to {MAX_WIDTH} bits", part)
                return Term(Type(width), const(int(found[1]), width))
            return None
        if part.type == "SYMBOL" and part in _BOOLEAN:
            return Term(BOOL, _BOOLEAN[str(part)])
        if part.type != "BITS":
            return None
        base, digits = {"x": (16, part[2:]), "b": (2, part[2:])}.get(part[1:2], (0, ""))
        if not re.fullmatch({16: "[0-9A-Fa-f]+", 2: "[01]+"}.get(base, "-"), digits):
            raise self.error(f"{shown(part)} is no word", part, "write #x0f or #b101")
        width = len(digits) * (4 if base == 16 else 1)
        if width > MAX_WIDTH:
            raise self.error(f"a word has at most {MAX_WIDTH} bits, not {width}", part)
        return Term(Type(width), const(int(digits, base), width))

    def term(self, part: Sexpr, bound: Mapping[str, Term] | None = None) -> Term:
        """What the expression `part` means; `bound` are names that mean something here alone."""
        return _run(self._term(part, dict(bound or {})))

    def _term(self, part: Sexpr, bound: dict[str, Term]) -> Reading:
        if (special := self.special(part)) is not None:
            return special
        if (found := self.literal(part)) is not None:
            return found
        if isinstance(part, str):
            return self._symbol(part, bound)
        parts = items(part)
        if not parts:
            raise self.error("there is nothing in these brackets", part)
        if symbol(parts[0]) == "let":
            return (yield self._let(part, bound))
        if symbol(parts[0]) == "!" and len(parts) > 1:  # an annotation says nothing about the value
            return (yield self._term(parts[1], bound))
        if symbol(parts[0]) in ("forall", "exists", "lambda", "match"):
            raise self.error(f"`{parts[0]}` is not understood", part)
        args = []
        for each in parts[1:]:
            args.append((yield self._term(each, bound)))
        return self._applied(part, parts[0], args, parts[1:])

    def _symbol(self, part: Sexpr, bound: Mapping[str, Term]) -> Term:
        name = symbol(part)
        if name is None:
            raise self.error(f"{shown(part)} is no term of bit-vectors or Booleans", part)
        found = bound.get(name) or self.name(name, part) or self.call(name, [], part)
        if found is None:
            raise self.error(f"nothing here is called {name}", part)
        return found

    def _let(self, part: Sexpr, bound: dict[str, Term]) -> Reading:
        parts = items(part)  # type: ignore[arg-type]  # a list, as the caller saw
        if len(parts) != 3 or isinstance(parts[1], str):
            raise self.error("a let is (let ((name term) ...) term)", part)
        new: dict[str, Term] = {}
        for pair in items(parts[1]):
            pieces = items(pair) if not isinstance(pair, str) else []
            name = symbol(pieces[0]) if pieces else None
            if len(pieces) not in (2, 3) or name is None:
                raise self.error("a let binds (name term)", pair)
            if name in new:
                raise self.error(f"this let binds {name} twice", pair)
            value = yield self._term(pieces[-1], bound)
            if len(pieces) == 3 and self.sort(pieces[1]) != value.type:  # as SyGuS-IF 1 writes it
                raise self.error(f"{name} is {sort_text(value.type)}", pieces[1])
            new[name] = value
        return (yield self._term(parts[2], {**bound, **new}))

    # --- operations ---------------------------------------------------------------------------------------------------

    def _applied(self, part: Sexpr, head: Sexpr, args: list[Term], written: Sequence[Sexpr]) -> Term:
        name = symbol(head)
        if name is None:
            return self._indexed(part, head, args)
        if (found := self.call(name, args, part)) is not None:
            return found
        if name in ("and", "or", "xor", "not", "=>"):
            return self._truth(part, name, args, written)
        if name in ("=", "distinct", "ite"):
            return self._of_any_sort(part, name, args, written)
        if name == "concat":
            return self._concat(part, args, written)
        known = name in ABBREVIATIONS or name in _rows() or name == "bvcomp"
        if not known:
            raise self.error(f"there is no function {name} here", head, self._unknown(name))
        self._words(part, args, written)
        count = len(TABLE[_rows()[name]].arguments) if name in _rows() else 2
        if len(args) != count and not (name in _LEFT and len(args) > 2):
            raise self.error(f"{name} takes {count} argument{'s' * (count > 1)}, not {len(args)}", part)
        return self._joined(name, args)

    def _unknown(self, name: str) -> str | None:
        if name in ("bvredor", "bvredand"):
            return "it is no function of SMT-LIB: write (distinct x #x00) or (= x #xff)"
        return None

    def _joined(self, name: str, args: Sequence[Term]) -> Term:
        result = args[0].node
        if len(args) == 1:
            return Term(args[0].type, apply(_rows()[name], result))
        for arg in args[1:]:
            result = self._binary(name, result, arg.node)
        truth = name not in ABBREVIATIONS and name != "bvcomp" and TABLE[_rows()[name]].predicate
        if name in ABBREVIATIONS:
            truth = ABBREVIATIONS[name].startswith(("(ul", "(sl"))
        return Term(BOOL if truth else Type(result.width), result)

    def _binary(self, name: str, x: Node, y: Node) -> Node:
        if name == "bvcomp":
            return apply("eq", x, y)
        if name in ABBREVIATIONS:
            return instantiate(parse(ABBREVIATIONS[name]), Scope({"x": x, "y": y}, x.width, x.width), x.width)
        return apply(_rows()[name], x, y)

    def _truth(self, part: Sexpr, name: str, args: Sequence[Term], written: Sequence[Sexpr]) -> Term:
        for arg, each in zip(args, written, strict=True):
            if not arg.type.truth:
                raise self.error(f"{name} is of Bools, and this is {sort_text(arg.type)}", each)
        if name == "not":
            if len(args) != 1:
                raise self.error(f"not takes 1 argument, not {len(args)}", part)
            return Term(BOOL, apply("not", args[0].node))
        if len(args) < (2 if name == "=>" else 1):
            raise self.error(f"{name} takes more arguments", part)
        nodes = [arg.node for arg in args]
        if name == "=>":  # from the right
            result = nodes[-1]
            for node in reversed(nodes[:-1]):
                result = apply("or", apply("not", node), result)
            return Term(BOOL, result)
        result = nodes[0]
        for node in nodes[1:]:
            result = apply(name, result, node)
        return Term(BOOL, result)

    def _of_any_sort(self, part: Sexpr, name: str, args: Sequence[Term], written: Sequence[Sexpr]) -> Term:
        same, places = (args, written) if name != "ite" else (args[1:], written[1:])
        if len(args) < 2 or name == "ite" and len(args) != 3:
            raise self.error(f"{name} takes {3 if name == 'ite' else 'at least 2'} arguments, not {len(args)}", part)
        for arg, each in zip(same, places, strict=True):
            if arg.type != same[0].type:
                raise self.error(f"this is {sort_text(arg.type)}, and {shown(places[0])} is "
                                 f"{sort_text(same[0].type)}", each, f"both sides of {name} have one sort")
        if name == "ite":
            if not args[0].type.truth:
                raise self.error(f"ite asks a Bool, and this is {sort_text(args[0].type)}", written[0])
            return Term(args[1].type, apply("select", *(arg.node for arg in args)))
        nodes = [arg.node for arg in args]
        if name == "=":
            return Term(BOOL, _all(apply("eq", a, b) for a, b in zip(nodes, nodes[1:])))
        return Term(BOOL, _all(apply("ne", a, b) for i, a in enumerate(nodes) for b in nodes[i + 1:]))

    def _words(self, part: Sexpr, args: Sequence[Term], written: Sequence[Sexpr]) -> None:
        """Raise unless the arguments are words of one width."""
        if not args:
            raise self.error(f"{shown(part)} has no arguments", part)
        for arg, each in zip(args, written, strict=True):
            if arg.type.truth:
                raise self.error("this is a Bool, and no word", each)
            if arg.type != args[0].type:
                raise self.error(f"this is {sort_text(arg.type)}, and {shown(written[0])} is "
                                 f"{sort_text(args[0].type)}", each)

    def _concat(self, part: Sexpr, args: Sequence[Term], written: Sequence[Sexpr]) -> Term:
        if len(args) < 2 or any(arg.type.truth for arg in args):
            raise self.error("concat takes two words or more", part)
        result = args[0].node
        for arg in args[1:]:
            low, width = arg.node.width, result.width + arg.node.width
            if width > MAX_WIDTH:
                raise self.error(f"this has {width} bits, and a word at most {MAX_WIDTH}", part)
            high = apply("shl", resized(result, width), const(low, width))
            result = apply("or", high, resized(arg.node, width))
        return Term(Type(result.width), result)

    def _indexed(self, part: Sexpr, head: Sexpr, args: Sequence[Term]) -> Term:
        """An operation like (_ extract 7 0)."""
        parts = items(head) if not isinstance(head, str) else []
        name = symbol(parts[1]) if len(parts) > 2 and symbol(parts[0]) == "_" else None
        if name not in ("extract", "zero_extend", "sign_extend", "rotate_left", "rotate_right", "repeat"):
            raise self.error(f"there is no function {shown(head)} here", head)
        numbers = [self.number(each) for each in parts[2:]]
        if len(args) != 1 or args[0].type.truth or len(numbers) != (2 if name == "extract" else 1):
            raise self.error(f"{shown(head)} takes one word", part)
        node = args[0].node
        if name == "extract":
            high, low = numbers
            if not low <= high < node.width:
                raise self.error(f"a word of {node.width} bits has no bits {high} to {low}", head)
            shifted = apply("lshr", node, const(low, node.width)) if low else node
            return Term(Type(high - low + 1), resized(shifted, high - low + 1))
        (number,) = numbers
        if name == "repeat":
            return self._repeated(part, args[0], number)
        if name.startswith("rotate"):
            amount = const(number % node.width, node.width)
            if not number % node.width:
                return args[0]
            return Term(args[0].type, apply("fshl" if name == "rotate_left" else "fshr", node, node, amount))
        width = node.width + number
        if width > MAX_WIDTH:
            raise self.error(f"this has {width} bits, and a word at most {MAX_WIDTH}", part)
        if number and name == "sign_extend":
            return Term(Type(width), apply("sext", node, width=width))
        return Term(Type(width), resized(node, width))

    def _repeated(self, part: Sexpr, arg: Term, number: int) -> Term:
        if not 1 <= number <= MAX_WIDTH:
            raise self.error(f"a word is repeated 1 to {MAX_WIDTH} times", part)
        return arg if number == 1 else self._concat(part, [arg] * number, [part] * number)


def _all(conditions: Generator[Node]) -> Node:
    first_one, *rest = conditions
    for each in rest:
        first_one = apply("and", first_one, each)
    return first_one


def _run(reading: Reading) -> Term:
    """The value that nested generators come to, on a stack of our own."""
    stack = [reading]
    value: Term | None = None
    while True:
        try:
            stack.append(stack[-1].send(value))  # type: ignore[arg-type]  # None starts a generator
            value = None
        except StopIteration as done:
            stack.pop()
            answer: Term = done.value
            if not stack:
                return answer
            value = answer
