"""The way from a spec to a proved program: which engine works when, on one budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..ir.canon import canonical
from ..ir.cost import instructions
from ..ir.graph import LEAVES, TRUE, Function, Node, leaves, topological
from ..ir.primes import TABLE, Row
from ..jobs.limits import Deadline
from ..lift.spec import Example, Spec
from ..verify.provers.portfolio import satisfiable
from ..verify.provers.query import Query, Sat, Unsat
from ..verify.refine import check_spec
from ..verify.roundtrip import prove_emitted
from ..verify.verdict import Proved, Vacuous, Verdict
from .budget import Budget, Spent
from .check import Answer, Checker
from .engines.components import component_programs
from .engines.enumeration import Batch, Candidate, Exhausted, enumerate_programs
from .problem import Problem
from .result import Optimal, Report, Result, Search, Status
from .vocabulary import Vocabulary, vocabulary

QUICK_LEVELS = 3  # enumeration goes first up to this cost; later its levels and the solver's take turns
CHEAP_RESTART = 3  # up to this cost a search with better samples starts again at once
LAST_PROOF = 20.0  # seconds for a candidate that was left unproved, when nothing else is left to do


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
    below: Optimal | None


class _Synthesis:
    def __init__(self, spec: Spec, budget: Budget, seed: int) -> None:
        self.spec, self.budget, self.seed = spec, budget, seed
        self.exhausted: list[str] = []

    def run(self) -> Result:
        verdict = check_spec(self.spec, self.budget.deadline)
        if isinstance(verdict, Vacuous):
            return self._result("vacuous", proof=verdict)
        free: list[Node] = []
        found: list[_Found] = []
        for index in range(len(self.spec.outputs)):
            part = restricted(self.spec, index)
            one = _Portfolio(part, self.budget, self.seed, free, self.exhausted).run()
            if one == "none":
                return self._result("none")
            if one is None:
                return self._result("unknown")
            found.append(one)
            free += [node for node in topological([one.answer.function.results[0].value]) if node.op not in LEAVES]
        if len(found) == 1:
            answer = found[0].answer
            return self._result(self._status(answer.proof), found[0].engine, answer, found[0].below)
        results = tuple(one.answer.function.results[0] for one in found)
        function = Function(self.spec.name, self.spec.parameters, results)
        llvm, proof = prove_emitted(self.spec, function, self.spec.name, deadline=self.budget.deadline)
        engine = " + ".join(dict.fromkeys(one.engine for one in found))
        if not isinstance(proof, Proved):
            return self._result("unknown", engine)
        return self._result(self._status(proof), engine, Answer(function, llvm, instructions(function), proof))

    def _status(self, proof: Verdict) -> Status:
        return "consistent" if self.spec.only_examples else "proved"

    def _result(self, status: Status, engine: str = "", answer: Answer | None = None, optimal: Optimal | None = None,
                proof: Verdict | None = None) -> Result:
        search = Search(engine or self.budget.engine, self.budget.candidates, self.budget.seconds,
                        "; ".join(self.exhausted) or None)
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
    """The engines on one output of a spec, which is all of `spec`; the nodes of `free` cost nothing."""

    def __init__(self, spec: Spec, budget: Budget, seed: int, free: Sequence[Node], exhausted: list[str]) -> None:
        self.spec, self.budget, self.free, self.exhausted = spec, budget, free, exhausted
        self.vocabulary: Vocabulary = vocabulary(spec)
        self.problem = Problem(spec, seed=seed, deadline=budget.deadline)
        self.checker = Checker(self.problem, budget.deadline)
        self.known: Answer | None = None  # the reference itself, in canonical form
        self.below = 0  # no program costs less, over the constants tried
        self.below_any = 0  # the same whatever the constants

    def run(self) -> _Found | Literal["none"] | None:
        try:
            if not self.problem.count:
                self.problem.add(self._inputs_by_solver())
            if not self.spec.only_examples and self.problem.ask_outputs(self._ask):
                return "none"
            self.known = self._reference_itself()
            for found in self._turns():
                if found is not None:
                    return found
        except Spent:
            self.exhausted.append("the budget")
        return self._last_resort()

    def _turns(self) -> Iterator[_Found | None]:
        """The engines in turn; None when a turn found nothing."""
        if self.problem.fits:
            levels = self._enumeration()
            for level, found in levels:
                if found is not None and self.known is not None and found.answer.cost >= self.known.cost:
                    found = None
                yield found or self._known_if_cheapest(level)
                if level >= QUICK_LEVELS:
                    break
            for lines in (1, 2, 3):
                yield self._components(lines, quick=True)
                for level, found in levels:
                    yield found or self._known_if_cheapest(level)
                    break
            for level, found in levels:
                yield found or self._known_if_cheapest(level)
        for lines in range(1, 7):
            yield self._components(lines, quick=False)

    def _known_if_cheapest(self, exhausted: int) -> _Found | None:
        """The reference itself, once everything cheaper was tried."""
        if self.known is None or exhausted + 1 < self.known.cost:
            return None
        return self._found(self.known, "canonical form of the reference")

    def _found(self, answer: Answer, engine: str) -> _Found:
        cost = answer.cost
        if self.spec.operations is None or self.free:  # words of other widths could do it in fewer
            return _Found(answer, engine, None)
        if min(self.below_any, cost) >= min(self.below, cost) and self.below_any > 0:
            return _Found(answer, engine, Optimal(min(self.below_any, cost), "any"))
        return _Found(answer, engine, Optimal(min(self.below, cost), "pool") if self.below else None)

    # --- engines ------------------------------------------------------------------------------------------------------

    def _enumeration(self) -> Iterator[tuple[int, _Found | None]]:
        """What enumeration finds at each cost in turn; starts again with better samples when candidates fail."""
        done = -1
        restart = True
        while restart:
            restart = False
            pending: list[Node] = []
            for event in enumerate_programs(self.problem, 0, self.vocabulary, self.free, self.budget):
                match event:
                    case Candidate(node):
                        pending.append(node)
                        continue
                    case Batch():
                        level = None
                    case Exhausted(level=level, complete=complete):
                        pass
                answer = self.checker.check(pending)
                pending.clear()
                if answer is not None:
                    yield answer.cost, self._found(answer, "enumeration")
                failed = len(self.checker.refuting)
                if failed and self.checker.learn() and (failed >= 8 or (level or done + 1) <= CHEAP_RESTART):
                    restart = True
                    break
                if level is not None and level > done:
                    done = level
                    self.exhausted = [*self.exhausted[:0], *[e for e in self.exhausted if "cost" not in e],
                                      f"programs of cost {level} over the constants tried"]
                    if complete and not self.checker.unproved and self.below == level:
                        self.below = level + 1
                    yield level, None

    def _components(self, lines: int, *, quick: bool) -> _Found | None:
        """What the solver finds with `lines` operations; `quick` leaves out the ones that solvers are slow at."""
        width = self.vocabulary.one_width
        if width is None or self.free:
            return None
        rows: list[Row] = [row for row in self.vocabulary.rows if not quick or row.latency == 1]
        for event in component_programs(self.problem, 0, rows, width, lines, self._ask, self.budget):
            match event:
                case Candidate(node):
                    answer = self.checker.check([node])
                    self.checker.learn()
                    if answer is not None:
                        return self._found(answer, "components")
                case Exhausted(complete=complete):
                    if complete and not quick and not self.checker.unproved and self.below_any == lines:
                        self.below_any = lines + 1
        return None

    def _reference_itself(self) -> Answer | None:
        """The reference in canonical form, if it is made of the operations allowed and proved to be defined."""
        reference = self.spec.reference
        if reference is None or self.free:
            return None
        (node,) = canonical([reference.results[0].value])
        allowed = {row.name for row in self.vocabulary.rows}
        if any(part.op not in allowed for part in topological([node]) if part.op not in LEAVES):
            return None
        if any(part.width not in self.vocabulary.widths for part in topological([node])):
            return None
        return self.checker.prove(node, 5.0)

    def _last_resort(self) -> _Found | None:
        """What is left when the engines are done: the reference itself, or a candidate that nobody could prove yet."""
        if self.known is not None:
            return self._found(self.known, "canonical form of the reference")
        for node in list(self.checker.unproved):
            if (answer := self.checker.prove(node, LAST_PROOF)) is not None:
                return self._found(answer, self.budget.engine)
        return None

    # --- the solver ---------------------------------------------------------------------------------------------------

    def _ask(self, condition: Node) -> dict[Node, int] | Literal[False] | None:
        answer = satisfiable(Query(condition), self.budget.deadline)
        if isinstance(answer, Sat):
            return dict(answer.model)
        return False if isinstance(answer, Unsat) else None

    def _inputs_by_solver(self) -> list[tuple[int, ...]]:
        """An input that the spec allows, where no sample was one."""
        model = self._ask(self.spec.requires)
        return [tuple(model.get(node, 0) for node in self.problem.inputs)] if model else []


__all__ = ["TABLE", "synthesize"]
