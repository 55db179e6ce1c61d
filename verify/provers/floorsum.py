"""Floors of lines: division by a constant against a multiplication and a shift, decided exactly and without a solver.

Over a range of one input x every word is followed as an integer: a line in x, floor((a*x + b) / c), or a sum of such.
Where it cannot be told whether a word wraps, changes its sign or meets a condition, the range is split at the input
where that changes. What remains is whether two floors are equal on a range. One of the two lines lies above the other
up to where they cross, and so do their floors; the floors are equal everywhere if their sums are, and a sum of floors
takes O(log) steps (as Euclid's algorithm: Graham, Knuth and Patashnik, Concrete Mathematics, section 3.5). Bisection
of the prefixes finds the first input where they differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import ceil, gcd
from math import floor as floor_of
from typing import Final, NoReturn

from ...ir import terms
from ...ir.evaluate import fold
from ...ir.graph import CONST, FALSE, LEAVES, TRUE, Node, rewrite, substitute, topological
from ...ir.primes import TABLE
from ...jobs.limits import Deadline
from .query import Answer, DontKnow, Query, Sat, Unsat

FLAGS = 4  # leaves of one bit, each of which doubles the work


@dataclass(frozen=True, slots=True)
class FloorSum:
    """Decides queries over one word and a few flags.

    `pieces` bounds the ranges of inputs that are looked at, `limit` the operations of the query.
    """

    pieces: int = 200
    limit: int = 150
    name: str = "floor sums"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        words = [leaf for leaf in query.leaves if leaf.width > 1]
        flags = [leaf for leaf in query.leaves if leaf.width == 1]
        if len(words) != 1 or len(flags) > FLAGS or sum(1 for _ in topological(query.conditions)) > self.limit:
            return DontKnow(f"{self.name}: not a query over one word")
        try:
            for bits in product((FALSE, TRUE), repeat=len(flags)):
                fixed = dict(zip(flags, bits, strict=True))
                found = self._first(lowered(substitute(query.conditions, fixed)), words[0], deadline)
                if found is not None:
                    return Sat({words[0]: found, **{flag: int(bit is TRUE) for flag, bit in fixed.items()}}, self.name)
        except Lost as problem:
            return DontKnow(f"{self.name}: {problem}")
        return Unsat(self.name)

    def _first(self, conditions: Sequence[Node], word: Node, deadline: Deadline) -> int | None:
        """An input at which all conditions hold; Lost where that is not decided."""
        open_ = [(0, (1 << word.width) - 1)]
        for _ in range(self.pieces):
            if not open_:
                return None
            if deadline.passed():
                raise Lost("no time left")
            low, high = open_.pop()
            try:
                found = Range(word, low, high).first(conditions)
            except Split as split:
                open_ += [(split.at, high), (low, split.at - 1)]
                continue
            if found is not None:
                return found
        raise Lost(f"more than {self.pieces} ranges")


class Lost(Exception):
    """Something is no sum of floors, or the work has grown too large."""


class Split(Exception):
    """What holds below the input `at` is another thing than what holds from there on."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


# --- floors -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Floor:
    """floor((a*x + b) / c), with c > 0."""

    a: int
    b: int
    c: int

    def at(self, x: int) -> int:
        return (self.a * x + self.b) // self.c


