"""Programs that are right on part of the inputs, joined by tests: decision trees over a bank of values.

Terms and tests come from one bank, which grows by a level whenever the trees over what is there were looked at; terms
for samples that nothing stored is right on are swept for, one sample at a time. The trees are made on a few samples,
and whatever is wrong on any input at hand brings that input in as a sample. See synth/branches.py for the trees.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from ...ir.cost import instructions_of
from ...ir.graph import TRUE, Node, apply, const, topological
from ...ir.kernel import MAX_KERNEL_WIDTH, evaluate_batch
from ..bank import Bank, Goal, Operation, OutOfRoom
from ..branches import Leaf, Tree, Trees, joined, packed, undominated, unpacked
from ..budget import Budget
from ..problem import Problem
from ..vocabulary import Vocabulary
from .events import Batch, Candidate, Exhausted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

FIRST = 48  # examples to begin with
MOST = 192  # samples
FAILING = 6  # inputs on which a tree is wrong that become samples at once
LEAVES = 12  # of a tree that is not of examples alone
CHOICES, CHOICES_BESIDE = (6, 3, 2), (2,)  # tests at the first forks of a large tree
ROUNDS = 40  # of trees on one level of the bank
# What is looked for on each level of the bank: trees of few leaves (or of any number), with comparisons with numbers
# that nobody mentioned (or without).
STAGES = ((True, False), (True, True), (False, False))
JOINED = 2  # levels whose terms are joined to be used again
PROMOTED = 6  # such programs
STORED = 3_000_000  # candidates that a level may make, where examples are all there is
STORED_BESIDE = 1_000_000  # beside the other engines
WORDS, WORDS_BESIDE = 1 << 24, 1 << 22  # words of the bank's values
TERMS = 64  # that are kept
TESTS = 40_000
EVALUATED = 200_000  # values that are compared with what is wanted, and
CHUNK = 4_096  # of them at once, so that what is made for it stays in the processor's cache
ASKED = 20_000  # values that a predicate is asked about
PIVOTS = 3  # samples that terms are swept for, on one level
SWEPT = 400_000_000  # candidates of one such sweep, where examples are all there is
SWEPT_AT_LAST = 30_000_000_000  # when nothing was found with them
QUICK = 3  # cycles that their operations take
SWEPT_BESIDE = 10_000_000  # beside the other engines
SWEPT_KEPT = 12  # terms of one such sweep
NUMBERS = 8  # that are wanted on several samples
COMPARED = 20_000  # comparisons with numbers that lie between the samples' values
_MOVES = ("shl", "lshr", "ashr")


def branching_programs(problem: Problem, output: int, vocabulary: Vocabulary, free: Sequence[Node],
                       budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs for one output of `problem` that are trees of tests; the nodes of `free` cost nothing.

    Ends when the bank does not grow any more. Raises `budget.Spent`.
    """
    width = max([problem.spec.outputs[output].type.width, *(node.width for node in (*problem.inputs, *free))])
    if width <= MAX_KERNEL_WIDTH and problem.count:
        yield from _Branching(problem, output, vocabulary, free, budget).run()


class _Bank(Bank):
    """A bank in which words are moved by leaves alone: amounts that are computed crowd out all else."""

    def splits(self, operation: Operation, cost: int) -> Iterator[tuple[range, ...]]:
        for ranges in super().splits(operation, cost):
            fixed = operation.last is not None or operation.row.name not in _MOVES
            if fixed or ranges[1].start < self.leaf_end(operation.w):
                yield ranges

    def leaf_end(self, width: int) -> int:
        """Where the leaves of a width end."""
        return max((entries.stop for entries in self.entries(0, width)), default=0)


@dataclass(slots=True)
class _Pieces:
    """Programs by number, with the sets of samples (n, words) on which they are right, or hold, and their costs."""

    node: Callable[[int], Node]
    sets: Words
    costs: NDArray[np.int64]


