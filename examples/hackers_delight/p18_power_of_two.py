"""Whether x is a power of two."""

from primir import u32


def power_of_two(x: u32) -> bool:
    n = 0
    while x:
        n += x & 1
        x >>= 1
    return n == 1
