"""Proofs for all widths at once: words as polynomials with integer coefficients that know nothing of a width.

A word is a sum of products of conjunctions of base words. What is used holds modulo 2**w for every w: x | y is
x + y - (x & y), ~x is -1 - x, a bitwise function of words is the sum of conjunctions that its truth table says, a left
shift is a product with a power of two, and twice the sign bit is 0. Two words whose difference is the polynomial 0 are
equal at every width. A condition that is open, `x < y` or a sign, is tried both ways.

Anything else is a word of its own, the same one where its arguments are. So the answer is yes or nothing: a model is
never found. Where a constant other than 0 had to be no multiple of 2**w, the answer holds from some width on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from ...ir.graph import CONST, LEAVES, Node, topological
from ...ir.primes import TABLE
from ...ir.widths import Meaning

Atom: TypeAlias = "tuple[int, ...]"  # a conjunction of base words, by their numbers in order
Monomial: TypeAlias = "tuple[Atom, ...]"  # a product of conjunctions, in order; the empty one is the number 1
Poly: TypeAlias = "dict[Monomial, int]"
Key: TypeAlias = "tuple[object, ...]"  # what a base word or an open condition is

TERMS = 300  # in a polynomial
BASES = 6  # under one bitwise function
CASES = 2000
PLACES = 32  # after which every constant pattern begins again
TOP = 0  # the base word that is the sign bit alone
WIDTH = 1  # the base word that is the width
TOP_BIT: Poly = {((TOP,),): 1}


class NoArgument(Exception):
    """This is not shown for all widths."""


def never(conditions: Sequence[Node], meanings: Mapping[Node, Meaning]) -> int:
    """The width from which on `conditions`, words of width 1, hold together nowhere. NoArgument: not shown.

    `meanings` says of some leaves which constants they are.
    """
    return _shown(conditions, meanings, lambda case: not all(map(case.truth, conditions)))


def always(conditions: Sequence[Node], meanings: Mapping[Node, Meaning]) -> int:
    """The width from which on `conditions` hold whatever their leaves are. NoArgument: not shown."""
    return _shown(conditions, meanings, lambda case: all(map(case.truth, conditions)))


def _shown(conditions: Sequence[Node], meanings: Mapping[Node, Meaning], holds: Callable[[_Case], bool]) -> int:
    """Tries cases that together are all: what is open in one is split."""
    if len({node.width for node in topological(conditions)} - {1}) > 1:
        raise NoArgument("there are words of several widths")
    words = _Words(meanings)
    waiting: list[dict[Key, bool]] = [{}]
    for _ in range(CASES):
        if not waiting:
            return words.least
        decided = waiting.pop()
        try:
            if not holds(_Case(words, decided)):
                raise NoArgument("one case is not excluded")
        except _Open as split:
            waiting += [{**decided, split.key: truth} for truth in (True, False)]
        except RecursionError:
            raise NoArgument("the expression is too deep") from None
    raise NoArgument("there are too many cases")


class _Open(Exception):
    """Whether `key` holds is to be tried both ways."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key


