"""Python files and modules, run in a child process: what they do to it, they do not do to us.

A file that the user names is executed, because its functions exist only once it has run. It may take for ever, print,
or end its process; none of that may be taken for a verdict. The functions that are asked for come back lowered.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ...ir.errors import Place, PrimirError
from .front import Lowered, functions_in, load, load_dotted, lower, only_typed
from .marks import Mark, mark_of

SECONDS = 60.0  # that a file may run; proofs have limits of their own

Wanted: TypeAlias = Literal["one", "marked", "pairs"]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a run: the functions that were asked for, and what was printed meanwhile."""

    functions: tuple[tuple[Lowered, Mark | None], ...]
    printed: str


def functions_at(file: str | None, module: str | None, function: str | None,
                 wanted: Wanted) -> list[tuple[Lowered, Mark | None]]:
    """Functions of a Python file or module, lowered, and what `@primir.spec` says about each.

    `one` is the function that is named, or the only one with types; `marked` are all that are marked as specs, if no
    name is given and there are some; `pairs` are src and tgt, src1 and tgt1, one after the other. PrimirError, with its
    place, for what cannot be run or lowered. What is printed goes to stderr.
    """
    from ...jobs.workers import Crashed, TimedOut, borrowed

    place = Place(file if file is not None else module)
    try:
        with borrowed("python", memory=None) as worker:
            ran: Ran = worker.call(f"{__name__}:run", os.getcwd(), file, module, function, wanted, seconds=SECONDS)
    except TimedOut:
        raise PrimirError(f"running this did not end within {SECONDS:g} s", place) from None
    except Crashed as crash:
        raise PrimirError(f"running this ended its process: {crash.reason}", place,
                          "a source only defines its functions") from None
    sys.stderr.write(ran.printed)
    return list(ran.functions)


# --- in the child process ---------------------------------------------------------------------------------------------


def run(folder: str, file: str | None, module: str | None, function: str | None, wanted: Wanted) -> Ran:
    """What `functions_at` asks the child for; `folder` is the caller's, to which paths are relative."""
    os.chdir(folder)
    printed = io.StringIO()
    with _own_modules_forgotten(), contextlib.redirect_stderr(printed):
        found = [(lower(each), mark_of(each)) for each in _found(file, module, function, wanted)]
    return Ran(tuple(found), printed.getvalue())


def _found(file: str | None, module: str | None, function: str | None, wanted: Wanted) -> list[Callable[..., Any]]:
    if file is None:
        return [load_dotted(f"{module}:{function}")]
    if function is not None or wanted == "one":
        return [load(file, function)]
    functions = functions_in(file)
    if wanted == "pairs":
        named = [(old, f"tgt{old[3:]}") for old in functions if old.startswith("src")]
        return [functions[name] for old, new in named if new in functions for name in (old, new)]
    marked: list[Callable[..., Any]] = [each for each in functions.values() if mark_of(each) is not None]
    return marked or [only_typed(functions, file)]


@contextlib.contextmanager
def _own_modules_forgotten() -> Iterator[None]:
    """What the block imports from beside the file is imported anew by the next run: it may have changed."""
    before = set(sys.modules)
    try:
        yield
    finally:
        installed = tuple(path for path in sys.path if "site-packages" in path) + (sys.base_prefix, sys.prefix)
        ours = str(Path(os.path.abspath(__file__)).parents[2])
        for name in set(sys.modules) - before:
            origin = getattr(sys.modules[name], "__file__", None)
            if origin is not None and not os.path.abspath(origin).startswith((*installed, ours)):
                del sys.modules[name]
