"""The way from a spec to a proved program: which engine works when, on one budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal

from ..ir.canon import canonical
from ..ir.cost import instructions
from ..ir.graph import FALSE, LEAVES, TRUE, Function, Node, leaves, topological
from ..jobs.limits import Deadline
from ..jobs.workers import TimedOut
from ..lift.spec import Example, Spec
from ..verify.provers.portfolio import satisfiable
from ..verify.provers.query import Query, Sat, Unsat
from ..verify.refine import check_spec, unwound
from ..verify.roundtrip import prove_emitted
from ..verify.verdict import Bounded, Proved, Refuted, Unknown, Vacuous, Verdict
from .bank import compile_kernels
from .budget import Budget, Spent
from .check import ENOUGH, PATIENCE, Answer, Checker
from .engines.components import component_programs
from .engines.enumeration import Batch, Candidate, Exhausted, enumerate_programs
from .problem import Problem
from .result import Optimal, Report, Result, Search, Status
from .summary import THE_REFERENCE
from .vocabulary import Vocabulary, vocabulary

QUICK_LEVELS = 3  # enumeration goes first up to this cost; later its levels and the solver's take turns
CHEAP_RESTART = 3  # below this cost a search with sharper samples starts again at once
MOST_LINES = 6  # operations in a program that the solver is asked for
IMPROVING = 1 / 3  # of the time left goes into the search for something cheaper than the reference itself
LAST_PROOF = 20.0  # seconds for a candidate that was left unproved, when nothing else is left to do
MOST_ROUNDS = 20  # of outputs found from samples and refuted


def synthesize(spec: Spec, *, deadline: Deadline, seed: int = 0, work: int | None = None,
               report: Report | None = None) -> Result:
    """The cheapest program found for `spec` before the deadline, or within `work` candidates, with its proof.

    `seed` chooses the sample inputs. The same seed and work give the same answer as long as no deadline interferes.
    PrimirError where the spec itself is wrong (a divisor in it can be zero).
    """
    return _Synthesis(spec, Budget(deadline, work, report), seed).run()


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer for one output, the engine that found it, and the cost below which there is no program."""

    answer: Answer
    engine: str
    optimal: Optimal | None = None


class _Impossible(Exception):
    """There is an input on which no output is right."""


class _GaveUp(Exception):
    """No program was found; what was searched, in words."""


