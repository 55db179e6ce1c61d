"""The engines on one output of a spec, taking turns on one budget until the best answer will do.

Each turn goes to the engine that has had the least so far, by what its candidates are known to take, so that the same
seed and work give the same answer on a busy machine. An answer ends the search when all cheaper trees were looked at,
or when a quarter more was spent without finding a cheaper one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from ..ir import graph
from ..ir.graph import TRUE, Node, apply, topological
from ..jobs.limits import Deadline
from ..lift.spec import Spec
from ..lift.sygus.grammar import Grammar
from ..verify.provers.portfolio import satisfiable
from ..verify.provers.query import Query, Sat, Unsat
from .behaviours import none_is_right
from .budget import Budget, Spent
from .check import ENOUGH, PATIENCE, Answer, Checker
from .engines.branches import branching_programs
from .engines.calls import COMPONENTS, calling_programs
from .engines.chains import chain_programs
from .engines.closures import closure_programs
from .engines.components import component_programs
from .engines.decisions import decision_programs
from .engines.derivations import DERIVATIONS, derived_programs
from .engines.enumeration import enumerate_programs
from .engines.events import Batch, Candidate, Exhausted
from .engines.fits import fitted_programs
from .engines.holes import hole_programs
from .engines.instances import instance_programs
from .engines.lines import line_programs
from .engines.promotion import promoted_programs
from .problem import Problem
from .result import Optimal
from .simplify import guessed, simpler
from .steps import divides, rebuilt
from .summary import THE_REFERENCE
from .vocabulary import Vocabulary, vocabulary

CHEAP_RESTART = 3  # below this cost a search with sharper samples starts again at once
MOST_LINES = 6  # operations in a program that the solver is asked for
FORMS = 3  # of the reference that are tried, the cheapest first
HEAD_START = 0.3  # seconds of work for enumeration, before the other engines come in
LATER = 1.0  # seconds of work for each of the other engines, before a solver is asked for programs
SMALL = 60  # values in a reference that is looked at before everything else
PRICED = 200_000.0  # nanoseconds that a program counts for whose latency or size is looked at
SIMPLIFIED = 50_000_000.0  # nanoseconds that a form of the reference counts for
INSTANCES = "instances"
STEPPED = 300_000_000.0  # nanoseconds that finding its values anew counts for
AGAIN_BY_STEPS = 3  # times that they are found anew
STEPS = "steps"  # the engine that does so
CONSTANTS = "constants"  # the engine that solves for them
SOLVED_FOR = 2  # the cost up to which it is waited for, where all trees over the constants at hand are looked at sooner
IMPROVING = 0.6  # seconds of work for each operation of the reference, in which something cheaper must be found
AGAIN = 1.5  # seconds of work at the least, after a program was found, in which a cheaper one must be found
# Where nothing but examples is given, of which nobody expects the least program, or a grammar's terms came by size.
AGAIN_BY_EXAMPLES = 0.3
PROVING = 30.0  # seconds for the proof of one form of the reference
LAST = 3  # candidates that were left unproved and are tried once more
LAST_PROOF = 10.0  # seconds for a candidate that was left unproved, when nothing else is left to do


@dataclass(frozen=True, slots=True)
class Found:
    """An answer for one output, the engine that found it, and the cost below which there is no program."""

    answer: Answer
    engine: str
    optimal: Optimal | None = None
    others: tuple[tuple[Answer, str], ...] = ()  # with the engines that found them: the Pareto front, if asked for


class Impossible(Exception):
    """There is an input on which no output is right, or no program of the grammar is right on all inputs at hand."""


Events = Iterator[Candidate | Batch | Exhausted]


@dataclass(slots=True)
class _Engine:
    """An engine with its events to come, and the seconds of work that it has had."""

    name: str
    events: Events
    spent: float = 0.0
    share: float = 1.0

    @property
    def turn(self) -> float:
        """The engine for which this is least comes next."""
        return self.spent / self.share


class Portfolio:
    """The search for one output of `spec`, by all engines but those named in `without`; the nodes of `free` cost
    nothing. With `several` it is for programs none of which is better than another by every cost model.

    `best` costs least by the model of the spec.
    """

    def __init__(self, spec: Spec, budget: Budget, seed: int, free: Sequence[Node],
                 without: Collection[str] = (), several: bool = False) -> None:
        self.spec, self.budget, self.seed, self.free, self.without = spec, budget, seed, free, without
        self.vocabulary: Vocabulary = vocabulary(spec)
        self.problem = Problem(spec, seed=seed, deadline=budget.deadline)
        self.allowed = frozenset({row.name for row in self.vocabulary.rows} | {"zext", "trunc"})
        self.checker = Checker(self.problem, self.allowed, budget.deadline)
        self.best: Answer | None = None
        self.found_by = ""
        self.front: list[tuple[Answer, str]] = []  # with `several`: answers and their engines, none better than another
        self.several = several
        self.thorough = budget.thorough
        self.by_instructions = spec.minimize == "instructions" and not several
        self.until = 0.0  # seconds of work after which `best` will do
        self.below = 0  # no program costs less, over the constants tried
        self.searched = -1  # enumeration is through with programs of this cost
        self.solved_for = -1  # the constants of programs of this cost were solved for, or nobody does so

    @property
    def exhausted(self) -> str:
        """What was searched without success, in words."""
        whole = f"all programs of cost {self.below - 1} at the most, over the constants tried" if self.below else None
        part = f"a part of those of cost {self.searched} at the most" if self.searched >= self.below else None
        refused = self.checker.refused
        why = f"{len(refused)} refused, the last of them as {refused[-1]}" if refused else None
        return ", and ".join(filter(None, (whole, part, why))) or "nothing whole"

    def run(self) -> Found | None:
        """The answer, or None. Raises Impossible where no program can meet the spec."""
        try:
            self._prepare()
            self._search()
        except Spent:
            pass
        self._last_resort()
        return self._found()

    def _prepare(self) -> None:
        if not self.problem.count and (model := self._ask(self.spec.requires)):
            self.problem.add([tuple(model.get(node, 0) for node in self.problem.inputs)])
        if not self.spec.only_examples and self.problem.ask_outputs(self._ask):
            raise Impossible
        if self._grammar is not None and none_is_right(self.problem, 0, self._grammar):
            raise Impossible

    # --- turns --------------------------------------------------------------------------------------------------------

    def _search(self) -> None:
        engines = [engine for engine in self._engines() if engine.name not in self.without]
        if CONSTANTS not in {engine.name for engine in engines}:
            self.solved_for = SOLVED_FOR
        while engines and not self._content():
            solving = [engine for engine in engines if engine.name == CONSTANTS] if self._trees_done() else []
            engine = min(solving or engines, key=lambda engine: engine.turn)
            if not self._turn(engine):
                engines.remove(engine)

    def _engines(self) -> Iterator[_Engine]:
        if self.spec.reference is not None and not self.free:
            size = sum(1 for _ in topological([self.spec.reference.results[0].value]))
            yield _Engine(THE_REFERENCE, self._reference(), -2 * HEAD_START if size < SMALL else HEAD_START)
            if self.problem.fits and self.problem.count and divides([self.spec.reference.results[0].value]):
                yield _Engine(STEPS, self._steps())
            if not self._partial and not self.spec.components and not self.several:
                yield _Engine("sides", self._sides())
        if self.spec.ensures is not TRUE and not self.spec.laws and not self.free:
            yield _Engine(INSTANCES, self._instances())
        if self.problem.fits:
            yield _Engine("enumeration", self._enumeration(), -HEAD_START)
            if self.spec.components:
                yield _Engine(COMPONENTS, self._calling(), -2 * HEAD_START, 4.0)
            if self._lawless or self.spec.components and self.spec.operations is not None:
                return  # few operations are named: the other engines know their ways with many
            branches = branching_programs(self.problem, 0, self.vocabulary, self.free, self.budget)
            if self.spec.only_examples:
                yield _Engine("branches", branches, -2 * HEAD_START, 2.0)
            else:
                yield _Engine("branches", branches, share=0.25)
            if self._partial and self._grammar is not None:
                derived = derived_programs(self.problem, 0, self.vocabulary, self._grammar, self.budget)
                if self._grammar.widths == {1}:  # it packs 64 samples into a word, which no other engine does
                    yield _Engine(DERIVATIONS, derived, -8 * HEAD_START, 4.0)
                else:
                    yield _Engine(DERIVATIONS, derived, -HEAD_START)
            chains = chain_programs(self.problem, 0, self.vocabulary, self.free, self.budget)
            yield _Engine("chains", chains, share=2.0)
            if not self.free:
                holes = hole_programs(self.problem, 0, self.vocabulary, self.budget)
                yield _Engine(CONSTANTS, holes)
                fits = fitted_programs(self.problem, 0, self.vocabulary, self.budget)
                yield _Engine("fits", fits)  # it ends at once where there is no tolerance
                yield _Engine("lines", line_programs(self.problem, 0, self.vocabulary, self.budget), HEAD_START)
                decisions = decision_programs(self.problem, 0, self.vocabulary, self.budget)
                yield _Engine("decisions", decisions, share=0.5)  # it ends at once where it is for nothing
            promoted = promoted_programs(self.problem, 0, self.vocabulary, self.free, self.budget)
            yield _Engine("promotion", promoted)
            closures = closure_programs(self.problem, 0, self.vocabulary, self.budget)
            yield _Engine("closures", closures, -HEAD_START)
        alone = not self.free and not self._partial and not self.spec.laws and not self.spec.components
        if self.vocabulary.one_width is not None and alone:
            yield _Engine("components", self._components(), LATER)

    @property
    def _lawless(self) -> bool:
        """Whether laws alone say what is wanted, which only enumeration can ask."""
        return bool(self.spec.laws) and not any(wanted.care.any() for wanted in self.problem.wanted)

    @property
    def _partial(self) -> bool:
        """Whether a grammar takes only some programs over its operations, so that equal words differ in their use."""
        return self.spec.syntax is not None and not self.spec.syntax.whole

    @property
    def _grammar(self) -> Grammar | None:
        return self.spec.syntax.grammar if self.spec.syntax is not None else None

    def _reference(self) -> Events:
        """The cheapest forms of the reference that are made of what the spec allows.

        As it stands it comes first, if it is small: that is proved at once, and a simpler form perhaps not in time.
        """
        assert self.spec.reference is not None
        given = self.spec.reference.results[0].value
        forms = [form for form in simpler(self.problem, given) if self.vocabulary.takes([self.checker.tidied(form)])]
        if given in forms[1:] and sum(1 for _ in topological([given])) < SMALL:
            yield Candidate(given)
            yield Batch()
        for form in forms[:FORMS]:
            self.budget.spend(1, SIMPLIFIED)
            yield Candidate(form)
        yield Batch()

    def _instances(self) -> Events:
        """Programs made of the predicate's terms, and their simpler forms."""
        for event in instance_programs(self.problem, self._ask, self.budget):
            if not isinstance(event, Candidate):
                yield event
                continue
            forms = dict.fromkeys([event.node, *simpler(self.problem, event.node)[:FORMS]])
            yield from (Candidate(form) for form in forms if self.vocabulary.takes([self.checker.tidied(form)]))

    def _steps(self) -> Events:
        """The reference with the values on its way found anew; once more with what refuted that."""
        assert self.spec.reference is not None
        *_, roots = guessed(self.problem, [self.spec.reference.results[0].value])
        for _ in range(AGAIN_BY_STEPS):
            count = self.problem.count
            self.budget.spend(1, STEPPED)
            if (found := rebuilt(self.problem, roots, self.vocabulary)) is None:
                return
            yield Candidate(found[0])
            yield Batch()
            if self.problem.count == count:
                return

    def _sides(self) -> Events:
        """Both sides of a reference that is a choice, each searched for as what is wanted where it is chosen."""
        assert self.spec.reference is not None
        (result,) = self.spec.reference.results
        if result.value.op != "select":
            return
        test, *sides = result.value.args
        found = []
        for condition, side in zip((test, graph.negate(test)), sides, strict=True):
            requires = graph.both(self.spec.requires, condition)
            if not isinstance(self._ask(requires), dict):
                return
            reference = replace(self.spec.reference, results=(replace(result, value=side),))
            search = Portfolio(replace(self.spec, requires=requires, reference=reference), self.budget, self.seed, (),
                               self.without)
            search.thorough = False
            one = search.run()
            if one is None:
                return
            found.append(one.answer.nodes[0])
        forms = simpler(self.problem, apply("select", test, *found))
        yield from (Candidate(form) for form in forms[:FORMS] if self.vocabulary.takes([self.checker.tidied(form)]))
        yield Batch()

    def _enumeration(self) -> Events:
        all_forms = not self.by_instructions or bool(self.spec.limits)
        return enumerate_programs(self.problem, 0, self.vocabulary, self.free, self.budget, all_forms)

    def _calling(self) -> Events:
        return calling_programs(self.problem, 0, self.vocabulary, self.free, self.budget)

    def _components(self) -> Events:
        width = self.vocabulary.one_width
        assert width is not None
        for lines in range(1, MOST_LINES + 1):
            if self.best is not None and lines >= self.best.cost.instructions and self.by_instructions:
                return
            yield from component_programs(self.problem, 0, self.vocabulary.rows, width, lines, self._ask, self.budget)

    def _content(self) -> bool:
        """Whether the best answer will do."""
        if self.best is None:
            return False
        if self.budget.work_seconds >= self.until and not self.thorough:
            return True
        return self._trees_done() and self.solved_for >= min(self.best.cost.instructions - 1, SOLVED_FOR)

    def _trees_done(self) -> bool:
        """Whether all trees that cost less than the best answer were looked at, and where that is slow, those that cost
        the same: they come by their instructions, and say nothing about other costs."""
        if self.best is None or not self.by_instructions or self.spec.components:
            return False
        slow = self.problem.tells_much and self._price(self.best)[1] > 0
        return max(self.below, self.searched + 1) >= self.best.cost.instructions + slow

    def _turn(self, engine: _Engine) -> bool:
        """The engine's work up to its next good moment to check what it found; whether there is more of it."""
        before = self.budget.work_seconds
        pending: list[Node] = []
        event: Candidate | Batch | Exhausted | None = None
        try:
            for event in engine.events:
                if not isinstance(event, Candidate):
                    break
                pending.append(event.node)
            else:
                event = None
        except Spent:  # what was found before the budget ended counts
            self._check(pending, engine.name)
            raise
        engine.spent += self.budget.work_seconds - before
        self._check(pending, engine.name)
        if engine.name == DERIVATIONS and isinstance(event, Exhausted) and event.complete and self.best is None:
            raise Impossible
        if engine.name == "enumeration":
            if self._should_restart():
                engine.events = self._enumeration()
                return True
            if isinstance(event, Exhausted):
                self._level_done(event)
        else:
            self.checker.learn()
            if engine.name == CONSTANTS and not isinstance(event, Batch):
                self.solved_for = SOLVED_FOR if event is None else event.level
        return event is not None

    def _check(self, found: Sequence[Node], engine: str) -> None:
        seconds = PROVING if engine == THE_REFERENCE else PATIENCE
        while (answer := self.checker.check(self._cheaper(found), seconds)) is not None:
            self._take(answer, engine)
            if not self.several:
                break
        if not self.by_instructions:
            self.budget.spend(len(found), PRICED)

    def _cheaper(self, nodes: Sequence[Node]) -> list[Node]:
        """Those that cost less than the best answer, or with `several`, than each answer by some model."""
        if self.best is None:
            return list(nodes)
        if self.several:
            costs = [(node, self.problem.cost([node])) for node in nodes]
            return [node for node, new in costs if not any(old.cost.covers(new) for old, _ in self.front)]
        least = self._price(self.best)
        return [node for node in nodes if self.checker.price(node) < least]

    def _price(self, answer: Answer) -> tuple[int, ...]:
        return self.checker.price(answer.nodes[0])

    def _take(self, answer: Answer, engine: str) -> None:
        if self.several:
            kept = [(old, by) for old, by in self.front if not answer.cost.covers(old.cost)]
            self.front = [*kept, (answer, engine)]
        if self.best is None or self._price(answer) < self._price(self.best):
            shorter = self.best is None or answer.cost.by(self.spec.minimize) < self.best.cost.by(self.spec.minimize)
            self.best, self.found_by = answer, engine
            if not shorter:
                return
            spent = self.budget.work_seconds
            again = AGAIN_BY_EXAMPLES if self.spec.only_examples or engine == DERIVATIONS else AGAIN
            small = engine in (THE_REFERENCE, INSTANCES) and self.by_instructions
            self.until = spent + (IMPROVING * answer.cost.instructions if small else max(again, spent / 4))

    def _level_done(self, event: Exhausted) -> None:
        if event.level > self.searched:
            self.searched = event.level
            left = self.checker.unproved or self.checker.refused or self.spec.components
            if event.complete and not left and self.below == event.level:
                self.below = event.level + 1

    def _should_restart(self) -> bool:
        """Whether programs may have been merged that the inputs which refuted candidates tell apart."""
        failed = len(self.checker.refuting)
        if not self.checker.learn():
            return False
        self.problem.ask_outputs(self._ask)
        return failed >= ENOUGH or self.searched < CHEAP_RESTART

    # --- answers ------------------------------------------------------------------------------------------------------

    def _last_resort(self) -> None:
        """What is left when the engines are done: cheaper candidates that nobody could prove in the time they had."""
        for node in sorted(self._cheaper(self.checker.unproved), key=self.checker.rank)[:LAST]:
            if (answer := self.checker.prove(node, LAST_PROOF)) is not None:
                self._take(answer, self.budget.engine)
                return

    def _found(self) -> Found | None:
        """The best answer, with what is known about programs that cost less."""
        if self.best is None:
            return None
        others = tuple(sorted(self.front, key=lambda found: found[0].cost.by(self.spec.minimize)))
        if not self.vocabulary.closed or self.free or self._partial or self.spec.components:
            # words of other widths, or calls, could do it in fewer
            return Found(self.best, self.found_by, None, others)
        counted = self.below and self.spec.minimize == "instructions"
        optimal = Optimal(min(self.below, self.best.cost.instructions), "pool") if counted else None
        return Found(self.best, self.found_by, optimal, others)

    def _ask(self, condition: Node) -> dict[Node, int] | Literal[False] | None:
        return ask(condition, self.budget.deadline)


def ask(condition: Node, deadline: Deadline) -> dict[Node, int] | Literal[False] | None:
    """Whether `condition` can hold: a model, False for no, None for unknown."""
    answer = satisfiable(Query(condition), deadline.slice(PATIENCE))
    if isinstance(answer, Sat):
        return dict(answer.model)
    return False if isinstance(answer, Unsat) else None
