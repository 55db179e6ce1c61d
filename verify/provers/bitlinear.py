"""The bit-linear domain: a word as an integer sum of bits, so that counting bits side by side in one word is a sum.

A *bit* is an exclusive or of products of atoms (bits of inputs, and of what the domain cannot express): a polynomial
over GF(2). A *word* is a sum of integer multiples of bits, modulo 2**w. Adding, multiplying by constants and shifting
left work on sums as they are. A shift right or a mask cuts a sum in two where the low part cannot carry into the high
one: that is what makes the fields of a population count fall apart. Where a sum certainly stays within 0..2**w-1 it
may be widened, divided and reduced modulo a constant; `x % 255` of a word is the sum of its bytes modulo 255.

Exclusive or and the like work on bits: those of a sum are known where no two of its multiples overlap. The lowest bit
of a sum is the exclusive or of the bits that have odd multiples. It answers Unsat or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from ...ir.graph import Node
from ...jobs.limits import Deadline
from .branches import Branch
from .query import Answer, Query
from .reading import Reading, TooLarge, refuted

PAIRS = 16  # of products, when two bits are multiplied out
FACTORS = 6  # of a product
TERMS = 400  # of a sum
SUMMED = 4  # products in an exclusive or that is written as a sum

Bit = int  # the set of products in an exclusive or: bit i is product i, and product 0 is the constant 1


@dataclass(frozen=True, slots=True)
class BitLinear:
    """Proves equalities of words as sums of bits. `work` counts steps of some half a microsecond each."""

    work: int = 200_000
    name: str = "bit-linear form"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        return refuted(self.name, query, BitReading(self.work, deadline))


class Word:
    """`constant` + the sum of factor * bit over `terms`, modulo 2**width. No bit of `terms` has product 0 in it."""

    __slots__ = ("bits", "constant", "terms", "width")

    def __init__(self, width: int, terms: dict[Bit, int], constant: int = 0, bits: list[Bit] | None = None) -> None:
        self.width, self.terms, self.constant, self.bits = width, terms, constant, bits

    @property
    def key(self) -> Hashable:
        return self.width, self.constant, frozenset(self.terms.items())


Form = Word | Bit  # a bit where the node has width 1


def made(width: int, terms: dict[Bit, int], constant: int) -> Word:
    """The word of a sum of any multiples of any bits: 1 ^ b is 1 - b."""
    full = (1 << width) - 1
    found: dict[Bit, int] = {}
    for bit, factor in terms.items():
        if bit & 1:
            constant += factor
            factor = -factor
        if bit > 1:
            found[bit & -2] = found.get(bit & -2, 0) + factor
    if len(found) > TERMS:
        raise TooLarge("terms of a sum")
    return Word(width, {bit: factor & full for bit, factor in found.items() if factor & full}, constant & full)


def of_bits(bits: list[Bit]) -> Word:
    """The word of these bits, the lowest first."""
    terms: dict[Bit, int] = {}
    constant = 0
    for place, bit in enumerate(bits):
        if bit & 1:
            constant += 1 << place
        if bit > 1:
            terms[bit & -2] = terms.get(bit & -2, 0) + ((-1 if bit & 1 else 1) << place)
    full = (1 << len(bits)) - 1
    return Word(len(bits), {bit: factor & full for bit, factor in terms.items()}, constant & full, bits)


def positive(word: Word) -> Iterator[tuple[dict[Bit, int], int]]:
    """Sums that are the word modulo 2**width, without negative multiples: as it is, and with -c * b as c * ~b - c."""
    yield word.terms, word.constant
    full, half = (1 << word.width) - 1, 1 << word.width - 1
    if any(factor > half for factor in word.terms.values()):
        constant = word.constant
        terms: dict[Bit, int] = {}
        for bit, factor in word.terms.items():
            if factor > half:
                bit, factor = bit ^ 1, full + 1 - factor
                constant -= factor
            terms[bit] = factor
        yield terms, constant & full


def exact(word: Word) -> tuple[dict[Bit, int], int] | None:
    """A sum without negative multiples that is the word itself: it stays below 2**width."""
    for terms, constant in positive(word):
        if sum(terms.values()) + constant < 1 << word.width:
            return terms, constant
    return None


def cut(word: Word, place: int) -> tuple[Word, Word] | None:
    """The low `place` bits of a word, as a sum that is exact, and the others; None where the low part may carry."""
    low_full = (1 << place) - 1
    for terms, constant in positive(word):
        if sum(factor & low_full for factor in terms.values()) + (constant & low_full) <= low_full:
            return (made(place, {bit: factor & low_full for bit, factor in terms.items()}, constant & low_full),
                    made(word.width - place, {bit: factor >> place for bit, factor in terms.items()},
                         constant >> place))
    return None


class BitReading(Reading[Form]):
    """The forms of nodes, and the products that their bits are made of."""

    def __init__(self, work: int, deadline: Deadline) -> None:
        super().__init__(work, deadline)
        self._atoms: dict[Hashable, int] = {}
        self._products: list[frozenset[int]] = [frozenset()]
        self._indices: dict[frozenset[int], int] = {frozenset(): 0}

    def constant_form(self, value: int, width: int) -> Form:
        return value if width == 1 else Word(width, {}, value)

    def opaque(self, key: object, width: int) -> Form:
        return self._atom((key, 0)) if width == 1 else self._opaque_word(key, width)

    def _opaque_word(self, key: object, width: int) -> Word:
        return of_bits([self._atom((key, place)) for place in range(width)])

    # --- what is asked ---

    def impossible(self, branch: Branch) -> bool:
        if any(self._fails(literal) for literal in branch):
            return True
        together: Bit = 1
        for literal in branch:
            together = self._and_bits(together, self._condition(literal))
        return together == 0

    def _fails(self, literal: Node) -> bool:
        inner = literal.args[0] if literal.op == "not" else literal
        if inner.op == ("eq" if literal.op == "not" else "ne") and inner.args[0].width > 1:
            a, b = map(self._word, inner.args)
            return self._same(a, b)
        return self._condition(literal) == 0

    def _same(self, a: Word, b: Word) -> bool:
        """Whether two words were found to be equal."""
        difference = self._sum(a, b, -1)
        return self._is_zero(difference) or self.bits(a) == self.bits(b) or self._is_zero(self._expanded(difference))

    def _expanded(self, word: Word) -> Word:
        """The sum over products of bits: a ^ b is a + b - 2 * a * b. What would grow too much stays as it is."""
        terms: dict[Bit, int] = {}
        for bit, factor in word.terms.items():
            for part, each in self._products_of(bit):
                terms[part] = terms.get(part, 0) + factor * each
        return made(word.width, terms, word.constant)

    def _products_of(self, bit: Bit) -> list[tuple[Bit, int]]:
        if bit.bit_count() > SUMMED:
            return [(bit, 1)]
        found: list[tuple[Bit, int]] = []
        for index in _members(bit):
            self.spend(4 * len(found))
            both = [(1 << self._product(self._products[index] | self._products[part.bit_length() - 1]), -2 * factor)
                    for part, factor in found]
            found += [(1 << index, 1), *both]
        return found

    def _is_zero(self, word: Word) -> bool:
        """Whether a sum is 0: without terms, or with such as meet in the highest bit alone, where + is ^."""
        half = 1 << word.width - 1
        if any(factor != half for factor in word.terms.values()) or word.constant & half - 1:
            return False
        highest = int(word.constant == half)
        for bit in word.terms:
            highest ^= bit
        return highest == 0

    # --- nodes ---

    def _word(self, node: Node) -> Word:
        form = self.form(node)
        assert isinstance(form, Word), node
        return form

    def _condition(self, node: Node) -> Bit:
        form = self.form(node)
        assert isinstance(form, int), node
        return form

    # --- bits ---

    def _atom(self, key: Hashable) -> Bit:
        number = self._atoms.setdefault(key, len(self._atoms))
        return 1 << self._product(frozenset((number,)))

    def _product(self, atoms: frozenset[int]) -> int:
        index = self._indices.get(atoms)
        if index is None:
            index = self._indices[atoms] = len(self._products)
            self._products.append(atoms)
        return index

    def _and_bits(self, a: Bit, b: Bit) -> Bit:
        if a in (0, 1) or b in (0, 1) or a == b:
            return b if a == 1 else a if b == 1 or a == b else 0
        if a == b ^ 1:
            return 0
        count = a.bit_count() * b.bit_count()
        self.spend(8 + 4 * min(count, PAIRS))
        if count <= PAIRS:
            pairs = [self._products[i] | self._products[j] for i in _members(a) for j in _members(b)]
            if all(len(atoms) <= FACTORS for atoms in pairs):
                found = 0
                for atoms in pairs:
                    found ^= 1 << self._product(atoms)
                return found
        low, high = sorted((a & -2, b & -2))  # (1 ^ x) & y is y ^ (x & y)
        found = self._atom(("and", low, high)) if low != high else low
        if a & 1:
            found ^= b & -2
        if b & 1:
            found ^= a & -2
        return found ^ (a & b & 1)

    def _or_bits(self, a: Bit, b: Bit) -> Bit:
        return a ^ b ^ self._and_bits(a, b)

    def bits(self, word: Word) -> list[Bit]:
        """The bits of a word, the lowest first. A field that no carry leaves or enters has bits of its own."""
        if word.bits is None:
            self.spend(2 * (word.width + len(word.terms)))
            word.bits = self._plain_bits(word) or self._bits_of_fields(word)
        return word.bits

    def _plain_bits(self, word: Word) -> list[Bit] | None:
        """The bits where no two multiples overlap."""
        for terms, constant in positive(word):
            if _overlap(chain(terms.values(), (constant,))):
                continue
            found = [constant >> place & 1 for place in range(word.width)]
            for bit, factor in terms.items():
                for place in _members(factor):
                    found[place] ^= bit
            return found
        return None

    def _bits_of_fields(self, word: Word) -> list[Bit]:
        found: list[Bit] = []
        rest: Word | None = word
        while rest is not None:
            self.spend((len(rest.terms) + 4) * rest.width)
            cuts = (cut(rest, size) for size in range(1, rest.width))
            field, rest = next((parts for parts in cuts if parts is not None), (rest, None))
            found += self._plain_bits(field) or self._bits_of_sum(field)
        return found

    def _bits_of_sum(self, word: Word) -> list[Bit]:
        lowest = word.constant & 1
        for bit, factor in word.terms.items():
            if factor & 1:
                lowest ^= bit
        self.spend(len(word.terms) * word.width)
        below = (made(place + 1, word.terms, word.constant).key for place in range(1, word.width))
        return [lowest, *(self._atom(("highest of", key)) for key in below)]

    # --- sums ---

    def _sum(self, a: Word, b: Word, factor: int) -> Word:
        self.spend(len(a.terms) + len(b.terms))
        terms = dict(a.terms)
        full = (1 << a.width) - 1
        for bit, each in b.terms.items():
            value = terms.get(bit, 0) + factor * each & full
            if value:
                terms[bit] = value
            else:
                terms.pop(bit, None)
        if len(terms) > TERMS:
            raise TooLarge("terms of a sum")
        return Word(a.width, terms, a.constant + factor * b.constant & full)

    def _times(self, word: Word, factor: int) -> Word:
        self.spend(len(word.terms))
        return made(word.width, {bit: each * factor for bit, each in word.terms.items()}, word.constant * factor)

    def _add(self, node: Node, factor: int = 1) -> Form:
        if node.width == 1:
            return self._condition(node.args[0]) ^ self._condition(node.args[1])
        a, b = map(self._word, node.args)
        return self._sum(a, b, factor)

    def _neg(self, node: Node) -> Form:
        return self.form(node.args[0]) if node.width == 1 else self._times(self._word(node.args[0]), -1)

    def _not(self, node: Node) -> Form:
        if node.width == 1:
            return self._condition(node.args[0]) ^ 1
        word = self._word(node.args[0])
        if word.bits is not None:
            return of_bits([bit ^ 1 for bit in word.bits])
        return self._sum(Word(node.width, {}, (1 << node.width) - 1), word, -1)

    def _mul(self, node: Node) -> Form:
        if node.width == 1:
            return self._and_bits(*map(self._condition, node.args))
        a, b = map(self._word, node.args)
        if not b.terms:
            return self._times(a, b.constant)
        if not a.terms:
            return self._times(b, a.constant)
        if len(a.terms) > 1 and len(b.terms) > 1:
            return self.opaque(("mul", frozenset((a.key, b.key))), node.width)
        one, other = (a, b) if len(a.terms) == 1 else (b, a)
        ((bit, factor),) = one.terms.items()
        return self._sum(self._times(other, one.constant), self._times(self._gated(bit, other), factor), 1)

    def _gated(self, condition: Bit, word: Word) -> Word:
        """condition * word."""
        self.spend(4 * len(word.terms))
        terms: dict[Bit, int] = {}
        for bit, factor in (*word.terms.items(), (1, word.constant)):
            both = self._and_bits(condition, bit)
            terms[both] = terms.get(both, 0) + factor
        return made(word.width, terms, 0)

    def _select(self, node: Node) -> Form:
        condition = self._condition(node.args[0])
        if condition in (0, 1):
            return self.form(node.args[2 - condition])
        if node.width == 1:
            a, b = map(self._condition, node.args[1:])
            return b ^ self._and_bits(condition, a ^ b)
        x, y = map(self._word, node.args[1:])
        if (same := self._side_for_both(node.args[0], x, y)) is not None:
            return same
        if x.bits is not None and y.bits is not None:
            self.spend(4 * node.width)
            return of_bits([b ^ self._and_bits(condition, a ^ b) for a, b in zip(x.bits, y.bits, strict=True)])
        return self._sum(y, self._gated(condition, self._sum(x, y, -1)), 1)

    def _side_for_both(self, condition: Node, x: Word, y: Word) -> Word | None:
        """One side of a select that is right on both: where the condition is that some bits are all zero, and with
        these bits zero that side is the other one. (A loop that ends as soon as nothing is left to do.)"""
        if condition.op not in ("eq", "ne") or not any(arg.is_const and not arg.data for arg in condition.args):
            return None
        (tested,) = [arg for arg in condition.args if not (arg.is_const and not arg.data)] or [condition.args[0]]
        if tested.width == 1 or (whole := exact(self._word(tested))) is None or whole[1]:
            return None
        zeros = frozenset().union(*(self._products[_lowest(bit)] for bit in whole[0] if self._is_atom(bit)))
        special, general = (x, y) if condition.op == "eq" else (y, x)
        return general if zeros and self._without(general, zeros).key == special.key else None

    def _is_atom(self, bit: Bit) -> bool:
        return bit.bit_count() == 1 and len(self._products[_lowest(bit)]) == 1

    def _without(self, word: Word, zeros: frozenset[int]) -> Word:
        """`word` where the atoms `zeros` are zero."""
        self.spend(4 * len(word.terms))
        terms: dict[Bit, int] = {}
        for bit, factor in word.terms.items():
            left = sum(1 << product for product in _members(bit) if zeros.isdisjoint(self._products[product]))
            terms[left] = terms.get(left, 0) + factor
        return made(word.width, terms, word.constant)

    # --- division ---

    def _udiv(self, node: Node) -> Form:
        if node.width == 1:
            return self._or_bits(self._condition(node.args[0]), self._condition(node.args[1]) ^ 1)  # x / 0 is 1
        a, b = map(self._word, node.args)
        divisor = b.constant
        if b.terms or divisor == 0:
            return self.opaque(("udiv", a.key, b.key), node.width) if b.terms else (
                Word(node.width, {}, (1 << node.width) - 1))
        if divisor & divisor - 1 == 0:
            return self._right(a, divisor.bit_length() - 1)
        whole = exact(a)
        if whole is not None:
            terms, constant = whole
            if sum(factor % divisor for factor in terms.values()) + constant % divisor < divisor:
                return made(node.width, {bit: factor // divisor for bit, factor in terms.items()},
                            constant // divisor)
        return self.opaque(("udiv", a.key, divisor), node.width)

    def _urem(self, node: Node) -> Form:
        if node.width == 1:
            return self._and_bits(self._condition(node.args[0]), self._condition(node.args[1]) ^ 1)  # x % 0 is x
        a, b = map(self._word, node.args)
        divisor = b.constant
        if b.terms or divisor == 0:
            return a if not b.terms else self.opaque(("urem", a.key, b.key), node.width)
        if divisor & divisor - 1 == 0:
            return self._masked(a, divisor - 1)
        whole = exact(a)
        if whole is None:
            return self.opaque(("urem", a.key, divisor), node.width)
        terms, constant = whole
        reduced = made(node.width, {bit: factor % divisor for bit, factor in terms.items()}, constant % divisor)
        if sum(factor % divisor for factor in terms.values()) + constant % divisor < divisor:
            return reduced
        # named by the integer that is left, whatever the width it is held in
        name = frozenset((bit, factor % divisor) for bit, factor in terms.items() if factor % divisor)
        low = self._opaque_word(("mod", divisor, name, constant % divisor), (divisor - 1).bit_length())
        return of_bits([*self.bits(low), *[0] * (node.width - low.width)])

    # --- bits of words ---

    def _bitwise(self, node: Node, join: Callable[[BitReading, Bit, Bit], Bit]) -> Form:
        if node.width == 1:
            return join(self, *map(self._condition, node.args))
        a, b = map(self._word, node.args)
        if a.bits is None or b.bits is None:
            left, right = (self.facts.of(arg).possible for arg in node.args)
            if not left & right:
                return Word(node.width, {}) if node.op == "and" else self._sum(a, b, 1)
            if node.op == "and" and not (a.terms and b.terms):
                return self._masked(a, b.constant) if not b.terms else self._masked(b, a.constant)
        self.spend(4 * node.width)
        return of_bits([join(self, x, y) for x, y in zip(self.bits(a), self.bits(b), strict=True)])

    def _masked(self, word: Word, mask: int) -> Word:
        """word & mask: the fields of the word that the mask's runs of ones leave, where there are such fields."""
        full = (1 << word.width) - 1
        if mask == full:
            return word
        if word.bits is None:
            found: Word | None = Word(word.width, {})
            for low, high in _runs(mask):
                field = self._field(word, low, high)
                if field is None:
                    found = None
                    break
                assert found is not None
                moved = made(word.width, {bit: factor << low for bit, factor in field.terms.items()},
                             field.constant << low)
                found = self._sum(found, moved, 1)
            if found is not None:
                return found
        return of_bits([bit if mask >> place & 1 else 0 for place, bit in enumerate(self.bits(word))])

    def _field(self, word: Word, low: int, high: int) -> Word | None:
        """Bits low..high-1 as an exact sum, held in a word of any width."""
        self.spend(2 * len(word.terms))
        if high < word.width:
            parts = cut(word, high)
            if parts is None:
                return None
            word = parts[0]
        if low:
            parts = cut(word, low)
            if parts is None:
                return None
            word = parts[1]
        whole = exact(word)
        return Word(word.width, *_without_ones(*whole)) if whole is not None else None

    def _right(self, word: Word, count: int) -> Word:
        if count >= word.width:
            return Word(word.width, {})
        if count == 0:
            return word
        self.spend(word.width)
        if word.bits is None:
            field = self._field(word, count, word.width)
            if field is not None:
                return made(word.width, field.terms, field.constant)
        return of_bits([*self.bits(word)[count:], *[0] * count])

    def _shift(self, node: Node, left: bool) -> Form:
        if node.width == 1:
            return self._and_bits(self._condition(node.args[0]), self._condition(node.args[1]) ^ 1)
        a, b = map(self._word, node.args)
        if b.terms:
            return self.opaque((node.op, a.key, b.key), node.width)
        count = b.constant
        if not left:
            return self._right(a, count)
        if count >= node.width:
            return Word(node.width, {})
        if a.bits is not None:
            self.spend(node.width)
            return of_bits([*[0] * count, *a.bits[:node.width - count]])
        return self._times(a, 1 << count)

    # --- casts ---

    def _zext(self, node: Node, signed: bool = False) -> Form:
        (arg,) = node.args
        self.spend(node.width)
        if arg.width == 1:
            bit = self._condition(arg)
            return of_bits([bit] * node.width if signed else [bit, *[0] * (node.width - 1)])
        word = self._word(arg)
        if not signed and word.bits is None:
            whole = exact(word)
            if whole is not None:
                return made(node.width, *whole)
        bits = self.bits(word)
        return of_bits([*bits, *[bits[-1] if signed else 0] * (node.width - arg.width)])

    def _trunc(self, node: Node) -> Form:
        word = self._word(node.args[0])
        self.spend(node.width)
        if node.width == 1:
            return word.bits[0] if word.bits is not None else self._bits_of_sum(word)[0]
        if word.bits is not None:
            return of_bits(word.bits[:node.width])
        return made(node.width, word.terms, word.constant)

    # --- conditions ---

    def _eq(self, node: Node) -> Form:
        if node.args[0].width == 1:
            return self._condition(node.args[0]) ^ self._condition(node.args[1]) ^ 1
        a, b = map(self._word, node.args)
        difference = self._sum(a, b, -1)
        if not difference.terms:
            return int(difference.constant == 0)
        if len(difference.terms) == 1:
            ((bit, factor),) = difference.terms.items()
            full = (1 << a.width) - 1
            values = difference.constant == 0, difference.constant + factor & full == 0
            return bit ^ int(values[0]) if values[0] != values[1] else int(values[0])
        opposite = self._times(difference, -1)
        first = min(difference.terms)
        if difference.terms[first] > opposite.terms[first]:
            difference = opposite
        return self._atom(("zero", difference.key))

    def _ne(self, node: Node) -> Form:
        found = self._eq(node)
        assert isinstance(found, int)
        return found ^ 1

    def _ult(self, node: Node) -> Form:
        if node.args[0].width == 1:
            return self._and_bits(self._condition(node.args[0]) ^ 1, self._condition(node.args[1]))
        a, b = map(self._word, node.args)
        half = 1 << node.args[0].width - 1
        if not b.terms and b.constant == half:
            return self.bits(a)[-1] ^ 1
        if not a.terms and a.constant == half - 1:
            return self.bits(b)[-1]
        (low, high), (other_low, other_high) = _range(a), _range(b)
        if high < other_low or low >= other_high:
            return int(high < other_low)
        return self._atom(("ult", a.key, b.key))

    operations = {
        "add": _add, "sub": partial(_add, factor=-1), "neg": _neg, "mul": _mul, "udiv": _udiv, "urem": _urem,
        "not": _not, "and": partial(_bitwise, join=_and_bits), "or": partial(_bitwise, join=_or_bits),
        "xor": partial(_bitwise, join=lambda self, a, b: a ^ b), "shl": partial(_shift, left=True),
        "lshr": partial(_shift, left=False), "zext": _zext, "sext": partial(_zext, signed=True), "trunc": _trunc,
        "select": _select, "eq": _eq, "ne": _ne, "ult": _ult,
    }


