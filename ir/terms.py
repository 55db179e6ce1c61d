"""Terms: the small language in which meanings, rewrites and printed graphs are written.

A term is read once and then instantiated at any width: a literal takes the width that its place demands, as the
signatures in the table tell. The names w, v, i and top belong to literals; every other name is a variable.
"""

from __future__ import annotations

import marshal
import pickle
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..jobs.kept import digest, home, keep, kept
from . import graph
from .graph import Node
from .parsers import parser_of
from .primes import TABLE, Row

if TYPE_CHECKING:
    from lark import Lark, Token, Tree


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A sum of integers and of the letters w, v, i and top, perhaps with its own width: `w-1-i`, `0xff:32`."""

    text: str
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Apply:
    op: str
    args: tuple[Term, ...]
    tag: str | None = None  # the width that a cast leads to


@dataclass(frozen=True, slots=True)
class Fold:
    """`body` for i = 0, step, 2 * step ... below w, joined by `op`."""

    op: str
    step: int
    body: Term


Term = Name | Literal | Apply | Fold
HERE = Path(__file__)
GRAMMAR = HERE.with_name("terms.lark")


@cache
def parser() -> Lark:
    """The parser of terms.lark; it starts at `term`, `rules` or `functions`."""
    return parser_of(GRAMMAR, start=["term", "rules", "functions"],
                     propagate_positions=True)


@cache
def parse(text: str) -> Term:
    """The term that `text` spells; lark's UnexpectedInput where it spells none.

    It is kept: the texts are those of our tables, and to start lark takes longer than most proofs.
    """
    terms = _kept_terms()
    if text in terms:
        known: Term = pickle.loads(terms[text])
        return known
    term = from_tree(parser().parse(text, start="term"))
    terms[text] = pickle.dumps(term)
    keep(_kept_at(), marshal.dumps(terms))
    return term


@cache
def _kept_at() -> Path:
    return home() / "terms" / digest(sys.version, HERE.read_bytes(), GRAMMAR.read_bytes())


@cache
def _kept_terms() -> dict[str, bytes]:
    """The terms read so far by text, pickled."""
    found = kept(_kept_at())
    return {} if found is None else marshal.loads(found)


def from_tree(tree: Tree[Token]) -> Term:
    """The term of a parse tree of the rule `term`."""
    children = list(tree.children)
    tag = next((str(child.children[0]) for child in children if _is_tag(child)), None)  # type: ignore[union-attr]
    rest = [child for child in children if not _is_tag(child)]
    match tree.data:
        case "name":
            return Name(str(rest[0]))
        case "literal":
            return Literal(str(rest[0]), tag)
        case "fold":
            return Fold(str(rest[0]), int(tag or 1), from_tree(rest[1]))  # type: ignore[arg-type]
        case _:
            return Apply(str(rest[0]), tuple(from_tree(child) for child in rest[1:]), tag)  # type: ignore[arg-type]


def _is_tag(child: object) -> bool:
    return getattr(child, "data", None) == "tag"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the names and letters of a term stand for."""

    names: Mapping[str, Node]
    w: int = 0
    v: int = 0
    i: int = 0

    def number(self, text: str) -> int:
        number, letters = _sum(text)
        if letters:
            known = {"w": self.w, "v": self.v, "i": self.i, "top": 1 << max(self.w - 1, 0)}
            number += sum(sign * known[letter] for sign, letter in letters)
        return number


@cache
def _sum(text: str) -> tuple[int, tuple[tuple[int, str], ...]]:
    """A literal's text as a number and its letters with their signs."""
    number, letters = 0, []
    for minus, atom in re.findall(r"([+-]?)(0[xX][0-9a-fA-F]+|\d+|[wvi]|top)", text):
        sign = -1 if minus == "-" else 1
        if atom[0].isdigit():
            number += sign * int(atom, 0)
        else:
            letters.append((sign, atom))
    return number, tuple(letters)


def instantiate(term: Term, scope: Scope, width: int | None = None, make: Callable[..., Node] = graph.apply) -> Node:
    """The node that `term` means in `scope`; `width` is what its place demands. TypeError where no width fits.

    `make` builds the operations, as `graph.apply` does, or in a form of its own.
    """
    match term:
        case Name(name):
            return scope.names[name]
        case Literal(text, tag):
            width = scope.number(tag) if tag is not None else width
            if width is None:
                raise TypeError(f"nothing tells the width of {text}")
            return graph.const(scope.number(text), width)
        case Fold(op, step, body):
            parts = [instantiate(body, Scope(scope.names, scope.w, scope.v, i), width, make)
                     for i in range(0, scope.w, step)]
            result = parts[0]
            for part in parts[1:]:
                result = make(op, result, part)
            return result
        case Apply(op, args, tag):
            row = TABLE[op]
            shared = _shared_width(row, args, scope)
            if shared is None and not row.cast and not row.predicate:
                shared = width
            nodes = [instantiate(arg, scope, 1 if letter == "1" else shared, make)
                     for letter, arg in zip(row.arguments, args, strict=True)]
            return make(op, *nodes, width=(scope.number(tag) if tag is not None else width) if row.cast else None)


def width_of(term: Term, scope: Scope) -> int | None:
    """The width of `term` in `scope`, or None where only its place can tell."""
    match term:
        case Name(name):
            return scope.names[name].width
        case Literal(_, tag):
            return scope.number(tag) if tag is not None else None
        case Fold(_, _, body):
            return width_of(body, scope)
        case Apply(op, args, tag):
            row = TABLE[op]
            if row.predicate:
                return 1
            if row.cast:
                return scope.number(tag) if tag is not None else None
            return _shared_width(row, args, scope)


def _shared_width(row: Row, args: tuple[Term, ...], scope: Scope) -> int | None:
    """The width that the w in the signature of `row` stands for, from the first argument that knows it."""
    for letter, arg in zip(row.arguments, args, strict=True):
        if letter == "w" and (known := width_of(arg, scope)) is not None:
            return known
    return None


# --- the terms of the table -------------------------------------------------------------------------------------------


def expand(row: Row, args: tuple[Node, ...], width: int) -> Node:
    """What the composite `row` means on `args`, one level down; `width` is that of the result."""
    assert row.meaning is not None, f"{row.name} is a prime"
    return _on_arguments(row.meaning, row, args, width, width)


def condition(text: str, row: Row, args: tuple[Node, ...], width: int) -> Node:
    """A condition of the table's `row` (when it is undefined, when a flag makes poison) on `args`, of width 1.

    `width` is that of the operation's result.
    """
    return _on_arguments(text, row, args, width, 1)


def total_value(gives: str, row: Row, args: tuple[Node, ...], width: int) -> Node:
    """What the total operation gives where LLVM's is undefined: the `gives` of one of the row's Undefined."""
    return _on_arguments(gives, row, args, width, width)


def _on_arguments(text: str, row: Row, args: tuple[Node, ...], width: int, place: int) -> Node:
    w = next(arg.width for letter, arg in zip(row.arguments, args, strict=True) if letter == "w")
    return instantiate(parse(text), Scope(dict(zip("xyz", args, strict=False)), w, width), place)


def to_primes(roots: list[Node]) -> list[Node]:
    """`roots` with every composite expanded until only primes are left."""
    known: dict[Node, Node] = {}

    def step(node: Node) -> Node:
        if node.op in graph.LEAVES or TABLE[node.op].prime:
            return node
        if node not in known:
            (known[node],) = graph.rewrite([expand(TABLE[node.op], node.args, node.width)], step)
        return known[node]

    return graph.rewrite(roots, step)
