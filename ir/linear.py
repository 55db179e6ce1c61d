"""The integers' reading: words as integers with bounds, operations as linear arithmetic (SMT-LIB's QF_LIA).

A word is a polynomial that is congruent to it modulo 2**width, with bounds on its value; it is brought into the range
of a word only where an operation asks for that, and only where it can be outside. What is not linear is floor division
by a constant (a new variable q with 0 <= e - d*q < d, one for each e and d, so that both sides of a question share
it) and products of variables (a new variable for each monomial, with the bounds that its factors imply: McCormick,
Computability of global solutions to factorable nonconvex programs, 1976). As a remainder is e - d*q, products of parts
of a word are sums of the same monomials. A sign is a quotient too. What none of this reaches is a variable that may be
any word: it makes more assignments satisfy the constraints, never fewer, so that `unsat` stays true.

The functions at the end are the column `linear` of the table (primes.py): they take the `Integers` at work, the width
of the arguments, that of the result, and the arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import gcd

Monomial = tuple[int, ...]  # the numbers of its variables, sorted; () is 1
Form = tuple[tuple[Monomial, int], ...]  # monomials and their coefficients, sorted; none is 0
Bounds = tuple[int, int]

TERMS = 80  # in one polynomial, before a variable takes its place
DEGREE = 4
RUNS = 12  # of ones in a mask
CASES = 9  # values of a shift amount that are told apart


class TooLarge(Exception):
    """The constraints have grown beyond their limit."""


@dataclass(frozen=True, slots=True)
class Number:
    """A polynomial and bounds on its value."""

    form: Form
    low: int
    high: int

    @property
    def is_const(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Formula:
    """A truth value as an SMT-LIB term."""

    text: str


Reading = Number | Formula  # of a word; a Formula only of one bit

TRUE, FALSE = Formula("true"), Formula("false")


# --- polynomials ------------------------------------------------------------------------------------------------------


def _form(terms: Mapping[Monomial, int]) -> Form:
    return tuple(sorted((monomial, c) for monomial, c in terms.items() if c))


def _plus(a: Form, b: Form, times: int = 1) -> Form:
    """a + times * b."""
    terms = dict(a)
    for monomial, c in b:
        terms[monomial] = terms.get(monomial, 0) + times * c
    return _form(terms)


def _scaled(a: Form, times: int) -> Form:
    return tuple((monomial, c * times) for monomial, c in a) if times else ()


def _constant_of(a: Form) -> int:
    return a[0][1] if a and a[0][0] == () else 0


def _without_constant(a: Form) -> Form:
    return a[1:] if a and a[0][0] == () else a


def _primitive(a: Form) -> tuple[Form, int]:
    """(p, k) with a == k * p + constant, p without a constant, without a common factor, its first coefficient > 0."""
    rest = _without_constant(a)
    if not rest:
        return (), 1
    k = gcd(*(c for _, c in rest))
    k = -k if rest[0][1] < 0 else k
    return tuple((monomial, c // k) for monomial, c in rest), k


def _toward_zero(c: int, d: int) -> int:
    return c // d if c >= 0 else -(-c // d)


def _symmetric(c: int, modulus: int) -> int:
    """What is congruent to `c` and nearest to 0; c itself where it is no farther than half the modulus."""
    if abs(c) <= modulus // 2:
        return c
    c %= modulus
    return c - modulus if c > modulus // 2 else c


# --- the script -------------------------------------------------------------------------------------------------------


class Integers:
    """A growing script of constraints. `exact` says whether every assignment that meets them is one of the words.

    Methods raise TooLarge where the script would have more than `limit` lines.
    """

    def __init__(self, limit: int = 6000) -> None:
        self.lines: list[str] = []
        self.exact = True
        self.limit = limit
        self._count = 0
        self._bounds: dict[Monomial, Bounds] = {}
        self._facts: dict[Form, Bounds] = {}  # of primitive polynomials
        self._quotients: dict[tuple[Form, int], Number] = {}
        self._divisors: dict[Form, list[int]] = {}
        self._origin: dict[int, tuple[Form, int]] = {}  # of a quotient's variable: what was divided, and by what
        self._ratios: dict[tuple[Form, Form], Number] = {}
        self._joints: dict[tuple[Form, Form], Number] = {}
        self._inverted: set[Form] = set()
        self._bits: dict[str, Number] = {}
        self._names: dict[str, str] = {}

    def say(self, line: str) -> None:
        if len(self.lines) >= self.limit:
            raise TooLarge(f"more than {self.limit} constraints")
        self.lines.append(line)

    def require(self, formula: Formula) -> None:
        """Add a constraint."""
        if formula != TRUE:
            self.say(f"(assert {formula.text})")

    # --- numbers

    def fresh(self, low: int, high: int, symbol: str | None = None) -> Number:
        """A new variable within these bounds. Called `symbol`, or v0, v1 ..."""
        monomial = (self._count,)
        self._count += 1
        self._declare(monomial, low, high, symbol)
        return Number(((monomial, 1),), low, high)

    def anything(self, low: int, high: int) -> Number:
        """A number of which nothing is said but its bounds."""
        self.exact = False
        return self.fresh(low, high)

    def _declare(self, monomial: Monomial, low: int, high: int, symbol: str | None = None) -> None:
        name = _symbol(monomial)
        self._bounds[monomial] = low, high
        self.say(f"(declare-const {symbol or name} Int)")
        if symbol is not None:
            self.say(f"(define-fun {name} () Int {symbol})")
        self.say(f"(assert (<= {_literal(low)} {name} {_literal(high)}))")

    def number(self, word: Reading) -> Number:
        """A word as a number: a truth value as 0 or 1."""
        if isinstance(word, Number):
            return word
        if word in (TRUE, FALSE):
            return constant(int(word == TRUE))
        bit = self._bits.get(word.text)
        if bit is None:
            bit = self._bits[word.text] = self.fresh(0, 1)
            self.say(f"(assert (= {word.text} (= {_text(bit.form)} 1)))")
        return bit

    def range(self, form: Form) -> Bounds:
        """Bounds that follow from those of the variables, and from what was found out."""
        low = high = 0
        for monomial, c in form:
            if monomial == ():
                low, high = low + c, high + c
                continue
            a, b = self._bounds[monomial]
            low, high = low + min(a * c, b * c), high + max(a * c, b * c)
        primitive, k = _primitive(form)
        if primitive in self._facts:
            a, b = self._facts[primitive]
            shift = _constant_of(form)
            low, high = max(low, shift + min(a * k, b * k)), min(high, shift + max(a * k, b * k))
        return low, high

    def valued(self, form: Form, low: int, high: int) -> Number:
        """A polynomial whose value is known to lie within these bounds; it may have better ones."""
        a, b = self.range(form)
        return Number(form, max(a, low), min(b, high))

    def bounded(self, form: Form, low: int, high: int) -> Number:
        """The same, and the solver is told."""
        a, b = self.range(form)
        if a < low:
            self.require(self.at_least(_plus(form, constant(low).form, -1)))
        if b > high:
            self.require(self.at_least(_plus(constant(high).form, form, -1)))
        primitive, k = _primitive(form)
        if primitive:
            shift = _constant_of(form)
            ends = sorted((_ceiling(low - shift, k) if k > 0 else (low - shift) // k,
                           (high - shift) // k if k > 0 else _ceiling(high - shift, k)))
            old = self._facts.get(primitive, (ends[0], ends[1]))
            self._facts[primitive] = max(old[0], ends[0]), min(old[1], ends[1])
        return self.valued(form, low, high)

    def within(self, word: Reading, width: int, low: int, high: int) -> Reading:
        """`word`, of which it is known besides that its value, unsigned, has these bounds."""
        if low == high:
            return constant(low)
        if isinstance(word, Formula) or word.low < 0 or word.high >> width:
            return word
        return self.valued(word.form, max(low, word.low), min(high, word.high))

    def sum(self, a: Number, b: Number, times: int = 1) -> Number:
        """a + times * b."""
        ends = sorted((times * b.low, times * b.high))
        return self._short(self.valued(_plus(a.form, b.form, times), a.low + ends[0], a.high + ends[1]))

    def scale(self, a: Number, times: int) -> Number:
        ends = sorted((times * a.low, times * a.high))
        return Number(_scaled(a.form, times), ends[0], ends[1])

    def _short(self, a: Number) -> Number:
        """`a`, or a variable that equals it where it is long."""
        if len(a.form) <= TERMS:
            return a
        name = self.fresh(a.low, a.high)
        self.say(f"(assert (= {_text(name.form)} {_text(a.form)}))")
        return name

    # --- products

    def product(self, a: Number, b: Number) -> Number:
        """a * b, by monomials."""
        if a.is_const or b.is_const:
            return self.scale(b, a.low) if a.is_const else self.scale(a, b.low)
        corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        terms: dict[Monomial, int] = {}
        for m, c in a.form:
            for n, d in b.form:
                monomial = self._joined(m, n)
                terms[monomial] = terms.get(monomial, 0) + c * d
        form = _form(terms)
        if len(form) > TERMS or any(len(monomial) > DEGREE for monomial, _ in form):
            return self.anything(min(corners), max(corners))
        for monomial, _ in form:
            self._define(monomial)
        result = self.bounded(form, min(corners), max(corners))
        if not (len(form) == 1 and form[0][1] == 1):  # else the monomial's own
            self._enclose(form, a, b)
        return result

    def _joined(self, m: Monomial, n: Monomial) -> Monomial:
        """The product of two monomials: a variable that is 0 or 1 stands in it once."""
        joined = sorted((*m, *n))
        return tuple(v for index, v in enumerate(joined)
                     if not (index and joined[index - 1] == v and self._bounds[(v,)] == (0, 1)))

    def _define(self, monomial: Monomial) -> None:
        """Declare a monomial of several variables, with what its factors say of it."""
        if monomial in self._bounds or not monomial:
            return
        # a bit goes last: its product with the rest is exact
        last = next((v for v in monomial if self._bounds[(v,)] == (0, 1)), monomial[-1])
        others = list(monomial)
        others.remove(last)
        rest = tuple(others)
        self._define(rest)  # no deeper than DEGREE
        (a, b), (c, d) = self._bounds[rest], self._bounds[(last,)]
        ends = [x * y for x in (a, b) for y in (c, d)]
        square = monomial == (last, last)
        self._declare(monomial, max(0, min(ends)) if square else min(ends), max(ends))
        whole, first, second = ((monomial, 1),), ((rest, 1),), (((last,), 1),)
        if (c, d) == (0, 1):
            self.say(f"(assert (= {_text(whole)} (ite (= {_text(second)} 1) {_text(first)} 0)))")
        else:
            self.exact = False
            self._enclose(whole, Number(first, a, b), Number(second, c, d))

    def _enclose(self, form: Form, a: Number, b: Number) -> None:
        """What the bounds of two factors say of their product `form`: (a - low a) * (b - low b) >= 0 and so on."""
        for x, y, sign in ((a.low, b.low, 1), (a.high, b.high, 1), (a.low, b.high, -1), (a.high, b.low, -1)):
            # sign * (a - x) * (b - y) == sign * (form - y*a - x*b + x*y)
            linear = _plus(_plus(_plus(form, a.form, -y), b.form, -x), constant(x * y).form)
            self.require(self.at_least(_scaled(linear, sign)))

    # --- quotients

    def quotient(self, a: Number, d: int) -> Number:
        """floor(a / d) for d > 0."""
        if a.low // d == a.high // d:
            return constant(a.low // d)
        outer = _form({monomial: _toward_zero(c, d) for monomial, c in a.form})
        inner = _plus(a.form, outer, -d)
        common = gcd(d, *(c for _, c in _without_constant(inner)))
        # floor((common*e + c) / (common*d)) == floor((e + floor(c / common)) / d)
        inner = _form({monomial: c // common for monomial, c in inner})
        part = self._floor(inner, d // common)
        return self.valued(_plus(outer, part.form), a.low // d, a.high // d)

    def _floor(self, form: Form, d: int) -> Number:
        low, high = self.range(form)
        if low // d == high // d:
            return constant(low // d)
        rest = _without_constant(form)
        if len(rest) == 1 and self._bounds[rest[0][0]] == (0, 1):  # two values only
            zero, one = _constant_of(form) // d, (_constant_of(form) + rest[0][1]) // d
            return self.sum(constant(zero), Number(((rest[0][0], 1),), 0, 1), one - zero)
        if len(rest) == 1 and rest[0][1] == 1 and rest[0][0][0] in self._origin and len(rest[0][0]) == 1:
            # floor((floor(e / n) + c) / d) == floor((e + c*n) / (n*d))
            inner, n = self._origin[rest[0][0][0]]
            return self._floor(_plus(inner, constant(_constant_of(form) * n).form), n * d)
        if (form, d) not in self._quotients:
            self._quotients[form, d] = self._new_quotient(form, d, low, high)
        return self._quotients[form, d]

    def _new_quotient(self, form: Form, d: int, low: int, high: int) -> Number:
        least = low // d
        if high // d == least + 1:  # two values: a bit, and what it is more than 0
            bit = self.fresh(0, 1)
            self._origin[bit.form[0][0][0]] = _plus(form, constant(-least * d).form), d
            q = self.sum(bit, constant(least))
        else:
            q = self.fresh(least, high // d)
            self._origin[q.form[0][0][0]] = form, d
        self.bounded(_plus(form, q.form, -d), 0, d - 1)
        others = self._divisors.setdefault(form, [])
        below = max((n for n in others if d % n == 0), default=None)
        above = min((n for n in others if n % d == 0), default=None)
        for finer, coarser, ratio in ((below, d, d // (below or d)), (d, above, (above or d) // d)):
            if finer is not None and coarser is not None:  # floor(e / coarser) == floor(floor(e / finer) / ratio)
                fine = q if finer == d else self._quotients[form, finer]
                coarse = q if coarser == d else self._quotients[form, coarser]
                self.bounded(_plus(fine.form, coarse.form, -ratio), 0, ratio - 1)
        others.append(d)
        return q

    # --- truth

    def at_least(self, form: Form) -> Formula:
        """form >= 0."""
        low, high = self.range(form)
        if low >= 0:
            return TRUE
        if high < 0:
            return FALSE
        primitive, k = _primitive(form)
        bound = _ceiling(-_constant_of(form), abs(k))  # sign * primitive >= bound
        if k < 0:
            return Formula(f"(<= {_text(primitive)} {_literal(-bound)})")
        return Formula(f"(>= {_text(primitive)} {_literal(bound)})")

    def zero(self, form: Form) -> Formula:
        """form == 0."""
        low, high = self.range(form)
        primitive, k = _primitive(form)
        if not low <= 0 <= high or primitive and _constant_of(form) % k:
            return FALSE
        if low == high:
            return TRUE
        return Formula(f"(= {_text(primitive)} {_literal(-_constant_of(form) // k)})")

    def formula(self, word: Reading) -> Formula:
        """A bit as a formula."""
        return word if isinstance(word, Formula) else self.at_least(_plus(self.unsigned(word, 1).form, ONE.form, -1))

    def negation(self, a: Formula) -> Formula:
        if a in (TRUE, FALSE):
            return FALSE if a == TRUE else TRUE
        return Formula(a.text[5:-1]) if a.text.startswith("(not ") else Formula(f"(not {a.text})")

    def all(self, formulas: Iterable[Formula]) -> Formula:
        parts = [part for part in dict.fromkeys(formulas) if part != TRUE]
        if FALSE in parts:
            return FALSE
        if len(parts) < 2:
            return parts[0] if parts else TRUE
        return self._named(f"(and {' '.join(part.text for part in parts)})")

    def any(self, formulas: Iterable[Formula]) -> Formula:
        return self.negation(self.all(self.negation(part) for part in formulas))

    def choice(self, c: Formula, a: Formula, b: Formula) -> Formula:
        if c in (TRUE, FALSE) or a == b:
            return b if c == FALSE else a
        if a in (TRUE, FALSE):
            return self.any([c, b]) if a == TRUE else self.all([self.negation(c), b])
        if b in (TRUE, FALSE):
            return self.any([self.negation(c), a]) if b == TRUE else self.all([c, a])
        return self._named(f"(ite {c.text} {a.text} {b.text})")

    def _named(self, text: str) -> Formula:
        """A formula by a name of its own, so that what is used twice is not written twice."""
        name = self._names.get(text)
        if name is None:
            name = self._names[text] = f"b{len(self._names)}"
            self.say(f"(define-fun {name} () Bool {text})")
        return Formula(name)

    # --- words

    def unsigned(self, a: Number, w: int) -> Number:
        """The word's value."""
        if a.low >= 0 and not a.high >> w:
            return a
        q = self.quotient(a, 1 << w)
        word = self.valued(_plus(a.form, q.form, -1 << w), 0, (1 << w) - 1)
        self._invert(a.form, word, w)
        return word

    def _invert(self, form: Form, word: Number, w: int) -> None:
        """Where the word is an odd multiple of a variable, the variable is a multiple of the word, modulo 2**w.

        It follows, but by a product of the constraint with the inverse, which no solver finds in reasonable time.
        """
        rest = _without_constant(form)
        if len(rest) != 1 or rest[0][1] % 2 == 0 or word.form in self._inverted:
            return
        (monomial, c), = rest
        low, high = self._bounds[monomial]
        inverse = _symmetric(pow(c, -1, 1 << w), 1 << w)
        if low < 0 or high >> w or min(abs(c), abs(inverse)) < 2:
            return
        self._inverted.add(word.form)
        # x == inverse * (word - constant) modulo 2**w
        back = self.scale(self.sum(word, constant(-_constant_of(form))), inverse)
        whole = self.fresh((back.low - high) >> w, (back.high - low) >> w)
        self.require(self.zero(_plus(_plus(back.form, whole.form, -1 << w), ((monomial, 1),), -1)))

    def sign(self, a: Number, w: int) -> Number:
        """Its top bit."""
        half = 1 << w - 1
        if -half <= a.low < 0 and a.high < half:
            return self.scale(self.quotient(a, 2 * half), -1)
        return self.quotient(self.unsigned(a, w), half)

    def signed(self, a: Number, w: int) -> Number:
        """The word's value, read as a signed number."""
        half = 1 << w - 1
        if -half <= a.low and a.high < half:
            return a
        a = self.unsigned(a, w)
        return self.valued(_plus(a.form, self.sign(a, w).form, -2 * half), -half, half - 1)

    def near(self, a: Number, w: int) -> Number:
        """A number for the word that is no farther from 0 than a word can be."""
        return a if -1 << w - 1 <= a.low and not max(0, a.high) >> w else self.unsigned(a, w)

    def reduced(self, a: Number, w: int) -> Number:
        """A number that is congruent to `a`, with small coefficients."""
        if -1 << w - 1 <= a.low and not max(0, a.high) >> w:
            return a
        form = _form({monomial: _symmetric(c, 1 << w) for monomial, c in a.form})
        return a if form == a.form else Number(form, *self.range(form))

    def same(self, a: Number, b: Number, w: int) -> Formula:
        """Whether the words are equal."""
        difference = self.reduced(self.sum(a, b, -1), w)
        first, last = _ceiling(difference.low, 1 << w), difference.high >> w
        if last - first > 2:
            return self.zero(self.unsigned(difference, w).form)
        return self.any(self.zero(_plus(difference.form, constant(k << w).form, -1)) for k in range(first, last + 1))

    def chosen(self, c: Reading, a: Number, b: Number) -> Number:
        """a where c, else b."""
        if isinstance(c, Number) and c.is_const or c in (TRUE, FALSE):
            return a if (c.low if isinstance(c, Number) else c == TRUE) else b
        low, high = min(a.low, b.low), max(a.high, b.high)
        difference = self.sum(a, b, -1)
        if difference.is_const or isinstance(c, Number) and len(c.form) <= 2:
            form = _plus(b.form, self.product(self.number(c), difference).form)
            return self.bounded(form, low, high)
        result, condition = self.fresh(low, high), self.formula(c).text
        self.say(f"(assert (= {_text(result.form)} (ite {condition} {_text(a.form)} {_text(b.form)})))")
        return result

    def magnitude(self, a: Number, w: int) -> Number:
        """The absolute value, for a signed word."""
        a = self.signed(a, w)
        if a.low >= 0:
            return a
        if a.high <= 0:
            return self.scale(a, -1)
        form = _plus(a.form, self.product(self.sign(a, w), a).form, -2)
        return self.bounded(form, 0, max(a.high, -a.low))

    def ratio(self, a: Number, b: Number, w: int) -> Number:
        """The quotient of two unsigned words by SMT-LIB's meaning: all ones where b is 0."""
        full = (1 << w) - 1
        if b.is_const:
            return self.quotient(a, b.low) if b.low else constant(full)
        key = a.form, b.form
        if key not in self._ratios:
            q = self._ratios[key] = self.fresh(0, a.high // b.low if b.low else full)
            rest = self.bounded(_plus(a.form, self.product(q, b).form, -1), 0, a.high)
            inside = self.at_least(_plus(_plus(b.form, rest.form, -1), ONE.form, -1))
            less = self.at_least(_plus(a.form, q.form, -1))
            if b.low:
                self.require(self.all([inside, less]))
            else:
                none = self.all([self.zero(b.form), self.zero(_plus(q.form, constant(full).form, -1))])
                some = self.all([self.at_least(_plus(b.form, ONE.form, -1)), inside, less])
                self.require(self.any([none, some]))
        return self._ratios[key]

    def rest(self, a: Number, b: Number, w: int) -> Number:
        """The remainder of two unsigned words: a where b is 0."""
        if b.is_const and not b.low:
            return a
        form = _plus(a.form, self.product(self.ratio(a, b, w), b).form, -1)
        return self.valued(form, 0, min(a.high, b.high - 1) if b.low else a.high)

    def conjunction(self, a: Number, b: Number, w: int) -> Number:
        """The bitwise and of two unsigned words."""
        if a.is_const:
            a, b = b, a
        if b.is_const:
            return self._masked(a, b.low)
        if _zeros_below(a.form) >= b.high.bit_length() or _zeros_below(b.form) >= a.high.bit_length():
            return ZERO
        if a.form == b.form:
            return a
        for x, y in ((a, b), (b, a)):
            rest = _without_constant(y.form)
            if len(rest) == 1 and self._bounds[rest[0][0]] == (0, 1):  # two values only
                zero = _constant_of(y.form)
                bit = Number(((rest[0][0], 1),), 0, 1)
                return self.chosen(bit, self._masked(x, zero + rest[0][1]), self._masked(x, zero))
        key = min(a.form, b.form), max(a.form, b.form)
        if key not in self._joints:
            both = self._joints[key] = self.anything(0, min(a.high, b.high))
            full = (1 << max(a.high, b.high).bit_length()) - 1
            self.bounded(_plus(a.form, both.form, -1), 0, a.high)
            self.bounded(_plus(b.form, both.form, -1), 0, b.high)
            self.bounded(_plus(_plus(a.form, b.form), both.form, -1), 0, full)
        return self._joints[key]

    def _masked(self, a: Number, mask: int) -> Number:
        """a & mask, by the runs of ones in the mask."""
        mask &= (1 << a.high.bit_length()) - 1
        runs = list(_runs(mask))
        if len(runs) > RUNS:
            return self.anything(0, min(mask, a.high))
        total = ZERO
        for start, end in runs:  # (a mod 2**end) - (a mod 2**start)
            low, high = self.quotient(a, 1 << start), self.quotient(a, 1 << end)
            part = self.sum(self.scale(low, 1 << start), high, -1 << end)
            total = self.sum(total, Number(part.form, max(part.low, 0), min(part.high, (1 << end) - (1 << start))))
        return self.valued(total.form, 0, min(mask, a.high))

    def cases(self, amount: Number, w: int, of: Callable[[int], Number]) -> Number:
        """`of` the amount of a shift by the unsigned word `amount`; from the width on all amounts are the same."""
        low, high = min(amount.low, w), min(amount.high, w)
        if high - low >= CASES:
            return self.anything(0, (1 << w) - 1)
        result = of(high)
        for value in range(high - 1, low - 1, -1):
            result = self.chosen(self.zero(_plus(amount.form, constant(value).form, -1)), of(value), result)
        return result


def _ceiling(a: int, b: int) -> int:
    return -(-a // b)


def _runs(mask: int) -> Iterator[Bounds]:
    """The runs of ones in `mask`: from which bit, and to before which."""
    at = 0
    while mask >> at:
        start = at + ((mask >> at) & -(mask >> at)).bit_length() - 1
        at = start + ((~mask >> start) & -(~mask >> start)).bit_length() - 1
        yield start, at


def _zeros_below(form: Form) -> int:
    """How many low bits are 0, whatever the variables are."""
    common = gcd(*(c for _, c in form))
    return (common & -common).bit_length() - 1 if common else 0


def constant(value: int) -> Number:
    return Number((((), value),) if value else (), value, value)


ZERO, ONE = constant(0), constant(1)


def _symbol(monomial: Monomial) -> str:
    return f"v{'_'.join(map(str, monomial))}"


def _literal(value: int) -> str:
    return str(value) if value >= 0 else f"(- {-value})"


def _text(form: Form) -> str:
    parts = [_literal(c) if not monomial else _symbol(monomial) if c == 1 else f"(* {_literal(c)} {_symbol(monomial)})"
             for monomial, c in form]
    return f"(+ {' '.join(parts)})" if len(parts) > 1 else parts[0] if parts else "0"


# --- the operations ---------------------------------------------------------------------------------------------------


def add(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return b.reduced(b.sum(b.number(x), b.number(y)), w)


def sub(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return b.reduced(b.sum(b.number(x), b.number(y), -1), w)


def neg(b: Integers, w: int, v: int, x: Reading) -> Reading:
    return b.reduced(b.scale(b.number(x), -1), w)


def mul(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    factors = [b.number(x), b.number(y)]
    for index, factor in enumerate(factors):
        if factor.is_const:
            factors[index] = constant(_symmetric(factor.low % (1 << w), 1 << w))
    if not any(factor.is_const for factor in factors):
        factors = [b.near(factor, w) for factor in factors]
    return b.reduced(b.product(*factors), w)


def udiv(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return b.ratio(b.unsigned(b.number(x), w), b.unsigned(b.number(y), w), w)


def urem(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return b.rest(b.unsigned(b.number(x), w), b.unsigned(b.number(y), w), w)


def _toward_zero_quotient(b: Integers, w: int, x: Number, y: Number) -> Number:
    """x / y for a constant y, not 0, rounded toward zero; x is signed."""
    d = y.low
    # for a negative x the quotient is rounded up: floor((x + d - 1) / d)
    q = b.quotient(b.sum(x, b.sign(x, w) if x.low < 0 else ZERO, abs(d) - 1), abs(d))
    return q if d > 0 else b.scale(q, -1)


def sdiv(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    a, d = b.signed(b.number(x), w), b.signed(b.number(y), w)
    if d.is_const and d.low:
        return _toward_zero_quotient(b, w, a, d)
    q = b.ratio(b.magnitude(a, w), b.magnitude(d, w), w)
    for sign in (b.sign(a, w), b.sign(d, w)):
        q = b.sum(q, b.product(sign, q), -2)
    return q


def srem(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    a, d = b.signed(b.number(x), w), b.signed(b.number(y), w)
    most = max(abs(d.low), abs(d.high)) - 1 if d.low > 0 or d.high < 0 else 1 << w - 1
    low, high = max(min(a.low, 0), -most), min(max(a.high, 0), most)
    if d.is_const and d.low:
        return b.bounded(_plus(a.form, _toward_zero_quotient(b, w, a, d).form, -d.low), low, high)
    rest = b.rest(b.magnitude(a, w), b.magnitude(d, w), w)
    return b.bounded(b.sum(rest, b.product(b.sign(a, w), rest), -2).form, low, high)


def abs_(b: Integers, w: int, v: int, x: Reading) -> Reading:
    return b.magnitude(b.number(x), w)


# --- bits


def not_(b: Integers, w: int, v: int, x: Reading) -> Reading:
    if isinstance(x, Formula):
        return b.negation(x)
    return b.sum(ONE, b.unsigned(x, 1), -1) if w == 1 else b.reduced(b.sum(constant(-1), x, -1), w)


def _short(x: Reading) -> bool:
    """Whether a bit is better a polynomial than a formula."""
    return isinstance(x, Number) and len(x.form) <= 3


def _arguments(b: Integers, w: int, x: Reading, y: Reading) -> tuple[Number, Number]:
    return b.unsigned(b.number(x), w), b.unsigned(b.number(y), w)


def and_(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    if w > 1:
        return b.conjunction(*_arguments(b, w, x, y), w)
    if _short(x) and _short(y):
        return b.product(*_arguments(b, 1, x, y))
    return b.all([b.formula(x), b.formula(y)])


def or_(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    if w == 1 and not (_short(x) and _short(y)):
        return b.any([b.formula(x), b.formula(y)])
    return _joined(b, w, x, y, -1)  # x | y == x + y - (x & y)


def xor(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    if w == 1 and not (_short(x) and _short(y)):
        a, d = b.formula(x), b.formula(y)
        return b.choice(a, b.negation(d), d)
    return _joined(b, w, x, y, -2)  # x ^ y == x + y - 2*(x & y)


def _joined(b: Integers, w: int, x: Reading, y: Reading, times: int) -> Reading:
    a, d = _arguments(b, w, x, y)
    both = b.product(a, d) if w == 1 else b.conjunction(a, d, w)
    low = max(a.low, d.low) if times == -1 else 0
    return b.valued(b.sum(b.sum(a, d), both, times).form, low, (1 << max(a.high, d.high).bit_length()) - 1)


# --- shifts


def shl(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    a, amount = _arguments(b, w, x, y) if not isinstance(x, Number) else (x, b.unsigned(b.number(y), w))
    return b.cases(amount, w, lambda by: b.reduced(b.scale(a, 1 << by), w) if by < w else ZERO)


def lshr(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    a, amount = _arguments(b, w, x, y)
    return b.cases(amount, w, lambda by: b.quotient(a, 1 << by))


def ashr(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    a, amount = b.signed(b.number(x), w), b.unsigned(b.number(y), w)
    return b.cases(amount, w, lambda by: b.quotient(a, 1 << by))


# --- comparisons


def ult(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return _less(b, *_arguments(b, w, x, y))


def ule(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    a, d = _arguments(b, w, x, y)
    return b.negation(_less(b, d, a))


def slt(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    a, d = b.number(x), b.signed(b.number(y), w)
    if d == ZERO:
        return b.sign(a, w)
    return _less(b, b.signed(a, w), d)


def sle(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return b.negation(_less(b, b.signed(b.number(y), w), b.signed(b.number(x), w)))


def _less(b: Integers, x: Number, y: Number) -> Formula:
    difference = b.sum(y, x, -1)
    if difference.low > 0 or difference.high <= 0:
        return TRUE if difference.low > 0 else FALSE
    return b.at_least(_plus(difference.form, ONE.form, -1))


def eq(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    if w == 1:
        return b.negation(b.formula(xor(b, w, v, x, y)))
    return b.same(b.number(x), b.number(y), w)


def ne(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return b.negation(b.formula(eq(b, w, v, x, y)))


# --- choosing and casts


def select(b: Integers, w: int, v: int, c: Reading, x: Reading, y: Reading) -> Reading:
    if w == 1 and not (_short(c) and _short(x) and _short(y)):
        return b.choice(b.formula(c), b.formula(x), b.formula(y))
    if isinstance(c, Number):
        c = b.unsigned(c, 1)
    return b.chosen(c, b.near(b.number(x), w), b.near(b.number(y), w))


def zext(b: Integers, w: int, v: int, x: Reading) -> Reading:
    return b.unsigned(b.number(x), w)


def sext(b: Integers, w: int, v: int, x: Reading) -> Reading:
    return b.signed(b.number(x), w)


def trunc(b: Integers, w: int, v: int, x: Reading) -> Reading:
    return b.reduced(b.number(x), v)


# --- overflow


def uadd_overflow(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return _less(b, constant((1 << w) - 1), b.sum(*_arguments(b, w, x, y)))


def umul_overflow(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return _less(b, constant((1 << w) - 1), b.product(*_arguments(b, w, x, y)))


def _beyond(b: Integers, w: int, exact: Number) -> Formula:
    """Whether a number does not fit a signed word."""
    half = 1 << w - 1
    return b.any([_less(b, constant(half - 1), exact), _less(b, exact, constant(-half))])


def sadd_overflow(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return _beyond(b, w, b.sum(b.signed(b.number(x), w), b.signed(b.number(y), w)))


def ssub_overflow(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return _beyond(b, w, b.sum(b.signed(b.number(x), w), b.signed(b.number(y), w), -1))


def smul_overflow(b: Integers, w: int, v: int, x: Reading, y: Reading) -> Reading:
    return _beyond(b, w, b.product(b.signed(b.number(x), w), b.signed(b.number(y), w)))


