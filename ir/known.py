"""What is known of a value that depends on inputs: some of its bits, and unsigned bounds.

`Known` is the product of two abstract domains, bits (the same in all values) and an interval, each made as sharp as
the other allows. For each operation there is a transfer function: given what is known of the arguments, what is known
of the result. It takes the width of the result and one `Known` for each argument; the table (primes.py) says which
function is whose. Functions that end in `_pick` say which argument the result always is, or None. All of them are
sound for any values that the arguments' `Known` contain, together or apart.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Known(NamedTuple):
    """A set of words of `width` bits: 0 in all bits of `zeros`, 1 in those of `ones`, and low <= word <= high.

    Made by `known`, `constant`, `unknown` and `between`, which keep bits and bounds consistent. A tuple and not a
    dataclass because one is made for every operation that is looked at.
    """

    width: int
    zeros: int
    ones: int
    low: int
    high: int

    @property
    def is_const(self) -> bool:
        """Whether there is one value only; it is `low`."""
        return self.low == self.high

    @property
    def possible(self) -> int:
        """The bits that are not known to be zero."""
        return self.zeros ^ (1 << self.width) - 1

    def __contains__(self, word: object) -> bool:
        return (isinstance(word, int) and self.low <= word <= self.high and not word & self.zeros
                and word & self.ones == self.ones)


def known(width: int, zeros: int, ones: int, low: int, high: int) -> Known:
    """The words that have these bits and lie within these bounds. ValueError where there is none."""
    full = (1 << width) - 1
    if low & zeros or ~low & ones:
        low = _least(low, zeros, ones, full)
    if high & zeros or ~high & ones:
        high = full ^ _least(full ^ high, ones, zeros, full)
    if low > high:
        raise ValueError(f"no word from {low} to {high} has ones {ones:#x} and zeros {zeros:#x}")
    open_bits = (low ^ high).bit_length()
    top = full >> open_bits << open_bits  # the bits in which the bounds, and so all words between them, agree
    return Known(width, zeros | ~low & top, ones | low & top, low, high)


def _least(low: int, zeros: int, ones: int, full: int) -> int:
    """The least word from `low` on that has the bits."""
    wrong = low & zeros | ~low & ones
    bit = 1 << wrong.bit_length() - 1  # the highest wrong bit: what is above it can stay
    if not ones & bit:  # it is set and must not be: count up in the lowest place above where that is possible
        room = ~(low | zeros | 2 * bit - 1) & full
        if not room:
            raise ValueError(f"no word from {low} on has ones {ones:#x} and zeros {zeros:#x}")
        bit = room & -room
    return (low | bit) & ~(bit - 1) | ones & bit - 1


@cache
def unknown(width: int) -> Known:
    """All words of `width` bits."""
    return Known(width, 0, 0, 0, (1 << width) - 1)


def constant(value: int, width: int) -> Known:
    """The one word `value`."""
    return Known(width, value ^ (1 << width) - 1, value, value, value)


def between(width: int, low: int, high: int) -> Known:
    """The words from `low` to `high`."""
    return known(width, 0, 0, low, high)


def join(x: Known, y: Known) -> Known:
    """What holds for both."""
    return Known(x.width, x.zeros & y.zeros, x.ones & y.ones, min(x.low, y.low), max(x.high, y.high))


def meet(x: Known, y: Known) -> Known:
    """What follows from both."""
    return known(x.width, x.zeros | y.zeros, x.ones | y.ones, max(x.low, y.low), min(x.high, y.high))


def _bits(width: int, zeros: int, ones: int) -> Known:
    return Known(width, zeros, ones, ones, zeros ^ (1 << width) - 1)


_FALSE, _TRUE, _EITHER = constant(0, 1), constant(1, 1), unknown(1)


def _truth(always: bool, never: bool) -> Known:
    return _TRUE if always else _FALSE if never else _EITHER


def _trailing(mask: int) -> int:
    """How many of the low bits of `mask` are set without a gap."""
    return (~mask & mask + 1).bit_length() - 1


# --- sums -------------------------------------------------------------------------------------------------------------


def add(width: int, x: Known, y: Known) -> Known:
    zeros, ones = _sum_bits(width, x.zeros, x.ones, y.zeros, y.ones, 0)
    return _wrapped(width, zeros, ones, x.low + y.low, x.high + y.high)


def sub(width: int, x: Known, y: Known) -> Known:
    zeros, ones = _sum_bits(width, x.zeros, x.ones, y.ones, y.zeros, 1)  # x - y == x + ~y + 1
    return _wrapped(width, zeros, ones, x.low - y.high, x.high - y.low)


def neg(width: int, x: Known) -> Known:
    return sub(width, constant(0, width), x)


def _sum_bits(width: int, xzeros: int, xones: int, yzeros: int, yones: int, carry: int) -> tuple[int, int]:
    """The known bits of x + y + carry: where both bits are known, and the carry is the same in the least and most."""
    full = (1 << width) - 1
    least = xones + yones + carry
    most = (full ^ xzeros) + (full ^ yzeros) + carry
    carries = (most ^ xzeros ^ yzeros) & ~(least ^ xones ^ yones)  # where a carry is possible and not certain
    certain = (xzeros | xones) & (yzeros | yones) & ~carries
    return ~most & certain, least & certain


def _wrapped(width: int, zeros: int, ones: int, low: int, high: int) -> Known:
    """Bits, and bounds before they are taken modulo 2**width."""
    if low >> width != high >> width:
        return _within_bits(width, zeros, ones)
    full = (1 << width) - 1
    return known(width, zeros, ones, low & full, high & full)


def _within_bits(width: int, zeros: int, ones: int) -> Known:
    return _bits(width, zeros, ones) if zeros or ones else unknown(width)


# --- products and quotients -------------------------------------------------------------------------------------------


def mul(width: int, x: Known, y: Known) -> Known:
    # x == a * 2**i, y == b * 2**j: as many low bits of a * b are known as are known of both
    full = (1 << width) - 1
    xzeros, yzeros = _trailing(x.zeros), _trailing(y.zeros)
    certain = min(_trailing(x.zeros | x.ones) - xzeros, _trailing(y.zeros | y.ones) - yzeros) + xzeros + yzeros
    mask = (1 << min(certain, width)) - 1
    product = x.ones * y.ones & mask
    low, high = x.low * y.low, x.high * y.high
    if high > full:
        return _within_bits(width, product ^ mask, product)
    return known(width, product ^ mask, product, low, high)


def udiv(width: int, x: Known, y: Known) -> Known:
    if y.high == 0:
        return constant((1 << width) - 1, width)
    return between(width, x.low // y.high, x.high // y.low if y.low else (1 << width) - 1)


def udiv_pick(x: Known, y: Known) -> int | None:
    return 0 if y.low == y.high == 1 else None


def urem(width: int, x: Known, y: Known) -> Known:
    if urem_pick(x, y) == 0:
        return x
    high = min(x.high, y.high - 1) if y.low else x.high
    low = 0
    if y.is_const and x.low // y.low == x.high // y.low:
        low, high = x.low % y.low, x.high % y.low
    below = (1 << _trailing(y.zeros)) - 1  # y is a multiple of 2**k: x loses multiples of it, and keeps its low bits
    if y.is_const and y.low & y.low - 1 == 0:
        return known(width, x.zeros | ~(y.low - 1) & (1 << width) - 1, x.ones & y.low - 1, low, high)
    return known(width, x.zeros & below, x.ones & below, low, high)


def urem_pick(x: Known, y: Known) -> int | None:
    return 0 if x.high < y.low or y.high == 0 else None


def sdiv(width: int, x: Known, y: Known) -> Known:
    top = 1 << width - 1
    return udiv(width, x, y) if x.zeros & y.zeros & top else unknown(width)


def srem(width: int, x: Known, y: Known) -> Known:
    top = 1 << width - 1
    if x.zeros & top:  # the remainder has the sign of x, and is nearer to 0 than x and y
        return urem(width, x, y) if y.zeros & top else between(width, 0, x.high)
    return unknown(width)


def srem_pick(x: Known, y: Known) -> int | None:
    top = 1 << x.width - 1
    return 0 if x.zeros & y.zeros & top and x.high < y.low or y.high == 0 else None


def mul_pick(x: Known, y: Known) -> int | None:
    return 0 if y.low == y.high == 1 else 1 if x.low == x.high == 1 else None


# --- bits -------------------------------------------------------------------------------------------------------------


def and_(width: int, x: Known, y: Known) -> Known:
    return known(width, x.zeros | y.zeros, x.ones & y.ones, 0, min(x.high, y.high))


def and_pick(x: Known, y: Known) -> int | None:
    return 0 if x.possible & ~y.ones == 0 else 1 if y.possible & ~x.ones == 0 else None


def or_(width: int, x: Known, y: Known) -> Known:
    high = min(x.high + y.high, (1 << width) - 1)
    return known(width, x.zeros & y.zeros, x.ones | y.ones, max(x.low, y.low), high)


def or_pick(x: Known, y: Known) -> int | None:
    return 0 if y.possible & ~x.ones == 0 else 1 if x.possible & ~y.ones == 0 else None


def xor(width: int, x: Known, y: Known) -> Known:
    high = min(x.high + y.high, (1 << width) - 1)
    return known(width, x.zeros & y.zeros | x.ones & y.ones, x.zeros & y.ones | x.ones & y.zeros, 0, high)


def zero_pick(x: Known, y: Known) -> int | None:
    """x op y is one of them where the other is 0."""
    return 0 if y.high == 0 else 1 if x.high == 0 else None


def right_zero_pick(x: Known, y: Known) -> int | None:
    """x op y is x where y is 0."""
    return 0 if y.high == 0 else None


def not_(width: int, x: Known) -> Known:
    full = (1 << width) - 1
    return Known(width, x.ones, x.zeros, full ^ x.high, full ^ x.low)


def ctpop(width: int, x: Known) -> Known:
    return between(width, max(x.ones.bit_count(), int(x.low > 0)), x.possible.bit_count())


def ctlz(width: int, x: Known) -> Known:
    return between(width, width - x.high.bit_length(), width - x.low.bit_length())


def cttz(width: int, x: Known) -> Known:
    if x.ones:
        most = _trailing(~x.ones)
    else:
        most = x.possible.bit_length() - 1 if x.low else width
    return between(width, min(_trailing(x.zeros), width), most)


def bitreverse(width: int, x: Known) -> Known:
    return _bits(width, *(int(f"{bits:0{width}b}"[::-1], 2) for bits in (x.zeros, x.ones)))


def bswap(width: int, x: Known) -> Known:
    count = width // 8
    return _bits(width, *(int.from_bytes(bits.to_bytes(count, "big"), "little") for bits in (x.zeros, x.ones)))


# --- shifts: by the width or more gives 0, or the sign ----------------------------------------------------------------


def shl(width: int, x: Known, y: Known) -> Known:
    full = (1 << width) - 1
    if y.is_const:
        by = min(y.low, width)
        zeros, ones = (x.zeros << by | (1 << by) - 1) & full, x.ones << by & full
        return _wrapped(width, zeros, ones, x.low << by, x.high << by)
    empty = min(_trailing(x.zeros) + min(y.low, width), width)
    zeros = (1 << empty) - 1
    if y.high < width and x.high << y.high <= full:
        return known(width, zeros, 0, x.low << y.low, x.high << y.high)
    return _bits(width, zeros, 0)


def lshr(width: int, x: Known, y: Known) -> Known:
    low, high = x.low >> min(y.high, width), x.high >> min(y.low, width)
    if not y.is_const:
        return between(width, low, high)
    by = min(y.low, width)
    full = (1 << width) - 1
    return known(width, x.zeros >> by | ~(full >> by) & full, x.ones >> by, low, high)


def ashr(width: int, x: Known, y: Known) -> Known:
    top = 1 << width - 1
    if x.zeros & top:
        return lshr(width, x, y)
    if x.ones & top:
        return not_(width, lshr(width, not_(width, x), y))
    if not y.is_const:
        return unknown(width)
    negative, positive = _by_sign(x)
    return join(not_(width, lshr(width, not_(width, negative), y)), lshr(width, positive, y))


def _by_sign(x: Known) -> tuple[Known, Known]:
    """The negative and the other words of an `x` that holds both."""
    top = 1 << x.width - 1
    return (known(x.width, x.zeros, x.ones | top, max(x.low, top), x.high),
            known(x.width, x.zeros | top, x.ones, x.low, min(x.high, top - 1)))


# --- comparisons ------------------------------------------------------------------------------------------------------


def ult(width: int, x: Known, y: Known) -> Known:
    return _truth(x.high < y.low, x.low >= y.high)


def ule(width: int, x: Known, y: Known) -> Known:
    return _truth(x.high <= y.low, x.low > y.high)


def _flipped(x: Known) -> Known:
    """x ^ 2**(w-1): signed order becomes unsigned order."""
    top = 1 << x.width - 1
    bits = x.zeros & ~top | x.ones & top, x.ones & ~top | x.zeros & top
    if (x.zeros | x.ones) & top:
        return Known(x.width, *bits, x.low ^ top, x.high ^ top)
    return _bits(x.width, *bits)


def slt(width: int, x: Known, y: Known) -> Known:
    return ult(width, _flipped(x), _flipped(y))


def sle(width: int, x: Known, y: Known) -> Known:
    return ule(width, _flipped(x), _flipped(y))


def _differ(x: Known, y: Known) -> bool:
    return bool(x.high < y.low or y.high < x.low or x.zeros & y.ones or x.ones & y.zeros)


def eq(width: int, x: Known, y: Known) -> Known:
    return _truth(x.low == x.high == y.low == y.high, _differ(x, y))


def ne(width: int, x: Known, y: Known) -> Known:
    return _truth(_differ(x, y), x.low == x.high == y.low == y.high)


# --- choosing ---------------------------------------------------------------------------------------------------------


def select(width: int, c: Known, x: Known, y: Known) -> Known:
    if c.is_const:
        return x if c.low else y
    return join(x, y)


def select_pick(c: Known, x: Known, y: Known) -> int | None:
    return 2 - c.low if c.is_const else None


def umin(width: int, x: Known, y: Known) -> Known:
    both = join(x, y)
    return known(width, both.zeros, both.ones, both.low, min(x.high, y.high))


def umin_pick(x: Known, y: Known) -> int | None:
    return 0 if x.high <= y.low else 1 if y.high <= x.low else None


def umax(width: int, x: Known, y: Known) -> Known:
    both = join(x, y)
    return known(width, both.zeros, both.ones, max(x.low, y.low), both.high)


def umax_pick(x: Known, y: Known) -> int | None:
    return 0 if x.low >= y.high else 1 if y.low >= x.high else None


def smin(width: int, x: Known, y: Known) -> Known:
    return _flipped(umin(width, _flipped(x), _flipped(y)))


def smin_pick(x: Known, y: Known) -> int | None:
    return umin_pick(_flipped(x), _flipped(y))


def smax(width: int, x: Known, y: Known) -> Known:
    return _flipped(umax(width, _flipped(x), _flipped(y)))


def smax_pick(x: Known, y: Known) -> int | None:
    return umax_pick(_flipped(x), _flipped(y))


def abs_(width: int, x: Known) -> Known:
    top = 1 << width - 1
    if x.zeros & top:
        return x
    if x.ones & top:
        return neg(width, x)
    negative, positive = _by_sign(x)
    return join(neg(width, negative), positive)


def abs_pick(x: Known) -> int | None:
    return 0 if x.zeros >> x.width - 1 else None


# --- casts ------------------------------------------------------------------------------------------------------------


def zext(width: int, x: Known) -> Known:
    return Known(width, x.zeros | (1 << width) - (1 << x.width), x.ones, x.low, x.high)


def sext(width: int, x: Known) -> Known:
    top, more = 1 << x.width - 1, (1 << width) - (1 << x.width)
    if x.zeros & top:
        return zext(width, x)
    if x.ones & top:
        return Known(width, x.zeros, x.ones | more, x.low | more, x.high | more)
    return _bits(width, x.zeros, x.ones)


def trunc(width: int, x: Known) -> Known:
    full = (1 << width) - 1
    return _wrapped(width, x.zeros & full, x.ones & full, x.low, x.high)


# --- overflow and saturation ------------------------------------------------------------------------------------------


def _signed(x: Known) -> tuple[int, int]:
    """The bounds of x read as a signed number."""
    flipped, top = _flipped(x), 1 << x.width - 1
    return flipped.low - top, flipped.high - top


def uadd_overflow(width: int, x: Known, y: Known) -> Known:
    return _truth((x.low + y.low) >> x.width > 0, (x.high + y.high) >> x.width == 0)


def umul_overflow(width: int, x: Known, y: Known) -> Known:
    return _truth((x.low * y.low) >> x.width > 0, (x.high * y.high) >> x.width == 0)


def sadd_overflow(width: int, x: Known, y: Known) -> Known:
    (a, b), (c, d) = _signed(x), _signed(y)
    return _beyond(x.width, a + c, b + d)


def ssub_overflow(width: int, x: Known, y: Known) -> Known:
    (a, b), (c, d) = _signed(x), _signed(y)
    return _beyond(x.width, a - d, b - c)


def smul_overflow(width: int, x: Known, y: Known) -> Known:
    products = [a * b for a in _signed(x) for b in _signed(y)]
    return _beyond(x.width, min(products), max(products))


def _beyond(width: int, low: int, high: int) -> Known:
    """Whether a number from `low` to `high` does not fit `width` bits with a sign."""
    top = 1 << width - 1
    return _truth(high < -top or low >= top, -top <= low and high < top)


def uadd_sat(width: int, x: Known, y: Known) -> Known:
    full = (1 << width) - 1
    if x.high + y.high <= full:
        return add(width, x, y)
    return between(width, min(x.low + y.low, full), full)


def usub_sat(width: int, x: Known, y: Known) -> Known:
    if x.low >= y.high:
        return sub(width, x, y)
    return between(width, max(x.low - y.high, 0), max(x.high - y.low, 0))


# --- what is known of a value beside another that is made from it -----------------------------------------------------


def without_lowest_one(width: int, x: Known) -> Known:
    """x & x - 1: the lowest one becomes 0, and whatever is known to be below it is 0 already."""
    zeros = x.zeros | (2 << min(_trailing(x.zeros), width - 1)) - 1
    return known(width, zeros, 0, 0, x.high)


def lowest_one(width: int, x: Known) -> Known:
    """x & -x."""
    least = 1 << _trailing(x.zeros) if x.low else 0
    return known(width, x.zeros, 0, least, x.possible if not x.ones else x.ones & -x.ones)


def with_lowest_zero(width: int, x: Known) -> Known:
    """x | x + 1: the lowest zero becomes 1."""
    return not_(width, without_lowest_one(width, not_(width, x)))
