"""What is to be verified: pairs of functions that two sources hold, their verdicts, and what is remembered of them.

An obligation names an old source and a new one. Where both are modules, their functions go by name, and each is a pair.
Verdicts that say yes are kept in a cache under everything that they depend on: the text of sources that are only read,
or else the graphs that came of them, how they were read, what is required, and every program that had a part in the
answer. What is refuted or left open is looked at again each time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from ..ir.errors import PrimirError
from ..ir.graph import TRUE, Function, flatten
from ..ir.text import parse_functions, print_function
from ..jobs.cache import Cache
from ..jobs.limits import Deadline
from ..lift.llvm.loops import Unroll
from ..lift.source import (
    READING,
    Reading,
    lift_modules,
    lift_pairs,
    lift_source,
    lift_specs,
    restrict,
    split_source,
)
from ..lift.spec import Spec, from_function
from .provers.portfolio import STANDARD
from .provers.query import Prover
from .refine import check_spec, meets
from .verdict import Bounded, Proved, Unknown, Vacuous, Verdict
from .widths import Argument, AtWidth, Reread, together

ONLY_READ = (".spec", ".ll", ".bc")  # suffixes of sources that are what their bytes say
INSTALLED = (".dist-info", ".egg-info")
PROGRAMS = ("bitwuzla", "z3-solver", "cvc5", "python-sat", "llvmlite", "numba")


@dataclass(frozen=True, slots=True)
class Obligation:
    """That `new` does what `old` did; where there is no `new`, that the targets of the file `old` do what its sources
    did. `accept` are statuses that count as a yes. With `widths`, or `all_widths`, both are read again at these."""

    old: str
    new: str | None = None
    requires: str | None = None
    name: str | None = None
    reading: Reading = READING
    accept: tuple[str, ...] = ()
    widths: tuple[int, ...] = ()
    all_widths: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things to compare, and what they are called. Where one of them could not be lifted, `refused` says why.

    Where widths were asked for, a pair is one at its `width`, and `argument` says what holds for all of them.
    """

    old: str
    new: str
    spec: Spec | None
    target: Function | None
    refused: str | None = None
    width: int | None = None
    argument: Argument | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a pair. `name` is what the obligation is called, `sources` name both sides for another look, and
    `file` is where the new side was written. Where widths were asked for, the verdict is on all of them together, and
    `widths` and `argument` say what it is made of."""

    name: str
    old: str
    new: str
    sources: tuple[str, str]
    file: str | None
    verdict: Verdict
    accept: tuple[str, ...] = ()
    reading: Reading = field(default=READING, compare=False)
    widths: tuple[AtWidth, ...] = ()
    argument: Argument | None = None

    @property
    def source_file(self) -> str | None:
        """Where the old side was written."""
        return _file(self.sources[0])

    @property
    def accepted(self) -> bool:
        return isinstance(self.verdict, Proved) or self.verdict.status in self.accept


Prove = Callable[[Sequence[tuple[Spec, Function]]], Sequence[Verdict]]


def findings(obligations: Sequence[Obligation], prove: Prove, remembered: Cache | None = None) -> list[Finding]:
    """The verdicts on all pairs of `obligations`, in their order; `prove` gives those that nobody remembers.

    PrimirError for a source that cannot be read or lifted.
    """
    found: list[list[Finding | None]] = []
    open_: list[tuple[int, int, Pair, str]] = []
    digest = cache(_digest_of_file)  # each file is read once, however many obligations name it
    recalled = [_recalled_whole(obligation, remembered, digest) for obligation in obligations]
    for obligation, known in zip(obligations, recalled, strict=True):
        if known is not None:
            found.append(list(known))
            continue
        slots: list[Finding | None] = []
        for pair in _at_widths(obligation):
            if pair.spec is None or pair.target is None:
                slots.append(_finding(obligation, pair, Unknown(pair.refused or "")))
                continue
            key = _key_of_pair(pair.spec, pair.target) if remembered is not None else ""
            verdict = _recalled(key, remembered)
            slots.append(None if verdict is None else _finding(obligation, pair, verdict))
            if verdict is None:
                open_.append((len(found), len(slots) - 1, pair, key))
        found.append(slots)
    work = [(pair.spec, pair.target) for _, _, pair, _ in open_ if pair.spec is not None and pair.target is not None]
    for (row, column, pair, key), verdict in zip(open_, prove(work) if work else (), strict=True):
        _remember(key, pair, verdict, remembered)
        found[row][column] = _finding(obligations[row], pair, verdict)
    whole = [[finding for finding in slots if finding is not None] for slots in found]
    again = cache(_digest_of_file)
    for obligation, each, known in zip(obligations, whole, recalled, strict=True):
        if known is None:
            _remember_whole(obligation, each, remembered, digest, again)
    return [finding for each in whole for finding in _joined(each)]


def pairs(obligation: Obligation) -> list[Pair]:
    """The pairs of an obligation. PrimirError for what cannot be read or lifted."""
    old, new, how = obligation.old, obligation.new, obligation.reading
    if new is None:
        return [Pair(source.name, target.name, _spec(source, obligation), target)
                for source, target in lift_pairs(old, how)]
    modules = lift_modules(old, new, how)
    if modules is not None:
        return [_module_pair(name, source, target, obligation) for name, source, target in modules]
    specs = lift_specs(old, how)
    if len(specs) > 1:
        raise PrimirError(f"{old} holds {len(specs)} specs", hint=f"name one, as in {old}:{specs[0].name}")
    target = lift_source(new, how)
    if isinstance(target, list):
        target = _only_reference(target, new)
    return [Pair(old, new, restrict(specs[0], requires=obligation.requires), target)]


def _at_widths(obligation: Obligation) -> list[Pair]:
    """The pairs of an obligation, each at all widths that it asks for, one after the other.

    `requires` is read at each width as it stands there.
    """
    if not obligation.widths and not obligation.all_widths:
        return pairs(obligation)
    found: list[Pair] = []
    whole = pairs(replace(obligation, requires=None))
    for pair in whole:
        try:
            found += _reread(pair, obligation)
        except PrimirError as problem:
            if len(whole) == 1:
                raise
            found.append(replace(pair, spec=None, refused=problem.message))
    return found


def _reread(pair: Pair, obligation: Obligation) -> list[Pair]:
    """A pair at all widths that are to be looked at. PrimirError where it cannot be read so."""
    if pair.spec is None or pair.target is None:
        return [pair]
    reread = Reread(pair.spec, pair.target)
    argument = None
    if obligation.all_widths:
        argument = reread.argument() if obligation.requires is None else Argument(
            missing="what --requires says is read anew at each width")
    found = []
    for width in reread.wanted(obligation.widths, argument) or [reread.width]:
        spec, target = reread.at(width)
        found.append(replace(pair, spec=restrict(spec, requires=obligation.requires), target=target, width=width,
                             argument=argument))
    return found


def _joined(found: Sequence[Finding]) -> list[Finding]:
    """One finding for each pair, where there is one for each of its widths."""
    joined: list[Finding] = []
    for (_, widths), group in groupby(found, key=lambda finding: (finding.sources, bool(finding.widths))):
        each = list(group)
        if not widths:
            joined += each
            continue
        parts = tuple(part for finding in each for part in finding.widths)
        joined.append(replace(each[0], verdict=together(parts, each[0].argument), widths=parts))
    return joined


def verify_pair(spec: Spec, target: Function, time: float | None, provers: Sequence[Prover] = STANDARD) -> Verdict:
    """Whether `target` meets `spec`, once it is shown that the spec means something. `time` is in seconds."""
    deadline = Deadline(time)
    verdict = check_spec(spec, deadline, provers)
    if isinstance(verdict, Proved):
        verdict = meets(spec, _read_as(target, spec), deadline=deadline, provers=provers)
    return replace(verdict, remarks=tuple(dict.fromkeys((*spec.remarks, *target.remarks, *verdict.remarks))))


def _only_reference(specs: Sequence[Spec], source: str) -> Function:
    if len(specs) != 1:
        raise PrimirError(f"{source} holds {len(specs)} specs", hint=f"name one, as in {source}:{specs[0].name}")
    if specs[0].reference is None:
        raise PrimirError(f"{specs[0].name} says what a result must be like, and is no function",
                          hint="only a spec with `ensures result == ...` is one")
    return specs[0].reference


def _spec(source: Function, obligation: Obligation) -> Spec:
    return restrict(from_function(source), requires=obligation.requires)


def _module_pair(name: str, source: Function | PrimirError, target: Function | PrimirError,
                 obligation: Obligation) -> Pair:
    old, new = f"{obligation.old}:{name}", f"{obligation.new}:{name}"
    for side in (source, target):
        if isinstance(side, PrimirError):
            return Pair(old, new, None, None, str(side))
    assert isinstance(source, Function) and isinstance(target, Function)
    return Pair(old, new, _spec(source, obligation), target)


def _read_as(target: Function, spec: Spec) -> Function:
    """`target` with the results' types of `spec` where the widths are the same: LLVM IR has no signs to show."""
    if [r.type.width for r in target.results] != [o.type.width for o in spec.outputs]:
        return target
    return replace(target, results=tuple(replace(r, type=o.type) for r, o in zip(target.results, spec.outputs)))


