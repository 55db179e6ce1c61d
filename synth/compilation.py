"""The compiled parts of the search: each is compiled once for each machine, when it is first needed."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Literal

from ..jobs.limits import Deadline

# Modules of this folder with `compiled`, what is compiled, and `compile_here`.
Part = Literal["bank", "holes", "promotion", "chains"]


def compile_kernels(part: Part, deadline: Deadline, waiting: Callable[[], None]) -> None:
    """Has a child compile a part into the cache on disk, if it is not there; it takes up to half a minute.

    Here it could not be stopped. `waiting` is called a few times a second, and may raise. Where there is no folder to
    write to, nothing is done, and the first search compiles for itself. jobs.workers.TimedOut at the deadline.
    """
    from ..jobs.workers import Worker

    if not (mark := _mark(part)) or mark.exists():
        return
    with Worker() as worker:
        job = worker.start("primir.synth.compilation:compile_here", part, seconds=min(deadline.left(), 600))
        while not job.done():
            waiting()
            select.select([job], [], [], 0.1)
        job.result()


def compile_here(part: Part) -> None:
    """Compiles a part by using it once, and marks that it was done."""
    import_module(f"{__package__}.{part}").compile_here()
    if mark := _mark(part):
        mark.touch()


def _mark(part: Part) -> Path | None:
    """The file that says that a part was compiled by this numba and this Python; None without a folder."""
    import numba

    path = Path(import_module(f"{__package__}.{part}").compiled().__file__ or "")
    if not os.access(path.parent, os.W_OK) or not path.parent.name == "kernels":
        return None
    return path.with_suffix(f".{sys.implementation.cache_tag}-numba-{numba.__version__}.compiled")
