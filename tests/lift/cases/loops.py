"""Functions with loops, whose types are those of the machine. primir computes what Python does, and remarks on none.

The bit loops at the end are the references of problems in the literature that no formula without a loop defines.
"""

# ruff: noqa: F821  the types need no import


def popcount(x: u32) -> u32:
    n = 0
    while x:
        n += x & 1
        x >>= 1
    return n


def popcount64(x: u64) -> u32:
    n = 0
    while x:
        x &= x - 1
        n += 1
    return n


def kernighan(x: u32) -> bool:
    n = 0
    while x:
        x &= x - 1
        n += 1
    return n == 1


def parity64(x: u64) -> u64:
    p = 0
    while x:
        p ^= x & 1
        x >>= 1
    return p


def reversed_bits(x: u64) -> u64:
    r = 0
    for _ in range(64):
        r = (r << 1) | (x & 1)
        x >>= 1
    return r


def reversed32(x: u32) -> u32:
    r = 0
    for _ in range(32):
        r = (r << 1) | (x & 1)
        x >>= 1
    return r


def palindrome(x: u32) -> bool:
    r = 0
    y = x
    for _ in range(32):
        r = (r << 1) | (y & 1)
        y >>= 1
    return r == x


def leading_zeros(x: u64) -> u8:
    n = 0
    while x >> n:
        n += 1
    return 64 - n


def leading_zeros_down(x: u64) -> u8:
    n = 64
    for i in range(63, -1, -1):
        if x >> i & 1:
            return 63 - i
    return n


def isqrt(x: u32) -> u16:
    r = 0
    bit = 1 << 30
    while bit > x:
        bit >>= 2
    while bit:
        if x >= r + bit:
            x -= r + bit
            r = (r >> 1) + bit
        else:
            r >>= 1
        bit >>= 2
    return r


def isqrt64(x: u64) -> u32:
    r = 0
    for i in range(31, -1, -1):
        t = r | (1 << i)
        if t * t <= x:
            r = t
    return r


def isqrt_binary(x: u32) -> u32:
    lo, hi = 0, 65536
    while lo < hi:
        mid = (lo + hi + 1) // 2
        if mid * mid <= x:
            lo = mid
        else:
            hi = mid - 1
    return lo