def _finding(obligation: Obligation, pair: Pair, verdict: Verdict) -> Finding:
    name = obligation.name or f"{pair.old}:{pair.new}"
    file = _file(obligation.new if obligation.new is not None else obligation.old)
    sources = (pair.old, pair.new)
    if obligation.new is None:
        sources = (f"{obligation.old}:{pair.old}", f"{obligation.old}:{pair.new}")
    widths = () if pair.width is None else (AtWidth(pair.width, verdict),)
    return Finding(name, pair.old, pair.new, sources, file, verdict, obligation.accept, obligation.reading, widths,
                   pair.argument)


def _file(source: str) -> str | None:
    try:
        location = split_source(source)
    except PrimirError:
        return None
    return None if location.file is None else str(location.file)


# --- what is remembered -----------------------------------------------------------------------------------------------


def proved_again(remembered: Cache, prove: Prove) -> tuple[int, int, int]:
    """What is remembered, looked at anew: how many verdicts hold, how many do not, and how many belong to sources that
    have changed since. Those that do not hold are forgotten."""
    held = failed = gone = 0
    for key, row in list(remembered.rows()):
        work = _stored_work(key, row)
        if not work:
            gone += 1
            continue
        wanted = [stored["status"] for stored in ([pair[2] for pair in row["pairs"]] if "pairs" in row else [row])]
        if [verdict.status for verdict in prove(work)] == wanted:
            held += 1
        else:
            failed += 1
            remembered.remove(key)
    return held, failed, gone


