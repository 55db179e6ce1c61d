"""The 25 problems from Hacker's Delight (Gulwani et al., "Synthesis of loop-free programs", PLDI 2011), and one more.

    python -m bench.hackers_delight [--seed N] [--time SECONDS] [--specs] [--width 64] [--without ENGINE] [NAME ...]

Each is synthesized at 32 bits over the operation set `plain`, from a Python reference in examples/hackers_delight
(with --specs from the .spec files there, which the first 18 have) and with no further hint. Beside its cost stands the
best known number of operations: the listing of the paper or a shorter one, with comparisons and selects for problems
10 to 13, 16, 18 and 21, and other constants for 22 and 23. Problem 20 in the paper is not the book's function: 20b is.

At 64 bits the same text is read with words of that width, but for three references that count on wider words in
between, and without the last, which would need words of 128 bits. The best known there is that of 32 bits, but for
problem 23 (12: sums of 2, 4 and 8 bits, a product, a shift) and 24 (14: one more smear).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click
from primir.jobs.limits import Deadline
from primir.lift.source import lift_specs, restrict
from primir.synth.schedule import synthesize
from rich.console import Console
from rich.table import Table

EXAMPLES = Path(__file__).parent.parent / "examples" / "hackers_delight"
BEST_KNOWN = (2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 2, 4, 3, 6, 7, 4, 7, 10, 12, 16)
LONGER = {23: 12, 24: 14}  # at 64 bits
IN_WORDS = {  # what the references say that would wrap around in a word of 64 bits
    "(x + y) >> 1": "x // 2 + y // 2 + (x & y & 1)",
    "(x + y + 1) >> 1": "x // 2 + y // 2 + ((x | y) & 1)",
    "r = 1\n    while r < x": "r = u64(1)\n    while r and r < x",
    "32": "64",
    "0xFFFFFFFF": "0xFFFFFFFFFFFFFFFF",
}


@click.command()
@click.argument("names", nargs=-1)
@click.option("--seed", default=0, show_default=True)
@click.option("--time", "seconds", default=60.0, show_default=True, help="The limit for each problem, in seconds.")
@click.option("--specs", is_flag=True, help="From the .spec files, where there are any, in place of Python.")
@click.option("--without", multiple=True, metavar="ENGINE", help="Leave an engine out, to see what it gives.")
@click.option("--width", type=click.Choice(["32", "64"]), default="32", show_default=True, help="Bits of a word.")
def main(names: tuple[str, ...], seed: int, seconds: float, specs: bool, without: tuple[str, ...], width: str) -> None:
    """Synthesizes the problems (or those whose file name contains one of NAMES) and prints the table."""
    console = Console(width=None if sys.stdout.isatty() else 150)
    table = Table("problem", "status", "operations", "best known", "none below", "engine", "candidates",
                  "seconds", box=None)
    missed = []
    start = time.perf_counter()
    for path in problems("p*.spec" if specs else "p*.py", names, wide=width == "64"):
        began = time.perf_counter()
        (spec,) = lift_specs(str(path))
        result = synthesize(restrict(spec, using="plain"), deadline=Deadline(seconds), seed=seed, without=without,
                            threads=None)
        number = int(path.name[1:3])
        best = LONGER.get(number, BEST_KNOWN[number - 1]) if width == "64" else BEST_KNOWN[number - 1]
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


def problems(pattern: str, names: tuple[str, ...], *, wide: bool) -> Iterator[Path]:
    """The files of the problems; `wide`: rewritten for words of 64 bits, which the last has no room for."""
    with tempfile.TemporaryDirectory() as folder:
        for path in sorted(EXAMPLES.glob(pattern)):
            if names and not any(name in path.name for name in names):
                continue
            if not wide:
                yield path
            elif not path.name.startswith("p25"):
                text = path.read_text()
                for narrow, words in IN_WORDS.items():
                    text = text.replace(narrow, words)
                copy = Path(folder) / path.name
                copy.write_text(text)
                yield copy


if __name__ == "__main__":
    main()
