"""Bottom-up enumeration: all programs of cost 0, then 1, 2 and so on, one for each behaviour on the samples.

The first levels are stored in the bank. The next ones are swept: pairs of stored programs under every operation, and
selects whose branches are right where their condition takes them (Alur, Radhakrishna and Udupa, "Scaling enumerative
program synthesis via divide and conquer", TACAS 2017). A tree counts a shared value as often as it is used, so each
cheap value is also tried as several arguments of one operation, and for truth values and predicates as a free input to
a further shallow search; what else shares values is left to promotion.py.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from itertools import product, zip_longest
from typing import TYPE_CHECKING

from ...ir.cost import slow_operations
from ...ir.graph import TRUE, Node, apply, resized
from ..bank import STANDARD_WIDTHS, Bank, Goal, Operation, OutOfRoom
from ..branches import packed
from ..budget import Budget
from ..problem import Problem, Wanted
from ..vocabulary import Vocabulary
from .events import Batch, Candidate, Exhausted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

LAWFUL = 50_000.0  # nanoseconds that a program counts for of which laws are asked
CHUNK = 20_000  # programs whose predicate is evaluated at once, or agreement
EAGER = 2  # levels up to this are stored before they are looked at; a higher one when nothing else is left to sweep
STORED = 12_000_000  # candidates that a stored level may make
CAPACITY = 1_500_000  # programs that are kept
TURN = 0.2  # seconds of work over shared values, after which another engine may have its turn
TWICE = 50_000  # values that are tried as several arguments of one operation, if there are no more of their cost
SHARED = 4_000  # values that are tried as free inputs, if there are no more of their cost
SHARED_CAPACITY = 200_000
ROWS = 64  # samples at the most: agreement with the goal is kept in one word
FEW = 4  # samples that are looked at first, as they decide nearly all


def enumerate_programs(problem: Problem, output: int, vocabulary: Vocabulary, free: Sequence[Node],
                       budget: Budget, all_forms: bool = False) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs for one output of `problem` in the order of their cost; the nodes of `free` cost nothing.

    Of those with one behaviour the first will do; with `all_forms`, and where that is slow, all are given that can be
    swept. Ends when no
    level beyond can be swept. Raises `budget.Spent`.
    """
    return _Enumeration(problem, output, vocabulary, free, budget, all_forms).run()


