"""Polynomials over words modulo 2**w whose atoms are conjunctions: the ring in which arithmetic and logic meet.

An atom is the bitwise and of base words; that of none is the word of all ones, -1. Every bitwise function is a sum of
atoms with integer coefficients (Moebius): a | b is a + b - (a & b), ~a is -1 - a. So sums of products of bitwise
functions are polynomials in atoms, and many identities that mix both worlds are equalities of coefficients.

Bases are numbered, and an atom is the set of its numbers as an integer. A base is a word, or a *sign* (all ones where
a condition holds, else 0; its atom with a word is condition * word), or a *mask* (a constant in an and). A polynomial
maps atoms, or sorted tuples of two and more atoms for their product, to coefficients. All words are integers here:
what is said at width w is said modulo 2**w, so that cutting a word off costs nothing.

That two polynomials have equal coefficients proves that they are equal functions; the converse does not hold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Hashable, Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice, product
from math import factorial, prod
from typing import NamedTuple

from .reading import TooLarge
from .tables import (
    ALWAYS,
    NEVER,
    VARIABLES,
    Table,
    conjoin,
    disjoin,
    invert,
    moebius,
    rows,
    slim,
    variable,
)

Key = int | tuple[int, ...]
Poly = dict[Key, int]

TERMS = 4000  # of a polynomial
DEGREE = 64
LATEST = 12  # definitions that are looked for one by one
POINTS = 10  # bits of the points at which a polynomial is tried out


# --- the ring ---------------------------------------------------------------------------------------------------------


class Definition(NamedTuple):
    """A base word is the polynomial `poly` modulo 2**width. `lead` is one of its keys, with an odd coefficient, and
    `inverse` undoes that."""

    poly: Poly
    width: int
    lead: Key | None
    inverse: int


class Ring:
    """The bases that polynomials are made of, what is known of each, and what can be done with polynomials.

    `spend` is told of steps before they are taken, and raises TooLarge when there are too many.
    """

    def __init__(self, spend: Callable[[int], None]) -> None:
        self.spend = spend
        self._numbers: dict[Hashable, int] = {}
        self._width: list[int] = []  # of a word; what it is for others does not matter
        self._signs = 0  # the bases that are signs, as a set
        self._masks = 0
        self._mask: dict[int, int] = {}
        self._equal: dict[int, tuple[int, int]] = {}  # sign: where it holds, this word has this value
        self._equal_signs = 0
        self._origin: dict[int, tuple[int, int]] = {}  # a word that is another one shifted right by so much
        self._definitions: dict[int, Definition] = {}  # by atom
        self._defined: dict[int, int] = {}  # the bases that are defined, by their width
        self._products: dict[tuple[Key, Key], tuple[Key, int]] = {}
        self._atoms_of: dict[tuple[int, ...], list[int]] = {}
        self._bits: dict[int, tuple[int, int]] = {}  # a sign that is a bit of a word: the word and the place
        self._read: dict[int, int] = {}  # the bits of a word that are signs of their own

    # --- bases ---

    def _number(self, key: Hashable, width: int) -> int:
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._width)
            self._width.append(width)
        return number

    def word(self, key: Hashable, width: int) -> Table:
        """The base word called `key`, about which nothing else is known."""
        return variable(self._number(("word", key), width))

    def sign(self, key: Hashable) -> Table:
        """The condition called `key`."""
        return variable(self._sign(key))

    def _sign(self, key: Hashable) -> int:
        number = self._number(("sign", key), 0)
        self._signs |= 1 << number
        return number

    def constant(self, value: int, width: int) -> Table:
        """The constant word `value` as a bitwise function at `width`."""
        if value == 0:
            return NEVER
        return ALWAYS if value == (1 << width) - 1 else variable(self._mask_number(value))

    def _mask_number(self, value: int) -> int:
        number = self._number(("mask", value), 0)
        self._masks |= 1 << number
        self._mask[number] = value
        return number

    def is_mask(self, number: int) -> bool:
        return bool(self._masks >> number & 1)

    def is_sign(self, number: int) -> bool:
        return bool(self._signs >> number & 1)

    def width_of(self, number: int) -> int:
        return self._width[number]

    def bit(self, number: int, place: int) -> Table:
        """Bit `place` of a base, as a condition."""
        if self.is_mask(number):
            return ALWAYS if self._mask[number] >> place & 1 else NEVER
        if self.is_sign(number):
            return variable(number)
        return variable(self._bit(number, place)) if place < self._width[number] else NEVER

    def _bit(self, number: int, place: int) -> int:
        word, shift = self._origin.get(number, (number, 0))
        self._read[word] = self._read.get(word, 0) | 1 << place + shift
        number = self._sign(("bit", word, place + shift))
        self._bits[number] = word, place + shift
        return number

    def shifted(self, number: int, count: int) -> Table:
        """A base shifted right; a sign stays itself, so its high bits are to be masked off."""
        if self.is_mask(number):
            value = self._mask[number] >> count
            return variable(self._mask_number(value)) if value else NEVER
        if self.is_sign(number):
            return variable(number)
        word, before = self._origin.get(number, (number, 0))
        left = self._width[word] - before - count
        if left <= 0:
            return NEVER
        if left == 1:  # the highest bit, as the word 0 or 1
            return conjoin(variable(self._bit(word, before + count)), variable(self._mask_number(1)))
        new = self._number(("shifted", word, before + count), left)
        self._origin[new] = word, before + count
        return variable(new)

    def within(self, table: Table, width: int) -> Table:
        """The bitwise function cut off to `width` bits."""
        bounded = sum(1 << place for place, number in enumerate(table.variables)
                      if not self.is_sign(number) and self._bound(number) <= width)
        if not any(bit and not index & bounded for index, bit in enumerate(rows(table))):
            return table
        return conjoin(table, variable(self._mask_number((1 << width) - 1)))

    def _bound(self, number: int) -> int:
        return self._mask[number].bit_length() if self.is_mask(number) else self._width[number]

    def equal(self, sign: Table, difference: Poly, width: int) -> None:
        """Note that `sign` says that `difference` is 0 modulo 2**width, where that gives the value of a word."""
        rest = {key: value for key, value in difference.items() if key != 0}
        ((key, factor),) = rest.items() if len(rest) == 1 else ((0, 0),)
        if not isinstance(key, int) or key == 0 or key & key - 1 or key & (self._signs | self._masks):
            return
        number, full = key.bit_length() - 1, (1 << width) - 1
        if factor not in (1, full) or self._width[number] > width:
            return
        constant = -difference.get(0, 0)  # the word of no base is -1
        value = -constant * factor & full
        self._equal[sign.variables[0]] = number, value
        self._equal_signs |= 1 << sign.variables[0]

    def base(self, poly: Poly, width: int) -> Table:
        """`poly`, a normal polynomial at `width`, as a base word of its own; -1 - poly shares it."""
        if poly.get(0, 0) & 1:
            return invert(self.base(self.normal(plus({0: 1}, poly, -1), width), width))
        number = self._number(("poly", self.fingerprint(poly, width), width), width)
        if 1 << number not in self._definitions:
            self._definitions[1 << number] = _definition(poly, width)
            self._defined[width] = self._defined.get(width, 0) | 1 << number
        return variable(number)

    def defined_wider(self, bases: int, width: int) -> int:
        """Those of `bases`, a set, that are defined modulo more than 2**width."""
        return bases & union(numbers for each, numbers in self._defined.items() if each > width)

    def definition(self, number: int) -> Poly:
        return self._definitions[1 << number].poly

    # --- atoms ---

    def atom(self, key: int, mask: int = -1) -> tuple[int, int]:
        """The canonical form, an atom and its factor, of the atom `key`, which holds no mask, and `mask`."""
        if key & self._equal_signs:
            for number in members(key & self._equal_signs):
                word, value = self._equal[number]
                if key >> word & 1:
                    key ^= 1 << word
                    mask &= value
        words = key & ~self._signs
        if not words:
            return key, -mask  # a sign is 0 or -1, and so is the word of no base
        limit = (1 << min(self._width[number] for number in members(words))) - 1
        mask &= limit
        if mask == limit:
            return key, 1
        if not mask:
            return 0, 0
        if mask & mask - 1:
            return key | 1 << self._mask_number(mask), 1
        for number in members(words):
            key = key & ~(1 << number) | 1 << self._bit(number, mask.bit_length() - 1)
        return key, -mask

    def _split(self, key: int) -> tuple[int, int]:
        """An atom without its masks, and what those leave."""
        mask = -1
        for number in members(key & self._masks):
            mask &= self._mask[number]
        return key & ~self._masks, mask

    def of_table(self, table: Table, width: int) -> Poly:
        """A bitwise function as a polynomial at `width`."""
        atoms = self._atoms_of.get(table.variables)
        if atoms is None:
            atoms = self._atoms_of[table.variables] = _subsets(table.variables)
        found: Poly = {}
        special = self._masks | self._equal_signs
        self.spend(1 << len(table.variables))
        for local, coefficient in moebius(table.bits, len(table.variables)):
            key = atoms[local]
            if key & special:
                key, factor = self.atom(*self._split(key))
                coefficient *= factor
            definition = self._definitions.get(key)
            if definition is not None and width <= definition.width:
                self.spend(len(definition.poly))
                _add(found, definition.poly, coefficient)
            else:
                found[key] = found.get(key, 0) + coefficient
        return found

    # --- arithmetic ---

    def times(self, a: Poly, b: Poly, width: int) -> Poly:
        """The product modulo 2**width."""
        if len(a) > len(b):
            a, b = b, a
        self.spend(len(a) * len(b))
        full = (1 << width) - 1
        found: Poly = {}
        products = self._products
        for left, c in a.items():
            for right, d in b.items():
                known = products.get((left, right))
                if known is None:
                    known = products[left, right] = self._product(left, right)
                key, factor = known
                if factor:
                    found[key] = found.get(key, 0) + c * d * factor & full
        if len(found) > TERMS:
            raise TooLarge("terms of a polynomial")
        return found

    def _product(self, a: Key, b: Key) -> tuple[Key, int]:
        """The product of two monomials: a monomial and its factor. Signs are in all atoms, or in none."""
        atoms = (a if isinstance(a, tuple) else (a,)) + (b if isinstance(b, tuple) else (b,))
        signs = 0
        for atom in atoms:
            signs |= atom & self._signs
        words, factor = [], 1
        for atom in atoms:
            if not atom & ~self._signs:
                factor = -factor  # minus the condition that all its signs say
                continue
            bases, mask = self._split(atom)
            key, more = self.atom(bases | signs, mask)
            factor *= more
            if key & ~self._signs:
                words.append(key)
            else:
                factor = -factor
                signs |= key
        if not factor:
            return 0, 0
        if any(word & self._signs != signs for word in words):  # an atom turned into signs that others lack
            again: Key = tuple(sorted(words)) if len(words) > 1 else words[0]
            monomial, more = self._product(again, signs)
            return monomial, -factor * more
        if not words:
            return signs, -factor
        if len(words) > DEGREE:
            raise TooLarge("degree")
        return (tuple(sorted(words)) if len(words) > 1 else words[0]), factor

    # --- normal forms ---

    def normal(self, poly: Poly, width: int) -> Poly:
        """`poly` with coefficients modulo 2**width, none of them 0, and each atom's masks apart from one another."""
        full = (1 << width) - 1
        found: Poly = {key: value & full for key, value in poly.items() if value & full}
        special = self._masks
        for number in self._origin:
            special |= 1 << number
        if special and any(isinstance(key, int) and key & special for key in found):
            self.spend(width * len(found))
            return self._normal_masks(self._unshifted(found, full), width)
        return found

    def _unshifted(self, poly: Poly, full: int) -> Poly:
        """2**k times a word shifted right by k is the word without its low bits."""
        found: Poly = {}
        for key, value in poly.items():
            if isinstance(key, int) and any(1 << number & key for number in self._origin):
                bases, mask = self._split(key)
                words = [self._origin.get(number, (number, 0)) for number in members(bases & ~self._signs)]
                shifts = {shift for _, shift in words}
                (shift,) = shifts if len(shifts) == 1 else (0,)
                if shift and value % (1 << shift) == 0:
                    whole = bases & self._signs | sum(1 << number for number, _ in words)
                    key, factor = self.atom(whole, mask << shift)
                    value = (value >> shift) * factor
            found[key] = found.get(key, 0) + value & full
        return {key: value for key, value in found.items() if value}

    def _normal_masks(self, poly: Poly, width: int) -> Poly:
        """Each bit of an atom has a coefficient, modulo 2**(width - place): bits of one coefficient share a mask."""
        masked = {key & ~self._masks for key in poly if isinstance(key, int) and key & self._masks}
        parts: dict[int, list[tuple[int, int]]] = {key: [] for key in masked}
        found: Poly = {}
        for key, value in poly.items():
            if isinstance(key, int):
                bases, mask, value = self._as_part(key, value, parts)
                if bases in parts:
                    parts[bases].append((mask, value))
                    continue
            found[key] = value
        full = (1 << width) - 1
        for bases, terms in parts.items():
            words = bases & ~self._signs
            limit = full & (1 << min(self._width[number] for number in members(words))) - 1
            for value, mask in _classes(terms, limit, width):
                key, factor = self.atom(bases, mask if mask != limit else -1)
                definition = self._definitions.get(key)
                if definition is not None and width <= definition.width:
                    _add(found, definition.poly, value * factor)
                else:
                    found[key] = found.get(key, 0) + value * factor
        return {key: value & full for key, value in found.items() if value & full}

    def _as_part(self, key: int, value: int, parts: Container[int]) -> tuple[int, int, int]:
        """An atom as bases, mask and coefficient. A bit of a word that stands in `parts` is a part of that word."""
        if key and not key & key - 1 and (bit := self._bits.get(key.bit_length() - 1)) is not None:
            word, place = bit
            if 1 << word in parts and value % (1 << place) == 0:
                return 1 << word, 1 << place, -(value >> place)
        return *self._split(key), value

    def fingerprint(self, poly: Poly, width: int) -> frozenset[tuple[Key, int]]:
        """A name of `poly`, a normal polynomial: equal names mean equal functions.

        In the basis of falling factorials x (x-1) ... (x-k+1), a coefficient c counts modulo 2**width / gcd with k!,
        because k! divides the product of k successive numbers (Singmaster, On polynomial functions (mod m), 1974).
        """
        return frozenset(self._falling(poly, width).items())

    def _falling(self, poly: Poly, width: int) -> Poly:
        if not any(isinstance(key, tuple) and len(set(key)) < len(key) for key in poly):
            return poly
        found: Poly = {}
        for key, value in poly.items():
            powers = Counter(key if isinstance(key, tuple) else (key,))
            self.spend(prod(powers.values()))
            for ranks in product(*(range(1, power + 1) for power in powers.values())):
                count = prod(_stirling(power, rank) for power, rank in zip(powers.values(), ranks, strict=True))
                atoms = tuple(atom for atom, rank in zip(powers, ranks, strict=True) for _ in range(rank))
                new: Key = tuple(sorted(atoms)) if len(atoms) != 1 else atoms[0]
                found[new] = found.get(new, 0) + value * count
        return {key: value for key, value in ((key, value % _order(key, width)) for key, value in found.items())
                if value}

    def reduced(self, poly: Poly, width: int, only: int | None = None) -> Poly:
        """`poly` with the leading terms of base words' definitions (of one, `only`) replaced by the words."""
        found = dict(poly)
        self.spend(len(poly) + (len(self._definitions) if only is None else 1))
        for atom in reversed(self._definitions) if only is None else (only,):
            definition = self._definitions[atom]
            if definition.lead is None or definition.width != width:
                continue
            value = found.get(definition.lead, 0) * definition.inverse & (1 << width) - 1
            if value:
                self.spend(len(definition.poly))
                _add(found, definition.poly, -value)
                found[atom] = found.get(atom, 0) + value
        return self.normal(found, width)

    # --- what a polynomial is ---

    def vanishes(self, poly: Poly, width: int) -> bool:
        """Whether `poly` was found to be 0 modulo 2**width for all values of the bases."""
        return any(not form or self._is_zero_at_points(form, width) for form in self._forms(poly, width))

    def _forms(self, poly: Poly, width: int) -> Iterator[Poly]:
        """Polynomials in falling factorials that are 0 where `poly` is, and there alone; the dearer ones last."""
        form = self._falling(self.normal(poly, width), width)
        yield form
        if self._definitions:
            form = self._falling(self.reduced(poly, width), width)
            yield form
        if self._read or self._masks:
            yield self._falling(self.normal(self._in_pieces(self.normal(poly, width), width), width), width)

    def _in_pieces(self, poly: Poly, width: int) -> Poly:
        """`poly` with its atoms taken apart into those bits that are bases of their own, and by the masks in use."""
        atoms = set(atoms_of(poly))
        split = {atom: self._split(atom) for atom in atoms}
        read = self._read_together({bases for bases, _ in split.values()})
        masks = {mask for _, mask in split.values() if mask != -1}
        whole = (1 << width) - 1
        pieces: dict[int, Poly] = {}
        for atom, (bases, mask) in split.items():
            words = bases & ~self._signs
            if not words:
                pieces[atom] = {atom: 1}
                continue
            bits = 0
            for number in members(words):
                bits |= read.get(number, 0)
            parts = [1 << place for place in members(bits & whole)]
            parts += _partition(whole & ~bits, masks if any(isinstance(key, tuple) for key in poly) else {mask})
            piece: Poly = {}
            for part in parts:
                if mask & part:
                    new, factor = self.atom(bases, mask & part)
                    piece[new] = piece.get(new, 0) + factor
            pieces[atom] = piece
        found: Poly = {}
        for key, value in poly.items():
            term: Poly = {0: -value}
            for atom in key if isinstance(key, tuple) else (key,):
                term = self.times(term, pieces[atom], width)
            _add(found, term, 1)
            if len(found) > TERMS:
                raise TooLarge("terms of a polynomial")
        return found

    def _read_together(self, conjunctions: Iterable[int]) -> dict[int, int]:
        """The bits of each word that are to be taken apart: those of words that stand in one atom, together."""
        read = dict(self._read)
        sets = [list(members(key & ~self._signs)) for key in conjunctions]
        for _ in range(len(read) + 1):
            before = dict(read)
            for words in sets:
                bits = 0
                for number in words:
                    bits |= read.get(number, 0)
                if bits:
                    read.update((number, read.get(number, 0) | bits) for number in words)
            if read == before:
                break
        return read

    def _is_zero_at_points(self, poly: Poly, width: int) -> bool:
        """Whether `poly` is 0 at all points, where these are few because only low bits matter: all coefficients are
        multiples of a high power of 2."""
        shift = min((value & -value).bit_length() - 1 for value in poly.values())
        scaled = {key: value >> shift for key, value in poly.items()}
        found = self._values(scaled, width - shift)
        return found is not None and not any(found)

    def never_zero(self, poly: Poly, width: int) -> bool:
        """Whether `poly` was found to be other than 0 modulo 2**width for all values of the bases."""
        poly = self._falling(self.normal(poly, width), width)
        if list(poly) == [0]:
            return True
        for low in range(1, min(width, 4) + 1):
            values = self._values({key: value for key, value in poly.items() if value % (1 << low)}, low)
            if values is not None and all(values):
                return True
        return False

    def _values(self, poly: Poly, width: int) -> Iterator[int] | None:
        """The values of `poly`, in falling factorials, modulo 2**width at all points; None where these are many."""
        numbers = list(members(union(atoms_of(poly)) & ~self._masks))
        widths = [1 if self.is_sign(number) else min(width, self._width[number]) for number in numbers]
        if sum(widths) > POINTS:
            return None
        self.spend(len(poly) << sum(widths))
        return self._evaluated(poly, width, numbers, widths)

    def _evaluated(self, poly: Poly, width: int, numbers: list[int], widths: list[int]) -> Iterator[int]:
        full = (1 << width) - 1
        words = dict(self._mask)
        for point in product(*(range(1 << each) for each in widths)):
            words.update((number, -value if self.is_sign(number) else value)
                         for number, value in zip(numbers, point, strict=True))
            total = 0
            for key, value in poly.items():
                before, rank = -1, 0
                for atom in key if isinstance(key, tuple) else (key,):
                    rank = rank + 1 if atom == before else 0
                    before = atom
                    word = -1
                    for number in members(atom):
                        word &= words[number]
                    value *= word - rank
                total += value
            yield total & full

    def only_signs(self, poly: Poly) -> list[int] | None:
        """The signs that `poly` is made of, or None where it has words, or too many."""
        used = union(atoms_of(poly)) if all(isinstance(key, int) for key in poly) else -1
        if used & ~self._signs or used.bit_count() > VARIABLES:
            return None
        return list(members(used))

    def zero_where(self, poly: Poly, width: int, signs: list[int]) -> Table:
        """Where `poly`, made of `signs` alone, is 0 modulo 2**width."""
        values = self._evaluated(poly, width, signs, [1] * len(signs))
        points = product((0, 1), repeat=len(signs))
        zeros = [point for point, value in zip(points, values, strict=True) if value == 0]
        bits = sum(1 << sum(digit << place for place, digit in enumerate(point)) for point in zeros)
        return slim(Table(tuple(signs), bits))

    # --- bitwise functions in disguise ---

    def recognized(self, poly: Poly, width: int) -> Table | None:
        """The bitwise function that `poly`, a normal polynomial, is, where that is seen.

        A base word that is defined was written out, so where it stood alone, its definition is to be found again.
        """
        found = self._recognized(poly, width)
        if found is not None or not self._definitions:
            return found
        latest = islice(reversed(self._definitions), LATEST)
        for other in chain(self._with_bases(poly, width),
                           (self.reduced(poly, width, only) for only in (None, *latest))):
            if other != poly and (found := self._recognized(other, width)) is not None:
                return found
        return None

    def _with_bases(self, poly: Poly, width: int) -> Iterator[Poly]:
        """`poly` plus or minus the zeros word - definition, for defined words that stand in its atoms."""
        used = union(atoms_of(poly))
        defined = [(atom, definition) for atom, definition in self._definitions.items()
                   if used & atom and definition.width == width][-3:]
        factors = sorted(product((0, 1, -1), repeat=len(defined)), key=lambda all_: sum(map(abs, all_)))
        for choice in factors[1:]:
            other = dict(poly)
            for factor, (atom, definition) in zip(choice, defined, strict=True):
                if factor:
                    self.spend(len(definition.poly))
                    _add(other, definition.poly, -factor)
                    other[atom] = other.get(atom, 0) + factor
            yield self.normal(other, width)

    def _recognized(self, poly: Poly, width: int) -> Table | None:
        terms: list[tuple[int, int, int]] = []  # bases, mask, coefficient
        half = 1 << width - 1
        words = 0
        for key, value in poly.items():
            if isinstance(key, tuple):
                return None
            value = value - 2 * half if value >= half else value
            bases, mask = self._split(key)
            if mask == -1 and not abs(value) <= 1 and bases and not bases & bases - 1 and not bases & self._signs:
                return None  # a word alone comes once, or minus once
            terms.append((bases, mask, value))
            words |= bases
        signs = words & self._signs
        if words.bit_count() > VARIABLES or signs.bit_count() > 4:
            return None
        self.spend(len(terms) << words.bit_count())
        found = NEVER
        numbers = list(members(signs))
        for choice in range(1 << len(numbers)):
            holding = sum(1 << number for place, number in enumerate(numbers) if choice >> place & 1)
            here = [(bases & ~signs, mask, value) for bases, mask, value in terms if not bases & signs & ~holding]
            table = self._recognized_words(here, width)
            if table is None:
                return None
            for place, number in enumerate(numbers):
                table = conjoin(table, variable(number) if choice >> place & 1 else invert(variable(number)))
            found = disjoin(found, table)
        return found

    def _recognized_words(self, terms: list[tuple[int, int, int]], width: int) -> Table | None:
        """The same without signs. Each bit's part of the sum must take two successive values, k and k + 1, or one;
        what those k make up together must be 0, or fit into the bits that do not depend on any word."""
        full = (1 << width) - 1
        effective: list[tuple[int, int, int]] = []
        rest = 0
        for bases, mask, value in terms:
            if not bases:
                rest -= value
                continue
            limit = (1 << min(self._width[number] for number in members(bases))) - 1
            effective.append((bases, mask & limit & full, value))
        found, free = NEVER, 0
        for bits in _partition(full, {mask for _, mask, _ in effective}):
            active = [(bases, value) for bases, mask, value in effective if mask & bits]
            variables = tuple(members(union(bases for bases, _ in active)))
            sums = [sum(value for bases, value in active if not bases & ~point) for point in _subsets(variables)]
            low = min(sums)
            if max(sums) > low + 1:
                return None
            rest += low * bits
            if max(sums) == low:
                free |= bits
                continue
            table = Table(variables, sum((value - low) << index for index, value in enumerate(sums)))
            found = disjoin(found, conjoin(table, self.constant(bits, width)))
        rest &= full
        if rest & ~free:
            return None
        return disjoin(found, self.constant(rest, width))


