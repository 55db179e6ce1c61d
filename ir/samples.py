"""Sample inputs: corners, sparse and dense words, shifted ones, and arguments that are equal or nearly so.

Uniform words alone hide what happens at the corners, and merge programs that differ there only.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence


def corners(width: int) -> list[int]:
    """The words at which operations change their ways: 0, 1, the width, the sign bit and their neighbours."""
    top, ones = 1 << width - 1, (1 << width) - 1
    words = (0, 1, ones, top, top - 1, 2, width - 1, width, width + 1, ones - 1, top + 1, 3)
    return list(dict.fromkeys(word & ones for word in words))


def samples(widths: Sequence[int], *, seed: int = 0, mentioned: Sequence[int] = ()) -> Iterator[tuple[int, ...]]:
    """Endless inputs, a word for each of `widths`; the first two are dense random words without structure.

    `mentioned` are numbers that matter to the function at hand: they, their neighbours and their multiples occur.
    """
    rng = random.Random(seed)
    near = [number + step for number in mentioned for step in (-1, 0, 1)]
    for _ in range(2):
        yield tuple(rng.getrandbits(width) for width in widths)
    while True:
        words = [_word(rng, width, near) for width in widths]
        for index in range(1, len(widths)):
            if rng.random() < 0.35:  # an earlier argument again, or its neighbour
                words[index] = words[rng.randrange(index)] + rng.choice((0, 0, 0, 1, -1))
        yield tuple(word & (1 << width) - 1 for word, width in zip(words, widths, strict=True))


def _word(rng: random.Random, width: int, near: Sequence[int]) -> int:
    dense = rng.getrandbits(width)
    match rng.randrange(10 if near else 8):
        case 0:
            return dense
        case 1:
            return dense & rng.getrandbits(width) & rng.getrandbits(width)
        case 2:
            return dense | rng.getrandbits(width) | rng.getrandbits(width)
        case 3:
            return dense >> rng.randrange(width)
        case 4:
            return dense << rng.randrange(width)
        case 5:
            return 1 << rng.randrange(width)
        case 6:
            return rng.randrange(40)
        case 7:
            return rng.choice(corners(width))
        case 8:
            return rng.choice(near)
        case _:
            return rng.choice(near) * (dense >> rng.randrange(width))
