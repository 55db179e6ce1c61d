"""The Python interface: `primir.synthesize`, `primir.verify`, `primir.lift` and `@primir.spec`.

    primir.synthesize("turn_off.spec")                          # a Result
    primir.verify(old, new, requires="x < 1000", time=10)       # a Verdict
    print(primir.lift("module.ll:f"))                           # a Function, as a graph

A source is a Python function with annotated types, or text as on the command line: `path[:function]` of a `.spec`,
`.py`, `.ll` or `.bc` file, or one in C, C++ or Rust (by its suffix), or `pkg.module:function`. A `.py` file that is
named so is executed; what is compiled is not. `cflags` are more flags for the compiler of C and C++, one text or a
list. Wrong input raises PrimirError.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard, TypeVar, overload

from .ir.errors import Place, PrimirError
from .jobs.limits import Deadline
from .lift.llvm.loops import UNROLL, Unroll
from .lift.python.marks import MARK, Mark, Names
from .lift.source import Reading, Source, lift_source, lift_specs, restrict, with_sketch

if TYPE_CHECKING:
    from .ir.graph import Function
    from .lift.components import Component
    from .lift.spec import Spec
    from .synth.budget import Report
    from .synth.result import Result
    from .verify.verdict import Verdict

Cflags: TypeAlias = "str | Sequence[str]"  # flags of a C compiler: one text as in a shell, or one by one

Callee = TypeVar("Callee", bound=Callable[..., Any])


def synthesize(spec: Source, *, using: Names | None = None, forbid: Names = (),
               components: Sequence[Source] = (), requires: str | None = None, minimize: str | None = None,
               branchless: bool = False, constant_time: bool = False, alternatives: int = 0, time: float | None = 60,
               seed: int = 0, work: int | None = None, unroll: int | None = None, cflags: Cflags = (),
               threads: int | None = None, thorough: bool = False, report: Report | None = None,
               sketch: Source | None = None) -> Result:
    """The cheapest program that meets `spec`, proved; with a `sketch`, that with its holes filled.

    `using` and `forbid` name the operations that it may use, as "add sub xor" or a set of them ("plain", "full");
    each of `components`, functions, may be used as one operation more.
    `requires` is a condition on the inputs, as in a `.spec`. `time` is in seconds (None: no limit), `work` in
    candidates: the same seed and work give the same program on any machine. `unroll` says how often loops are run.
    `minimize` names what the program has least of: "instructions", "latency" (cycles) or "size" (bytes). The machine
    code of a `branchless` program has no conditional branch; a `constant_time` one has nothing whose time depends on
    data. With `alternatives` the result has up to so many programs, none of which is better than another by all costs.
    `threads` is how many cores the search uses (None: all): the program is the same. A `thorough` search for one result
    goes on until all time or work is spent, or nothing cheaper is left to be looked at; else it ends when nothing
    cheaper came for a while. `report` hears of the progress.
    A `sketch` is a function with `primir.hole()` in it, or names one in Python, LLVM IR, C, C++ or Rust
    (docs/sketches.md). PrimirError where the spec is wrong, or where a file holds several.
    """
    _check_text(requires, using, forbid)
    _check_limits(time, seed, work)
    if threads is not None and (not isinstance(threads, int) or isinstance(threads, bool) or threads < 1):
        raise PrimirError(f"threads is {threads!r}, which is not an integer from 1 on", hint="None is all cores")
    if not isinstance(alternatives, int) or isinstance(alternatives, bool) or alternatives < 0:
        raise PrimirError(f"alternatives is {alternatives!r}, which is not an integer from 0 on")
    how = reading(unroll, cflags)
    only = _only_spec(lift_specs(spec, how), spec)
    wanted = restrict(only, requires=requires, using=using, forbid=forbid, minimize=minimize, branchless=branchless,
                      constant_time=constant_time, components=lift_components(components, how))
    if sketch is not None:
        wanted = with_sketch(wanted, sketch, how)
    return synthesize_spec(wanted, time, seed, work, report, alternatives, threads, thorough)


def synthesize_spec(spec: Spec, time: float | None, seed: int = 0, work: int | None = None,
                    report: Report | None = None, alternatives: int = 0, threads: int | None = None,
                    thorough: bool = False) -> Result:
    """`synthesize`, for a spec that says everything."""
    from .synth.schedule import synthesize

    return synthesize(_emittable(spec), deadline=Deadline(time), seed=seed, work=work, report=report,
                      alternatives=alternatives, threads=threads, thorough=thorough)


def _emittable(spec: Spec) -> Spec:
    """`spec` under a name that every language we emit takes: `double` becomes `double_`.

    A remark says so, and where C calls a parameter by another name than the spec.
    """
    from keyword import iskeyword

    from .emit.c import in_library, is_name
    from .emit.expressions import identifier

    name = identifier(spec.name)
    known = in_library(name)
    if known or not is_name(name) or iskeyword(name):
        name += "_"
    remarks = [f"C has a word {each.name}: the parameter has another name there"
               for each in spec.parameters if each.name == identifier(each.name) and not is_name(each.name)]
    if name != spec.name:
        why = f"C's library has a function {spec.name}" if known else f"C or Python cannot call it {spec.name}"
        remarks.insert(0, f"{why}: it is {name}")
    return replace(spec, name=name, remarks=(*spec.remarks, *remarks)) if remarks else spec


def lift_components(sources: Sequence[Source], how: Reading) -> list[Component]:
    """The functions that `sources` name, for programs to use."""
    if isinstance(sources, str):
        raise PrimirError(f"components are several, and this is one text: {sources}", hint=f"write [{sources!r}]")
    from .lift.components import component_of

    return [component_of(lift_function(source, how)) for source in sources]


def verify(old: Source, new: Source, *, requires: str | None = None, time: float | None = 60,
           unroll: int | None = None, undef_inputs: bool = False, cflags: Cflags = (),
           widths: Sequence[int] = ()) -> Verdict:
    """Whether `new` does what `old` did (refines it), or meets it where `old` is a spec.

    For all inputs that meet `requires`, a condition over the parameters of `old` as in a `.spec`, and on which `old`
    is defined. Parameters go by position. `time` is in seconds (None: no limit); a verdict that takes longer is
    Unknown. Loops are run `unroll` times (256 where it is not given); where one may run longer, and all that is within
    is right, the verdict is Bounded. Inputs of LLVM IR may be poison, and undef only with `undef_inputs`. With
    `widths`, both are read again at each of these, and the verdict is Proved where it is so at all of them.
    """
    _check_text(requires)
    _check_limits(time)
    how = reading(unroll, cflags, undef_inputs)
    spec, target = _only_spec(lift_specs(old, how), old), lift_function(new, how)
    from .verify.obligations import verify_pair
    from .verify.widths import AtWidth, Reread, checked_widths, together

    if not widths:
        return verify_pair(restrict(spec, requires=requires), target, time)
    reread = Reread(spec, target)
    pairs = [(width, *reread.at(width)) for width in checked_widths(widths)]
    return together([AtWidth(width, verify_pair(restrict(each, requires=requires), there, time))
                     for width, each, there in pairs], None)


def _only_spec(specs: list[Spec], source: Source) -> Spec:
    if len(specs) == 1:
        return specs[0]
    raise PrimirError(f"{source} holds {len(specs)} specs", hint=f"name one, as in {source}:{specs[0].name}")


def lift(source: Source, *, unroll: int | None = None, cflags: Cflags = ()) -> Function:
    """The function that `source` names, as a graph of primitive operations.

    Loops are run `unroll` times (256 where it is not given); where one may run longer, the function's `beyond` says
    on which inputs.

    Of a `.spec`, the function that its `ensures result == ...` spells out. PrimirError, with its place, for what cannot
    be lifted.
    """
    return lift_function(source, reading(unroll, cflags))


def lift_function(source: Source, how: Reading) -> Function:
    """`lift`, for a source that is read as `how` says."""
    lifted = lift_source(source, how)
    if not isinstance(lifted, list):
        return lifted
    spec = _only_spec(lifted, source)
    if spec.reference is None:
        raise PrimirError(f"{spec.name} says what a result must be like, and is no function", Place(str(source)),
                          "only a spec with `ensures result == ...` is one")
    return spec.reference


@overload
def spec(function: Callee) -> Callee: ...
@overload
def spec(*, requires: str | None = ..., using: Names | None = ...,
         forbid: Names = ...) -> Callable[[Callee], Callee]: ...
def spec(function: Callee | None = None, *, requires: str | None = None, using: Names | None = None,
         forbid: Names = ()) -> Callee | Callable[[Callee], Callee]:
    """Marks a Python function as a spec: `primir synth FILE` then means all marked functions of the file.

        @primir.spec(requires="y != 0")
        def ratio(x: u32, y: u32) -> u32: ...

    The function stays what it is and can be called. `requires` is a condition on the inputs, as in a `.spec`; `using`
    and `forbid` name operations. What they say is read when the function is synthesized or verified.
    """

    _check_text(requires, using, forbid)

    def mark(function: Callee) -> Callee:
        setattr(function, MARK, Mark(requires, using, forbid))
        return function

    return mark if function is None else mark(function)


@dataclass(frozen=True, slots=True)
class Claim:
    """What `@primir.verified_against` says about a function."""

    reference: Source
    requires: str | None
    time: float | None
    accept: tuple[str, ...]


CLAIM = "__primir_claim__"  # the attribute of a function that holds its Claim


def verified_against(reference: Source, *, requires: str | None = None, time: float | None = 60,
                     accept: Collection[str] = ()) -> Callable[[Callee], Callee]:
    """Marks a Python function as one that does what `reference` does; pytest proves it (primir/pytest_plugin.py).

        @primir.verified_against("reference.py:popcount")
        def popcount(x: u32) -> u32: ...

    `accept` holds statuses that are taken for a yes: "bounded", "unknown". The function stays what it is.
    """
    _check_text(requires)
    _check_limits(time)

    def mark(function: Callee) -> Callee:
        setattr(function, CLAIM, Claim(reference, requires, time, tuple(accept)))
        return function

    return mark


def claim_of(function: object) -> Claim | None:
    """What `@primir.verified_against` said about `function`, None where it is not marked."""
    claim = getattr(function, CLAIM, None) if callable(function) else None
    return claim if isinstance(claim, Claim) else None


def assert_refines(old: Source, new: Source, *, requires: str | None = None, time: float | None = 60,
                   accept: Collection[str] = (), unroll: int | None = None) -> None:
    """AssertionError, with the counterexample, unless `new` is proved to do what `old` did. For tests."""
    verdict = verify(old, new, requires=requires, time=time, unroll=unroll)
    if verdict.status != "proved" and verdict.status not in accept:
        raise AssertionError(str(verdict))


def reading(unroll: int | None, cflags: Cflags = (), undef_inputs: bool = False) -> Reading:
    """How sources are read. PrimirError for a bound that is none."""
    flags = _flags(cflags)
    if unroll is None:
        return Reading(undef_inputs=undef_inputs, cflags=flags)
    if not isinstance(unroll, int) or isinstance(unroll, bool) or unroll < 1:
        raise PrimirError(f"unroll is {unroll!r}, which is not an integer from 1 on", hint="None is the usual bound")
    return Reading(Unroll(unroll, max(UNROLL.total, unroll)), undef_inputs, flags)


def _flags(cflags: object) -> tuple[str, ...]:
    """The compiler's flags one by one. PrimirError for what is no text, or has a quote that is not closed."""
    if not isinstance(cflags, str) and not (isinstance(cflags, Sequence) and all(isinstance(f, str) for f in cflags)):
        raise PrimirError(f"cflags is {cflags!r}, which is neither text nor a list of text",
                          hint="write flags, as in '-Iinclude -DN=4'")
    if not cflags:
        return ()
    from .lift.compiled.compiler import flags_in

    return tuple(flags_in(cflags))


