"""What a program costs: operations, each counted once however often its value is used.

The table's `cost` column says what an operation counts. Inputs and constants are free, and so are `zext` and `trunc`
between the widths of registers; other casts hide work: `zext` of a 5-bit `trunc` is a mask.

Beside this count there are two models of one machine, that of the table's columns: `latency`, the cycles along the
longest way from an input to a result, and `size`, the bytes of the instructions with the constants in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from .graph import CHOICE, CONST, INPUT, LEAVES, Function, Node, topological
from .primes import MAX_WIDTH, TABLE

REGISTERS = frozenset({1, 8, 16, 32, 64})
SET, SET_BYTES = 1, 3  # cycles and bytes of setcc, which a comparison needs unless selects alone use it,
TEST, TEST_BYTES = 1, 2  # and of test, which a select needs unless its condition is a comparison
MASK_BYTES = 4  # of the mask in a cast that hides an `and`
WIDE_BYTES = 10  # of a constant that is no operand, and is moved into a register
SLOW = 10  # cycles

Model = Literal["instructions", "latency", "size"]
MODELS: tuple[Model, ...] = get_args(Model)


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """What a program costs by each model: operations, cycles, bytes."""

    instructions: int
    latency: int
    size: int

    def by(self, model: Model) -> tuple[int, ...]:
        """For comparison: what `model` says first, and then the others."""
        return getattr(self, model), self.instructions, self.latency, self.size

    def covers(self, other: Cost) -> bool:
        """Whether this is no more than `other` by any model."""
        return (self.instructions <= other.instructions and self.latency <= other.latency and self.size <= other.size)


def cost(function: Function) -> Cost:
    """What `function` costs by each model."""
    values = [result.value for result in function.results]
    return Cost(instructions(function), latency_of(values), size_of(values))


def latency_of(roots: Sequence[Node]) -> int:
    """The cycles along the longest way from an input to one of `roots`, without waiting for anything else."""
    ready: dict[Node, int] = {}
    widened = _widened(list(topological(roots)))
    for node in topological(roots):
        if node.op in LEAVES:
            ready[node] = 0
            continue
        waits = [ready[arg] for arg in node.args]
        own = TABLE[node.op].latency or _masks(node, node in widened)
        if _chooses(node):
            waits[0], own = waits[0] - SET, own - TEST
        ready[node] = max(waits) + own
    return max((ready[root] for root in roots), default=0)


def slow_operations(roots: Sequence[Node]) -> int:
    """How many operations take many cycles each, as divisions do."""
    return sum(node.op not in LEAVES and (TABLE[node.op].latency or 0) >= SLOW for node in topological(roots))


def size_of(roots: Sequence[Node]) -> int:
    """The bytes of the instructions below `roots`, each counted once; a constant counts wherever it is an operand."""
    nodes = list(topological(roots))
    widened = _widened(nodes)
    operations = [node for node in nodes if node.op not in LEAVES]
    kept = {arg for node in operations for arg in node.args[int(_chooses(node)):]} | set(roots)  # not as flags alone
    flags = {node for node in operations if TABLE[node.op].predicate and node not in kept}
    wide = sum(WIDE_BYTES for node in nodes if node.op == CONST and _operand_bytes(node) is None)
    return wide + sum(_bytes(node, node in widened) for node in operations) - SET_BYTES * len(flags)


def _bytes(node: Node, widened: bool) -> int:
    """Those of one operation and of the constants in it; one more for a register of 64 bits."""
    if _cast(node):
        return TABLE[node.op].size or (TABLE["and"].size + MASK_BYTES) * _masks(node, widened)
    constants = sum(_operand_bytes(arg) or 0 for arg in node.args if arg.is_const)
    long = any(part.width > 32 for part in (node, *node.args))
    return TABLE[node.op].size + constants + long - TEST_BYTES * _chooses(node)


def _operand_bytes(number: Node) -> int | None:
    """The bytes that a constant takes in an instruction, which extends it by its sign; None where it does not fit."""
    value = int(number.data)
    value -= (value >> number.width - 1) << number.width
    return next((size for size in (1, 4) if -1 << 8 * size - 1 <= value < 1 << 8 * size - 1), None)


def _chooses(node: Node) -> bool:
    """Whether it is a select right behind a comparison, which needs only the processor's flags."""
    condition = node.args[0] if node.op == "select" else None
    return condition is not None and condition.op not in LEAVES and TABLE[condition.op].predicate


def _masks(node: Node, widened: bool) -> int:
    """1 for a cast that hides an `and`."""
    return _instructions(node, MAX_WIDTH, widened) if _cast(node) else 0


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
    widened = _widened(nodes)
    return sum(_instructions(node, widest, node in widened) for node in nodes)


def _widened(nodes: Sequence[Node]) -> set[Node]:
    return {node.args[0] for node in nodes if _cast(node) and node.width > node.args[0].width}


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
