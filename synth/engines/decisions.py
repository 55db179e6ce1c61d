"""Programs that are one test of the bits of a word or of a product: (v & mask) < bound, (v*a & mask) < bound.

They tell multiples of several numbers, leap years, ranges of remainders and of fields at once. Masks and bounds are
learnt from samples, multipliers follow from the divisors that the spec mentions (synth/decisions.py); what fails on
further inputs is learnt again with these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...ir.graph import Node, apply, const, resized
from ..bank import STANDARD_WIDTHS
from ..budget import Budget
from ..decisions import learn, multipliers
from ..pool import Pool, Pools
from ..problem import Problem
from ..recover import arcs, in_range
from ..vocabulary import Vocabulary
from .events import Batch, Candidate

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

FEW = 24  # samples of each outcome to begin with
AT_ONCE = 4  # samples that join when a test fails on them
ROUNDS = 24  # of learning again
LEARNT = 12_000.0  # nanoseconds that a word counts for on so many samples
TRIED = 1_000_000.0  # and a test on all inputs at hand
TOGETHER = 4096  # words that are looked at together
NEEDED = {"and", "ult"}
SMALL = (3, 5, 7, 9, 11, 13, 15)  # divisors beside those that the spec mentions
LARGEST = 1 << 16  # divisor
MANY = 8  # divisors that the spec mentions


def decision_programs(problem: Problem, output: int, vocabulary: Vocabulary,
                      budget: Budget) -> Iterator[Candidate | Batch]:
    """Programs for one output of `problem` that are a test of some bits, for outputs that are 0 or 1. They are right
    on all inputs at hand. Raises `budget.Spent`."""
    if not problem.fits or not NEEDED <= {row.name for row in vocabulary.rows}:
        return
    wanted = problem.wanted[output]
    if wanted.care.any() and int(wanted.words[wanted.care].max()) == 1 and not wanted.words[wanted.care].all():
        yield from _Decisions(problem, output, vocabulary, budget).run()


class _Decisions:
    def __init__(self, problem: Problem, output: int, vocabulary: Vocabulary, budget: Budget) -> None:
        self.problem, self.output, self.vocabulary, self.budget = problem, output, vocabulary, budget
        self.width = problem.spec.outputs[output].type.width
        self.names = {row.name for row in vocabulary.rows}
        care = problem.wanted[output].care
        known = [row for row in range(problem.count) if care[row]]
        self.rows: list[int] = []
        for outcome in (0, 1):
            rows = [row for row in known if problem.wanted[output].words[row] == outcome]
            self.rows += rows[:: -(-len(rows) // FEW)]
        self.pools = Pools(problem, vocabulary, self.rows, (), budget)
        mentioned = [int(node.data) for node in problem.spec.constants()]
        self.divisors = [number for number in mentioned if 2 < number < LARGEST][:MANY]

    def run(self) -> Iterator[Candidate | Batch]:
        self.budget.engine = "decisions"
        for level in range(2):
            self.budget.level = level
            if self.pools.level < level:
                self.pools.grow()
            for pool in self._pools():
                yield from self._tested(pool, list(pool.levels[level]), [1])
        for divisors in (self.divisors, SMALL) if "mul" in self.names else ():
            for level in range(2):
                self.budget.level = level
                for pool in self._pools():
                    for factors in filter(None, multipliers(divisors, pool.width)):
                        yield from self._tested(pool, list(pool.levels[level]), factors)

    def _pools(self) -> Iterator[Pool]:
        """Those of words, narrow ones first, that are as wide as an input or may stand beside it."""
        for width in self.vocabulary.widths:
            if width > 1 and (width in STANDARD_WIDTHS or any(node.width == width for node in self.problem.inputs)):
                yield self.pools.at[width]

    def _tested(self, pool: Pool, entries: Sequence[int], factors: Sequence[int]) -> Iterator[Candidate | Batch]:
        """Tests of products of all entries with all factors."""
        step = max(1, TOGETHER // max(1, len(factors)))
        for start in range(0, len(entries), step):
            nodes = [pool.node(entry) for entry in entries[start:start + step]]
            yield from self._learnt([(node, factor) for node in nodes for factor in factors])
            yield Batch()

    def _learnt(self, products: list[tuple[Node, int]]) -> Iterator[Candidate | Batch]:
        """Tests of `products` that are right on all inputs at hand; what fails sorts out others as well."""
        tried: set[Node] = set()
        rows = list(self.rows)
        for _ in range(ROUNDS):
            if not products:
                return
            self.budget.spend(len(products), LEARNT * len(rows) / (2 * FEW))
            values, truth = self._values(products, rows), self.problem.wanted[self.output].words[rows] == 1
            wrong: dict[tuple[int, ...], None] = {}
            left: dict[int, None] = {}
            for entry, program in self._programs(products, values, truth):
                left.setdefault(entry)
                if program in tried or len(wrong) >= 2 * AT_ONCE:
                    continue
                tried.add(program)
                self.budget.spend(1, TRIED)
                if not (failed := self.problem.failures([program], AT_ONCE)):
                    yield Candidate(program)
                    yield Batch()
                    failed = self.problem.failures([program], AT_ONCE)  # the proof may have found one
                wrong.update(dict.fromkeys(failed))
            fresh = [row for row in map(self.problem.row, wrong) if row not in rows]
            if not fresh:
                return
            yield Batch()  # others may have their turn
            rows += fresh
            products = [products[entry] for entry in left]

    def _values(self, products: Sequence[tuple[Node, int]], rows: Sequence[int]) -> Words:
        import numpy as np

        nodes = list(dict.fromkeys(node for node, _ in products))
        found = self.problem.evaluate(nodes, [self.problem.tuples[row] for row in rows])
        words = dict(zip(nodes, (np.asarray(column, dtype=np.uint64) for column in found), strict=True))
        factors = np.array([factor for _, factor in products], dtype=np.uint64)
        values: Words = np.array([words[node] for node, _ in products]) * factors[:, None]
        return values & np.uint64((1 << nodes[0].width) - 1)

    def _programs(self, products: Sequence[tuple[Node, int]], values: Words,
                  truth: NDArray[np.bool_]) -> Iterator[tuple[int, Node]]:
        """Tests that are right on the samples, comparisons first, each with its place among the products."""
        width = products[0][0].width
        for entry, arc, wide in arcs(values, truth, width):
            for test in in_range(_product(*products[entry]), arc, wide, self.names):
                yield entry, self._made(test)
        for outcome in (True, False):
            for entry, mask, bound in learn(values, truth == outcome, width):
                bits = apply("and", _product(*products[entry]), const(mask, width))
                sides = (bits, const(bound, width)) if outcome else (const(bound - 1, width), bits)
                yield entry, self._made(apply("ult", *sides))

    def _made(self, test: Node) -> Node:
        return resized(test, self.width)


def _product(node: Node, factor: int) -> Node:
    return node if factor == 1 else apply("mul", node, const(factor, node.width))
