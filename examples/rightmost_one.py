"""The lowest bit that is set, looked for bit by bit: two instructions do it without a loop.

    primir synth examples/rightmost_one.py --using plain
"""

from primir import u32


def rightmost_one(x: u32) -> u32:
    for i in range(32):
        if x >> i & 1:
            return 1 << i
    return 0
