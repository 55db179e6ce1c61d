"""C, C++ and Rust as functions: which one is meant, its types as the source has them, and where its lines are.

A compiler writes LLVM IR (clang.py, rust.py); in a child process LLVM reads it, calls and local variables are resolved
(locals.py), and debug information says what things are called. What comes out is lifted as any LLVM IR is.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from ...ir.errors import Place, PrimirError
from ...ir.graph import TRUE, Function
from ...ir.types import Target, Type
from ..llvm.assembly import NAME, Printed, User
from ..llvm.front import lift_llvm
from ..llvm.instructions import plain_name
from ..llvm.loops import UNROLL, Unroll
from ..python.lowering import RAISE
from ..sketch import Holes
from ..slices import Slices, slices_of_compiled
from .clang import ABORTS, CPP, C, compile_c
from .compiler import Compiled, line_of
from .debuginfo import DebugInfo, Routine, read_debug_info, spelled
from .inline import LINES, inlined
from .locals import registered
from .machine import Machine
from .procedures import PLACE, Assembly, Procedure, assembled, disassembled, reduced
from .rust import compile_rust

SUFFIXES = (*C, *CPP, ".rs")
LONGEST = 64 << 20  # characters of LLVM IR that a compiler may write
SECONDS = 20.0  # for LLVM to read it


Triple: TypeAlias = tuple[str | None, int | None, int | None]  # file, line and column


@dataclass(frozen=True, slots=True)
class Chosen:
    """One function of a compiled file, ready to be lifted: LLVM's text, and what debug information says of it.

    `places` are the file, line and column that the lines of the text come from, by their numbers.
    """

    text: str
    symbol: str
    routine: Routine
    places: dict[int, Triple]
    target: Target


def lift_compiled(file: Path, name: str | None = None, cflags: Sequence[str] = (), unroll: Unroll = UNROLL,
                  holes: Holes | None = None) -> Function:
    """The function `name` of a C, C++ or Rust file, the only one that it defines where none is named.

    A name may be as it is written (`f`), with its scopes (`ns::f`) or parameters (`f(int)`), or mangled. `cflags` are
    for the compiler of C and C++. With `holes` it is a sketch. PrimirError, with its place in the file, for what does
    not compile, is not there, or cannot be lifted.
    """
    return _function(compiled(file, cflags), name, unroll, holes)


def lift_compiled_pairs(file: Path, cflags: Sequence[str] = (),
                        unroll: Unroll = UNROLL) -> list[tuple[Function, Function]]:
    """The functions `src` and `tgt`, `src2` and `tgt2` ... of a file."""
    source = compiled(file, cflags)
    names = _in_child("names_in", source)
    pairs = [(name, f"tgt{name[3:]}") for name in names if name.startswith("src")]
    return [(_function(source, old, unroll), _function(source, new, unroll)) for old, new in pairs if new in names]


def slices_in(file: Path, name: str | None, cflags: Sequence[str], seconds: float) -> Slices:
    """The slices of the functions that stand in a C, C++ or Rust file, or of one function that it defines."""
    source = compiled(file, cflags)
    if name is None:
        return slices_of_compiled(source, seconds=seconds)
    symbol: str = _in_child("symbol_of", source, name)
    return slices_of_compiled(source, seconds=seconds, headers=True).of(symbol)


def compiled(file: Path, cflags: Sequence[str] = ()) -> Compiled:
    """What the compiler for its suffix makes of a file."""
    result = compile_rust(file) if file.suffix.lower() == ".rs" else compile_c(file, cflags)
    if len(result.text) > LONGEST:
        raise PrimirError(f"compiled, this is {len(result.text) >> 20} MiB of LLVM IR", Place(str(file)),
                          f"at most {LONGEST >> 20} MiB are read")
    return result


def _function(source: Compiled, name: str | None, unroll: Unroll, holes: Holes | None = None) -> Function:
    chosen: Chosen = _in_child("read_function", source, name)
    user = _traced(chosen, source.file)
    function = lift_llvm(Printed(chosen.text, user), plain_name(chosen.symbol), file=source.file, raises={RAISE},
                         unroll=unroll, holes=holes)
    return _typed(function, chosen, source)


def _in_child(function: str, source: Compiled, *arguments: object) -> Any:
    from ...jobs.workers import Crashed, TimedOut, borrowed

    try:
        with borrowed("llvm") as worker:
            return worker.call(f"{__name__}:{function}", source, os.path.abspath(source.file), *arguments,
                               seconds=SECONDS)
    except TimedOut:
        raise PrimirError(f"LLVM did not read this within {SECONDS:g} s", Place(source.file)) from None
    except Crashed as crash:
        raise PrimirError(f"LLVM crashed while it read this: {crash.reason}", Place(source.file)) from None


# --- in the child -----------------------------------------------------------------------------------------------------


def names_in(source: Compiled, whole: str) -> list[str]:
    """The names of the functions that the file itself defines. Runs in the child."""
    routines = _routines(_printed(Machine(), source), whole)
    return [routine.name for routine in routines.values() if routine.file == whole]


def symbol_of(source: Compiled, whole: str, name: str) -> str:
    """The symbol of the function `name`. Runs in the child."""
    printed = _printed(Machine(), source)
    return plain_name(_chosen(name, _routines(printed, whole), whole, source, printed))


def read_function(source: Compiled, whole: str, name: str | None) -> Chosen:
    """The function `name` of a compiled file, whose whole path is `whole`. Runs in the child."""
    machine = Machine()
    printed = _printed(machine, source)
    debug = read_debug_info(printed)
    routines = _routines(printed, whole, debug)
    symbol = _chosen(name, routines, whole, source, printed)
    shown = (whole, routines[symbol].file)  # what is in a library is at the place of its call
    places: list[Place] = []
    numbers: dict[str, int] = {}

    def numbered(reference: str) -> int | None:
        if reference not in numbers:
            place = debug.place(reference, whole)
            if place is None or place.line is None or place.file not in shown:
                return None
            numbers[reference] = len(places)
            places.append(place)
        return numbers[reference]

    assembly = reduced(disassembled(printed, numbered), symbol)
    routine = routines[symbol]
    if (size := len(assembly.procedures[symbol].lines)) > LINES:
        raise PrimirError(f"{routine.name} has {size:,} instructions", Place(source.file, routine.line),
                          f"at most {LINES:,} are read")
    if source.language == "Rust":
        assembly.procedures[symbol] = _always_defined(assembly.procedures[symbol], routine)
    assembly = inlined(assembly, symbol, _ending(assembly, source.language))
    never_read = source.language == "Rust"  # which has no way to read a word that was not written
    assembly = registered(assembly, symbol, machine, never_read)
    text, lines = _with_places(machine.printed(assembled(assembly)), places)
    return Chosen(text, symbol, routine, lines, _target(printed, debug))


def _printed(machine: Machine, source: Compiled) -> str:
    try:
        return machine.printed(source.text)
    except RuntimeError as problem:
        raise PrimirError(f"LLVM does not read what the compiler wrote: {str(problem).strip().splitlines()[-1]}",
                          Place(source.file), "LLVM 22 reads what clang 14 to 22 and rustc write") from None


def _routines(printed: str, whole: str, debug: DebugInfo | None = None) -> dict[str, Routine]:
    """What debug information says of the functions that are defined, by their symbols."""
    debug = debug or read_debug_info(printed)
    found = {}
    for symbol, reference in re.findall(rf"^define [^@]*(@{NAME})\(.* !dbg (!\d+) ", printed, re.MULTILINE):
        routine = debug.routine(reference)
        if routine is not None:
            found[symbol] = routine
    return found


def _ending(assembly: Assembly, language: str) -> Callable[[str, str], bool]:
    """Whether a call, by its name and text, ends the program: what panics in Rust, what aborts in C."""
    if language != "Rust":
        return lambda callee, text: plain_name(callee) in ABORTS
    groups = {name: attributes for line in assembly.others
              if (found := re.match(r"attributes (#\d+) = \{(.*)\}", line)) for name, attributes in [found.groups()]}
    declared = {found[1]: line for line in assembly.others if (found := re.match(rf"declare .*?(@{NAME})\(", line))}

    def ends(callee: str, text: str) -> bool:
        numbers = re.findall(r"#\d+", f"{text} {declared.get(callee, '')}")
        return any("noreturn" in groups.get(number, "").split() for number in numbers)

    return ends


def _always_defined(procedure: Procedure, routine: Routine) -> Procedure:
    """A Rust function whose integers are `noundef`: the language says so, and rustc leaves it out here."""
    head, inside, tail = procedure.header.partition(f"({procedure.inside})")
    parts = procedure.inside.split(", ") if procedure.inside else []
    result, *types = routine.machine or (None,)
    if inside and len(parts) == len(types):
        parts = [re.sub(r"^(i\d+) ", r"\1 noundef ", part) if type_ is not None else part
                 for part, type_ in zip(parts, types)]
    if result is not None:
        head = re.sub(rf"(?= i\d+ {re.escape(procedure.name)}$)", " noundef", head)
    return replace(procedure, header=f"{head}({', '.join(parts)}){tail}")


def _with_places(printed: str, places: Sequence[Place]) -> tuple[str, dict[int, Triple]]:
    """The text without its notes on places, and the places by line. A line without one has that of the next."""
    nodes = dict(re.findall(r"^(!\d+) = !\{i32 (\d+)\}$", printed, re.MULTILINE))
    found: dict[int, Place] = {}
    lines = printed.split("\n")
    for number, line in enumerate(lines, 1):
        if note := re.search(rf", !{re.escape(PLACE)} (!\d+)$", line):
            lines[number - 1] = line[: note.start()]
            found[number] = places[int(nodes[note[1]])]
    following: Place | None = None
    for number in range(len(lines), 0, -1):
        following = None if lines[number - 1] == "}" else found.get(number, following)
        if following is not None and re.match(rf" |{NAME}:", lines[number - 1]):
            found[number] = following
    return "\n".join(lines), {number: (place.file, place.line, place.column) for number, place in found.items()}


def _target(printed: str, debug: DebugInfo) -> Target:
    """The machine that the compiler compiled for. Widths that the source does not name are those of its C compilers."""
    triple = re.search(r'^target triple = "(.*)"$', printed, re.MULTILINE)
    layout = re.search(r'^target datalayout = "(.*)"$', printed, re.MULTILINE)
    name = triple[1] if triple is not None else ""
    pointer = re.search(r"(?:^|-)p(?:0)?:(\d+)", layout[1] if layout is not None else "")
    width = int(pointer[1]) if pointer is not None else 64
    widths = {"short": 16, "int": 32, "long": 32 if "windows" in name else width, "long long": 64, "pointer": width}
    return Target(name, tuple((key, debug.widths.get(key, default)) for key, default in widths.items()))


# --- which function ---------------------------------------------------------------------------------------------------


def _chosen(name: str | None, routines: Mapping[str, Routine], whole: str, source: Compiled, printed: str) -> str:
    """The symbol of the function that is meant. PrimirError where there is none, or where there are several."""
    own = {symbol: routine for symbol, routine in routines.items() if routine.file == whole}
    if name is None:
        found = list(own)
    else:
        found = _matching(name, own) or _matching(name, routines)
    if len(found) == 1:
        return found[0]
    place = Place(source.file)
    found.sort(key=lambda symbol: (routines[symbol].line, routines[symbol].name))
    own = dict(sorted(own.items(), key=lambda item: (item[1].line, item[1].name)))
    displayed = [_display(routines[symbol], source.language) for symbol in found or own]
    if not found:
        if name is None:
            raise PrimirError("this file defines no function", place)
        if re.search(rf"^declare .*@{re.escape(name)}\(", printed, re.MULTILINE):
            raise PrimirError(f"{name} is declared here, but not defined", place)
        plain = {re.sub(r"\(.*", "", text): text for text in displayed}
        close = difflib.get_close_matches(name, [*plain, *(text.rpartition("::")[2] for text in plain)], n=1)
        there = f"there is {_listed(displayed)}" if displayed else "it defines none"
        raise PrimirError(f"there is no function {name}", place, f"did you mean {close[0]}?" if close else there)
    if name is None:
        raise PrimirError(f"this file defines {len(found)} functions", place,
                          f"name one: {_listed([f'{source.file}:{text}' for text in displayed])}")
    raise PrimirError(f"{len(found)} functions are called {name}", place, f"name one: {_listed(displayed)}")


def _matching(name: str, routines: Mapping[str, Routine]) -> list[str]:
    """The symbols of the functions that `name` may mean."""
    exact = [symbol for symbol, routine in routines.items() if name in (plain_name(symbol), routine.linkage)]
    if exact:
        return exact
    called, opening, types = name.partition("(")
    found = []
    for symbol, routine in routines.items():
        if f"::{routine.name}".endswith(f"::{called.strip()}") and (
                not opening or _takes(routine, types.rstrip().removesuffix("const").rstrip().removesuffix(")"))):
            found.append(symbol)
    return found


def _takes(routine: Routine, types: str) -> bool:
    """Whether the parameters have these types, `int, uint32_t`, under any of their names."""
    wanted = spelled([part for part in types.split(",") if part.strip() not in ("", "void")])
    return len(wanted) == len(routine.parameters) and all(
        type_ in spelled(names) for type_, names in zip(wanted, routine.parameters))


def _display(routine: Routine, language: str) -> str:
    return routine.display if language == "C++" else routine.name


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")


# --- as the source has it ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Traced(User):
    """The way from a printed line to the user's. `text` is what LLVM printed."""

    places: Mapping[int, Place]
    start: Place

    def _at(self, number: int) -> Place:
        return self.places.get(number, self.start)


