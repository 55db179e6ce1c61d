"""A square root by bisection: `primir verify examples/square_root.spec examples/square_root.py:square_root`."""

from primir import u64


def square_root(x: u64) -> u64:
    low: u64 = 0
    high: u64 = 0xFFFFFFFF
    while low < high:
        middle = high - (high - low) // 2
        if middle * middle <= x:
            low = middle
        else:
            high = middle - 1
    return low
