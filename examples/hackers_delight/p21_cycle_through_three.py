"""The next of a, b and c after x, which is one of them."""

import primir
from primir import u32


@primir.spec(requires="a != b && b != c && a != c && (x == a || x == b || x == c)")
def cycle_through_three(x: u32, a: u32, b: u32, c: u32) -> u32:
    if x == a:
        return b
    if x == b:
        return c
    return a
