"""The absolute value."""

from primir import i32, u32


def absolute_value(x: i32) -> u32:
    return -x if x < 0 else x
