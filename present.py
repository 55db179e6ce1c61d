"""What the command line shows: verdicts, graphs and errors as text for people and as JSON for programs.

The fields of the JSON are an interface: every key is always there, and none is renamed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .ir.errors import PrimirError

if TYPE_CHECKING:
    from .ir.graph import Function
    from .lift.slices import Census, Slices
    from .synth.budget import Progress
    from .verify.obligations import Finding
    from .verify.verdict import Verdict

Json: TypeAlias = dict[str, object]
VERSION = 1  # of the JSON's fields


# --- verdicts ---------------------------------------------------------------------------------------------------------


def verdict_text(verdict: Verdict, old: str, new: str) -> str:
    """A verdict for people; `old` and `new` are what the two sides are called."""
    from .verify.verdict import REASONS, Bounded, Proved, Refuted, Unknown, Vacuous

    match verdict:
        case Proved(prover):
            text = f"proved: {new} does what {old} does ({prover}, {_spent(verdict)})"
        case Bounded(bound, prover):
            text = f"bounded: right up to {bound} runs of a loop, and not proved beyond ({prover}, {_spent(verdict)})"
        case Refuted(counterexample, reason):
            text = f"refuted: {REASONS[reason]}\n{counterexample}"
        case Unknown(why, seconds):
            text = f"unknown after {seconds:.2f} s: {why}"
        case Vacuous(condition):
            text = f"vacuous: there is nothing to prove, as no input meets {condition}"
    return "\n".join([text, *(f"  note: {remark}" for remark in verdict.remarks)])


def _spent(verdict: Verdict) -> str:
    """How long a proof took, or that it was made before."""
    return "remembered" if getattr(verdict, "cached", False) else f"{verdict.seconds:.2f} s"


def finding_text(finding: Finding) -> str:
    """A verdict on a pair; where widths were asked for, also on which of them it rests."""
    from .verify.widths import at_widths

    text = verdict_text(finding.verdict, finding.old, finding.new)
    by_status: dict[str, list[int]] = {}
    for each in finding.widths:
        by_status.setdefault(each.verdict.status, []).append(each.width)
    lines = [f"  {status} {at_widths(widths)}" for status, widths in by_status.items()]
    if finding.argument is not None and finding.argument.missing is None:
        lines.append(f"  proved at {finding.argument}")
    return "\n".join([text, *lines])


def finding_json(finding: Finding, undef_inputs: bool = False) -> Json:
    """A verdict on a pair as the JSON of `primir verify`; `widths` is null unless some were asked for."""
    row = verdict_json(finding.verdict, undef_inputs or finding.reading.undef_inputs)
    left_out = ("version", "undef_inputs")
    results = [{"width": each.width, **{name: value for name, value in verdict_json(each.verdict).items()
                                        if name not in left_out}} for each in finding.widths]
    argument = finding.argument
    proof = None if argument is None else {
        "proved": argument.missing is None, "from": None if argument.missing else argument.first,
        "multiples_of": None if argument.missing else argument.step, "reason": argument.missing}
    return {**row, "widths": {"results": results, "all": proof} if results else None}


def verdict_json(verdict: Verdict, undef_inputs: bool = False) -> Json:
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
    return {"version": VERSION, "status": verdict.status, "reason": reason, "bound": bound,
            "undef_inputs": undef_inputs, "counterexample": counterexample, "prover": prover,
            "seconds": round(verdict.seconds, 6), "cached": getattr(verdict, "cached", False)}


# --- graphs -----------------------------------------------------------------------------------------------------------


def function_json(function: Function) -> Json:
    """A graph as the JSON of `primir lift`: `nodes` are rows [operation, argument rows, width, number or name]."""
    from dataclasses import asdict

    from .ir.cost import cost
    from .ir.graph import FALSE, flatten

    rows, roots = flatten(function.roots)
    count = len(function.results)
    results = [{"type": str(result.type), "value": value, "poison": poison}
               for result, value, poison in zip(function.results, roots[:count], roots[count:], strict=False)]
    ub, domain, trap, beyond = roots[2 * count:]
    status = "lifted" if function.beyond is FALSE else "bounded"
    return {"version": VERSION, "status": status, "name": function.name,
            "parameters": [{"name": p.name, "type": str(p.type), "noundef": p.noundef} for p in function.parameters],
            "results": results, "ub": ub, "domain": domain, "trap": trap, "beyond": beyond, "bound": function.bound,
            "nodes": [[op, list(args), width, data] for op, args, width, data in rows],
            "cost": asdict(cost(function)), "remarks": list(function.remarks),
            "target": {"triple": function.target.triple, **dict(function.target.widths)} if function.target else None}


# --- slices -----------------------------------------------------------------------------------------------------------

COVERED = (50, 80, 90)  # percent of the slices


def slices_text(found: Slices, raw: bool) -> str:
    """One line a slice: its place, what its root is, and its term."""
    from .ir.text import print_shared

    terms = [print_shared(each.value if raw else each.canonical) for each in found.slices]
    return "\n".join(f"{each.place}: {each.kind} in {each.within}: {term}" for each, term in zip(found.slices, terms))


def slices_json(found: Slices, census: Census | None, raw: bool) -> Json:
    """The slices of one file, or where there is a census, its numbers alone. Poison and ub are as they are written."""
    from .ir.text import print_shared

    slices = [{"file": each.place.file, "line": each.place.line, "column": each.place.column, "function": each.within,
               "symbol": each.symbol, "kind": each.kind, "width": each.value.width,
               "inputs": [{"name": p.name, "type": str(p.type), "noundef": p.noundef} for p in each.parameters],
               "term": print_shared(each.value if raw else each.canonical), "poison": print_shared(each.poison),
               "ub": print_shared(each.ub)} for each in found.slices] if census is None else None
    return {"version": VERSION, "status": "sliced", "file": found.file, "slices": slices, "trivial": found.trivial,
            "skipped": dict(found.skipped), "stats": census_json(census) if census is not None else None}


def census_json(census: Census) -> Json:
    """How many slices and forms there are; `covering` says how many forms make up so many percent of the slices."""
    return {"files": census.files, "lines": census.lines, "instructions": census.instructions,
            "functions": census.functions, "slices": census.slices, "trivial": census.trivial,
            "forms": len(census.canonical), "plain_forms": len(census.plain),
            "covering": {str(percent): census.covering(percent / 100) for percent in COVERED}}


def census_text(census: Census) -> str:
    """The same for people."""
    rows = [("lines of source", census.lines), ("IR instructions", census.instructions),
            ("functions", census.functions), ("slices", census.slices),
            ("inputs that are used as they are", census.trivial),
            ("distinct canonical forms", len(census.canonical)), ("distinct commutative forms", len(census.plain)),
            *((f"forms that cover {percent} %", census.covering(percent / 100)) for percent in COVERED),
            *((f"functions without slices: {why}", count) for why, count in census.skipped.most_common())]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {number:>10,}" for name, number in rows)


# --- errors, progress -------------------------------------------------------------------------------------------------


def error_json(error: PrimirError) -> Json:
    """A user's mistake as JSON."""
    place = error.place
    return {"version": VERSION, "status": "error", "message": error.message, "file": place.file, "line": place.line,
            "column": place.column}


def progress_text(name: str, progress: Progress) -> str:
    """One line on where a search is."""
    return (f"{name}: {progress.engine or 'starting'}, cost {progress.level}, {progress.candidates:,} programs, "
            f"{progress.seconds:.0f} s")
