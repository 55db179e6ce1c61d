"""The high half of the product."""

from primir import u32


def high_product(x: u32, y: u32) -> u32:
    return (x * y) >> 32
