"""The compiled parts of the search: made once for each machine, before its first search."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from ..ir.objects import Part
from ..jobs.limits import Deadline

SEARCHES = ("bank", "goals", "chains", "holes", "promotion")  # modules of this folder that have a `part`


def compile_kernels(deadline: Deadline, waiting: Callable[[], None]) -> None:
    """Has children compile the parts that are not in the cache on disk, as many at once as there are cores.

    Here it could not be stopped. `waiting` is called a few times a second, and may raise. Where there is no folder to
    write to, nothing is done, and the first search compiles for itself. jobs.workers.TimedOut at the deadline.
    """
    if missing := [(name,) for name, part in parts().items() if not part.compiled]:
        from ..jobs.parallel import side_by_side
        from ..jobs.threads import cores

        side_by_side("primir.synth.compilation:compile_part", missing, cores(), min(deadline.left(), 600), waiting)


def compile_part(name: str) -> None:
    """Compiles one part, perhaps before what it uses."""
    parts()[name].compile_alone()


def parts() -> dict[str, Part]:
    """All parts by their names, each behind those that it uses."""
    searches: list[Part] = [import_module(f"{__package__}.{module}").part() for module in SEARCHES]
    return {part.name: part for search in searches for part in search.needed()}
