"""Programs with unknown constants of full width, which no enumeration could try: they are solved for.

Cheap values are stored (the bank, and shifts by every number). Over them stand shapes, all trees of a few operations
with holes, whose constants the bit-serial search finds (synth/holes.py); what the last operations hide from it, a mask
or a right shift, makes bits that do not matter. Constants of divisions, comparisons, tables and selects are worked out
(synth/recover.py). Constants that fail on further inputs are solved for again with those (CEGIS).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import groupby
from math import prod
from typing import TYPE_CHECKING

from ...ir.graph import Node, apply, const, leaf, substitute
from .. import recover
from ..bank import STANDARD_WIDTHS, compositions
from ..budget import Budget
from ..holes import SAMPLES, Filling, Shapes, Slices, hole, slices, value
from ..pool import DEEPEST, Pool, Pools
from ..problem import Problem
from ..shapes import Draft, shapes
from ..vocabulary import Vocabulary
from .events import Batch, Candidate, Exhausted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

FIRST = 48  # samples to begin with; those that refute constants join them
MOST_COST = 6
MOST_LINES = 4  # operations of a shape
LARGE = 4_000_000_000  # tuples of values that shapes of one kind may be tried on
VAGUE = 20_000_000  # choices that they may take where the lowest bit does not decide
CHOICES = 1_000_000_000  # over all tuples of a kind of shapes, so that few tuples may be searched deeply
LEAST_CHOICES, MOST_CHOICES = 300, 100_000  # for one tuple
LOST = 8  # low bits at the most that a right shift may hide from the search
ROUNDS = 8  # of solving again with the samples that refuted
AT_ONCE = 4  # samples that join in one round
BLOCK = 1 << 14  # values that a rule is held against at once
CHECKED = 200_000.0  # nanoseconds for a program on all inputs at hand

Rule = Callable[["Words", Sequence[int]], Iterator[tuple[int, Node]]]


def hole_programs(problem: Problem, output: int, vocabulary: Vocabulary,
                  budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs for one output of `problem` with constants that were solved for, cheap ones first.

    They are right on all inputs at hand. Ends with the costs that it has shapes for. Raises `budget.Spent`.
    """
    care = problem.wanted[output].care
    if not problem.fits or not any(care[row] for row in problem.bank_rows):
        return
    yield from _Holes(problem, output, vocabulary, budget).run()


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a shape is to give so that `wrap` around it, for `cost` operations, gives what is wanted.

    Bit b of the wanted word, of `result` bits, is bit b + `down` of the shape's; only the bits of `mask` matter. A
    negative `down` is a shift to the left.
    `last` is the operation that makes up for the others, and its constant.
    """

    width: int
    result: int
    mask: int
    down: int = 0
    last: tuple[str, int] | None = None

    @property
    def cost(self) -> int:
        return bool(self.down) + (self.last is not None)

    def wrap(self, node: Node) -> Node:
        if self.down:
            node = apply("lshr" if self.down > 0 else "shl", node, const(abs(self.down), self.width))
        if self.width > self.result:
            node = apply("trunc", node, width=self.result)
        if self.last is not None:
            node = apply(self.last[0], node, const(self.last[1], self.result))
        return node


@dataclass(frozen=True, slots=True)
class _Turn:
    """An operation `name` with a known value: what its other operand is to give, and the program around that."""

    name: str
    wish: Callable[[Words, Words], Words]  # from the wanted words and the known value's, up to bits above the width
    wrap: Callable[[Node, Node], Node]


_TURNS = (_Turn("add", lambda t, v: t - v, lambda x, v: apply("add", x, v)),
          _Turn("sub", lambda t, v: t + v, lambda x, v: apply("sub", x, v)),
          _Turn("sub", lambda t, v: v - t, lambda x, v: apply("sub", v, x)),
          _Turn("xor", lambda t, v: t ^ v, lambda x, v: apply("xor", x, v)))


@dataclass(frozen=True, slots=True)
class _Task:
    """Shapes of one kind over values of some levels; `work` is about how many choices they take."""

    aim: _Aim
    kind: Shapes
    ranges: list[range]
    goal: Slices
    work: int


class _Holes:
    def __init__(self, problem: Problem, output: int, vocabulary: Vocabulary, budget: Budget) -> None:
        import numpy as np

        self.problem, self.output, self.vocabulary, self.budget = problem, output, vocabulary, budget
        self.width = problem.spec.outputs[output].type.width
        self.names = frozenset(row.name for row in vocabulary.rows)
        rows = dict.fromkeys([*problem.bank_rows, *range(problem.count)])
        self.rows = [row for row in rows if problem.wanted[output].care[row]][:FIRST]
        self.words = [width for width in vocabulary.widths if width > 1]
        inputs = {node.width for node in problem.inputs}
        self.pools = Pools(problem, vocabulary, self.rows, {self.width, 1} | (inputs if self.width == 1 else set()),
                           budget)
        words = problem.wanted[output].words[problem.wanted[output].care]
        self.ever = int(np.bitwise_or.reduce(words))  # bits that are one somewhere
        self.always = int(np.bitwise_and.reduce(words))
        self.tried: set[Node] = set()

    def run(self) -> Iterator[Candidate | Batch | Exhausted]:
        for cost in range(1, MOST_COST + 1):
            self.budget.engine, self.budget.level = "constants", cost
            if self.pools.level < cost - 1:
                self.pools.grow()
            for way in (self._stored, self._joined, self._tests, self._quotients, self._tables, self._selects,
                        self._shapes):
                for node in way(cost):
                    yield Batch() if node is None else Candidate(node)
                yield Batch()
            yield Exhausted(cost, complete=False)

    # --- samples ------------------------------------------------------------------------------------------------------

    def wanted(self, rows: Sequence[int]) -> Words:
        """The wanted words on some inputs, all of which care."""
        import numpy as np

        return np.ascontiguousarray(self.problem.wanted[self.output].words[list(rows)], dtype=np.uint64)

    def values(self, nodes: Sequence[Node], rows: Sequence[int]) -> Words:
        """The values (n, K) of `nodes` on some inputs."""
        import numpy as np

        found = self.problem.evaluate(nodes, [self.problem.tuples[row] for row in rows])
        return np.array([np.asarray(words, dtype=np.uint64) for words in found]).reshape(len(nodes), len(rows))

    def wrong(self, node: Node) -> list[int] | None:
        """Inputs on which `node` is wrong, a few; None where it was tried before."""
        if node in self.tried:
            return None
        self.tried.add(node)
        self.budget.spend(1, CHECKED)
        return self._failures(node)

    def _failures(self, node: Node) -> list[int]:
        return [self.problem.row(inputs) for inputs in self.problem.failures([node], AT_ONCE)]

    # --- values as they are -------------------------------------------------------------------------------------------

    def _stored(self, cost: int) -> Iterator[Node]:
        """Stored values that are right under a shift or mask; they are stored in time for this cost or the next."""
        import numpy as np

        for aim in self._aims():
            pool = self.pools.at[aim.width]
            for part in pool.levels[max(0, cost - aim.cost - 1):max(0, cost - aim.cost + 1)]:
                values = pool.values[part.start:part.stop]
                moved = values >> np.uint64(aim.down) if aim.down >= 0 else values << np.uint64(-aim.down)
                wrong = (moved ^ self.wanted(self.rows)) & np.uint64(aim.mask)
                self.budget.spend(len(part))
                for row in np.flatnonzero(~wrong.any(axis=1)).tolist():
                    yield from self._right(aim.wrap(pool.node(part.start + row)))

    def _joined(self, cost: int) -> Iterator[Node]:
        """Sums, differences and exclusive ors of two stored values."""
        import numpy as np

        pool = self.pools.at[self.width]
        for level, part in enumerate(pool.levels[:(cost + 1) // 2]):
            if len(pool.levels) <= cost - 1 - level:
                continue
            for turn in _TURNS if self.width > 1 else ():
                if turn.name not in self.names:
                    continue
                wishes = turn.wish(self.wanted(self.rows), pool.values[part.start:part.stop])
                others = pool.find(wishes & np.uint64((1 << self.width) - 1))
                self.budget.spend(len(part))
                for row in np.flatnonzero(others >= 0).tolist():
                    yield from self._right(turn.wrap(pool.node(int(others[row])), pool.node(part.start + row)))

    def _right(self, program: Node) -> Iterator[Node]:
        if self.wrong(program) == []:
            yield program

    # --- the last operation's constant --------------------------------------------------------------------------------

    def _recovered(self, pool: Pool, level: int, rule: Rule) -> Iterator[Node | None]:
        """Programs that `rule` proposes over the values of one level: it gives entries, and programs over _X."""
        part = pool.levels[level]
        for start in range(part.start, part.stop, BLOCK):
            stop = min(start + BLOCK, part.stop)
            self.budget.spend(stop - start)
            for row, body in rule(pool.values[start:stop], self.rows):
                yield from self._settled(pool.node(start + row), body, rule)

    def _settled(self, node: Node, body: Node, rule: Rule) -> Iterator[Node | None]:
        """The program if it is right, or what the rule proposes when it is told where that is wrong.

        After a program that is right on all inputs at hand, a prover may find another one, and the rule is told it.
        """
        rows, bodies = list(self.rows), [body]
        for _ in range(ROUNDS):
            failed: list[int] = []
            for proposed in bodies:
                (program,) = substitute([proposed], {_x(node.width): node})
                wrong = self.wrong(program)
                if wrong == []:
                    yield program
                    yield None
                    wrong = self._failures(program)
                failed += wrong or ()
            rows += [row for row in failed if row not in rows]
            if not failed:
                return
            bodies = [proposed for _, proposed in rule(self.values([node], rows), rows)]

    def _tests(self, cost: int) -> Iterator[Node | None]:
        """Comparisons with constants, where a truth value is wanted."""
        if self.width == 1 and cost - 1 <= self.pools.level:
            for width in self.words:
                yield from self._recovered(self.pools.at[width], cost - 1, self._test_rule(width, self._truth))

    def _truth(self, rows: Sequence[int]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        import numpy as np

        return self.wanted(rows) != 0, np.ones(len(rows), dtype=np.bool_)

    def _test_rule(self, width: int,
                   truth: Callable[[Sequence[int]], tuple[NDArray[np.bool_], NDArray[np.bool_]]]) -> Rule:
        """Tests of a value that are true just where `truth` says so, of the inputs that it says matter."""

        def rule(values: Words, rows: Sequence[int]) -> Iterator[tuple[int, Node]]:
            holds, matters = truth(rows)
            values, holds = values[:, matters], holds[matters]
            x = _x(width)
            for entry, arc, wide in recover.arcs(values, holds, width):
                for test in recover.in_range(x, arc, wide, self.names):
                    yield entry, test
            for name, marks in (("eq", holds), ("ne", ~holds)):
                if not {name, "and"} <= self.names:
                    continue
                for entry, mask, word in recover.masks(values, marks):
                    yield entry, apply(name, apply("and", x, const(mask, width)), const(word, width))
            if "urem" in self.names:
                for entry, number, remainder in recover.classes(values, holds):
                    yield entry, apply("eq", apply("urem", x, const(number, width)), const(remainder, width))
        return rule

    def _quotients(self, cost: int) -> Iterator[Node | None]:
        """Divisions, remainders and products moved right, perhaps under one more operation with a value."""
        if self.width == 1:
            return
        pool = self.pools.at[self.width]
        if cost - 1 <= self.pools.level:
            yield from self._recovered(pool, cost - 1, self._quotient_rule(None))
        for level in range(min(DEEPEST, self.pools.level + 1)):
            if 0 <= (outer := cost - 2 - level) < min(DEEPEST, self.pools.level + 1):
                for turn in _TURNS:
                    if turn.name in self.names:
                        yield from self._turned(pool, level, outer, turn)

    def _turned(self, pool: Pool, level: int, outer: int, turn: _Turn) -> Iterator[Node | None]:
        """Quotients and remainders of values of one level, under an operation with a value of the level `outer`."""
        import numpy as np

        inner, others = pool.levels[level], pool.levels[outer]
        wishes = turn.wish(self.wanted(self.rows), pool.values[others.start:others.stop])
        wishes &= np.uint64((1 << self.width) - 1)
        signed = self.width if "sdiv" in self.names else None
        self.budget.fill(len(inner) * len(others))
        for place, row in recover.pairs(pool.values[inner.start:inner.stop], wishes, signed):
            rule = self._quotient_rule((turn, others.start + place))
            for _, body in rule(pool.values[inner.start + row][None, :], self.rows):
                yield from self._settled(pool.node(inner.start + row), body, rule)

    def _quotient_rule(self, under: tuple[_Turn, int] | None) -> Rule:
        """Quotients by constants, and remainders; `under` says the operation and the other value that they stand under.
        """
        pool, x = self.pools.at[self.width], _x(self.width)
        other = None if under is None else pool.node(under[1])

        def wished(rows: Sequence[int]) -> Words:
            import numpy as np

            if under is None or other is None:
                return self.wanted(rows)
            known = pool.values[under[1]] if rows is self.rows else self.values([other], rows)[0]
            return under[0].wish(self.wanted(rows), known) & np.uint64((1 << self.width) - 1)

        def bodies(values: Words, wanted: Words) -> Iterator[tuple[int, Node]]:
            for entry, low, high in recover.quotients(values, wanted):
                for body in self._scaled(x, low, high, int(values[entry].max())):
                    yield entry, body
            if "urem" in self.names:
                for entry, number in recover.moduli(values, wanted):
                    yield entry, apply("urem", x, const(number, self.width))
            if "sdiv" in self.names:
                size, sized = recover.magnitudes(values, self.width), recover.magnitudes(wanted, self.width)
                for entry, low, high in recover.quotients(size, sized):
                    if (size_of := recover.divisor(low, high)) is not None:
                        for signed in (size_of, -size_of):
                            yield entry, apply("sdiv", x, const(signed, self.width))

        def rule(values: Words, rows: Sequence[int]) -> Iterator[tuple[int, Node]]:
            for entry, body in bodies(values, wished(rows)):
                yield entry, body if under is None or other is None else under[0].wrap(body, other)
        return rule

    def _scaled(self, x: Node, low: Fraction, high: Fraction, most: int) -> Iterator[Node]:
        """Programs that take a share of `x`, from `low` on and below `high`, and round down.

        Where the share may be one by a number, the factor is right for all x up to `most` first.
        """
        shares = [(low, high)]
        if (number := recover.divisor(low, high)) is not None:
            shares.insert(0, (Fraction(1, number), recover.below(number, most)))
            if "udiv" in self.names:
                yield apply("udiv", x, const(number, x.width))
        if not {"mul", "lshr"} <= self.names:
            return
        for width in self.vocabulary.widths:
            if width < x.width or not (width == x.width or {x.width, width} <= STANDARD_WIDTHS):
                continue
            wide = x if width == x.width else apply("zext", x, width=width)
            for least, bound in shares:
                factors = ((shift, recover.multiplier(least, bound, shift)) for shift in range(width))
                shift, factor = next(((by, f) for by, f in factors if f is not None), (0, None))
                if factor is not None and factor < 1 << width:
                    moved = apply("lshr", apply("mul", wide, const(factor, width)), const(shift, width))
                    yield moved if width == x.width else apply("trunc", moved, width=x.width)

    def _tables(self, cost: int) -> Iterator[Node | None]:
        """A constant moved right by a value, whole or its last bit."""
        if cost - 1 > self.pools.level or "lshr" not in self.names:
            return
        for width in self.words:
            if width >= self.width and (width == self.width or {width, self.width} <= STANDARD_WIDTHS | {1}):
                yield from self._recovered(self.pools.at[width], cost - 1, self._table_rule(width))

    def _table_rule(self, width: int) -> Rule:
        def rule(values: Words, rows: Sequence[int]) -> Iterator[tuple[int, Node]]:
            wanted = self.wanted(rows)
            for bits in {self.width, 1}:
                if bits == 1 and self.width > 1 and ("and" not in self.names or self.ever > 1):
                    continue
                for entry, number in recover.tables(values, wanted, width, min(bits, width)):
                    body = apply("lshr", const(number, width), _x(width))
                    if bits == 1 and self.width > 1:
                        body = apply("and", body, const(1, width))
                    yield entry, body if width == self.width else apply("trunc", body, width=self.width)
        return rule

    # --- selects ------------------------------------------------------------------------------------------------------

    def _selects(self, cost: int) -> Iterator[Node | None]:
        """A constant where a test with a constant holds, and else another one, or a value."""

        if "select" not in self.names or self.width == 1 or not 2 <= cost <= DEEPEST + 2:
            return
        wanted = self.wanted(self.rows)
        pool = self.pools.at[self.width]
        numbers = sorted({int(word) for word in wanted})
        kinds: list[tuple[Node | None, int, NDArray[np.bool_]]] = []  # what is there else, its level, where it is right
        if len(numbers) == 2:
            kinds += [(const(number, self.width), 0, wanted == number) for number in numbers]
        for level in range(min(self.pools.level, DEEPEST - 1, cost - 2) + 1):
            part = pool.levels[level]
            right = pool.values[part.start:part.stop] == wanted
            for row in (right.any(axis=1) & ~right.all(axis=1)).nonzero()[0].tolist():
                if len(set(wanted[~right[row]].tolist())) == 1:
                    kinds.append((pool.node(part.start + row), level, right[row]))
        for other, level, right in kinds:
            number = int(wanted[~right][0])
            yield from self._selected(cost - 2 - level, other, number)

    def _selected(self, level: int, other: Node | None, number: int) -> Iterator[Node | None]:
        """Selects of `number` or `other`, by a test of a value of some level, or by a stored truth value."""
        if not 0 <= level <= self.pools.level or other is None:
            return

        def truth(rows: Sequence[int]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
            wanted = self.wanted(rows)
            fits = self.values([other], rows)[0] == wanted
            return ~fits, ~fits | (wanted != number)

        picked = const(number, self.width)
        for width in self.words:
            tests = self._test_rule(width, truth)

            def rule(values: Words, rows: Sequence[int], tests: Rule = tests) -> Iterator[tuple[int, Node]]:
                for entry, test in tests(values, rows):
                    yield entry, apply("select", test, picked, other)

            yield from self._recovered(self.pools.at[width], level, rule)

        def stored(values: Words, rows: Sequence[int]) -> Iterator[tuple[int, Node]]:
            holds, matters = truth(rows)
            agree = (values[:, matters] != 0) == holds[matters]
            for entry in agree.all(axis=1).nonzero()[0].tolist():
                yield entry, apply("select", _x(1), picked, other)
            for entry in (~agree).all(axis=1).nonzero()[0].tolist():
                yield entry, apply("select", _x(1), other, picked)

        yield from self._recovered(self.pools.at[1], level, stored)

    # --- shapes -------------------------------------------------------------------------------------------------------

    def _shapes(self, cost: int) -> Iterator[Node | None]:
        """Shapes of `cost` in all, with the operations that their aim takes; the quick kinds first. None for a pause.

        Those of the most operations take seconds to make, so they come one cost later.
        """
        for total, lines in ((cost, range(1, MOST_LINES)), (cost - 1, range(MOST_LINES, MOST_LINES + 1))):
            tasks = sorted(self._tasks(total, lines), key=lambda task: task.work)
            bits = {width: slices(self.pools.at[width].values, width) for width in {task.aim.width for task in tasks}}
            for task in tasks:
                yield from self._searched(task, bits[task.aim.width])

    def _tasks(self, cost: int, lines: range) -> Iterator[_Task]:
        for aim in self._aims():
            goal = self._goal(aim, self.rows)
            levels = self.pools.at[aim.width].levels
            for count in range(lines.start, min(cost - aim.cost, lines.stop - 1 if aim.cost < 2 else 2) + 1):
                for kind in _kinds(count, self.names, aim.width):
                    for split in compositions(cost - aim.cost - count, kind.values):
                        if max(split) <= self.pools.level:
                            ranges = [levels[level] for level in split]
                            work = len(kind.nodes) * prod(map(len, ranges)) * goal.weight
                            if 0 < work <= (LARGE if goal.weight == 1 else VAGUE):
                                yield _Task(aim, kind, ranges, goal, work)

    def _searched(self, task: _Task, bits: Words) -> Iterator[Node | None]:
        cap = min(MOST_CHOICES, max(LEAST_CHOICES, CHOICES // task.work))
        pool = self.pools.at[task.aim.width]
        for filling in task.kind.fillings(bits, task.ranges, task.goal, len(self.rows), cap, self.budget.fill,
                                               self.budget.run):
            if filling is None:
                yield None
                continue
            yield from self._solved(task.aim, filling, [pool.node(entry) for entry in filling.entries])

    def _aims(self) -> Iterator[_Aim]:
        """What is wanted, and what is wanted under a mask or a shift that the last operations are."""
        width, names = self.width, self.names
        if width == 1:
            return
        full = (1 << width) - 1
        yield _Aim(width, width, full)
        if self.ever != full and "and" in names:
            yield _Aim(width, width, self.ever, last=("and", self.ever))
        if self.always and "or" in names:
            yield _Aim(width, width, full & ~self.always, last=("or", self.always))
        if self.ever and (up := (self.ever & -self.ever).bit_length() - 1) and "shl" in names:
            yield _Aim(width, width, full & -1 << up, -up)
        for wide in self.words if "lshr" in names else ():
            if wide == width or (wide > width and {wide, width} <= STANDARD_WIDTHS):
                for down in range(min(wide - 1, LOST), 0, -1):
                    there = full & (1 << wide - down) - 1  # bits that the shift leaves
                    if not self.ever & ~there:
                        yield _Aim(wide, width, there, down)
                        if self.ever != there and "and" in names:
                            yield _Aim(wide, width, self.ever, down, ("and", self.ever))

    def _goal(self, aim: _Aim, rows: Sequence[int]) -> Slices:
        """What a shape is to give on some inputs, as slices."""
        import numpy as np

        (words,) = slices(self.wanted(rows)[None, :], self.width).T
        out = np.zeros(aim.width, dtype=np.uint64)
        care = np.zeros(aim.width, dtype=np.uint64)
        for bit in range(self.width):
            if aim.mask >> bit & 1:
                out[bit + aim.down] = words[bit]
                care[bit + aim.down] = (1 << len(rows)) - 1
        return Slices(out, care)

    def _solved(self, aim: _Aim, filling: Filling | None, nodes: Sequence[Node]) -> Iterator[Node]:
        """The shape over `nodes` with constants that are right on all inputs, if there are some."""
        rows = list(self.rows)
        for _ in range(ROUNDS):
            if filling is None:
                return
            filled = {value(index, aim.width): node for index, node in enumerate(nodes)}
            filled |= {hole(index, aim.width): const(number, aim.width)
                       for index, number in enumerate(filling.constants)}
            program = aim.wrap(substitute([filling.shape], filled)[0])
            wrong = self.wrong(program)
            if not wrong:
                yield from [program] if wrong == [] else []
                return
            rows = list(dict.fromkeys([*wrong, *rows]))[:SAMPLES]
            shape = Shapes([filling.shape], len(nodes), len(filling.constants))
            ranges = [range(index, index + 1) for index in range(len(nodes))]
            filling = next(shape.fillings(slices(self.values(nodes, rows), aim.width), ranges, self._goal(aim, rows),
                                          len(rows), MOST_CHOICES, self.budget.fill), None)


@cache
def _kinds(lines: int, names: frozenset[str], width: int) -> tuple[Shapes, ...]:
    """The shapes of some operations, those with as many values and holes together."""
    def places(draft: Draft) -> tuple[int, int]:
        return draft.values, draft.holes

    ordered = sorted(shapes(lines, names, width), key=places)
    return tuple(Shapes([draft.node for draft in some], *key) for key, some in groupby(ordered, key=places))


def _x(width: int) -> Node:
    """The value in what a rule proposes."""
    return leaf("the value", width)
