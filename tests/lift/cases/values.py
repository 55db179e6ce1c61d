"""Functions that need several values at once, tables, and Python's own counts of bits. primir remarks on none."""

# ruff: noqa: F821  the types need no import

PRIMES = (2, 3, 5, 7, 11)
WEIGHTS = [5, -3, 2**40]
TABLE = [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4]
MIXED = (5, -3, 2**40, -2**62)


def halves(x):
    return x >> 4, x & 15


def divmod2(a: u16, b: u16) -> tuple[u16, u16]:
    q, r = 0, a
    while r >= b:
        r -= b
        q += 1
        if q > 100:
            return q, 0
    return q, r


def uses_pairs(x: u8, y: u8) -> i32:
    high, low = halves(x)
    q, r = divmod2(x, y | 1)
    return high * 1000 + low - q * r


def returns_pair(x: u8) -> tuple[u8, u8]:
    return halves(x ^ 3)


def mixed_pair(x, y):
    if x > y:
        return x, True
    return y - x, x == 3


def uses_mixed(x: u8, y: i8) -> tuple[i16, bool]:
    for i in range(4):
        z, b = mixed_pair(x + i, y)
        if b:
            break
        x = z & 127
    return x - z, b


def div_mod(a: i16, b: i8) -> tuple[i32, i16]:
    q, r = divmod(a, b)
    return q, r


def div_mod_return(a: u64, b: u64) -> tuple[u64, u64]:
    return divmod(a, b)


def powers(x: i8) -> i64:
    return pow(x, 3) + pow(x, 2, 7) + 2 ** 5


def modular(x: u32, m: u8) -> u8:
    return pow(x, 2, m)


def length(x: u32, y: i16, z: bool) -> u16:
    return x.bit_length() * 100 + y.bit_length() + z.bit_length() + (1000).bit_length()


def lengths_of_words(x: u64, y: i64) -> tuple[u8, u8, u8, u8]:
    return x.bit_length(), y.bit_length(), x.bit_count(), y.bit_count()


def count(x: u32, y: i16) -> u16:
    return x.bit_count() * 100 + int.bit_count(y) + (x - y).bit_length() + int.bit_length(x * y)


def leading(x: u32) -> u8:
    return 32 - x.bit_length()


def ceil_power(x: u32) -> u64:
    return 1 << (x - 1).bit_length() if x > 1 else 1


def annotated(x: u8, y: i8) -> i32:
    a: u16 = x + 3
    b: i16 = y * 2
    c: int = a * b
    d: bool = c > 5
    e: u8
    e = x
    return c + d - e


def annotated_word(x: u8) -> u64:
    n: u64 = 0
    for i in range(x & 7):
        n = n * 31 + i + x
    return n


def over_primes(x: u8) -> bool:
    for p in PRIMES:
        if x % p == 0:
            return x == p
    return x > 1


def over_weights(x: i16) -> i64:
    s = 0
    for w in WEIGHTS:
        s = s + w * x
    return s


def backwards(x: u8) -> u32:
    r = 0
    for i in reversed(range(0, 8, 3)):
        r = r * 10 + (x >> i & 1)
    for p in reversed(PRIMES):
        r ^= p * x
    for v in reversed((x, 1, 2)):
        r = r * 2 + v
    return r


def unpacked_constants(x: u8) -> u32:
    a, b, c, d, e = PRIMES
    return a * x + b + c * d - e


def chained(x: u8) -> u32:
    a = b = x + 1
    (c, d) = [a, b] = b * 2, a
    return a + b * c - d


def nibbles(x: u32) -> u8:
    n = 0
    for i in range(0, 32, 4):
        n += TABLE[x >> i & 15]
    return n


def any_index(i: i8) -> i64:
    return MIXED[i]


def some_index(i: u8, j: u64) -> i64:
    return MIXED[i] ^ (7, i, -i)[j] + TABLE[-1]


def signed_word_index(i: i64) -> i64:
    return MIXED[i]


def pair_of_choices(x: u8, y: u8) -> tuple[u8, u8]:
    a, b = (x, y) if x > y else (y, x)
    return (a - b, b) if a > 7 else (b, a)


def among_constants(x: i8, y: u8) -> u8:
    few = x in (3, -5, 9) or x + 1 not in [4, 5, 6, 7, 128]
    return 10 * few + (0 < y - 1 in {1, 250}) + 2 * (y in PRIMES)


def by_cases(x: u8, y: i8) -> i32:
    z = 0
    match x:
        case 0 | 1:
            z = 1
        case 7 if y > 3:
            z = x * y
        case 7 | 0x80:
            match y:
                case -1:
                    return -x
                case _ if y & 1:
                    x = 9
                case _:
                    z, x = 3, 2
                    z += y
        case _:
            z = -1
    match y:
        case 5:
            z += 100
    return z + x