# --- small parts ------------------------------------------------------------------------------------------------------


def _lowest(bits: int) -> int:
    """The place of the lowest one."""
    return (bits & -bits).bit_length() - 1


def _members(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def _overlap(numbers: Iterator[int]) -> bool:
    """Whether two of the numbers have a common bit."""
    seen = 0
    for number in numbers:
        if number & seen:
            return True
        seen |= number
    return False


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """Where the runs of ones in `mask` begin and end."""
    start = 0
    while mask >> start:
        start += (mask >> start & -(mask >> start)).bit_length() - 1
        end = start
        while mask >> end & 1:
            end += 1
        yield start, end
        start = end


def _without_ones(terms: dict[Bit, int], constant: int) -> tuple[dict[Bit, int], int]:
    """The same integer over bits without the constant 1: multiples may become negative."""
    found: dict[Bit, int] = {}
    for bit, factor in terms.items():
        if bit & 1:
            constant += factor
            factor = -factor
        found[bit & -2] = found.get(bit & -2, 0) + factor
    return found, constant


def _range(word: Word) -> tuple[int, int]:
    """The least and the greatest value that a word may have, roughly."""
    whole = exact(word)
    if whole is None:
        return 0, (1 << word.width) - 1
    terms, constant = whole
    return constant, constant + sum(terms.values())
