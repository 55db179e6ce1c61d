"""The rightmost string of 1s turned off."""

from primir import u32


def turn_off_rightmost_ones(x: u32) -> u32:
    i = 0
    while i < 32 and not x >> i & 1:
        i += 1
    while i < 32 and x >> i & 1:
        x &= ~(1 << i)
        i += 1
    return x
