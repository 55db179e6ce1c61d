"""Invariants, guessed: what has held in all states that were seen, and is kept by every step.

Both sides are run together on some inputs. Equalities, linear and polynomial relations modulo 2**w, bounds and the
program's own conditions that hold in every state seen are candidates. Those that a step does not keep are dropped until
all are kept, given the others (Flanagan and Leino, "Houdini, an annotation assistant for ESC/Java", 2001). Nothing here
is trusted: induction.py shows it all again.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations_with_replacement, islice, permutations
from math import gcd

from ..ir.evaluate import compiled
from ..ir.graph import (
    CONST,
    FALSE,
    LEAVES,
    TRUE,
    Cut,
    Node,
    apply,
    const,
    leaves,
    negate,
    resized,
    substitute,
    topological,
)
from ..ir.primes import TABLE
from ..ir.samples import samples
from ..jobs.limits import Deadline
from .induction import Claim, Machine, Place, conclusion, consecution, descent, initiation
from .kernel import kernel
from .provers.bitlinear import BitLinear
from .provers.corners import Corners
from .provers.integers import Integers
from .provers.portfolio import Where, deep
from .provers.query import Prover, Unsat
from .provers.ring import RingForm
from .provers.solvers import BITWUZLA, Z3, Race
from .provers.structural import Structural

INPUTS = 90  # that both sides are run on
RUNS = 160  # of one input
STATES = 400  # that are kept of a place
HASTE, PATIENCE = 0.7, 2.0  # seconds for one claim
WORDS = 7  # that relations of several are looked for between
ATOMS = 500  # conditions made of those of the program

QUICK: tuple[Prover, ...] = (
    RingForm(), BitLinear(), Corners(), Structural(60), replace(BITWUZLA, slice=0.3), Where(Integers(), deep),
    Race((replace(Z3, slice=1.0), replace(BITWUZLA, slice=1.0))),
)

Row = tuple[int, ...]


# --- states that were seen --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Seen:
    """The states in which both sides were at each place, as words for `columns`, and runs that the target made alone.

    `accepted` tells whether on some input the source ended and accepted that. `failing` are the words of an input on
    which the target does what it may not.
    """

    columns: dict[Place, list[Node]]
    rows: dict[Place, list[Row]] = field(default_factory=dict)
    alone: dict[Place, list[tuple[Row, Row]]] = field(default_factory=dict)
    accepted: bool = False
    failing: dict[Node, int] | None = None


@dataclass(slots=True)
class _Side:
    """One side made to be run: for each loop whether it goes on and its step, and the first state of the next one."""

    cut: Cut
    runs: list[Callable[..., Row]]
    begins: list[Callable[..., Row]]

    def __init__(self, cut: Cut, inputs: Sequence[Node]) -> None:
        self.cut = cut
        given = [*inputs, *cut.states]
        self.runs = [compiled([apply("and", loop.entered, loop.goes_on), *loop.step], given) for loop in cut.loops]
        self.begins = [compiled(loop.initial, given) for loop in cut.loops]

    def enter(self, at: int, inputs: Row, words: dict[Node, int]) -> None:
        if at < len(self.cut.loops):
            begins = self.begins[at](*inputs, *words.values())
            words.update(zip(self.cut.loops[at].state, begins))

    def step(self, at: int, inputs: Row, words: dict[Node, int], pace: int) -> int:
        """Make up to `pace` runs, or go on to the next loop; where that leads."""
        for made in range(pace):
            goes_on, *after = self.runs[at](*inputs, *words.values())
            if not goes_on:
                if made == 0:
                    self.enter(at + 1, inputs, words)
                    return at + 1
                break
            words.update(zip(self.cut.loops[at].state, after))
        return at


def inputs_of(machine: Machine) -> list[Node]:
    """The leaves that are no state."""
    states = {*machine.source.states, *machine.target.states}
    return [node for node in leaves(_nodes(machine)) if node not in states]


def watched(machine: Machine, seed: int = 0) -> Seen:
    """The states that some runs come to."""
    inputs = inputs_of(machine)
    columns = {(i, j): [*inputs, *_states(machine.source, i), *_states(machine.target, j)]
               for i, j in machine.places}
    seen = Seen(columns, {place: [] for place in machine.places}, {place: [] for place in machine.alone()})
    sides = _Side(machine.source, inputs), _Side(machine.target, inputs)
    meets = compiled([machine.condition], inputs)
    ends = compiled([machine.accepted, machine.wrong], [*inputs, *machine.source.states, *machine.target.states])
    tried = (words for words in islice(_words(inputs, machine, seed), 40 * INPUTS) if meets(*words)[0])
    for words in islice(dict.fromkeys(tried), INPUTS):
        ended = _run(machine, sides, words, seen)
        if ended is not None:
            accepted, wrong = ends(*words, *ended)
            seen.accepted |= bool(accepted)
            if accepted and wrong:
                seen.failing = dict(zip(inputs, words))
                return seen
    rng = random.Random(seed)
    for place, rows in seen.rows.items():
        distinct = list(dict.fromkeys(rows))
        seen.rows[place] = distinct if len(distinct) <= STATES else rng.sample(distinct, STATES)
    return seen


def _nodes(machine: Machine) -> list[Node]:
    return [machine.condition, machine.accepted, machine.wrong, *machine.source.nodes, *machine.target.nodes]


def _states(cut: Cut, at: int) -> list[Node]:
    return [node for loop in cut.loops[:at + 1] for node in loop.state]


def _words(inputs: Sequence[Node], machine: Machine, seed: int) -> Iterator[Row]:
    """Inputs of every size: small ones end loops, and large ones show where words wrap."""
    mentioned = sorted({int(node.data) for node in topological(_nodes(machine)) if node.op == CONST})
    rng = random.Random(seed)
    widths = [node.width for node in inputs]
    if not widths:
        yield ()
        return
    corner = samples(widths, seed=seed, mentioned=mentioned[:50])
    while True:
        yield next(corner)
        yield tuple(rng.getrandbits(width) >> rng.randrange(width) for width in widths)
        yield tuple(rng.randrange(1 << min(width, 5)) for width in widths)
        most = rng.randrange(1, 8)
        yield tuple(rng.randrange(1 << min(width, most)) if rng.random() < 0.7 else rng.getrandbits(width)
                    for width in widths)


def _run(machine: Machine, sides: tuple[_Side, _Side], inputs: Row, seen: Seen) -> Row | None:
    """The last states of both, where both have ended after some runs."""
    words = [dict.fromkeys(side.cut.states, 0) for side in sides]
    for side, own in zip(sides, words):
        side.enter(0, inputs, own)
    place = (0, 0)
    for _ in range(RUNS):
        row = _row(sides, place, inputs, words)
        seen.rows[place].append(row)
        if place == machine.last:
            return (*words[0].values(), *words[1].values())
        moving = machine.moving(place)
        source, target = (side.step(at, inputs, own, pace) if moves else at
                          for side, at, own, pace, moves in zip(sides, place, words, machine.pace, moving))
        if moving == (False, True) and target == place[1]:
            seen.alone[place].append((row, _row(sides, place, inputs, words)))
        place = source, target
    return None


def _row(sides: tuple[_Side, _Side], place: Place, inputs: Row, words: Sequence[Mapping[Node, int]]) -> Row:
    return (*inputs, *(own[node] for side, at, own in zip(sides, place, words) for node in _states(side.cut, at)))


# --- candidates -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Candidates:
    """What has held in all states of a place: equations first, other conditions when they are asked for.

    `alone` are words that no equation gives from others; `banned` are equations that no step keeps, and `counting` the
    operations of the program that count bits.
    """

    rows: Sequence[Row]
    columns: Sequence[Node]
    states: frozenset[Node]
    banned: frozenset[Node] = frozenset()
    counting: tuple[str, ...] = ()
    equations: list[Node] = field(default_factory=list)
    alone: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._equal()
        self._linear()
        self._polynomial()

    def column(self, node: Node) -> list[int]:
        """The words of a node in each row."""
        function = compiled([node], self.columns)
        return [function(*row)[0] for row in self.rows]

    def holds(self, condition: Node) -> bool:
        function = compiled([condition], self.columns)
        return all(function(*row)[0] for row in self.rows)

    def _add(self, equation: Node) -> bool:
        if equation in self.banned:
            return False
        self.equations.append(equation)
        return True

    def _equal(self) -> None:
        """Constants, and words that are equal, or would be if they were as wide."""
        known: dict[tuple[int, Row], Node] = {}
        for at, node in enumerate(self.columns):
            words = tuple(row[at] for row in self.rows)
            if node in self.states and len(set(words)) == 1 and self._add(_equals(node, const(words[0], node.width))):
                continue
            same = known.get((node.width, words))
            if same is not None and node in self.states and self._add(_equals(node, same)):
                continue
            known.setdefault((node.width, words), node)
            if node in self.states and any(map(self._add, self._as_wide(node, words, known))):
                continue
            self.alone.append(node)

    def _as_wide(self, node: Node, words: Row, known: Mapping[tuple[int, Row], Node]) -> Iterator[Node]:
        for (width, others), other in known.items():
            if width > node.width and all(a == b & (1 << node.width) - 1 for a, b in zip(words, others)):
                yield _equals(node, apply("trunc", other, width=node.width))
            elif 1 < width < node.width:
                if others == words:
                    yield _equals(node, apply("zext", other, width=node.width))
                elif all(a == _extended(b, width, node.width) for a, b in zip(words, others)):
                    yield _equals(node, apply("sext", other, width=node.width))

    def _linear(self) -> None:
        """Words that are sums of multiples of others."""
        for width in sorted({node.width for node in self.alone if node.width > 1}):
            words = [node for node in self.alone if node.width == width]
            others = [apply("zext", node, width=width) for node in self.alone if 1 < node.width < width]
            counts = [_count(op, node, width) for node in self.alone if 1 < node.width for op in self.counting]
            for terms in ([*others, *words], [*counts, *others, *words]):
                if len(terms) > 4 * WORDS:
                    continue
                for relation in self._relations(width, [[term] for term in terms]):
                    if self._add(relation):
                        solved = relation.args[0]
                        if solved in self.alone:
                            self.alone.remove(solved)
                if not counts:
                    break

    def _polynomial(self) -> None:
        """Relations of products of words."""
        for width in sorted({node.width for node in self.alone if node.width > 2}):
            words = [node for node in self.alone if node.width == width]
            words += [apply("zext", node, width=width) for node in self.alone if 1 < node.width < width]
            if not 0 < len(words) <= WORDS:
                continue
            for degree in (2, 3) if len(words) <= 3 else (2,):
                monomials = [list(factors) for size in range(1, degree + 1)
                             for factors in combinations_with_replacement(words, size)]
                found = [relation for relation in self._relations(width, monomials) if not _idle(relation)]
                if sum(map(self._add, found)):
                    break

    def _relations(self, width: int, monomials: Sequence[Sequence[Node]]) -> Iterator[Node]:
        """Equations between sums of multiples of products, of which some word of a state is a part."""
        factors = list(dict.fromkeys(factor for monomial in monomials for factor in monomial))
        columns = dict(zip(factors, map(self.column, factors)))
        mask = (1 << width) - 1
        table: list[list[int]] = []
        for row in range(len(self.rows)):
            line = [1]
            for monomial in monomials:
                word = 1
                for factor in monomial:
                    word = word * columns[factor][row] & mask
                line.append(word)
            table.append(line)
        vectors = dict.fromkeys(tuple(vector) for vector in kernel(table, width))
        for vector in vectors:
            low_bits = width > 8 and all(number % (1 << width - 6) == 0 for number in vector)
            if any(vector[1:]) and not (low_bits and len(factors) < len(monomials)):  # of products, those say little
                relation = _sum_is_zero(vector, monomials, width, self.states)
                if not self.states.isdisjoint(topological([relation])):
                    yield relation

    def orders(self) -> list[Node]:
        """Bounds of words, by constants and by one another; bits that two words do not share."""
        found: list[Node] = []
        words = [node for node in self.alone if node.width > 1]
        columns = {node: self.column(node) for node in words}
        for node in words:
            if node in self.states:
                found += _bounds(node, columns[node])
        for a, b in permutations(words[-10:], 2):
            if self.states.isdisjoint((a, b)):
                continue
            pairs = list(zip(columns[a], columns[b]))
            if a.width != b.width:
                width = max(a.width, b.width)
                a, b = (node if node.width == width else apply("zext", node, width=width) for node in (a, b))
            order = _order(pairs, a.width)
            if order is not None:
                found.append(apply(order, a, b))
            if "zext" in (a.op, b.op):
                continue
            for zero in (apply("and", a, b), apply("and", a, apply("sub", b, const(1, b.width)))):
                if self.holds(condition := _equals(zero, const(0, a.width))):
                    found.append(condition)
        return found

    def atoms(self, conditions: Iterable[Node]) -> list[Node]:
        """The `conditions`, also about other words than those they are about, as far as they held or never held."""
        allowed, found = set(self.columns), dict[Row, Node]()
        tried = 0
        some = self.rows[:25]
        for condition in _about_other_words(conditions, self.alone):
            if tried == ATOMS:
                break
            below = [node for node in topological([condition]) if node.op in LEAVES and node.op != CONST]
            if not allowed.issuperset(below) or self.states.isdisjoint(below):
                continue
            tried += 1
            function = compiled([condition], self.columns)
            words = {function(*row)[0] for row in some}
            if len(words) == 1 and {function(*row)[0] for row in self.rows} == words:
                held = condition if words == {1} else negate(condition)
                (points,) = _somewhere([held])
                if len(set(points)) > 1:
                    found.setdefault(points, held)
        return list(found.values())


def _order(pairs: Sequence[tuple[int, int]], width: int) -> str | None:
    """The first order of words in which each pair stands."""
    half = 1 << width - 1
    flipped = [(x ^ half, y ^ half) for x, y in pairs]
    for strict, weak, words in (("ult", "ule", pairs), ("slt", "sle", flipped)):
        if all(x < y for x, y in words):
            return strict
        if all(x <= y for x, y in words):
            return weak
    return None


def _equals(node: Node, other: Node) -> Node:
    if node.width == 1 and other.is_const:
        return node if other is TRUE else negate(node)
    return apply("eq", node, other)


def _extended(word: int, width: int, wanted: int) -> int:
    return (word ^ 1 << width - 1) - (1 << width - 1) & (1 << wanted) - 1


def _count(op: str, node: Node, width: int) -> Node:
    return resized(apply(op, node), width)


def _sum_is_zero(vector: Sequence[int], monomials: Sequence[Sequence[Node]], width: int,
                 states: frozenset[Node]) -> Node:
    """The equation that a vector of factors stands for, solved for the last word of a state that can be."""
    modulus = 1 << width
    solved = None
    for at in range(len(monomials), 0, -1):
        (first, *others) = monomials[at - 1]
        alone = not others and first in states and vector[at] % 2 and all(
            first not in set(topological(monomial)) for k, monomial in enumerate(monomials, 1) if k != at and vector[k])
        if alone:
            solved = at
            break
    scale = 1 if solved is None else -pow(vector[solved], -1, modulus)
    common = gcd(modulus, *vector)  # what all factors have in common leaves its bits unsaid
    total: Node | None = None
    for at, factor in enumerate(vector):
        factor = factor // common * scale % modulus
        if at == solved or factor == 0:
            continue
        term = None
        for word in monomials[at - 1] if at else ():
            term = word if term is None else apply("mul", term, word)
        if term is None:
            term = const(factor, width)
        elif factor == modulus - 1:
            term = apply("sub", const(0, width), term)
        elif factor != 1:
            term = apply("mul", const(factor, width), term)
        total = term if total is None else apply("add", total, term)
    if total is None:
        total = const(0, width)
    if solved is not None:
        return apply("eq", monomials[solved - 1][0], total)
    seen = total if common == 1 else apply("and", total, const(modulus // common - 1, width))
    return apply("eq", seen, const(0, width))


def _idle(condition: Node) -> bool:
    """Whether a condition seems to hold for all words, as that n * (n - 1) is even, or for none."""
    return len(set(_somewhere([condition])[0])) == 1


def _somewhere(nodes: Sequence[Node], points: int = 48) -> list[Row]:
    """The words of nodes at some points: those that differ nowhere there may well be the same."""
    below = [node for node in topological(nodes) if node.op in LEAVES and node.op != CONST]
    rng = random.Random(1)
    function = compiled(nodes, below)
    small = [function(*(rng.getrandbits(min(node.width, 3)) for node in below)) for _ in range(points // 2)]
    large = [function(*(rng.getrandbits(node.width) >> rng.randrange(node.width) for node in below))
             for _ in range(points // 2)]
    return list(zip(*small, *large))


def _bounds(node: Node, words: Sequence[int]) -> Iterator[Node]:
    least, most = min(words), max(words)
    if least > 0:
        yield apply("ule", const(1, node.width), node)
    if least > 1:
        yield apply("ule", const(least, node.width), node)
    bits = most.bit_length()
    if bits < node.width:
        yield apply("ule", node, const((1 << bits) - 1, node.width))
        if most != (1 << bits) - 1:
            yield apply("ule", node, const(most, node.width))
    if all(word & word - 1 == 0 for word in words):
        yield _equals(apply("and", node, apply("sub", node, const(1, node.width))), const(0, node.width))


def program_conditions(machine: Machine) -> list[Node]:
    """The comparisons of words that both sides, and what is asked of them, are made of, and where one of two holds."""
    compared = {node for node in topological(_nodes(machine)) if node.width == 1 and node.op not in LEAVES
                and TABLE[node.op].predicate and any(arg.width > 1 for arg in node.args)}
    return [node for node in topological(_nodes(machine)) if node in compared
            or node.op == "or" and compared.issuperset(node.args)]


def _about_other_words(conditions: Iterable[Node], words: Sequence[Node]) -> Iterator[Node]:
    conditions = list(conditions)
    yield from conditions
    for condition in sorted(conditions, key=lambda node: sum(1 for _ in topological([node]))):
        for part in topological([condition]):
            if part is condition or part.op == CONST:
                continue
            for word in words:
                if word.width == part.width and word is not part and word.width > 1:
                    yield substitute([condition], {part: word})[0]


# --- what every step keeps --------------------------------------------------------------------------------------------


Guess = tuple[dict[Place, tuple[Node, ...]], dict[Place, Node]]


@dataclass(slots=True)
class Search:
    """The search for invariants of `machine`."""

    machine: Machine
    seen: Seen
    deadline: Deadline
    shown: set[tuple[Node, frozenset[Node]]] = field(default_factory=set)

    def shows(self, claim: Claim, patience: float = PATIENCE) -> bool:
        key = claim.goal, frozenset(claim.assumptions)
        if key in self.shown:
            return True
        if isinstance(claim.shown(self.deadline.slice(patience), QUICK), Unsat):
            self.shown.add(key)
            return True
        return False

    def kept(self, candidates: Mapping[Place, Sequence[Node]], fixed: Mapping[Place, Sequence[Node]],
             patience: float = PATIENCE) -> dict[Place, list[Node]]:
        """Those of the `candidates` that hold in the beginning and are kept by all steps, `fixed` ones given."""
        machine = self.machine
        left = {place: list(dict.fromkeys(conditions)) for place, conditions in candidates.items()}
        first = left.get((0, 0), [])
        left[0, 0] = [condition for condition in first if self.shows(initiation(machine, condition), patience)]
        again = True
        while again and not self.deadline.passed():
            again = False
            for place in machine.places:
                for step in machine.steps(place):
                    shown = list(fixed.get(step.end, ()))
                    for condition in list(left.get(step.end, ())):
                        invariant = (*fixed.get(place, ()), *left.get(place, ()))
                        if FALSE in invariant:
                            continue
                        if self.shows(consecution(machine, step, invariant, condition, shown), patience):
                            shown.append(condition)
                        else:
                            left[step.end].remove(condition)
                            again = True
        return left if not again else {}

    def measures(self, invariants: Mapping[Place, Sequence[Node]]) -> dict[Place, Node] | None:
        """For each place where the target goes on alone, a number that becomes less there."""
        found: dict[Place, Node] = {}
        for place in self.machine.alone():
            invariant = invariants.get(place, ())
            if FALSE in invariant:
                continue
            measure = next((each for each in self._falling(place)
                            if self.shows(descent(self.machine, place, invariant, each))), None)
            if measure is None:
                return None
            found[place] = measure
        return found

    def _falling(self, place: Place) -> Iterator[Node]:
        columns = self.seen.columns[place]
        at = place[1]
        own = [node for node in self.machine.target.loops[at].state if node.width > 1]
        words = [node for node in columns if node.width > 1]
        measures = [*own, *(apply("not", node) for node in own)]
        for node in own:
            for other in words:
                if other.width == node.width and other is not node:
                    measures += [apply("sub", node, other), apply("sub", other, node), apply("add", node, other)]
                elif other.width < node.width:
                    measures.append(apply("sub", apply("zext", other, width=node.width), node))
        for measure in measures:
            function = compiled([measure], columns)
            if all(function(*after)[0] < function(*before)[0] for before, after in self.seen.alone[place]):
                yield measure


def guessed(machine: Machine, deadline: Deadline, wide: bool = True) -> Guess | str:
    """Invariants and measures that seem to make a proof, or why there are none; of equations alone unless `wide`."""
    seen = watched(machine)
    if seen.failing is not None:
        words = ", ".join(f"{node.data} = {word}" for node, word in seen.failing.items())
        return f"the sides differ for {words}"
    if not seen.accepted:
        return "no input was found on which the source ends and says anything"
    search = Search(machine, seen, deadline)
    states = frozenset((*machine.source.states, *machine.target.states))
    banned: dict[Place, frozenset[Node]] = {place: frozenset() for place in machine.places}
    operations = {node.op for node in topological(_nodes(machine))}
    counting = tuple(op for op in ("ctpop", "cttz", "ctlz") if op in operations)
    why = "no relation of both sides was found"
    for _ in range(3):
        made = {place: Candidates(rows, seen.columns[place], states, banned[place], counting)
                for place, rows in seen.rows.items() if rows}
        nowhere = {place: [FALSE] for place in machine.places if place not in made}
        equations = {place: each.equations for place, each in made.items()}
        found = search.kept({**equations, **nowhere}, {}, PATIENCE if wide else HASTE)
        done = _finished(search, found)
        if not isinstance(done, str) or not wide:
            return done
        conditions = program_conditions(machine)
        more = {place: [*each.orders(), *each.atoms(conditions)] for place, each in made.items()}
        dropped = {place: [node for node in each if node not in found.get(place, ())]
                   for place, each in equations.items()}
        wider = {place: [*dropped.get(place, ()), *more.get(place, ()), *nowhere.get(place, ())]
                 for place in machine.places}
        fixed = {place: [node for node in conditions_ if node is not FALSE] for place, conditions_ in found.items()}
        for patience in (HASTE, PATIENCE):
            further = search.kept({place: [node for node in each if node not in fixed.get(place, ())]
                                   for place, each in wider.items()}, fixed, patience)
            whole = {place: [*fixed.get(place, ()), *further.get(place, ())] for place in machine.places}
            done = _finished(search, whole)
            if not isinstance(done, str):
                return done
        why = done
        lost = {place: banned[place] | {node for node in each if node not in whole.get(place, ())}
                for place, each in equations.items()}
        if deadline.passed():
            return f"{why}; no time left"
        if all(lost.get(place, banned[place]) == banned[place] for place in machine.places):
            break
        banned.update(lost)
    return why


def _finished(search: Search, invariants: Mapping[Place, Sequence[Node]]) -> Guess | str:
    machine = search.machine
    if not search.shows(conclusion(machine, invariants.get(machine.last, ()))):
        return "no relation was found that leaves nothing wrong in the end"
    measures = search.measures(invariants)
    if measures is None:
        return "nothing was found that becomes less with each run of the target"
    return {place: tuple(each) for place, each in invariants.items()}, measures
