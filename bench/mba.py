"""Mixed boolean-arithmetic: each obfuscated expression is proved equal to its original, at 64 bits.

    python -m bench.mba [--time SECONDS] [--sample N] [--every N] [--cases FOLDER] [NAME ...]

The sets are files of lines `obfuscated, original` in ../shared/bench/mba or $PRIMIR_CASES/mba. The provers of our own
are asked first, bitwuzla where they do not know; CPU milliseconds are for the proof, without reading the text. Beside
them stands bitwuzla alone on a sample of each set.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median

import click
from primir.ir.graph import Parameter, negate
from primir.ir.types import Type
from primir.jobs.limits import Deadline
from primir.lift.speclang.front import parse_condition
from primir.verify.provers.bitlinear import BitLinear
from primir.verify.provers.portfolio import satisfiable
from primir.verify.provers.query import Prover, Query, Sat, Unsat
from primir.verify.provers.ring import RingForm
from primir.verify.provers.solvers import BITWUZLA
from rich.console import Console
from rich.table import Table

from bench.arithmetic import CASES
from bench.cpu import cpu

WORD = Type(64)
OWN: tuple[Prover, ...] = (RingForm(), BitLinear())


@dataclass
class Found:
    """What became of the lines of one set."""

    milliseconds: list[float] = field(default_factory=list)
    provers: Counter[str] = field(default_factory=Counter)
    unknown: list[int] = field(default_factory=list)  # lines
    refuted: list[int] = field(default_factory=list)


def sides(line: str) -> tuple[str, str]:
    """The first two of the expressions that commas outside parentheses part."""
    depth, cuts = 0, [-1]
    for place, letter in enumerate(line):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            cuts.append(place)
    cuts.append(len(line))
    return line[:cuts[1]].strip(), line[cuts[1] + 1:cuts[2]].strip()


def query(line: str) -> Query:
    """Whether both sides of a line can differ."""
    # an unsigned word has no negative literal in the language of specs
    left, right = (re.sub(r"(^|[(*+\-&|^~])(\s*)-\s*(\d+)", r"\1\2(0 - \3)", side) for side in sides(line))
    names = sorted(set(re.findall(r"[A-Za-z_]\w*", line)))
    equal, _ = parse_condition(f"({left}) == ({right})", [Parameter(name, WORD) for name in names])
    return Query(negate(equal))


def queries(path: Path, every: int) -> Iterator[tuple[int, Query]]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.strip() and number % every == 0:
            yield number, query(line)


def proved(cases: Sequence[tuple[int, Query]], seconds: float) -> Found:
    """Each query put to our own provers, and to bitwuzla after them."""
    found = Found()
    solver = replace(BITWUZLA, slice=seconds)
    for number, asked in cases:
        started = time.process_time()
        answer = satisfiable(asked, Deadline(seconds), OWN)
        spent = time.process_time() - started
        if not isinstance(answer, Unsat):
            started = cpu()
            answer = satisfiable(asked, Deadline(seconds), (solver,))
            spent += cpu() - started
        found.milliseconds.append(1000 * spent)
        match answer:
            case Unsat(prover):
                found.provers[prover] += 1
            case Sat():
                found.refuted.append(number)
            case _:
                found.unknown.append(number)
    return found


def alone(cases: Sequence[tuple[int, Query]], count: int, seconds: float) -> str:
    """What bitwuzla does by itself with some of the cases."""
    chosen = random.Random(0).sample(cases, min(count, len(cases)))
    solver = replace(BITWUZLA, slice=seconds)
    started, right = cpu(), 0
    for _, asked in chosen:
        right += isinstance(satisfiable(asked, Deadline(seconds + 1), (solver,)), Unsat)
    return f"{right} of {len(chosen)}, {1000 * (cpu() - started) / max(len(chosen), 1):.0f} ms each"


@click.command()
@click.argument("names", nargs=-1)
@click.option("--time", "seconds", default=5.0, show_default=True, help="The limit for each proof, in seconds.")
@click.option("--sample", default=10, show_default=True, help="Lines of each set for bitwuzla alone.")
@click.option("--every", default=1, show_default=True, help="Take each Nth line only.")
@click.option("--cases", default=str(CASES), show_default=True, help="The folder of the public cases.")
def main(names: tuple[str, ...], seconds: float, sample: int, every: int, cases: str) -> None:
    """Proves the sets (or those whose file name contains one of NAMES) and prints the table."""
    folder = Path(cases) / "mba"
    if not folder.is_dir():
        raise SystemExit(f"the public cases are not at {cases}: name their folder by --cases or PRIMIR_CASES")
    table = Table("set", "lines", "proved", "unknown", "median ms", "max ms", "by", "bitwuzla alone", box=None)
    console = Console(width=None if sys.stdout.isatty() else 170, highlight=False)
    total = Found()
    for path in sorted(folder.glob("*.txt")):
        if names and not any(name in path.name for name in names):
            continue
        asked = list(queries(path, every))
        found = proved(asked, seconds)
        total.milliseconds += found.milliseconds
        total.provers += found.provers
        total.unknown += found.unknown
        total.refuted += found.refuted
        table.add_row(path.stem, *_row(found), alone(asked, sample, 2.5))
        for number in found.refuted:
            console.print(f"{path.name}:{number}: both sides differ")
        for number in found.unknown:
            console.print(f"{path.name}:{number}: unknown")
    table.add_row("all", *_row(total), "")
    console.print(table)
    if total.refuted:
        raise SystemExit(1)


def _row(found: Found) -> tuple[str, ...]:
    times = found.milliseconds or [0.0]
    by = ", ".join(f"{prover} {count}" for prover, count in found.provers.most_common())
    return (str(len(found.milliseconds)), str(found.provers.total()), str(len(found.unknown)),
            f"{median(times):.2f}", f"{max(times):.1f}", by)


if __name__ == "__main__":
    main()
