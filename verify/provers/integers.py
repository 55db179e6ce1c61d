"""Integers instead of bits: the query as linear integer arithmetic (ir/linear.py), decided by z3 and then by cvc5.

Divisions by constants, high halves of products and ranges are short there at any width, where a circuit for them is
beyond every SAT solver. An `unsat` is a proof: the constraints allow at least what the words allow. A model is only a
candidate, as products and bitwise operations of variables are merely bounded: it is evaluated, and dropped where it
fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ...ir import linear, terms
from ...ir.facts import Facts
from ...ir.graph import CONST, LEAVES, Node, rewrite, topological
from ...ir.known import Known, between
from ...ir.primes import TABLE
from ...jobs.limits import Deadline
from .query import Answer, DontKnow, Query, Sat, Unsat
from .solvers import CVC5, Z3, Solver, race_for

PARTS = 16  # of a fold over the bits of a word, beyond which its result is any word

# Half a second of work, or a little more, for each; the time is for machines that are busy.
Z3_INTEGERS = replace(Z3, name="integers by z3", slice=5.0, settings=(400_000,), process="z3")
CVC5_INTEGERS = replace(CVC5, name="integers by cvc5", slice=5.0, settings=(40_000,), process="cvc5")


@dataclass(frozen=True, slots=True)
class Integers:
    """Translates queries of up to `limit` operations and asks `backends`, one after the other."""

    backends: tuple[Solver, ...] = (Z3_INTEGERS, CVC5_INTEGERS)
    limit: int = 2000
    name: str = "integers"

    def with_work(self, times: int) -> Integers:
        """The same with `times` as much work."""
        return replace(self, backends=tuple(
            replace(solver, slice=None, settings=(times * solver.settings[0], *solver.settings[1:]))
            for solver in self.backends))

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        if sum(1 for _ in topological(query.conditions)) > self.limit:
            return DontKnow(f"{self.name}: more than {self.limit} operations")
        try:
            script = Script(query)
        except linear.TooLarge as problem:
            return DontKnow(f"{self.name}: {problem}")
        if script.impossible:
            return Unsat(self.name)
        doubts: list[DontKnow] = []
        for solver in self.backends:
            answer = race_for((solver,), script.text, query.leaves, deadline)
            match answer:
                case Unsat():
                    return answer
                case Sat(model) if script.exact or query.holds(model):
                    return answer
                case Sat():
                    doubts.append(DontKnow(f"{solver.name}: the model of an abstraction fails"))
                case DontKnow():
                    doubts.append(answer)
        return DontKnow("; ".join(doubt.why for doubt in doubts), tuple(r for doubt in doubts for r in doubt.remarks))


class Script:
    """A query as SMT-LIB text over integers, its leaves called x0, x1 ...; leaves of one bit are truth values.

    `impossible` says that the bounds alone refute the query, and `exact` that every model is one of the query.
    """

    def __init__(self, query: Query) -> None:
        self._integers = linear.Integers()
        assumed = dict(_bounds(query.conditions))
        self.impossible = any(low > high for low, high in assumed.values())
        if self.impossible:
            return
        facts = Facts({leaf: between(leaf.width, low, high) for leaf, (low, high) in assumed.items()})
        conditions = _lowered(query.conditions)
        readings = {leaf: self._leaf(leaf, f"x{index}", facts.of(leaf)) for index, leaf in enumerate(query.leaves)}
        for node in topological(conditions):
            if node not in readings:
                readings[node] = self._reading(node, readings, facts)
        for condition in conditions:
            formula = self._integers.formula(readings[condition])
            self.impossible |= formula == linear.FALSE
            self._integers.require(formula)

    def _leaf(self, leaf: Node, symbol: str, known: Known) -> linear.Reading:
        if leaf.width > 1:
            return self._integers.fresh(known.low, known.high, symbol)
        self._integers.say(f"(declare-const {symbol} Bool)")
        return linear.Formula(symbol)

    def _reading(self, node: Node, readings: dict[Node, linear.Reading], facts: Facts) -> linear.Reading:
        if node.op == CONST:
            return linear.constant(int(node.data))
        row = TABLE[node.op]
        known = facts.of(node)
        if row.linear is None:
            return self._integers.anything(known.low, known.high)
        w = node.args[row.arguments.index("w")].width
        found: linear.Reading = row.linear(self._integers, w, node.width, *(readings[arg] for arg in node.args))
        return self._integers.within(found, node.width, known.low, known.high)

    @property
    def exact(self) -> bool:
        return self._integers.exact

    @property
    def text(self) -> str:
        return "\n".join(["(set-logic QF_LIA)", *self._integers.lines, "(check-sat)"]) + "\n"


def _lowered(conditions: Sequence[Node]) -> list[Node]:
    """The conditions over operations that integers have, and folds over too many bits."""

    def step(node: Node) -> Node:
        if node.op in LEAVES or TABLE[node.op].linear is not None or _long(node):
            return node
        return rewrite([terms.expand(TABLE[node.op], node.args, node.width)], step)[0]

    return rewrite(conditions, step)


def _long(node: Node) -> bool:
    meaning = TABLE[node.op].meaning
    assert meaning is not None
    return meaning.startswith("(fold ") and node.width // (8 if ":8" in meaning else 1) > PARTS


# --- what the conditions say of their leaves --------------------------------------------------------------------------


def _bounds(conditions: Iterable[Node]) -> Iterator[tuple[Node, tuple[int, int]]]:
    """Bounds of leaves that hold wherever all conditions do: the later of a leaf's include the earlier ones."""
    found: dict[Node, tuple[int, int]] = {}
    for fact, holds in _conjuncts(conditions):
        for leaf, low, high in _said(fact, holds):
            old = found.get(leaf, (0, (1 << leaf.width) - 1))
            found[leaf] = max(old[0], low), min(old[1], high)
            yield leaf, found[leaf]


def _conjuncts(conditions: Iterable[Node]) -> Iterator[tuple[Node, bool]]:
    """What must hold, or must not."""
    stack = [(condition, True) for condition in conditions]
    seen = set(stack)
    while stack:
        node, holds = stack.pop()
        yield node, holds
        below: list[tuple[Node, bool]] = []
        if node.op == "not":
            below = [(node.args[0], not holds)]
        elif node.op == ("and" if holds else "or") and node.width == 1:
            below = [(arg, holds) for arg in node.args]
        fresh = [item for item in below if item not in seen]
        seen.update(fresh)
        stack += fresh


def _said(fact: Node, holds: bool) -> Iterator[tuple[Node, int, int]]:
    """Bounds of the leaf in a comparison of a leaf with a constant."""
    if fact.op not in ("ult", "ule", "eq") or (fact.op == "eq" and not holds):
        return
    a, b = fact.args
    top = (1 << a.width) - 1
    if fact.op == "eq":
        for leaf, other in ((a, b), (b, a)):
            if _free(leaf) and other.is_const:
                yield leaf, int(other.data), int(other.data)
        return
    strict = (fact.op == "ult") == holds
    less, more = (a, b) if holds else (b, a)  # less < more, or <= where not strict
    if _free(less) and more.is_const:
        yield less, 0, int(more.data) - strict
    if _free(more) and less.is_const:
        yield more, int(less.data) + strict, top


def _free(node: Node) -> bool:
    return node.op in LEAVES and not node.is_const and node.width > 1
