"""Batch evaluation in machine code: the rows' `value` texts compiled by numba over arrays of unsigned 64-bit words.

The source of the compiled functions is generated once per version of the table and kept in the user's cache folder,
so that numba's own cache on disk holds: a second process loads them in a few hundredths of a second. Words are at
most 64 bits wide; wider ones are evaluated on integers (evaluate.py).
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import terms
from .evaluate import WORDS, calls, definitions, words
from .graph import CONST, LEAVES, Node, topological
from .primes import TABLE, Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

MAX_KERNEL_WIDTH = 64
CODE: Mapping[str, int] = {name: code for code, name in enumerate(TABLE)}  # how compiled code names an operation

_PRELUDE = '''"""Generated from primir's table of operations; see ir/kernel.py."""
import numpy as np
from numba import njit

Z, O = np.uint64(0), np.uint64(1)
EIGHT, BYTE, SPREAD = np.uint64(8), np.uint64(255), np.uint64(0x0101010101010101)
H1, H2, H4 = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333), np.uint64(0x0F0F0F0F0F0F0F0F)
TWO, FOUR, TOP_BYTE = np.uint64(2), np.uint64(4), np.uint64(56)
jit = njit(cache=CACHED, error_model="numpy", nogil=True)


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
    """The generated module: one function per row, and `compute`, which applies a row to whole arrays."""
    rows = definitions(plain=False).replace("def op_", "@jit\ndef op_")
    checks = "\n\n".join(_undefined(row) for row in TABLE.values() if row.undefined)
    branches = "\n    el".join(_branch(row) for row in TABLE.values())
    return f"""{_PRELUDE}
{rows}

{checks}

@jit
def compute(code, x, y, z, W, B, M, T, V, out):
    bad = False
    {branches}
    return bad
"""


def _undefined(row: Row) -> str:
    """Whether LLVM leaves the operation undefined on these arguments."""
    conditions = " | ".join(calls(terms.parse(undefined.when)) for undefined in row.undefined)
    return f"@jit\ndef undefined_{row.name}(x, y, {WORDS}):\n    return ({conditions}) != Z\n"


def _branch(row: Row) -> str:
    args = ", ".join(f"{name}[k]" for name in "xyz"[: len(row.arguments)])
    lines = [f"if code == {CODE[row.name]}:", "        for k in range(out.shape[0]):",
             f"            out[k] = op_{row.name}({args}, {WORDS})"]
    if row.undefined:
        lines += ["        for k in range(out.shape[0]):",
                  f"            bad = bad | undefined_{row.name}({args}, {WORDS})"]
    return "\n".join(lines)


def load_generated(name: str, source: str, **parts: object) -> ModuleType:
    """The module that `source` is, kept in the user's cache folder under a name that follows its text.

    What stands in braces in it, as {rows}, is replaced by that of `parts`.
    In `source` the name CACHED says whether numba may cache on disk: where no folder can be written it is False.
    """
    import platformdirs

    for part, text in parts.items():
        source = source.replace(f"{{{part}}}", str(text))
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    folder = Path(os.environ.get("PRIMIR_CACHE", platformdirs.user_cache_dir("primir"))) / "kernels"
    path = folder / f"primir_{name}_{digest}.py"
    if path.stem in sys.modules:
        return sys.modules[path.stem]
    try:
        _write(path, f"CACHED = True\n{source}")
        return _import(path)
    except (OSError, RuntimeError):  # RuntimeError is numba's, where it finds no place for its own cache
        with tempfile.TemporaryDirectory(prefix="primir-") as scratch:
            _write(Path(scratch) / path.name, f"CACHED = False\n{source}")
            return _import(Path(scratch) / path.name)


def _write(path: Path, text: str) -> None:
    """Makes `path` hold `text`, whole or not at all; a file that does already keeps its date, and so numba's cache."""
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".tmp", delete=False) as draft:
        draft.write(text)
    Path(draft.name).replace(path)


def _import(path: Path) -> ModuleType:
    description = importlib.util.spec_from_file_location(path.stem, path)
    assert description is not None and description.loader is not None
    module = importlib.util.module_from_spec(description)
    sys.modules[path.stem] = module
    try:
        description.loader.exec_module(module)
    except BaseException:
        del sys.modules[path.stem]
        raise
    return module


@cache
def kernels() -> ModuleType:
    """The compiled rows: `op_NAME`, `undefined_NAME` and `compute`."""
    return load_generated("rows", _source())


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

    compute = kernels().compute
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
