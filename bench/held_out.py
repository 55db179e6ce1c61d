"""Sixty functions for which the search was not made: thirty from the literature, thirty at random.

    python -m bench.held_out [--time SECONDS] [--seed N] [NAME ...]

The first thirty are the functions of bench/tricks.py, each from its Python text alone, with the number of operations
of the shortest program that their sources give. The others are random programs of 5 to 9 operations over one or two
words of 32 bits, which share values and have constants of full width; the search sees nothing of them but their
results on 400 inputs, and what it finds is proved equal to them afterwards. All of it is over the operation set
`plain`. The suite is fixed: functions, seeds and numbers were written down before the first run, and stay.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import click
import primir
from primir.ir.evaluate import run
from primir.ir.graph import Function, Node
from primir.ir.primes import operations
from primir.ir.samples import samples
from primir.jobs.limits import Deadline
from primir.lift.spec import Example, Spec, from_function
from primir.synth.schedule import synthesize
from primir.verify.refine import refine
from primir.verify.verdict import Proved
from rich.console import Console
from rich.table import Table

from .programs import WIDTH, random_program

TRICKS = Path(__file__).parent / "tricks.py"
PLAIN = tuple(row.name for row in operations("plain"))
RANDOM = 30
SIZES = (5, 6, 7, 8, 9)
INPUTS = 400


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a function went: the operations found (None: nothing was) and known, and what found them in which time."""

    name: str
    found: int | None
    known: int
    engine: str
    seconds: float

    @property
    def solved(self) -> bool:
        return self.found is not None and self.found <= self.known


@click.command()
@click.argument("names", nargs=-1)
@click.option("--time", "seconds", default=30.0, show_default=True, help="The limit for each function, in seconds.")
@click.option("--seed", default=0, show_default=True, help="Of the search; the functions stay.")
def main(names: tuple[str, ...], seconds: float, seed: int) -> None:
    """Synthesizes the functions (or those whose name contains one of NAMES) and prints how each went."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    for title, suite in (("from the literature", tricks), ("random, from values alone", compositions)):
        outcomes = list(suite(names, seconds, seed))
        if not outcomes:
            continue
        table = Table(title, "operations", "known", "engine", "seconds", box=None)
        for one in outcomes:
            found = "-" if one.found is None else str(one.found)
            table.add_row(one.name, found, str(one.known), one.engine, f"{one.seconds:.2f}")
        console.print(table)
        times = sorted(one.seconds for one in outcomes)
        solved, found = sum(one.solved for one in outcomes), sum(one.found is not None for one in outcomes)
        console.print(f"{solved} of {len(outcomes)} at no more operations than known, {found} at all; "
                      f"median {times[len(times) // 2]:.2f} s, {sum(times):.0f} s together\n")


def tricks(names: tuple[str, ...], seconds: float, seed: int) -> Iterator[Outcome]:
    """The functions of tricks.py, each proved from its text."""
    for name, known in re.findall(r"^def (\w+)\(.*# (\d+),? ?", TRICKS.read_text(), re.MULTILINE):
        if wanted(name, names):
            start = time.perf_counter()
            result = primir.synthesize(f"{TRICKS}:{name}", using="plain", time=seconds, seed=seed)
            cost = result.cost if result.status == "proved" else None
            yield Outcome(name, cost, int(known), result.search.engine, time.perf_counter() - start)


def compositions(names: tuple[str, ...], seconds: float, seed: int) -> Iterator[Outcome]:
    """Random programs, each found from its results and then proved equal."""
    for index in range(RANDOM):
        size = SIZES[index % len(SIZES)]
        name = f"random_{index}_of_{size}"
        if wanted(name, names):
            program = random_program(random.Random(f"held out {index}"), size, 1 + index % 2, sharing=True)
            start = time.perf_counter()
            result = synthesize(from_values(program), deadline=Deadline(seconds), seed=seed)
            spent = time.perf_counter() - start
            cost = result.cost if result.function and equal(program, result.function) else None
            yield Outcome(name, cost, size, result.search.engine, spent)


def wanted(name: str, names: tuple[str, ...]) -> bool:
    return not names or any(part in name for part in names)


def from_values(program: Function) -> Spec:
    """The spec that knows the program by its results on INPUTS inputs."""
    spec = from_function(program)
    inputs = list(islice(samples([WIDTH] * len(program.parameters), seed=2026), INPUTS))
    examples = tuple(Example(words, results_on(program, words)) for words in dict.fromkeys(inputs))
    return Spec("f", program.parameters, spec.outputs, examples=examples, operations=PLAIN)


def results_on(program: Function, words: tuple[int, ...]) -> tuple[int, ...]:
    values: dict[Node, int] = {p.value: word for p, word in zip(program.parameters, words, strict=True)}
    return tuple(word for word in run(program, values).results if word is not None)


def equal(program: Function, found: Function) -> bool:
    """Whether the program that was found is proved to do what the random one does."""
    return isinstance(refine(program, found, deadline=Deadline(20.0)), Proved)


if __name__ == "__main__":
    main()
