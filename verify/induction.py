"""Induction over loops: a relation between both sides that holds when they begin and is kept by every step.

Both sides run side by side, as one machine. It is at a *place*: how many loops each side has left behind. In a step a
side runs through its loop once more, or goes on to its next one where that has ended; who has fewer loops before it
waits for the other one. For each place there is an invariant, a conjunction over the inputs and the states of both.
Four kinds of queries without a model make a proof, and nothing else does:

    it holds in the beginning;
    every step from a place leads to where the invariant of the next place holds;
    when both sides have ended, it leaves nothing that is wrong;
    where the target alone goes on, a number without sign becomes less with each of its runs.

The last one says that the target ends where the source does; where both step together, they end together. Where the
source runs for ever, it asks nothing. Who found the invariants (invariants.py) does not matter: here they are checked.
That there is something to prove, an input on which the source ends and says something, was seen by running it;
without one no invariants are offered.
(Floyd, "Assigning meanings to programs", 1967; the machine of both is that of Zaks and Pnueli, "CoVaC", 2008.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

from ..ir.evaluate import fold
from ..ir.graph import (
    CHOICE,
    FALSE,
    TRUE,
    Cut,
    Function,
    Node,
    apply,
    both,
    choose,
    const,
    leaf,
    leaves,
    negate,
    rebuilt,
    resized,
    rewrite,
    substitute,
    topological,
)
from ..jobs.limits import Deadline
from .provers.portfolio import satisfiable
from .provers.query import Answer, DontKnow, Prover, Query, Sat, Unsat

NARROW = (8, 16, 17, 32, 33, 64, 65)  # widths that a factor is tried to have
CASES = 3  # conditions of selects that are told apart, one inside the other
NARROWING = 0.5  # seconds to show that

Place: TypeAlias = "tuple[int, int]"  # the loops that source and target have left behind
Invariants: TypeAlias = "Mapping[Place, tuple[Node, ...]]"


@dataclass(frozen=True, slots=True)
class Move:
    """What one side does in a step where `condition` holds: it comes to `place`, and leaves have new values."""

    condition: Node
    place: int
    values: Mapping[Node, Node]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of both, from one place to another."""

    start: Place
    end: Place
    condition: Node
    values: Mapping[Node, Node]


@dataclass(frozen=True, slots=True)
class Machine:
    """Both sides run side by side. `condition` is what inputs meet, `accepted` when the source says anything once it
    has ended, and `wrong` what the target may not have done then. In one step a side makes up to `pace` runs."""

    source: Cut
    target: Cut
    condition: Node
    accepted: Node
    wrong: Node
    pace: tuple[int, int] = (1, 1)

    @property
    def last(self) -> Place:
        return len(self.source.loops), len(self.target.loops)

    @property
    def places(self) -> list[Place]:
        """All places, each before those that it leads to."""
        return list(product(range(self.last[0] + 1), range(self.last[1] + 1)))

    def moving(self, place: Place) -> tuple[bool, bool]:
        """Which sides move."""
        source, target = (end - at for end, at in zip(self.last, place))
        return source >= target and source > 0, target >= source and target > 0

    def begin(self) -> dict[Node, Node]:
        """The values of the first states."""
        return {**_entering(self.source, 0), **_entering(self.target, 0)}

    def steps(self, place: Place) -> Iterator[Step]:
        ahead = self.moving(place)
        sides = [_moves(cut, at, pace) if moves else [Move(TRUE, at, {})]
                 for cut, at, pace, moves in zip((self.source, self.target), place, self.pace, ahead)]
        if not any(ahead):
            return
        for ours, theirs in product(*sides):
            condition = both(ours.condition, theirs.condition)
            if condition is not FALSE:
                yield Step(place, (ours.place, theirs.place), condition, {**ours.values, **theirs.values})

    def known(self, place: Place) -> Node:
        """What may be taken for granted there: where the source has ended and says nothing, nothing is asked."""
        return both(self.condition, self.accepted) if place[0] == self.last[0] else self.condition

    def alone(self) -> list[Place]:
        """The places where the target goes on alone."""
        return [place for place in self.places if self.moving(place) == (False, True)]


def _entering(cut: Cut, at: int) -> dict[Node, Node]:
    return dict(zip(cut.loops[at].state, cut.loops[at].initial)) if at < len(cut.loops) else {}


