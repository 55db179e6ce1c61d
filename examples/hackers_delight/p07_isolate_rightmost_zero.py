"""A 1 where the rightmost 0 is, and nothing else."""

from primir import u32


def isolate_rightmost_zero(x: u32) -> u32:
    for i in range(32):
        if not x >> i & 1:
            return 1 << i
    return 0