class _Synthesis:
    """A spec as a whole: its outputs one after the other, each over the values that those before it compute."""

    def __init__(self, spec: Spec, budget: Budget, seed: int) -> None:
        self.spec, self.budget, self.seed = spec, budget, seed

    def run(self) -> Result:
        match verdict := check_spec(self.spec, self.budget.deadline):
            case Vacuous():
                return self._result("vacuous", proof=verdict)
            case Unknown(why):  # a divisor in the spec may be zero, or its condition hold nowhere
                return self._result("unknown", proof=verdict, exhausted=f"the spec itself was not proved sound: {why}")
        if self.spec.reference is not None:
            reference, remarks = unwound(self.spec.reference, self.spec.requires, self.budget.deadline)
            self.spec = replace(self.spec, reference=reference, remarks=(*self.spec.remarks, *remarks))
        try:
            self._compile()
            return self._from_outputs_at_hand() if self._related else self._joined(self._outputs(self.spec))
        except _Impossible:
            return self._result("none")
        except _GaveUp as given_up:
            return self._result("unknown", exhausted=str(given_up))

    def _compile(self) -> None:
        """Compiles the search itself, once for each machine, where the deadline can end it."""
        self.budget.engine = "compilation, once for this machine,"
        try:
            self.budget.spend(0)
            compile_kernels(self.budget.deadline, lambda: self.budget.spend(0))
        except (TimedOut, Spent):
            raise _GaveUp("nothing: the search itself is compiled once, which did not end in time") from None

    @property
    def _related(self) -> bool:
        """Whether only a predicate that relates several outputs says what they are."""
        outputs = {output.value for output in self.spec.outputs}
        return self.spec.reference is None and len(outputs & set(leaves([self.spec.ensures]))) > 1

    def _outputs(self, spec: Spec) -> list[_Found]:
        """A program for each output. Raises _GaveUp where one is not found."""
        found: list[_Found] = []
        free: dict[Node, None] = {}
        for index in range(len(spec.outputs)):
            portfolio = _Portfolio(restricted(spec, index), self.budget, self.seed, list(free))
            one = portfolio.run()
            if one is None:
                raise _GaveUp(portfolio.exhausted)
            found.append(one)
            free.update((node, None) for node in topological([one.answer.function.results[0].value]) if node.args)
        return found

    def _joined(self, found: list[_Found]) -> Result:
        """The outputs' programs as one; it is proved anew where there are several."""
        engine = " + ".join(dict.fromkeys(one.engine for one in found))
        if len(found) == 1:
            return self._result(self._status, engine, found[0].answer, found[0].optimal)
        results = tuple(one.answer.function.results[0] for one in found)
        function = Function(self.spec.name, self.spec.parameters, results)
        llvm, proof = prove_emitted(self.spec, function, self.spec.name, deadline=self.budget.deadline)
        if not isinstance(proof, Proved | Bounded):
            return self._result("unknown", engine, proof=proof)
        return self._result(self._status, engine, Answer(function, llvm, instructions(function), proof))

    def _from_outputs_at_hand(self) -> Result:
        """Outputs that depend on each other: a solver tells them on sample inputs, and each is found from these.

        What the proof of all together refutes, becomes a sample (CEGIS). Raises _GaveUp where outputs are left open.
        """
        problem = Problem(self.spec, seed=self.seed, deadline=self.budget.deadline)
        for _ in range(MOST_ROUNDS):
            if problem.ask_outputs(lambda condition: _ask(condition, self.budget.deadline)):
                raise _Impossible
            examples = problem.known_examples()
            if not examples:
                break
            result = self._joined(self._outputs(replace(self.spec, ensures=TRUE, examples=examples)))
            if not isinstance(result.proof, Refuted):
                return result
            if not problem.add([result.proof.counterexample.inputs]):
                break
        raise _GaveUp("outputs that depend on each other and are not determined by the inputs")

    @property
    def _status(self) -> Status:
        if self.spec.only_examples:
            return "consistent"
        bounded = self.spec.reference is not None and self.spec.reference.beyond is not FALSE
        return "bounded" if bounded else "proved"

    def _result(self, status: Status, engine: str = "", answer: Answer | None = None, optimal: Optimal | None = None,
                proof: Verdict | None = None, exhausted: str | None = None) -> Result:
        search = Search(engine or self.budget.engine, self.budget.candidates, self.budget.seconds, exhausted)
        if answer is None:
            return Result(self.spec, status, search, proof=proof, remarks=self.spec.remarks)
        return Result(self.spec, status, search, answer.function, answer.llvm, answer.cost, optimal, answer.proof,
                      self.spec.remarks)


def restricted(spec: Spec, index: int) -> Spec:
    """`spec` with one of its outputs alone. A predicate over several outputs is left to the proof of them together."""
    if len(spec.outputs) == 1:
        return spec
    output = spec.outputs[index]
    reference = spec.reference and replace(spec.reference, results=(spec.reference.results[index],))
    examples = tuple(Example(e.inputs, (e.outputs[index],)) for e in spec.examples)
    others = {other.value for other in spec.outputs} - {output.value}
    ensures = TRUE if others & set(leaves([spec.ensures])) else spec.ensures
    return replace(spec, outputs=(output,), reference=reference, examples=examples, ensures=ensures)


