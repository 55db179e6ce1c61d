"""The compiled parts of the search: each is compiled once for each machine, when it is first needed."""

from __future__ import annotations

import select
from collections.abc import Callable
from importlib import import_module
from typing import Literal

from ..ir import objects
from ..jobs.limits import Deadline

Part = Literal["bank", "goals", "holes", "promotion", "chains"]  # modules of this folder that have a `part`
ALWAYS: tuple[Part, ...] = ("bank", "goals")  # what every search needs
LATER: tuple[Part, ...] = ("chains", "holes", "promotion")


def compile_kernels(part: Part, deadline: Deadline, waiting: Callable[[], None]) -> None:
    """Has a child compile a part, and those that it uses, into the cache on disk, if they are not there.

    Here it could not be stopped. `waiting` is called a few times a second, and may raise. Where there is no folder to
    write to, nothing is done, and the first search compiles for itself. jobs.workers.TimedOut at the deadline.
    """
    from ..jobs.workers import Worker

    if all(each.compiled for each in generated(part).needed()):
        return
    with Worker() as worker:
        job = worker.start("primir.synth.compilation:compile_here", part, seconds=min(deadline.left(), 600))
        while not job.done():
            waiting()
            select.select([job], [], [], 0.1)
        job.result()


def compile_here(part: Part) -> None:
    """Compiles what is not at hand of a part and of those that it uses."""
    for each in generated(part).needed():
        if not each.compiled:
            each.compile()


def generated(part: Part) -> objects.Part:
    """The part with its source."""
    found: objects.Part = import_module(f"{__package__}.{part}").part()
    return found
