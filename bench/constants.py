"""Unknown constants: how fast shapes are solved for them, and how often a program with random ones is found again.

    python -m bench.constants [--programs N] [--seconds S]

The rate is tuples of values for a shape, each refuted or solved on 48 samples, on one core; the wanted words are those
of no shape. The programs are random, of 2 to 5 operations over one or two inputs, with constants of full width; found
means a program of at most as many operations, right on all inputs at hand.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace

import click
import numpy as np
from primir.ir.cost import instructions, instructions_of
from primir.ir.graph import Function, Node
from primir.ir.primes import operations
from primir.jobs.limits import Deadline
from primir.lift.spec import from_function
from primir.synth.budget import Budget, Spent
from primir.synth.engines.enumeration import Candidate
from primir.synth.engines.holes import hole_programs
from primir.synth.holes import Shapes, Slices, slices
from primir.synth.problem import Problem
from primir.synth.shapes import shapes
from primir.synth.vocabulary import Vocabulary, vocabulary
from rich.console import Console
from rich.table import Table

from .programs import WIDTH, random_program

SAMPLES = 48
NAMES = frozenset({"add", "sub", "and", "or", "xor", "mul"})
PLAIN = tuple(row.name for row in operations("plain"))


@click.command()
@click.option("--programs", default=20, show_default=True, help="random programs of each size")
@click.option("--seconds", default=20.0, show_default=True, help="for each of them")
def main(programs: int, seconds: float) -> None:
    console = Console()
    console.print(rates())
    console.print(found_again(programs, seconds))


def rates() -> Table:
    """Tuples a second for some kinds of shapes."""
    table = Table("operations", "values", "holes", "width", "M tuples/s")
    for width in (32, 64):
        bits = slices(np.array(_words(random.Random(1), 800, width), dtype=np.uint64), width)
        goal = slices(np.array(_words(random.Random(2), 1, width), dtype=np.uint64), width)[:, 0].copy()
        aim = Slices(goal, np.full(width, (1 << SAMPLES) - 1, dtype=np.uint64))
        for lines, values, holes in ((2, 1, 2), (2, 2, 1), (3, 2, 2), (3, 1, 3)):
            drafts = [draft for draft in shapes(lines, NAMES, width) if (draft.values, draft.holes) == (values, holes)]
            nodes, ranges = [draft.node for draft in drafts], [range(bits.shape[1])] * values
            kind = Shapes(nodes, values, holes)
            tuples, start = 0, time.perf_counter()
            while time.perf_counter() - start < 1 and tuples < 10 ** 9:
                list(kind.fillings(bits, ranges, aim, SAMPLES, 300, lambda made: None))
                tuples += len(nodes) * bits.shape[1] ** values
            rate = tuples / (time.perf_counter() - start) / 1e6
            table.add_row(str(lines), str(values), str(holes), str(width), f"{rate:.1f}")
    return table


def _words(rng: random.Random, count: int, width: int) -> list[list[int]]:
    return [[rng.getrandbits(width) for _ in range(SAMPLES)] for _ in range(count)]


def found_again(programs: int, seconds: float) -> Table:
    """The share of random programs that are found again, by size."""
    table = Table("operations", "programs", "found", "median s", "worst s", "not found")
    for size in (2, 3, 4, 5):
        times, lost = [], []
        for seed in range(programs):
            inputs = 1 + seed % 2
            start = time.perf_counter()
            program = random_program(random.Random(f"{size} {seed}"), size, inputs)
            if search(program, seconds):
                times.append(time.perf_counter() - start)
            else:
                lost.append(str(program.results[0].value))
        times.sort()
        median, worst = (f"{times[len(times) // 2]:.2f}", f"{times[-1]:.2f}") if times else ("", "")
        table.add_row(str(size), str(programs), str(len(times)), median, worst, "\n".join(lost))
    return table


def search(program: Function, seconds: float) -> bool:
    """Whether a program of at most the same cost is found in time."""
    spec = replace(from_function(program), operations=PLAIN)
    problem, budget = Problem(spec, seed=0, deadline=Deadline(seconds)), Budget(Deadline(seconds))
    return any(instructions_of([node], WIDTH) <= instructions(program)
               for node in _candidates(problem, vocabulary(spec), budget))


def _candidates(problem: Problem, words: Vocabulary, budget: Budget) -> Iterator[Node]:
    try:
        for event in hole_programs(problem, 0, words, budget):
            if isinstance(event, Candidate):
                yield event.node
    except Spent:
        return


if __name__ == "__main__":
    main()
