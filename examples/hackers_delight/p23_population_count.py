"""The number of 1s."""

from primir import u32


def population_count(x: u32) -> u32:
    n = 0
    while x:
        n += x & 1
        x >>= 1
    return n
