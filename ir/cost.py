"""What a program costs: operations, each counted once however often its value is used.

The table's `cost` column says what an operation counts. Inputs and constants are free, and so are `zext` and `trunc`
between the widths of registers; other casts hide work: `zext` of a 5-bit `trunc` is a mask.
"""

from __future__ import annotations

from collections.abc import Sequence

from .graph import CHOICE, CONST, INPUT, Function, Node, topological
from .primes import TABLE

REGISTERS = frozenset({1, 8, 16, 32, 64})


def instructions(function: Function) -> int:
    """The instructions that `function` takes to compute its results' values, each counted once."""
    values = [result.value for result in function.results]
    widths = [node.width for node in (*(parameter.value for parameter in function.parameters), *values)]
    return instructions_of(values, max(widths, default=0))


def instructions_of(roots: Sequence[Node], widest: int | None = None) -> int:
    """The instructions below `roots`, each counted once; a constant of more than `widest` bits counts as one.

    Without `widest` it is the width of the widest input or root.
    """
    nodes = list(topological(roots))
    if widest is None:
        ends = (*roots, *(node for node in nodes if node.op == INPUT))
        widest = max((node.width for node in ends), default=0)
    widened = {node.args[0] for node in nodes if _cast(node) and node.width > node.args[0].width}
    return sum(_instructions(node, widest, node in widened) for node in nodes)


def _instructions(node: Node, widest: int, widened: bool) -> int:
    if node.op == CONST:
        return int(node.width > widest)
    if node.op in (INPUT, CHOICE):
        return 0
    cost = TABLE[node.op].cost
    if cost or not _cast(node):
        return cost
    cut_and_widened = widened and node.width < node.args[0].width
    return int(cut_and_widened or not {node.width, node.args[0].width} <= REGISTERS)


def _cast(node: Node) -> bool:
    return bool(node.args) and TABLE[node.op].cast
