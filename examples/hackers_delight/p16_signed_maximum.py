"""The greater of two signed words."""

from primir import i32


def signed_maximum(x: i32, y: i32) -> i32:
    return x if x >= y else y
