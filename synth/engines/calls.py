"""Programs that call components: what calls give on cheap arguments is taken for an input, and searched over.

First come calls of inputs and constants, then of what one operation makes of these and of calls, and so on. Over the
calls of each round programs of a few operations are enumerated; fewer where there are more calls. Where there are very
many, they are only compared with what is wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING

from ...ir.graph import Node, const
from ...ir.kernel import evaluate_batch
from ...lift.components import Component
from ..bank import Bank, OutOfRoom
from ..budget import Budget
from ..problem import Problem
from ..vocabulary import Vocabulary
from .enumeration import enumerate_programs
from .events import Batch, Candidate, Exhausted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

COMPONENTS = "components in use"  # the name of this engine
ROUNDS = 5
MOST = 1000  # calls over which programs of one operation are enumerated
FEW = 24  # calls over which programs of DEEP operations are
DEEP = 3
TRIED = 200_000  # calls of one component in a round that are evaluated
KEPT = 200_000  # programs that arguments are taken from
# Nanoseconds that count for a call that is evaluated, for one that is kept, and for a bank that is set up.
EVALUATED, NOTED, SET_UP = 3_000.0, 200_000.0, 80_000_000.0


def calling_programs(problem: Problem, output: int, vocabulary: Vocabulary, free: Sequence[Node],
                     budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs for one output of `problem` that call the components of its spec. Raises `budget.Spent`."""
    return _Calling(problem, output, vocabulary, free, budget).run()


class _Calling:
    def __init__(self, problem: Problem, output: int, vocabulary: Vocabulary, free: Sequence[Node],
                 budget: Budget) -> None:
        self.problem, self.output, self.vocabulary, self.budget = problem, output, vocabulary, budget
        self.free = list(free)
        self.rows = problem.bank_rows
        self.tuples = [problem.tuples[row] for row in self.rows]
        import numpy as np

        self.own = {node: np.asarray(words, dtype=np.uint64) for node, words
                    in zip(problem.inputs, problem.evaluate(problem.inputs, self.tuples), strict=True)}
        self.known: set[tuple[int, bytes]] = set()  # behaviours of calls

    def run(self) -> Iterator[Candidate | Batch | Exhausted]:
        calls: list[Node] = []
        for turn in range(ROUNDS):
            self.budget.engine, self.budget.level = COMPONENTS, turn
            fresh: list[Node] = []
            for component in self.problem.spec.components:
                yield from self._calls(component, self._bank(calls, deep=turn > 0), fresh)
            yield Batch()
            if not fresh:
                return
            calls += sorted(fresh, key=self._plainness)
            yield from self._over(calls[:FEW], DEEP)
            if len(calls) > FEW:
                yield from self._over(calls[:MOST], 1)

    def _over(self, calls: Sequence[Node], most: int) -> Iterator[Candidate | Batch]:
        """Programs of up to so many operations over the values of calls."""
        self.budget.spend(1, SET_UP)
        free = [*self.free, *calls]
        for event in enumerate_programs(self.problem, self.output, self.vocabulary, free, self.budget):
            if not isinstance(event, Exhausted):
                yield event
            elif event.level >= most or not self.vocabulary.operations:
                return

    def _plainness(self, call: Node) -> tuple[int, int]:
        """What is searched over first: calls of few operations, and of few constants."""
        constants = sum(node.is_const for node in self.problem.calls.of[call].arguments)
        return self.problem.instructions([call]) + constants, constants

    # --- calls --------------------------------------------------------------------------------------------------------

    def _bank(self, calls: Sequence[Node], deep: bool) -> Bank:
        """What calls may be made of: inputs, constants and `calls`, and if `deep`, what one operation makes of them."""
        import numpy as np

        self.budget.spend(1, SET_UP)
        shifts = [const(1 << place, width) for width in self.vocabulary.widths for place in range(2, 6)
                  if 1 << place < width]
        leaves = [*self.problem.inputs, *self.free, *self.vocabulary.constants, *shifts, *calls[:MOST]]
        values = self.problem.evaluate(leaves, self.tuples)
        bank = Bank([(node, np.ascontiguousarray(words, dtype=np.uint64))
                     for node, words in zip(leaves, values, strict=True)], self.vocabulary.casts, KEPT)
        if deep and self.vocabulary.operations:
            try:
                bank.grow(self.vocabulary.operations, self.budget.store)
            except OutOfRoom:  # what there was room for serves
                pass
        return bank

    def _calls(self, component: Component, bank: Bank, fresh: list[Node]) -> Iterator[Candidate]:
        """The calls of one component on what is in `bank` that are right on the samples. The first with a value that no
        call had join `fresh`."""
        import numpy as np

        columns = [self._arguments(bank, parameter.type.width) for parameter in component.parameters]
        while prod(map(len, columns)) > TRIED:
            longest = max(range(len(columns)), key=lambda at: len(columns[at]))
            columns[longest] = columns[longest][:len(columns[longest]) // 2]
        entries = np.array(np.meshgrid(*columns, indexing="ij"), dtype=np.int64).reshape(len(columns), -1).T
        if not entries.size:
            return
        self.budget.spend(len(entries), EVALUATED)
        count, samples = len(entries), bank.values.shape[1]
        words = {place: bank.values[entries[:, at]].ravel() for at, place in enumerate(component.places)}
        words |= {node: np.tile(column, count) for node, column in self.own.items()}
        value, defined = (each.reshape(count, samples)
                          for each in evaluate_batch([component.value, component.defined], words))
        allowed = (defined != 0).all(axis=1)
        for row in (self._right(component, value) & allowed).nonzero()[0]:
            yield Candidate(self._call(component, bank, entries[row]))
        for row in allowed.nonzero()[0]:
            key = component.type.width, value[row].tobytes()
            if len(fresh) >= MOST:
                return
            if key not in self.known and not (value[row] == value[row][0]).all():
                self.known.add(key)
                fresh.append(self._call(component, bank, entries[row]))

    def _call(self, component: Component, bank: Bank, entries: NDArray[np.int64]) -> Node:
        self.budget.spend(1, NOTED)
        return self.problem.calls.call(component, [bank.expression(int(entry)) for entry in entries])

    def _right(self, component: Component, values: Words) -> NDArray[np.bool_]:
        """Which of n words for each sample, (n, samples), are what is wanted."""
        import numpy as np

        wanted = self.problem.wanted[self.output]
        if component.type.width != self.problem.spec.outputs[self.output].type.width:
            return np.zeros(len(values), dtype=np.bool_)
        if not wanted.care.any():
            return self.problem.accepts(values, self.rows)
        right: NDArray[np.bool_] = ~((values != wanted.words[self.rows]) & wanted.care[self.rows]).any(axis=1)
        return right

    def _arguments(self, bank: Bank, width: int) -> NDArray[np.int64]:
        """The entries of `bank` that may be given where a word of `width` is wanted, the cheapest first."""
        import numpy as np

        parts = [np.arange(part.start, part.stop) for level in range(2) for part in bank.entries(level, width)]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
