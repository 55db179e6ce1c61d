"""The next number with as many 1s, as the literature on synthesis states it (x ^ c for x ^ r)."""

import primir
from primir import u32


@primir.spec(requires="x != 0")
def next_with_as_many_ones(x: u32) -> u32:
    c = x & -x
    return (((x ^ c) >> 2) // c) | ((x + c) & 0xFFFFFFFF)
