"""What is lifted of the public cases, why the rest is refused, and whether each lifted function refines itself.

    python -m bench.lifting [--cases FOLDER] [--jobs N] [--time SECONDS] [NAME ...]

The cases are pairs of functions in LLVM IR, in folders of ../shared/bench or of $PRIMIR_CASES. That a function refines
itself is no triviality: what it leaves open, undef and freeze, is chosen by each side for itself.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import click
from primir.ir.errors import PrimirError
from primir.jobs.limits import Deadline
from primir.jobs.workers import Crashed, TimedOut, borrowed
from primir.lift.llvm.front import functions_of
from primir.verify.refine import refine
from rich.console import Console
from rich.table import Table

FOLDERS = ("alive2/loop-free", "alive2/loops", "alive2/vectors", "souper", "llvm-issues", "arith")
CASES = Path(os.environ.get("PRIMIR_CASES", Path(__file__).parent.parent.parent / "shared" / "bench"))
SAYS = ("proved", "bounded", "vacuous", "unknown", "refuted")  # of f refines f; refuted would be a mistake of ours
PATIENCE = 60.0  # seconds beyond which the child that lifts a file is killed


@dataclass(frozen=True)
class Report:
    """One file: what became of its functions, by name, and of their identity checks."""

    file: str
    refused: dict[str, str] = field(default_factory=dict)  # and why
    identities: dict[str, str] = field(default_factory=dict)  # what the check said, of those lifted
    seconds: float = 0.0


def examine(path: str, seconds: float) -> Report:
    """Lift `src` and `tgt` of one file, or whatever functions it has, and check each. Runs in a child."""
    started = time.monotonic()
    report = Report(path)
    try:
        functions = functions_of(Path(path).read_bytes(), file=path)
    except PrimirError as problem:
        return Report(path, {"the whole file": problem.message})
    report.refused.update((name, problem.message) for name, problem in functions.refused.items())
    for name, function in functions.items():
        try:
            report.identities[name] = refine(function, function, deadline=Deadline(seconds)).status
        except PrimirError as problem:
            report.identities[name] = f"an error: {problem.message}"
    return Report(path, report.refused, report.identities, time.monotonic() - started)


def examined(paths: Sequence[Path], jobs: int, seconds: float) -> Iterator[Report]:
    """The reports of `paths`, in their order."""

    def one(path: Path) -> Report:
        with borrowed("bench.lifting") as worker:
            try:
                report: Report = worker.call("bench.lifting:examine", str(path), seconds, seconds=PATIENCE)
            except (Crashed, TimedOut) as problem:
                return Report(str(path), {"the whole file": f"NO ANSWER: {problem}"})
        return report

    with ThreadPoolExecutor(jobs) as pool:
        yield from pool.map(one, paths)


def reason(message: str) -> str:
    """A refusal without what is particular to one function: names, widths and numbers."""
    message = re.sub(r'@(?:"[^"]*"|[-\w.$]+)', lambda name: name[0] if name[0].startswith("@llvm") else "@f", message)
    return re.sub(r"\bi\d+\b", "iN", re.sub(r"<\d+ x", "<n x", message))


@click.command()
@click.argument("names", nargs=-1)
@click.option("--cases", default=str(CASES), show_default=True, help="The folder of the public cases.")
@click.option("--jobs", default=2, show_default=True, help="Files examined at once.")
@click.option("--time", "seconds", default=10.0, show_default=True, help="The limit for each check, in seconds.")
@click.option("--list", "listed", is_flag=True, help="Say for each function that is refused, or not proved, why.")
def main(names: tuple[str, ...], cases: str, jobs: int, seconds: float, listed: bool) -> None:
    """Lifts the public cases (or those whose file name contains one of NAMES) and prints the table."""
    if not Path(cases).is_dir():
        raise SystemExit(f"the public cases are not at {cases}: name their folder by --cases or PRIMIR_CASES")
    console = Console(width=None if sys.stdout.isatty() else 150, highlight=False)
    table = Table("cases", "files", "functions", "lifted", "refused", *SAYS, "seconds", box=None)
    reasons: Counter[str] = Counter()
    mistakes: list[str] = []
    for folder in FOLDERS:
        started = time.monotonic()
        paths = [path for path in sorted((Path(cases) / folder).glob("*.ll"))
                 if not names or any(name in path.name for name in names)]
        reports = list(examined(paths, jobs, seconds))
        reasons.update(reason(message) for report in reports for message in report.refused.values())
        said = Counter(status for report in reports for status in report.identities.values())
        lifted, refused = sum(said.values()), sum(len(report.refused) for report in reports)
        table.add_row(folder, str(len(paths)), str(lifted + refused), str(lifted), str(refused),
                      *(str(said[word]) for word in SAYS), f"{time.monotonic() - started:.1f}")
        mistakes += [report.file for report in reports if not set(report.identities.values()) <= set(SAYS[:-1])
                     or any(why.startswith("NO ANSWER") for why in report.refused.values())]
        if listed:
            _list(console, reports)
    console.print(table)
    console.print(f"\n{reasons.total()} refused, by reason:")
    for why, count in reasons.most_common():
        console.print(f"{count:5}  {why}", markup=False)
    if mistakes:
        raise SystemExit(f"a function refuted by itself, an error, or no answer: {', '.join(mistakes)}")


def _list(console: Console, reports: Sequence[Report]) -> None:
    for report in reports:
        for name, why in (*report.refused.items(), *report.identities.items()):
            if why not in ("proved", "vacuous"):
                console.print(f"{Path(report.file).name}: {name}: {why}", markup=False)


if __name__ == "__main__":
    main()
