"""Python: loops."""

from primir import u8, u16, u32, u64


def popcount(x: u64) -> u8:
    n = 0
    for i in range(64):
        n += (x >> i) & 1
    return n


def popcount_while(x: u64) -> u8:
    n = 0
    while x:
        x = x & (x - 1)
        n += 1
    return n


def parity(x: u64) -> bool:
    p = 0
    while x:
        p ^= x & 1
        x >>= 1
    return p == 1


def reversed_bits(x: u32) -> u32:
    r = 0
    for _ in range(32):
        r = r << 1 | x & 1
        x = x >> 1
    return r


def leading_zeros(x: u32) -> u8:
    n = 32
    while x:
        x >>= 1
        n -= 1
    return n


def square_root(x: u32) -> u32:
    root = 0
    bit = 1 << 30
    while bit:
        if x >= root + bit:
            x -= root + bit
            root = (root >> 1) + bit
        else:
            root >>= 1
        bit >>= 2
    return root


def gray_decode(x: u32) -> u32:
    r = x
    while x > 1:
        x >>= 1
        r ^= x
    return r


def divisor(x: u8, y: u8) -> u8:
    while y:
        x, y = y, x % y
    return x


def nested(x: u8) -> u16:
    s = 0
    for i in range(5):
        for j in range(i, 6, 2):
            if i * j == x & 7:
                continue
            s += i ^ j
        if s > x:
            break
    return s


def counting_down(x: u8) -> u16:
    s = 0
    for i in range(9, -1, -3):
        s = s * 2 + (x >> (i & 7))
    return s
