"""Turn on the rightmost 0-bit."""

from primir import u32


def turn_on_rightmost_zero(x: u32) -> u32:
    return x | (x + 1)