class _Portfolio:
    """The engines on a spec with one output, taking turns; the nodes of `free` cost nothing."""

    def __init__(self, spec: Spec, budget: Budget, seed: int, free: Sequence[Node]) -> None:
        self.spec, self.budget, self.free = spec, budget, free
        self.vocabulary: Vocabulary = vocabulary(spec)
        self.problem = Problem(spec, seed=seed, deadline=budget.deadline)
        self.allowed = frozenset({row.name for row in self.vocabulary.rows} | {"zext", "trunc"})
        self.checker = Checker(self.problem, self.allowed, budget.deadline)
        self.known: Answer | None = None  # the reference itself, in canonical form
        self.below = 0  # no program costs less, over the constants tried
        self.searched = -1  # enumeration is through with programs of this cost

    @property
    def exhausted(self) -> str:
        """What was searched without success, in words."""
        whole = f"all programs of cost {self.below - 1} at the most, over the constants tried" if self.below else None
        part = f"a part of those of cost {self.searched} at the most" if self.searched >= self.below else None
        return ", and ".join(filter(None, (whole, part))) or "nothing whole"

    def run(self) -> _Found | None:
        """The answer, or None. Raises _Impossible where no program can meet the spec."""
        try:
            self._prepare()
            for found in self._turns():
                if found is not None:
                    return found
        except Spent:
            pass
        return self._last_resort()

    def _prepare(self) -> None:
        if not self.problem.count and (model := self._ask(self.spec.requires)):
            self.problem.add([tuple(model.get(node, 0) for node in self.problem.inputs)])
        if not self.spec.only_examples and self.problem.ask_outputs(self._ask):
            raise _Impossible
        self.known = self._reference_itself()
        if self.known is not None:
            self.budget.shorten(IMPROVING)

    def _turns(self) -> Iterator[_Found | None]:
        """One turn after the other, each with what it found: the quick levels, then solver and levels by turns."""
        levels = self._levels() if self.problem.fits else iter(())
        yield from islice(levels, QUICK_LEVELS + 1)
        for lines in range(1, MOST_LINES + 1):
            if self.known is not None and lines >= self.known.cost:
                break
            yield self._components(lines)
            yield from islice(levels, 1)
        yield from levels

    # --- engines ------------------------------------------------------------------------------------------------------

    def _levels(self) -> Iterator[_Found | None]:
        """What enumeration finds at each cost; it starts again with sharper samples when candidates fail."""
        while True:
            for event, answer in self._checked():
                if answer is not None:
                    yield self._cheaper(answer, "enumeration")
                    return
                if self._should_restart():
                    break
                if isinstance(event, Exhausted) and event.level > self.searched:
                    self.searched = event.level
                    if event.complete and not self.checker.unproved and self.below == event.level:
                        self.below = event.level + 1
                    if self.known is not None and event.level + 1 >= self.known.cost:
                        yield self._cheaper(self.known, THE_REFERENCE)
                        return
                    yield None
            else:
                return

    def _checked(self) -> Iterator[tuple[Batch | Exhausted, Answer | None]]:
        """The enumeration's batches and levels, with the answer among their candidates if there is one."""
        pending: list[Node] = []
        for event in enumerate_programs(self.problem, 0, self.vocabulary, self.free, self.budget):
            if isinstance(event, Candidate):
                pending.append(event.node)
            else:
                yield event, self.checker.check(pending)
                pending.clear()

    def _should_restart(self) -> bool:
        """Whether programs may have been merged that the inputs which refuted candidates tell apart."""
        failed = len(self.checker.refuting)
        if not self.checker.learn():
            return False
        self.problem.ask_outputs(self._ask)
        return failed >= ENOUGH or self.searched < CHEAP_RESTART

    def _components(self, lines: int) -> _Found | None:
        """What the solver finds with `lines` operations and any constants."""
        width = self.vocabulary.one_width
        if width is None or self.free:
            return None
        events = component_programs(self.problem, 0, self.vocabulary.rows, width, lines, self._ask, self.budget)
        for event in events:
            if isinstance(event, Candidate):
                answer = self.checker.check([event.node])
                self.checker.learn()
                if answer is not None:
                    return self._cheaper(answer, "components")
        return None

    def _reference_itself(self) -> Answer | None:
        """The reference or its canonical form, if it is made of what the spec allows and proved to be defined."""
        if self.spec.reference is None or self.free:
            return None
        given = self.spec.reference.results[0].value
        forms = map(self.checker.tidied, (given, *canonical([given])))
        node = min(forms, key=lambda form: instructions(self.problem.function([form])))
        parts = list(topological([node]))
        if not {part.op for part in parts} <= self.allowed | LEAVES:
            return None
        if self.vocabulary.closed and not {part.width for part in parts} <= set(self.vocabulary.widths):
            return None
        return self.checker.prove(node, PATIENCE)

    def _last_resort(self) -> _Found | None:
        """What is left when the engines are done: the reference itself, or a candidate that nobody could prove yet."""
        if self.known is not None:
            return self._cheaper(self.known, THE_REFERENCE)
        for node in list(self.checker.unproved):
            if (answer := self.checker.prove(node, LAST_PROOF)) is not None:
                return self._cheaper(answer, self.budget.engine)
        return None

    def _cheaper(self, answer: Answer, engine: str) -> _Found:
        """The cheaper of `answer` and the reference itself, with what is known about programs that cost less."""
        if self.known is not None and self.known.cost <= answer.cost:
            answer, engine = self.known, THE_REFERENCE
        if not self.vocabulary.closed or self.free:  # words of other widths could do it in fewer
            return _Found(answer, engine)
        return _Found(answer, engine, Optimal(min(self.below, answer.cost), "pool") if self.below else None)

    def _ask(self, condition: Node) -> dict[Node, int] | Literal[False] | None:
        return _ask(condition, self.budget.deadline)


def _ask(condition: Node, deadline: Deadline) -> dict[Node, int] | Literal[False] | None:
    answer = satisfiable(Query(condition), deadline.slice(PATIENCE))
    if isinstance(answer, Sat):
        return dict(answer.model)
    return False if isinstance(answer, Unsat) else None