class _Enumeration:
    def __init__(self, problem: Problem, output: int, vocabulary: Vocabulary, free: Sequence[Node],
                 budget: Budget, all_forms: bool) -> None:
        import numpy as np

        self.problem, self.vocabulary, self.budget, self.all_forms = problem, vocabulary, budget, all_forms
        rows = self.rows = _ordered(problem.bank_rows, problem.wanted[output], problem.spec.outputs[output].type.width)
        nodes = [*problem.inputs, *free, *vocabulary.constants]
        tuples = [problem.tuples[row] for row in rows]
        values = problem.evaluate(nodes, tuples)
        self.leaves = [(node, np.ascontiguousarray(words, dtype=np.uint64))
                       for node, words in zip(nodes, values, strict=True)]
        self.goals = _goals(problem.spec.outputs[output].type.width, problem.wanted[output], rows, vocabulary)
        open_rows = sum(not problem.wanted[output].care[row] for row in rows)
        open_ended = problem.spec.ensures is not TRUE or bool(problem.spec.laws)
        self.predicate = open_ended and 2 * open_rows > len(rows)
        self.tests = list(self._tests()) if self.goals[0].width == 1 else []
        self.bank = Bank(self.leaves, vocabulary.casts, CAPACITY, vocabulary.fixed)
        everywhere = np.ones(len(rows), dtype=np.bool_)
        self._conditions = _Agreement(self.bank, Goal(1, everywhere.astype(np.uint64), everywhere, np.uint64(1)))
        self._branches: dict[int, _Agreement] = {}  # by the width of a goal
        self.shared: Bank | None = None
        self.alone = self.predicate or self.goals[0].width == 1  # where promoted values are not searched any deeper
        self.storing = True
        self.eager = EAGER + bool(problem.spec.laws)  # there is no sweeping for what relates calls
        self.restricted = any(row.arguments == ("w", "w", "w") for row in vocabulary.rows)  # see Bank.splits

    def run(self) -> Iterator[Candidate | Batch | Exhausted]:
        level, barren = 0, 0
        while barren < 3:
            self.budget.engine, self.budget.level = "enumeration", level
            spent = self.budget.candidates
            stored = level <= self.eager and (level == 0 or self._store_next())
            if stored:
                slow = False
                for candidate in self._stored(self.bank, level):
                    slow = slow or self.problem.tells_much and slow_operations([candidate.node]) > 0
                    yield candidate
                if level and (self.all_forms or slow) and not self.predicate:
                    yield from self._swept(level)
            elif not self.predicate:  # a sweep needs to know what is wanted
                yield from self._swept(level)
                if self.bank.level < level - 1 and self._store_next():
                    yield Batch()
                    yield from self._swept(level)
            yield Batch()
            complete = yield from self._sharing(level)
            yield Exhausted(level, complete=stored and complete and not self.restricted
                            and not self.problem.spec.laws)  # they tell programs apart that the samples do not
            barren = barren + 1 if self.budget.candidates == spent else 0
            level += 1

    def _stored(self, bank: Bank, level: int) -> Iterator[Candidate]:
        """The programs of one level of `bank` that are right on the samples."""
        goal = self.goals[0]
        if not self.predicate:
            yield from map(Candidate, map(bank.expression, bank.equal_to(goal, level)))
            return
        for part in bank.entries(level, goal.width):
            for start in range(part.start, part.stop, CHUNK):
                values = bank.values[start:min(start + CHUNK, part.stop)]
                self.budget.spend(len(values))
                for index in self.problem.accepts(values, self.rows).nonzero()[0]:
                    node = bank.expression(start + int(index))
                    if self.problem.spec.laws:
                        self.budget.spend(1, LAWFUL)
                        if self.problem.broken([node]):
                            continue
                    yield Candidate(node)

    def _store_next(self) -> bool:
        """Stores one level more, if it is not too large; whether it did."""
        if not self.storing or self.bank.estimate(self.vocabulary.operations, self.bank.level + 1) > STORED:
            self.storing = False
            return False
        try:
            self.bank.grow(self.vocabulary.operations, self.budget.store)
        except OutOfRoom:
            self.storing = False  # what was stored of the level serves all the same
        return self.storing

    def _swept(self, level: int) -> Iterator[Candidate | Batch]:
        """Candidates of cost `level` that are not stored, the ways that are quick to sweep first."""
        flat = [operation for operation in self.vocabulary.operations if len(operation.widths) <= 2]
        if level - 1 > self.bank.level:  # what is stored was compared with all leaves already
            for goal in self.tests:
                yield from self._offered(self.bank, flat, goal, level - 1)
            yield Batch()
        for goal in self.goals:
            yield from self._offered(self.bank, flat, goal, level)
            yield Batch()
            for node in self._conditional(goal, level):
                yield Candidate(goal.wrapped(node))

    def _offered(self, bank: Bank, operations: Sequence[Operation], goal: Goal,
                 level: int) -> Iterator[Candidate | Batch]:
        """The programs of a sweep, and its pauses."""
        for node in bank.sweep(operations, goal, level, self.budget.spend, run=self.budget.run):
            yield Batch() if node is None else Candidate(goal.wrapped(node))

    def _tests(self) -> Iterator[Goal]:
        """For a truth value: programs one operation deeper, which a last comparison with a leaf makes right.

        The first sample is one on which they must equal the leaf, so that hardly any pass it.
        """
        import numpy as np

        truth = self.goals[0]
        negated = not truth.words[0]
        if ("ne" if negated else "eq") not in {row.name for row in self.vocabulary.rows}:
            return
        words = truth.words ^ np.uint64(negated)
        for node, values in self.leaves:
            if node.width > 1:
                ones = np.uint64((1 << node.width) - 1)
                yield Goal(node.width, words, truth.care, ones, against=values, leaf=node, negated=negated)

    # --- selects at the root ------------------------------------------------------------------------------------------

    def _conditional(self, goal: Goal, level: int) -> Iterator[Node]:
        """Selects of cost `level` over stored programs, each branch right on the samples that its condition selects."""
        import numpy as np

        select = next((op for op in self.vocabulary.operations if op.row.name == "select" and op.w == goal.width), None)
        if select is None:
            return
        samples = len(goal.words)
        everywhere = np.uint64((1 << samples) - 1)
        if goal.width not in self._branches:
            self._branches[goal.width] = _Agreement(self.bank, goal)
        conditions, branches = self._conditions.levels(), self._branches[goal.width].levels()
        for at, truths, tests in conditions:
            for ahead, then_masks, thens in branches:
                behind = level - 1 - at - ahead
                for otherwise_level, else_masks, otherwises in branches:
                    if otherwise_level != behind:
                        continue
                    self.budget.spend(len(truths) * (len(then_masks) + len(else_masks)))
                    for truth, test in zip(truths, tests, strict=True):
                        good_then = ((then_masks & truth) == truth).nonzero()[0]
                        if not len(good_then):
                            continue
                        rest = everywhere & ~truth
                        good_else = ((else_masks & rest) == rest).nonzero()[0]
                        for i, j in product(good_then[:3].tolist(), good_else[:3].tolist()):
                            entries = (int(test), int(thens[i]), int(otherwises[j]))
                            yield apply("select", *map(self.bank.expression, entries))

    # --- shared values ------------------------------------------------------------------------------------------------

    def _sharing(self, level: int) -> Generator[Candidate | Batch, None, bool]:
        """Programs of cost `level` that use a stored value more than once; returns whether these are all there are."""
        complete, paused = level <= 2, self.budget.work_seconds
        for depth in range(1, level):
            entries = [r for width in self.vocabulary.widths for r in self.bank.entries(level - depth, width)]
            count = sum(map(len, entries))
            if not count or level - depth > self.bank.level:
                continue
            if depth == 1 and self.predicate:
                complete = False
            elif depth == 1 and count <= TWICE:
                for part in entries:
                    yield from self._twice(self.bank, part)
            elif depth == 2 and count <= SHARED and self.alone:
                for part in entries:
                    for entry in part:
                        yield from self._over(entry, depth)
                        if self.budget.work_seconds > paused + TURN:
                            paused = self.budget.work_seconds
                            yield Batch()
            else:
                complete = False
        return complete

    def _over(self, entry: int, depth: int) -> Iterator[Candidate]:
        """Programs of cost `depth` over the leaves and the stored value `entry`, which is free."""
        if self.shared is None:
            self.shared = Bank(self.leaves, self.vocabulary.casts, SHARED_CAPACITY, self.vocabulary.fixed)
        bank, operations = self.shared, self.vocabulary.operations
        node = self.bank.expression(entry)
        bank.restart([*self.leaves, (node, self.bank.values[entry])])
        try:
            for _ in range(depth if self.predicate else depth - 1):
                bank.grow(operations, self.budget.store)
        except OutOfRoom:
            return
        if self.predicate:
            yield from self._stored(bank, depth)
            return
        for goal in self.goals:
            yield from (event for event in self._offered(bank, operations, goal, depth)
                        if isinstance(event, Candidate))

    def _twice(self, bank: Bank, entries: range) -> Iterator[Candidate]:
        """Operations that take one of `entries` twice or more, and leaves for the rest."""
        width = int(bank.widths[entries.start])
        words = bank.values[entries.start:entries.stop]
        for goal in self.goals:
            for operation in self.vocabulary.operations:
                if operation.result != goal.width or len(operation.widths) < 2:
                    continue
                for slots in product((True, False), repeat=len(operation.widths)):
                    if sum(slots) < 2 or not all(_free_cast(width, w) for w, s in zip(operation.widths, slots) if s):
                        continue
                    yield from self._with_leaves(bank, entries, words, goal, operation, slots)

    def _with_leaves(self, bank: Bank, entries: range, words: Words, goal: Goal, operation: Operation,
                     slots: tuple[bool, ...]) -> Iterator[Candidate]:
        import numpy as np

        width = int(bank.widths[entries.start])
        rest = [[(bank.expression(entry), bank.values[entry]) for part in bank.entries(0, w) for entry in part]
                for w, shared in zip(operation.widths, slots, strict=True) if not shared]
        for leaves in product(*rest):
            others = iter(leaves)
            nodes: list[Node | None] = []
            arrays = []
            for w, shared in zip(operation.widths, slots, strict=True):
                if shared:
                    nodes.append(None)
                    arrays.append(words if w >= width else words & np.uint64((1 << w) - 1))
                else:
                    node, row = next(others)
                    nodes.append(node)
                    arrays.append(np.broadcast_to(row, words.shape))
            for row in self._meets(goal, operation, arrays):
                value = bank.expression(entries.start + row)
                args = [node if node is not None else resized(value, w)
                        for node, w in zip(nodes, operation.widths, strict=True)]
                yield Candidate(goal.wrapped(apply(operation.row.name, *args, width=operation.result)))

    def _meets(self, goal: Goal, operation: Operation, arrays: Sequence[Words]) -> list[int]:
        """The rows of `arrays` (one (n, K) array an argument) on which the operation gives `goal`."""
        import numpy as np

        self.budget.spend(len(arrays[0]))
        rows = np.arange(len(arrays[0]))
        undefined = False
        for samples in (slice(0, FEW), slice(None)):
            if not len(rows):
                return []
            part = [array[rows, samples] for array in arrays]
            out, undefined = operation.applied([words.ravel() for words in part])
            wrong = ((out.reshape(part[0].shape) ^ goal.words[samples]) & goal.mask) != 0
            rows = rows[~(wrong & goal.care[samples]).any(axis=1)]
        left: list[int] = rows.tolist()
        if undefined:  # somewhere: which of the few rows that are left are undefined?
            left = [row for row in left if not operation.applied([array[row] for array in arrays])[1]]
        return left


