"""SyGuS files side by side: primir and cvc5, each in a process of its own, and their answers checked by z3.

An answer counts as solved only if it is no term outside the grammar (primir's reading of it says so) and z3 finds no
input on which a constraint fails; where z3 cannot tell within its limit, the answer is counted as unchecked. That
there is no answer (infeasible) is counted by itself: it is wrong where the other solver has one.
"""

from __future__ import annotations

import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from primir.ir.errors import PrimirError
from primir.lift.sygus.front import parse_answer, parse_functions
from primir.lift.sygus.sexpr import items, read_lists, symbol
from rich.console import Console
from rich.table import Table

from bench.cpu import cpu

if TYPE_CHECKING:
    from primir.lift.sygus.sexpr import Sexpr

CASES = Path(os.environ.get("PRIMIR_CASES", Path(__file__).parent.parent.parent / "shared" / "bench"))
CHECKING = 10_000  # milliseconds of z3 for one constraint
STARTING = 15.0  # seconds beside its limit after which a process is ended

_CVC5 = """
import sys, cvc5
solver = cvc5.Solver(cvc5.TermManager())
for name, value in (("sygus", "true"), ("incremental", "false"), ("tlimit", sys.argv[2])):
    solver.setOption(name, value)
symbols = cvc5.SymbolManager(solver.getTermManager())
parser = cvc5.InputParser(solver, symbols)
parser.setFileInput(cvc5.InputLanguage.SYGUS_2_1, sys.argv[1])
while not (command := parser.nextCommand()).isNull():
    print(command.invoke(solver, symbols), end="", flush=True)
"""

Check = Literal["right", "wrong", "unchecked", "outside the grammar", "infeasible"]


@dataclass(frozen=True)
class Outcome:
    """What one solver made of one file: its answer (None for none), the CPU seconds, and what the check said."""

    answer: str | None
    seconds: float
    check: Check | None = None

    @property
    def solved(self) -> bool:
        return self.check in ("right", "unchecked")


def ours(path: Path, seconds: float) -> Outcome:
    return _run([sys.executable, "-m", "primir", "synth", str(path), "--format", "sygus", "--quiet", "--time",
                 str(seconds)], path, seconds)


def cvc5(path: Path, seconds: float) -> Outcome:
    """cvc5 with incremental=false, which is its right setting for SyGuS."""
    return _run([sys.executable, "-c", _CVC5, str(path), str(int(seconds * 1000))], path, seconds)


SOLVERS = {"primir": ours, "cvc5": cvc5}


def _run(command: Sequence[str], path: Path, seconds: float) -> Outcome:
    started = cpu()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        out, _ = process.communicate(timeout=seconds + STARTING)
    except subprocess.TimeoutExpired:
        process.kill()
        out, _ = process.communicate()
    spent = cpu() - started
    found = re.findall(r"^\(define-fun .*\)$", out, re.MULTILINE)
    if not found and re.search("^infeasible$", out, re.MULTILINE):
        return Outcome(None, spent, "infeasible")
    if not found or process.returncode < 0:
        return Outcome(None, spent)
    answer = "\n".join(found)
    return Outcome(answer, spent, checked(path, answer))


# --- checking ---------------------------------------------------------------------------------------------------------


def checked(path: Path, answer: str) -> Check:
    """Whether the answers are in their grammars, and right by z3, which reads file and answers on its own.

    Of a file that primir refuses, z3 alone is asked.
    """
    text = path.read_text()
    try:
        specs = {spec.syntax.name: spec for spec in parse_functions(text, str(path)) if spec.syntax is not None}
    except PrimirError:
        specs = {}
    try:
        for line in answer.splitlines() if specs else ():
            spec = specs[str(items(read_lists(line, None)[1][0])[1])]
            function = parse_answer(line, spec, text, str(path))
            assert spec.syntax is not None
            if spec.syntax.define(function.results[0].value) is None:
                return "outside the grammar"
    except (PrimirError, KeyError):
        return "wrong"
    return _by_z3(text, answer)


def _by_z3(text: str, answer: str) -> Check:
    import z3

    script, constraints = _script(text, answer)
    result: Check = "right"
    for some in _groups(constraints, 200):
        solver = z3.Solver()
        solver.set("timeout", CHECKING)
        solver.add(z3.parse_smt2_string(f"{script}\n(assert (not (and true {' '.join(some)})))"))
        found = solver.check()
        if found == z3.sat:
            return "wrong"
        if found != z3.unsat:
            result = "unchecked"
    return result


