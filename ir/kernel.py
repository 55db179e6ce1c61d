"""Batch evaluation in machine code: the rows' `value` texts compiled by numba over arrays of unsigned 64-bit words.

Words are at most 64 bits wide; wider ones are evaluated on integers (evaluate.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from . import terms
from .evaluate import calls, definitions, result, words
from .graph import CONST, LEAVES, Node, topological
from .objects import Part
from .primes import TABLE, Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

MAX_KERNEL_WIDTH = 64
CODE: Mapping[str, int] = {name: code for code, name in enumerate(TABLE)}  # how compiled code names an operation

_HELPERS = '''
Z, O = np.uint64(0), np.uint64(1)
EIGHT, BYTE, SPREAD = np.uint64(8), np.uint64(255), np.uint64(0x0101010101010101)
H1, H2, H4 = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
TWO, FOUR, TOP_BYTE = np.uint64(2), np.uint64(4), np.uint64(56)


@jit
def popcount(x):
    x = x - (x >> O & H1)
    x = (x & H2) + (x >> TWO & H2)
    return ((x + (x >> FOUR)) & H4) * SPREAD >> TOP_BYTE


@jit
def bit_length(x):
    n = Z
    while x != Z:
        x = x >> O
        n = n + O
    return n


@jit
def reverse(x, W):
    r, n = Z, Z
    while n < W:
        r = r << O | x & O
        x = x >> O
        n = n + O
    return r


@jit
def reverse_bytes(x, W):
    r, n = Z, Z
    while n < W:
        r = r << EIGHT | x & BYTE
        x = x >> EIGHT
        n = n + EIGHT
    return r

'''


def _source() -> str:
    """One function per row, and `compute`, which applies a row to whole arrays."""
    rows = definitions(plain=False).replace("def op_", "@jit\ndef op_")
    branches = "\n    el".join(_branch(row) for row in TABLE.values())
    return f"""{_HELPERS}
{rows}

@jit
def compute(code, xs, ys, zs, W, B, M, T, V, out):
    bad = False
    {branches}
    return bad
"""


def _condition(row: Row) -> str:
    """Whether LLVM leaves the operation undefined on these arguments."""
    return " | ".join(f"({calls(terms.parse(undefined.when))})" for undefined in row.undefined) + " != Z"


def _branch(row: Row) -> str:
    """The row on arrays, in a loop of its own so that it is vector code."""
    names = "xyz"[: len(row.arguments)]
    loop = f"for k in range(out.shape[0]):\n            {', '.join(names)} = {', '.join(f'{n}s[k]' for n in names)}"
    lines = [f"if code == {CODE[row.name]}:", f"        {loop}", f"            out[k] = {result(row, plain=False)}"]
    if row.undefined:
        lines += [f"        {loop}", f"            bad = bad | ({_condition(row)})"]
    return "\n".join(lines)


@cache
def rows() -> Part:
    """The compiled rows: `compute`, and for other parts `op_NAME`."""
    words = ", ".join(["uint64"] * 5)
    arrays = ", ".join(["uint64[:]"] * 3)
    return Part("rows", _source(), {"compute": f"bool(int64, {arrays}, {words}, uint64[:])"})


@cache
def unsigned(w: int, v: int) -> tuple[Any, ...]:
    """W, B, M, T and V as the compiled functions take them."""
    import numpy as np

    return tuple(np.uint64(number) for number in words(w, v))


def evaluate_batch(roots: Sequence[Node], leaf_values: Mapping[Node, Words]) -> list[Words]:
    """The values of `roots` on many inputs at once: an array of words, each of shape (n,), for every leaf below them.

    Widths up to 64; ValueError above.
    """
    import numpy as np

    compute = rows().functions.compute
    count = len(next(iter(leaf_values.values()))) if leaf_values else 1
    value: dict[Node, Words] = {}
    for node in topological(roots):
        if node.width > MAX_KERNEL_WIDTH:
            raise ValueError(f"width {node.width} is beyond {MAX_KERNEL_WIDTH}, where batches end")
        if node.op == CONST:
            value[node] = np.full(count, int(node.data), dtype=np.uint64)
        elif node.op in LEAVES:
            value[node] = leaf_values[node]
        else:
            row = TABLE[node.op]
            args = [value[arg] for arg in node.args]
            w = node.args[row.arguments.index("w")].width
            out = np.empty(count, dtype=np.uint64)
            compute(CODE[node.op], *args, *args[:1] * (3 - len(args)), *unsigned(w, node.width), out)
            value[node] = out
    return [value[root] for root in roots]
