"""Python: machine words, tuples, helpers, module constants, exceptions.

Words are masked where they could outgrow 64 bits, so that plain Python gives the same.
"""

from primir import i8, i16, i32, i64, u8, u16, u32, u64

MASK = 0xFFFFFFFF
ONES = 0xFFFFFFFFFFFFFFFF
WEIGHT = 37


def average(x: u32, y: u32) -> u32:
    return (x + y) >> 1


def turn_off(x: u64) -> u64:
    return x & (x - 1) & ONES


def absolute(x: i32) -> i64:
    return abs(x)


def clamped(x: i16, low: i16, high: i16) -> i16:
    return max(low, min(x, high))


def floor_division(x: i32, y: i32) -> i64:
    return x // y


def floor_remainder(x: i32, y: i32) -> i64:
    return x % y


def divided_by_constants(x: i32) -> i64:
    return x // 7 + x % 10 - x // -3


def squared(x: i16) -> i64:
    return x**2 + x**3


def selected(x: u8, y: u8) -> u8:
    return x if x > y else y


def compared(x: i32, y: i32) -> bool:
    return x < y <= 100 or x == 7 and not y == 3


def divided(x: i32, y: i32) -> tuple[i64, i64]:
    return x // y, x % y


def ordered(x: u16, y: u16) -> tuple[u16, u16, bool]:
    if x <= y:
        return x, y, True
    return y, x, False


def _mixed(x: u32) -> u32:
    return (x ^ x >> 15) * WEIGHT & MASK


def helped(x: u32, y: u32) -> u32:
    return _mixed(_mixed(x) ^ y)


def checked(x: u32) -> u32:
    if x > 1000:
        raise ValueError(x)
    return x * x


def asserted(x: u8) -> u8:
    assert x != 13
    return x ^ 13


def shifted(x: i64, n: u8) -> i64:
    return x >> (n & 63)


def casts(x: u32) -> i8:
    return i8(x)
