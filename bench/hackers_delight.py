"""Problems 1 to 18 of the 25 from Hacker's Delight (Gulwani et al., "Synthesis of loop-free programs", PLDI 2011).

    python -m bench.hackers_delight [--seed N] [--time SECONDS] [NAME ...]

Each is synthesized at 32 bits over the operation set `plain`, from the specs and Python references of
examples/hackers_delight, with no further hint. Beside its cost stands the best known number of operations: the
listing of the paper or, for problems 10 to 12, 16 and 18, a shorter one with comparisons and selects.
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
BEST_KNOWN = (2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 2, 4, 3)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--seed", default=0, show_default=True)
@click.option("--time", "seconds", default=60.0, show_default=True, help="The limit for each problem, in seconds.")
def main(names: tuple[str, ...], seed: int, seconds: float) -> None:
    """Synthesizes the problems (or those whose file name contains one of NAMES) and prints the table."""
    console = Console(width=None if sys.stdout.isatty() else 150)
    table = Table("problem", "from", "status", "operations", "best known", "none below", "engine", "candidates",
                  "seconds", box=None)
    missed = []
    start = time.perf_counter()
    for path in sorted([*EXAMPLES.glob("p*.spec"), *EXAMPLES.glob("p*.py")]):
        if names and not any(name in path.name for name in names):
            continue
        began = time.perf_counter()
        result = primir.synthesize(str(path), using="plain", time=seconds, seed=seed)
        best = BEST_KNOWN[int(path.name[1:3]) - 1]
        if result.status != "proved" or result.cost is None or result.cost > best:
            missed.append(path.name)
        table.add_row(path.stem, path.suffix[1:], result.status, str(result.cost), str(best),
                      f"{result.optimal.below} ({result.optimal.constants})" if result.optimal else "-",
                      result.search.engine, f"{result.search.candidates:,}", f"{time.perf_counter() - began:.2f}")
    console.print(table)
    console.print(f"{table.row_count - len(missed)} of {table.row_count} proved at no more operations than the best "
                  f"known, in {time.perf_counter() - start:.1f} s together")
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