class _Branching:
    def __init__(self, problem: Problem, output: int, vocabulary: Vocabulary, free: Sequence[Node],
                 budget: Budget) -> None:
        self.problem, self.output, self.vocabulary, self.free, self.budget = problem, output, vocabulary, free, budget
        self.width = problem.spec.outputs[output].type.width
        self.allowed = frozenset(row.name for row in vocabulary.rows)
        self.operations = tuple(op for op in vocabulary.operations if op.row.name != "select")
        self.examples = problem.spec.only_examples  # then numbers that nobody mentioned may serve
        self._roots = [op for op in self.operations if op.result == self.width and len(op.widths) <= 2]
        self.rows = list(range(min(FIRST, problem.count))) if self.examples else problem.bank_rows
        self.swept: dict[Node, None] = {}  # terms that the bank does not hold
        self.tried: set[tuple[int, int, tuple[int, ...]]] = set()  # the sweeps made
        self.least = 2  # samples on which a number is wanted that is taken for a term
        self.found = False
        ensures = problem.spec.ensures
        self._predicate = len(list(topological([ensures]))) if ensures is not TRUE and len(
            problem.spec.outputs) == 1 else 0  # its size, where there is one to ask
        self.most_swept = SWEPT if self.examples else SWEPT_BESIDE
        self.most_stored = STORED if self.examples else STORED_BESIDE
        self._made_of: object = None  # the leaves and samples of the bank
        self._known_terms: tuple[object, _Pieces] | None = None

    def run(self) -> Iterator[Candidate | Batch | Exhausted]:
        level = 1
        while self._grow(level):
            for exact, numbers in STAGES:
                if (exact or not self.found) and (self.examples or not numbers):
                    yield from self._stage(level, exact, numbers)
            if level <= JOINED:
                yield from self._joined(level)
            level += 1
        if self.examples and not self.found:
            self.most_swept = SWEPT_AT_LAST
            self._roots = [op for op in self._roots if op.row.effort <= QUICK]
            self._grow(level)  # what there is of this level serves
            for exact, numbers in STAGES:
                if not self.found:
                    yield from self._stage(level, exact, numbers)
        if self.examples and not self.found and self.problem.count <= MOST:
            self.rows, self.least = list(range(self.problem.count)), 1
            self._grow(1)
            yield from self._stage(1, False, True)

    def _joined(self, level: int) -> Iterator[Candidate | Batch | Exhausted]:
        """Trees over programs of two pieces that are right on much: what is joined is used again, as in max(max(x, y),
        z), and counts once."""
        if not self._grow(level):
            return
        terms, tests, free = self._terms(), self._tests(False), self.free
        trees = Trees(terms.sets, terms.costs, tests.sets, tests.costs, len(self.rows), self.budget.branch)
        programs = [self._program(tree, terms, tests) for tree in trees.partial(PROMOTED)]
        for node in dict.fromkeys(programs):
            if node is not None:
                self.free = [*free, node]
                self._grow(1)
                yield from self._stage(1, True, False)
        self.free = free

    def _stage(self, level: int, exact: bool, numbers: bool) -> Iterator[Candidate | Batch | Exhausted]:
        """The trees over the bank as it is; with other samples again where these told wrong ones from right ones."""
        for _ in range(ROUNDS):
            self.budget.engine, self.budget.level = "branches", level
            failing = yield from self._trees(exact, numbers)
            yield Batch()
            if not self._more_rows(failing):
                break
            self._grow(level)

    # --- samples ------------------------------------------------------------------------------------------------------

    def _more_rows(self, failing: Sequence[tuple[int, ...]]) -> bool:
        """Takes inputs in that showed programs wrong, here or to a prover; whether there are any."""
        known = set(self.rows)
        fresh = [row for row in (*map(self.problem.row, failing), *self.problem.bank_rows) if row not in known]
        fresh = list(dict.fromkeys(fresh))[: max(0, MOST - len(self.rows))]
        self.rows += fresh
        return bool(fresh)

    # --- values -------------------------------------------------------------------------------------------------------

    def _grow(self, level: int) -> bool:
        """The bank over the samples at hand, up to `level`; whether it has any values of that level."""
        nodes = tuple(dict.fromkeys([*self.problem.inputs, *self.free, *self.vocabulary.constants]))
        if self._made_of != (nodes, self.rows) or self.bank.level > level:
            self._empty_bank(nodes)
        while self.bank.level < level:
            if self.bank.estimate(self.operations, self.bank.level + 1) > self.most_stored:
                return False
            before = len(self.bank)
            try:
                self.bank.grow(self.operations, self.budget.store)
            except OutOfRoom:
                self._made_of = None  # it holds a part of a level
                return False
            if len(self.bank) == before:
                self._made_of = None
                return False
        return True

    def _empty_bank(self, nodes: tuple[Node, ...]) -> None:
        import numpy as np

        values = self.problem.evaluate(nodes, [self.problem.tuples[row] for row in self.rows])
        leaves = [(node, np.ascontiguousarray(words, dtype=np.uint64))
                  for node, words in zip(nodes, values, strict=True)]
        self.bank = _Bank(leaves, self.vocabulary.casts,
                          (WORDS if self.examples else WORDS_BESIDE) // len(self.rows), self.vocabulary.fixed)
        self._made_of = nodes, list(self.rows)

    def _agreement(self, values: Words) -> NDArray[np.bool_]:
        """Where programs with these values (n, rows) are right."""
        import numpy as np

        wanted = self.problem.wanted[self.output]
        words, care = wanted.words[self.rows], wanted.care[self.rows]
        agree: NDArray[np.bool_] = values == words
        if care.all() or not self._predicate:
            return agree | ~care
        open_rows = np.flatnonzero(~care)
        columns = {node: np.tile(np.asarray(column, dtype=np.uint64), len(values)) for node, column in zip(
            self.problem.inputs, zip(*(self.problem.tuples[self.rows[row]] for row in open_rows), strict=True),
            strict=True)}
        columns[self.problem.spec.outputs[self.output].value] = np.ascontiguousarray(values[:, open_rows]).ravel()
        self.budget.spend(values.size * self._predicate)
        (holds,) = evaluate_batch([self.problem.spec.ensures], columns)
        agree[:, open_rows] = np.asarray(holds).reshape(len(values), len(open_rows)) != 0
        return agree

    # --- terms --------------------------------------------------------------------------------------------------------

    def _terms(self) -> _Pieces:
        """The programs that are right on some samples, those that matter."""
        key = self.bank, len(self.bank), len(self.swept), self.least
        if self._known_terms is None or self._known_terms[0] != key:
            self._known_terms = key, self._find_terms()
        return self._known_terms[1]

    def _find_terms(self) -> _Pieces:
        import numpy as np

        entries, costs = self._entries(self.width, self.bank.level)
        most = ASKED if self._predicate else EVALUATED
        entries, costs = entries[:most], costs[:most]
        places, parts = [np.empty(0, dtype=np.int64)], []
        for start in range(0, len(entries), CHUNK):
            agree = self._agreement(self.bank.values[entries[start:start + CHUNK]])
            right = np.flatnonzero(agree.any(axis=1))
            places.append(start + right)
            parts.append(packed(agree[right]))
        some = np.concatenate(places)
        beside = [*self._numbers(), *self.swept]
        sets = np.concatenate([*parts, self._sets(beside)])
        costs = np.concatenate([costs[some], np.array([instructions_of([node]) for node in beside], dtype=np.int64)])
        kept = undominated(sets, costs, TERMS if self.least > 1 else len(sets))
        stored = entries[some].tolist()

        def node(number: int) -> Node:
            place = kept[number]
            return self.bank.expression(stored[place]) if place < len(stored) else beside[place - len(stored)]

        return _Pieces(node, sets[kept], costs[kept])

    def _sets(self, nodes: Sequence[Node]) -> Words:
        import numpy as np

        if not nodes:
            return packed(np.empty((0, len(self.rows)), dtype=np.bool_))
        values = self.problem.evaluate(nodes, [self.problem.tuples[row] for row in self.rows])
        return packed(self._agreement(np.array(values, dtype=np.uint64)))

    def _numbers(self) -> list[Node]:
        """Numbers that are wanted on several samples."""
        if not self.examples or self.vocabulary.strict:
            return []
        wanted = self.problem.wanted[self.output]
        counts = Counter(int(wanted.words[row]) for row in self.rows if wanted.care[row])
        most = NUMBERS if self.least > 1 else None
        return [const(word, self.width) for word, count in counts.most_common(most) if count >= self.least]

    def _sweep(self, uncovered: Sequence[int], level: int) -> Iterator[Batch]:
        """Looks for terms of cost `level` that are right on samples on which no other is."""
        import numpy as np

        wanted = self.problem.wanted[self.output]
        words = np.ascontiguousarray(wanted.words[self.rows], dtype=np.uint64)
        operations = self._roots
        ones = np.bitwise_count(words).astype(np.int64)
        open_samples = [sample for sample in uncovered if wanted.care[self.rows[sample]]]
        open_samples.sort(key=lambda sample: abs(2 * int(ones[sample]) - self.width))  # what says most comes first
        for _ in range(PIVOTS):
            if not open_samples:
                break
            pivot = open_samples[0]
            care = np.zeros(len(words), dtype=np.bool_)
            care[0] = True
            order = np.array([pivot, *(k for k in range(len(words)) if k != pivot)])
            goal = Goal(self.width, words[order], care, np.uint64((1 << self.width) - 1))
            found = []
            for node in self.bank.sweep(operations, goal, level, self.budget.scan, order, self.budget.run):
                if node is not None:
                    found.append(node)
                else:
                    yield Batch()
            sets = self._sets(found)
            kept = undominated(sets, np.zeros(len(found), dtype=np.int64), SWEPT_KEPT)
            self.swept.update((found[place], None) for place in kept)
            covered = np.bitwise_or.reduce(sets, axis=0, initial=np.uint64(0))
            right = unpacked(covered[None], len(words))[0]
            open_samples = [sample for sample in open_samples[1:] if not right[sample]]

    # --- tests --------------------------------------------------------------------------------------------------------

    def _tests(self, numbers: bool) -> _Pieces:
        """The truth values that tell samples apart, one for each set of samples on which they hold."""
        import numpy as np

        entries, costs = self._entries(1, self.bank.level)
        values = self.bank.values[entries] != 0
        varied = (values.any(axis=1) & ~values.all(axis=1)).nonzero()[0][:TESTS]
        places = entries[varied]
        compared = list(self._comparisons()) if numbers and not self.vocabulary.strict else []
        extra = np.array([holds for holds, _, _ in compared], dtype=np.bool_).reshape(len(compared), len(self.rows))
        sets = np.concatenate([packed(values[varied]), packed(extra)])
        costs = np.concatenate([costs[varied], np.array([cost for _, cost, _ in compared], dtype=np.int64)])
        order = np.argsort(costs, kind="stable")
        _, first = np.unique(sets[order], axis=0, return_index=True)
        kept = order[np.sort(first)]

        def node(number: int) -> Node:
            place = int(kept[number])
            return self.bank.expression(int(places[place])) if place < len(places) else compared[
                place - len(places)][2]()

        return _Pieces(node, sets[kept], costs[kept])

    def _comparisons(self) -> Iterator[tuple[NDArray[np.bool_], int, Callable[[], Node]]]:
        """Comparisons of cheap values with numbers that lie between their values on the samples, or among these: where
        they hold, their cost, and a way to the program."""
        import numpy as np

        left = COMPARED
        for level in (0, 1):
            for width in self.vocabulary.widths:
                entries, _ = self._entries(width, level, level)
                for entry in entries.tolist() if width > 1 else ():
                    words = self.bank.values[entry]
                    distinct = np.unique(words)
                    if len(distinct) < 2 or left <= 0:
                        continue
                    for name, flip in (("ult", 0), ("slt", 1 << width - 1)):
                        if name not in self.allowed:
                            continue
                        keys = words ^ np.uint64(flip)
                        ordered = np.unique(keys)
                        for low, high in zip(ordered[:-1].tolist(), ordered[1:].tolist(), strict=True):
                            left -= 1
                            yield keys <= low, level + 1, partial(self._compared, name, entry,
                                                                  _round(low, high) ^ flip)
                    if "eq" in self.allowed and (level == 0 or len(distinct) < len(words) // 2):
                        for word in distinct.tolist():
                            left -= 1
                            yield words == word, level + 1, partial(self._compared, "eq", entry, word)

    def _compared(self, name: str, entry: int, number: int) -> Node:
        node = self.bank.expression(entry)
        return apply(name, node, const(number, node.width))

    # --- trees --------------------------------------------------------------------------------------------------------

    def _trees(self, exact: bool, numbers: bool) -> Generator[Candidate | Batch, None, list[tuple[int, ...]]]:
        """Offers the trees that are right on all inputs at hand; returns inputs on which cheaper ones were wrong."""
        terms = self._terms()
        for level in range(self.bank.level + 1, 2 * self.bank.level + 2):
            uncovered = self._uncovered(terms)
            key = (level, self.bank.level, tuple(self.rows[sample] for sample in uncovered))
            if uncovered and key not in self.tried and self.bank.estimate(self._roots, level) <= self.most_swept:
                self.tried.add(key)
                yield from self._sweep(uncovered, level)
                terms = self._terms()
        if self._uncovered(terms):
            return []
        tests = self._tests(numbers)
        trees = Trees(terms.sets, terms.costs, tests.sets, tests.costs, len(self.rows), self.budget.branch)
        if exact:
            found = trees.exact()
        else:
            found = trees.grown(MOST, CHOICES) if self.examples else trees.grown(LEAVES, CHOICES_BESIDE)
        failing: dict[tuple[int, ...], None] = {}
        for tree in found:
            node = self._program(tree, terms, tests)
            if node is None:
                continue
            wrong = self.problem.failures([node], FAILING)
            if not wrong:
                self.found = True
                yield Candidate(node)
            elif len(failing) < FAILING:
                failing.update((words, None) for words in wrong)
        return list(failing)

    def _uncovered(self, terms: _Pieces) -> list[int]:
        import numpy as np

        covered = np.bitwise_or.reduce(terms.sets, axis=0, initial=np.uint64(0), keepdims=True)
        return [int(sample) for sample in (~unpacked(covered, len(self.rows))[0]).nonzero()[0]]

    def _program(self, tree: Tree, terms: _Pieces, tests: _Pieces) -> Node | None:
        if isinstance(tree, Leaf):
            return terms.node(tree.term)
        yes, no = self._program(tree.yes, terms, tests), self._program(tree.no, terms, tests)
        if yes is None or no is None:
            return None
        if self.vocabulary.strict:
            return apply("select", tests.node(tree.test), yes, no) if "select" in self.allowed else None
        return joined(tests.node(tree.test), yes, no, self.allowed)

    def _entries(self, width: int, last: int, first: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The entries of the bank of one width and of the levels `first` to `last`, with their costs."""
        import numpy as np

        parts = [(part, level) for level in range(first, last + 1) for part in self.bank.entries(level, width)]
        entries = [np.arange(part.start, part.stop) for part, _ in parts]
        costs = [np.full(len(part), level) for part, level in parts]
        return (np.concatenate([np.empty(0, dtype=np.int64), *entries]),
                np.concatenate([np.empty(0, dtype=np.int64), *costs]))


def _round(low: int, high: int) -> int:
    """The number above `low` and up to `high` with the most zeros at its end."""
    number = high
    while number & (number - 1) > low:
        number &= number - 1
    return number