def isqrt_newton(x: u32) -> u32:
    if x == 0:
        return 0
    r = x
    y = (r + 1) // 2
    while y < r:
        r = y
        y = (r + x // r) // 2
    return r


def isqrt_slow(x: u16) -> u16:
    r = 0
    while (r + 1) * (r + 1) <= x:
        r += 1
    return r


def gray_decode(x: u32) -> u32:
    mask = x >> 1
    while mask:
        x ^= mask
        mask >>= 1
    return x


def gray_decode64(g: u64) -> u64:
    r = 0
    while g:
        r ^= g
        g >>= 1
    return r


def gcd(a: u16, b: u16) -> u16:
    while b:
        a, b = b, a % b
    return a


def gcd_slow(a: u8, b: u8) -> u8:
    if a == 0 or b == 0:
        return a | b
    while a != b:
        if a > b:
            a -= b
        else:
            b -= a
    return a


def last_of(x: u8) -> u8:
    for i in range(8):
        last = i * x
    return last + i


def nested_exit(x: u8, y: u8) -> i16:
    total = 0
    for i in range(1, 12, 3):
        for j in range(5, 0, -2):
            if i * j == x:
                return total
            if j > y:
                break
            if (i + j) & 1:
                continue
            total += i * j
        else:
            total -= 1
        total += 100
    return total


def with_else(x: u8) -> u8:
    n = 0
    while n < 10:
        if n * n == x:
            break
        n += 1
    else:
        return 200
    return n


def changes_the_variable(x: u8) -> u32:
    s = 0
    for i in range(6):
        i *= x
        s += i
        if i > 300:
            continue
        i = 7
    return s + i


def variable_range(a: u8, b: u8) -> u32:
    s = 0
    for i in range(a, b, 7):
        s += i
        if s > 1000:
            break
    return s


def down_range(a: i8, b: i8) -> i32:
    s = 0
    for i in range(a, b, -11):
        s = s * 2 - i
    return s


def once(n: u8) -> u32:
    s = 0
    for i in range(n):
        n = 3
        s += i
    return s


def items(x: u32) -> u32:
    for s in (16, 8, 4, 2, 1):
        x |= x >> s
    return x


def items_of(x: u8, y: i8) -> i16:
    best = 0
    for v in (x, y, 3, -x):
        if v > best:
            best = v
    return best


def average_of(n: u8, x: u32) -> u32:
    s = 0
    for i in range(n):
        s += x ^ i
    return s // n


def digits(x: u32) -> u8:
    n = 1
    while x > 9:
        x //= 10
        n += 1
    return n


def decimal_reversed(x: u16) -> u32:
    r = 0
    while x:
        r = r * 10 + x % 10
        x //= 10
    return r


def power_mod(b: u8, e: u8, m: u8) -> u8:
    r = 1
    b %= m
    while e:
        if e & 1:
            r = r * b % m
        b = b * b % m
        e >>= 1
    return r % m


def divide(a: u16, b: u16) -> tuple[u16, u16]:
    assert b > 0
    q, r = 0, 0
    for i in range(15, -1, -1):
        r = (r << 1) | (a >> i & 1)
        if r >= b:
            r -= b
            q |= 1 << i
    return q, r


def flag(x: u16) -> bool:
    found = False
    while x and not found:
        found = x % 7 == 3
        x >>= 1
    return found


def fib(n: u8) -> u64:
    a, b = 0, 1
    for _ in range(n & 63):
        a, b = b, a + b
    return a


def trailing(x: i32) -> u8:
    if x == 0:
        return 32
    n = 0
    while not x & 1:
        x >>= 1
        n += 1
    return n


def two_returns(x: u8) -> u8:
    while True:
        if x > 100:
            return x
        x += 37


def triple(x: u8) -> u16:
    n = 0
    for i in range(4):
        for j in range(i, 4):
            k = j
            while k:
                k -= 1
                n += x & k
                if n > 200:
                    return n
    return n


def ones(x):
    n = 0
    while x:
        n += x & 1
        x >>= 1
    return n


def first_at_least(limit, x):
    for i in range(20):
        for j in range(i, 20):
            if i * j >= limit:
                return i * 32 + j + x
    return -1


def with_helpers(x: u16, y: u8) -> i32:
    total = 0
    for i in range(3):
        total += ones(x >> i) * (i + 1) - ones(y ^ i)
    return total + first_at_least(y, total)


def to_the_top(a: u64) -> u8:
    n = 0
    for i in range(a, 2**64 - 1, 2**60):
        n += i >= a
    return n


def from_below(a: i64) -> u8:
    n = 0
    for _ in range(a, -(2**63), -(2**60)):
        n += 1
    return n


def over_the_top(a: u32) -> u64:
    s = 0
    for i in range(2**64 - 3 - a, 2**64 - 1, 2**30):
        s ^= i
    return s


def below_a_word(n: u64, x: u64) -> u64:
    for i in range(n % 9):
        x += i ^ n
    return x


def word_counter(x: u64) -> u64:
    i = u64(0)
    while i < 64 and not x >> i & 1:
        i += 1
    return i


def palindrome_of_its_length(x: u32) -> bool:
    r, y = 0, x
    while y:
        r = r << 1 | y & 1
        y >>= 1
    return r == x


def decimal_palindrome(x: u32) -> bool:
    r, y = 0, x
    while y > 0 and x != 7:
        r = r * 10 + y % 10
        y = y // 10
    return r == x


def doubled_for_each_bit(x: u16) -> u64:
    n = 1
    while x != 0:
        n *= 3
        x &= x - 1
    return n // 2


def isqrt64_down(x: u64) -> u32:
    r = 0
    bit = 1 << 62
    while bit > x:
        bit >>= 2
    while bit:
        if x >= r + bit:
            x -= r + bit
            r = (r >> 1) + bit
        else:
            r >>= 1
        bit >>= 2
    return r


def crc_byte(x: u8) -> u32:
    crc = x ^ 0xFFFFFFFF
    for _ in range(8):
        crc = (crc >> 1) ^ (0xEDB88320 & -(crc & 1))
    return crc ^ 0xFFFFFFFF


def crc_if(x: u32) -> u32:
    for _ in range(32):
        if x & 1:
            x = (x >> 1) ^ 0xEDB88320
        else:
            x >>= 1
    return x


def lcg(x: u32, n: u8) -> u32:
    for _ in range(n):
        x = (x * 1103515245 + 12345) & 0x7fffffff
    return x


def log10(x: u32) -> u8:
    n = 0
    while x >= 10:
        x //= 10
        n += 1
    return n if n < 5 else 99


def morton(x: u16, y: u16) -> u32:
    z = 0
    for i in range(16):
        z |= (x & 1 << i) << i | (y & 1 << i) << (i + 1)
    return z


def multiply(a: u32, b: u32) -> u32:
    r = 0
    while b:
        if b & 1:
            r += a
        a <<= 1
        b >>= 1
    return r


def quotient(a: u8, b: u8) -> u8:
    assert b
    q = 0
    while a >= b:
        a -= b
        q += 1
    return q


def prime(x: u16) -> bool:
    d = 2
    while d * d <= x:
        if x % d == 0:
            return False
        d += 1
    return x > 1


def triangular(n: u16) -> u16:
    i = s = 0
    while s < n:
        i += 1
        s += i
    return i


def power_of_words(x: u64) -> u64:
    if x > 1 << 63:
        return 0
    p = u64(1)
    while p < x:
        p <<= 1
    return p


def clz64(x: u64) -> u8:
    if x == 0:
        return 64
    n = 0
    while not x >> 63:
        x <<= 1
        n += 1
    return n


def clz32(x: u32) -> u8:
    if x == 0:
        return 32
    n = 0
    while not x & 0x80000000:
        x <<= 1
        n += 1
    return n


def binary_gcd(a: u16, b: u16) -> u16:
    if a == 0 or b == 0:
        return a | b
    s = 0
    while (a | b) & 1 == 0:
        a >>= 1
        b >>= 1
        s += 1
    while a & 1 == 0:
        a >>= 1
    while b:
        while b & 1 == 0:
            b >>= 1
        if a > b:
            a, b = b, a
        b -= a
    return a << s


def sum_of_digits(x: u64) -> u32:
    s = 0
    while x:
        s += x % 10
        x //= 10
    return s


def binary_search(x: u8) -> u8:
    lo, hi = 0, 255
    while lo != hi:
        m = (lo + hi) >> 1
        if m * m >= x:
            hi = m
        else:
            lo = m + 1
    return lo


def mean(n: u32) -> u32:
    t = 0
    c = 0
    for i in range(32):
        if n >> i & 1:
            t += i
            c += 1
    return t // c if c else 0


def checksum(x: u64) -> u8:
    s = 0
    for i in range(0, 64, 8):
        s = (s + (x >> i & 255)) % 255
    return s


def saturating(x: u8, y: u8) -> u8:
    r = x
    for _ in range(3):
        r = min(r + y, 255)
    return r


def factorial(n: u8) -> u64:
    r = 1
    for i in range(1, (n & 15) + 1):
        r *= i
    return r


def hamming(x: u64, y: u64) -> u8:
    d = 0
    z = x ^ y
    while z > 0:
        d += 1
        z &= z - 1
    return d


def leading_zeros_by_halves(x: u32) -> u8:
    n = 32
    c = 16
    while c:
        y = x >> c
        if y:
            n -= c
            x = y
        c >>= 1
    return n - x


def runs(x: u32) -> u8:
    best = cur = 0
    for i in range(32):
        if x >> i & 1:
            cur += 1
            best = max(best, cur)
        else:
            cur = 0
    return best


def select_nth(x: u64, n: u8) -> u8:
    for i in range(64):
        if x >> i & 1:
            if n == 0:
                return i
            n -= 1
    return 64


def outside_of_a_chain(a: i8, b: i8) -> i16:
    if a < b < 100:
        return b - a
    return a - b


def no_longer_known(x: u8, y: u8) -> i16:
    if x >= y:
        x -= 20
        return x - y
    return 0


def overwritten(x: u8, y: u8, z: u8) -> i16:
    if x >= z:
        x, y = y, z
        return x - y
    return y


def no_round(x: u8) -> u8:
    i = x
    for i in range(7, 3):
        x += i
    else:
        x += 2
    return x * i


def else_after_all(x: u8) -> u8:
    for i in range(x):
        if i == 7:
            x = i * 3
            break
    else:
        x += 1
    return x


def else_of_the_loop_around(x: u8, y: u8) -> u16:
    n = 0
    for i in range(5):
        for j in range(3):
            n += i * j ^ x
            if n & 7 == y & 7:
                break
        else:
            if n > 100:
                break
            continue
        n += 1
    else:
        n *= 2
    return n


def counts_down_by_itself(x: u8) -> u8:
    while x > 3:
        x -= 3
    return x


def until_none_is_left(a: u8, b: u8) -> u16:
    n = 0
    while a or b:
        if a:
            a -= 1
        if b > a:
            b //= 2
        elif b:
            b -= 1
        n += 1
        assert n < 1000
    return n


def same_each_time(x: u8) -> u8:
    for _ in range(3):
        y = 5
        x ^= y
    return x // y


def raises_inside(x: u8) -> u16:
    n = 0
    for i in range(10):
        n += 100 // (x - i)
    return n


def first_is_bool(x: u8) -> bool:
    odd = False
    for i in range(8):
        odd ^= x >> i & 1
    return odd != 0


def one_of_them(x: u8) -> bool:
    for v in [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, x // 2 | 1]:
        if x == v:
            return True
        if x % v == 0:
            break
    return False


def average_of_sums(n: u32, m: u8) -> u32:
    s = 0
    for i in range(m):
        s += n ^ i
    return s // (m + 1)


def signs(x: i8) -> i8:
    while x < 0:
        x += 100
    while x > 50:
        x = -x // 2 + 60
    return x


def collatz(n: u8) -> u16:
    steps = 0
    while n > 1 and steps < 300:
        n = n // 2 if n % 2 == 0 else (3 * n + 1) & 0xFFFF
        steps += 1
    return steps


def p03_isolate_rightmost_one(x: u32) -> u32:
    for i in range(32):
        if x >> i & 1:
            return 1 << i
    return 0


def p07_isolate_rightmost_zero(x: u32) -> u32:
    for i in range(32):
        if not x >> i & 1:
            return 1 << i
    return 0


def p10_same_leading_zeros(x: u32, y: u32) -> bool:
    n = 0
    while x >> n:
        n += 1
    m = 0
    while y >> m:
        m += 1
    return n == m


def p11_fewer_leading_zeros(x: u32, y: u32) -> bool:
    n = 0
    while x >> n:
        n += 1
    m = 0
    while y >> m:
        m += 1
    return n > m


def p12_at_most_as_many_leading_zeros(x: u32, y: u32) -> bool:
    n = 0
    while x >> n:
        n += 1
    m = 0
    while y >> m:
        m += 1
    return n >= m


def p17_turn_off_rightmost_ones(x: u32) -> u32:
    i = 0
    while i < 32 and not x >> i & 1:
        i += 1
    while i < 32 and x >> i & 1:
        x &= ~(1 << i)
        i += 1
    return x


def p18_power_of_two(x: u32) -> bool:
    n = 0
    while x:
        n += x & 1
        x >>= 1
    return n == 1


def p22_parity(x: u32) -> u32:
    p = 0
    while x:
        p ^= x & 1
        x >>= 1
    return p


def p23_population_count(x: u32) -> u32:
    n = 0
    while x:
        n += x & 1
        x >>= 1
    return n


def p24_round_up_to_power_of_two(x: u32) -> u32:
    if x == 0:
        return 0
    r = 1
    while r < x:
        r <<= 1
    return r
