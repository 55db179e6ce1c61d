"""0 exactly for the words 2**n - 1: the trailing ones removed."""

from primir import u32


def test_low_ones(x: u32) -> u32:
    return x & (x + 1)
