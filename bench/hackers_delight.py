"""The 25 problems from Hacker's Delight (Gulwani et al., "Synthesis of loop-free programs", PLDI 2011), and one more.

    python -m bench.hackers_delight [--seed N] [--time SECONDS] [--specs] [NAME ...]

Each is synthesized at 32 bits over the operation set `plain`, from a Python reference in examples/hackers_delight
(with --specs from the .spec files there, which the first 18 have) and with no further hint. Beside its cost stands the
best known number of operations: the listing of the paper or a shorter one, with comparisons and selects for problems
10 to 13, 16, 18 and 21, and other constants for 22 and 23. Problem 20 in the paper is not the book's function: 20b is.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
import primir
from rich.console import Console
from rich.table import Table

EXAMPLES = Path(__file__).parent.parent / "examples" / "hackers_delight"
BEST_KNOWN = (2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 2, 4, 3, 6, 7, 4, 7, 10, 12, 16)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--seed", default=0, show_default=True)
@click.option("--time", "seconds", default=60.0, show_default=True, help="The limit for each problem, in seconds.")
@click.option("--specs", is_flag=True, help="From the .spec files, where there are any, in place of Python.")
def main(names: tuple[str, ...], seed: int, seconds: float, specs: bool) -> None:
    """Synthesizes the problems (or those whose file name contains one of NAMES) and prints the table."""
    console = Console(width=None if sys.stdout.isatty() else 150)
    table = Table("problem", "status", "operations", "best known", "none below", "engine", "candidates",
                  "seconds", box=None)
    missed = []
    start = time.perf_counter()
    for path in sorted(EXAMPLES.glob("p*.spec" if specs else "p*.py")):
        if names and not any(name in path.name for name in names):
            continue
        began = time.perf_counter()
        result = primir.synthesize(str(path), using="plain", time=seconds, seed=seed)
        best = BEST_KNOWN[int(path.name[1:3]) - 1]
        if result.status != "proved" or result.cost is None or result.cost > best:
            missed.append(path.name)
        table.add_row(path.stem, result.status, str(result.cost), str(best),
                      f"{result.optimal.below} ({result.optimal.constants})" if result.optimal else "-",
                      result.search.engine, f"{result.search.candidates:,}", f"{time.perf_counter() - began:.2f}")
    console.print(table)
    console.print(f"{table.row_count - len(missed)} of {table.row_count} proved at no more operations than the best "
                  f"known, in {time.perf_counter() - start:.1f} s together")
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
