"""Equal parts: a hard question becomes a small one where both its sides compute the same on the way.

Values that agree on many inputs are perhaps equal. From the leaves up, each such pair is proved to be, in the graph in
which all that was proved before it is one value already, and the two become one. Two quotients of equal words are then
one quotient, and no solver has to divide (SAT sweeping; Kuehlmann et al., "Robust Boolean reasoning for equivalence
checking and functional property verification", TCAD 2002, section V).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from ...ir.canon import canonical
from ...ir.evaluate import compiled, fold
from ...ir.graph import CONST, LEAVES, Node, apply, rebuilt, substitute, topological
from ...jobs.limits import Deadline
from .bitlinear import BitLinear
from .corners import points
from .query import Answer, DontKnow, Prover, Query, Sat, Unsat
from .ring import RingForm
from .solvers import BITWUZLA
from .structural import Structural

POINTS = 200  # inputs that are tried; those count for which the assumptions hold
FEWEST = 12  # inputs on which values must agree
REFUTED = 20  # pairs that may turn out to differ
HALF = (RingForm(), BitLinear(), BITWUZLA.limited(10_000, 1.0))  # what proves two values equal
WHOLE = (*HALF, Structural(), BITWUZLA.limited(30_000, 3.0))  # and what is left in the end


@dataclass(frozen=True, slots=True)
class Merging:
    """Proves values of the goal equal, wherever the assumptions hold, and asks what is left when they are one.

    The goal is looked at in its canonical form, where the widths of equal values are one. The assumptions stay as they
    are: under `a == b` these two are equal, and without it nothing is. `limit` counts operations.
    """

    limit: int = 150
    name: str = "equal parts by bitwuzla"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        if sum(1 for _ in topological([query.goal])) > self.limit:
            return DontKnow(f"{self.name}: more than {self.limit} operations")
        (goal,) = canonical([query.goal])
        merged = _Merged(Query(goal, query.assumptions), deadline).goal()
        if merged is None:
            return DontKnow(f"{self.name}: none that is proved")
        match answer := _asked(Query(merged, query.assumptions), WHOLE, deadline):
            case Unsat():
                return Unsat(self.name)
            case Sat(model):
                return Sat(model, self.name)
        return DontKnow(f"{self.name}: what is left is not decided", answer.remarks)


class _Merged:
    """The goal of a query, with those of its parts that are proved equal as one."""

    def __init__(self, query: Query, deadline: Deadline) -> None:
        self.query, self.deadline = query, deadline
        self.parts = [node for node in topological([query.goal]) if node.op != CONST and node is not query.goal]
        self._leaves = query.leaves
        self._values = compiled([*query.assumptions, *self.parts], self._leaves)
        self._seen: list[list[int]] = [[] for _ in self.parts]  # the values of each part on the inputs so far
        self._new: dict[Node, Node] = {}
        for words in islice(points(self._leaves, []), POINTS):
            self._try(words)

    def goal(self) -> Node | None:
        """The goal; None where no two parts are known to be equal."""
        merged = refuted = 0
        for index, node in enumerate(self.parts):
            self._new[node] = fold(rebuilt(node, tuple(self._new.get(arg, arg) for arg in node.args)))
            for other in self._alike(index) if node.op not in LEAVES else ():
                if refuted == REFUTED or self.deadline.passed():
                    break
                answer = self._differ(self._new[node], other)
                if isinstance(answer, Unsat):
                    self._new[node] = other
                    merged += 1
                    break
                if isinstance(answer, Sat):
                    refuted += 1
                    self._try([answer.model.get(leaf, 0) for leaf in self._leaves])
        if not merged:
            return None
        (goal,) = substitute([self.query.goal], self._new)
        return goal

    def _try(self, words: Sequence[int]) -> None:
        """Learns the values on one input, if the assumptions hold there."""
        count = len(self.query.assumptions)
        found = self._values(*words)
        if all(found[:count]):
            for values, value in zip(self._seen, found[count:], strict=True):
                values.append(value)

    def _alike(self, index: int) -> list[Node]:
        """What a part is perhaps: the first that had its values on all inputs, if these say something."""
        node, seen = self.parts[index], self._seen[index]
        if len(seen) < FEWEST or len(set(seen)) < 2:
            return []
        alike = (self._new[other] for place, other in enumerate(self.parts[:index])
                 if other.width == node.width and self._seen[place] == seen)
        return list(islice((other for other in alike if other is not self._new[node]), 1))

    def _differ(self, node: Node, other: Node) -> Answer:
        """Whether two parts can differ, where the assumptions hold: that they cannot anywhere is asked first."""
        goal = apply("ne", node, other)
        answer = _asked(Query(goal), HALF, self.deadline)
        if isinstance(answer, Unsat) or not self.query.assumptions:
            return answer
        return _asked(Query(goal, self.query.assumptions), HALF, self.deadline)


def _asked(query: Query, provers: Sequence[Prover], deadline: Deadline) -> Answer:
    """The first answer of the provers; a model is one only if it holds."""
    answer: Answer = DontKnow("no time left")
    for prover in provers:
        if deadline.passed():
            break
        answer = prover.ask(query, deadline)
        if isinstance(answer, Unsat) or (isinstance(answer, Sat) and query.holds(answer.model)):
            return answer
    return answer if isinstance(answer, DontKnow) else DontKnow("a model that does not hold")