# --- small parts ------------------------------------------------------------------------------------------------------


def members(numbers: int) -> Iterator[int]:
    """The numbers in a set."""
    while numbers:
        low = numbers & -numbers
        yield low.bit_length() - 1
        numbers ^= low


def atoms_of(poly: Poly) -> Iterator[int]:
    """The atoms in all products of `poly`."""
    return (atom for key in poly for atom in (key if isinstance(key, tuple) else (key,)))


def union(sets: Iterable[int]) -> int:
    found = 0
    for each in sets:
        found |= each
    return found


def _subsets(variables: tuple[int, ...]) -> list[int]:
    """The atoms of all subsets, in the order of a truth table."""
    found = [0]
    for number in variables:
        found += [atom | 1 << number for atom in found]
    return found


def _add(found: Poly, poly: Poly, factor: int) -> None:
    for key, value in poly.items():
        found[key] = found.get(key, 0) + factor * value


def plus(a: Poly, b: Poly, factor: int = 1) -> Poly:
    """a + factor * b."""
    found = dict(a)
    _add(found, b, factor)
    return found


def _definition(poly: Poly, width: int) -> Definition:
    odd = [key for key, value in poly.items() if value & 1 and key != 0]
    if not odd:
        return Definition(poly, width, None, 0)
    lead = max(odd, key=lambda key: (len(key), key) if isinstance(key, tuple) else (1, (key,)))
    return Definition(poly, width, lead, pow(poly[lead], -1, 1 << width))


