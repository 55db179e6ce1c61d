"""The larger of two signed numbers."""

from primir import i32


def signed_maximum(x: i32, y: i32) -> i32:
    return x if x >= y else y
