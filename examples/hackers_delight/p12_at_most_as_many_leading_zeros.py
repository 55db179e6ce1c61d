"""Whether x begins with at most as many zeros as y."""

from primir import u32


def at_most_as_many_leading_zeros(x: u32, y: u32) -> bool:
    n = 0
    while x >> n:
        n += 1
    m = 0
    while y >> m:
        m += 1
    return n >= m
