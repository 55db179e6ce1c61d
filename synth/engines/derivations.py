"""Bottom-up search by the productions of a grammar: for each nonterminal its terms by size, one for each behaviour.

Other engines know which operations a grammar has, and find programs that are not in it. Here nothing else is made: two
terms are told apart if their nonterminals differ or their values on the samples do, so that nested nonterminals, and
functions of the file, are searched exactly. The size of a term is the number of productions in it; those that are a
single nonterminal count for nothing. Where all is Boolean, a word holds the values of a term on 64 samples.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from itertools import product
from math import prod
from typing import TYPE_CHECKING

from ...ir.evaluate import evaluate
from ...ir.graph import CONST, LEAVES, TRUE, Node, apply, const, leaf, leaves, substitute, topological
from ...ir.kernel import MAX_KERNEL_WIDTH, evaluate_batch
from ...ir.primes import TABLE
from ...lift.sygus.grammar import Grammar, Production
from ..bank import compositions
from ..budget import Budget
from ..problem import Problem
from ..vocabulary import Vocabulary
from .events import Batch, Candidate, Exhausted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

DERIVATIONS = "derivations"  # what the engine is called
FIRST = 64  # samples to begin with
AT_ONCE = 1 << 14  # terms that are made at once
WORDS = 1 << 25  # words that are kept: those of values,
BESIDE = 3  # and of a term beside them: its fingerprint, and where it came from
TRIED = (0xF0F0F0F0F0F0F0F0, 0xCCCCCCCCCCCCCCCC, 0xAAAAAAAAAAAAAAAA)  # words with all cases of three bits in them
OFFERED = 16  # programs of one size
STORING, MAKING = 150.0, 50.0  # nanoseconds for a term, and for a word of its values
TURN = 2e8  # nanoseconds after which another engine may have its turn


def derived_programs(problem: Problem, output: int, vocabulary: Vocabulary, grammar: Grammar,
                     budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs of `grammar` for one output of `problem`, the smallest terms first. Raises `budget.Spent`.

    Ends when there are no further terms, or no room for them. Where no term of the grammar is right on the samples,
    and that is certain, the last event is a complete Exhausted.
    """
    if max(grammar.widths) <= MAX_KERNEL_WIDTH and problem.count:
        rows: list[int] = []
        while (fresh := _samples(problem)) != rows:  # programs that were told apart by new samples
            rows = fresh
            yield from _Derivations(problem, output, vocabulary, grammar, rows, budget).run()


def bitwise(pattern: Node) -> Node:
    """A pattern over truth values, on words of 64 bits each of which is a truth value: with leaves of that width."""
    new: dict[Node, Node] = {}
    for node in topological([pattern]):
        if node.op == CONST:
            new[node] = const(-int(node.data), 64)
        elif node.op in LEAVES:
            new[node] = leaf(str(node.data), 64)
        else:
            new[node] = _on_each_bit(node, [new[arg] for arg in node.args])
    return new[pattern]


def _on_each_bit(node: Node, args: Sequence[Node]) -> Node:
    """The operation of `node`, on bits, on each bit of words: the operation itself, or all cases where it is true."""
    places = [leaf(f"{index}", 64) for index in range(len(args))]
    cases = []
    for bits in product((0, 1), repeat=len(args)):
        if evaluate([apply(node.op, *(const(bit, 1) for bit in bits))], {}) == [1]:
            cases.append(reduce(partial(apply, "and"), (place if bit else apply("not", place)
                                                         for place, bit in zip(places, bits, strict=True))))
    found = reduce(partial(apply, "or"), cases) if cases else const(0, 64)
    if TABLE[node.op].arguments == ("w",) * len(args) and TABLE[node.op].result == "w":
        words = {place: TRIED[index] for index, place in enumerate(places)}
        if evaluate([apply(node.op, *places)], words) == evaluate([found], words):
            found = apply(node.op, *places)
    return substitute([found], dict(zip(places, args, strict=True)))[0]


def _samples(problem: Problem) -> list[int]:
    return list(dict.fromkeys([*range(min(FIRST, problem.count)), *problem.bank_rows]))


@dataclass(slots=True)
class _Terms:
    """The terms of one nonterminal: values by size, and how each came about."""

    values: list[Words] = field(default_factory=list)  # one array (n, samples) for each size from 0 on
    origins: list[list[tuple[int, Production, list[NDArray[np.int64]], tuple[int, ...]]]] = field(default_factory=list)
    known: list[NDArray[np.uint64]] = field(default_factory=list)  # fingerprints, sorted, in lists of growing length

    def count(self, size: int) -> int:
        return len(self.values[size]) if size < len(self.values) else 0


@dataclass(frozen=True, slots=True)
class _Making:
    """A production as it is applied to stored values."""

    pattern: Node
    holes: tuple[Node, ...]
    inputs: dict[Node, Words]  # the parameters in it
    exchangeable: bool  # two terms make the same in either order