def floor(a: int, b: int, c: int) -> Floor:
    common = gcd(a, c)  # floor((g*n + b) / (g*d)) == floor((n + floor(b / g)) / d)
    return Floor(a // common, b // common, c // common)


def floor_sum(n: int, a: int, b: int, c: int) -> int:
    """The sum of floor((a*i + b) / c) for i = 0, 1 ... n - 1."""
    total = 0
    while n > 0:
        total += n * (n - 1) // 2 * (a // c) + n * (b // c)
        a, b = a % c, b % c
        top = a * n + b
        if top < c:
            break
        # count the lattice points below the line by rows instead of by columns
        n, a, b, c = top // c, c, top % c, a
    return total


def first_difference(f: Floor, g: Floor, low: int, high: int) -> int | None:
    """The first x in low..high at which f and g differ."""
    slope, start = f.a * g.c - g.a * f.c, f.b * g.c - g.b * f.c  # of the lines' difference, times f.c * g.c
    ranges = [(low, high)]
    if slope:
        turn = -(start // slope)  # the lines change places between turn - 1 and turn
        turn = min(max(turn, low), high + 1)
        ranges = [(low, turn - 1), (turn, high)]
    for first, last in ranges:
        if first <= last and (found := _difference(f, g, first, last)) is not None:
            return found
    return None


def _difference(f: Floor, g: Floor, low: int, high: int) -> int | None:
    """The same where one line is nowhere below the other."""

    def differs(count: int) -> bool:
        return floor_sum(count, f.a, f.a * low + f.b, f.c) != floor_sum(count, g.a, g.a * low + g.b, g.c)

    least, most = 0, high - low + 1  # the sums agree for `least` inputs
    if not differs(most):
        return None
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if differs(middle) else (middle, most)
    return low + least


# --- sums of them -----------------------------------------------------------------------------------------------------

Atom = Floor | tuple["Sum", int]  # a floor of a line, or of a sum by a number
Sum = tuple[int, int, tuple[tuple[Atom, int], ...]]  # b, a, and (atom, factor): b + a*x + factor*atom + ...


@dataclass(frozen=True, slots=True)
class Value:
    """A sum, and bounds of it on the range at hand."""

    sum: Sum
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Different:
    """f != g."""

    f: Floor
    g: Floor


@dataclass(frozen=True, slots=True)
class Joined:
    """All of the parts hold, or one of them."""

    all: bool
    parts: tuple[Truth, ...]


@dataclass(frozen=True, slots=True)
class Equal:
    """f == g."""

    f: Floor
    g: Floor


Truth = bool | Different | Equal | Joined


def joined(all_: bool, parts: Sequence[Truth]) -> Truth:
    open_ = tuple(part for part in parts if part is not all_)
    if not all(part is not (not all_) for part in open_):
        return not all_
    return all_ if not open_ else open_[0] if len(open_) == 1 else Joined(all_, open_)


def negated(truth: Truth) -> Truth:
    match truth:
        case bool():
            return not truth
        case Different(f, g):
            return Equal(f, g)
        case Equal(f, g):
            return Different(f, g)
        case Joined(all_, parts):
            return Joined(not all_, tuple(map(negated, parts)))


def _plus(x: Sum, y: Sum, times: int = 1) -> Sum:
    factors = dict(x[2])
    for atom, factor in y[2]:
        factors[atom] = factors.get(atom, 0) + times * factor
    atoms = tuple(sorted(((atom, factor) for atom, factor in factors.items() if factor), key=repr))
    return x[0] + times * y[0], x[1] + times * y[1], atoms


def _single(x: Sum) -> Floor | None:
    """`x` as one floor."""
    b, a, atoms = x
    if len(atoms) == 0:
        return Floor(a, b, 1)
    (inner, sign), *others = atoms
    if others or abs(sign) != 1:
        return None
    f = _flat(inner)
    if f is None:
        return None
    f = f if sign == 1 else _minus(f)
    return floor(f.a + a * f.c, f.b + b * f.c, f.c)


def _flat(atom: Atom) -> Floor | None:
    """The floor of a sum that is one floor itself, as one."""
    if isinstance(atom, Floor):
        return atom
    f = _single(atom[0])
    return None if f is None else floor(f.a, f.b, f.c * atom[1])


def _minus(f: Floor) -> Floor:
    # -floor(n / c) == floor((-n + c - 1) / c)
    return Floor(-f.a, f.c - 1 - f.b, f.c)


def _of_floor(f: Floor) -> Sum:
    return (f.b, f.a, ()) if f.c == 1 else (f.b // f.c, f.a // f.c, ((Floor(f.a % f.c, f.b % f.c, f.c), 1),))


def _absorbed(x: Sum) -> Sum:
    """`x` with all it has beside a floor of a sum drawn into that: floor(e / d) + t == floor((e + d*t) / d)."""
    for atom, factor in x[2]:
        if not isinstance(atom, Floor) and factor == 1:
            inner, d = atom
            rest = _plus(x, (0, 0, ((atom, 1),)), -1)
            f = _single(_plus(inner, rest, d)) if rest[2] else None
            if f is not None:
                return _of_floor(floor(f.a, f.b, f.c * d))
    return x


@dataclass(frozen=True, slots=True)
class Near:
    """slope*x + low <= sum <= slope*x + high."""

    slope: Fraction
    low: Fraction
    high: Fraction


def _near(x: Sum) -> Near:
    """The line that a sum runs along, and how far it strays from it. As deep as divisions are nested."""
    b, a, atoms = x
    slope, low, high = Fraction(a), Fraction(b), Fraction(b)
    for atom, factor in atoms:
        if isinstance(atom, Floor):
            line, d = Near(Fraction(atom.a), Fraction(atom.b), Fraction(atom.b)), atom.c
        else:
            line, d = _near(atom[0]), atom[1]
        # floor(n / d) >= (n - d + 1) / d
        ends = sorted((factor * (line.low - d + 1) / d, factor * line.high / d))
        slope, low, high = slope + factor * line.slope / d, low + ends[0], high + ends[1]
    return Near(slope, low, high)


class Range:
    """The words of a graph for `word` from `low` to `high`."""

    def __init__(self, word: Node, low: int, high: int) -> None:
        self.low, self.high = low, high
        self._words: dict[Node, Value | Truth] = {word: Value((0, 1, ()), low, high)}

    def first(self, conditions: Sequence[Node]) -> int | None:
        """An input at which the conditions hold, or None where there is none; Lost, or Split, where that is open."""
        truths: list[Truth] = []
        for condition in conditions:
            truth = self._truth(self._of(condition))
            if truth is False:
                return None
            truths.append(truth)
        candidates = [self._candidate(truth) for truth in truths]
        if None in candidates:
            return None
        if sum(truth is not True for truth in truths) > 1:
            raise Lost("several conditions at once")
        return max(x for x in candidates if x is not None)

    def _candidate(self, truth: Truth) -> int | None:
        """The first input at which `truth` holds; None if there is none."""
        if isinstance(truth, bool):
            return self.low if truth else None
        if isinstance(truth, Equal):
            raise Lost("whether floors are ever equal")
        if isinstance(truth, Different):
            return first_difference(truth.f, truth.g, self.low, self.high)
        found = [self._candidate(part) for part in truth.parts]
        if not truth.all:
            return min((at for at in found if at is not None), default=None)
        if None in found:
            return None
        raise Lost("several conditions at once")

    # --- walking

    def _of(self, root: Node) -> Value | Truth:
        """What `root` is here. Of a select only the side is looked at that is taken."""
        words = self._words
        stack = [root]
        while stack:
            node = stack[-1]
            needed = self._needed(node)
            if needed:
                stack += needed
                continue
            stack.pop()
            if node not in words:
                words[node] = self._read(node)
        return words[root]

    def _needed(self, node: Node) -> list[Node]:
        """The arguments that `node` waits for."""
        if node in self._words:
            return []
        first = node.args[0] if node.args else node
        if node.op == "select" and first in self._words:
            return [side for side in [self._taken(node)] if side not in self._words]
        if _joins(node) and first in self._words and self._truth(self._words[first]) is (node.op == "or"):
            return []
        lazy = node.op == "select" or _joins(node) and first not in self._words
        return [arg for arg in node.args[: 1 if lazy else None] if arg not in self._words]

    def _taken(self, node: Node) -> Node:
        condition = self._truth(self._words[node.args[0]])
        if not isinstance(condition, bool):
            raise Lost("a choice that depends on whether floors are equal")
        return node.args[1 if condition else 2]

    def _read(self, node: Node) -> Value | Truth:
        if node.op == CONST:
            return bool(node.data) if node.width == 1 else constant(int(node.data))
        if node.op == "select":
            return self._words[self._taken(node)]
        args = [self._words[arg] for arg in node.args if arg in self._words]  # `and` and `or` may need but one
        w = node.args[0].width if node.args else node.width
        if w == 1 and node.op in ("and", "or", "xor", "not", "eq", "ne"):
            return self._logic(node.op, [self._truth(arg) for arg in args])
        return self._arithmetic(node.op, w, node.width, [self._number(arg) for arg in args])

    def _logic(self, op: str, args: Sequence[Truth]) -> Truth:
        match op, args:
            case ("and" | "or"), _:
                return joined(op == "and", args)
            case "not", (x,):
                return negated(x)
            case _, (x, bool() as y) | (bool() as y, x):
                return negated(x) if y != (op == "eq") else x
        raise Lost("two conditions compared")

    def _arithmetic(self, op: str, w: int, v: int, args: Sequence[Value]) -> Value | Truth:
        x = args[0]
        y = args[1] if len(args) > 1 else x
        match op:
            case "add":
                return self.wrapped(_plus(x.sum, y.sum), w, x.low + y.low, x.high + y.high)
            case "sub":
                return self.wrapped(_plus(x.sum, y.sum, -1), w, x.low - y.high, x.high - y.low)
            case "neg":
                return self.wrapped(_plus(NOTHING, x.sum, -1), w, -x.high, -x.low)
            case "not":
                return self.value(_plus(((1 << w) - 1, 0, ()), x.sum, -1), (1 << w) - 1 - x.high, (1 << w) - 1 - x.low)
            case "mul":
                x, k = _and_constant(x, y)
                k -= (1 << w) * (k >> w - 1)  # the one nearer to 0 of those that are congruent
                ends = sorted((x.low * k, x.high * k))
                return self.wrapped(_plus(NOTHING, x.sum, k), w, ends[0], ends[1])
            case "udiv":
                return self.quotient(x, fixed(y)) if fixed(y) else constant((1 << w) - 1)
            case "urem":
                return self.rest(x, fixed(y)) if fixed(y) else x
            case "and":
                return self.masked(*_and_constant(x, y))
            case "xor":  # x ^ y == x + y - 2*(x & y)
                x, k = _and_constant(x, y)
                both = self.masked(x, k)
                return self.value(_plus(_plus(x.sum, (k, 0, ())), both.sum, -2), 0, (1 << w) - 1)
            case "shl":
                by = fixed(y)
                return self.wrapped(_plus(NOTHING, x.sum, 1 << by), w, x.low << by, x.high << by) if by < w else ZERO
            case "lshr":
                return self.quotient(x, 1 << min(fixed(y), w))
            case "zext":
                return x
            case "trunc":
                return self.wrapped(x.sum, v, x.low, x.high)
            case "ult":
                return self.less(x, y)
            case "ule":
                return negated(self.less(y, x))
            case "eq":
                return negated(self.different(x, y, w))
            case "ne":
                return self.different(x, y, w)
        raise Lost(f"{op} is not followed")

    def _number(self, word: Value | Truth) -> Value:
        if isinstance(word, Value):
            return word
        if isinstance(word, bool):
            return constant(int(word))
        raise Lost("a number that depends on whether floors are equal")

    def _truth(self, word: Value | Truth) -> Truth:
        return self.at_least(word, 1) if isinstance(word, Value) else word

    # --- values

    def value(self, sum_: Sum, low: int, high: int) -> Value:
        """A sum with its bounds: exact for one floor, else the better of those given and those of its parts."""
        sum_ = _absorbed(sum_)
        f = _single(sum_)
        if f is not None:
            ends = sorted((f.at(self.low), f.at(self.high)))
            return Value(sum_, ends[0], ends[1])
        near = _near(sum_)
        least, most = sorted((near.slope * self.low, near.slope * self.high))
        return Value(sum_, max(low, ceil(least + near.low)), min(high, floor_of(most + near.high)))

    def split(self, v: Value, threshold: int) -> NoReturn:
        """Split where `v` comes to be at least `threshold`, or no longer is; both occur."""
        f = _single(v.sum)
        if f is None:
            raise Lost("a word that may be on both sides of a limit, and is no single floor")
        low, high = self.low, self.high
        first = f.at(low) >= threshold
        while high - low > 1:  # f is monotone
            middle = (low + high) // 2
            low, high = (middle, high) if (f.at(middle) >= threshold) == first else (low, middle)
        assert self.low < high <= self.high, (self.low, high, self.high)
        raise Split(high)

    def at_least(self, v: Value, threshold: int) -> bool:
        if v.low < threshold <= v.high:
            self.split(v, threshold)
        return v.low >= threshold

    def quotient(self, v: Value, d: int) -> Value:
        """floor(v / d)."""
        low, high = v.low // d, v.high // d
        if low == high:
            return constant(low)
        f = _single(v.sum)
        if f is not None and high == low + 1:
            self.split(v, high * d)
        if f is None or any(factor != 1 for _, factor in v.sum[2]):
            return self.value((0, 0, (((v.sum, d), 1),)), low, high)
        return self.value(_of_floor(floor(f.a, f.b, f.c * d)), low, high)

    def rest(self, v: Value, d: int) -> Value:
        """v modulo d."""
        whole = self.quotient(v, d)
        if whole.low == whole.high:
            return self.value(_plus(v.sum, whole.sum, -d), v.low - d * whole.low, v.high - d * whole.low)
        return self.value(_plus(v.sum, whole.sum, -d), 0, d - 1)

    def wrapped(self, sum_: Sum, w: int, low: int, high: int) -> Value:
        """The sum as a word."""
        return self.rest(self.value(sum_, low, high), 1 << w)

    def masked(self, v: Value, mask: int) -> Value:
        """v & mask: the low bits, or the high ones."""
        if v.low == v.high:
            return constant(v.low & mask)
        if mask & mask + 1 == 0:
            return self.rest(v, mask + 1)
        low = mask & -mask
        if (mask + low) > v.high and (mask + low) & (mask + low) - 1 == 0:
            below = self.rest(v, low)
            return self.value(_plus(v.sum, below.sum, -1), 0, v.high)
        raise Lost(f"the mask {mask:#x}")

    def less(self, x: Value, y: Value) -> Truth:
        if x.high < y.low or x.low >= y.high:
            return x.high < y.low
        difference = self.value(_plus(y.sum, x.sum, -1), y.low - x.high, y.high - x.low)
        return self.at_least(difference, 1)

    def _difference(self, x: Value, y: Value, w: int) -> Sum:
        """A sum that is 0 where the words are equal, and nowhere else: x - y, without what wrapping took away."""
        b, a, atoms = _plus(x.sum, y.sum, -1)
        near = self.value((b, a, tuple((atom, factor) for atom, factor in atoms if factor % (1 << w))), -2 << w, 2 << w)
        if -1 << w < near.low and near.high < 1 << w:  # congruent to x - y, and as small
            return near.sum
        return _absorbed((b, a, atoms))

    def different(self, x: Value, y: Value, w: int) -> Truth:
        if x.high < y.low or y.high < x.low:
            return True
        b, a, atoms = self._difference(x, y, w)
        if not atoms and not a:
            return b != 0
        flat = [(_flat(atom), factor) for atom, factor in atoms]
        if len(flat) == 2 and flat[0][0] is not None and flat[1][0] is not None:
            (f, k), (g, m) = (flat[0][0], flat[0][1]), (flat[1][0], flat[1][1])
            if k == m:
                g, m = _minus(g), -m
            if k == -m and a % k == 0 and b % k == 0:  # k * (f - g + a/k*x + b/k) != 0
                f = Floor(f.a + a // k * f.c, f.b + b // k * f.c, f.c)
                return Different(f, g)
        if _single((b, a, atoms)) is not None:
            v = self.value((b, a, atoms), -2 << w, 2 << w)
            return self.at_least(v, 1) or not self.at_least(v, 0)
        raise Lost("more than two floors")


def _joins(node: Node) -> bool:
    return node.width == 1 and node.op in ("and", "or")


def constant(number: int) -> Value:
    return Value((number, 0, ()), number, number)


def _and_constant(x: Value, y: Value) -> tuple[Value, int]:
    """Two words, one of them constant."""
    return (x, y.low) if y.low == y.high else (y, fixed(x))


def fixed(v: Value) -> int:
    if v.low != v.high:
        raise Lost("an operation of two words")
    return v.low


NOTHING: Final[Sum] = (0, 0, ())
ZERO: Final = constant(0)

_FOLLOWED = frozenset("select zext trunc add sub neg not mul udiv urem and or xor shl lshr ult ule eq ne".split())


def lowered(conditions: Sequence[Node]) -> list[Node]:
    """The conditions over the operations that are followed; `or` is one of them for truth values alone."""

    def step(node: Node) -> Node:
        node = fold(node)
        if node.op in LEAVES or node.op in _FOLLOWED and (node.op != "or" or node.width == 1):
            return node
        if TABLE[node.op].meaning is None:
            return node
        return rewrite([terms.expand(TABLE[node.op], node.args, node.width)], step)[0]

    return rewrite(conditions, step)
