"""Programs within a tolerance: rounded polynomials of cheap values, with factors that a linear program gives.

Where a predicate accepts a range of results on every input, each input is two linear conditions on the factors c of
(c2*u*u + c1*u + c0)*v + c >> s, whatever the values u and v are. Both are taken from inputs, cheap values of them, and
inputs moved left until their top bit is in one place, where what was moved is taken back at the end (synth/fits.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...ir.bounds import range_within
from ...ir.graph import Node, apply, const
from ..bank import STANDARD_WIDTHS
from ..budget import Budget
from ..fits import whole
from ..pool import Pools
from ..problem import Problem
from ..tolerance import Accepted, accepted
from ..vocabulary import Vocabulary
from .events import Batch, Candidate, Exhausted

MOST_ROWS = 256  # samples
ROUNDS = 6  # of fitting again with samples that refuted
AT_ONCE = 8
DEGREE = 3
PARTNERS = 40  # values that are paired
FITTED = 1_500_000.0  # nanoseconds that a shape counts for
NEEDED = {"mul", "add"}


@dataclass(frozen=True, slots=True)
class _Shape:
    """A polynomial of `u` times `v` (where it is not 1), and a multiple of `w`, moved right by `back` at the end.

    Where the input `zero` is 0, a constant stands for all of it.
    """

    u: Node
    degree: int
    v: Node | None = None
    w: Node | None = None
    back: Node | None = None
    zero: Node | None = None


def fitted_programs(problem: Problem, output: int, vocabulary: Vocabulary,
                    budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs that are within the tolerance of `problem` on all inputs at hand. Raises `budget.Spent`."""
    names = {row.name for row in vocabulary.rows}
    type_ = problem.spec.outputs[output].type
    if not problem.fits or type_.width == 1 or not NEEDED <= names or not problem.count:
        return
    if ("ashr" if type_.signed else "lshr") not in names:
        return
    rows = list(dict.fromkeys([*problem.bank_rows, *_spread(problem)]))
    allowed = accepted(problem, output, [problem.tuples[row] for row in rows])
    if allowed is None or all(high - low == 1 for low, high in zip(allowed.low, allowed.high, strict=True)):
        return
    yield from _Fits(problem, output, vocabulary, budget, rows, allowed).run()