def _moves(cut: Cut, at: int, pace: int) -> list[Move]:
    """One more run, or up to `pace` of them, or on to the next loop."""
    loop = cut.loops[at]
    goes_on = both(loop.entered, loop.goes_on)
    after = dict(zip(loop.state, loop.step))
    for _ in range(pace - 1):
        again, *further = substitute([goes_on, *loop.step], after)
        after = {node: choose(again, new, after[node]) for node, new in zip(loop.state, further)}
    return [Move(goes_on, at, after), Move(negate(goes_on), at + 1, _entering(cut, at + 1))]


# --- what is to be shown ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """That `goal` holds wherever the `assumptions` do. `what` says it in words."""

    what: str
    assumptions: tuple[Node, ...]
    goal: Node
    kept: tuple[Node, Node] | None = None  # of an equation of the assumptions: a side before the step, and after it

    def shown(self, deadline: Deadline, provers: Sequence[Prover]) -> Answer:
        """Unsat where it is shown, with the prover that did it."""
        if FALSE in self.assumptions or _always(self.goal):
            return Unsat("evaluation")
        if self.kept is not None:
            # an equation whose difference does not change goes on to hold
            *_, changes = _solved([*self.assumptions, apply("ne", *self.kept)])
            answer = satisfiable(Query(changes), deadline.slice(deadline.left() / 4), provers[:3])
            if isinstance(answer, Unsat):
                return answer
        *assumptions, goal = _solved([*self.assumptions, negate(self.goal)])
        if _always(negate(goal)):
            return Unsat("evaluation")
        query = Query(goal, tuple(node for node in assumptions if node is not TRUE))
        if not _factors(query.conditions):
            return satisfiable(query, deadline, provers)
        cheap = _by_cases(query, deadline.slice(deadline.left() / 3), provers[:3])
        if isinstance(cheap, Unsat):
            return cheap
        for attempt in (satisfiable, _by_cases):
            answer = attempt(query, deadline.slice(deadline.left() / 3), provers)
            if not isinstance(answer, DontKnow):
                return answer
        return satisfiable(_narrowed(query, deadline.slice(deadline.left() / 2), provers), deadline, provers)


def _by_cases(query: Query, deadline: Deadline, provers: Sequence[Prover], depth: int = CASES) -> Answer:
    """Unsat where `query` has no model whether the conditions of its selects hold or not; else DontKnow."""
    parts = [part for condition in query.conditions for part in conjuncts(condition)]
    if any(negate(part) in parts for part in parts) or any(_always(negate(part)) for part in parts):
        return Unsat("evaluation")
    condition = next((node.args[0] for node in topological(parts) if node.op == "select"), None)
    if condition is None or depth == 0:
        return satisfiable(Query(parts[-1], tuple(parts[:-1])), deadline, provers)
    names: dict[str, None] = {}
    for value in (TRUE, FALSE):
        *assumptions, goal = _decided(parts, condition, value)
        holding = condition if value is TRUE else negate(condition)
        case = Query(goal, (*assumptions, holding))
        answer = _by_cases(case, deadline.slice(deadline.left() / 2), provers, depth - 1)
        if not isinstance(answer, Unsat):
            return DontKnow("")  # a model of a case is one of the query, too, but for what was solved
        names[answer.prover] = None
    return Unsat(", ".join(names))


def _decided(parts: Sequence[Node], condition: Node, value: Node) -> list[Node]:
    """`parts` where `condition` has this value, and the selects that it decides are decided."""

    def step(node: Node) -> Node:
        if node is condition:
            return value
        if node.op == "select" and node.args[0].is_const:
            return choose(*node.args)
        return negate(node.args[0]) if node.op == "not" and node.width == 1 else node

    return rewrite(parts, step)


def conjuncts(condition: Node) -> list[Node]:
    """The conditions of which a condition is the conjunction."""
    if condition.op == "and" and condition.width == 1:
        return [part for arg in condition.args for part in conjuncts(arg)]
    return [condition]


def _factors(conditions: Sequence[Node]) -> list[Node]:
    """The words that are multiplied, without the zeros in front of them."""
    found = dict[Node, None]()
    for node in topological(conditions):
        if node.op == "mul" and not any(_plain(arg).is_const for arg in node.args):
            found.update(dict.fromkeys(map(_plain, node.args)))
    return list(found)