def _stored_work(key: str, row: dict[str, Any]) -> list[tuple[Spec, Function]]:
    """What a row is the answer to; nothing where that is not there any more."""
    try:
        if "graphs" in row:
            requires, reference, target = parse_functions("\n".join(row["graphs"]))
            spec = replace(from_function(reference), parameters=requires.parameters, requires=requires.domain)
            return [(spec, target)] if _key_of_pair(spec, target) == key else []
        obliged = row["obligation"]
        reading = Reading(Unroll(*obliged["unroll"]), obliged["undef_inputs"])
        obligation = Obligation(obliged["old"], obliged["new"], obliged["requires"], reading=reading)
        with contextlib.chdir(obliged["folder"]):
            if _key_of_files(obligation) != key:
                return []
            return [(pair.spec, pair.target) for pair in pairs(obligation)
                    if pair.spec is not None and pair.target is not None]
    except (PrimirError, OSError, KeyError, TypeError, ValueError):
        return []


def _recalled(key: str, remembered: Cache | None) -> Verdict | None:
    """The verdict that was stored under `key`."""
    row = remembered.get(key) if remembered is not None else None
    return None if row is None else _verdict(row)


def _remember(key: str, pair: Pair, verdict: Verdict, remembered: Cache | None) -> None:
    """Store a verdict that says yes, or that there is nothing to say; others are found out anew."""
    if remembered is not None and isinstance(verdict, Proved | Bounded | Vacuous):
        remembered.put(key, {**_row(verdict), **_graphs(pair)})


def _graphs(pair: Pair) -> dict[str, Any]:
    """The pair as text, for a later proof; nothing for specs that are more than a reference."""
    spec, target = pair.spec, pair.target
    if spec is None or target is None or spec.reference is None or spec.ensures is not TRUE or spec.examples \
            or spec.laws or spec.obligations or spec.remarks or target.remarks or spec.reference.remarks:
        return {}
    if spec.reference.cut is not None or target.cut is not None:
        return {}  # the text has no loops
    requires = Function(spec.name, spec.parameters, (), domain=spec.requires)
    return {"graphs": [print_function(requires), print_function(spec.reference), print_function(target)]}


def _row(verdict: Proved | Bounded | Vacuous) -> dict[str, Any]:
    row: dict[str, Any] = {"status": verdict.status, "prover": verdict.prover, "remarks": list(verdict.remarks)}
    match verdict:
        case Bounded(bound):
            row["bound"] = bound
        case Vacuous(condition):
            row["condition"] = condition
    return row


def _verdict(row: dict[str, Any]) -> Verdict | None:
    try:
        prover, remarks = str(row["prover"]), tuple(map(str, row["remarks"]))
        match row["status"]:
            case "proved":
                return Proved(prover, remarks=remarks, cached=True)
            case "bounded":
                return Bounded(int(row["bound"]), prover, remarks=remarks, cached=True)
            case "vacuous":
                return Vacuous(str(row["condition"]), prover, remarks=remarks, cached=True)
    except (KeyError, TypeError, ValueError):
        pass
    return None


