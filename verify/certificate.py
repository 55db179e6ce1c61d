"""Certificates: what a proof rests on, written down so that any solver can replay it.

A certificate is a folder with a file of SMT-LIB for each query that was answered: its answer stands in it as
`:status`, and a comment says which pair it belongs to. `unsat` queries are what was proved; a `sat` one shows that the
conditions can hold at all, or is a counterexample.

Beside an `unsat` query stand its clauses and a proof of them in DRAT (clausal.py), where that is not too large; a
comment has their digests, or says why they are left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..ir.errors import Place, PrimirError
from ..ir.graph import leaf
from ..jobs.limits import Deadline
from .clausal import Clausal, LeftOut, prove, replay
from .provers.blast import MISSING
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


@dataclass(frozen=True, slots=True)
class Written:
    """The files of SMT-LIB of a certificate, and why some have no clauses and proof beside them."""

    files: tuple[Path, ...]
    left_out: tuple[str, ...]


def write_certificates(folder: Path, title: str, answers: Sequence[tuple[Query, Answer]]) -> Written:
    """Write the files of a certificate; a proof takes up to SOLVING + CHECKING seconds. PrimirError where that fails.
    """
    stem = re.sub(r"[^\w.-]+", "_", title).strip("_.")[-80:] or "proof"
    paths: list[Path] = []
    left_out: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, (query, answer) in enumerate(answers, 1):
            paths.append(folder / f"{stem}.{number}.smt2")
            head = [f"{_one_line(title)}: query {number} of {len(answers)}, answered by {_prover(answer)}"]
            for file in _beside(paths[-1]):
                file.unlink(missing_ok=True)
            if isinstance(answer, Unsat):
                match prove(query):
                    case LeftOut(why):
                        left_out.append(why)
                        head.append(f"no clauses: {_one_line(why)}")
                    case Clausal() as found:
                        head.append(_write_clausal(paths[-1], found))
            paths[-1].write_text(script_of(query, answer, head))
    except OSError as problem:
        raise PrimirError(f"{folder} cannot be written: {problem.strerror}") from None
    return Written(tuple(paths), tuple(left_out))


def script_of(query: Query, answer: Answer, head: Sequence[str]) -> str:
    """The SMT-LIB of a query that was answered, with comments."""
    assert isinstance(answer, Sat | Unsat), answer
    script, leaves = encode(query)
    names = [f"x{index} is {_one_line(str(node.data))}" for index, node in enumerate(leaves)]
    logic, _, rest = script.partition("\n")
    status = f"(set-info :status {'unsat' if isinstance(answer, Unsat) else 'sat'})"
    return "\n".join([logic, *(f"; {line}" for line in (*head, *names)), status, rest])


def _prover(answer: Answer) -> str:
    return "" if isinstance(answer, DontKnow) else _one_line(answer.prover)


def _beside(script: Path) -> tuple[Path, Path]:
    """The files of clauses and of their proof."""
    return script.with_suffix(".cnf"), script.with_suffix(".drat")


def _write_clausal(script: Path, found: Clausal) -> str:
    """Write both files; the comment that names them."""
    files = _beside(script)
    for file, text in zip(files, (found.clauses, found.proof), strict=True):
        file.write_text(text)
    return f"clauses and proof: {' '.join(map(_digest, files))}"


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _one_line(text: str) -> str:
    return " ".join(text.split())


# --- replaying one ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replay:
    """What each solver says to a certificate, and the checker to its proof: a word, or why there is none.

    `status` is what the file says.
    """

    file: Path
    status: str
    answers: tuple[tuple[str, str], ...]

    @property
    def verdict(self) -> str:
        """`holds` where all that answer say the same, `differs` where one does not or the proof is refused; else
        `unknown`."""
        words = {word for _, word in self.answers if word in ("sat", "unsat")}
        if words - {self.status} or any(word.startswith(REFUSED) for _, word in self.answers):
            return "differs"
        return "holds" if words else "unknown"


def check(path: Path, seconds: float, report: Callable[[Replay], None] | None = None) -> list[Replay]:
    """Every certificate at `path`, a file or a folder, asked again of all solvers that are installed.

    `seconds` are for each query and solver, or checker. PrimirError where there is none, or a file says no status.
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


REFUSED = "refused"
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
    answers = [(solver.name, _answer(solver, plain, seconds)) for solver in SOLVERS]
    digests = re.search(r"^; clauses and proof: (\w+) (\w+)$", text, re.MULTILINE)
    if digests is not None or any(beside.exists() for beside in _beside(file)):
        answers.append(("proof", _checked(file, plain, digests, seconds)))
    return Replay(file, status[1], tuple(answers))


def _checked(file: Path, plain: str, digests: re.Match[str] | None, seconds: float) -> str:
    """`unsat` where the clauses are those of the query and their proof holds, else what is wrong."""
    files = _beside(file)
    try:
        if digests is None or digests.groups() != tuple(map(_digest, files)):
            return f"{REFUSED}: {files[0].name} and {files[1].name} are not what was written"
        why = replay(plain, files[0].read_text(), files[1].read_text(), seconds)
    except (OSError, UnicodeDecodeError) as problem:
        return f"{REFUSED}: {problem}"
    return "unsat" if why is None else why if why == MISSING else f"{REFUSED}: {why}"


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
