"""A signed number brought into the range of a pixel, 0 to 255.

    primir synth examples/clamp.py
"""

from primir import i32, u8


def clamp(x: i32) -> u8:
    if x < 0:
        return 0
    if x > 255:
        return 255
    return x
