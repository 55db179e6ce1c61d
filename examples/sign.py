"""The sign of a number: -1, 0 or 1.

    primir synth examples/sign.py --using plain
"""

from primir import i32


def sign(x: i32) -> i32:
    if x < 0:
        return -1
    if x > 0:
        return 1
    return 0
