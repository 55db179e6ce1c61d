"""Turn off the rightmost 1-bit."""

from primir import u32


def turn_off_rightmost_one(x: u32) -> u32:
    return x & (x - 1)
