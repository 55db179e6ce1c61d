"""The next number with as many 1s, where there is one."""

import primir
from primir import u32


@primir.spec(requires="x != 0 && x + (x & -x) >= x")
def next_with_as_many_ones(x: u32) -> u32:
    c = x & -x
    r = x + c
    return (((x ^ r) >> 2) // c) | r
