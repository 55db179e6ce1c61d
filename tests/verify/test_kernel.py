"""Linear relations modulo 2**w: all that hold in the table, and none else."""

import random
from itertools import product

import pytest
from primir.verify.kernel import kernel


def spanned(vectors, size, width):
    """All sums of multiples of `vectors`."""
    found = {(0,) * size}
    for vector in vectors:
        found = {tuple((a + k * b) % (1 << width) for a, b in zip(other, vector))
                 for other in found for k in range(1 << width)}
    return found


@pytest.mark.parametrize("width, size", [(1, 3), (2, 3), (3, 2), (3, 3)])
def test_as_by_trying_everything(width, size):
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    for _ in range(15):
        table = [[rng.randrange(1 << width) for _ in range(size)] for _ in range(rng.randrange(1, 4))]
        wanted = {vector for vector in product(range(1 << width), repeat=size)
                  if all(sum(a * b for a, b in zip(row, vector)) % (1 << width) == 0 for row in table)}
        assert spanned(kernel(table, width), size, width) == wanted, (seed, table)


def test_a_relation_at_64_bits():
    rng = random.Random(0)
    rows = [(n, n * n, n * (n - 1) // 2 % (1 << 64)) for n in (rng.getrandbits(31) for _ in range(50))]
    assert [-1 % (1 << 64), 1, -2 % (1 << 64)] in [[-v % (1 << 64) for v in vector] if vector[0] == 1 else vector
                                                   for vector in kernel(rows, 64)]


def test_no_rows_tell_nothing():
    assert kernel([], 8) == []
