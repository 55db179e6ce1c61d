"""What a project wants verified: the tables `[[tool.primir.verify]]` of its pyproject.toml.

    [tool.primir]
    time = 10

    [[tool.primir.verify]]
    name = "popcount"
    old = "reference.py:popcount"
    new = "src/bits.c:popcount"
    requires = "x != 0"
    accept = ["bounded"]

Paths are those of the file's own folder. A source that is Python is executed, as a project's tests are.
"""

from __future__ import annotations

import difflib
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ir.errors import Place, PrimirError
from ..lift.llvm.loops import UNROLL, Unroll
from ..lift.source import Reading
from .obligations import Obligation
from .widths import checked_widths

ENTRY = {"name": str, "old": str, "new": str, "requires": str, "unroll": int, "undef-inputs": bool, "cflags": str,
         "accept": list, "widths": list, "all-widths": bool}
HINT = "write [[tool.primir.verify]] with old and new"
TOP = {"time": (int, float), "jobs": int, "verify": list}


@dataclass(frozen=True, slots=True)
class Config:
    """The obligations of a project, and its limits where it sets them; sources are relative to `folder`."""

    folder: Path
    obligations: tuple[Obligation, ...]
    time: float | None
    jobs: int | None


def read_config(path: Path) -> Config:
    """The configuration in the TOML file `path`. PrimirError, with its place, for what is none."""
    place = Place(str(path))
    try:
        table = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise PrimirError("there is no such file", place) from None
    except (OSError, UnicodeDecodeError) as problem:
        raise PrimirError(f"this file cannot be read: {problem}", place) from None
    except tomllib.TOMLDecodeError as problem:
        raise PrimirError(f"this is not TOML: {problem}", place) from None
    ours = table.get("tool", {}).get("primir")
    if not isinstance(ours, dict):
        raise PrimirError("this file has no table [tool.primir]", place, HINT)
    _check(ours, TOP, "[tool.primir]", place)
    entries = ours.get("verify", [])
    if not entries:
        raise PrimirError("there is nothing to verify", place, HINT)
    time = ours.get("time")
    return Config(path.parent, tuple(_obligation(entry, number, place) for number, entry in enumerate(entries, 1)),
                  None if time is None else float(time), ours.get("jobs"))


def _obligation(entry: object, number: int, place: Place) -> Obligation:
    where = f"entry {number} of [[tool.primir.verify]]"
    if not isinstance(entry, dict):
        raise PrimirError(f"{where} is no table", place)
    _check(entry, ENTRY, where, place)
    if "old" not in entry:
        raise PrimirError(f"{where} has no `old`", place, 'write old = "path:function"')
    accept: Sequence[Any] = entry.get("accept", [])
    if not set(accept) <= {"bounded", "unknown"}:
        raise PrimirError(f"{where}: accept is {accept}", place, 'it can hold "bounded" and "unknown"')
    steps = entry.get("unroll", UNROLL.steps)
    if steps < 1:
        raise PrimirError(f"{where}: unroll is {steps}", place, "it is an integer from 1 on")
    reading = Reading(Unroll(steps, max(UNROLL.total, steps)), entry.get("undef-inputs", False),
                      tuple(shlex.split(entry.get("cflags", ""))))
    try:
        widths = checked_widths(entry.get("widths", []))
    except PrimirError as problem:
        raise PrimirError(f"{where}: {problem.message}", place, problem.hint) from None
    return Obligation(entry["old"], entry.get("new"), entry.get("requires"), entry.get("name"), reading, tuple(accept),
                      widths, entry.get("all-widths", False))


def _check(table: Mapping[str, object], known: Mapping[str, Any], where: str, place: Place) -> None:
    """PrimirError for a key that is unknown, or a value of another type."""
    for key, value in table.items():
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            raise PrimirError(f"{where} has no key `{key}`", place,
                              f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}")
        if not isinstance(value, known[key]) or (isinstance(value, bool) and known[key] is not bool):
            raise PrimirError(f"{where}: `{key}` is {value!r}", place)
