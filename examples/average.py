"""The average of two words, rounded down. The sum may need 33 bits, and still nothing may overflow.

    primir synth examples/average.py --using plain
"""

from primir import u32


def average(a: u32, b: u32) -> u32:
    return (a + b) // 2
