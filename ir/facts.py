"""What is known of the values of a graph: bits and bounds of each node (known.py), from its leaves up.

The transfer functions of the table do the work. Beside them stand a few facts that no transfer function can see, as
they are about two arguments that are made from one another: `x & x - 1` has a one less than x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from . import terms
from .evaluate import evaluate_row
from .graph import CONST, LEAVES, Node, const, leaf
from .known import Known, constant, lowest_one, meet, unknown, with_lowest_zero, without_lowest_one
from .primes import TABLE, Row


class Facts:
    """What is known of nodes, each looked at once. `assume` says what is known of inputs (or of any other node).

    What it says is true for all values of the leaves for which the assumptions hold; where nothing is assumed, for all.
    """

    def __init__(self, assume: Mapping[Node, Known] | None = None) -> None:
        self._known: dict[Node, Known] = dict(assume or {})

    def of(self, node: Node) -> Known:
        """What is known of `node`. Takes time for those nodes below it alone that were not asked for before."""
        found = self._known.get(node)
        if found is not None:
            return found
        known = self._known
        stack = [node]
        while stack:
            top = stack[-1]
            missing = [arg for arg in top.args if arg not in known]
            if missing:
                stack += missing
                continue
            stack.pop()
            if top not in known:
                known[top] = self._fresh(top)
        return known[node]

    def simplify(self, node: Node) -> Node:
        """`node` where facts decide nothing, else the constant that it is, or that argument which it always equals.

        The arguments stay as they are: a graph is simplified by going through it from its leaves up.
        """
        if node.op in LEAVES:
            return node
        known = self.of(node)
        if known.low == known.high:
            return const(known.low, node.width)
        pick = TABLE[node.op].pick
        if pick is None:
            return node
        index = pick(*[self._known[arg] for arg in node.args])
        return node if index is None else node.args[index]

    def _fresh(self, node: Node) -> Known:
        """What is known of `node` from what is known of its arguments."""
        if node.op == CONST:
            return constant(int(node.data), node.width)
        if node.op in LEAVES:
            return unknown(node.width)
        args = [self._known[arg] for arg in node.args]
        found = known_by_row(TABLE[node.op], node.width, args)
        for of_which, related in _RELATIONS.get(node.op, ()):
            x = of_which(node)
            if x is not None:
                found = meet(found, related(node.width, self._known[x]))
        return found


def known_by_row(row: Row, width: int, args: Sequence[Known]) -> Known:
    """What is known of the operation `row` with a result of `width` bits, from what is known of its arguments."""
    if all(arg.low == arg.high for arg in args):
        return constant(evaluate_row(row, [arg.low for arg in args], [arg.width for arg in args], width), width)
    if row.known is not None:
        return row.known(width, *args)
    names, meaning = _meaning(row.name, tuple(arg.width for arg in args), width)
    return Facts(dict(zip(names, args, strict=True))).of(meaning)


def known_of(op: str, args: tuple[Known, ...], wanted: int | None = None) -> Known:
    """What is known of the operation `op`; casts need the `wanted` width. TypeError where the widths do not fit."""
    row = TABLE[op]
    return known_by_row(row, row.result_width(tuple([arg.width for arg in args]), wanted), args)


@lru_cache(1 << 10)
def _meaning(op: str, widths: tuple[int, ...], width: int) -> tuple[tuple[Node, ...], Node]:
    """The arguments of the composite `op` as inputs, and what it means on them."""
    names = tuple(leaf(name, each) for name, each in zip("xyz", widths, strict=False))
    return names, terms.expand(TABLE[op], names, width)


# --- values that are made from one another ----------------------------------------------------------------------------


def _minus_one(node: Node) -> Node | None:
    """The x of x - 1."""
    if node.op in ("add", "sub") and node.args[1] is const(-1 if node.op == "add" else 1, node.width):
        return node.args[0]
    return None


def _plus_one(node: Node) -> Node | None:
    """The x of x + 1."""
    if node.op in ("add", "sub") and node.args[1] is const(1 if node.op == "add" else -1, node.width):
        return node.args[0]
    return None


def _inverted(node: Node) -> Node | None:
    """The x of ~x."""
    if node.op == "not" or node.op == "xor" and node.args[1] is const(-1, node.width):
        return node.args[0]
    return None


def _negated(node: Node) -> Node | None:
    """The x of -x."""
    if node.op == "neg":
        return node.args[0]
    if node.op == "sub" and node.args[0] is const(0, node.width):
        return node.args[1]
    inner = _plus_one(node)
    return _inverted(inner) if inner is not None else None


def _lowest_one(node: Node) -> Node | None:
    """The x of x & -x."""
    if node.op != "and":
        return None
    a, b = node.args
    return a if _negated(b) is a else b if _negated(a) is b else None


def _masked_by_predecessor(node: Node) -> Node | None:
    """The x of x & x - 1."""
    a, b = node.args
    return a if _minus_one(b) is a else b if _minus_one(a) is b else None


def _less_lowest_one(node: Node) -> Node | None:
    """The x of x - (x & -x), or of x ^ (x & -x)."""
    a, b = node.args
    return a if _lowest_one(b) is a else b if node.op == "xor" and _lowest_one(a) is b else None


def _joined_with_successor(node: Node) -> Node | None:
    """The x of x | x + 1."""
    a, b = node.args
    return a if _plus_one(b) is a else b if _plus_one(a) is b else None


_Relation = tuple[Callable[[Node], Node | None], Callable[[int, Known], Known]]
_RELATIONS: Mapping[str, tuple[_Relation, ...]] = {
    "and": ((_masked_by_predecessor, without_lowest_one), (_lowest_one, lowest_one)),
    "xor": ((_less_lowest_one, without_lowest_one),),
    "sub": ((_less_lowest_one, without_lowest_one),),
    "or": ((_joined_with_successor, with_lowest_zero),),
}
