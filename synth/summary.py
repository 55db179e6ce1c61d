"""A result as text for people and as JSON for programs.

The fields of the JSON are an interface: every key is always there, and none is renamed.
"""

from __future__ import annotations

import platform
import re
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..verify.verdict import Verdict
    from .result import Alternative, Result

THE_REFERENCE = "the reference itself"  # the engine that has nothing to find
VERSION = 1  # of the JSON's fields


def text(result: Result) -> str:
    """A result for people: what was found and what is known of it, the program in C, and how it came about."""
    return "\n".join([f"{result.name}: {_outcome(result)}", *_program(result), *_notes(result), *_alternatives(result)])


def _outcome(result: Result) -> str:
    match result.status:
        case "proved" | "bounded" | "consistent":
            agrees = "consistent with the examples, and not proved" if result.status == "consistent" else result.status
            return f"{agrees}, {_cost(result)}{_optimal(result)}"
        case "none" if result.spec.sketch is not None:
            return "none: nothing can fill the holes of this sketch so that it meets the spec, and that is proved"
        case "none":
            return "none: no program can meet this spec, and that is proved"
        case "vacuous":
            return "vacuous: the spec says nothing about any input"
        case "unknown":
            return f"unknown: no program was found and proved in {result.search.seconds:.1f} s{_exhausted(result)}"


def _cost(result: Result) -> str:
    """What was minimized, and the instructions."""
    costs = result.costs
    assert costs is not None
    instructions = f"{costs.instructions} instruction{'' if costs.instructions == 1 else 's'}"
    match result.spec.minimize:
        case "instructions":
            return instructions
        case "latency":
            return f"{costs.latency} cycle{'' if costs.latency == 1 else 's'}, {instructions}"
        case "size":
            return f"{costs.size} bytes, {instructions}"


def _alternatives(result: Result) -> Iterator[str]:
    """The programs that are better by one model and worse by another, each with its costs."""
    if not result.alternatives:
        return
    yield f"  none better by every cost (cycles and bytes of x86-64 by tables, nanoseconds on {platform.machine()}):"
    for each in result.alternatives:
        costs, speed = each.costs, "" if each.nanoseconds is None else f", {each.nanoseconds:.2f} ns a call"
        yield f"  instructions {costs.instructions}, cycles {costs.latency}, bytes {costs.size}{speed}"
        yield textwrap.indent(c_function(each.c), "    ")


def _optimal(result: Result) -> str:
    if result.optimal is None:
        return ""
    constants = "whatever its constants" if result.optimal.constants == "any" else "over the constants tried"
    return f" (no program has fewer than {result.optimal.below}, {constants})"


def _exhausted(result: Result) -> str:
    return f" (tried without success: {result.search.exhausted})" if result.search.exhausted else ""


def _program(result: Result) -> Iterator[str]:
    if result.function is not None:
        yield textwrap.indent(c_function(result.c), "  ")


def c_function(source: str) -> str:
    """The functions of a C source, without the comments, includes and declarations at its head."""
    lines = source.strip().splitlines()
    head = ("#", "/*", "//", " *")
    body = [line for line in lines if not line.startswith(head) and not re.fullmatch(r"\w.*\);", line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(body)).strip("\n")


def _notes(result: Result) -> Iterator[str]:
    from ..verify.verdict import Vacuous

    search = result.search
    work = f"{search.candidates:,} programs in {search.seconds:.2f} s"
    if result.function is not None:
        if result.proof is not None and result.status != "consistent":
            prover = getattr(result.proof, "prover", result.proof.status)
            bound = getattr(result.proof, "bound", None)
            within = "proved" if bound is None else f"proved for up to {bound} runs of a loop,"
            yield f"  {within} on the emitted LLVM IR, read again, by {prover} in {result.proof.seconds:.2f} s"
            yield from (f"  {reach}" for reach in result.reach)
        if result.holes:
            yield f"  this is the sketch with its holes filled, which took {search.seconds:.2f} s"
        elif search.engine == THE_REFERENCE:
            yield f"  this is the function that was given, or simplified: nothing cheaper was found among {work}"
        elif search.engine:
            yield f"  found by {search.engine} among {work}"
    elif result.status == "unknown":
        yield f"  looked at {work}"
    elif isinstance(result.proof, Vacuous):
        yield f"  no input meets {result.proof.condition} ({result.proof.prover})"
    if (others := result.others) is not None:
        count = "another program fits" if others.count == 1 else f"{others.count} other programs fit"
        yield f"  {count} the examples as well at this cost: {result.call(others.inputs)} tells them apart"
    for hole, found in result.holes:
        yield f"  {hole.text} in line {hole.place.line} is {found}"
    yield from (f"  note: {remark}" for remark in result.remarks)


def to_json(result: Result) -> dict[str, object]:
    """A result as the JSON of `primir synth`."""
    code = proof = optimal = None
    if result.function is not None:
        code = {"llvm": result.llvm, "c": result.c, "python": result.python}
    if result.status in ("proved", "bounded") and result.proof is not None:
        proof = _proof(result.proof)
    if result.optimal is not None:
        optimal = {"below": result.optimal.below, "constants": result.optimal.constants}
    others = None
    if result.others is not None:
        others = {"count": result.others.count, "ask": list(result.others.inputs)}
    search = {"engine": result.search.engine, "candidates": result.search.candidates,
              "seconds": round(result.search.seconds, 6), "exhausted": result.search.exhausted}
    return {"version": VERSION, "status": result.status, "name": result.name,
            "cost": None if result.costs is None else asdict(result.costs),
            "holes": [{"text": hole.text, "line": hole.place.line, "column": hole.place.column, "is": found}
                      for hole, found in result.holes],
            "optimal": optimal, "code": code, "proof": proof, "search": search, "others": others,
            "reach": [{"parameter": each.parameter, "proved": each.proved, "fails": each.fails}
                      for each in result.reach],
            "alternatives": [_alternative(each, result.status) for each in result.alternatives]}


def _proof(proof: Verdict) -> dict[str, object]:
    return {"prover": getattr(proof, "prover", None), "seconds": round(proof.seconds, 6),
            "complete": proof.status == "proved", "bound": getattr(proof, "bound", None)}


def _alternative(each: Alternative, status: str) -> dict[str, object]:
    return {"cost": asdict(each.costs), "engine": each.engine,
            "nanoseconds": None if each.nanoseconds is None else round(each.nanoseconds, 3),
            "code": {"llvm": each.llvm, "c": each.c, "python": each.python},
            "proof": _proof(each.proof) if status in ("proved", "bounded") else None}
