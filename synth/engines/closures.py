"""Programs over one or two operations alone, as deep as these lead: the largest of five words, a median, a parity.

Few operations make few different values of several inputs (minimum and maximum of five words 7,579, the free
distributive lattice), where all together make millions. Each one and each pair has a bank of its own, and more room
from round to round.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import combinations

from ...ir.graph import resized
from ..bank import Bank, Goal, Operation, OutOfRoom
from ..budget import Budget
from ..problem import Problem
from ..vocabulary import Vocabulary
from .events import Batch, Candidate, Exhausted

INPUTS = 3  # at the least: over fewer, enumeration and chains are as deep
ROUNDS = (20_000, 400_000, 8_000_000, 80_000_000)  # programs that are made over one pair, at the most
CAPACITY = 50_000
LOOKED_AT = 4_000_000.0  # nanoseconds that a pair counts for, besides its programs
ROWS = 64


def closure_programs(problem: Problem, output: int, vocabulary: Vocabulary,
                     budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs for one output of `problem` over its inputs and no constants. Raises `budget.Spent`."""
    import numpy as np

    wanted, result = problem.wanted[output], problem.spec.outputs[output].type.width
    rows = [row for row in problem.bank_rows if wanted.care[row]][:ROWS]
    width = max(result, *(node.width for node in problem.inputs)) if problem.inputs else 0
    if len(problem.inputs) < INPUTS or result == 1 or len(rows) < 4 or not problem.fits:
        return
    values = problem.evaluate(problem.inputs, [problem.tuples[row] for row in rows])
    leaves = [(resized(node, width), np.ascontiguousarray(words, dtype=np.uint64))
              for node, words in zip(problem.inputs, values, strict=True)]
    goal = Goal(width, np.ascontiguousarray(wanted.words[rows], dtype=np.uint64), np.ones(len(rows), dtype=np.bool_),
                np.uint64((1 << result) - 1), result)
    bank = Bank(leaves, (), CAPACITY)
    flat = [op for op in vocabulary.operations if op.w == op.result == width and len(op.widths) <= 2
            and op.last is None and set(op.row.arguments) == {"w"}]
    joining = [op for op in flat if len(op.widths) == 2]
    pairs: list[tuple[Operation, ...]] = [pair for pair in combinations(flat, 2) if any(op in joining for op in pair)]
    some: list[tuple[Operation, ...]] = [(op,) for op in joining]
    for waiting in (some, pairs):
        for most in ROUNDS:
            for operations in list(waiting):
                budget.engine, budget.level = "closures", most
                budget.spend(1, LOOKED_AT)
                bank.restart(leaves)
                if (yield from _grown(bank, operations, goal, most, budget)):
                    waiting.remove(operations)
                yield Batch()


def _grown(bank: Bank, operations: Sequence[Operation], goal: Goal, most: int,
           budget: Budget) -> Generator[Candidate, None, bool]:
    """The programs that meet the goal among the first `most`; returns whether there are no more for which there is
    room."""
    while bank.candidates + bank.estimate(operations, bank.level + 1) <= most:
        try:
            bank.grow(operations, budget.store)
        except OutOfRoom:
            return True
        yield from (Candidate(goal.wrapped(bank.expression(entry))) for entry in bank.equal_to(goal, bank.level))
        if bank.level > 2 * max(level for level, _ in bank.ranges) + 1:  # two of them make nothing that is not there
            return True
    return False
