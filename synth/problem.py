"""A spec as numbers: inputs that it allows, and what the results must be there.

The engines search on a few of these inputs; what passes is checked on all of them before a prover is asked. Inputs
that refuted a program are added, so that no engine offers it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from math import prod
from typing import TYPE_CHECKING, Any

from ..ir import graph
from ..ir.bounds import range_within
from ..ir.cost import Cost, cost
from ..ir.evaluate import evaluate
from ..ir.graph import CHOICE, TRUE, Function, Node, Result, leaves, topological
from ..ir.kernel import MAX_KERNEL_WIDTH, evaluate_batch
from ..ir.samples import samples
from ..jobs.limits import Deadline
from ..lift.spec import Example, Spec
from .calls import Calls
from .laws import Ask, Impossible, Laws

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

SAMPLES = 32  # inputs on which programs are told apart; fewer merge programs that differ and lose them
POOL = 4096  # inputs on which a candidate is checked before it is proved


@dataclass(slots=True)
class Wanted:
    """What one output must be: `words` (n,), wherever `care` (n,) is set."""

    words: Words
    care: NDArray[np.bool_]


class Problem:
    """A spec with inputs that it allows (`vectors`, one array (n,) for each parameter) and the outputs wanted there.

    `fits` says for all widths whether machine words are wide enough; where they are not, only engines that ask a
    solver can work, and `vectors` and `wanted` are object arrays of Python integers.
    """

    def __init__(self, spec: Spec, *, seed: int, deadline: Deadline) -> None:
        self.spec = spec
        self.inputs = [parameter.value for parameter in spec.parameters]
        widths = [node.width for node in (*topological(spec.roots), *self.inputs)]
        self.fits = max([*widths, *(output.type.width for output in spec.outputs)]) <= MAX_KERNEL_WIDTH
        self._deadline = deadline
        self.tuples: list[tuple[int, ...]] = []
        self._rows: dict[tuple[int, ...], int] = {}  # the place of each input among `tuples`
        self._told: dict[tuple[int, ...], tuple[int, ...]] = {}  # the outputs that a solver found to be the only ones
        self._open: set[tuple[int, ...]] = set()  # the inputs on which there are several, or nobody could tell
        self._sharp: dict[int, None] = {}  # the rows that refuted a program, in order
        self.laws = Laws(spec, seed)
        self.calls = Calls()
        self._extend(self._allowed(list(self._candidates(seed))))

    @property
    def count(self) -> int:
        return len(self.tuples)

    @property
    def tells_much(self) -> bool:
        """Whether there are inputs enough to tell programs apart; else any number of wrong ones is right on all."""
        return self.count >= SAMPLES

    @property
    def bank_rows(self) -> list[int]:
        """The inputs on which programs are told apart: the first few, and all that refuted a program."""
        first = range(min(SAMPLES, self.count))
        return [*first, *(row for row in self._sharp if row not in first)]

    def add(self, inputs: Sequence[tuple[int, ...]]) -> int:
        """Adds inputs that refuted a program to the bank's; how many of them were new there."""
        before = len(self.bank_rows)
        if new := [words for words in self._allowed(inputs) if words not in self._rows]:
            self._extend(new)
        self._sharp.update((self._rows[words], None) for words in inputs if words in self._rows)
        return len(self.bank_rows) - before

    def row(self, inputs: tuple[int, ...]) -> int:
        """The place of an input among `tuples`."""
        return self._rows[inputs]

    # --- inputs -------------------------------------------------------------------------------------------------------

    def _candidates(self, seed: int) -> Iterator[tuple[int, ...]]:
        if self.spec.examples:
            yield from (example.inputs for example in self.spec.examples)
        if self.spec.only_examples:
            return
        yield from self.laws.points()
        mentioned = sorted({int(node.data) for node in self.spec.constants()})
        yield from self._within(islice(samples([node.width for node in self.inputs], seed=seed,
                                               mentioned=mentioned), POOL))

    def _within(self, candidates: Iterator[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
        """The candidates, and where `requires` keeps inputs in ranges, others there in their place; all inputs if they
        are few."""
        ranges = [range_within([self.spec.requires], node) for node in self.inputs]
        if all(part.size == part.words for part in ranges) or not all(part.size for part in ranges):
            yield from candidates
            return
        for words in candidates:
            yield tuple(word if (word - part.low) % part.words < part.size
                        else (part.low + word % part.size) % part.words
                        for word, part in zip(words, ranges, strict=True))
        if prod(part.size for part in ranges) <= POOL:
            yield from product(*((step % part.words for step in range(part.low, part.low + part.size))
                                 for part in ranges))

    def _allowed(self, candidates: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
        """Those inputs among the candidates for which the spec says anything."""
        if not candidates:
            return []
        condition = self.spec.requires
        if self.spec.reference is not None:
            reference = self.spec.reference
            condition = graph.all_of([condition, reference.domain, graph.negate(reference.ub),
                                      graph.negate(reference.trap), graph.negate(reference.beyond),
                                      *(graph.negate(result.poison) for result in reference.results)])
        (allowed,) = self.evaluate([condition], candidates)
        return [words for words, good in zip(candidates, allowed, strict=True) if good]

    def _extend(self, allowed: Sequence[tuple[int, ...]]) -> None:
        for words in allowed:
            self._rows.setdefault(words, len(self._rows))
        self.tuples = list(self._rows)
        self._columns = self._as_columns(self.tuples)
        self.wanted = self._wanted()

    def _wanted(self) -> list[Wanted]:
        import numpy as np

        n = self.count
        kind = np.uint64 if self.fits else object
        wanted = [Wanted(np.zeros(n, dtype=kind), np.zeros(n, dtype=np.bool_)) for _ in self.spec.outputs]
        if self.spec.reference is not None and n:
            values = [result.value for result in self.spec.reference.results]
            for target, words, other in zip(wanted, self.evaluate(values, self.tuples),
                                            self.evaluate(values, self.tuples, choice=-1), strict=True):
                target.words = np.array(words, dtype=kind)
                target.care = target.words == np.array(other, dtype=kind)  # a choice leaves the value open
        given = {example.inputs: example.outputs for example in self.spec.examples} | self._told
        for row, words in enumerate(self.tuples):
            for target, word in zip(wanted, given.get(words, ()), strict=False):
                target.words[row], target.care[row] = word, True
        return wanted

    def ask_outputs(self, ask: Ask) -> bool:
        """For a predicate: lets a solver tell the outputs on the bank's inputs, where they are the only ones right.
        Beside a reference, which tells them all, it may contradict that.

        Returns whether there is an input on which no output is right, so that no program can meet the spec.
        """
        if self.spec.reference is not None:
            return self._contradicted()
        for row in self.bank_rows if self.spec.ensures is not TRUE else ():
            words = self.tuples[row]
            if words in self._told or words in self._open or self._deadline.passed():
                continue
            fixed = {node: graph.const(word, node.width) for node, word in zip(self.inputs, words, strict=True)}
            (condition,) = graph.substitute([self.spec.ensures], fixed)
            model = ask(condition)
            if model is False:
                return True
            outputs = [(output.value, (model or {}).get(output.value, 0)) for output in self.spec.outputs]
            other = graph.any_of(graph.apply("ne", node, graph.const(word, node.width)) for node, word in outputs)
            if model is not None and ask(graph.both(condition, other)) is False:
                self._told[words] = tuple(word for _, word in outputs)
            else:
                self._open.add(words)
        try:
            self._spread(ask)
        except Impossible:
            return True
        self.wanted = self._wanted()
        return False

    def _contradicted(self) -> bool:
        """Whether the predicate rejects, on an input at hand, outputs that are wanted there, all others being wrong."""
        import numpy as np

        if self.spec.ensures is TRUE or not self.count:
            return False
        outputs: list[Any] = [each.words for each in self.wanted]
        (holds,) = self.evaluate([self.spec.ensures], self.tuples, outputs=outputs)
        told = np.all([each.care for each in self.wanted], axis=0)
        return bool((told & (np.asarray(holds) == 0)).any())

    def _spread(self, ask: Ask) -> None:
        """Outputs that laws tell, on inputs that are added to the bank's."""
        if not self.spec.laws:
            return
        known = {example.inputs: example.outputs for example in self.spec.examples} | self._told
        found = self.laws.spread(known, ask)
        self._told.update(found)
        self.add(list(found))

    def known_examples(self) -> tuple[Example, ...]:
        """The bank's inputs on which all outputs are known, as examples."""
        return tuple(Example(self.tuples[row], tuple(int(wanted.words[row]) for wanted in self.wanted))
                     for row in self.bank_rows if all(wanted.care[row] for wanted in self.wanted))

    # --- evaluation ---------------------------------------------------------------------------------------------------

    def evaluate(self, roots: Sequence[Node], tuples: Sequence[tuple[int, ...]], *, choice: int = 0,
                 outputs: Sequence[Sequence[int]] = ()) -> list[Sequence[int]]:
        """The values of `roots` on inputs: arrays of machine words, or of integers where these are not wide enough.

        Choices all take the word `choice`, poison flags are 0.
        """
        import numpy as np

        roots = self.calls.expanded(roots)
        columns: dict[Node, Any] = dict(self._columns if tuples is self.tuples else self._as_columns(tuples))
        columns.update(zip((output.value for output in self.spec.outputs), outputs, strict=False))
        for node in leaves(roots):
            columns.setdefault(node, [0] * len(tuples))
        for node in leaves(roots, CHOICE):
            columns[node] = [choice & (1 << node.width) - 1] * len(tuples)
        if self.fits and max(node.width for node in topological(roots)) <= MAX_KERNEL_WIDTH and columns:
            arrays = {node: np.asarray(words, dtype=np.uint64) for node, words in columns.items()}
            return list(evaluate_batch(roots, arrays))  # type: ignore[arg-type]  # arrays are sequences of words
        rows = [evaluate(roots, {node: int(words[row]) for node, words in columns.items()})
                for row in range(len(tuples))]
        kinds = [np.uint64 if self.fits and root.width <= MAX_KERNEL_WIDTH else object for root in roots]
        return [np.array(column, dtype=kind)  # type: ignore[misc]  # as above
                for column, kind in zip(zip(*rows, strict=True), kinds, strict=True)]

    def _as_columns(self, tuples: Sequence[tuple[int, ...]]) -> dict[Node, Any]:
        import numpy as np

        kind = np.uint64 if self.fits else object
        table = np.array(tuples, dtype=kind).reshape(len(tuples), len(self.inputs))
        return {node: np.ascontiguousarray(table[:, index]) for index, node in enumerate(self.inputs)}

    def failures(self, values: Sequence[Node], limit: int = 1) -> list[tuple[int, ...]]:
        """Inputs on which results with these `values` are wrong, `limit` at the most, from all over those at hand.

        Where these show nothing, and laws are broken, the inputs of their calls, which are at hand from then on.
        """
        import numpy as np

        if not self.count:
            return []
        found = self.evaluate(values, self.tuples)
        wrong = np.zeros(self.count, dtype=np.bool_)
        for words, wanted in zip(found, self.wanted, strict=True):
            wrong |= (np.asarray(words) != wanted.words) & wanted.care
        if self.spec.ensures is not TRUE:
            (holds,) = self.evaluate([self.spec.ensures], self.tuples, outputs=found)
            wrong |= np.asarray(holds) == 0
        rows = wrong.nonzero()[0]
        if not len(rows):
            broken = self.broken(values, limit)
            if any(words not in self._rows for words in broken):
                self._extend(self._allowed(broken))
            return broken
        return [self.tuples[int(row)] for row in rows[:: -(-len(rows) // limit) or 1]]

    def broken(self, values: Sequence[Node], limit: int = 1) -> list[tuple[int, ...]]:
        """Inputs of calls by which results with these `values` break a law, for so many cases at the most."""
        return self.laws.broken(self.calls.expanded(values), limit)

    def accepts(self, values: Words, rows: Sequence[int]) -> NDArray[np.bool_]:
        """Which of n programs `ensures` accepts on all of `rows`, given their values there: `values` is (n, rows). Laws
        reject some of the others."""
        import numpy as np

        left = np.arange(len(values))
        if self.spec.laws:
            wanted = self.wanted[0]
            left = (~((values != wanted.words[rows]) & wanted.care[rows]).any(axis=1)).nonzero()[0]
            left = left[self.laws.accepts([values[left]], [self.tuples[row] for row in rows])]
        for few in (slice(0, 1), slice(1, 4), slice(4, None)):  # the first inputs reject nearly all
            part = rows[few]
            if not part or not len(left) or self.spec.ensures is TRUE:
                continue
            columns = {node: np.tile(np.asarray(self._columns[node])[part], len(left)) for node in self.inputs}
            columns[self.spec.outputs[0].value] = np.ascontiguousarray(values[left][:, few]).ravel()
            (holds,) = evaluate_batch([self.spec.ensures], columns)
            left = left[(holds.reshape(len(left), len(part)) != 0).all(axis=1)]
        accepted = np.zeros(len(values), dtype=np.bool_)
        accepted[left] = True
        return accepted

    def function(self, values: Sequence[Node]) -> Function:
        """The program with these values, with the parameters and results of the spec."""
        made = self.calls.expanded(values)
        results = tuple(Result(output.type, value) for output, value in zip(self.spec.outputs, made, strict=True))
        return Function(self.spec.name, self.spec.parameters, results)

    def instructions(self, values: Sequence[Node]) -> int:
        """The operations of a program with these values, a call of a component counted as one."""
        return self.calls.instructions(values, max(type_.width for type_ in self.spec.types))

    def cost(self, values: Sequence[Node]) -> Cost:
        """What a program with these values costs; cycles and bytes are those of all that is in its calls."""
        return replace(cost(self.function(values)), instructions=self.instructions(values))