def _traced(chosen: Chosen, file: str) -> Traced:
    whole, here = os.path.abspath(file), os.getcwd() + os.sep

    def shown(name: str | None, line: int | None, column: int | None = None) -> Place:
        known = file if name == whole else name.removeprefix(here) if name is not None else file
        text = line_of(name, line)
        return Place(known, line, column if text is not None and (column or 0) <= len(text) + 1 else None, text)

    places = {number: shown(*place) for number, place in chosen.places.items()}
    return Traced(file, chosen.text, places, shown(chosen.routine.file, chosen.routine.line or None))


def _typed(function: Function, chosen: Chosen, source: Compiled) -> Function:
    """`function` with the names, types and remarks that the source gives it."""
    routine = chosen.routine
    result, *types = routine.machine or (None,)
    parameters = function.parameters
    if len(types) == len(parameters):
        names = _distinct([name or parameter.name for name, parameter in zip(routine.names, parameters)])
        parameters = tuple(replace(parameter, name=name, type=_type(parameter.type, type_))
                           for parameter, name, type_ in zip(parameters, names, types))
    function = function.taking(parameters)
    results = function.results
    if len(results) == 1:
        results = (replace(results[0], type=_type(results[0].type, result)),)
    remarks = source.remarks
    if function.domain is not TRUE:
        ends = "panics" if source.language == "Rust" else "aborts"
        remarks = (*remarks, f"inputs for which {routine.name} {ends} are outside its domain")
    return replace(function, results=results, name=routine.name.rpartition("::")[2],
                   remarks=(*function.remarks, *remarks), target=chosen.target)


def _type(machine: Type, source: Type | None) -> Type:
    """The type that the source gives a word, where both are as wide."""
    return source if source is not None and source.width == machine.width else machine


def _distinct(names: Sequence[str]) -> list[str]:
    """Names of word characters, no two the same, none like those of inner nodes and choices."""
    found: list[str] = []
    for name in names:
        plain = re.sub(r"[^\w.]", "_", name)
        plain = f"_{plain}" if re.match(r"\d|choice\d+$", plain) else plain
        while plain in found:
            plain += "_"
        found.append(plain)
    return found
