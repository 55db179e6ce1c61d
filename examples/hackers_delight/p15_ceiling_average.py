"""The average, rounded up, without overflow."""

from primir import u32


def ceiling_average(x: u32, y: u32) -> u32:
    return (x + y + 1) >> 1
