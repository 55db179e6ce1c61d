"""Thirty functions that have a short program without loops in the literature, said here at length: see held_out.py.

Sources: AND Sean Eron Anderson, "Bit Twiddling Hacks"; HD Henry S. Warren, "Hacker's Delight", 2nd edition; KNU Knuth,
"The Art of Computer Programming" 7.1.3; DIE Hank Dietz, "The Aggregate Magic Algorithms"; LAM Leslie Lamport, "Multiple
byte processing with full-word instructions", CACM 18 (8), 1975. The number is that of the operations in the source's
program, or in a shorter one where comparisons and selects make it so; the program itself is in the comment.
"""

import primir
from primir import i32, u8, u16, u32


def sign_of_five_bits(x: u32) -> i32:  # 3, AND "Sign extending from a constant bit-width": ((x & 31) ^ 16) - 16
    low = x & 31
    return low - 32 if low >= 16 else low


def negate_if(x: u32, flag: bool) -> u32:  # 2, AND "Conditionally negate a value": flag ? -x : x
    return (0 - x) if flag else x


def merge_under_mask(a: u32, b: u32, m: u32) -> u32:  # 3, AND "Merge bits from two values according to a mask"
    r = 0
    for i in range(32):
        r |= ((b if m >> i & 1 else a) >> i & 1) << i
    return r


def set_or_clear(w: u32, m: u32, flag: bool) -> u32:  # 4, AND "Conditionally set or clear bits"
    for i in range(32):
        if m >> i & 1:
            w = w | 1 << i if flag else w & ~(1 << i)
    return w


def opposite_signs(x: i32, y: i32) -> bool:  # 2, AND "Detect if two integers have opposite signs": (x ^ y) < 0
    if x < 0:
        return y >= 0
    return y < 0


def exchange_nibbles(x: u8) -> u8:  # 3, HD 7-1: (x << 4) | (x >> 4)
    r = 0
    for i in range(8):
        r |= (x >> i & 1) << ((i + 4) % 8)
    return r


def has_zero_byte(x: u32) -> bool:  # 5, LAM, AND "Determine if a word has a zero byte": ((x-01..) & ~x & 80..) != 0
    for i in range(4):
        if x >> 8 * i & 255 == 0:
            return True
    return False


def parity_of_nibble(x: u16) -> u16:  # 3, AND "Compute parity in parallel": (0x6996 >> (x & 15)) & 1
    p = 0
    for i in range(4):
        p ^= x >> i & 1
    return p


@primir.spec(requires="a != 0 && a & (a - 1) == 0 && x <= 0xffffffff - a")
def round_up_to_multiple(x: u32, a: u32) -> u32:  # 4, HD 3-1: (x + (a - 1)) & -a
    return x if x % a == 0 else x + (a - x % a)


def sum_overflows(x: i32, y: i32) -> bool:  # 4, HD 2-13: ((s ^ x) & (s ^ y)) < 0 is 5; (x + y < x) ^ (y < 0) is 4
    s = x + y
    return s > 2147483647 or s < -2147483648


def difference_overflows(x: i32, y: i32) -> bool:  # 4, HD 2-13: (x - y > x) ^ (y < 0)
    s = x - y
    return s > 2147483647 or s < -2147483648


def carries(x: u32, y: u32) -> bool:  # 2, HD 2-13: x + y < x
    return x + y > 0xFFFFFFFF


def difference_or_zero(x: u32, y: u32) -> u32:  # 3, HD 2-19 "doz": x < y ? 0 : x - y
    return x - y if x > y else 0


def compare(x: i32, y: i32) -> i32:  # 3, HD 2-9: (x > y) - (x < y)
    if x > y:
        return 1
    return -1 if x < y else 0


@primir.spec(requires="a != b && (x == a || x == b)")
def alternate(x: u32, a: u32, b: u32) -> u32:  # 2, HD 2-20: a + b - x
    return b if x == a else a


def trailing_ones(x: u32) -> u32:  # 3, HD 2-1: x & ~(x + 1)
    r = 0
    i = 0
    while i < 32 and x >> i & 1:
        r |= 1 << i
        i += 1
    return r


def all_ones_or_none(x: u32) -> bool:  # 3, HD 2-1: whether x is 2**n - 1: (x & (x + 1)) == 0
    while x & 1:
        x >>= 1
    return x == 0


def signed_average(x: i32, y: i32) -> i32:  # 4, HD 2-5: (x & y) + ((x ^ y) >> 1)
    return (x + y) >> 1


def round_down_to_power(x: u32) -> u32:  # 12, HD 3-2 "flp2": five smears, x - (x >> 1)
    r = 0
    for i in range(32):
        if x >> i & 1:
            r = 1 << i
    return r


def gray(x: u32) -> u32:  # 2, HD 13-1, KNU: x ^ (x >> 1)
    r = x & 0x80000000
    for i in range(31):
        r |= ((x >> i ^ x >> (i + 1)) & 1) << i
    return r


def from_gray(x: u32) -> u32:  # 10, HD 13-1, KNU: five steps x ^= x >> 2**i
    r = 0
    bit = 0
    for i in range(32):
        bit ^= x >> (31 - i) & 1
        r |= bit << (31 - i)
    return r


@primir.spec(requires="n != 0 && n < 32")
def rotate(x: u32, n: u32) -> u32:  # 4, HD 2-15: (x << n) | (x >> (32 - n))
    for _ in range(n):
        x = (x << 1 & 0xFFFFFFFF) | x >> 31
    return x


@primir.spec(requires="x % 3 == 0")
def third(x: u32) -> u32:  # 1, HD 10-16: x * 0xaaaaaaab, or x / 3
    n = 0
    for i in range(32):
        step = 1 << (31 - i)
        if 3 * (n + step) <= x:
            n += step
    return n


@primir.spec(requires="n < 32")
def low_bits(x: u32, n: u32) -> u32:  # 3, HD 2-1 and x86's bzhi: x & ~(-1 << n)
    r = 0
    for i in range(32):
        if i < n:
            r |= x & 1 << i
    return r


def add_bytes(x: u32, y: u32) -> u32:  # 6, HD 2-18, LAM, DIE "SIMD within a register"
    r = 0
    for i in range(4):
        r |= ((x >> 8 * i) + (y >> 8 * i) & 255) << 8 * i
    return r


def average_bytes(x: u32, y: u32) -> u32:  # 5, DIE: (x & y) + (((x ^ y) & 0xfefefefe) >> 1)
    r = 0
    for i in range(4):
        r |= ((x >> 8 * i & 255) + (y >> 8 * i & 255) >> 1) << 8 * i
    return r


def broadcast(x: u32) -> u32:  # 2, AND: (x & 255) * 0x01010101
    low = x & 255
    return low | low << 8 | low << 16 | low << 24


def lower_case(c: u8) -> u8:  # 4, KNU: c | (c - 65 < 26) << 5
    return c + 32 if 65 <= c <= 90 else c


def is_letter(c: u8) -> bool:  # 3: (c | 32) - 97 < 26
    return 65 <= c <= 90 or 97 <= c <= 122


def average_of_pixels(x: u16, y: u16) -> u16:  # 5, two words of 5, 6 and 5 bits: (x & y) + (((x ^ y) & 0xf7de) >> 1)
    red = (x >> 11) + (y >> 11) >> 1
    green = (x >> 5 & 63) + (y >> 5 & 63) >> 1
    blue = (x & 31) + (y & 31) >> 1
    return red << 11 | green << 5 | blue