# --- arguments --------------------------------------------------------------------------------------------------------


def _check_limits(time: object, seed: object = 0, work: object = None) -> None:
    """PrimirError for what is no limit in time or candidates, or no seed."""
    if time is not None and not (_is_number(time, int, float) and 0 < time < math.inf):
        raise PrimirError(f"time is {time!r}, which is not a positive number of seconds", hint="None is no limit")
    if not (_is_number(seed, int) and seed >= 0):
        raise PrimirError(f"seed is {seed!r}, which is not an integer from 0 on")
    if work is not None and not (_is_number(work, int) and work >= 1):
        raise PrimirError(f"work is {work!r}, which is not an integer from 1 on", hint="None is no limit")


def _is_number(value: object, *types: type) -> TypeGuard[float]:
    return isinstance(value, types) and not isinstance(value, bool)


def _check_text(requires: object, using: object = None, forbid: object = ()) -> None:
    """PrimirError where a condition, or the names of operations, are not text."""
    if requires is not None and not isinstance(requires, str):
        raise PrimirError(f"requires is {requires!r}, which is not text", hint="write a condition, as in 'x != 0'")
    for name, value in (("using", () if using is None else using), ("forbid", forbid)):
        texts = value if isinstance(value, Collection) else [None]
        if not isinstance(value, str) and not all(isinstance(text, str) for text in texts):
            raise PrimirError(f"{name} is {value!r}, which is neither text nor a list of text",
                              hint="name operations, as in 'add xor' or ['add', 'xor']")
