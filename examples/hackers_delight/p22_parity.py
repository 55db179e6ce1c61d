"""Whether the number of 1s is odd."""

from primir import u32


def parity(x: u32) -> u32:
    p = 0
    while x:
        p ^= x & 1
        x >>= 1
    return p
