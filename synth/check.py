"""Candidates to answers: checked on the inputs at hand, then emitted, lifted again and proved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..emit.count import occurrences
from ..emit.timing import violation
from ..ir.cost import Cost, latency_of, size_of, slow_operations
from ..ir.evaluate import fold
from ..ir.graph import FALSE, LEAVES, Function, Node, apply, both, const, negate, rewrite, topological
from ..ir.primes import TABLE
from ..jobs.limits import Deadline
from ..lift.spec import Spec
from ..lift.sygus.grammar import Language
from ..verify.provers.portfolio import satisfiable
from ..verify.provers.query import Query, Unsat
from ..verify.roundtrip import prove_emitted
from ..verify.verdict import Bounded, Proved, Refuted, Verdict
from .calls import Calls
from .problem import Problem

MOST = 2000  # candidates of one batch that are looked at
ENOUGH = 8  # counterexamples that one batch hands on: they tell apart most of what was not told apart
AT_ONCE = 3  # counterexamples taken from one candidate
PATIENCE = 3.0  # seconds for one proof while there are other candidates
MANY_UNPROVED = 3  # candidates, after which the first of them is given
MORE_PATIENCE = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """A program that is proved, with its cost and the LLVM IR on which it was proved."""

    function: Function
    llvm: str
    cost: Cost
    proof: Verdict
    nodes: tuple[Node, ...] = ()  # the values of the results, where calls of components are leaves
    calls: Calls = field(default_factory=Calls)


@dataclass(slots=True)
class Checker:
    """Checks candidates for `problem`, each once; keeps the inputs that refuted some, and those nobody could prove."""

    problem: Problem
    allowed: frozenset[str]  # names of operations
    deadline: Deadline
    refuting: list[tuple[int, ...]] = field(default_factory=list)
    unproved: list[Node] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # what spoke against programs that may do what is wanted
    _seen: set[Node] = field(default_factory=set)
    _patient: bool = False
    _language: Language | None = None

    def __post_init__(self) -> None:
        syntax = self.problem.spec.syntax
        if syntax is not None and syntax.grammar is not None:
            self._language = Language(syntax.grammar)

    def check(self, candidates: Iterable[Node], seconds: float = PATIENCE) -> Answer | None:
        """The first candidate that is proved, within `seconds` each, in the order of their rank."""
        forms = candidates if self._language is not None else map(self.tidied, candidates)  # a grammar knows one form
        fresh = [node for node in dict.fromkeys(forms) if node not in self._seen][:MOST]
        for node in sorted(fresh, key=self.rank):
            if self.deadline.passed():
                return None
            self._seen.add(node)
            if (why := self._too_many(node)) is not None:
                self.refused.append(why)
                continue
            failures = self.problem.failures([node], AT_ONCE)
            if failures:
                self._refuted_on(*failures)
            elif (member := self._member(node)) is not None and \
                    (answer := self.prove(member, seconds) or self._once_more()) is not None:
                return answer
        return None

    def _too_many(self, node: Node) -> str | None:
        """Which operation `node` has more often than the spec allows."""
        for name, most in self.problem.spec.limits:
            if sum(part.op == name for part in topological([node])) > most:
                return f"it has more than {most} {name}"
        return None

    def _member(self, node: Node) -> Node | None:
        """`node` as the grammar of the spec makes it, None where it is outside: the one place that decides it."""
        if self._language is None:
            return node
        return self._language.member(node) or self._language.member(self.tidied(node))

    def _once_more(self) -> Answer | None:
        """When several candidates are left unproved, the proof is hard: the best of them gets more time, once."""
        if len(self.unproved) < MANY_UNPROVED or self._patient:
            return None
        self._patient = True
        return self.prove(min(self.unproved, key=self.rank), MORE_PATIENCE)

    def prove(self, node: Node, seconds: float) -> Answer | None:
        """An answer if `node` is proved within `seconds`."""
        used = self.problem.calls.operations([node])
        assert used <= self.allowed, f"{node} uses {used - self.allowed}, which the spec does not allow"
        function = self.problem.function([node])
        llvm, verdict = prove_emitted(self.problem.spec, function, function.name, deadline=self.deadline.slice(seconds))
        match verdict:
            case Proved() | Bounded():
                if (why := refusal(self.problem.spec, llvm)) is None:
                    return self._allowed(Answer(function, llvm, self.problem.cost([node]), verdict, (node,),
                                                self.problem.calls), seconds)
                self.refused.append(why)
            case Refuted(counterexample):
                self._refuted_on(*counterexample.points)
                if counterexample.calls:
                    self.problem.laws.learn(counterexample.law, counterexample.inputs)
            case _:
                if node not in self.unproved:
                    self.unproved.append(node)
        return None

    def _allowed(self, answer: Answer, seconds: float) -> Answer | None:
        """`answer`, if every call in it is of inputs that the component is defined for."""
        undefined = both(self.problem.spec.requires, negate(answer.calls.defined(answer.nodes)))
        if undefined is FALSE or isinstance(satisfiable(Query(undefined), self.deadline.slice(seconds)), Unsat):
            return answer
        self.refused.append("a component may be undefined where it is called")
        return None

    def learn(self) -> int:
        """Hands the inputs that refuted candidates to the problem; how many of them were new."""
        fresh = self.problem.add(self.refuting)
        self.refuting.clear()
        return fresh

    def _refuted_on(self, *inputs: tuple[int, ...]) -> None:
        fresh = [words for words in inputs if words not in self.refuting]
        self.refuting.extend(fresh[: max(0, ENOUGH - len(self.refuting))])

    def tidied(self, node: Node) -> Node:
        """`node` with constants folded, and x - 1 where it adds the word that stands for -1: it costs no more."""
        return rewrite([node], self._tidied)[0]

    def _tidied(self, node: Node) -> Node:
        node = fold(node)
        if node.op == "add" and "sub" in self.allowed:
            for x, number in (node.args, node.args[::-1]):
                if number.is_const and 0 < -int(number.data) % (1 << node.width) < 1 << node.width - 1:
                    return apply("sub", x, const(-int(number.data), node.width))
        return node

    def rank(self, node: Node) -> tuple[int, ...]:
        """What is tried first: what costs less, takes less effort, has fewer operations."""
        below = [part for part in topological([node]) if part.op not in LEAVES]
        return *self.price(node), sum(TABLE[part.op].effort for part in below), len(below)

    def price(self, node: Node) -> tuple[int, ...]:
        """What `node` costs by the model of the spec, and what tells apart programs that cost the same."""
        count = self.problem.instructions([node])
        match self.problem.spec.minimize:
            case "instructions":
                return count, slow_operations(self.problem.calls.expanded([node]))
            case "latency":
                return latency_of(self.problem.calls.expanded([node])), count
            case "size":
                return size_of(self.problem.calls.expanded([node])), count


def refusal(spec: Spec, llvm: str) -> str | None:
    """What the emitted code of a program has that its spec does not allow, None where it has nothing of it."""
    for name, most in spec.limits:
        if occurrences(name, llvm) > most:
            return f"its LLVM IR has more than {most} {name}"
    return violation(llvm, spec.constant_time) if spec.branchless or spec.constant_time else None
