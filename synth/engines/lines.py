"""Programs that end in (a*v + b) >> s over a cheap value v, with constants that no enumeration would try.

They divide and take remainders on a range of inputs, and scale and round: the constants follow from the samples
(synth/lines.py), those that fail on further inputs are worked out again with these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ...ir.graph import Node, apply, const
from ..bank import STANDARD_WIDTHS
from ..budget import Budget
from ..lines import Bounds, Line, straight, wrapped
from ..pool import Pool, Pools
from ..problem import Problem
from ..vocabulary import Vocabulary
from .events import Batch, Candidate, Exhausted

FIRST = 24  # samples to begin with, as they come,
LOWEST = 40  # and of the least inputs, which lie side by side
ROUNDS = 12  # of working constants out again
AT_ONCE = 4  # samples that join in one round
DEEPEST = 1  # level of the value
LOOKED_AT = 100_000.0  # nanoseconds that a value counts for
NEEDED = {"mul", "lshr"}

Way = Callable[[Sequence[int], Sequence[int], int], Iterator[Line]]


def line_programs(problem: Problem, output: int, vocabulary: Vocabulary,
                  budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs for one output of `problem` that end in a rounded line, over inputs first and then over values of cost
    1. They are right on all inputs at hand. Raises `budget.Spent`."""
    if not problem.fits or not NEEDED <= {row.name for row in vocabulary.rows}:
        return
    care = problem.wanted[output].care
    if problem.spec.outputs[output].type.width > 1 and any(care[row] for row in problem.bank_rows):
        yield from _Lines(problem, output, vocabulary, budget).run()


class _Lines:
    def __init__(self, problem: Problem, output: int, vocabulary: Vocabulary, budget: Budget) -> None:
        self.problem, self.output, self.vocabulary, self.budget = problem, output, vocabulary, budget
        self.width = problem.spec.outputs[output].type.width
        care = problem.wanted[output].care
        known = [row for row in range(problem.count) if care[row]]
        lowest = sorted(known, key=lambda row: problem.tuples[row])[:LOWEST]
        self.rows = list(dict.fromkeys([*(row for row in problem.bank_rows if care[row]), *lowest]))
        self.rows = [*self.rows[:FIRST], *(row for row in lowest if row not in self.rows[:FIRST])]
        self.adds = "add" in {row.name for row in vocabulary.rows}
        self.tried: set[Node] = set()
        self.pools = Pools(problem, vocabulary, self.rows, (), budget)

    def run(self) -> Iterator[Candidate | Batch | Exhausted]:
        widths = [width for width in self.vocabulary.widths
                  if width == self.width or width > self.width and {width, self.width} <= STANDARD_WIDTHS]
        for level in range(DEEPEST + 1):
            self.budget.engine, self.budget.level = "lines", level
            if self.pools.level < level:
                self.pools.grow()
            for width in widths:
                pool = self.pools.at[width]
                for entry in pool.levels[level]:
                    self.budget.spend(1, LOOKED_AT)
                    for node in self._over(pool, entry):
                        yield Candidate(node)
                        yield Batch()
            yield Exhausted(level, complete=False)

    def _over(self, pool: Pool, entry: int) -> Iterator[Node]:
        """Programs that are right on all inputs at hand and end in a line over one value."""
        values = [int(word) for word in pool.values[entry]]
        words = [int(word) for word in self.problem.wanted[self.output].words[self.rows]]
        if len(set(words)) == 1:
            return
        for way in (self._straight, self._wrapped):
            yield from self._settled(pool.node(entry), values, words, way)

    def _settled(self, node: Node, values: list[int], words: list[int], way: Way) -> Iterator[Node]:
        rows = list(self.rows)
        for _ in range(ROUNDS):
            wrong: list[tuple[int, ...]] = []
            for line in way(values, words, node.width):
                if line.offset and not self.adds:
                    continue
                program = self._program(node, line)
                if program in self.tried:
                    continue
                self.tried.add(program)
                failed = self.problem.failures([program], AT_ONCE)
                if not failed:
                    yield program
                wrong += failed
            fresh = [row for row in map(self.problem.row, dict.fromkeys(wrong)) if row not in rows]
            if not fresh:
                return
            rows += fresh
            (found,) = self.problem.evaluate([node], [self.problem.tuples[row] for row in fresh])
            values = [*values, *map(int, found)]
            words = [*words, *(int(self.problem.wanted[self.output].words[row]) for row in fresh)]

    def _straight(self, values: Sequence[int], words: Sequence[int], width: int) -> Iterator[Line]:
        yield from straight(Bounds(values, words, [word + 1 for word in words]), width)

    def _wrapped(self, values: Sequence[int], words: Sequence[int], width: int) -> Iterator[Line]:
        yield from wrapped(values, words, width)

    def _program(self, node: Node, line: Line) -> Node:
        width = node.width
        made = apply("mul", node, const(line.factor, width))
        if line.offset:
            made = apply("add", made, const(line.offset, width))
        made = apply("lshr", made, const(line.shift, width))
        return made if width == self.width else apply("trunc", made, width=self.width)
