"""All shapes of a few operations with holes for constants, one for each way that rearranging cannot reach.

A shape is a graph over the leaves v0, v1 .. and c0, c1 .. (see holes.py). Every operation in it depends on a hole: what
does not is a value. Where + and -, or one of * & | ^, stand directly over themselves, one order is enough; a mask or
an `or` at the root is left out, since its constant follows from what is wanted.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cache

from ..ir.graph import Node, apply, substitute
from ..ir.primes import TABLE
from .holes import HOLES, hole, serial, value

VALUES = 3
_SUM = frozenset({"add", "sub"})
_BITS = frozenset({"and", "or", "xor"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A shape with as many values and holes."""

    node: Node
    values: int
    holes: int

    @property
    def constant(self) -> bool:
        """Whether a hole is an argument of the root."""
        return any(_is_hole(arg) for arg in self.node.args)


@cache
def shapes(lines: int, names: frozenset[str], width: int) -> tuple[Draft, ...]:
    """The shapes of `lines` operations among `names`, equal values identified in all ways, on words of `width` bits."""
    found: dict[str, Draft] = {}
    for draft in _drafts(lines, names, width):
        if lines > 1 and draft.constant and draft.node.op in ("and", "or"):
            continue
        for groups in _groupings(draft.values):
            renamed = {value(index, width): value(group, width) for index, group in enumerate(groups) if index != group}
            node = substitute([draft.node], renamed)[0] if renamed else draft.node
            found.setdefault(text(node), Draft(node, max(groups) + 1, draft.holes))
    return tuple(found.values())


@cache
def _drafts(lines: int, names: frozenset[str], width: int) -> tuple[Draft, ...]:
    operations = [row.name for row in TABLE.values() if row.name in names and serial(row) and row.name != "shl"]
    if lines == 1:
        x, c = value(0, width), hole(0, width)
        return tuple(Draft(_oriented(name, x, c), 1, 1) for name in operations if name != "sub" or "add" in names)
    found: list[Draft] = []
    for name in operations:
        for draft in _drafts(lines - 1, names, width):
            found += _with_hole(name, draft, names, width)
            found += _with_value(name, draft, width)
        for first in range(1, lines - 1):
            for a in _drafts(first, names, width):
                for b in _drafts(lines - 1 - first, names, width):
                    found += _joined(name, a, b, width)
        if lines == 3:
            for draft in _drafts(lines - 2, names, width):
                found += _shared(name, draft, operations, names, width)
    return tuple(draft for draft in found if draft.values <= VALUES and draft.holes <= HOLES)


def _oriented(name: str, x: Node, c: Node) -> Node:
    """The operation with a constant: x - c is x + -c, so it is c - x."""
    return apply(name, c, x) if name == "sub" else apply(name, x, c)


def _with_hole(name: str, draft: Draft, names: Container[str], width: int) -> Iterator[Draft]:
    below = draft.node.op if draft.constant else ""
    if name == below or (name in _SUM and below in _SUM):
        return
    if name == "mul" and below in _SUM:  # (x + a) * b == x * b + a * b
        return
    if name in _BITS and below in _BITS and "xor" in names and "and" in names and (name, below) != ("xor", "and"):
        return  # 0, x, ~x and 1 at every bit, and so is (x & a) ^ b
    yield Draft(_oriented(name, draft.node, hole(draft.holes, width)), draft.values, draft.holes + 1)


def _with_value(name: str, draft: Draft, width: int) -> Iterator[Draft]:
    if _alike(name, draft.node):
        return
    x = value(draft.values, width)
    yield Draft(apply(name, draft.node, x), draft.values + 1, draft.holes)
    if name == "sub":
        yield Draft(apply(name, x, draft.node), draft.values + 1, draft.holes)


def _joined(name: str, a: Draft, b: Draft, width: int) -> Iterator[Draft]:
    if _alike(name, a.node) or _alike(name, b.node) or a.values + b.values > VALUES or a.holes + b.holes > HOLES:
        return
    if name != "sub" and text(a.node) > text(b.node):
        return
    renamed = {value(index, width): value(index + a.values, width) for index in range(b.values)}
    renamed |= {hole(index, width): hole(index + a.holes, width) for index in range(b.holes)}
    (other,) = substitute([b.node], renamed)
    yield Draft(apply(name, a.node, other), a.values + b.values, a.holes + b.holes)


def _shared(name: str, draft: Draft, operations: list[str], names: Container[str], width: int) -> Iterator[Draft]:
    """The part used twice: once as it is, and once in an operation with a value or a hole."""
    for inner in operations:
        for other in (*_with_value(inner, draft, width), *_with_hole(inner, draft, names, width)):
            if not _alike(name, other.node) and not (name in _BITS and inner in _BITS):
                yield Draft(apply(name, draft.node, other.node), other.values, other.holes)
                if name == "sub":
                    yield Draft(apply(name, other.node, draft.node), other.values, other.holes)


def _alike(name: str, node: Node) -> bool:
    """Whether `name` over the operation of `node` can be rearranged, since one of its arguments is a leaf."""
    if all(arg.args for arg in node.args):
        return False
    return name == node.op or (name in _SUM and node.op in _SUM)


def _is_hole(node: Node) -> bool:
    return not node.args and str(node.data)[0] == "c"


def text(node: Node) -> str:
    """The shape in one order of its commuting arguments, holes without their numbers."""
    if not node.args:
        return str(node.data)[0] if _is_hole(node) else str(node.data)
    args = list(map(text, node.args))
    if "commutative" in TABLE[node.op].laws:
        args.sort()
    return f"({node.op} {' '.join(args)})"


def _groupings(count: int) -> Iterator[tuple[int, ...]]:
    """All ways to identify `count` things: the group of each, groups numbered by their first member."""
    if count == 0:
        yield ()
        return
    for rest in _groupings(count - 1):
        for group in range(max(rest, default=-1) + 2):
            yield (*rest, group)