def _narrowed(query: Query, deadline: Deadline, provers: Sequence[Prover]) -> Query:
    """A query that has a model if `query` has one, with fewer and smaller factors: products of words that are the same
    become the same circuit. That words are the same, or small, where the conditions hold, is shown first."""

    def holds(condition: Node) -> bool:
        asked = Query(negate(condition), query.conditions)
        return isinstance(satisfiable(asked, deadline.slice(NARROWING), provers), Unsat)

    new: dict[Node, Node] = {}
    equations: list[Node] = []
    kept: list[Node] = []
    for factor in _factors(query.conditions):
        same = next((other for other in kept if holds(_same(factor, other))), None)
        if same is not None:
            new[factor] = new.get(same, same)
            continue
        kept.append(factor)
        widths = (width for width in NARROW if width < factor.width)
        width = next((width for width in widths
                      if holds(apply("ule", factor, const((1 << width) - 1, factor.width)))), None)
        if width is not None:
            new[factor] = leaf(f"factor{len(kept)}!narrow", width)
            equations.append(_same(factor, new[factor]))
    *assumptions, goal = _with_factors(query.conditions, new)
    return Query(goal, (*assumptions, *equations))


def _same(a: Node, b: Node) -> Node:
    """That two words are the same number."""
    width = max(a.width, b.width)
    return apply("eq", resized(a, width), resized(b, width))


def _with_factors(conditions: Sequence[Node], new: Mapping[Node, Node]) -> list[Node]:
    """`conditions` with other words of the same numbers for the factors of products."""
    moved: dict[Node, Node] = {}
    for node in topological(conditions):
        args = [moved[arg] for arg in node.args]
        if node.op == "mul":
            args = [resized(new[_plain(arg)], arg.width) if _plain(arg) in new else was
                    for arg, was in zip(node.args, args)]
        moved[node] = rebuilt(node, tuple(args))
    return [moved[condition] for condition in conditions]


def _plain(node: Node) -> Node:
    return node.args[0] if node.op == "zext" else node


def _always(condition: Node) -> bool:
    """Whether a condition plainly holds: an equation of a node with itself, or of constants."""
    if condition.op == "not" and condition.args[0].op == "ne":
        return condition.args[0].args[0] is condition.args[0].args[1]
    return fold(condition) is TRUE or condition.op in ("eq", "ule") and condition.args[0] is condition.args[1]


def _solved(conditions: Sequence[Node]) -> list[Node]:
    """Conditions that can hold together exactly where `conditions` can: a leaf that equals a node is replaced by it."""
    waiting, done = list(conditions), list[Node]()
    while waiting:
        condition = waiting.pop(0)
        solution = _solution(condition) if waiting else None
        if solution is None:
            done.append(condition)
            continue
        moved = substitute([*done, *waiting], dict([solution]))
        done, waiting = moved[:len(done)], moved[len(done):]
    return done


def _solution(condition: Node) -> tuple[Node, Node] | None:
    """The leaf and the other side of an equation that a leaf is alone on one side of."""
    if condition.op == "not" and not condition.args[0].args and not condition.args[0].is_const:
        return condition.args[0], FALSE
    if condition.op != "eq":
        return None
    for own, other in (condition.args, condition.args[::-1]):
        if not own.args and not own.is_const and own not in set(topological([other])):
            return own, other
    return None


def initiation(machine: Machine, condition: Node) -> Claim:
    """That `condition` holds in the beginning."""
    (goal,) = substitute([condition], machine.begin())
    return Claim("an invariant holds at first", (machine.known((0, 0)),), goal)


def consecution(machine: Machine, step: Step, invariant: Sequence[Node], condition: Node,
                shown: Sequence[Node] = ()) -> Claim:
    """That `condition` holds after `step`, where `invariant` holds before it, and what was `shown` already after it."""
    earlier = shown if step.start != step.end else ()
    goal, known, *others = substitute([condition, machine.known(step.end), *earlier], step.values)
    assumptions = (*invariant, machine.known(step.start), step.condition, known, *others)
    kept = None
    if condition.op == "eq" and condition in invariant:
        # x == y before, and x - y the same after
        differences = [apply("sub", *condition.args), *substitute([apply("sub", *condition.args)], step.values)]
        kept = differences[0], differences[1]
    return Claim("a step keeps an invariant", assumptions, goal, kept)


def conclusion(machine: Machine, invariant: Sequence[Node]) -> Claim:
    """That nothing is wrong when both sides have ended."""
    return Claim("the sides agree when both have ended", (*invariant, machine.known(machine.last)),
                 negate(machine.wrong))


def descent(machine: Machine, place: Place, invariant: Sequence[Node], measure: Node) -> Claim:
    """That `measure`, a number without sign, becomes less where the target alone runs on at `place`."""
    (move, *_) = _moves(machine.target, place[1], machine.pace[1])
    (after,) = substitute([measure], move.values)
    return Claim("the target ends", (*invariant, machine.known(place), move.condition), apply("ult", after, measure))


