"""What must stand inside an outermost operation for it to give what is wanted: operations undone.

Undoing leaves bits open where an operation loses them, so that everything wanted is a word under a mask (goal-directed
search; Udupa et al., TRANSIT, PLDI 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from ..ir.graph import Node, apply
from ..ir.kernel import rows
from ..ir.objects import Part, filled
from .bank import Operation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

# An operation undone: what `m` must be for OP(m, g), or OP(g, m), to give t under mask k. In each row: the operation,
# whether m is its second argument, when it can be undone, the words wanted, and their mask. `full` is whether every
# bit counts; products are undone by the inverse of an odd factor.
INVERSES = (
    ("add", False, "full", "t - g & M", "k"),
    ("sub", False, "full", "t + g & M", "k"),
    ("sub", True, "full", "g - t & M", "k"),
    ("xor", False, "True", "t ^ g", "k"),
    ("mul", False, "full and g & O == O", "t * odd_inverse(g) & M", "k"),
    ("or", False, "g & (t ^ M) & k == Z", "t", "k & (g ^ M)"),
    ("and", False, "t & (g ^ M) & k == Z", "t", "k & g"),
    ("lshr", False, "g < W and ((t & k) << g & M) >> g == t & k", "t << g & M", "k << g & M"),
    ("shl", False, "g < W and t & k & ((O << g) - O) == Z", "t >> g", "k >> g"),
    ("ashr", False, "full and g < W and op_ashr(t << g & M, g, W, B, M, T, V) == t", "t << g & M", "k << g & M"),
)

_KERNELS = '''

@jit
def odd_inverse(g):
    x = g
    for _ in range(5):
        x = x * (O + O - g * x)
    return x


@jit
def undo(kind, t, k, g, W, B, M, T, V):
    full = k == M
    {inverses}
    return False, Z, Z


@jit
def undo_all(kind, words, masks, other, W, B, M, T, V, inner, left):
    """What must stand inside, on all samples, if that can be."""
    for k in range(words.shape[0]):
        good, inner[k], left[k] = undo(kind, words[k], masks[k], other[k], W, B, M, T, V)
        if not good:
            return False
    return True
'''


@cache
def part() -> Part:
    """The compiled `undo`."""
    inverses = "\n    ".join(
        f"if kind == {kind} and ({condition}):\n        return True, {words}, {mask}"
        for kind, (_, _, condition, words, mask) in enumerate(INVERSES))
    row, words = "uint64[:]", ", ".join(["uint64"] * 5)
    return Part("goals", filled(_KERNELS, inverses=inverses),
                {"undo_all": f"bool(int64, {row}, {row}, {row}, {words}, {row}, {row})"}, (rows(),))


@dataclass(frozen=True, slots=True)
class Target:
    """What a word must be on the samples: `words` (K,) under `masks` (K,); `finish` makes of it what is wanted."""

    words: Words
    masks: Words
    finish: Callable[[Node], Node]


def kinds(operations: Sequence[Operation]) -> list[tuple[int, bool, int]]:
    """The ways to undo `operations`: the operation's place, whether on its second argument, and the row of INVERSES."""
    names = [operation.row.name for operation in operations]
    return [(names.index(name), swapped, kind) for kind, (name, swapped, *_) in enumerate(INVERSES) if name in names]


def undone(targets: Sequence[Target], leaves: Sequence[tuple[Node, Words]], operations: Sequence[Operation],
           least: int) -> list[Target]:
    """The targets, and each with an operation on a leaf undone, as far as that fixes `least` bits; none twice."""
    import numpy as np

    found: dict[bytes, Target] = {}
    inner = [part for target in targets for part in _within(target, leaves, operations)]
    for target in (*targets, *inner):
        if int(np.bitwise_count(target.masks).sum()) >= least:
            found.setdefault((target.words & target.masks).tobytes() + target.masks.tobytes(), target)
    return list(found.values())


def _within(target: Target, leaves: Sequence[tuple[Node, Words]], operations: Sequence[Operation]) -> Iterator[Target]:
    import numpy as np

    undo_all = part().functions.undo_all
    for node, values in leaves:
        for place, swapped, kind in kinds(operations):
            operation = operations[place]
            words, masks = np.empty_like(target.words), np.empty_like(target.masks)
            if undo_all(kind, target.words, target.masks, values, *operation.constants, words, masks):
                yield Target(words, masks, _Outermost(operation, node, swapped, target.finish))


@dataclass(frozen=True, slots=True)
class _Outermost:
    """An operation with a leaf around a value."""

    operation: Operation
    leaf: Node
    swapped: bool
    finish: Callable[[Node], Node]

    def __call__(self, node: Node) -> Node:
        pair = (self.leaf, node) if self.swapped else (node, self.leaf)
        return self.finish(applied(self.operation, *pair))


def applied(operation: Operation, left: Node, right: Node) -> Node:
    """The operation on words, as a word."""
    node = apply(operation.row.name, *(left, right)[: len(operation.widths)], width=operation.result)
    return node if operation.result == operation.w else apply("zext", node, width=operation.w)