class _Derivations:
    def __init__(self, problem: Problem, output: int, vocabulary: Vocabulary, grammar: Grammar, rows: Sequence[int],
                 budget: Budget) -> None:
        import numpy as np

        self.problem, self.output, self.grammar, self.budget = problem, output, grammar, budget
        self.rows = list(rows)
        self.constants = list(vocabulary.constants)
        self.terms = {name: _Terms() for name, _ in grammar.types}
        self.left = WORDS
        self.packed = grammar.widths == {1} and all(node.width == 1 for node in problem.inputs)
        self.words = -(-len(self.rows) // 64) if self.packed else len(self.rows)  # of the values of one term
        rng = random.Random(1)
        # Where all behaviours fit a word they are compared as they are, and what is left out is certain.
        self.whole = all(type_.width * len(self.rows) <= 64 for _, type_ in grammar.types)
        self.offered = False
        self.factors = np.array([rng.getrandbits(63) << 1 | 1 for _ in range(self.words)], dtype=np.uint64)
        tuples = [problem.tuples[row] for row in self.rows]
        self.inputs = {self._as_stored(node): self._stored(np.asarray([words], dtype=np.uint64))[0] for node, words in
                       zip(problem.inputs, problem.evaluate(problem.inputs, tuples), strict=True)}
        self.makings = {each: self._making(each) for each in grammar.productions if each.pattern is not None}

    def _making(self, each: Production) -> _Making:
        assert each.pattern is not None
        pattern = self._as_stored(each.pattern)
        found = leaves([pattern])
        exchangeable = each.row is not None and "commutative" in each.row.laws and len(each.holes) == 2 and \
            each.holes[0][1] == each.holes[1][1]
        return _Making(pattern, tuple(self._as_stored(hole) for hole, _ in each.holes),
                       {node: words for node, words in self.inputs.items() if node in found}, exchangeable)

    def run(self) -> Iterator[Candidate | Batch | Exhausted]:
        most = max((len(each.holes) for each in self.grammar.productions), default=0)
        size, largest = 1, 1
        while size <= most * largest + 1 and self.left > 0:  # beyond, there is nothing that a term could be made of
            self.budget.engine, self.budget.level = DERIVATIONS, size
            before = self.left
            yield from self._level(size)
            largest = size if self.left < before else largest
            yield Batch()
            if _samples(self.problem) != self.rows:
                return
            size += 1
        if self.whole and not self.offered and self.left > 0 and not self.grammar.any_constant:
            yield Exhausted(size, complete=True)

    def _level(self, size: int) -> Iterator[Candidate | Batch]:
        for terms in self.terms.values():
            while len(terms.values) <= size:
                terms.values.append(self._none())
                terms.origins.append([])
        for each in self.grammar.productions:
            if each.pattern is None or not each.holes:
                if size == 1:
                    self._leaf(each)
            elif each.pattern not in {hole for hole, _ in each.holes}:
                exchangeable = self.makings[each].exchangeable
                for sizes in compositions(size - 1 - len(each.holes), len(each.holes)):
                    if not exchangeable or sizes[0] <= sizes[1]:
                        yield from self._made(each, size, tuple(part + 1 for part in sizes))
        self._units(size)
        yield from self._right(size)

    def _none(self) -> Words:
        import numpy as np

        return np.empty((0, self.words), dtype=np.uint64)

    def _as_stored(self, node: Node) -> Node:
        """A leaf as patterns over stored values have it."""
        return bitwise(node) if self.packed else node

    def _stored(self, values: Words) -> Words:
        """Values (n, rows) as they are stored (n, words)."""
        import numpy as np

        if not self.packed:
            return values
        bits = np.zeros((len(values), 64 * self.words), dtype=np.uint8)
        bits[:, :values.shape[1]] = values
        return np.packbits(bits, axis=1, bitorder="little").view("<u8").astype(np.uint64)

    def _values(self, stored: Words) -> Words:
        """Values (n, rows) out of stored ones (n, words)."""
        import numpy as np

        if not self.packed:
            return stored
        bits = np.unpackbits(stored.astype("<u8").view(np.uint8), axis=1, bitorder="little")
        return np.ascontiguousarray(bits[:, :len(self.rows)], dtype=np.uint64)

    # --- making -------------------------------------------------------------------------------------------------------

    def _leaf(self, each: Production) -> None:
        """A parameter, a constant, or where any constant may stand, those of the vocabulary."""
        import numpy as np

        width = self.grammar.type_of(each.nonterminal).width
        nodes = [each.pattern] if each.pattern is not None else \
            [node for node in self.constants if node.width == width] or [const(0, width), const(-1, width)]
        for node in nodes:
            value = self.problem.evaluate([node], [self.problem.tuples[row] for row in self.rows])[0]
            self._keep(Production(each.nonterminal, node), 1, self._stored(np.array([value], dtype=np.uint64)), [], ())

    def _made(self, each: Production, size: int, sizes: tuple[int, ...]) -> Iterator[Batch]:
        """The terms that a production makes of terms of these sizes."""
        import numpy as np

        making = self.makings[each]
        pools = [self.terms[name].values[part] for (_, name), part in zip(each.holes, sizes, strict=True)]
        counts = [len(pool) for pool in pools]
        total = prod(counts)
        each_takes, taken = STORING + MAKING * self.words, 0.0
        for start in range(0, total, AT_ONCE):
            if self.left <= 0:
                return
            places = np.unravel_index(np.arange(start, min(start + AT_ONCE, total)), counts)
            if making.exchangeable and sizes[0] == sizes[1]:
                ordered = places[0] <= places[1]
                places = tuple(place[ordered] for place in places)
            columns = {hole: np.ascontiguousarray(pool[place]).ravel()
                       for hole, pool, place in zip(making.holes, pools, places, strict=True)}
            columns |= {node: np.tile(words, len(places[0])) for node, words in making.inputs.items()}
            (values,) = evaluate_batch([making.pattern], columns)
            self.budget.spend(len(places[0]), each_takes)
            self._keep(each, size, values.reshape(len(places[0]), self.words), list(places), sizes)
            taken += each_takes * len(places[0])
            if taken > TURN:
                taken = 0.0
                yield Batch()

    def _keep(self, each: Production, size: int, values: Words, places: list[NDArray[np.int64]],
              sizes: tuple[int, ...]) -> int:
        """Stores the terms whose behaviour is new; how many there are."""
        import numpy as np

        terms = self.terms[each.nonterminal]
        marks = self._fingerprints(values)
        marks, first = np.unique(marks, return_index=True)
        new = np.ones(len(marks), dtype=np.bool_)
        for known in terms.known:
            at = np.minimum(np.searchsorted(known, marks), len(known) - 1)
            new &= known[at] != marks
        chosen = np.sort(first[new])[: max(0, self.left // (self.words + BESIDE)) + 1]
        if not len(chosen):
            return 0
        terms.origins[size].append((len(chosen), each, [place[chosen] for place in places], sizes))
        terms.values[size] = np.concatenate([terms.values[size], values[chosen]])
        self._remember(terms, np.sort(self._fingerprints(values[chosen])))
        self.left -= len(chosen) * (self.words + BESIDE)
        return len(chosen)

    def _remember(self, terms: _Terms, marks: NDArray[np.uint64]) -> None:
        """Adds sorted fingerprints: lists of about one length are merged, so that there are few."""
        import numpy as np

        while terms.known and len(terms.known[-1]) <= 2 * len(marks):
            marks = np.sort(np.concatenate([terms.known.pop(), marks]))
        terms.known.append(marks)

    def _fingerprints(self, values: Words) -> NDArray[np.uint64]:
        import numpy as np

        if self.packed and self.words == 1:
            return values[:, 0]
        if self.whole:
            width = 64 // len(self.rows)
            places = np.arange(len(self.rows), dtype=np.uint64) * np.uint64(width)
            packed: NDArray[np.uint64] = np.bitwise_or.reduce(values << places, axis=1)
            return packed
        mixed = (values ^ values >> np.uint64(29)) * self.factors
        mixed = (mixed ^ mixed >> np.uint64(32)) * self.factors[::-1]
        marks: NDArray[np.uint64] = np.bitwise_xor.reduce(mixed ^ mixed >> np.uint64(29), axis=1)
        return marks

    def _units(self, size: int) -> None:
        """What productions that are a single nonterminal add to this size."""
        import numpy as np

        changed = True
        while changed:
            changed = False
            for each in self.grammar.productions:
                if each.pattern is not None and each.pattern in {hole for hole, _ in each.holes}:
                    values = self.terms[each.holes[0][1]].values[size]
                    if len(values):
                        changed |= self._keep(each, size, values, [np.arange(len(values))], (size,)) > 0

    # --- answers ------------------------------------------------------------------------------------------------------

    def _right(self, size: int) -> Iterator[Candidate]:
        """The programs of one size that are right on the samples."""
        import numpy as np

        values = self.terms[self.grammar.start].values[size]
        wanted = self.problem.wanted[self.output]
        words, care = wanted.words[self.rows], wanted.care[self.rows]
        masks = care if not self.packed else self._stored(care[None].astype(np.uint64))[0]
        differ = values != words if not self.packed else values ^ self._stored(words[None])[0]
        right = (~(differ & masks).any(axis=1)).nonzero()[0]
        if self.problem.spec.ensures is not TRUE and len(right):
            right = right[self.problem.accepts(self._values(values[right]), self.rows)]
        self.offered |= len(right) > 0
        for place in right[:OFFERED].tolist():
            yield Candidate(self._node(self.grammar.start, size, place))

    def _node(self, name: str, size: int, place: int) -> Node:
        """The program that a stored term is; as deep as its size, which is small."""
        for count, each, places, sizes in self.terms[name].origins[size]:
            if place < count:
                assert each.pattern is not None
                filled = {hole: self._node(inner, part, int(where[place])) for (hole, inner), part, where
                          in zip(each.holes, sizes, places, strict=True)}
                return substitute([each.pattern], filled)[0]
            place -= count
        raise AssertionError((name, size, place))