class _Words:
    """The base words by what they are, and the width from which on all that was used holds."""

    def __init__(self, meanings: Mapping[Node, Meaning]) -> None:
        self.meanings = meanings
        self.least = 2
        self._numbers: dict[Key, int] = {("top",): TOP, ("width",): WIDTH}
        self._inputs: set[int] = set()
        self._made_of: dict[int, Poly] = {}
        self.patterns: dict[int, tuple[int, int]] = {}  # period and bits of the base words that are constant patterns

    def number(self, key: Key) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def made_of(self, number: int) -> Poly | None:
        """The polynomial that a base word stands for, if it does."""
        return self._made_of.get(number)

    def from_width(self, width: int) -> None:
        """What follows holds from `width` bits on."""
        self.least = max(self.least, width)

    def is_input(self, number: int) -> bool:
        return number in self._inputs

    def input(self, node: Node) -> int:
        number = self.number(("leaf", node))
        self._inputs.add(number)
        return number

    def pattern(self, period: int, bits: int) -> int:
        number = self.number(("pattern", period, bits))
        self.patterns[number] = period, bits
        return number

    def vanishes(self, poly: Poly) -> bool:
        """Whether a sum of conjunctions is 0 because it adds up to 0 in every bit."""
        found = _sums(poly, self.patterns)
        return found is not None and {*found[1]} <= {0, None}

    def base(self, poly: Poly) -> tuple[int, bool]:
        """The base word for a polynomial, and whether it is the complement: x & -x and x & ~(x - 1) have the same."""
        other = _complement(poly)
        leading = [value for monomial, value in _ordered(poly) if monomial and not _has_top(monomial)]
        inverted = leading[0] < 0 if leading else poly.get((), 0) < 0
        chosen = other if inverted else poly
        number = self.number(("word", key_of(chosen)))
        self._made_of[number] = chosen
        return number, inverted


# --- polynomials ------------------------------------------------------------------------------------------------------


def plus(a: Poly, b: Poly, factor: int = 1) -> Poly:
    """a + factor * b."""
    found = dict(a)
    for monomial, value in b.items():
        _put(found, monomial, found.get(monomial, 0) + factor * value)
    return _small(found)


def times(a: Poly, b: Poly) -> Poly:
    found: Poly = {}
    for left, x in a.items():
        for right, y in b.items():
            monomial = tuple(sorted((*left, *right)))
            _put(found, monomial, found.get(monomial, 0) + x * y)
    return _small(found)


def _put(poly: Poly, monomial: Monomial, value: int) -> None:
    value = value % 2 if _has_top(monomial) else value  # twice the sign bit is 0, and any multiple of that
    if value:
        poly[monomial] = value
    else:
        poly.pop(monomial, None)


def _small(poly: Poly) -> Poly:
    if len(poly) > TERMS:
        raise NoArgument("a polynomial has too many terms")
    return poly


def _has_top(monomial: Monomial) -> bool:
    return any(TOP in atom for atom in monomial)


def _ordered(poly: Poly) -> list[tuple[Monomial, int]]:
    return sorted(poly.items())


def key_of(poly: Poly) -> Key:
    return tuple(_ordered(poly))


def number_of(poly: Poly) -> int | None:
    """The number that a polynomial is."""
    return poly.get((), 0) if not poly.keys() - {()} else None


# --- bitwise functions: a bit of the result for each row, a set of base words whose bits are 1 ------------------------


@dataclass(frozen=True, slots=True)
class _Table:
    bases: Atom
    rows: tuple[bool, ...]  # row r: bit i of r is that of bases[i]

    def over(self, bases: Atom) -> tuple[bool, ...]:
        """The rows over more base words."""
        places = [bases.index(base) for base in self.bases]
        return tuple(self.rows[sum((row >> place & 1) << index for index, place in enumerate(places))]
                     for row in range(1 << len(bases)))

    def at(self, bit: Callable[[int], bool]) -> bool:
        """The bit of the result where `bit` gives that of each base word."""
        return self.rows[sum(bit(base) << index for index, base in enumerate(self.bases))]


def _sums(poly: Poly, patterns: Mapping[int, tuple[int, int]]) -> tuple[Atom, list[int | None]] | None:
    """The base words of a sum of conjunctions, and what their coefficients add up to in each row.

    None in a row that no bit has: those where the constant patterns are not what they are at any place.
    """
    if any(len(monomial) > 1 for monomial in poly):
        return None
    bases = tuple(sorted({base for monomial in poly for atom in monomial for base in atom}))
    if len(bases) > BASES:
        return None
    parts = [(sum(1 << bases.index(base) for atom in monomial for base in atom), value if monomial else -value)
             for monomial, value in poly.items()]
    fixed = {index: patterns[base] for index, base in enumerate(bases) if base in patterns}
    sums: list[int | None] = []
    for row in range(1 << len(bases)):
        total = sum(value for inside, value in parts if inside & ~row == 0)
        there = any(all(pattern >> place % period & 1 == row >> index & 1
                        for index, (period, pattern) in fixed.items()) for place in range(PLACES if fixed else 1))
        at_top = TOP in bases and row >> bases.index(TOP) & 1
        sums.append((total % 2 if at_top else total) if there else None)
    return bases, sums


