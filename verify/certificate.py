"""Certificates: what a proof rests on, written down so that any solver can replay it.

A certificate is a folder with a file of SMT-LIB for each query that was answered: its answer stands in it as
`:status`, and a comment says which pair it belongs to. `unsat` queries are what was proved; a `sat` one shows that the
conditions can hold at all, or is a counterexample.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..ir.errors import Place, PrimirError
from ..ir.graph import leaf
from ..jobs.limits import Deadline
from .provers.portfolio import satisfiable
from .provers.query import Answer, DontKnow, Prover, Query, Sat, Unsat
from .provers.solvers import BITWUZLA, CVC5, Z3, Solver, encode, race_for


@dataclass(frozen=True, slots=True)
class Recording:
    """Asks `provers`, and keeps what they answer."""

    provers: tuple[Prover, ...]
    answers: list[tuple[Query, Answer]] = field(default_factory=list)
    name: str = "recorded"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        answer = satisfiable(query, deadline, self.provers)
        if not isinstance(answer, DontKnow):
            self.answers.append((query, answer))
        return answer


def certificates(title: str, answers: Sequence[tuple[Query, Answer]]) -> list[str]:
    """A text of SMT-LIB for each query that was answered."""
    texts = []
    for number, (query, answer) in enumerate(answers, 1):
        assert isinstance(answer, Sat | Unsat), answer
        script, leaves = encode(query)
        names = [f"; x{index} is {_one_line(str(node.data))}" for index, node in enumerate(leaves)]
        head = [f"; {_one_line(title)}: query {number} of {len(answers)}, answered by {answer.prover}", *names,
                f"(set-info :status {'unsat' if isinstance(answer, Unsat) else 'sat'})"]
        logic, _, rest = script.partition("\n")
        texts.append("\n".join([logic, *head, rest]))
    return texts


def write_certificates(folder: Path, title: str, answers: Sequence[tuple[Query, Answer]]) -> list[Path]:
    """The files of a certificate. PrimirError where they cannot be written."""
    stem = re.sub(r"[^\w.-]+", "_", title).strip("_.")[-80:] or "proof"
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(certificates(title, answers), 1):
            paths.append(folder / f"{stem}.{number}.smt2")
            paths[-1].write_text(text)
    except OSError as problem:
        raise PrimirError(f"{folder} cannot be written: {problem.strerror}") from None
    return paths


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- replaying one ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replay:
    """What each solver says to a certificate: its own word, or why it says nothing. `status` is what the file says."""

    file: Path
    status: str
    answers: tuple[tuple[str, str], ...]

    @property
    def verdict(self) -> str:
        """`holds` where every solver that answers says the same, `differs` where one does not, else `unknown`."""
        words = {word for _, word in self.answers if word in ("sat", "unsat")}
        if words - {self.status}:
            return "differs"
        return "holds" if words else "unknown"


def check(path: Path, seconds: float, report: Callable[[Replay], None] | None = None) -> list[Replay]:
    """Every certificate at `path`, a file or a folder, asked again of all solvers that are installed.

    `seconds` are for each query and solver. PrimirError where there is none, or where a file says no status.
    """
    files = sorted(path.glob("*.smt2")) if path.is_dir() else [path]
    if not files:
        raise PrimirError("there is no certificate here", Place(str(path)), "certificates end in .smt2")
    found = []
    for file in files:
        found.append(_replay(file, seconds))
        if report is not None:
            report(found[-1])
    return found


SOLVERS = (BITWUZLA, Z3, CVC5)


def _replay(file: Path, seconds: float) -> Replay:
    place = Place(str(file))
    try:
        text = file.read_text()
    except (OSError, UnicodeDecodeError) as problem:
        raise PrimirError(f"this file cannot be read: {problem}", place) from None
    status = re.search(r"^\(set-info :status (sat|unsat)\)$", text, re.MULTILINE)
    if status is None:
        raise PrimirError("this is no certificate: it says no status", place)
    plain = "\n".join(line for line in text.splitlines() if not line.startswith((";", "(set-info")))
    return Replay(file, status[1], tuple((solver.name, _answer(solver, plain, seconds)) for solver in SOLVERS))


def _answer(solver: Solver, text: str, seconds: float) -> str:
    """`sat`, `unsat`, or why there is no answer."""
    count = len(re.findall(r"^\(declare-const ", text, re.MULTILINE))
    match race_for((solver,), text, [leaf(f"x{index}", 1) for index in range(count)], Deadline(seconds)):
        case Sat():
            return "sat"
        case Unsat():
            return "unsat"
        case DontKnow(why):
            return why
