"""A mask of the trailing zeros."""

from primir import u32


def mask_trailing_zeros(x: u32) -> u32:
    return ~x & (x - 1)