def table_of(poly: Poly, patterns: Mapping[int, tuple[int, int]] = MappingProxyType({})) -> _Table | None:
    """The bitwise function that a polynomial is, if it is one.

    A sum of c[S] * S over conjunctions S is the word whose bits are t = sum of c[S] over the S that are 1 there, where
    all ones is the empty S: where each t is 0 or 1, those are the bits. At the sign bit, t counts modulo 2.
    """
    found = _sums(poly, patterns)
    if found is None or not {*found[1]} <= {0, 1, None}:
        return None
    return _Table(found[0], tuple(map(bool, found[1])))


def poly_of(table: _Table) -> Poly:
    """The sum of conjunctions that a bitwise function is."""
    values = list(map(int, table.rows))
    for index in range(len(table.bases)):
        for row in range(len(values)):
            if row >> index & 1:
                values[row] -= values[row ^ 1 << index]
    found: Poly = {}
    for row, value in enumerate(values):
        atom = tuple(base for index, base in enumerate(table.bases) if row >> index & 1)
        _put(found, (atom,) if atom else (), value if atom else -value)
    return found


# --- one case ---------------------------------------------------------------------------------------------------------


class _Case:
    """What nodes are where some open conditions are decided."""

    def __init__(self, words: _Words, decided: Mapping[Key, bool]) -> None:
        self.words = words
        self.decided = decided
        self._polys: dict[Node, Poly] = {}
        self._truths: dict[Node, bool] = {}
        self._equal: dict[int, Poly] = {}  # inputs that are decided to be another one, or a number
        for key, holds in decided.items():
            if holds and key[0] == "zero" and isinstance(key[1], tuple):
                self._learn(dict(key[1]))

    def _learn(self, zero: Poly) -> None:
        """That `zero` is 0, where it is the difference of an input and another one, or a number."""
        inputs = [monomial for monomial in zero if monomial]
        for monomial in inputs[::-1]:
            if len(inputs) > 2 or len(monomial) != 1 or len(monomial[0]) != 1 or abs(zero[monomial]) != 1:
                continue
            rest = {other: -value * zero[monomial] for other, value in zero.items() if other != monomial}
            single = len(inputs) == 1 or rest in [{other: 1} for other in inputs]
            if single and monomial[0][0] not in self._equal and self.words.is_input(monomial[0][0]):
                self._equal[monomial[0][0]] = rest
                return

    def _same(self, number: int) -> Poly:
        """The word of an input, or what it was decided to be."""
        for _ in range(len(self._equal)):
            if number not in self._equal:
                break
            poly = self._equal[number]
            names = [monomial[0][0] for monomial in poly if monomial]
            if len(names) != 1 or poly != {((names[0],),): 1} or not self.words.is_input(names[0]):
                return poly
            (number,) = names
        return {((number,),): 1}

    def ask(self, key: Key) -> bool:
        if key not in self.decided:
            raise _Open(key)
        return self.decided[key]

    # --- words ---

    def word(self, node: Node) -> Poly:
        if node not in self._polys:
            self._polys[node] = self._leaf(node) if node.op in LEAVES else self._operation(node)
        return self._polys[node]

    def _leaf(self, node: Node) -> Poly:
        meaning = self.words.meanings.get(node)
        if node.op == CONST:
            raise NoArgument("a constant has no meaning at other widths")
        if meaning is None:
            return self._same(self.words.input(node))
        if meaning.period:
            return {((self.words.pattern(meaning.period, meaning.pattern),),): 1}
        parts = {((TOP,),): meaning.sign, ((WIDTH,),): meaning.width, (): meaning.number}
        return {monomial: value for monomial, value in parts.items() if value}

    def _operation(self, node: Node) -> Poly:
        known = self._WORDS.get(node.op)
        if known is not None:
            return known(self, *node.args)
        return self._opaque(node)

    def _opaque(self, node: Node) -> Poly:
        return {((self.words.number(self._named(node)),),): 1}

    def _named(self, node: Node) -> Key:
        keys: list[Key] = [(self.truth(arg),) if arg.width == 1 else key_of(self.word(arg)) for arg in node.args]
        return node.op, *(sorted(keys) if "commutative" in TABLE[node.op].laws else keys)

    def _add(self, a: Node, b: Node) -> Poly:
        return plus(self.word(a), self.word(b))

    def _sub(self, a: Node, b: Node) -> Poly:
        return plus(self.word(a), self.word(b), -1)

    def _neg(self, a: Node) -> Poly:
        return plus({}, self.word(a), -1)

    def _not(self, a: Node) -> Poly:
        return _complement(self.word(a))

    def _mul(self, a: Node, b: Node) -> Poly:
        left, right = self.word(a), self.word(b)
        for word, other in ((left, right), (right, left)):
            if word == TOP_BIT:
                return TOP_BIT if self.low(other) else {}
        return times(left, right)

    def _and(self, a: Node, b: Node) -> Poly:
        return self.bitwise(self.word(a), self.word(b), lambda x, y: x and y)

    def _or(self, a: Node, b: Node) -> Poly:
        return self.bitwise(self.word(a), self.word(b), lambda x, y: x or y)

    def _xor(self, a: Node, b: Node) -> Poly:
        return self.bitwise(self.word(a), self.word(b), lambda x, y: x != y)

    def bitwise(self, a: Poly, b: Poly, join: Callable[[bool, bool], bool]) -> Poly:
        left, right = self.table(a), self.table(b)
        bases = tuple(sorted({*left.bases, *right.bases}))
        if len(bases) > BASES:
            raise NoArgument("a bitwise function has too many words")
        return poly_of(_Table(bases, tuple(map(join, left.over(bases), right.over(bases)))))

    def table(self, poly: Poly) -> _Table:
        """A polynomial as a bitwise function, be it of a base word of its own."""
        found = table_of(poly, self.words.patterns)
        if found is None:
            number, inverted = self.words.base(poly)
            found = _Table((number,), (inverted, not inverted))
        return found

    def _shl(self, a: Node, b: Node) -> Poly:
        word, count = self.word(a), self.word(b)
        distance = number_of(count)
        if distance is not None and 0 <= distance <= 128:
            return times(word, {(): 1 << distance})
        if _is_width(count, -1):
            return TOP_BIT if self.low(word) else {}
        if _is_width(count, 0):
            return {}
        return times(word, {((self.words.number(("power", key_of(count))),),): 1})

    def _lshr(self, a: Node, b: Node) -> Poly:
        return self._right("lshr", self.word(a), self.word(b))

    def _ashr(self, a: Node, b: Node) -> Poly:
        return self._right("ashr", self.word(a), self.word(b))

    def _right(self, op: str, word: Poly, count: Poly) -> Poly:
        """A shift to the right: of a bitwise function of words, it is that function of the shifted ones.

        What comes in is 0, where the function must give 0 for zeros, or else the sign of each.
        """
        if number_of(count) == 0:
            return word
        if op == "ashr" and (_is_width(count, -1) or _is_width(count, 0)):
            return {(): -1} if self.sign(word) else {}
        if op == "lshr" and _is_width(count, -1):
            return {(): 1} if self.sign(word) else {}
        if op == "lshr" and _is_width(count, 0):
            return {}
        table = self.table(word)
        if op == "lshr" and table.rows[0]:
            return {((self.words.number((op, key_of(word), key_of(count))),),): 1}
        moved = {base: self.words.number((op, base, key_of(count))) for base in table.bases}
        bases = tuple(sorted(moved.values()))
        places = [bases.index(moved[base]) for base in table.bases]
        rows = [False] * len(table.rows)
        for row, bit in enumerate(table.rows):
            rows[sum((row >> index & 1) << place for index, place in enumerate(places))] = bit
        return poly_of(_Table(bases, tuple(rows)))

    def _urem(self, a: Node, b: Node) -> Poly:
        return self._rest("udiv", a, b)

    def _srem(self, a: Node, b: Node) -> Poly:
        return self._rest("sdiv", a, b)

    def _rest(self, op: str, a: Node, b: Node) -> Poly:
        quotient = self._quotient(op, a, b)
        return plus(self.word(a), times(quotient, self.word(b)), -1)

    def _udiv(self, a: Node, b: Node) -> Poly:
        return self._quotient("udiv", a, b)

    def _sdiv(self, a: Node, b: Node) -> Poly:
        return self._quotient("sdiv", a, b)

    def _quotient(self, op: str, a: Node, b: Node) -> Poly:
        left, right = self.word(a), self.word(b)
        if number_of(right) == 1:
            return left
        return {((self.words.number((op, key_of(left), key_of(right))),),): 1}

    def _select(self, condition: Node, a: Node, b: Node) -> Poly:
        return self.word(a if self.truth(condition) else b)

    def _zext(self, a: Node) -> Poly:
        return self._widened(a, 1)

    def _sext(self, a: Node) -> Poly:
        return self._widened(a, -1)

    def _widened(self, a: Node, one: int) -> Poly:
        if a.width != 1:
            raise NoArgument("there are words of several widths")
        return {(): one} if self.truth(a) else {}

    def _trunc(self, a: Node) -> Poly:
        raise NoArgument("there are words of several widths")

    def _abs(self, a: Node) -> Poly:
        word = self.word(a)
        return plus({}, word, -1) if self.sign(word) else word

    def _least(self, less: Callable[[Poly, Poly], bool], a: Node, b: Node) -> Poly:
        x, y = self.word(a), self.word(b)
        return x if less(x, y) else y

    def _umin(self, a: Node, b: Node) -> Poly:
        return self._least(self.below, a, b)

    def _umax(self, a: Node, b: Node) -> Poly:
        return self._least(lambda x, y: self.below(y, x), a, b)

    def _smin(self, a: Node, b: Node) -> Poly:
        return self._least(self.signed_below, a, b)

    def _smax(self, a: Node, b: Node) -> Poly:
        return self._least(lambda x, y: self.signed_below(y, x), a, b)

    def _uadd_sat(self, a: Node, b: Node) -> Poly:
        return {(): -1} if self._carries(a, b) else self._add(a, b)

    def _usub_sat(self, a: Node, b: Node) -> Poly:
        return {} if self.below(self.word(a), self.word(b)) else self._sub(a, b)

    # --- conditions ---

    def truth(self, node: Node) -> bool:
        if node not in self._truths:
            self._truths[node] = self._truth(node)
        return self._truths[node]

    def _truth(self, node: Node) -> bool:
        if node.op == CONST:
            return bool(node.data)
        if node.op in LEAVES:
            return self.ask(("leaf", node))
        if node.args[-1].width == 1:
            return self._logic(node)
        known = self._TRUTHS.get(node.op)
        return known(self, *node.args) if known is not None else self.ask(self._named(node))

    def _logic(self, node: Node) -> bool:
        known = _LOGIC.get(node.op)
        if known is None:
            raise NoArgument(f"{node.op} of truth values")
        if node.op == "select":
            return self.truth(node.args[1] if self.truth(node.args[0]) else node.args[2])
        first = self.truth(node.args[0])
        if node.op == "and" and not first or node.op == "or" and first:
            return first
        return known(first, *map(self.truth, node.args[1:]))

    def _eq(self, a: Node, b: Node) -> bool:
        return self.zero(self._sub(a, b))

    def _ne(self, a: Node, b: Node) -> bool:
        return not self._eq(a, b)

    def _ult(self, a: Node, b: Node) -> bool:
        return self.below(self.word(a), self.word(b))

    def _ule(self, a: Node, b: Node) -> bool:
        return not self._ult(b, a)

    def _slt(self, a: Node, b: Node) -> bool:
        return self.signed_below(self.word(a), self.word(b))

    def _sle(self, a: Node, b: Node) -> bool:
        return not self._slt(b, a)

    def _low_bit(self, a: Node) -> bool:
        return self.low(self.word(a))

    def _carries(self, a: Node, b: Node) -> bool:
        return self.below(self._not(a), self.word(b))  # b is more than what fits above a

    def _sadd_overflow(self, a: Node, b: Node) -> bool:
        total = self.sign(self._add(a, b))
        return total != self.sign(self.word(a)) and total != self.sign(self.word(b))

    def _ssub_overflow(self, a: Node, b: Node) -> bool:
        left = self.sign(self.word(a))
        return left != self.sign(self.word(b)) and left != self.sign(self._sub(a, b))

    def zero(self, poly: Poly) -> bool:
        """Whether a word is 0."""
        if not poly:
            return True
        number = poly.get((), 0)
        if not poly.keys() - {(), ((TOP,),)}:  # a number, beside the sign bit or not
            self.words.from_width(number.bit_length() + 2)
            return False
        if _is_width(poly, number) or _is_width(plus({}, poly, -1), -number):
            self.words.from_width(abs(number) + 2)
            return False
        if self.words.vanishes(poly):
            return True
        positive = next(value for monomial, value in _ordered(poly) if monomial and not _has_top(monomial)) > 0 \
            if any(monomial and not _has_top(monomial) for monomial in poly) else number >= 0
        if not positive:
            poly = plus({}, poly, -1)
        for key, holds in self.decided.items():
            if holds and key[0] == "zero" and isinstance(key[1], tuple) and _is_multiple(poly, dict(key[1])):
                return True
        return self.ask(("zero", key_of(poly)))

    def sign(self, poly: Poly) -> bool:
        """Whether a word's top bit is 1; in a bitwise function, the top bits of its words say so."""
        number = number_of(poly)
        if number is not None:
            self.words.from_width(number.bit_length() + 1)
            return number < 0
        if poly.get(((TOP,),)):
            return not self.sign(plus(poly, TOP_BIT))
        return self.table(poly).at(lambda base: base == TOP or self.ask(("sign", base)))

    def low(self, poly: Poly) -> bool:
        """Whether a word's lowest bit is 1: sums are exclusive ors there, and products conjunctions."""
        found = False
        for monomial, value in poly.items():
            found ^= bool(value & 1) and all(self._low(base) for atom in monomial for base in atom)
        return found

    def _low(self, base: int) -> bool:
        if base == TOP:
            return False  # from 2 bits on
        made_of = self.words.made_of(base)
        return self.ask(("low", base)) if made_of is None else self.low(made_of)

    def signed_below(self, a: Poly, b: Poly) -> bool:
        return self.below(plus(a, TOP_BIT), plus(b, TOP_BIT))

    def below(self, a: Poly, b: Poly) -> bool:
        """Whether a < b, as numbers without a sign."""
        if b == TOP_BIT:
            return not self.sign(a)
        if plus(a, {(): 1}) == TOP_BIT:
            return self.sign(b)
        if b == {(): 1}:
            return self.zero(a)
        if not b or self.zero(plus(a, b, -1)):
            return False
        if not a or b == {(): -1}:
            return True  # as they differ
        ranks = self._rank(a), self._rank(b)
        if ranks[0] is not None and ranks[1] is not None:
            if ((WIDTH,),) in {**a, **b}:  # w + c lies between small numbers and the sign bit, for w large enough
                self.words.from_width(abs(a.get((), 0)) + abs(b.get((), 0)) + 4)
            return ranks[0] < ranks[1]
        left, right = _canonical_order(a, b)
        if self._leads(left, right):
            return True  # it is no more, and differs
        if self._leads(right, left):
            return False
        return self.ask(("below", left, right))

    def _rank(self, poly: Poly) -> tuple[int, int] | None:
        """Where a constant stands among all: small numbers, those beside w, beside the sign bit, and beside 2**w."""
        number = poly.get((), 0)
        self.words.from_width(number.bit_length() + 2)
        match [*poly.keys() - {()}]:
            case []:
                return 3 if number < 0 else 0, number
            case [((word,),)] if word == TOP or poly[(word,),] == 1 and word == WIDTH:
                return 2 if word == TOP else 1, number
        return None

    def _leads(self, start: Key, end: Key) -> bool:
        """Whether what is decided says that the word `start` is no more than `end`."""
        steps = [(key[1], key[2]) if below else (key[2], key[1]) for key, below in self.decided.items()
                 if key[0] == "below"]
        reached: list[object] = [start]
        for place in reached:
            reached += [later for earlier, later in steps if earlier == place and later not in reached]
        return end in reached

    _WORDS: Mapping[str, Callable[..., Poly]] = {
        "add": _add, "sub": _sub, "neg": _neg, "mul": _mul, "not": _not, "and": _and, "or": _or, "xor": _xor,
        "shl": _shl, "lshr": _lshr, "ashr": _ashr, "udiv": _udiv, "sdiv": _sdiv, "urem": _urem, "srem": _srem,
        "select": _select, "zext": _zext, "sext": _sext, "trunc": _trunc, "abs": _abs, "umin": _umin, "umax": _umax,
        "smin": _smin, "smax": _smax, "uadd_sat": _uadd_sat, "usub_sat": _usub_sat,
    }
    _TRUTHS: Mapping[str, Callable[..., bool]] = {
        "eq": _eq, "ne": _ne, "ult": _ult, "ule": _ule, "slt": _slt, "sle": _sle, "trunc": _low_bit,
        "uadd_overflow": _carries, "usub_overflow": _ult, "sadd_overflow": _sadd_overflow,
        "ssub_overflow": _ssub_overflow,
    }


