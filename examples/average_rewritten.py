"""The average again, in words of 32 bits. It does what average.py does:

    primir verify examples/average.py examples/average_rewritten.py
"""

from primir import u32


def average(a: u32, b: u32) -> u32:
    return (a & b) + ((a ^ b) >> 1)