def _spread(problem: Problem) -> list[int]:
    """Rows of inputs from all over those at hand, in order."""
    order = sorted(range(problem.count), key=lambda row: problem.tuples[row])
    return order[:: -(-len(order) // MOST_ROWS)]


class _Fits:
    def __init__(self, problem: Problem, output: int, vocabulary: Vocabulary, budget: Budget, rows: list[int],
                 allowed: Accepted) -> None:
        self.problem, self.output, self.vocabulary, self.budget = problem, output, vocabulary, budget
        self.type = problem.spec.outputs[output].type
        self.rows, self.allowed = rows, allowed
        self.names = {row.name for row in vocabulary.rows}
        self.pools = Pools(problem, vocabulary, rows, (), budget)
        self.tried: set[Node] = set()

    def run(self) -> Iterator[Candidate | Batch | Exhausted]:
        widths = [width for width in self.vocabulary.widths if width == self.type.width
                  or width > self.type.width and {width, self.type.width} <= STANDARD_WIDTHS]
        self.budget.engine = "fits"
        for level in (0, 1):
            self.budget.level = level
            if self.pools.level < level:
                self.pools.grow()
            for width in widths:
                for shape in self._shapes(width, level):
                    self.budget.spend(1, FITTED)
                    for node in self._settled(shape, width):
                        yield Candidate(node)
                        yield Batch()
            yield Exhausted(level, complete=False)

    def _shapes(self, width: int, level: int) -> Iterator[_Shape]:
        """Shapes over inputs, then over values of one operation too, of low degrees first."""
        pool = self.pools.at[width]
        values = [pool.node(entry) for entry in pool.levels[level]]
        cheap = [pool.node(entry) for part in pool.levels[:level + 1] for entry in part][:PARTNERS]
        moved = list(self._moved(width)) if level == 0 else []
        for degree in range(1, DEGREE + 1):
            yield from (_Shape(u, degree) for u in values)
            for u, by, back in moved:
                for zero in (None, u.args[0]) if {"eq", "select"} <= self.names else (None,):
                    yield _Shape(u, degree, back=back, zero=zero)
                    yield _Shape(u, degree, w=by, zero=zero)
        for degree in range(1, DEGREE + 1):
            yield from (_Shape(u, degree, v) for u in cheap for v in cheap if u is not v)

    def _moved(self, width: int) -> Iterator[tuple[Node, Node, Node]]:
        """Inputs moved left until the top bit, or one of the top two, of their range is set; by how much, and by how
        much a result is moved back that is as large as they are, or as large as their root."""
        if not {"ctlz", "and", "shl", "lshr"} <= self.names:
            return
        for node in self.problem.inputs:
            within = range_within([self.problem.spec.requires], node)
            bits = (within.low + within.size - 1).bit_length()
            span = 1 << (bits - 1).bit_length()  # a mask tells numbers below it
            if node.width != width or (width - bits) % span or bits < 2:
                continue
            zeros = apply("ctlz", node)
            by = apply("and", zeros, const(span - 1, width))
            yield apply("shl", node, by), by, by
            even = apply("and", zeros, const(span - 2, width))
            yield apply("shl", node, even), even, apply("lshr", even, const(1, width))

    # --- factors ------------------------------------------------------------------------------------------------------

    def _settled(self, shape: _Shape, width: int) -> Iterator[Node]:
        """The shape with factors that are right on all inputs at hand, if some are found."""
        rows, allowed, at_zero = list(self.rows), self.allowed, 0
        if shape.zero is not None:
            place = self.problem.inputs.index(shape.zero)
            zeros = [index for index, row in enumerate(rows) if not self.problem.tuples[row][place]]
            if not zeros or len(zeros) == len(rows):
                return
            at_zero = max(allowed.low[index] for index in zeros)
            others = [index for index in range(len(rows)) if index not in zeros]
            rows = [rows[index] for index in others]
            allowed = Accepted([allowed.low[index] for index in others], [allowed.high[index] for index in others])
        for _ in range(ROUNDS):
            program = self._fitted(shape, width, rows, allowed)
            if program is not None and shape.zero is not None:
                test = apply("eq", shape.zero, const(0, shape.zero.width))
                program = apply("select", test, const(at_zero, self.type.width), program)
            if program is None or program in self.tried:
                return
            self.tried.add(program)
            failed = self.problem.failures([program], AT_ONCE)
            if not failed:
                yield program
                return
            fresh = [row for row in map(self.problem.row, failed) if row not in rows]
            more = accepted(self.problem, self.output, [self.problem.tuples[row] for row in fresh]) if fresh else None
            if more is None:
                return
            rows += fresh
            allowed = Accepted(allowed.low + more.low, allowed.high + more.high)

    def _fitted(self, shape: _Shape, width: int, rows: Sequence[int], allowed: Accepted) -> Node | None:
        parts = [part for part in (shape.u, shape.v, shape.w, shape.back) if part is not None]
        found = self.problem.evaluate(parts, [self.problem.tuples[row] for row in rows])
        values = {part: [_signed(int(word), width) for word in words] for part, words in zip(parts, found, strict=True)}
        moved = values[shape.back] if shape.back is not None else [0] * len(rows)
        if min(moved) < 0 or max(moved) >= width:
            return None
        most = max(max(abs(low), abs(high)) << by for low, high, by
                   in zip(allowed.low, allowed.high, moved, strict=True))
        shift = width - self.type.signed - most.bit_length()
        if shift < 1 or not self.type.signed and min(allowed.low) < 0:
            return None
        basis = _basis(shape, values)
        factors = whole(basis, [low << by + shift for low, by in zip(allowed.low, moved, strict=True)],
                        [high << by + shift for high, by in zip(allowed.high, moved, strict=True)])
        return None if factors is None else self._program(shape, width, factors, shift)

    def _program(self, shape: _Shape, width: int, factors: list[int], shift: int) -> Node | None:
        *factors, offset = factors
        last = factors.pop() if shape.w is not None else 0
        made = self._times(shape.u, factors[0], width)
        if shape.v is not None:
            made = apply("mul", self._horner(shape.u, factors, width), shape.v)
        else:
            made = self._horner(shape.u, [*factors, 0], width)
        if shape.w is not None:
            made = apply("add", made, self._times(shape.w, last, width))
        if offset:
            made = apply("add", made, const(offset, width))
        right = "ashr" if self.type.signed else "lshr"
        made = apply(right, made, const(shift, width))
        if shape.back is not None:
            made = apply(right, made, shape.back)
        return made if width == self.type.width else apply("trunc", made, width=self.type.width)

    def _horner(self, u: Node, factors: Sequence[int], width: int) -> Node:
        """factors[0]*u**n + .. + factors[n]."""
        made = self._times(u, factors[0], width)
        for factor in factors[1:-1]:
            if factor:
                made = apply("add", made, const(factor, width))
            made = apply("mul", made, u)
        return apply("add", made, const(factors[-1], width)) if factors[-1] else made

    def _times(self, node: Node, factor: int, width: int) -> Node:
        return apply("mul", node, const(factor, width))


def _basis(shape: _Shape, values: dict[Node, list[int]]) -> list[list[int]]:
    """The values that the factors stand before, those of the highest degree first."""
    u = values[shape.u]
    v = values[shape.v] if shape.v is not None else [1] * len(u)
    first = 0 if shape.v is not None else 1
    found = [[b * a ** power for a, b in zip(u, v, strict=True)] for power in range(shape.degree, first - 1, -1)]
    return found if shape.w is None else [*found, values[shape.w]]


def _signed(word: int, width: int) -> int:
    return word - (word >> width - 1 << width)
