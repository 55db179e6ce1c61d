"""Fills the holes of a sketch: words for its unknowns with which it meets the spec on all inputs.

Words that are right on a few inputs are asked of a solver. Whether they are right on all inputs the prover says, on the
emitted code; an input that refutes them joins the few (CEGIS: Solar-Lezama, Tancau, Bodik, Seshia and Saraswat,
"Combinatorial sketching for finite programs", ASPLOS 2006). Where no words are right on the few, none are on all.
Of those that are right a solver gives any; so once some are proved, one unknown after the other is made as small as it
can be, the later ones being free, and what comes of that is proved as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..emit.plain import guarded
from ..ir.canon import canonical
from ..ir.cost import cost
from ..ir.graph import LEAVES, Node, all_of, apply, both, const, leaves, negate, rewrite, substitute, topological
from ..ir.primes import TABLE, Row
from ..ir.text import print_term
from ..lift.sketch import Hole
from ..lift.spec import Output, Spec
from ..verify.provers.portfolio import satisfiable
from ..verify.provers.query import Query, Sat, Unsat
from ..verify.roundtrip import prove_emitted
from ..verify.verdict import Bounded, Proved, Refuted
from .budget import Budget
from .check import Answer, refusal
from .portfolio import Impossible, Portfolio
from .problem import Problem
from .template import Template, filled, is_unknown, settled, template
from .vocabulary import vocabulary

ENGINE = "holes"
FIRST = 2  # inputs to begin with
AT_ONCE = 2  # inputs that join when words are refuted on those at hand
MOST_LINES = 4  # of an unknown expression
FEW_LINES = 1  # from so many on, an expression over the inputs is searched for as any program is
EASY = 1  # the effort of the operations that it is made of first
SOLVED = 100_000_000.0  # nanoseconds that a query of the solver counts for
SOLVING = 30.0  # seconds for one query
PROVING = 20.0  # seconds for one proof
SIMPLER = 6.0  # seconds for the search for words that read better than those found,
ASKED = 3.0  # and of these for one query, or to start the solver
UNDECIDED = 4  # fillings that nobody could prove, or that are refused, after which it is given up


@dataclass(frozen=True, slots=True)
class Filling:
    """A sketch whose holes are filled so that it is proved, with what stands in each of them."""

    answer: Answer
    holes: tuple[tuple[Hole, str], ...]


Instance = tuple[Node, Node, list[list[Node]]]  # a law over the template, as `Law.over` gives it


@dataclass(slots=True)
class _Asked:
    """What is asked of a solver: words for the unknowns of `made` that are right on `inputs`."""

    made: Template
    laws: list[Instance]
    condition: Node
    inputs: list[tuple[int, ...]] = field(default_factory=list)


class Unfillable(Exception):
    """Nothing can fill the holes: for whatever stands in them there is an input on which the sketch is wrong."""


class Unfilled(Exception):
    """Nothing was found to fill the holes; what was tried, in words."""


def fill(spec: Spec, budget: Budget, seed: int) -> Filling:
    """The sketch of `spec`, filled and proved. Raises Unfillable, Unfilled, or `budget.Spent`."""
    return _Filler(spec, budget, seed).run()


class _Filler:
    def __init__(self, spec: Spec, budget: Budget, seed: int) -> None:
        assert spec.sketch is not None
        self.spec, self.sketch, self.budget, self.seed = spec, spec.sketch, budget, seed
        self.problem = Problem(spec, seed=seed, deadline=budget.deadline)
        self.rows = [row for row in vocabulary(spec).rows if not row.cast]
        self.easy = [row for row in self.rows if row.effort <= EASY]
        self.doubts: list[str] = []

    def run(self) -> Filling:
        self.budget.engine = ENGINE
        if not self.problem.count:
            self._find_input()
        growing = any(hole.kind == "expression" for hole in self.sketch.holes)
        for lines in range(MOST_LINES + 1 if growing else 1):
            if lines == FEW_LINES and (found := self._searched()) is not None:
                return found
            self.budget.level = lines
            for rows in (self.easy, self.rows) if lines else (self.rows,):
                found = self._filled(lines, rows)
                if found is not None:
                    return found
        what = f"expressions of up to {MOST_LINES} operations" if growing else "the holes' words"
        if growing or self.doubts or not self._certain:
            raise Unfilled("; ".join([what, *dict.fromkeys(self.doubts)]))
        raise Unfillable

    @property
    def _certain(self) -> bool:
        """Whether what is wrong on an input at hand is wrong: nothing is left open there, and no loop was cut off."""
        return self.sketch.whole and (self.spec.reference is None or not self.spec.reference.choices)

    def _find_input(self) -> None:
        answer = satisfiable(Query(self.spec.requires), self.budget.deadline.slice(SOLVING))
        if isinstance(answer, Sat):
            self.problem.add([tuple(answer.model.get(node, 0) for node in self.problem.inputs)])

    # --- the loop -----------------------------------------------------------------------------------------------------

    def _filled(self, lines: int, rows: Sequence[Row]) -> Filling | None:
        """The sketch with expressions of up to so many `rows`; None where there is none, for sure without `doubts`."""
        made = template(self.sketch, self.rows, lines, rows)
        if made is None:
            return None
        asked = _Asked(made, [law.over(made.results, self.spec.parameters) for law in self.spec.laws], made.legal)
        self._ask_on(asked, self.problem.tuples[:FIRST])
        undecided = 0
        while undecided < UNDECIDED:
            self.budget.spend(1, SOLVED)
            answer = satisfiable(Query(asked.condition), self.budget.deadline.slice(SOLVING))
            match answer:
                case Unsat():
                    return None
                case Sat(model):
                    if self._learned(asked, model):
                        continue
                    found = self._checked(made, model)
                    if isinstance(found, Answer):
                        found, model = self._simplest(asked, found, model)
                        return Filling(found, made.texts(model))
                    if not self._ask_on(asked, found):
                        undecided += 1
                        self.doubts.append("a filling was not proved")
                        asked.condition = both(asked.condition, _other(made, model))
                case _:
                    self.doubts.append(f"a solver gave up on {len(asked.inputs)} inputs")
                    return None
        return None

    def _ask_on(self, asked: _Asked, inputs: Sequence[tuple[int, ...]]) -> bool:
        """Asks for words that are right on these inputs too; whether any of them is new."""
        new = [words for words in inputs if words not in asked.inputs]
        asked.inputs += new
        asked.condition = all_of([asked.condition, *(self._right(asked.made, words) for words in new)])
        return bool(new)

    def _learned(self, asked: _Asked, model: Mapping[Node, int]) -> bool:
        """Whether the sketch filled by `model` breaks a law, which then is asked for where it does."""
        broken = self._broken(asked.laws, model)
        asked.condition = all_of([asked.condition, *broken])
        return bool(broken)

    def _simplest(self, asked: _Asked, answer: Answer, model: Mapping[Node, int]) -> tuple[Answer, Mapping[Node, int]]:
        """The answer whose words read best, in their order, as far as it is found in a few seconds; and these words.

        What is chosen among alternatives, and the form of expressions, stays.
        """
        until, doubts = self.budget.deadline.slice(SIMPLER), len(self.doubts)
        tastes = dict(asked.made.tastes(model))
        known = [_as_in(node, model) for node in _unknowns(asked.made) if node not in tastes]
        for unknown, taste in tastes.items():
            low, best = 0, _word(taste, model)
            high, tried = best, model
            while low < best and (tried is not model or not until.passed()):
                if low >= high or until.passed():  # what is right on the inputs at hand may be wrong on others
                    found = self._checked(asked.made, tried)
                    if isinstance(found, Answer) and found.cost.instructions <= answer.cost.instructions:
                        answer, model, best = found, tried, high
                        break
                    if isinstance(found, Answer) or not self._ask_on(asked, found):
                        break
                    high, tried = best, model
                bound = high if tried is model else _between(low, high)
                wanted = [apply("ule", const(low, taste.width), taste), apply("ult", taste, const(bound, taste.width))]
                self.budget.spend(1, SOLVED)
                match satisfiable(Query(all_of([asked.condition, *known, *wanted])), until.slice(ASKED)):
                    case Unsat():
                        low = bound
                    case Sat(smaller):
                        wrong = self.problem.failures(filled(asked.made.results, smaller), AT_ONCE)
                        if not self._ask_on(asked, wrong) and not self._learned(asked, smaller):
                            high, tried = _word(taste, smaller), smaller
                    case _:
                        low = high
            known.append(_as_in(unknown, model))
        del self.doubts[doubts:]
        return answer, model

    def _right(self, made: Template, words: tuple[int, ...]) -> Node:
        """That the template is defined on an input, and gives what is wanted."""
        row = self.problem.row(words)
        wanted = [(output.value, value, target) for output, value, target
                  in zip(self.spec.outputs, made.results, self.problem.wanted, strict=True)]
        (ensured,) = substitute([self.spec.ensures], {output: value for output, value, _ in wanted})
        equal = [apply("eq", value, const(int(target.words[row]), value.width))
                 for _, value, target in wanted if target.care[row]]
        known = {node: const(word, node.width) for node, word in zip(self.problem.inputs, words, strict=True)}
        return all_of(settled([made.defined, ensured, *equal], known))

    def _broken(self, laws: Sequence[Instance], model: Mapping[Node, int]) -> list[Node]:
        """For laws that the sketch filled by `model` breaks, that it keeps them for the words by which it does."""
        conditions = []
        for assumes, condition, _ in laws:
            broken = both(assumes, negate(condition))
            answer = satisfiable(Query(filled([broken], model)[0]), self.budget.deadline.slice(PROVING))
            if isinstance(answer, Sat):
                words = {node: const(answer.model.get(node, 0), node.width)
                         for node in leaves([broken]) if not is_unknown(node)}
                conditions.append(negate(settled([broken], words)[0]))
        return conditions

    def _searched(self) -> Filling | None:
        """The sketch with its only hole, an expression over the inputs, filled by the search for programs.

        None where there is more to find, or the expression must not be over all inputs that matter.
        """
        if len(self.sketch.uses) != 1 or len(self.sketch.holes) != 1 or not self._certain \
                or self.spec.limits or self.spec.laws \
                or (self.spec.examples and self.spec.reference is None):
            return None
        (use,), (hole,) = self.sketch.uses, self.sketch.holes
        wanted = self._wanted_of(Output(str(use.value.data), hole.type))
        if not {*leaves([wanted.requires, wanted.ensures])} <= {*use.arguments, use.value}:
            return None
        try:
            found = Portfolio(wanted, self.budget, self.seed, ()).run()
        except Impossible:  # on some input there is no word that is right
            raise Unfillable from None
        self.budget.engine = ENGINE
        if found is None:
            return None
        body = found.answer.function.results[0].value
        values = substitute(self.sketch.results, {use.value: body})
        answer = self._proved(values)
        names = dict(zip(use.arguments, hole.texts, strict=True))
        return Filling(answer, ((hole, print_term(body, names)),)) if isinstance(answer, Answer) else None

    def _wanted_of(self, output: Output) -> Spec:
        """What the value of the only hole must be, as a spec of its own."""
        conditions, equal = [self.spec.requires], [self.sketch.defined]
        outputs = {each.value: value for each, value in zip(self.spec.outputs, self.sketch.results, strict=True)}
        if (reference := self.spec.reference) is not None:
            conditions += [reference.domain, *map(negate, (reference.ub, reference.trap, reference.beyond)),
                           *(negate(result.poison) for result in reference.results)]
            equal += [apply("eq", value, result.value)
                      for value, result in zip(self.sketch.results, reference.results, strict=True)]
        ensures = all_of([*equal, *substitute([self.spec.ensures], outputs)])
        return replace(self.spec, outputs=(output,), requires=all_of(conditions), reference=None, ensures=ensures,
                       examples=(), sketch=None)

    # --- answers ------------------------------------------------------------------------------------------------------

    def _checked(self, made: Template, model: Mapping[Node, int]) -> Answer | list[tuple[int, ...]]:
        """The sketch filled by `model` if that is proved, or inputs on which it is wrong.

        Where there is neither, `doubts` say what was in the way.
        """
        values = filled(made.results, model)
        return self._wrong(made, model, values) or self._proved(values, lambda: self._wrong(made, model, values))

    def _proved(self, values: Sequence[Node], wrong: Callable[[], list[tuple[int, ...]]] = list
                ) -> Answer | list[tuple[int, ...]]:
        """The program with these results if it is proved, or inputs that `wrong` finds when one that refutes it came.
        """
        for form, guards in self._forms(values):
            function = self.problem.function(form)
            llvm, verdict = prove_emitted(self.spec, function, function.name, guards=guards,
                                          deadline=self.budget.deadline.slice(PROVING))
            match verdict:
                case Proved() | Bounded():
                    if (why := self._refusal(form, llvm)) is None:
                        total = self.problem.function(guarded(form, lazy=False).roots) if guards else function
                        return Answer(function, llvm, cost(total), verdict)
                    self.doubts.append(why)
                    break
                case Refuted(counterexample):
                    self.problem.add(counterexample.points)
                    if found := wrong():
                        return found
                case _:
                    self.doubts.append("a filling was not proved")
                    break
        else:
            self.doubts.append("a filling is undefined where the spec is not")
        return []

    def _wrong(self, made: Template, model: Mapping[Node, int], values: Sequence[Node]) -> list[tuple[int, ...]]:
        """Inputs at hand on which the filled sketch is wrong or undefined, a few of them."""
        wrong = self.problem.failures(values, AT_ONCE)
        if wrong or not self.problem.count:
            return wrong
        (defined,) = self.problem.evaluate(filled([made.defined], model), self.problem.tuples)
        return [words for words, good in zip(self.problem.tuples, defined, strict=True) if not good][:AT_ONCE]

    def _forms(self, values: Sequence[Node]) -> Iterator[tuple[list[Node], bool]]:
        """Ways to write the filled sketch: as it stands, and with guards before what is undefined somewhere."""
        if self.sketch.wide:
            yield canonical(list(values)), False
        yield list(values), False
        careful = rewrite(values, _divisible)
        if careful != list(values):
            yield careful, False
        yield careful, True

    def _refusal(self, form: Sequence[Node], llvm: str) -> str | None:
        """What the program has that the spec does not allow."""
        if self.spec.operations is not None:
            used = {node.op for node in topological(form)} - LEAVES
            left = sorted(name for name in used if name not in self.spec.operations and not TABLE[name].cast)
            if left:
                return f"a filling uses {', '.join(left)}, which the spec does not allow"
        return refusal(self.spec, llvm)


def _divisible(node: Node) -> Node:
    """A division by 1 instead of 0: where a sketch is defined it never comes to that."""
    if node.args and [each.when for each in TABLE[node.op].undefined] == ["(eq y 0)"]:
        x, y = node.args
        return node if y.is_const else apply(node.op, x, apply("umax", y, const(1, y.width)))
    return node


def _other(made: Template, model: Mapping[Node, int]) -> Node:
    """That the words are not those of `model`."""
    return negate(all_of(_as_in(node, model) for node in _unknowns(made)))


def _unknowns(made: Template) -> list[Node]:
    return [node for node in leaves([*made.results, made.defined, made.legal]) if is_unknown(node)]


def _as_in(unknown: Node, model: Mapping[Node, int]) -> Node:
    """That an unknown is the word that `model` has for it."""
    return apply("eq", unknown, const(model.get(unknown, 0), unknown.width))


def _word(root: Node, model: Mapping[Node, int]) -> int:
    """The value of `root`, over unknowns alone, with the words of `model`."""
    return int(filled([root], model)[0].data)


def _between(low: int, high: int) -> int:
    """A number above `low`, up to `high`: by halves of the number of bits first, then by halves."""
    if low.bit_length() < high.bit_length():
        return 1 << (low.bit_length() + high.bit_length()) // 2
    return (low + high + 1) // 2