def _partition(bits: int, masks: Iterable[int]) -> list[int]:
    """`bits` in the coarsest pieces that lie within or without each mask."""
    pieces = [bits] if bits else []
    for mask in masks:
        pieces = [part for piece in pieces for part in (piece & mask, piece & ~mask) if part]
    return pieces


def _classes(terms: list[tuple[int, int]], limit: int, width: int) -> list[tuple[int, int]]:
    """(coefficient, bits) of the sum of value * (atom & mask) over `terms` of (mask, value), without zeros.

    A bit for which several coefficients are the same goes to the class of the lowest bit.
    """
    classes: list[tuple[int, int]] = []
    for place in members(limit):
        modulus = 1 << width - place
        value = sum(each for mask, each in terms if mask >> place & 1) % modulus
        for index, (known, bits) in enumerate(classes):
            if (known - value) % modulus == 0:
                classes[index] = known, bits | 1 << place
                break
        else:
            classes.append((value, 1 << place))
    return [(value, bits) for value, bits in classes if value]


@lru_cache(None)
def _stirling(power: int, rank: int) -> int:
    """x**power is the sum over rank of this times x (x-1) ... (x-rank+1)."""
    if power == 0 or rank == 0:
        return int(power == rank)
    return 0 if rank > power else rank * _stirling(power - 1, rank) + _stirling(power - 1, rank - 1)


def _order(key: Key, width: int) -> int:
    """The modulus of a coefficient in the basis of falling factorials."""
    if isinstance(key, int):
        return 1 << width
    divisor = prod(factorial(rank) for rank in Counter(key).values())
    return max(1, (1 << width) // (divisor & -divisor))