def claims(machine: Machine, invariants: Invariants, measures: Mapping[Place, Node]) -> Iterator[Claim]:
    """All that makes a proof. A place that is not named has the invariant that always holds."""
    for condition in invariants.get((0, 0), ()):
        yield initiation(machine, condition)
    for place in machine.places:
        invariant = invariants.get(place, ())
        if FALSE in invariant:
            continue  # nobody comes here: that is among what the steps to it keep
        for step in machine.steps(place):
            conditions = invariants.get(step.end, ())
            for at, condition in enumerate(conditions):
                yield consecution(machine, step, invariant, condition, conditions[:at])
    yield conclusion(machine, invariants.get(machine.last, ()))
    for place in machine.alone():
        invariant = invariants.get(place, ())
        if FALSE not in invariant:
            yield descent(machine, place, invariant, measures.get(place, const(0, 1)))


# --- the proof --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Induction:
    """A proof by induction. `provers` are those that showed its claims, `remarks` say on what it rests."""

    provers: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def prover(self) -> str:
        return f"induction ({', '.join(self.provers)})"


def cut_of(function: Function) -> Cut | None:
    """`function` with its loops beside it, or without loops as it is; None where that cannot be."""
    if function.choices:
        return None
    if function.cut is not None:
        return function.cut
    return Cut((), function.roots) if function.beyond is FALSE else None


def prove(machine: Machine, names: tuple[str, str], deadline: Deadline,
          provers: Sequence[Prover]) -> Induction | DontKnow:
    """A proof by induction that nothing is wrong wherever the source ends and accepts its input, and that the target
    ends there, too. DontKnow says what was tried."""
    from .invariants import guessed

    cuts = (machine.source, machine.target)
    if not any(cut.loops for cut in cuts) or leaves([*(node for cut in cuts for node in cut.nodes)], CHOICE):
        return DontKnow("induction: no loop that it could go over")
    doubts: list[str] = []
    attempts = list(product((False, True), paces(machine)))
    for done, (wide, pace) in enumerate(attempts):
        at_pace = replace(machine, pace=pace)
        share = deadline.left() / (len(attempts) - done + 0.5)
        guess = guessed(at_pace, deadline.slice(share), wide)
        if isinstance(guess, str):
            doubts.append(guess)
            continue
        found = _checked(at_pace, *guess, deadline, provers)
        if not isinstance(found, DontKnow):
            return replace(found, remarks=_remarks(at_pace, guess[0], names))
        doubts.append(found.why)
    return DontKnow("induction: " + "; ".join(dict.fromkeys(part for doubt in doubts for part in doubt.split("; "))))


def paces(machine: Machine) -> list[tuple[int, int]]:
    """How many runs of both are one step: one and one, or two of one side where both have loops."""
    return [(1, 1), (2, 1), (1, 2)] if machine.source.loops and machine.target.loops else [(1, 1)]


def _checked(machine: Machine, invariants: Invariants, measures: Mapping[Place, Node], deadline: Deadline,
             provers: Sequence[Prover]) -> Induction | DontKnow:
    names: dict[str, None] = {}
    for claim in claims(machine, invariants, measures):
        match claim.shown(deadline, provers):
            case Unsat(prover):
                names.update(dict.fromkeys(prover.split(", ")))
            case Sat():
                return DontKnow(f"not shown that {claim.what}")
            case DontKnow(why):
                return DontKnow(f"not shown that {claim.what}: {why}")
    names.pop("evaluation", None)
    return Induction(tuple(names) or ("evaluation",), ())


def _remarks(machine: Machine, invariants: Invariants, names: tuple[str, str]) -> tuple[str, ...]:
    source, target = names
    lines = [f"line {loop.line}" for cut in (machine.source, machine.target) for loop in cut.loops
             if loop.line is not None]
    conditions = sum(len(invariant) for invariant in invariants.values() if FALSE not in invariant)
    where = f" ({', '.join(dict.fromkeys(lines))})" if lines else ""
    if not machine.target.loops:
        ends = f"where {source} does not end, nothing is asked of {target}, which has no loop"
    elif not machine.source.loops:
        ends = f"{target} is shown to end"
    else:
        ends = f"where {source} ends, {target} ends, too; where it does not, nothing is asked"
    remarks = [f"by induction over loops{where}, {conditions} invariant conditions: {ends}"]
    for name, cut in zip(names, (machine.source, machine.target)):
        if cut.rounds is not None and cut.loops:
            remarks.append(f"a loop of {name} is taken to run at most {cut.rounds} times")
    return tuple(dict.fromkeys(remarks))

