"""The average, rounded down, without overflow."""

from primir import u32


def floor_average(x: u32, y: u32) -> u32:
    return (x + y) >> 1
