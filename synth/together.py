"""Results of which only a condition on all of them tells: programs of few operations for each, tried together.

Combinations come in the order of their operations. Words on the inputs at hand reject most of them, as the condition
and the laws of the spec are asked in vector code.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ..ir.graph import TRUE, Node
from ..ir.kernel import evaluate_batch
from .bank import Bank, OutOfRoom, compositions
from .budget import Budget
from .problem import Problem
from .vocabulary import vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

MOST = 20_000_000  # combinations that are looked at
AT_ONCE = 20_000
KEPT = 20_000  # programs for each result, of one operation at the most
TRIED = 300.0  # nanoseconds that a combination counts for


def joint_programs(problem: Problem, budget: Budget) -> Iterator[list[Node]]:
    """Values for all results of `problem` that nothing at hand rejects. Raises `budget.Spent`."""
    import numpy as np

    if not problem.fits or not problem.count:
        return
    words = vocabulary(problem.spec)
    rows = problem.bank_rows
    leaves = [*problem.inputs, *words.constants]
    values = problem.evaluate(leaves, [problem.tuples[row] for row in rows])
    bank = Bank([(node, np.ascontiguousarray(column, dtype=np.uint64))
                 for node, column in zip(leaves, values, strict=True)], words.casts, KEPT)
    if words.operations:
        with suppress(OutOfRoom):  # then results have no operation of their own
            bank.grow(words.operations, budget.store)
    left = MOST
    for cost in range(len(problem.spec.outputs) + 1):
        for levels in compositions(cost, len(problem.spec.outputs)):
            columns = [_entries(bank, level, output.type.width)
                       for level, output in zip(levels, problem.spec.outputs, strict=True)]
            for entries in _combined(columns):
                left -= len(entries)
                if left < 0:
                    return
                budget.spend(len(entries), TRIED)
                for row in _accepted(problem, bank, entries, rows):
                    yield [bank.expression(int(entry)) for entry in entries[row]]


def _entries(bank: Bank, level: int, width: int) -> NDArray[np.int64]:
    import numpy as np

    parts = [np.arange(part.start, part.stop) for part in bank.entries(level, width)] if level <= bank.level else []
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


def _combined(columns: Sequence[NDArray[np.int64]]) -> Iterator[NDArray[np.int64]]:
    """All combinations of one of each column, some at a time: a row for each combination."""
    import numpy as np

    sizes = tuple(map(len, columns))
    total = int(np.prod(sizes, dtype=np.int64))
    for start in range(0, total, AT_ONCE):
        places = np.unravel_index(np.arange(start, min(start + AT_ONCE, total)), sizes)
        yield np.stack([column[place] for column, place in zip(columns, places, strict=True)], axis=1)


def _accepted(problem: Problem, bank: Bank, entries: NDArray[np.int64], rows: Sequence[int]) -> NDArray[np.int64]:
    """Which combinations the condition on results, and the laws, do not reject on the inputs at hand."""
    import numpy as np

    left = np.arange(len(entries))
    inputs = [problem.tuples[row] for row in rows]
    table = np.array(inputs, dtype=np.uint64).reshape(len(rows), len(problem.inputs))
    for few in (slice(0, 1), slice(1, 4), slice(4, None)):
        count = len(rows[few])
        if problem.spec.ensures is TRUE or not count or not len(left):
            continue
        columns = {node: np.tile(table[few, at], len(left)) for at, node in enumerate(problem.inputs)}
        columns |= {output.value: np.ascontiguousarray(bank.values[entries[left, at], few]).ravel()
                    for at, output in enumerate(problem.spec.outputs)}
        (holds,) = evaluate_batch([problem.spec.ensures], columns)
        left = left[(holds.reshape(len(left), count) != 0).all(axis=1)]
    by_result = [bank.values[entries[left, at]] for at in range(entries.shape[1])]
    chosen: NDArray[np.int64] = left[problem.laws.accepts(by_result, inputs)]
    return chosen
