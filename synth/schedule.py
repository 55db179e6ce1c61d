"""The way from a spec to a proved program: its outputs one after the other, on one budget, then all of them proved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ..emit.speed import nanoseconds
from ..ir.cost import cost
from ..ir.evaluate import fold
from ..ir.graph import FALSE, TRUE, Function, Node, leaves, rewrite
from ..jobs.limits import Deadline
from ..jobs.workers import TimedOut
from ..lift.spec import Example, Spec
from ..verify.refine import check_spec, unwound
from ..verify.roundtrip import prove_emitted
from ..verify.verdict import Bounded, Proved, Refuted, Unknown, Vacuous, Verdict
from .budget import Budget, Report, Spent
from .calls import Calls
from .check import PATIENCE, Answer, refusal
from .compilation import compile_kernels
from .laws import restricted_law
from .portfolio import PROVING, STEPS, Found, Impossible, Portfolio, ask
from .problem import Problem
from .result import Alternative, Optimal, Result, Search, Status
from .simplify import guessed
from .sketches import ENGINE, Unfillable, Unfilled, fill
from .steps import divides, rebuilt
from .together import joint_programs
from .vocabulary import vocabulary

ONE_BY_ONE = 4.0  # seconds of work for finding outputs one by one, where there is a program for all of them
MOST_ROUNDS = 20  # of outputs found from samples and refuted


def synthesize(spec: Spec, *, deadline: Deadline, seed: int = 0, work: int | None = None,
               report: Report | None = None, without: Collection[str] = (), alternatives: int = 0,
               threads: int | None = 1, thorough: bool = False) -> Result:
    """The cheapest program found for `spec` before the deadline, or within `work` candidates, with its proof.

    `seed` chooses the sample inputs. The same seed and work give the same answer as long as no deadline interferes.
    `without` names engines that have no part in it, which shows what each is good for. With `alternatives` the search
    goes on for so many programs, none of which is better than another by every cost model. `threads` (None: one for
    each core) change nothing but the time it takes. A `thorough` search for one result does not end because nothing
    cheaper came for a while. PrimirError where the spec itself is wrong (a divisor in it can be zero).
    """
    budget = Budget(deadline, work, report, threads, thorough and len(spec.outputs) == 1)
    return _Synthesis(spec, budget, seed, without, alternatives).run()


class _GaveUp(Exception):
    """No program was found; what was searched, in words."""


class _Synthesis:
    """A spec as a whole: its outputs one after the other, each over the values that those before it compute."""

    def __init__(self, spec: Spec, budget: Budget, seed: int, without: Collection[str], alternatives: int) -> None:
        self.spec, self.budget, self.seed, self.without = spec, budget, seed, without
        self.alternatives = alternatives

    def run(self) -> Result:
        match verdict := check_spec(self.spec, self.budget.deadline):
            case Vacuous():
                return self._result("vacuous", proof=verdict)
            case Unknown(why):  # a divisor in the spec may be zero, or its condition hold nowhere
                return self._result("unknown", proof=verdict, exhausted=f"the spec itself was not proved sound: {why}")
        if self.spec.reference is not None:
            reference, remarks = unwound(self.spec.reference, self.spec.requires, self.budget.deadline)
            self.spec = replace(self.spec, reference=reference, remarks=(*self.spec.remarks, *remarks))
        if self.spec.sketch is not None:
            return self._filled()
        try:
            self._compile()
            return self._from_outputs_at_hand() if self._related else self._one_by_one()
        except Impossible:
            return self._result("none")
        except _GaveUp as given_up:
            return self._result("unknown", exhausted=str(given_up))

    def _filled(self) -> Result:
        """The sketch of the spec with its holes filled."""
        try:
            self._compile()
            found = fill(self.spec, self.budget, self.seed)
        except Unfillable:
            return self._result("none", ENGINE)
        except (Unfilled, _GaveUp) as given_up:
            return self._result("unknown", ENGINE, exhausted=str(given_up))
        except Spent:
            return self._result("unknown", ENGINE, exhausted="no filling of its holes was found in time")
        return replace(self._result(self._status, ENGINE, found.answer), holes=found.holes)

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
        if self.spec.reference is not None or len(self.spec.outputs) == 1:
            return False
        outputs = {output.value for output in self.spec.outputs}
        one_by_one = all(any(restricted_law(law, index) for index in range(len(outputs))) for law in self.spec.laws)
        return len(outputs & set(leaves([self.spec.ensures]))) > 1 or not one_by_one

    def _one_by_one(self) -> Result:
        """The outputs' programs, each found by itself, or the reference simplified as a whole where that costs no more.
        Raises _GaveUp."""
        whole = self._whole()
        if whole is None:
            return self._joined(self._outputs(self.spec))
        self.budget.end_after(ONE_BY_ONE)
        try:
            found = self._joined(self._outputs(self.spec))
        except (_GaveUp, Spent):
            found = None
        model = self.spec.minimize
        if found is not None and found.costs is not None and found.costs.by(model) < whole.cost.by(model):
            return found
        return self._result(self._status, STEPS, whole)

    def _whole(self) -> Answer | None:
        """Several results of a reference that divides, as simple as they come with their values found anew."""
        if self.spec.reference is None or len(self.spec.outputs) == 1:
            return None
        given = [result.value for result in self.spec.reference.results]
        problem, words = Problem(self.spec, seed=self.seed, deadline=self.budget.deadline), vocabulary(self.spec)
        if not divides(given) or not problem.fits or not problem.count:
            return None
        self.budget.engine = STEPS
        for _ in range(MOST_ROUNDS):
            count = problem.count
            forms = [given, *guessed(problem, given)]
            if (steps := rebuilt(problem, forms[-1], words)) is not None:
                forms.append(steps)
            forms = [rewrite(form, fold) for form in forms]
            for form in sorted(filter(words.takes, forms), key=problem.instructions):
                if not problem.failures(form) and (answer := self._proved(problem, form, PROVING)) is not None:
                    return answer
            if problem.count == count:
                return None
        return None

    def _outputs(self, spec: Spec) -> list[Found]:
        """A program for each output. Raises _GaveUp where one is not found."""
        found: list[Found] = []
        free: dict[Node, None] = {}
        calls = Calls()
        for index in range(len(spec.outputs)):
            portfolio = Portfolio(restricted(spec, index), self.budget, self.seed, list(free), self.without,
                                  self.alternatives > 0 and len(spec.outputs) == 1)
            portfolio.problem.calls = calls
            one = portfolio.run()
            if one is None:
                raise _GaveUp(portfolio.exhausted)
            found.append(one)
            free.update((node, None) for node in calls.nodes(one.answer.nodes) if node.args or node in calls.of)
        return found

    def _joined(self, found: list[Found]) -> Result:
        """The outputs' programs as one; it is proved anew where there are several."""
        engine = " + ".join(dict.fromkeys(one.engine for one in found))
        if len(found) == 1:
            return self._result(self._status, engine, found[0].answer, found[0].optimal, others=found[0].others)
        results = tuple(one.answer.function.results[0] for one in found)
        function = Function(self.spec.name, self.spec.parameters, results)
        llvm, proof = prove_emitted(self.spec, function, self.spec.name, deadline=self.budget.deadline)
        if not isinstance(proof, Proved | Bounded):
            return self._result("unknown", engine, proof=proof)
        if (why := refusal(self.spec, llvm)) is not None:
            raise _GaveUp(f"all results together, of which {why}")
        nodes = tuple(node for one in found for node in one.answer.nodes)
        calls = found[0].answer.calls  # which all share
        widest = max(type_.width for type_ in self.spec.types)
        costs = replace(cost(function), instructions=calls.instructions(nodes, widest))
        return self._result(self._status, engine, Answer(function, llvm, costs, proof, nodes, calls))

    def _from_outputs_at_hand(self) -> Result:
        """Outputs that depend on each other: a solver tells them on sample inputs, and each is found from these.

        What the proof of all together refutes, becomes a sample (CEGIS). Raises _GaveUp where outputs are left open.
        """
        problem = Problem(self.spec, seed=self.seed, deadline=self.budget.deadline)
        for _ in range(MOST_ROUNDS):
            if problem.ask_outputs(lambda condition: ask(condition, self.budget.deadline)):
                raise Impossible
            examples = problem.known_examples()
            if not examples:
                break
            result = self._joined(self._outputs(replace(self.spec, ensures=TRUE, laws=(), examples=examples)))
            if not isinstance(result.proof, Refuted):
                return result
            if not problem.add(result.proof.counterexample.points):
                break
        return self._together(problem)

    def _together(self, problem: Problem) -> Result:
        """Programs of few operations for all outputs, which a proof takes or refutes. Raises _GaveUp."""
        self.budget.engine = "programs for all results together"
        try:
            for nodes in joint_programs(problem, self.budget):
                if not problem.failures(nodes) and (answer := self._proved(problem, nodes)) is not None:
                    return self._result(self._status, self.budget.engine, answer)
        except Spent:
            pass
        raise _GaveUp("outputs that depend on each other and are not determined by the inputs, of one operation each")

    def _proved(self, problem: Problem, nodes: Sequence[Node], seconds: float = PATIENCE) -> Answer | None:
        """The program with these values, if it is proved; what refutes it joins the inputs at hand."""
        function, deadline = problem.function(nodes), self.budget.deadline.slice(seconds)
        llvm, proof = prove_emitted(self.spec, function, function.name, deadline=deadline)
        match proof:
            case Proved() | Bounded() if refusal(self.spec, llvm) is None:
                return Answer(function, llvm, problem.cost(nodes), proof, tuple(nodes), problem.calls)
            case Refuted(counterexample):
                problem.add(counterexample.points)
                if counterexample.calls:
                    problem.laws.learn(counterexample.law, counterexample.inputs)
        return None

    @property
    def _status(self) -> Status:
        if self.spec.only_examples:
            return "consistent"
        bounded = self.spec.reference is not None and self.spec.reference.beyond is not FALSE
        return "bounded" if bounded else "proved"

    def _result(self, status: Status, engine: str = "", answer: Answer | None = None, optimal: Optimal | None = None,
                proof: Verdict | None = None, exhausted: str | None = None,
                others: Sequence[tuple[Answer, str]] = ()) -> Result:
        search = Search(engine or self.budget.engine, self.budget.candidates, self.budget.seconds, exhausted)
        if answer is None:
            return Result(self.spec, status, search, proof=proof, remarks=self.spec.remarks)
        return Result(self.spec, status, search, answer.function, answer.llvm, answer.cost, optimal, answer.proof,
                      (*self.spec.remarks, *_uses(answer)), alternatives=self._measured(others or [(answer, engine)]))

    def _measured(self, found: Sequence[tuple[Answer, str]]) -> tuple[Alternative, ...]:
        """So many of the programs as were asked for, with their speed on inputs that the spec allows."""
        if not self.alternatives:
            return ()
        inputs = Problem(self.spec, seed=self.seed, deadline=self.budget.deadline).tuples
        return tuple(Alternative(self.spec.name, answer.function, answer.llvm, answer.cost, engine, answer.proof,
                                 nanoseconds(answer.function, answer.llvm, self.spec.name, inputs))
                     for answer, engine in found[:self.alternatives])


def _uses(answer: Answer) -> tuple[str, ...]:
    """What is to be said of the components in a program."""
    names = dict.fromkeys(answer.calls.of[node].component.name for node in answer.calls.made(answer.nodes))
    values = ", ".join(map(answer.calls.text, answer.nodes))
    return (f"each call of {' and '.join(names)} counts as one operation, and stands in the code as what it does: "
            f"{values}",) if names else ()


def restricted(spec: Spec, index: int) -> Spec:
    """`spec` with one of its outputs alone. A predicate over several outputs is left to the proof of them together."""
    if len(spec.outputs) == 1:
        return spec
    output = spec.outputs[index]
    reference = spec.reference and replace(spec.reference, results=(spec.reference.results[index],))
    examples = tuple(Example(e.inputs, (e.outputs[index],)) for e in spec.examples)
    others = {other.value for other in spec.outputs} - {output.value}
    ensures = TRUE if others & set(leaves([spec.ensures])) else spec.ensures
    laws = tuple(one for law in spec.laws if (one := restricted_law(law, index)) is not None)
    return replace(spec, outputs=(output,), reference=reference, examples=examples, ensures=ensures, laws=laws)
