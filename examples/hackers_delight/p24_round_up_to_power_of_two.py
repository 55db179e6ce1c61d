"""The least power of two that is not below x; 0 where there is none."""

from primir import u32


def round_up_to_power_of_two(x: u32) -> u32:
    if x == 0:
        return 0
    r = 1
    while r < x:
        r <<= 1
    return r
