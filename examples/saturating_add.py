"""A sum that stops at the largest number instead of wrapping around.

    primir synth examples/saturating_add.py --using plain
"""

from primir import u32


def saturating_add(a: u32, b: u32) -> u32:
    return min(a + b, 0xFFFFFFFF)
