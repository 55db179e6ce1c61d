"""Random programs as references: is there always a program of at most their cost, and how often a shorter one?

    python -m bench.random_programs [--count N] [--seed N] [--time SECONDS]

The references are 300 random programs of 1 to 6 operations over one or two words of 32 bits, over the operation set
`plain`; the search sees them, as it sees any reference. *Blind*: how many it also finds by all engines but the one that
simplifies the reference, from the words that it gives and the constants that it mentions.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import replace

import click
from primir.ir.cost import instructions
from primir.ir.primes import operations
from primir.jobs.limits import Deadline
from primir.lift.spec import from_function
from primir.synth.schedule import synthesize
from primir.synth.summary import THE_REFERENCE
from rich.console import Console
from rich.progress import track
from rich.table import Table

from .programs import random_program

SIZES = (1, 2, 3, 4, 5, 6)
PLAIN = tuple(row.name for row in operations("plain"))


@click.command()
@click.option("--count", default=300, show_default=True, help="Programs, shared out among the sizes.")
@click.option("--seed", default=2026, show_default=True, help="Of the programs.")
@click.option("--time", "seconds", default=10.0, show_default=True, help="The limit for each, in seconds.")
def main(count: int, seed: int, seconds: float) -> None:
    """Synthesizes the programs and prints, by size, how it went."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    seen, at_most, shorter, unproved, blind = (Counter[int]() for _ in range(5))
    start = time.perf_counter()
    for index in track(range(count), "programs", console=Console(stderr=True)):
        size = SIZES[index % len(SIZES)]
        program = random_program(random.Random(f"{seed} {index}"), size, 1 + index // len(SIZES) % 2)
        spec = replace(from_function(program), operations=PLAIN)
        seen[size] += 1
        result = synthesize(spec, deadline=Deadline(seconds))
        unproved[size] += result.status != "proved"
        if result.cost is not None:
            at_most[size] += result.cost <= instructions(program)
            shorter[size] += result.cost < instructions(program)
        alone = synthesize(spec, deadline=Deadline(seconds), without=(THE_REFERENCE,))
        blind[size] += alone.status == "proved" and alone.cost is not None and alone.cost <= instructions(program)
    table = Table("operations", "programs", "at most as many", "fewer", "unproved", "blind", box=None)
    for size in SIZES:
        table.add_row(*map(str, (size, seen[size], at_most[size], shorter[size], unproved[size], blind[size])))
    console.print(table)
    console.print(f"{at_most.total()} of {seen.total()} at no more operations than the reference, {unproved.total()} "
                  f"unproved, {blind.total()} also blind, in {time.perf_counter() - start:.0f} s together")


if __name__ == "__main__":
    main()