def _recalled_whole(obligation: Obligation, remembered: Cache | None, digest: _Digest) -> list[Finding] | None:
    """The findings of an obligation whose sources are only read, and are as they were."""
    if remembered is None or (key := _key_of_files(obligation, digest)) is None:
        return None
    row = remembered.get(key)
    if row is None:
        return None
    found = []
    for old, new, stored in row.get("pairs", ()):
        verdict = _verdict(stored)
        if verdict is None:
            return None
        found.append(_finding(obligation, Pair(old, new, None, None), verdict))
    return found or None


def _remember_whole(obligation: Obligation, found: Sequence[Finding], remembered: Cache | None, before: _Digest,
                    after: _Digest) -> None:
    """Store what was found of files that were not written to meanwhile: `before` and `after` tell their contents."""
    if remembered is None or (key := _key_of_files(obligation, before)) is None:
        return
    if key != _key_of_files(obligation, after):
        return
    verdicts = [finding.verdict for finding in found]
    rows = [_row(verdict) for verdict in verdicts if isinstance(verdict, Proved | Bounded | Vacuous)]
    if len(rows) == len(found):
        obliged = {"old": obligation.old, "new": obligation.new, "requires": obligation.requires,
                   "unroll": [obligation.reading.unroll.steps, obligation.reading.unroll.total],
                   "undef_inputs": obligation.reading.undef_inputs, "folder": str(Path.cwd())}
        pairs = [[finding.old, finding.new, row] for finding, row in zip(found, rows, strict=True)]
        remembered.put(key, {"obligation": obliged, "pairs": pairs})


_Digest = Callable[[Path], str]


def _digest_of_file(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _key_of_files(obligation: Obligation, digest: _Digest = _digest_of_file) -> str | None:
    """A key for an obligation whose sources are only read; None for others, and where they cannot be read."""
    if obligation.widths or obligation.all_widths:
        return None
    parts: list[object] = [obligation.old, obligation.new, obligation.requires, repr(obligation.reading)]
    try:
        for source in (obligation.old, obligation.new):
            if source is None:
                continue
            location = split_source(source)
            if location.file is None or location.suffix not in ONLY_READ:
                return None
            parts += [location.function, digest(location.file)]
    except (PrimirError, OSError):
        return None
    return _digest(["files", *parts])


def _key_of_pair(spec: Spec, target: Function) -> str:
    """A key for two sides as graphs: the same whatever the files were that they came from."""
    reference = None if spec.reference is None else _described(spec.reference)
    conditions = flatten([spec.requires, spec.ensures, *(obligation.condition for obligation in spec.obligations)])
    laws = [(flatten(law.roots), [(p.name, str(p.type)) for p in law.variables],
             [flatten((*call.arguments, *call.results)) for call in law.calls]) for law in spec.laws]
    outputs = [(output.name, str(output.type)) for output in spec.outputs]
    parameters = [(p.name, str(p.type), p.noundef, p.maybe_undef) for p in spec.parameters]
    examples = [(example.inputs, example.outputs) for example in spec.examples]
    return _digest(["pair", parameters, outputs, conditions, laws, examples, spec.remarks, reference,
                    _described(target)])


def _described(function: Function) -> list[object]:
    # two loops may be the same up to their bound, and not beyond it: the loops themselves are part of the key
    cut = None if function.cut is None else (flatten(function.cut.nodes), function.cut.states, function.cut.rounds)
    return [print_function(function), function.bound, function.remarks, cut]


def _digest(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps([fingerprint(), *map(repr, parts)]).encode()).hexdigest()


@cache
def fingerprint() -> str:
    """What every verdict depends on: the text of primir itself, and the programs that it asks, by their versions."""
    digest = hashlib.sha256()
    root = Path(__file__).parent.parent
    for folder in ("ir", "jobs", "lift", "emit", "verify"):
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in (".py", ".lark", ".rules"):
                digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    digest.update(repr(_installed()).encode())
    return digest.hexdigest()


def _installed() -> list[str]:
    """The programs with their versions, by the folders that say so, which are named `z3_solver-4.13.0.dist-info`: to
    read them through importlib.metadata takes as long as many proofs."""
    found = []
    for folder in sys.path:
        with contextlib.suppress(OSError):
            found += [entry for entry in sorted(os.listdir(folder or "."))
                      if entry.endswith(INSTALLED) and entry.partition("-")[0].lower().replace("_", "-") in PROGRAMS]
    return found
