"""Loops in Python functions: what is known of a variable whenever a round begins.

Bounds are tried until a round keeps them: first as they come, then further and further out (Cousot and Cousot,
"Abstract interpretation", 1977), and then as far in again as they hold. A variable that only moves by steps, as
counters and sums do, stays within as many steps as there are rounds.

A loop may have no bound that shows here. Then rounds are counted as at most ROUNDS in one call of the function: who
lifts a loop unrolls it, and shows that it has ended long before; until then what is computed is what Python computes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .arithmetic import Arithmetic
from .values import FAR, HIGHEST, LOWEST, Value, bounds, settled
from .variables import Unset, Variables, merged, without

ROUNDS = 1 << 32
NESTED = 6  # how deep loops may stand in loops
COMPOUND = 256  # rounds over which factors are multiplied out
EXACT = 2  # rounds of the analysis before it guesses
GUESSES = 2  # rounds after which it is not counted any more how far steps lead
LOWER, UPPER = (-(1 << 31), LOWEST, -FAR), ((1 << 32) - 1, -LOWEST - 1, HIGHEST, FAR)  # what is guessed then

Seen = Mapping[ast.AST, Value]  # the values of expressions, as they were evaluated last


@dataclass(frozen=True, slots=True)
class Step:
    """What one assignment makes of a variable: at most factor * old + high, at least factor * old + low.

    It is done at most `times` times in a round of the loop.
    """

    factor: int
    low: int
    high: int
    times: int = 1


@dataclass(slots=True)
class Frame:
    """A loop while it is rewritten: `head` is what holds when a round begins, `after` when the loop has ended.

    `after` is None as long as it is not known. `backs` and `breaks` are the variables where a round and where the loop
    ends, and `steps` the assignments in it.
    """

    head: Variables
    after: Variables | None
    rounds: int
    backs: list[Variables] = field(default_factory=list)
    breaks: list[Variables] = field(default_factory=list)
    steps: dict[str, list[Step]] = field(default_factory=dict)

    def copy(self) -> Frame:
        steps = {name: list(steps) for name, steps in self.steps.items()}
        return replace(self, backs=list(self.backs), breaks=list(self.breaks), steps=steps)


@dataclass(frozen=True, slots=True)
class Invariant:
    """What holds when a round begins; `first` are variables that are there from the second round on."""

    head: Variables
    first: Variables
    after: Variables | None


def changed_in(node: ast.AST) -> list[str]:
    """The variables that are assigned in a loop."""
    names = (each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
    return list(dict.fromkeys(names))


def divided_in(node: ast.While) -> tuple[str, int] | None:
    """The variable that a loop runs to 0, dividing it in each round, and by what at least; None if there is none.

    To clear the lowest bit counts as to halve: if it is not negative it is at 0 after as many rounds as it has bits.
    """
    tests = node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And) else [node.test]
    tested = {ast.unparse(each).removesuffix(" > 0").removesuffix(" != 0") for each in tests}
    if any(isinstance(each, ast.Continue) for each in ast.walk(node)):
        return None
    stores = [each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    for statement in node.body:
        match statement:
            case ast.AugAssign(target=ast.Name(name), op=op, value=value):
                divisor = _divisor(name, op, value)
            case ast.Assign(targets=[ast.Name(name)], value=ast.BinOp(left=ast.Name(old), op=op, right=value)):
                divisor = _divisor(name, op, value) if old == name else None
            case _:
                continue
        if name in tested and stores.count(name) == 1 and divisor is not None:
            return name, divisor
    return None


def _divisor(name: str, op: ast.operator, value: ast.expr) -> int | None:
    match op, value:
        case ast.RShift(), ast.Constant(int(count)) if 1 <= count < 64:
            return 1 << count
        case ast.FloorDiv(), ast.Constant(int(divisor)) if divisor > 1:
            return divisor
        case ast.BitAnd(), ast.BinOp(left=ast.Name(old), op=ast.Sub(), right=ast.Constant(1)) if old == name:
            return 2
    return None


def rounds_of(node: ast.While, variables: Variables) -> int:
    """How many rounds a loop has at most, from these variables on."""
    name, divisor = divided_in(node) or ("", 0)
    value, rounds = variables.get(name), 0
    if not isinstance(value, Value) or value.low < 0 or not value.bounded:
        return ROUNDS
    left = value.high
    while left:
        left, rounds = left // divisor, rounds + 1
    return rounds


def step_of(name: str, node: ast.expr, value: Value, seen: Seen) -> Step:
    """The assignment of `node` to `name`."""
    step = None if value.word else _step(name, node, seen)
    return Step(0, value.low, value.high) if step is None or step.factor == 0 else step


def _step(name: str, node: ast.expr, seen: Seen) -> Step | None:
    """The value of `node` in terms of what `name` is in it; None where that is not simple."""
    match node:
        case ast.Name() if node.id == name:
            return Step(1, 0, 0)
        case ast.IfExp():
            one, other = _step(name, node.body, seen), _step(name, node.orelse, seen)
            if one is None or other is None or one.factor != other.factor:
                return None
            return Step(one.factor, min(one.low, other.low), max(one.high, other.high))
        case ast.BinOp():
            return _moved(name, node.op, node.left, node.right, seen) or _moved(
                name, node.op, node.right, node.left, seen, turned=True
            )
    return None


def _moved(name: str, op: ast.operator, base: ast.expr, by: ast.expr, seen: Seen, turned: bool = False) -> Step | None:
    """`base op by`, or `turned` around, where `base` is a step."""
    step, other = _step(name, base, seen), seen.get(by)
    if step is None or other is None:
        return None
    match op:
        case ast.Add():
            return Step(step.factor, step.low + other.low, step.high + other.high)
        case ast.Sub() if not turned:
            return Step(step.factor, step.low - other.high, step.high - other.low)
        case ast.BitOr() if seen[base].low >= 0 and other.low >= 0:  # x | y <= x + y
            return Step(step.factor, step.low, step.high + other.high)
        case ast.Mult() if other.low == other.high >= 1:
            return Step(step.factor * other.low, step.low * other.low, step.high * other.low)
        case ast.LShift() if not turned and 0 <= other.low == other.high < 64:
            return Step(step.factor << other.low, step.low << other.low, step.high << other.low)
    return None


Ends = tuple["int | None", "int | None"]


def reach(start: Value, steps: Iterable[Step], rounds: int) -> Ends:
    """The least and the most that a variable comes to by these steps, each as often as there are rounds.

    None is an end that 64 bits do not hold.
    """
    fresh, moves = [each for each in steps if each.factor == 0], [each for each in steps if each.factor]
    if not moves:
        return None, None
    low, high = min([start.low, *(each.low for each in fresh)]), max([start.high, *(each.high for each in fresh)])
    if any(each.factor > 1 for each in moves):
        if rounds * max(each.times for each in moves) > COMPOUND:
            return None, None
        # No step brings the ends closer to 0, so that the furthest is reached where all are done, in their order.
        low = low if low >= 0 and all(each.low >= 0 for each in moves) else min(low, 0)
        high = max(high, 0)
        for each in [move for _ in range(rounds) for move in moves for _ in range(move.times)]:
            low = max(min(low, each.factor * low + min(each.low, 0)), -FAR)
            high = min(each.factor * high + max(each.high, 0), FAR)
    else:
        for each in moves:
            count = min(rounds * each.times, ROUNDS)
            low, high = low + count * min(each.low, 0), high + count * max(each.high, 0)
    return low if low >= LOWEST else None, high if high <= HIGHEST else None


def invariant(entry: Variables, changed: Sequence[str], certain: bool, run: Callable[[Variables, Variables], Frame],
              words: Arithmetic, node: ast.AST) -> Invariant:
    """What holds of the variables when a round begins, found by `run`, which tries a round.

    `certain` says that there is a first round, after which what it assigns is there.
    """
    entry = without(entry, changed)
    start = {name: settled(replace(value, node=ast.Name(name, ast.Load()))) for name in changed
             if isinstance(value := entry.get(name), Value)}
    head, first = entry | start, Variables()
    attempt = 0
    while True:
        frame = run(head, first)
        new, later = _grown(head, first, frame, entry, changed, certain, words, node, attempt)
        if _key(new) == _key(head) and _key(later) == _key(first):
            break
        head, first, attempt = new, later, attempt + 1
        assert attempt < 100, (head, new)
    for _ in range(3):
        closer = _narrowed(head, frame, entry, words, node)
        if _key(closer) == _key(head):
            break
        tried = run(closer, first)
        new, later = _grown(closer, first, tried, entry, changed, certain, words, node, 1)
        if _key(new) != _key(closer) or _key(later) != _key(first):
            break
        head, frame = closer, tried
    if not frame.breaks:
        return Invariant(head, first, None)
    unset: Variables = {name: Unset() for name in changed}
    return Invariant(head, first, unset | merged(frame.breaks, words, node))


def _grown(head: Variables, first: Variables, frame: Frame, entry: Variables, changed: Sequence[str], certain: bool,
           words: Arithmetic, node: ast.AST, attempt: int) -> tuple[Variables, Variables]:
    """`head` and `first` as they have to be at least, after a round from `head`."""
    if not frame.backs:
        return head, first
    found, new, later = merged(frame.backs, words, node), dict(head), dict(first)
    for name in changed:
        value, old = found.get(name, Unset()), head.get(name, Unset())
        if isinstance(old, Value):
            start = entry[name]
            assert isinstance(start, Value), name
            most = reach(start, frame.steps.get(name, []), frame.rounds)
            new[name] = _wider(name, old, value, most, words, node, attempt)
        elif certain and isinstance(value, Value) and not isinstance(entry.get(name), Value):
            old = first.get(name, replace(settled(value), node=ast.Name(name, ast.Load())))
            later[name] = _wider(name, old, value, (None, None), words, node, attempt)
    return new, later


def _wider(name: str, old: Value | Unset, value: Value | Unset, most: Ends, words: Arithmetic, node: ast.AST,
           attempt: int) -> Value | Unset:
    """Bounds for what was `old` and comes back as `value`; `most` is how far it can get."""
    if isinstance(old, Unset) or isinstance(value, Unset):
        return value if isinstance(value, Unset) else old
    both = merged([{name: old}, {name: value}], words, node)[name]
    if isinstance(both, Unset):
        return both
    least, furthest = (None, None) if both.word or not attempt else most
    low, high = max(min(old.low, value.low), -FAR), min(max(old.high, value.high), FAR)
    bits, guess = max(abs(low), abs(high)).bit_length(), attempt - EXACT
    if low < old.low and least is not None and (least >= old.low or guess < GUESSES):
        low = min(old.low, least)
    elif low < old.low and guess >= 0:
        low = 0 if low >= 0 else -(1 << bits) if not guess else next(end for end in LOWER if end <= low)
    if high > old.high and furthest is not None and (furthest <= old.high or guess < GUESSES):
        high = max(old.high, furthest)
    elif high > old.high and guess >= 0:
        high = (1 << bits) - 1 if not guess else next(end for end in UPPER if end >= high)
    if both.word or both.type.width < 64:
        low, high = max(low, bounds(both.type)[0]), min(high, bounds(both.type)[1])
    return settled(replace(both, node=ast.Name(name, ast.Load()), low=low, high=high))


def _narrowed(head: Variables, frame: Frame, entry: Variables, words: Arithmetic, node: ast.AST) -> Variables:
    """`head` with the bounds that a round from it, or one's steps, are seen to keep."""
    if not frame.backs:
        return head
    found, closer = merged(frame.backs, words, node), dict(head)
    for name, old in head.items():
        value, start = found.get(name), entry.get(name)
        if not (name.isidentifier() and name in frame.steps):
            continue
        if not (isinstance(old, Value) and isinstance(value, Value) and isinstance(start, Value)):
            continue
        low, high = min(start.low, value.low), max(start.high, value.high)
        if not old.word:
            least, furthest = reach(start, frame.steps[name], frame.rounds)
            low = low if least is None else max(low, least)
            high = high if furthest is None else min(high, furthest)
        closer[name] = settled(old.between(low, high))
    return closer


def _key(state: Variables) -> list[object]:
    """What two states are compared by: everything but the nodes."""
    return [(name, value.type.name, value.low, value.high, value.word, value.literal, value.constant)
            if isinstance(value, Value) else (name, value.why is None) for name, value in state.items()]


def snapshot(state: Variables) -> tuple[object, ...]:
    """A key for all that a state says."""
    return tuple(sorted(map(repr, _key(state))))

