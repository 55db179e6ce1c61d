"""Functions with a known smaller form: does the search find one at least as small, and how soon?

    python -m bench.smaller [--cases FOLDER] [--time SECONDS] [--sample N --seed N] [NAME ...]

The cases are the refinement pairs of the collection `souper` (a folder of ../shared/bench or of $PRIMIR_CASES) that
hold and whose target costs less than their source. The source alone is given, over the default operations, and every
result is proved to refine it; the target's cost is the mark.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import click
from primir.api import synthesize_spec
from primir.ir.cost import instructions
from primir.ir.errors import PrimirError
from primir.ir.graph import Function
from primir.lift.llvm.front import functions_of
from primir.lift.spec import from_function
from rich.console import Console
from rich.progress import track
from rich.table import Table

from .cpu import cpu
from .refinement import CASES, MEANS


@click.command()
@click.argument("names", nargs=-1)
@click.option("--cases", type=click.Path(path_type=Path, file_okay=False), default=CASES, help="The folder of cases.")
@click.option("--time", "seconds", default=10.0, show_default=True, help="Seconds for each function.")
@click.option("--sample", type=int, help="Only so many, chosen at random.")
@click.option("--seed", default=0, show_default=True, help="Of the choice.")
def main(names: tuple[str, ...], cases: Path, seconds: float, sample: int | None, seed: int) -> None:
    """Synthesizes what the sources do, and prints where the result is larger than the target."""
    console = Console(width=None if sys.stdout.isatty() else 130)
    tasks = [(name, *pair) for name in expected_right(cases / "souper")
             if not names or any(part in name for part in names) for pair in pairs(cases / "souper" / name)]
    if sample is not None:
        tasks = random.Random(seed).sample(tasks, min(sample, len(tasks)))
    table = Table("missed", "source", "target", "found", "status", "engine", "CPU s", box=None)
    times, reached, below = [], 0, 0
    for name, source, target in track(tasks, "functions", console=Console(stderr=True)):
        before = cpu()
        result = synthesize_spec(from_function(source), seconds)
        times.append(cpu() - before)
        known, found = instructions(target), result.cost
        good = result.status == "proved" and found is not None and found <= known
        reached += good
        below += good and found is not None and found < known
        if not good:
            table.add_row(name, str(instructions(source)), str(known), str(found), result.status, result.search.engine,
                          f"{times[-1]:.1f}")
    console.print(table)
    times.sort()
    console.print(f"{reached} of {len(tasks)} at no more operations than the target, {below} at fewer; "
                  f"median {times[len(times) // 2]:.2f} s of CPU, {sum(times):.0f} s together")


def expected_right(folder: Path) -> list[str]:
    """The files whose target is known to refine the source."""
    listed = json.loads((folder / "expected.json").read_text())
    return [case["file"] for case in listed if MEANS.get(case["expected"]) == "proved"]


def pairs(path: Path) -> list[tuple[Function, Function]]:
    """Source and target, where the target costs less and both can be read."""
    try:
        functions = functions_of(path.read_bytes(), file=path.name)
    except PrimirError:
        return []
    found = [(functions[old], functions[new]) for old, new in functions.pairs]
    return [(old, new) for old, new in found if instructions(new) < instructions(old)]


if __name__ == "__main__":
    main()