_LOGIC: Mapping[str, Callable[..., bool]] = {
    "and": lambda x, y: x and y, "or": lambda x, y: x or y, "xor": lambda x, y: x != y, "not": lambda x: not x,
    "add": lambda x, y: x != y, "sub": lambda x, y: x != y, "mul": lambda x, y: x and y, "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y, "ult": lambda x, y: not x and y, "ule": lambda x, y: not x or y,
    "select": lambda x, y, z: y if x else z,
}


def _is_width(poly: Poly, more: int) -> bool:
    """Whether a polynomial is w + more."""
    return poly == plus({((WIDTH,),): 1}, {(): more})


def _canonical_order(a: Poly, b: Poly) -> tuple[Key, Key]:
    """One of the ways in which a < b can be written, always the same.

    It is ~b < ~a, and where a = b + r, it is ~b < r, as b + r wraps. These two lead to six forms, and no further.
    """
    rest = plus(a, b, -1)
    forms = [(a, b), (_complement(b), rest), (a, rest)]
    forms += [(_complement(y), _complement(x)) for x, y in forms]
    return min(((key_of(x), key_of(y)) for x, y in forms), key=lambda keys: (len(keys[0]) + len(keys[1]), keys))


def _complement(poly: Poly) -> Poly:
    return plus({(): -1}, poly, -1)


def _is_multiple(poly: Poly, of: Poly) -> bool:
    """Whether `poly` is an integer times `of`."""
    if poly.keys() != of.keys():
        return False
    monomial = next((monomial for monomial in of if not _has_top(monomial)), None)
    if monomial is None:
        return poly == of
    factor, rest = divmod(poly[monomial], of[monomial])
    return not rest and plus(poly, of, -factor) == {}
