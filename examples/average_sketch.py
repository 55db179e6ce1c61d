"""The average of two words, and a sketch of it"""

import primir
from primir import u32


def average(x: u32, y: u32) -> u32:
    return (x + y) // 2


def sketch(x: u32, y: u32) -> u32:
    return primir.choose(x & y, x | y) + ((x ^ y) >> primir.hole())
