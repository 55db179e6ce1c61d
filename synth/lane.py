"""A problem on words of one width: what is free, with its values on the samples, and what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ..ir.graph import Node, resized, topological
from ..ir.kernel import MAX_KERNEL_WIDTH
from .bank import Bank, Operation, OutOfRoom
from .goals import Target
from .problem import Problem
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

ROWS = 64  # samples at the most
CAPACITY = 200_000


@dataclass(frozen=True, slots=True)
class Lane:
    """The problem on words of one width: what is free, with its values on the samples, and what is wanted."""

    width: int
    leaves: list[tuple[Node, Words]]
    target: Target
    operations: tuple[Operation, ...]
    named: frozenset[str]  # the operations of the reference
    wide_product: bool  # whether there is a product of wider words among them


def lane(problem: Problem, output: int, vocabulary: Vocabulary, free: Sequence[Node]) -> Lane | None:
    """The lane of one output of `problem`; None where there is none, and for a truth value."""
    import numpy as np

    wanted, result = problem.wanted[output], problem.spec.outputs[output].type.width
    rows = [row for row in problem.bank_rows if wanted.care[row]][:ROWS]
    width = max([result, *(node.width for node in (*problem.inputs, *free))])
    if result == 1 or width > MAX_KERNEL_WIDTH or len(rows) < 4:
        return None
    names = {row.name for row in vocabulary.rows}
    leaf_does = {row for row, other in (("not", "xor"), ("neg", "sub")) if other in names}  # with a leaf, -1 or 0
    operations = tuple(op for op in vocabulary.operations if op.w == width >= op.result
                       and set(op.row.arguments) == {"w"} and len(op.widths) <= 2 and op.row.name not in leaf_does)
    nodes = [*problem.inputs, *free, *(node for node in vocabulary.constants if node.width == width)]
    values = problem.evaluate(nodes, [problem.tuples[row] for row in rows])
    leaves = [(resized(node, width), np.ascontiguousarray(words, dtype=np.uint64))
              for node, words in zip(nodes, values, strict=True)]
    order = _telling(leaves, operations)
    leaves = [(node, words[order]) for node, words in leaves]
    words = np.ascontiguousarray(wanted.words[rows][order], dtype=np.uint64)
    masks = np.full(len(rows), (1 << result) - 1, dtype=np.uint64)
    reference = problem.spec.reference
    parts = list(topological([reference.results[output].value])) if reference else []
    named = frozenset(node.op for node in parts)
    wide = any(node.op == "mul" and node.width > width for node in parts)
    return Lane(width, leaves, Target(words, masks, partial(resized, width=result)), operations, named, wide)


def _telling(leaves: list[tuple[Node, Words]], operations: Sequence[Operation]) -> NDArray[np.int64]:
    """The samples in the order of how many programs of one operation they tell apart: a chain looks at the first."""
    import numpy as np

    bank = Bank(leaves, [], CAPACITY)
    with suppress(OutOfRoom):  # what there is room for will do
        bank.grow(operations, lambda made: None)
    distinct = [len(np.unique(column)) for column in bank.values[: len(bank)].T]
    return np.argsort(np.negative(distinct), kind="stable")
