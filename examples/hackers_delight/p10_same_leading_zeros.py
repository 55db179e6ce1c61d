"""Whether two words begin with as many zeros."""

from primir import u32


def same_leading_zeros(x: u32, y: u32) -> bool:
    n = 0
    while x >> n:
        n += 1
    m = 0
    while y >> m:
        m += 1
    return n == m
