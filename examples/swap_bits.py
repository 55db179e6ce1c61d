"""Two words exchange their bits where the mask has ones. Two results make a tuple.

    primir synth examples/swap_bits.py --using plain
"""

from primir import u32


def swap_bits(x: u32, y: u32, mask: u32) -> tuple[u32, u32]:
    return (x & ~mask) | (y & mask), (y & ~mask) | (x & mask)
