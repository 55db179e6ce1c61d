"""Refinement pairs of the public collections: primir's verdict beside the expected one, and beside solvers alone.

    python -m bench.refinement [--cases FOLDER] [--time SECONDS] [--peers] [--all] [NAME ...]

The cases are files of LLVM IR with @src and @tgt, in folders of ../shared/bench or of $PRIMIR_CASES. The collections of
Alive2 are read as Alive2 does, with undef inputs and the loop bounds of the case; the others as primir does by itself.
`--peers` asks bitwuzla and z3 alone as well, each with the same limit, and prints the median time of a query.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from primir.ir.errors import PrimirError
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import functions_of
from primir.lift.llvm.loops import UNROLL, Unroll
from primir.verify.provers.portfolio import STANDARD
from primir.verify.provers.query import Prover
from primir.verify.provers.solvers import BITWUZLA, Z3
from primir.verify.refine import refine
from rich.console import Console
from rich.table import Table

from bench.cpu import cpu

FOLDERS = ("alive2/loop-free", "alive2/loops", "alive2/vectors", "souper", "llvm-issues")
CASES = Path(os.environ.get("PRIMIR_CASES", Path(__file__).parent.parent.parent / "shared" / "bench"))
MEANS = {"correct": "proved", "LGTM": "proved", "incorrect": "refuted", "Invalid": "refuted"}
OURS_IS_FINE = {("proved", "bounded"), ("proved", "vacuous")}  # right as far as loops were run; or nothing to prove


@dataclass(frozen=True)
class Outcome:
    """One case: what was expected, what came out, by whom, and how long it took."""

    file: str
    expected: str  # a status, or what the collection says where that is neither right nor wrong
    status: str
    detail: str
    seconds: float  # of CPU, provers in child processes included

    @property
    def agrees(self) -> bool:
        return self.status == self.expected or (self.expected, self.status) in OURS_IS_FINE


def examine(folder: Path, case: dict[str, object], seconds: float, provers: Sequence[Prover]) -> Outcome:
    """The verdict on one file; the worst where it holds several pairs."""
    alive = "alive2" in folder.parts
    bound = re.search(r"-src-unroll=(\d+)", str(case.get("args", "")))
    unroll = Unroll(int(bound[1])) if bound is not None else UNROLL
    file, started = str(case["file"]), cpu()
    expected = MEANS.get(str(case["expected"]), str(case["expected"]))
    try:
        functions = functions_of((folder / file).read_bytes(), file=file, unroll=unroll, undef_inputs=alive)
        verdicts = [refine(functions[old], functions[new], deadline=Deadline(seconds), provers=provers)
                    for old, new in functions.pairs]
    except PrimirError as problem:
        return Outcome(file, expected, "refused", problem.message, cpu() - started)
    order = ("refuted", "unknown", "vacuous", "bounded", "proved")
    worst = min(verdicts, key=lambda verdict: order.index(verdict.status))
    detail = str(getattr(worst, "prover", getattr(worst, "why", "")))
    return Outcome(file, expected, worst.status, detail, cpu() - started)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--cases", type=click.Path(path_type=Path, file_okay=False), default=CASES, help="The folder of cases.")
@click.option("--time", "seconds", default=10.0, show_default=True, help="Seconds for each pair.")
@click.option("--peers", is_flag=True, help="Also bitwuzla and z3 alone.")
@click.option("--all", "everything", is_flag=True, help="Print every case, and not only those that differ.")
def main(names: tuple[str, ...], cases: Path, seconds: float, peers: bool, everything: bool) -> None:
    """Prints a table of the collections (or those whose name contains one of NAMES)."""
    if not cases.is_dir():
        raise SystemExit(f"there are no cases at {cases}: name their folder with --cases or PRIMIR_CASES")
    console = Console(width=None if sys.stdout.isatty() else 150)
    table = Table("cases", "by", "pairs", "as expected", "unknown", "refused", "other", "median ms", "slowest s",
                  "CPU s", box=None)
    by: dict[str, Sequence[Prover]] = {"primir": STANDARD}
    if peers:
        by |= {"bitwuzla": (BITWUZLA,), "z3": (Z3,)}
    different: list[str] = []
    for folder in FOLDERS:
        if names and not any(name in folder for name in names):
            continue
        listed = json.loads((cases / folder / "expected.json").read_text())
        for who, provers in by.items():
            outcomes = [examine(cases / folder, case, seconds, provers) for case in listed]
            count = Counter(outcome.status for outcome in outcomes if not outcome.agrees)
            agree = sum(outcome.agrees for outcome in outcomes)
            other = len(outcomes) - agree - count["unknown"] - count["refused"]
            times = [outcome.seconds for outcome in outcomes]
            table.add_row(folder, who, *map(str, (len(outcomes), agree, count["unknown"], count["refused"], other)),
                          f"{1000 * statistics.median(times):.1f}", f"{max(times):.1f}", f"{sum(times):.1f}")
            different += [f"{folder}/{outcome.file} ({who}): expected {outcome.expected}, {outcome.status}: "
                          f"{outcome.detail} [{outcome.seconds:.2f} CPU s]" for outcome in outcomes
                          if everything or (not outcome.agrees and who == "primir")]
    console.print(table)
    for line in different:
        print(line)


if __name__ == "__main__":
    main()
