"""Compilers as child processes: killed at a limit of time or memory, with all that they started, and never by a shell.

A compiler reads the user's source and writes LLVM IR that nothing has optimized; what it compiled is never run.
"""

from __future__ import annotations

import os
import re
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ...ir.errors import Place, PrimirError

SECONDS = 30.0  # that a compiler may take
ASKING = 10.0  # seconds that it may take to say its version


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a compiler made of `file`: LLVM IR, the language that it was in, and notes for the reader."""

    text: str
    file: str
    language: str
    remarks: tuple[str, ...] = ()


def flags_in(cflags: str | Sequence[str]) -> list[str]:
    """The flags in `cflags`, one text as in a shell or a list. PrimirError where a quote is not closed."""
    if not isinstance(cflags, str):
        return list(cflags)
    try:
        return shlex.split(cflags)
    except ValueError as problem:
        raise PrimirError(f"the compiler flags {cflags!r} cannot be read: {str(problem).lower()}") from None


def argument(file: Path) -> str:
    """The name of a file as no compiler takes it for a flag."""
    return f"./{file}" if str(file).startswith("-") else str(file)


def compile_to_llvm(command: Sequence[str], file: Path, environment: Mapping[str, str]) -> str:
    """The LLVM IR that `command` writes to the file after its last argument, `-o`. PrimirError for what it says."""
    with tempfile.TemporaryDirectory(prefix="primir-") as folder:
        output = Path(folder) / "module.ll"
        status, said = run([*command, str(output)], environment, SECONDS, str(file))
        if status != 0 or not output.is_file():
            raise _problem(said, status, file, command[0])
        return output.read_text(errors="replace")


def run(command: Sequence[str], environment: Mapping[str, str], seconds: float, file: str | None) -> tuple[int, str]:
    """The exit status of a command and what it printed. PrimirError where it takes too long or is killed."""
    from ...jobs.workers import Crashed, TimedOut, borrowed

    name = os.path.basename(command[0])
    try:
        with borrowed("compiler") as worker:
            answer: tuple[int, str] = worker.call(f"{__name__}:execute", list(command), os.getcwd(), dict(environment),
                                                  seconds=seconds)
            return answer
    except TimedOut:
        raise PrimirError(f"{name} did not end within {seconds:g} s", Place(file)) from None
    except Crashed as crash:
        raise PrimirError(f"{name} could not be run: {crash.reason}", Place(file)) from None


def execute(command: list[str], folder: str, environment: dict[str, str]) -> tuple[int, str]:
    """`run`, in a child process that can be killed with what it started."""
    import subprocess

    try:
        ended = subprocess.run(command, cwd=folder, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except OSError as problem:
        return 127, f"error: {problem.strerror}"
    return ended.returncode, ended.stdout[-(1 << 20):].decode(errors="replace")


@cache
def version_of(command: tuple[str, ...], path: str | None) -> str | None:
    """What a compiler says of its version; None where it cannot be run. `path` is the search path that it is on."""
    try:
        status, said = run([*command, "--version"], {}, ASKING, None)
    except PrimirError:
        return None
    return said if status == 0 else None


def _problem(said: str, status: int, file: Path, compiler: str) -> PrimirError:
    """The first error that a compiler printed, at its place."""
    for line in said.splitlines():
        if found := re.match(r"(.+?):(\d+):(\d+): (?:fatal )?error(?:\[\w+\])?: (.*)$", line):
            return PrimirError(f"this does not compile: {found[4]}",
                               _place(found[1], int(found[2]), int(found[3])))
    first = next((found[1] for line in said.splitlines() if (found := re.search(r"\berror(?:\[\w+\])?: (.*)$", line))),
                 None)
    ended = f"ended with status {status} and said no more" if status >= 0 else f"crashed with signal {-status}"
    what = first or f"{os.path.basename(compiler)} {ended}"
    return PrimirError(f"this does not compile: {what}", Place(str(file)))


def _place(file: str, line: int, column: int) -> Place:
    text = line_of(file, line)
    return Place(file, line, column if text is not None and column <= len(text) + 1 else None, text)


def line_of(file: str | None, line: int | None) -> str | None:
    """A line of a source file, as wide as it counts: a tab is one column. None where it cannot be shown."""
    if file is None or line is None:
        return None
    try:
        lines = _lines(file, os.stat(file).st_mtime_ns)
    except OSError:
        return None
    text = lines[line - 1].rstrip().replace("\t", " ") if 0 < line <= len(lines) else None
    return text if text is not None and len(text) <= 400 else None


@cache
def _lines(file: str, changed: int) -> list[str]:
    return Path(file).read_text(errors="replace").split("\n")
