"""Propagate the rightmost 1-bit to the right."""

from primir import u32


def propagate_rightmost_one(x: u32) -> u32:
    return x | (x - 1)
