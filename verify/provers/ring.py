"""The ring normal form: both sides of an equality as polynomials modulo 2**w over conjunctions of words.

Decides most of what mixes +, -, * with &, |, ^, ~ (mixed boolean-arithmetic), products by shift and add, x % y as
x - y * (x / y), opaque predicates like x * (x + 1) being even. What is none of these, a quotient or a shift by a
variable, is a word of its own, the same one on both sides if its arguments are. See polynomials.py for the algebra.
It answers Unsat or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from ...ir.graph import Node
from ...jobs.limits import Deadline
from .branches import Branch
from .polynomials import Poly, Ring, atoms_of, members, plus, union
from .query import Answer, Query
from .reading import Reading, TooLarge, refuted
from .tables import ALWAYS, NEVER, Table, conjoin, differ, disjoin, invert, mux, replaced, variable


@dataclass(frozen=True, slots=True)
class RingForm:
    """Proves equalities by a normal form. `work` counts steps of some 0.3 microseconds each."""

    work: int = 400_000
    name: str = "ring normal form"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        return refuted(self.name, query, RingReading(self.work, deadline))


class Word:
    """A node as a bitwise function, or as a polynomial, or both. One of them is there, the other made when asked."""

    __slots__ = ("poly", "table", "width")

    def __init__(self, width: int, table: Table | None = None, poly: Poly | None = None) -> None:
        self.width, self.table, self.poly = width, table, poly


Form = Word | Table  # a table over signs alone where the node has width 1


class RingReading(Reading[Form]):
    """The forms of nodes in a ring of their own."""

    def __init__(self, work: int, deadline: Deadline) -> None:
        super().__init__(work, deadline)
        self.ring = Ring(self.spend)
        self._narrow: dict[tuple[int, int], Table] = {}  # base words by number and width

    def constant_form(self, value: int, width: int) -> Form:
        if width == 1:
            return ALWAYS if value else NEVER
        return Word(width, self.ring.constant(value, width))

    def opaque(self, key: object, width: int) -> Form:
        return self.ring.sign(key) if width == 1 else Word(width, self.ring.word(key, width))

    # --- what is asked ---

    def impossible(self, branch: Branch) -> bool:
        """Whether the conditions were found not to hold together."""
        for literal in branch:
            if self._fails(literal):
                return True
        together = ALWAYS
        for literal in branch:
            try:
                together = conjoin(together, self._condition(literal))
            except TooLarge:
                if self.work < 0:
                    raise
        return together == NEVER

    def _fails(self, literal: Node) -> bool:
        inner, positive = (literal.args[0], False) if literal.op == "not" else (literal, True)
        if inner.op not in ("eq", "ne") or inner.args[0].width == 1:
            return self._condition(literal) == NEVER
        a, b = (self._word(arg) for arg in inner.args)
        difference = plus(self.poly(a), self.poly(b), -1)
        if positive == (inner.op == "ne"):
            return self.ring.vanishes(difference, a.width)
        return self.ring.never_zero(difference, a.width)

    # --- nodes ---

    def _word(self, node: Node) -> Word:
        form = self.form(node)
        assert isinstance(form, Word), node
        return form

    def _condition(self, node: Node) -> Table:
        form = self.form(node)
        assert isinstance(form, Table), node
        return form

    # --- the two sides of a word ---

    def poly(self, word: Word) -> Poly:
        if word.poly is None:
            assert word.table is not None
            word.poly = self.ring.of_table(word.table, word.width)
        return word.poly

    def table(self, word: Word) -> Table:
        """The bitwise function that a word is, be it a base word of its own."""
        if word.table is None:
            assert word.poly is not None
            normal = self.ring.normal(word.poly, word.width)
            top = 1 << word.width - 1
            if normal and all(value == top for value in normal.values()):
                highest = self._parity(dict.fromkeys(normal, 1))
                word.table = conjoin(highest, self.ring.constant(top, word.width))
            else:
                word.table = self.ring.recognized(normal, word.width)
            if word.table is None:
                word.table = self.ring.base(normal, word.width)
        return word.table

    def key(self, word: Word) -> object:
        return word.width, self.ring.fingerprint(self.ring.normal(self.poly(word), word.width), word.width)

    def constant(self, word: Word) -> int | None:
        poly = self.ring.normal(self.poly(word), word.width)
        return -poly.get(0, 0) & (1 << word.width) - 1 if not poly.keys() - {0} else None

    def bit(self, word: Word, place: int) -> Table:
        """A bit of a word as a condition."""
        if word.table is None and place == 0:
            return self._parity(self.ring.normal(self.poly(word), 1))
        table = self.table(self.cut(word, place + 1) if 0 < place < word.width - 1 else word)
        return replaced(table, {number: self.ring.bit(number, place) for number in table.variables})

    def cut(self, word: Word, width: int) -> Word:
        """The low `width` bits of a word. Base words that are defined at more bits make way for what is left of them,
        so that it does not matter how wide a sum was computed."""
        if word.table is not None:
            new = self._narrowed(sum(1 << number for number in word.table.variables), width)
            table = replaced(word.table, {number: new.get(number, variable(number)) for number in word.table.variables}
                             ) if new else word.table
            return Word(width, table)
        assert word.poly is not None
        return Word(width, poly=self._over(word.poly, self._narrowed(union(atoms_of(word.poly)), width), width))

    def _narrowed(self, bases: int, width: int) -> dict[int, Table]:
        """What those of `bases`, a set, that are defined at more than `width` bits are at `width`."""
        wide = self.ring.defined_wider(bases, width)
        if not wide:
            return {}
        below = wide
        while below:  # a definition is made of earlier bases
            inside = union(union(atoms_of(self.ring.definition(number))) for number in members(below))
            below = self.ring.defined_wider(inside, width) & ~wide
            wide |= below
        known: dict[int, Table] = {}
        for number in members(wide):
            key = number, width
            if key not in self._narrow:
                poly = self._over(self.ring.definition(number), known, width)
                self._narrow[key] = self.table(Word(width, poly=poly))
            known[number] = self._narrow[key]
        return known

    def _over(self, poly: Poly, new: dict[int, Table], width: int) -> Poly:
        """`poly` with some of its bases replaced."""
        if not new:
            return poly
        old = sum(1 << number for number in new)
        found: Poly = {}
        for key, value in poly.items():
            term: Poly = {0: -value}
            for atom in key if isinstance(key, tuple) else (key,):
                table = ALWAYS
                for number in members(atom) if atom & old else ():
                    table = conjoin(table, new.get(number, variable(number)))
                term = self.ring.times(term, self.ring.of_table(table, width) if atom & old else {atom: 1}, width)
            found = plus(found, term)
        return found

    def _parity(self, poly: Poly) -> Table:
        """The lowest bit of `poly`: an atom's is the conjunction of its bases'."""
        found = NEVER
        for key in poly:
            both = ALWAYS
            for atom in key if isinstance(key, tuple) else (key,):
                for number in range(atom.bit_length()):
                    if atom >> number & 1:
                        both = conjoin(both, self.ring.bit(number, 0))
            found = differ(found, both)
        return found

    # --- operations: sums and products ---

    def _add(self, node: Node, factor: int = 1) -> Form:
        if node.width == 1:
            return differ(*map(self._condition, node.args))
        a, b = map(self._word, node.args)
        return Word(node.width, poly=plus(self.poly(a), self.poly(b), factor))

    def _neg(self, node: Node) -> Form:
        if node.width == 1:
            return self.form(node.args[0])
        return Word(node.width, poly=plus({}, self.poly(self._word(node.args[0])), -1))

    def _mul(self, node: Node) -> Form:
        if node.width == 1:
            return conjoin(*map(self._condition, node.args))
        a, b = map(self._word, node.args)
        return Word(node.width, poly=self.ring.times(self.poly(a), self.poly(b), node.width))

    def _udiv(self, node: Node) -> Form:
        if node.width == 1:
            return disjoin(self._condition(node.args[0]), invert(self._condition(node.args[1])))  # x / 0 is 1
        a, b = map(self._word, node.args)
        divisor = self.constant(b)
        if divisor == 0:
            return Word(node.width, ALWAYS)
        if divisor is not None and divisor & divisor - 1 == 0:
            return self._right(a, divisor.bit_length() - 1)
        return self.opaque(("udiv", self.key(a), self.key(b)), node.width)

    # --- bitwise ---

    def _not(self, node: Node) -> Form:
        (arg,) = node.args
        if node.width == 1:
            return invert(self._condition(arg))
        word = self._word(arg)
        if word.table is not None:
            return Word(node.width, invert(word.table))
        return Word(node.width, poly=plus({0: 1}, self.poly(word), -1))

    def _bitwise(self, node: Node, join: Callable[[Table, Table], Table]) -> Form:
        if node.width == 1:
            return join(*map(self._condition, node.args))
        a, b = map(self._word, node.args)
        if a.table is None or b.table is None:
            known = self._apart(node, a, b)
            if known is not None:
                return known
        return Word(node.width, join(self.table(a), self.table(b)))

    def _apart(self, node: Node, a: Word, b: Word) -> Word | None:
        """Words without a common bit are joined by adding them; a mask that takes all or a low part is no base."""
        left, right = (self.facts.of(arg).possible for arg in node.args)
        if not left & right:
            return Word(node.width, NEVER) if node.op == "and" else (
                Word(node.width, poly=plus(self.poly(a), self.poly(b))))
        if node.op != "and":
            return None
        for word, possible, mask in ((a, left, node.args[1]), (b, right, node.args[0])):
            if mask.is_const and word.table is None:
                value = int(mask.data)
                if not possible & ~value:
                    return word
                low = self.cut(word, value.bit_length())
                if low.width == 1:
                    return Word(node.width, conjoin(self.bit(word, 0), self.ring.constant(1, node.width)))
                table = self.ring.within(self.table(low), low.width)
                return Word(node.width, conjoin(table, self.ring.constant(value, low.width)))
        return None

    # --- shifts and casts ---

    def _shl(self, node: Node) -> Form:
        if node.width == 1:
            return conjoin(self._condition(node.args[0]), invert(self._condition(node.args[1])))
        a, b = map(self._word, node.args)
        count = self.constant(b)
        if count is None:
            power: Poly = self.poly(Word(node.width, self.ring.word(("power", self.key(b)), node.width)))
        else:
            power = {0: -(1 << count)} if count < node.width else {}
        return Word(node.width, poly=self.ring.times(self.poly(a), power, node.width))

    def _lshr(self, node: Node) -> Form:
        if node.width == 1:
            return conjoin(self._condition(node.args[0]), invert(self._condition(node.args[1])))
        a, b = map(self._word, node.args)
        count = self.constant(b)
        if count is None:
            return self.opaque(("lshr", self.key(a), self.key(b)), node.width)
        return self._right(a, count)

    def _right(self, word: Word, count: int) -> Word:
        if count >= word.width:
            return Word(word.width, NEVER)
        if count == 0:
            return word
        table = self.table(word)
        moved = replaced(table, {number: self.ring.shifted(number, count) for number in table.variables})
        return Word(word.width, self.ring.within(moved, word.width - count))

    def _zext(self, node: Node) -> Form:
        (arg,) = node.args
        if arg.width == 1:
            return Word(node.width, conjoin(self._condition(arg), self.ring.constant(1, node.width)))
        return Word(node.width, self.ring.within(self.table(self._word(arg)), arg.width))

    def _sext(self, node: Node) -> Form:
        (arg,) = node.args
        if arg.width == 1:
            return Word(node.width, self._condition(arg))
        word = self._word(arg)
        low = self.ring.of_table(self.ring.within(self.table(word), arg.width), node.width)
        negative = self.ring.of_table(self.bit(word, arg.width - 1), node.width)  # -1 where it is
        return Word(node.width, poly=plus(low, negative, 1 << arg.width))

    def _trunc(self, node: Node) -> Form:
        word = self._word(node.args[0])
        return self.bit(word, 0) if node.width == 1 else self.cut(word, node.width)

    # --- conditions ---

    def _select(self, node: Node) -> Form:
        condition = self._condition(node.args[0])
        if condition in (ALWAYS, NEVER):
            return self.form(node.args[1] if condition == ALWAYS else node.args[2])
        if node.width == 1:
            return mux(condition, *map(self._condition, node.args[1:]))
        a, b = map(self._word, node.args[1:])
        if a.table is not None and b.table is not None:
            return Word(node.width, mux(condition, a.table, b.table))
        sign = self.ring.of_table(condition, node.width)  # -1 where it holds: b - sign * (a - b)
        change = self.ring.times(sign, plus(self.poly(a), self.poly(b), -1), node.width)
        return Word(node.width, poly=plus(self.poly(b), change, -1))

    def _eq(self, node: Node) -> Form:
        if node.args[0].width == 1:
            return invert(differ(*map(self._condition, node.args)))
        a, b = map(self._word, node.args)
        return self._is_zero(plus(self.poly(a), self.poly(b), -1), a.width)

    def _ne(self, node: Node) -> Form:
        found = self._eq(node)
        assert isinstance(found, Table)
        return invert(found)

    def _is_zero(self, poly: Poly, width: int) -> Table:
        """Where `poly` is 0 modulo 2**width."""
        ring = self.ring
        poly = ring.normal(poly, width)
        if not poly:
            return ALWAYS
        if ring.never_zero(poly, width):
            return NEVER
        shift = min((value & -value).bit_length() - 1 for value in poly.values())
        poly, width = {key: value >> shift for key, value in poly.items()}, width - shift
        if width == 1:
            return invert(self._parity(poly))
        signs = ring.only_signs(poly)
        if signs is not None:
            return ring.zero_where(poly, width, signs)
        first = min(poly, key=lambda key: key if isinstance(key, tuple) else (key,))
        if poly[first] >> width - 1:
            poly = ring.normal(plus({}, poly, -1), width)
        sign = ring.sign(("zero", ring.fingerprint(poly, width), width))
        ring.equal(sign, poly, width)
        return sign

    def _ult(self, node: Node) -> Form:
        if node.args[0].width == 1:
            return conjoin(invert(self._condition(node.args[0])), self._condition(node.args[1]))
        a, b = map(self._word, node.args)
        width, low, high = a.width, self.constant(a), self.constant(b)
        top = 1 << width - 1
        if high == 0 or low == 2 * top - 1:
            return NEVER
        if high == 1:
            return self._is_zero(self.poly(a), width)
        if low == 0:
            return invert(self._is_zero(self.poly(b), width))
        if high == top:
            return invert(self.bit(a, width - 1))
        if low == top - 1:
            return self.bit(b, width - 1)
        left, right = self.key(a), self.key(b)
        return NEVER if left == right else self.ring.sign(("ult", left, right))

    operations = {
        "add": _add, "sub": partial(_add, factor=-1), "neg": _neg, "mul": _mul, "udiv": _udiv,
        "not": _not, "and": partial(_bitwise, join=conjoin), "or": partial(_bitwise, join=disjoin),
        "xor": partial(_bitwise, join=differ), "shl": _shl, "lshr": _lshr, "zext": _zext, "sext": _sext,
        "trunc": _trunc, "select": _select, "eq": _eq, "ne": _ne, "ult": _ult,
    }
