"""Two fields of x exchanged: the one under the mask m and the one k bits further up."""

import primir
from primir import u32


@primir.spec(requires="k < 32")
def exchange_fields(x: u32, m: u32, k: u32) -> u32:
    t = ((x >> k) ^ x) & m
    return x ^ t ^ (t << k)
