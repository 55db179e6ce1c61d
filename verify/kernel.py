"""Linear relations modulo 2**w: the vectors that a table of words takes to zero.

The integers modulo 2**w are no field, but of two of them one divides the other: by how often 2 divides it. So a row
leaves of the relations, in a single pass, those that hold in it (Mueller-Olm and Seidl, "Analysis of modular
arithmetic", 2005).
"""

from __future__ import annotations

import random
from collections.abc import Sequence

PLAIN = 8  # bits
EXTRA = 40  # rows more than columns that are looked at before the others confirm what was found


def kernel(table: Sequence[Sequence[int]], width: int) -> list[list[int]]:
    """Vectors v with `sum(row[k] * v[k]) % 2**width == 0` for all rows.

    Up to PLAIN bits they generate all such vectors; above, one may have given way to a vector that differs by what is
    about a few bits.

    Later positions are solved for first: as few vectors as can be have a factor there.
    """
    if not table:
        return []
    mask = (1 << width) - 1
    size = len(table[0])
    basis = [[int(at == index) for at in range(size)] for index in range(size)]
    order = list(range(len(table)))
    random.Random(0).shuffle(order)
    some, rest = order[:2 * size + EXTRA], order[2 * size + EXTRA:]
    for index in some:
        basis = _restricted(basis, table[index], width)
    for index in rest:
        if any(_product(table[index], vector) & mask for vector in basis):
            basis = _restricted(basis, table[index], width)
    found = _reduced(basis, width)
    return [_plain(vector, table, width) for vector in found] if width > PLAIN else found


def _plain(vector: list[int], table: Sequence[Sequence[int]], width: int) -> list[int]:
    """`vector` with factors near 0, if that holds as well: it differs by relations that say little, as n*n + n even."""
    low = max(width - 6, 1)
    near = [(number + (1 << low - 1) & (1 << low) - 1) - (1 << low - 1) & (1 << width) - 1 for number in vector]
    fits = any(near) and all(_product(row, near) & (1 << width) - 1 == 0 for row in table)
    return near if fits else vector


def _product(row: Sequence[int], vector: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(row, vector) if b)


def _restricted(basis: list[list[int]], row: Sequence[int], width: int) -> list[list[int]]:
    """Generators of those sums of the basis that `row` takes to zero."""
    mask = (1 << width) - 1
    words = [_product(row, vector) & mask for vector in basis]
    pivot = min((k for k, word in enumerate(words) if word), key=lambda k: _twos(words[k]), default=None)
    if pivot is None:
        return basis
    twos = _twos(words[pivot])
    inverse = pow(words[pivot] >> twos, -1, 1 << width)
    found = []
    for k, vector in enumerate(basis):
        if k == pivot:
            scaled = [number << width - twos & mask for number in vector]
            if any(scaled):
                found.append(scaled)
            continue
        factor = (words[k] >> twos) * inverse & mask
        found.append([a - factor * b & mask for a, b in zip(vector, basis[pivot])] if factor else vector)
    return found


def _reduced(basis: list[list[int]], width: int) -> list[list[int]]:
    """The same relations, with zeros at as many late positions as can be."""
    mask = (1 << width) - 1
    done: list[list[int]] = []
    for at in reversed(range(len(basis[0]) if basis else 0)):
        having = [vector for vector in basis if vector[at]]
        if not having:
            continue
        pivot = min(having, key=lambda vector: _twos(vector[at]))
        twos = _twos(pivot[at])
        inverse = pow(pivot[at] >> twos, -1, 1 << width)
        pivot = [number * inverse & mask for number in pivot]
        basis = [_without(vector, pivot, at, twos, mask) for vector in basis]
        done = [_without(vector, pivot, at, twos, mask) for vector in done]
        basis = [vector for vector in basis if any(vector)]
        done.append(pivot)
        # what is left of the pivot where its factor at this position has become zero
        rest = [number << width - twos & mask for number in pivot]
        if any(rest):
            basis.append(rest)
    return done


def _without(vector: list[int], pivot: list[int], at: int, twos: int, mask: int) -> list[int]:
    factor = vector[at] >> twos
    return [a - factor * b & mask for a, b in zip(vector, pivot)] if factor else vector


def _twos(word: int) -> int:
    """How often 2 divides `word`, which is not 0."""
    return (word & -word).bit_length() - 1
