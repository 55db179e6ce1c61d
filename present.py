"""What the command line shows: verdicts and results as text for people and as JSON for programs.

The fields of the JSON are an interface: every key is always there, and none is renamed.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from .ir.errors import PrimirError

if TYPE_CHECKING:
    from .ir.graph import Function
    from .synth.result import Progress, Result
    from .verify.verdict import Verdict

Json: TypeAlias = dict[str, object]
VERSION = 1  # of the JSON's fields


# --- verdicts ---------------------------------------------------------------------------------------------------------


def verdict_text(verdict: Verdict, old: str, new: str) -> str:
    """A verdict for people; `old` and `new` are what the two sides are called."""
    from .verify.verdict import REASONS, Bounded, Proved, Refuted, Unknown, Vacuous

    match verdict:
        case Proved(prover, seconds):
            text = f"proved: {new} does what {old} does ({prover}, {seconds:.2f} s)"
        case Bounded(bound, prover, seconds):
            text = f"bounded: right up to {bound} runs of a loop, and not proved beyond ({prover}, {seconds:.2f} s)"
        case Refuted(counterexample, reason):
            text = f"refuted: {REASONS[reason]}\n{counterexample}"
        case Unknown(why, seconds):
            text = f"unknown after {seconds:.2f} s: {why}"
        case Vacuous(condition):
            text = f"vacuous: no input meets {condition}, so there is nothing to prove"
    return "\n".join([text, *(f"  note: {remark}" for remark in verdict.remarks)])


def verdict_json(verdict: Verdict) -> Json:
    """A verdict as the JSON of `primir verify`."""
    from .verify.verdict import REASONS, Bounded, Proved, Refuted, Unknown, Vacuous

    reason: str | None = None
    bound: int | None = None
    prover: str | None = None
    counterexample: Json | None = None
    match verdict:
        case Proved(prover=prover):
            pass
        case Bounded(bound=bound, prover=prover):
            reason = "a loop may run longer than the bound"
        case Refuted(counterexample=found, reason=kind, prover=prover):
            reason, counterexample = REASONS[kind], found.to_json()
        case Unknown(why=reason):
            pass
        case Vacuous(condition=condition, prover=prover):
            reason = f"no input meets {condition}"
    return {"version": VERSION, "status": verdict.status, "reason": reason, "bound": bound, "undef_inputs": False,
            "counterexample": counterexample, "prover": prover, "seconds": round(verdict.seconds, 6)}


# --- results of a synthesis -------------------------------------------------------------------------------------------


def result_text(result: Result) -> str:
    """A result for people: what was found and what is known of it, the program in C, and how it came about."""
    return "\n".join([f"{result.name}: {_outcome(result)}", *_program(result), *_notes(result)])


def _outcome(result: Result) -> str:
    match result.status:
        case "proved" | "bounded" | "consistent":
            agrees = "consistent with the examples, and not proved" if result.status == "consistent" else result.status
            return f"{agrees}, {_instructions(result.cost)}{_optimal(result)}"
        case "none":
            return "none: no program can meet this spec, and that is proved"
        case "vacuous":
            return "vacuous: no input meets what the spec requires"
        case "unknown":
            return f"unknown: no program was found and proved in {result.search.seconds:.1f} s{_exhausted(result)}"


def _instructions(cost: int | None) -> str:
    return f"{cost} instruction{'' if cost == 1 else 's'}"


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
    from .verify.verdict import Vacuous

    search = result.search
    work = f"{search.candidates:,} programs in {search.seconds:.2f} s"
    if result.function is not None:
        if result.proof is not None and result.status != "consistent":
            prover = getattr(result.proof, "prover", result.proof.status)
            yield f"  proved on the emitted LLVM IR, read again, by {prover} in {result.proof.seconds:.2f} s"
        yield f"  found by {search.engine} among {work}"
    elif result.status == "unknown":
        yield f"  looked at {work}"
    elif isinstance(result.proof, Vacuous):
        yield f"  nothing meets {result.proof.condition} ({result.proof.prover})"
    yield from (f"  note: {remark}" for remark in result.remarks)


def result_json(result: Result) -> Json:
    """A result as the JSON of `primir synth`."""
    code = proof = optimal = None
    if result.function is not None:
        code = {"llvm": result.llvm, "c": result.c, "python": result.python}
    if result.function is not None and result.proof is not None:
        proof = {"prover": getattr(result.proof, "prover", None), "seconds": round(result.proof.seconds, 6),
                 "complete": result.proof.status == "proved", "bound": getattr(result.proof, "bound", None)}
    if result.optimal is not None:
        optimal = {"below": result.optimal.below, "constants": result.optimal.constants}
    search = {"engine": result.search.engine, "candidates": result.search.candidates,
              "seconds": round(result.search.seconds, 6), "exhausted": result.search.exhausted}
    return {"version": VERSION, "status": result.status, "name": result.name,
            "cost": None if result.cost is None else {"instructions": result.cost},
            "optimal": optimal, "code": code, "proof": proof, "search": search}


# --- graphs, errors, progress -----------------------------------------------------------------------------------------


def function_json(function: Function) -> Json:
    """A graph as the JSON of `primir lift`: `nodes` are rows [operation, argument rows, width, number or name]."""
    from .ir.cost import instructions
    from .ir.graph import flatten

    rows, roots = flatten(function.roots)
    count = len(function.results)
    results = [{"type": str(result.type), "value": value, "poison": poison}
               for result, value, poison in zip(function.results, roots[:count], roots[count:], strict=False)]
    return {"version": VERSION, "status": "lifted", "name": function.name,
            "parameters": [{"name": p.name, "type": str(p.type), "noundef": p.noundef} for p in function.parameters],
            "results": results, "ub": roots[-2], "domain": roots[-1],
            "nodes": [[op, list(args), width, data] for op, args, width, data in rows],
            "cost": {"instructions": instructions(function)}, "remarks": list(function.remarks)}


def error_json(error: PrimirError) -> Json:
    """A user's mistake as JSON."""
    place = error.place
    return {"version": VERSION, "status": "error", "message": error.message, "file": place.file, "line": place.line,
            "column": place.column}


def progress_text(name: str, progress: Progress) -> str:
    """One line on where a search is."""
    return (f"{name}: {progress.engine or 'starting'}, {_instructions(progress.level)}, "
            f"{progress.candidates:,} programs, {progress.seconds:.0f} s")
