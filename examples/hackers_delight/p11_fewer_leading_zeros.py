"""Whether x begins with fewer zeros than y."""

from primir import u32


def fewer_leading_zeros(x: u32, y: u32) -> bool:
    n = 0
    while x >> n:
        n += 1
    m = 0
    while y >> m:
        m += 1
    return n > m