def _ordered(rows: list[int], wanted: Wanted, width: int) -> list[int]:
    """At most ROWS of `rows`; for a truth value true and false ones by turns, first one of the rarer kind."""
    rows = rows if len(rows) <= ROWS else rows[:24] + rows[-(ROWS - 24):]
    if width > 1:
        return rows
    kinds = [[row for row in rows if wanted.care[row] and wanted.words[row] == truth] for truth in (0, 1)]
    turns = [row for pair in zip_longest(*sorted(kinds, key=len)) for row in pair if row is not None]
    return turns + [row for row in rows if not wanted.care[row]]


class _Agreement:
    """Where the stored programs of a bank agree with a goal."""

    def __init__(self, bank: Bank, goal: Goal) -> None:
        import numpy as np

        self._bank, self._goal = bank, goal
        self._known = np.zeros(1, dtype=np.uint64)
        self._levels: list[tuple[int, Words, NDArray[np.int64]]] = []
        self._next = 0  # the first level that was not looked at

    def levels(self) -> list[tuple[int, Words, NDArray[np.int64]]]:
        """For each stored level: the distinct sets of samples on which its programs agree, and a program for each. Sets
        are words with a bit for each sample; a set that an earlier level has is left out."""
        for level in range(self._next, self._bank.level + 1):
            self._look_at(level)
        self._next = self._bank.level + 1
        return self._levels

    def _look_at(self, level: int) -> None:
        import numpy as np

        goal, values, parts, places = self._goal, self._bank.values, [], []
        for entries in self._bank.entries(level, goal.width):
            for start in range(entries.start, entries.stop, CHUNK):
                words = values[start:min(start + CHUNK, entries.stop)]
                parts.append(packed((((words ^ goal.words) & goal.mask) == 0) | ~goal.care)[:, 0])
            places.append(np.arange(entries.start, entries.stop))
        if not parts:
            return
        sets, first = np.unique(np.concatenate(parts), return_index=True)
        fresh = self._known[np.searchsorted(self._known, sets, side="right") - 1] != sets  # 0 is known and least
        self._known = np.sort(np.concatenate([self._known, sets[fresh]]))
        self._levels.append((level, sets[fresh], np.concatenate(places)[first[fresh]]))


def _goals(width: int, wanted: Wanted, rows: Sequence[int], vocabulary: Vocabulary) -> list[Goal]:
    """What is wanted at its own width, first, and at every width from which a free cast leads there."""
    import numpy as np

    words = np.ascontiguousarray(wanted.words[rows], dtype=np.uint64)
    care = np.ascontiguousarray(wanted.care[rows])
    goals = [Goal(width, words, care, np.uint64((1 << width) - 1))]
    for other in vocabulary.widths:
        if not _free_cast(other, width) or other == width:
            continue
        if other > width:
            goals.append(Goal(other, words, care, np.uint64((1 << width) - 1), width))
        elif (words[care] < np.uint64(1 << other)).all():
            goals.append(Goal(other, words, care, np.uint64((1 << other) - 1), width))
    return goals


def _free_cast(source: int, target: int) -> bool:
    return source == target or {source, target} <= STANDARD_WIDTHS
