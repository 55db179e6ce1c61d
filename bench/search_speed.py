"""How fast the bank is: programs stored, and pairs tried without storing them, on one core and on two.

    python -m bench.search_speed [--cold] [--growth]

*Inserted* are candidates that are evaluated on 8 samples and looked up among the behaviours that are known, at the
third level over two inputs and four constants, where two of three candidates are known already; the time is of the CPU,
the best of five runs. *Tried* are pairs of 40,000 values that one operation joins and the wanted word rejects, on the
first of 8 samples nearly always. With --cold all kernels of the search are compiled into an empty folder first, and
loaded again; with --growth the sizes of the levels over `plain` are printed, by inputs and samples, as docs/search.md
shows them.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import click
import numpy as np
from numpy.typing import NDArray
from primir.ir.graph import Node, const, leaf
from primir.ir.primes import TABLE
from primir.lift.speclang.front import parse_specs
from primir.synth.bank import Bank, Goal, Operation
from primir.synth.vocabulary import vocabulary
from rich.console import Console
from rich.table import Table

WIDTHS = (32, 64)
SAMPLES = 8
STORED = ("add", "sub", "and", "or", "xor", "mul", "shl", "lshr")
TRIED = ("add", "and", "xor", "mul", "lshr", "udiv")
PAIRED = 40_000
RUNS = 5
Words = NDArray[np.uint64]


@click.command()
@click.option("--cold", is_flag=True, help="Compile all kernels first, in a folder of their own, and load them again.")
@click.option("--growth", is_flag=True, help="Print how the levels grow in place of the rates.")
def main(cold: bool, growth: bool) -> None:
    """Prints the rates."""
    console = Console()
    if growth:
        console.print(grown())
        return
    if cold:
        console.print(compiled())
    table = Table("", *(f"{width} bits" for width in WIDTHS), "two cores, 32 bits", box=None)
    with ProcessPoolExecutor(2) as both:
        table.add_row("inserted, M/s", *(f"{inserted(width):.0f}" for width in WIDTHS), twice(both, inserted, 32))
        for name in TRIED:
            rates = [tried((name, width)) for width in WIDTHS]
            table.add_row(f"tried, {name}, G/s", *(f"{rate:.1f}" for rate in rates), twice(both, tried, (name, 32)))
    console.print(table)
    bank = Bank(leaves(32, 32), [], 1000)
    console.print(f"{bank.nbytes / bank.capacity:.0f} bytes for each program stored, "
                  f"at 32 samples (and 8 for each sample more)")


def leaves(width: int, samples: int) -> list[tuple[Node, Words]]:
    rng = random.Random(1)
    words = [[rng.getrandbits(width) for _ in range(samples)] for _ in range(2)]
    inputs = [(leaf(f"x{index}", width), np.array(row, dtype=np.uint64)) for index, row in enumerate(words)]
    return inputs + [(const(number, width), np.full(samples, number, dtype=np.uint64))
                     for number in (0, 1, 2, width - 1)]


def inserted(width: int) -> float:
    """Millions of candidates that are inserted in a second of CPU."""
    operations = [Operation(TABLE[name], width, width) for name in STORED]
    bank = Bank(leaves(width, SAMPLES), [], 100_000)
    best = 0.0
    for _ in range(RUNS):
        bank.restart(leaves(width, SAMPLES))
        bank.grow(operations, lambda made: None)
        bank.grow(operations, lambda made: None)
        before, start = bank.candidates, time.process_time()
        bank.grow(operations, lambda made: None)
        best = max(best, (bank.candidates - before) / (time.process_time() - start) / 1e6)
    return best


def tried(kind: tuple[str, int]) -> float:
    """Thousand millions of pairs that are tried in a second of CPU."""
    name, width = kind
    rng = np.random.default_rng(1)
    ones = np.uint64((1 << width) - 1)
    rows = rng.integers(1 << 63, size=(PAIRED + 1, SAMPLES), dtype=np.uint64) * np.uint64(2) + np.uint64(1) & ones
    bank = Bank([(leaf(f"x{index}", width), row) for index, row in enumerate(rows[1:])], [], PAIRED)
    goal = Goal(width, rows[0], np.ones(SAMPLES, dtype=np.bool_), ones)
    best = 0.0
    for _ in range(2):
        made: list[int] = []
        start = time.process_time()
        list(bank.sweep([Operation(TABLE[name], width, width)], goal, 1, made.append))
        best = max(best, sum(made) / (time.process_time() - start) / 1e9)
    return best


def grown() -> Table:
    """How many programs each level adds to the bank, one for each behaviour on the samples."""
    table = Table("inputs", "samples", *(f"{level} operations" for level in range(4)), "CPU s", box=None)
    for inputs, most in ((1, 3), (2, 3)):
        for samples in (4, 8, 16, 32):
            names = [f"x{index}: u32" for index in range(inputs)]
            (spec,) = parse_specs(f"spec f({', '.join(names)}) -> u32\n  ensures result == 0\n  using plain")
            words = vocabulary(spec)
            rng = random.Random(1)
            values = [(node, np.array([int(node.data) if node.is_const else rng.getrandbits(32)
                                       for _ in range(samples)], dtype=np.uint64))
                      for node in (*(parameter.value for parameter in spec.parameters), *words.constants)]
            start = time.process_time()
            bank = Bank(values, words.casts, 3_000_000)
            sizes = [len(bank)]
            for _ in range(most):
                bank.grow(words.operations, lambda made: None)
                sizes.append(len(bank) - sum(sizes))
            table.add_row(str(inputs), str(samples), *(f"{size:,}" for size in sizes),
                          f"{time.process_time() - start:.2f}")
    return table


def twice(both: ProcessPoolExecutor, measure: Callable[..., float], kind: object) -> str:
    """The rate of two processes together, as a multiple of what one of them reaches while it runs alone."""
    alone = both.submit(measure, kind).result()
    together = sum(future.result() for future in [both.submit(measure, kind) for _ in range(2)])
    return f"{together / alone:.2f} times one"


def compiled() -> str:
    """CPU seconds to compile the kernels of the search in an empty folder, and to load them from there."""
    text = "from primir.synth.compilation import parts; [part.functions for part in parts().values()]"
    seconds = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):
            before = os.times()
            subprocess.run([sys.executable, "-c", text], env={**os.environ, "PRIMIR_CACHE": folder}, check=True)
            after = os.times()
            seconds.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return f"kernels: {seconds[0]:.1f} s of CPU to compile, {seconds[1]:.1f} s ever after (Python's start included)"


if __name__ == "__main__":
    main()
