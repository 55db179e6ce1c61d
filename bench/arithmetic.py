"""Hard arithmetic: divisions by constants, high products, popcounts and the like; the portfolio beside single solvers.

    python -m bench.arithmetic [--time SECONDS] [--peers] [--cases FOLDER] [NAME ...]

The cases are pairs of functions in LLVM IR, in ../shared/bench/arith or $PRIMIR_CASES/arith, with their verdicts. All
run in one warm process; the CPU seconds include those of its solvers.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
from primir.ir.graph import Function
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import functions_of
from primir.verify.provers.portfolio import STANDARD
from primir.verify.provers.query import Prover
from primir.verify.provers.solvers import BITWUZLA, CVC5, Z3
from primir.verify.refine import refine
from primir.verify.verdict import Proved, Refuted
from rich.console import Console
from rich.table import Table

from bench.cpu import cpu

CASES = Path(os.environ.get("PRIMIR_CASES", Path(__file__).parent.parent.parent / "shared" / "bench"))
PEERS = (BITWUZLA, Z3, CVC5)
EXPECTED = {"correct": Proved, "incorrect": Refuted}


@dataclass(frozen=True)
class Found:
    """What was said of one case, by whom, for how much work."""

    status: str
    prover: str
    seconds: float  # of CPU
    right: bool | None  # None: not decided


def examined(source: Function, target: Function, expected: str, seconds: float,
             provers: Sequence[Prover] = STANDARD) -> Found:
    started = cpu()
    verdict = refine(source, target, deadline=Deadline(seconds), provers=provers)
    spent = cpu() - started
    decided = isinstance(verdict, (Proved, Refuted))
    prover = verdict.prover if isinstance(verdict, (Proved, Refuted)) else "-"
    return Found(verdict.status, prover, spent, isinstance(verdict, EXPECTED[expected]) if decided else None)


@click.command()
@click.argument("names", nargs=-1)
@click.option("--time", "seconds", default=20.0, show_default=True, help="The limit for each case, in seconds.")
@click.option("--peers", is_flag=True, help="Each solver alone, too, within the same limit.")
@click.option("--cases", default=str(CASES), show_default=True, help="The folder of the public cases.")
def main(names: tuple[str, ...], seconds: float, peers: bool, cases: str) -> None:
    """Decides the cases (or those whose file name contains one of NAMES) and prints the table."""
    folder = Path(cases) / "arith"
    if not folder.is_dir():
        raise SystemExit(f"the public cases are not at {cases}: name their folder by --cases or PRIMIR_CASES")
    rivals = PEERS if peers else ()
    table = Table("case", "expected", "verdict", "prover", "CPU s", *(peer.name for peer in rivals), box=None)
    console = Console(width=None if sys.stdout.isatty() else 150, highlight=False)
    tally: dict[str, list[Found]] = {"primir": [], **{peer.name: [] for peer in rivals}}
    for case in json.loads((folder / "expected.json").read_text()):
        if names and not any(name in case["file"] for name in names):
            continue
        functions = functions_of((folder / case["file"]).read_bytes(), file=case["file"])
        pair = functions["src"], functions["tgt"]
        ours = examined(*pair, case["expected"], seconds)
        tally["primir"].append(ours)
        theirs = [examined(*pair, case["expected"], seconds, (replace(peer, slice=seconds),)) for peer in rivals]
        for peer, found in zip(rivals, theirs, strict=True):
            tally[peer.name].append(found)
        row = (case["file"].removesuffix(".srctgt.ll"), case["expected"], _mark(ours), ours.prover,
               f"{ours.seconds:.2f}", *(f"{_mark(found)} {found.seconds:.1f}" for found in theirs))
        table.add_row(*row)
        if sys.stderr.isatty():
            click.echo("  ".join(row), err=True)
    console.print(table)
    for name, found in tally.items():
        console.print(f"{name}: {sum(f.right is True for f in found)} of {len(found)} decided as expected, "
                      f"{sum(f.right is False for f in found)} wrong, {sum(f.seconds for f in found):.1f} CPU s, "
                      f"at most {max((f.seconds for f in found), default=0.0):.1f}")
    if not all(found.right for found in tally["primir"]):
        raise SystemExit(1)


def _mark(found: Found) -> str:
    return found.status.upper() if found.right is False else found.status


if __name__ == "__main__":
    main()
