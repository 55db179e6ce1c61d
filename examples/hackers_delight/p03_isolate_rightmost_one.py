"""The rightmost 1 alone."""

from primir import u32


def isolate_rightmost_one(x: u32) -> u32:
    for i in range(32):
        if x >> i & 1:
            return 1 << i
    return 0
