"""A mask of the rightmost 1-bit and the zeros below it."""

from primir import u32


def mask_to_rightmost_one(x: u32) -> u32:
    return x ^ (x - 1)