def _groups(things: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (things[start:start + size] for start in range(0, len(things), size))


def _script(text: str, answer: str) -> tuple[str, list[str]]:
    """What z3 reads before the constraints, and these."""
    lines: list[str] = []
    constraints: list[str] = []
    _, commands = read_lists(text, None)
    answers = {str(items(each)[1]): each for each in read_lists(answer, None)[1]}
    defined = {str(items(each)[1]) for each in commands if symbol(items(each)[0]) in ("define-fun", "define-const")}

    def written(part: Sexpr) -> str:
        """The text, with `!` behind the names of the file's functions: z3 has some of its own, as `implies`."""
        if isinstance(part, str):
            return f"{part}!" if part in defined and not part.startswith("|") else str(part)
        return f"({' '.join(map(written, items(part)))})"

    for command in commands:
        parts = items(command)
        match symbol(parts[0]):
            case "define-fun" | "define-sort" | "define-const":
                lines.append(written(command))
            case "declare-var":
                lines.append(f"(declare-const {written(parts[1])} {written(parts[2])})")
            case "synth-fun":
                lines.append(written(answers[str(parts[1])]))
            case "assume":
                lines.append(f"(assert {written(parts[1])})")
            case "constraint":
                constraints.append(written(parts[1]))
    return "\n".join(lines), constraints


# --- tables -----------------------------------------------------------------------------------------------------------


def cases_in(folder: str, cases: str, names: Sequence[str], sample: int | None = None, seed: int = 0) -> list[Path]:
    """The files of one folder of the public cases, or those whose name contains one of `names`; at most `sample` of
    them, chosen by `seed`."""
    found = Path(cases) / "sygus" / folder
    if not found.is_dir():
        raise SystemExit(f"the public cases are not at {cases}: name their folder by --cases or PRIMIR_CASES")
    paths = [path for path in sorted(found.glob("*.sl")) if not names or any(name in path.name for name in names)]
    return paths if sample is None else sorted(random.Random(seed).sample(paths, min(sample, len(paths))))


def compare(paths: Sequence[Path], seconds: float, peers: bool) -> None:
    """Runs the solvers on each file, one after the other, and prints the table and what it comes to."""
    solvers = {name: run for name, run in SOLVERS.items() if peers or name == "primir"}
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    table = Table("file", *(column for name in solvers for column in (name, "CPU s", "size")), box=None)
    outcomes: dict[str, list[Outcome]] = {name: [] for name in solvers}
    began = time.perf_counter()
    for path in paths:
        row = [path.stem]
        for name, run in solvers.items():
            outcome = run(path, seconds)
            outcomes[name].append(outcome)
            operations = "-" if outcome.answer is None else str(size(outcome.answer))
            row += [outcome.check or "-", f"{outcome.seconds:.2f}", operations]
        table.add_row(*row)
        if sys.stderr.isatty():
            click.echo("  ".join(row), err=True)
    console.print(table)
    for name, found in outcomes.items():
        _print_summary(console, name, found)
    if peers:
        _print_ratio(console, outcomes["primir"], outcomes["cvc5"], seconds)
    console.print(f"{time.perf_counter() - began:.0f} s together")
    if any(outcome.check in ("wrong", "outside the grammar") for outcome in outcomes["primir"]):
        raise SystemExit("an answer of primir is wrong")
    if any(a.check == "infeasible" and b.solved for a, b in zip(outcomes["primir"], outcomes.get("cvc5", ()))):
        raise SystemExit("primir says that there is no answer where cvc5 has one")


def size(answer: str) -> int:
    """The different operations of an answer: what its text says twice counts once."""
    _, defined = read_lists(answer, None)
    return sum(len(_operations(items(define)[4])) for define in defined)


def _operations(term: Sexpr) -> set[str]:
    seen: set[str] = set()
    texts: dict[int, str] = {}
    stack: list[tuple[Sexpr, bool]] = [(term, False)]
    while stack:
        part, ready = stack.pop()
        if isinstance(part, str):
            texts[id(part)] = str(part)
        elif ready or items(part) and symbol(items(part)[0]) == "_":
            texts[id(part)] = f"({' '.join(texts.get(id(each), str(each)) for each in items(part))})"
            if symbol(items(part)[0]) != "_":
                seen.add(texts[id(part)])
        else:
            stack.append((part, True))
            stack += [(each, False) for each in items(part)]
    return seen


def _print_summary(console: Console, name: str, found: Sequence[Outcome]) -> None:
    solved = [outcome for outcome in found if outcome.solved]
    kinds = ", ".join(f"{sum(outcome.check == kind for outcome in found)} {kind}"
                      for kind in ("unchecked", "wrong", "outside the grammar", "infeasible")
                      if any(outcome.check == kind for outcome in found))
    times = [outcome.seconds for outcome in solved]
    sizes = [size(outcome.answer or "") for outcome in solved]
    middle = ""
    if solved:
        middle = f", median {statistics.median(times):.2f} CPU s and {statistics.median(sizes):g} operations"
    console.print(f"{name}: {len(solved)} of {len(found)} solved{f' ({kinds})' if kinds else ''}{middle}; "
                  f"{sum(outcome.seconds for outcome in found):.1f} CPU s together")


def _print_ratio(console: Console, mine: Sequence[Outcome], theirs: Sequence[Outcome], seconds: float) -> None:
    """How many times faster primir is, in the geometric mean; who does not solve a file took the whole limit."""
    pairs = [(a.seconds, b.seconds if b.solved else seconds) for a, b in zip(mine, theirs, strict=True) if a.solved]
    if pairs:
        ratio = statistics.geometric_mean([b / a for a, b in pairs])
        slower = sum(a > b > 1 for a, b in pairs)
        console.print(f"cvc5 takes {ratio:.2f} times as long in the geometric mean over the {len(pairs)} files that "
                      f"primir solves (unsolved: {seconds:.0f} s); "
                      f"primir is slower on {slower} that take cvc5 over 1 s")
