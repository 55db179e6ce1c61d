"""From what the user names to functions and specs: `path[:function]`, `pkg.module:function`, or a Python function.

The suffix says how a file is read. A `.spec`, `.ll` or `.bc` file is only read; a C, C++ or Rust file is compiled, and
what comes out is read and not run. A `.py` file is executed, because its functions exist only once it has run; that
happens only where the user named the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..ir.errors import Place, PrimirError
from ..ir.graph import TRUE, Function, Node, Parameter, Trace, both
from .llvm.loops import UNROLL, Unroll
from .python.marks import Mark, Names, mark_of
from .sketch import FILLED_BY, Holes
from .spec import Law, Spec, from_function

if TYPE_CHECKING:
    from ..ir.cost import Model
    from .components import Component
    from .python.front import Lowered
    from .python.running import Wanted
    from .slices import Slices

Source: TypeAlias = "str | os.PathLike[str] | Callable[..., Any] | Function | Spec"

Matched: TypeAlias = "tuple[str, Function | PrimirError, Function | PrimirError]"  # a name, and both sides

COMPILED = (".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".rs")
READ = (".spec", ".sl", ".csv", ".py", ".ll", ".bc", *COMPILED)
LARGEST = 64  # MiB that a source may have
LATER = {".zig": "Zig"}


@dataclass(frozen=True, slots=True)
class Location:
    """What `path[:function]` names: a file, or else a Python module, and the function in it where one is named."""

    file: Path | None
    module: str | None = None
    function: str | None = None

    @property
    def suffix(self) -> str:
        """How it is read: one of READ; a module is Python."""
        return ".py" if self.file is None else self.file.suffix.lower()

    @property
    def place(self) -> str:
        return str(self.module if self.file is None else self.file)


@dataclass(frozen=True, slots=True)
class Reading:
    """How sources are read.

    How far loops are unrolled, whether inputs of LLVM IR may be undef, and further flags for the compiler of C and C++.
    """

    unroll: Unroll = UNROLL
    undef_inputs: bool = False
    cflags: tuple[str, ...] = ()


READING = Reading()


# --- names ------------------------------------------------------------------------------------------------------------


def split_source(source: str) -> Location:
    """The location that `source` names.

    The path is the longest prefix that is an existing file and ends before a colon or at the end. Where there is
    none, `pkg.module:function` is a Python name. PrimirError where it is neither.
    """
    if not source.strip():
        raise PrimirError("the name of the source is empty", hint="write path[:function], as in clamp.py:clamp")
    for end in (len(source), *(at for at in range(len(source) - 1, 0, -1) if source[at] == ":")):
        path = Path(source[:end])
        if _exists(path) and not path.is_dir():
            return Location(_readable(path), None, _function_name(source, end))
    module = source.partition(":")[0]
    if ":" in source and _is_module_name(module):
        return Location(None, module, _function_name(source, len(module)))
    raise _no_file(source)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # too long for a name, or with a zero in it
        return False


def _readable(path: Path) -> Path:
    """`path` itself. PrimirError where no way of reading it is known, or where reading might not end."""
    suffix = path.suffix.lower()
    if suffix in LATER:
        raise PrimirError(f"reading {LATER[suffix]} comes with a later release", Place(str(path)),
                          "compile it to LLVM IR and name the .ll file")
    if suffix not in READ:
        raise PrimirError("the suffix does not say what this is", Place(str(path)), f"sources end in {', '.join(READ)}")
    if not path.is_file():
        raise PrimirError("this is not a regular file", Place(str(path)), "a source is not a pipe or a device")
    if path.stat().st_size > LARGEST << 20:
        raise PrimirError(f"this file is too large: {path.stat().st_size >> 20} MiB", Place(str(path)),
                          f"a source has at most {LARGEST} MiB")
    return path


def _function_name(source: str, end: int) -> str | None:
    """What stands after the colon at `end`; None where the source ends there."""
    if end == len(source):
        return None
    if not source[end + 1:].strip():
        raise PrimirError(f"{source} names no function after the colon", hint="write path[:function]")
    return source[end + 1:]


def _is_module_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.split(".")) and f".{text.rpartition('.')[2]}" not in (*READ, *LATER)


def _no_file(source: str) -> PrimirError:
    whole, path = Path(source), Path(source.partition(":")[0])
    for folder in (whole, path):
        if _exists(folder) and folder.is_dir():
            return PrimirError("this is a directory", Place(str(folder)), "name a file in it")
    return PrimirError("there is no such file", Place(str(path)), _similar_file(path))


def _similar_file(path: Path) -> str | None:
    """A hint at a file of a similar name in the same folder, where there is one."""
    try:
        entries = {entry.stem: entry for entry in path.parent.iterdir() if entry.suffix in READ}
    except (OSError, ValueError):
        return None
    close = _closest(path.stem, list(entries))
    return f"did you mean {entries[close]}?" if close else None


def _closest(name: str, names: Sequence[str]) -> str | None:
    import difflib

    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.6)), None)


# --- what a source holds ----------------------------------------------------------------------------------------------


def lift_source(source: Source, reading: Reading = READING) -> list[Spec] | Function:
    """What `source` names: the specs of a `.spec` file (all, or the one that is named), else one function.

    A file with a single function needs no `:function`; of a Python file, functions with annotated types count.
    PrimirError, with its place, for what cannot be read or lifted.
    """
    if isinstance(source, Spec):
        return [source]
    if isinstance(source, Function):
        return source
    if not isinstance(source, (str, os.PathLike)):
        return lift_callable(source, reading)
    location = split_source(os.fspath(source))
    match location.suffix:
        case ".spec":
            return _specs_in(location)
        case ".sl":
            return _sygus_in(location)
        case ".csv":
            return [_table_in(location)]
        case ".py":
            return [lift_lowered(lowered, reading) for lowered, _ in _run(location, "one")][0]
        case ".ll" | ".bc":
            return _lift_llvm(location, reading)
        case _:
            from .compiled.front import lift_compiled

            assert location.file is not None
            return lift_compiled(location.file, location.function, reading.cflags, reading.unroll)


def lift_specs(source: Source, reading: Reading = READING) -> list[Spec]:
    """What `source` asks for: the specs of a `.spec` file, or a refinement of each function that it names.

    Of a Python file without `:function`, all functions marked with `@primir.spec` are meant.
    """
    if isinstance(source, (str, os.PathLike)):
        location = split_source(os.fspath(source))
        if location.suffix == ".py":
            return [_marked(from_function(lift_lowered(lowered, reading)), mark)
                    for lowered, mark in _run(location, "marked")]
    elif not isinstance(source, (Function, Spec)):
        return [spec_of(source, reading)]
    lifted = lift_source(source, reading)
    return [from_function(lifted)] if isinstance(lifted, Function) else lifted


def lift_pairs(source: str, reading: Reading = READING) -> list[tuple[Function, Function]]:
    """The pairs of functions to compare that one file holds: `src` and `tgt`, `src1` and `tgt1` ...

    PrimirError where there are none, or where one cannot be lifted.
    """
    location = split_source(source)
    if location.suffix in (".ll", ".bc") and location.file is not None:
        from .llvm.front import functions_of

        functions = functions_of(_content(location.file), file=str(location.file), unroll=reading.unroll,
                                 undef_inputs=reading.undef_inputs)
        pairs = [(functions[old], functions[new]) for old, new in functions.pairs]
    elif location.suffix == ".py" and location.file is not None:
        lifted = [lift_lowered(lowered, reading) for lowered, _ in _run(location, "pairs")]
        pairs = list(zip(lifted[::2], lifted[1::2]))
    elif location.suffix in COMPILED and location.file is not None and location.function is None:
        from .compiled.front import lift_compiled_pairs

        pairs = lift_compiled_pairs(location.file, reading.cflags, reading.unroll)
    else:
        pairs = []
    if location.function is not None or not pairs:
        raise PrimirError(f"{source} holds no functions src and tgt", hint="name two sources, an old and a new one")
    return pairs


def slice_source(source: str, seconds: float, reading: Reading = READING) -> Slices:
    """The slices of a file of LLVM IR, C, C++ or Rust, or of one function in it. PrimirError for other sources."""
    from .slices import slices_of

    location = split_source(source)
    if location.suffix in COMPILED and location.file is not None:
        from .compiled.front import slices_in

        return slices_in(location.file, location.function, reading.cflags, seconds)
    if location.suffix not in (".ll", ".bc") or location.file is None:
        raise PrimirError("slices are made of compiled code", Place(location.place),
                          "name a file of LLVM IR, C, C++ or Rust")
    found = slices_of(_content(location.file), file=str(location.file), seconds=seconds)
    if location.function is None:
        return found
    if location.function not in found.functions:
        raise _no_function(location, found.functions, "function")
    return found.of(location.function)


def lift_modules(old: str, new: str, reading: Reading = READING) -> list[Matched] | None:
    """The functions of two modules of LLVM IR by their names, each with its counterpart or with what is in its way.

    None where one of both is no module, names its function, or holds a single one. Functions of the old module that
    nobody outside can call need no counterpart. PrimirError where no name is in both.
    """
    found = []
    for source in (old, new):
        location = split_source(source)
        if location.file is None or location.suffix not in (".ll", ".bc") or location.function is not None:
            return None
        from .llvm.front import functions_of

        found.append(functions_of(_content(location.file), file=str(location.file), unroll=reading.unroll,
                                  undef_inputs=reading.undef_inputs))
    before, after = found
    if min(len(before.names), len(after.names)) < 2:
        return None
    wanted = [name for name in before.names if name in after.names or not before.is_local(name)]
    if not any(name in after.names for name in wanted):
        raise PrimirError(f"{old} and {new} have no function of one name", hint="name a function of each")
    return [(name, before.lifted(name), after.lifted(name)) for name in wanted]


def _run(location: Location, wanted: Wanted) -> list[tuple[Lowered, Mark | None]]:
    """The functions at `location`; its file is executed, or its module imported."""
    from .python.running import functions_at

    file = None if location.file is None else str(location.file)
    return functions_at(file, location.module, location.function, wanted)


def _specs_in(location: Location) -> list[Spec]:
    from .speclang.front import parse_specs

    assert location.file is not None
    specs = parse_specs(_text(location.file), str(location.file))
    if location.function is None:
        return specs
    for spec in specs:
        if spec.name == location.function:
            return [spec]
    raise _no_function(location, [spec.name for spec in specs], "spec")


def _sygus_in(location: Location) -> list[Spec]:
    from .sygus.front import parse_functions

    assert location.file is not None
    specs = parse_functions(_text(location.file), str(location.file))
    found = [spec for spec in specs if location.function in (None, spec.name)]
    if not found:
        raise _no_function(location, [spec.name for spec in specs], "function to find")
    return found


def _table_in(location: Location) -> Spec:
    """The spec that a table of examples is; the function is called like the file."""
    from .columns import parse_table

    assert location.file is not None
    name = re.sub(r"\W", "_", location.file.stem, flags=re.ASCII)
    name = location.function or (name if name.isidentifier() else f"f_{name}")
    return parse_table(_text(location.file), str(location.file), name)


def with_examples(spec: Spec, path: Path) -> Spec:
    """`spec` with the examples of a table in a `.csv` file. PrimirError where they contradict it."""
    from .columns import with_table

    if path.suffix.lower() != ".csv":
        raise PrimirError("a table of examples is a .csv file", Place(str(path)))
    if not _exists(path):
        raise _no_file(str(path))
    return with_table(spec, _text(_readable(path)), str(path))


def _lift_llvm(location: Location, reading: Reading, holes: Holes | None = None) -> Function:
    from .llvm.front import lift_llvm

    assert location.file is not None
    return lift_llvm(_content(location.file), location.function, file=str(location.file), unroll=reading.unroll,
                     undef_inputs=reading.undef_inputs, holes=holes)


def _content(path: Path) -> str | bytes:
    """The text of a .ll file, the bytes of a .bc."""
    return _text(path) if path.suffix.lower() == ".ll" else _bytes(path)


def _no_function(location: Location, names: Sequence[str], noun: str) -> PrimirError:
    assert location.function is not None
    close = _closest(location.function, names)
    there = f"it has {', '.join(names[:6])}" + (", ..." if len(names) > 6 else "") if names else None
    return PrimirError(f"there is no {noun} {location.function}", Place(location.place),
                       f"did you mean {close}?" if close else there)


def _text(path: Path) -> str:
    data = _bytes(path)
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise PrimirError(f"this is not text: byte {problem.start}, 0x{data[problem.start]:02x}, is not UTF-8",
                          Place(str(path), line)) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise PrimirError(f"this file cannot be read: {problem.strerror or problem}", Place(str(path))) from None


# --- sketches ---------------------------------------------------------------------------------------------------------


def with_sketch(spec: Spec, sketch: Source, reading: Reading = READING) -> Spec:
    """`spec` with the program with holes that `sketch` names: a function in Python, LLVM IR, C, C++ or Rust.

    PrimirError where it is none, does not take and give what the spec does, or where the spec has one already.
    """
    from .llvm.holes import sketch_of

    if spec.sketch is not None:
        raise PrimirError(f"{spec.name} has a sketch of its own", hint="leave one of both out")
    if spec.syntax is not None:
        raise PrimirError("a SyGuS file takes no sketch", hint="its grammar says what a program may look like")
    if spec.components:
        raise PrimirError("components in a sketch are not available yet", hint="write the call in the sketch")
    takes, gives = [p.value for p in spec.parameters], [output.type.width for output in spec.outputs]
    return replace(spec, sketch=sketch_of(*_with_holes(sketch, reading), takes, gives))


def _with_holes(source: Source, reading: Reading) -> tuple[Holes, Place]:
    """The holes of the function that `source` names, with the function itself, and where it stands."""
    if isinstance(source, (Function, Spec)):
        raise PrimirError("a sketch is a function, or the name of one", hint="write path[:function], as in clamp.ll:f")
    if not isinstance(source, (str, os.PathLike)):
        from .python.front import lower

        return _holes_of(lower(source), reading)
    location = split_source(os.fspath(source))
    if location.suffix in (".spec", ".sl", ".csv"):
        raise PrimirError(f"a sketch is not named by a {location.suffix} file", Place(location.place),
                          "in a .spec the line `sketch result = ...` is one")
    if location.suffix == ".py":
        return [_holes_of(lowered, reading) for lowered, _ in _run(location, "one")][0]
    holes = Holes()
    if location.suffix in (".ll", ".bc"):
        _lift_llvm(location, reading, holes)
    else:
        from .compiled.front import lift_compiled

        assert location.file is not None
        lift_compiled(location.file, location.function, reading.cflags, reading.unroll, holes)
        holes.wide = True
    return holes, Place(location.place)


def _holes_of(lowered: Lowered, reading: Reading) -> tuple[Holes, Place]:
    holes = Holes(lowered.sites, wide=True)
    lift_lowered(lowered, reading, holes)
    return holes, lowered.place(None)


# --- Python functions -------------------------------------------------------------------------------------------------


def spec_of(function: Callable[..., Any], reading: Reading = READING) -> Spec:
    """The spec that asks for a refinement of a Python function, under what its `@primir.spec` says."""
    return _marked(from_function(lift_callable(function, reading)), mark_of(function))


def _marked(spec: Spec, mark: Mark | None) -> Spec:
    return spec if mark is None else restrict(spec, requires=mark.requires, using=mark.using, forbid=mark.forbid)


def restrict(spec: Spec, *, requires: str | None = None, using: Names | None = None, forbid: Names = (),
             minimize: str | None = None, branchless: bool = False, constant_time: bool = False,
             components: Sequence[Component] = ()) -> Spec:
    """`spec` for fewer inputs, `requires` being a condition as in a `.spec`, and over fewer operations.

    `using` and `forbid` name operations of the table or sets of them (`plain`, `full`), in one text or several;
    `using` takes the place of the spec's own, and so does `minimize`, a cost model. `components` may be used as well,
    as one operation each. PrimirError for a name that is none.
    """
    if components:
        spec = replace(spec, components=_with_components(spec, components))
    if requires is not None:
        from .speclang.front import parse_condition

        condition, obligations = parse_condition(requires, spec.parameters, "requires")
        spec = replace(spec, requires=both(spec.requires, condition), obligations=(*spec.obligations, *obligations),
                       laws=tuple(_narrowed(law, condition, spec) for law in spec.laws))
    for component in spec.components:
        component.refuse(_named(forbid))
    if using is not None or forbid:
        given = spec.operations or ("full",) if using is None else using
        spec = replace(spec, operations=_operations(given, forbid))
    if minimize is not None:
        spec = replace(spec, minimize=_model(minimize))
    if branchless or constant_time:
        spec = replace(spec, branchless=spec.branchless or branchless,
                       constant_time=spec.constant_time or constant_time)
    return spec


def _narrowed(law: Law, requires: Node, spec: Spec) -> Law:
    # the variables of a SyGuS file only share names with the parameters
    inputs = spec.syntax is None and any(variable in spec.parameters for variable in law.variables)
    return law.narrowed(requires, spec.parameters, inputs)


def _with_components(spec: Spec, components: Sequence[Component]) -> tuple[Component, ...]:
    if spec.syntax is not None:
        raise PrimirError("a SyGuS file says itself what may be used", hint="define it in the file, by define-fun")
    if spec.sketch is not None:
        raise PrimirError("components in a sketch are not available yet")
    every = (*spec.components, *components)
    for index, each in enumerate(every):
        if each.name in {other.name for other in every[:index]}:
            raise PrimirError(f"there are two components called {each.name}")
    return every


def _model(name: str) -> Model:
    from ..ir.cost import MODELS

    for model in MODELS:
        if model == name:
            return model
    raise PrimirError(f"there is no cost called {name}", hint=f"costs are {', '.join(MODELS)}")


def _operations(using: Names, forbid: Names) -> tuple[str, ...]:
    from ..ir.primes import TABLE

    allowed = _named(using) - _named(forbid)
    if not allowed:
        raise PrimirError("no operation is left to search over", hint="name some that are not forbidden")
    return tuple(name for name in TABLE if name in allowed)


def _named(names: Names) -> set[str]:
    """The operations that `names` names, one by one or as sets."""
    from ..ir.primes import TABLE

    words = [word for text in ([names] if isinstance(names, str) else names) for word in text.replace(",", " ").split()]
    sets = {name for row in TABLE.values() for name in row.sets}
    found: set[str] = set()
    for name in words:
        if name not in sets and name not in TABLE:
            close = _closest(name, [*TABLE, *sets])
            raise PrimirError(f"there is no operation {name}", hint=f"did you mean {close}?" if close else
                              f"operations have names like add, xor, lshr; sets are {', '.join(sorted(sets))}")
        found.update([name] if name in TABLE else (row.name for row in TABLE.values() if name in row.sets))
    return found


def lift_callable(function: Callable[..., Any], reading: Reading = READING) -> Function:
    """A Python function with annotated machine types, as a graph. PrimirError, with its place, for what has none."""
    from .python.front import lower

    return lift_lowered(lower(function), reading)


def lift_lowered(lowered: Lowered, reading: Reading = READING, holes: Holes | None = None) -> Function:
    """A Python function that numba has lowered, as a graph; with `holes`, a sketch.

    PrimirError, at its place in Python, for what cannot be.
    """
    from .llvm.front import lift_llvm
    from .python.lowering import RAISE

    try:
        if lowered.sites and holes is None:
            raise PrimirError("a hole has no value", lowered.sites[0].place, FILLED_BY)
        lifted = lift_llvm(lowered.llvm, lowered.symbol, raises={RAISE}, unroll=reading.unroll, holes=holes)
    except PrimirError as error:
        if error.place.file is not None:
            raise
        raise PrimirError(error.message, lowered.place(error.place.line), error.hint) from error
    return _typed(lifted, lowered)


def _typed(function: Function, lowered: Lowered) -> Function:
    """`function`, lifted from numba's LLVM IR, with the names and types that Python gave."""
    from .python.rounds import ROUNDS

    function = function.taking([Parameter(name, type_) for name, type_ in lowered.parameters])
    results = tuple(replace(result, type=type_)
                    for result, type_ in zip(function.results, lowered.results, strict=True))
    raises = () if function.domain is TRUE else (f"inputs for which {lowered.symbol} raises are outside its domain",)
    cut = None if function.cut is None else replace(
        function.cut, rounds=ROUNDS,
        loops=tuple(replace(loop, line=lowered.place(loop.line).line) for loop in function.cut.loops))
    trace = Trace()  # its names and lines are numba's
    return replace(function, name=lowered.symbol, results=results, cut=cut, trace=trace,
                   remarks=(*lowered.remarks, *raises))
