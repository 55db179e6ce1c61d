"""Local variables of compiled code: from memory into registers, and calls of helper functions into their callers.

A C or Rust front end gives every variable a place in memory, an `alloca`. LLVM's SROA pass makes registers of them, but
it also uses that behaviour is undefined: a variable that is read before it is written takes the value of another way, a
store outside of an array vanishes. LLVM's inliner simplifies what it copies. After either, a function that is wrong
could look right. So calls are inlined here, on LLVM's text, and SROA is given only what it cannot use:

- What is in a variable before it is written comes from a call that LLVM knows nothing about; afterwards the call's
  result is written `undef`. So it is with what a variable holds after its scope has ended, which is `poison`.
- A variable stays in memory, hidden from SROA, until every use of it is seen to be a load or store at a constant place
  within its bounds, aligned, and with no other access that overlaps it in part.
- What an attribute or metadata says of a value that will be in a register is said by `llvm.assume`.

The text is LLVM's own, which is regular: one instruction a line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import takewhile

from .assembly import NAME
from .instructions import Call, Operand, Refused, call, operands, split
from .lowering import RAISE

LINES = 20_000  # of a function with all that was inlined
ROUNDS = 16  # of SROA: a variable may become a register once a pointer to it has become one
LARGEST = 512  # bytes of a variable that may become registers

_COPIED = ("byval", "inalloca", "preallocated", "range(", "...")
KEEP = "primir.keep"  # a call that hides a variable from SROA
PLACE = "primir.at"  # the metadata that leads to a line's place

_LOCAL = re.compile(rf"%{NAME}")
_GLOBAL = re.compile(rf"@{NAME}")
_OPAQUE = re.compile(r'^%[^=]* = call (.*) (@"?primir\.(undef|poison)\..*)\(\)$')
_WORD = re.compile(r"i\d+")
_NOTES = re.compile(r"(?:, ![\w.]+ !(?:\d+|\w+\([^()]*\)|\{[^{}]*\}))*$")


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction or a label (`name:`), where it comes from, and the functions that were inlined to get it here."""

    text: str
    place: int | None = None
    within: tuple[str, ...] = ()

    @property
    def label(self) -> str | None:
        found = re.match(rf"({NAME}):$", self.text)
        return found[1] if found is not None else None

    @property
    def result(self) -> str | None:
        found = re.match(rf"(%{NAME}) = ", self.text)
        return found[1] if found is not None else None

    @property
    def code(self) -> str:
        """The instruction without its result."""
        return self.text.partition(" = ")[2] if self.result is not None else self.text


@dataclass(frozen=True, slots=True)
class Procedure:
    """A definition: its header, up to the brace, and its lines. All that is local has a name, each block its label."""

    header: str
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        found = _GLOBAL.search(self.header)
        assert found is not None, self.header
        return found[0]

    @property
    def inside(self) -> str:
        """What stands in the parentheses after the name."""
        word = next(word for part in split(self.header.removeprefix("define ")) for word in part
                    if word.startswith("@"))
        return word[word.index("(", len(self.name)) + 1 : -1]

    @property
    def attributes(self) -> list[str]:
        """The words before the name: linkage, attributes of the result, and last its type."""
        words = [word for part in split(self.header.removeprefix("define ")) for word in part]
        return words[: next(index for index, word in enumerate(words) if word.startswith("@"))]


@dataclass(frozen=True)
class Assembly:
    """A module in parts: its definitions by name, everything else that is not metadata, and the metadata."""

    procedures: dict[str, Procedure]
    others: tuple[str, ...]
    metadata: dict[str, str] = field(default_factory=dict)


# --- reading and writing ----------------------------------------------------------------------------------------------


def disassembled(printed: str, place: Callable[[str], int | None], stem: str = "primir.") -> Assembly:
    """The parts of a printed module. `place` numbers what a `!dbg` refers to; what is `%5` becomes `%<stem>5`."""
    metadata = dict(re.findall(r"^(!\d+) = (.*)$", printed, re.MULTILINE))
    procedures: dict[str, Procedure] = {}
    others: list[str] = []
    lines = iter(printed.split("\n"))
    for line in lines:
        if line.startswith("define "):
            procedure = _procedure(line, takewhile(lambda line: line != "}", lines), metadata, place, stem)
            procedures[procedure.name] = procedure
        elif line and line[0] not in ";!":
            others.append(re.sub(r"(, ![\w.]+ !\d+)+$", "", line))
    return Assembly(procedures, tuple(others), metadata)


def assembled(assembly: Assembly) -> str:
    """The text of a module for LLVM. A line's place is written as metadata."""
    written = list(assembly.others)
    numbers: set[int] = set()
    for procedure in assembly.procedures.values():
        written.append(f"{procedure.header} {{")
        for line in procedure.lines:
            written.append(line.text if line.place is None else f"{line.text}, !{PLACE} !{line.place}")
            numbers |= {line.place} if line.place is not None else set()
        written.append("}")
    top = max(numbers, default=-1)
    written += [f"!{number} = !{{i32 {number}}}" for number in range(top + 1)]
    return "\n".join([*written, ""])


def _procedure(header: str, body: Iterable[str], metadata: Mapping[str, str],
               place: Callable[[str], int | None], stem: str) -> Procedure:
    """A definition. A number would have to be the next one where it is written, so that numbers become names."""

    def named(name: str) -> str:
        return f"{name[:-len(number)]}{stem}{number}" if (number := name.lstrip("%")).isdecimal() else name

    header = re.sub(r"( ![\w.]+ !\d+)* \{$", "", header)
    unnamed = len(set(re.findall(r"%\d+(?=[,)])", header)))
    raw = [line.strip() for line in _joined(body)]
    if not raw or not re.match(rf"{NAME}:", raw[0]):
        raw.insert(0, f"{unnamed}:")
    declared = {found[1]: found[2] for line in raw
                if (found := re.match(rf"#dbg_declare\(ptr (%{NAME}), .*, (!\d+)\)$", line))}
    lines: list[Line] = []
    fresh = _Names(f"%{stem}")
    for text in raw:
        if text.startswith("#dbg_"):
            continue
        if label := re.match(rf"({NAME}):", text):
            lines.append(Line(f"{named(label[1])}:"))
            continue
        notes = _NOTES.search(text)
        assert notes is not None
        known = dict(re.findall(r"!([\w.]+) (!\d+)", notes[0]))
        line = Line(_renamed(text[: notes.start()], named), place(known["dbg"]) if "dbg" in known else None)
        if PLACE in known:
            line = replace(line, place=int(metadata[known[PLACE]].split()[1].rstrip("}")))
        elif line.code.startswith("alloca ") and (variable := re.match(rf"%{NAME}", text)) and variable[0] in declared:
            line = replace(line, place=place(declared[variable[0]]))
        lines += _said(line, known, metadata, fresh)
    return Procedure(_renamed(header, named), tuple(lines))


def _joined(body: Iterable[str]) -> Iterator[str]:
    """One instruction a line: a switch is printed on several. Without comments."""
    switch: list[str] = []
    for line in body:
        text = re.sub(r'("[^"]*")|;.*', lambda found: found[1] or "", line).strip()
        if switch:
            switch.append(text)
            if text.startswith("]"):
                yield " ".join(switch)
                switch = []
        elif text.startswith("switch ") and text.endswith("["):
            switch = [text]
        elif text:
            yield text


def _renamed(text: str, rename: Callable[[str], str]) -> str:
    return _LOCAL.sub(lambda found: rename(found[0]), text)


class _Names:
    """Names that are not yet there, of a letter and a number after `stem`."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.count = 0

    def __call__(self, letter: str) -> str:
        self.count += 1
        return f"{self.stem}{letter}{self.count}"


def _said(line: Line, known: Mapping[str, str], metadata: Mapping[str, str], fresh: _Names) -> list[Line]:
    """The line, and what `!range` and `!noundef` say of its result: outside the ranges it is poison."""
    if not known.keys() & {"range", "noundef"} or line.result is None:
        return [line]
    type_ = next((word for word in split(line.code)[0][1:] if _WORD.fullmatch(word)), None)
    if type_ is None:  # a pointer or a float, which is not lifted
        return [line]
    bounds = [int(number) for number in re.findall(r"i\d+ (-?\d+)", metadata.get(known.get("range", ""), ""))]
    if not bounds:
        return [line, *_texts(line, _defined(type_, line.result, fresh))]
    value = line.result if "noundef" in known else fresh("v")
    texts, inside = [f"{value} = {line.code}"], ""
    for low, high in zip(bounds[::2], bounds[1::2]):
        distance, here = value, fresh("v")
        if low:
            distance = fresh("v")
            texts.append(f"{distance} = sub {type_} {value}, {low}")
        texts.append(f"{here} = icmp ult {type_} {distance}, {(high - low) % (1 << int(type_[1:]))}")
        if inside:
            before, inside = inside, fresh("v")
            texts.append(f"{inside} = or i1 {before}, {here}")
        else:
            inside = here
    if "noundef" in known:
        return _texts(line, [*texts, f"call void @llvm.assume(i1 {inside})"])
    return _texts(line, [*texts, f"{line.result} = select i1 {inside}, {type_} {value}, {type_} poison"])


def _texts(line: Line, texts: Iterable[str]) -> list[Line]:
    """Lines that come from where `line` does."""
    return [replace(line, text=text) for text in texts]


def _defined(type_: str, value: str, fresh: _Names) -> list[str]:
    """Instructions that are undefined behaviour where `value`, if it is a word, is poison or undef."""
    if not _WORD.fullmatch(type_):
        return []
    same = fresh("v")
    return [f"{same} = icmp eq {type_} {value}, {value}", f"call void @llvm.assume(i1 {same})"]


# --- what a function needs --------------------------------------------------------------------------------------------


def reduced(assembly: Assembly, name: str) -> Assembly:
    """The module with what the function `name` leads to; functions that are only pointed at are declared."""
    symbols: dict[str, str] = {}
    for line in assembly.others:
        if found := re.match(rf"(@{NAME}) = ", line):
            symbols[found[1]] = line
        elif found := re.match(rf"declare .*?(@{NAME})\(", line):
            symbols[found[1]] = line
    kept: dict[str, Procedure] = {}
    others = [line for line in assembly.others if not re.match(rf"@{NAME} = |declare ", line)]
    seen: set[str] = set()
    todo = [name]
    while todo:
        symbol = todo.pop()
        if symbol in seen:
            continue
        seen.add(symbol)
        if procedure := assembly.procedures.get(symbol):
            kept[symbol] = procedure
            texts = [procedure.header, *(line.text for line in procedure.lines)]
        elif symbol in symbols:
            others.append(symbols[symbol])
            texts = [symbols[symbol]]
        else:
            continue
        todo += [found for text in texts for found in _GLOBAL.findall(text)]
    return Assembly({symbol: kept[symbol] for symbol in assembly.procedures if symbol in kept}, tuple(others))


# --- calls ------------------------------------------------------------------------------------------------------------


def inlined(assembly: Assembly, name: str, never_returns: Callable[[str, str], bool]) -> Assembly:
    """The function `name` alone, with every function that it calls, and whose body is at hand, in place of the call.

    A recursive call stays. A call of what `never_returns` (by name, and by what the call says) leaves the domain.
    """
    procedure = assembly.procedures[name]
    lines = list(procedure.lines)
    types = {found[1] for line in assembly.others if (found := re.match(rf"(%{NAME}) = type ", line))}
    count = index = 0
    while index < len(lines):
        line = lines[index]
        called = _called(line.code)
        body = assembly.procedures.get(called.callee) if called is not None else None
        if called is not None and body is not None and _fits(called, body, (name, *line.within)) \
                and len(lines) + len(body.lines) <= LINES:
            count += 1
            lines = _spliced(lines, index, called, body, f"primir.i{count}.", types)
            continue
        if called is not None and body is None and never_returns(called.callee, line.text):
            lines[index] = replace(line, text=f"call void @{RAISE}()")
        index += 1
    header = procedure.header
    if " personality " not in header and (raising := next((found for body in assembly.procedures.values() if
                                          (found := re.search(rf" personality ptr @{NAME}", body.header))), None)):
        header += raising[0]  # what is inlined may say how exceptions are handled
    others = _with_declarations(assembly, name, [Line(header), *lines])
    return Assembly({name: Procedure(header, tuple(lines))}, others)


def _called(code: str) -> Call | None:
    """The call that an instruction is; None for other instructions, and for calls that are not of a function."""
    found = re.match(r"(?:(?:tail|musttail|notail) )?call ", code)
    if found is None:
        return None
    try:
        return call(re.sub(r"(?: #\d+)+$", "", code[found.end():]))
    except Refused:
        return None


def _parameters(body: Procedure) -> list[Operand]:
    return [Operand(part[0], part[-1], tuple(part[1:-1])) for part in split(body.inside) if part]


def _fits(called: Call, body: Procedure, within: tuple[str, ...]) -> bool:
    """Whether the call can be replaced by the body: the types agree, it comes back, and all it says can be kept."""
    parameters = _parameters(body)
    words = [word for operand in (*parameters, *called.arguments) for word in operand.attributes]
    return (
        body.name not in within
        and not called.bundles
        and not any(word.startswith(_COPIED) for word in (*words, *called.attributes, *body.attributes))
        and [each.type for each in parameters] == [each.type for each in called.arguments]
        and called.type == body.attributes[-1]
        and not any("noundef" in operand.attributes and operand.type[0] in "<[{%" for operand in parameters)
        and any(re.match(r"ret\b", line.text) for line in body.lines)
    )


def _spliced(lines: Sequence[Line], index: int, called: Call, body: Procedure, prefix: str,
             types: AbstractSet[str]) -> list[Line]:
    """`lines` with `body` in the place of the call at `index`; `types` are the names that mean the same in both.

    The block is cut in two. The first half goes on to the body's entry, and the body's returns to the second half.
    """
    site = lines[index]
    fresh = _Names(f"%{prefix}")
    given = dict(zip(types, types))
    given |= {each.value: argument.value for each, argument in zip(_parameters(body), called.arguments)}
    after = f"{prefix}return"
    inner, returns = [], []
    block = ""
    for line in body.lines:
        new = replace(line, text=_renamed_line(line, given, prefix), within=(*site.within, body.name))
        if new.label is not None:
            block = new.label
        elif new.place is None:
            new = replace(new, place=site.place)
        if returned := re.match(r"ret (?:void|(.*))$", new.text):
            value = operands(returned[1])[0].value if returned[1] is not None else ""
            returns.append(f"[ {value}, %{block} ]")
            if "noundef" in (*body.attributes, *called.attributes):
                inner += _texts(new, _defined(called.type, value, fresh))
            new = replace(new, text=f"br label %{after}")
        inner.append(new)
    checks = [text for each, argument in zip(_parameters(body), called.arguments)
              if "noundef" in (*each.attributes, *argument.attributes)
              for text in _defined(each.type, argument.value, fresh)]
    entry = _texts(site, [*checks, f"br label %{inner[0].label}"])
    result = _texts(site, [f"{site.result} = phi {called.type} {', '.join(returns)}"]) if site.result else []
    here = next(line.label for line in reversed(lines[:index]) if line.label is not None)
    first, rest = ([_from_block(line, here, after) for line in part] for part in (lines[:index], lines[index + 1:]))
    return [*first, *entry, *inner, Line(f"{after}:"), *result, *rest]


def _renamed_line(line: Line, given: Mapping[str, str], prefix: str) -> str:
    """A line of a body among the caller's: its own names begin with `prefix`, and parameters are what is `given`."""

    def rename(name: str) -> str:
        return given.get(name) or f"%{_prefixed(name[1:], prefix)}"

    return f"{_prefixed(line.label, prefix)}:" if line.label is not None else _renamed(line.text, rename)


def _prefixed(name: str, prefix: str) -> str:
    return f'"{prefix}{name[1:]}' if name.startswith('"') else prefix + name


def _from_block(line: Line, old: str, new: str) -> Line:
    """A phi that is told apart by the block `old` is now by `new`."""
    if not line.code.startswith("phi "):
        return line
    return replace(line, text=line.text.replace(f", %{old} ]", f", %{new} ]"))


def _with_declarations(assembly: Assembly, name: str, lines: Sequence[Line]) -> tuple[str, ...]:
    """What else the module holds, and declarations of what is still called or pointed at but no longer defined."""
    others = (*assembly.others, f"declare void @{RAISE}()")
    if not any("@llvm.assume(" in line for line in others):
        others = (*others, "declare void @llvm.assume(i1)")
    named = {found for text in (*others, *(line.text for line in lines)) for found in _GLOBAL.findall(text)}
    return (*others, *(_declaration(procedure) for symbol, procedure in assembly.procedures.items()
                       if symbol in named and symbol != name))


def _declaration(procedure: Procedure) -> str:
    types = ", ".join("..." if part == ["..."] else part[0] for part in split(procedure.inside) if part)
    return f"declare {procedure.attributes[-1]} {procedure.name}({types})"


# --- variables --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Variable:
    """A local variable in memory: the pointer's name, its type, and its alignment."""

    name: str
    type: str
    align: int


@dataclass(frozen=True, slots=True)
class Access:
    """A load or store of a word in a variable, or one end of a copy (then `type` is empty)."""

    variable: str
    low: int
    high: int
    type: str
    stores: bool
    line: int


def registered(assembly: Assembly, name: str, machine: Machine) -> Assembly:
    """The function `name` with its variables in registers, as far as that changes nothing of what it does."""
    procedure = assembly.procedures[name]
    fresh = _Names("%primir.")
    procedure = replace(procedure, lines=tuple(_with_contents(procedure.lines, assembly, machine, fresh)))
    before: frozenset[str] = frozenset()
    for round_ in range(ROUNDS):
        there = _variables(procedure.lines)
        if not there or there.keys() == before:
            break
        before = frozenset(there)
        procedure = replace(procedure, lines=tuple(_prepared(procedure.lines, there, assembly, machine, fresh)))
        printed = machine.sroa(assembled(Assembly({name: procedure}, _with_opaque(assembly.others, procedure.lines))))
        procedure = disassembled(printed, lambda _: None, f"primir.r{round_}.").procedures[name]
    return Assembly({name: replace(procedure, lines=tuple(_without_opaque(procedure.lines)))}, assembly.others)


def _variables(lines: Sequence[Line]) -> dict[str, Variable]:
    """The variables of a fixed size, by name."""
    found = {}
    for line in lines:
        if alloca := re.match(rf"(%{NAME}) = alloca (.*), align (\d+)$", line.text):
            parts = split(alloca[2])
            if len(parts) == 1 and parts[0][0] not in ("inalloca", "swifterror"):
                found[alloca[1]] = Variable(alloca[1], alloca[2], int(alloca[3]))
    return found


def _with_contents(lines: Sequence[Line], assembly: Assembly, machine: Machine, fresh: _Names) -> list[Line]:
    """`lines` with every variable at the top, and stores of what it holds before it is written and after its end."""
    variables = _variables(lines)
    layout = machine.layout(assembly.others, [*(variable.type for variable in variables.values()), *_types(lines)])
    words = _Uses(lines, variables, layout).accesses
    top = [line for line in lines if line.result in variables]
    rest: list[Line] = []
    for line in lines:
        if line.result in variables:
            variable = variables[line.result]
            rest += _filled(line, variable, "undef", _pieces(variable, words, layout), fresh)
        elif mark := re.match(rf"call void @llvm\.lifetime\.(start|end)\.p0\((?:i64 (?:immarg )?-?\d+, )?ptr (?:nonnull )?(%{NAME})\)",
                              line.text):
            if mark[2] in variables:
                variable, what = variables[mark[2]], "undef" if mark[1] == "start" else "poison"
                rest += _filled(line, variable, what, _pieces(variable, words, layout), fresh)
        elif constant := re.match(r"store (.*) (undef|poison), ptr (.*)$", line.text):
            name = fresh("v")
            rest += _texts(line, [f"{name} = call {constant[1]} {_opaque(constant[2], constant[1])}()",
                                  f"store {constant[1]} {name}, ptr {constant[3]}"])
        else:
            rest.append(line)
    return [rest[0], *top, *rest[1:]]


def _pieces(variable: Variable, accesses: Mapping[str, Sequence[Access]], layout: Layout) -> list[tuple[int, str]]:
    """Words that cover a variable: those of its type; where that is bytes, which can be anything, as it is accessed."""
    size = layout.size(variable.type)
    if size > LARGEST:  # it stays in memory
        return []
    if not re.fullmatch(r"\[\d+ x i8\]", variable.type):
        return layout.words(variable.type)
    known = {access.low: (access.high, access.type) for access in accesses[variable.name]}
    found, offset = [], 0
    while offset < size:
        end = next((low for low in sorted(known) if low > offset), size)
        step = min(8, 1 << (end - offset).bit_length() - 1)
        high, type_ = known.get(offset, (offset + step, f"i{8 * step}"))
        if high > end:
            high, type_ = offset + step, f"i{8 * step}"
        found.append((offset, type_))
        offset = high
    return found


def _filled(line: Line, variable: Variable, what: str, pieces: Sequence[tuple[int, str]], fresh: _Names) -> list[Line]:
    """Stores of undef or poison to all of a variable. LLVM is not told what they store, so that it cannot use it."""
    filled: list[str] = []
    for offset, type_ in pieces:
        name, pointer = fresh("w"), fresh("p")
        filled += [f"{name} = call {type_} {_opaque(what, type_)}()",
                   f"{pointer} = getelementptr i8, ptr {variable.name}, i64 {offset}",
                   f"store {type_} {name}, ptr {pointer}, align 1"]
    return _texts(line, filled)


def _opaque(what: str, type_: str) -> str:
    return f'@"primir.{what}.{type_}"'


def _with_opaque(others: tuple[str, ...], lines: Sequence[Line]) -> tuple[str, ...]:
    """What else the module holds, with declarations of the functions that stand for undef, poison and what is kept."""
    called = {(found[1], found[2]) for line in lines if (found := _OPAQUE.search(line.text))}
    return (*others, f"declare void @{KEEP}(ptr)", *sorted(f"declare {type_} {name}()" for type_, name in called))


def _without_opaque(lines: Sequence[Line]) -> list[Line]:
    """`lines` with undef and poison themselves, and without what only hid variables from LLVM."""
    constants: dict[str, str] = {}
    kept = []
    for line in lines:
        if opaque := _OPAQUE.search(line.text):
            constants[str(line.result)] = opaque[3]
        elif not line.text.startswith(f"call void @{KEEP}(ptr "):
            kept.append(line)
    return [replace(line, text=_renamed(line.text, lambda name: constants.get(name, name))) for line in kept]


# --- which variables can become registers -----------------------------------------------------------------------------


def _prepared(lines: Sequence[Line], variables: Mapping[str, Variable], assembly: Assembly, machine: Machine,
              fresh: _Names) -> list[Line]:
    """`lines` for SROA: variables that must stay in memory are hidden, and copies between the others are by word."""
    lines = [line for line in lines if not line.text.startswith(f"call void @{KEEP}(ptr ")]
    layout = machine.layout(assembly.others, [*(variable.type for variable in variables.values()), *_types(lines)])
    uses = _Uses(lines, variables, layout)
    free = uses.free()
    ready: list[Line] = []
    for index, line in enumerate(lines):
        copy = uses.copies.get(index)
        if copy is not None and copy.ends() <= free:
            ready += _texts(line, uses.by_word(copy, fresh))
            continue
        ready.append(line)
        if line.result in variables and line.result not in free:
            ready.append(Line(f"call void @{KEEP}(ptr {line.result})"))
    return ready


def _types(lines: Sequence[Line]) -> Iterator[str]:
    """The types that loads, stores and address arithmetic name."""
    for line in lines:
        if found := re.match(r"(load|store|getelementptr) (?:atomic )?(?:volatile )?(.*)$", line.code):
            words = split(found[2])[0]
            yield words[0] if found[1] == "store" else words[-1]


@dataclass(frozen=True, slots=True)
class Copy:
    """A memcpy, memmove or memset of a constant length: from and to a variable and an offset, or a global constant.

    `source` is None for a memset, which stores `byte`.
    """

    target: tuple[str, int]
    source: tuple[str, int] | None
    size: int
    byte: int = 0

    def ends(self) -> set[str]:
        """The variables among both."""
        return {name for name, _ in (self.target, *([self.source] if self.source else [])) if name.startswith("%")}


class _Uses:
    """Every use of the variables in `lines`: loads and stores at constant places, copies, or something else."""

    def __init__(self, lines: Sequence[Line], variables: Mapping[str, Variable], layout: Layout) -> None:
        self.variables, self.layout = variables, layout
        self.pointers = {name: (name, 0) for name in variables}
        self.accesses: dict[str, list[Access]] = {name: [] for name in variables}
        self.copies: dict[int, Copy] = {}
        self.kept = {name for name, variable in variables.items() if layout.size(variable.type) > LARGEST}
        self._follow(lines)
        for index, line in enumerate(lines):
            self._see(index, line)

    def _follow(self, lines: Sequence[Line]) -> None:
        """Find all pointers into variables. A block may stand before the one that computes its pointers."""
        count = -1
        while count != len(self.pointers):
            count = len(self.pointers)
            for line in lines:
                if line.result is not None and line.code.startswith("getelementptr "):
                    self._step(line.result, line.code)
                elif same := re.match(rf"bitcast ptr (%{NAME}) to ptr$", line.code):  # a cast of typed pointers
                    if same[1] in self.pointers:
                        self.pointers[str(line.result)] = self.pointers[same[1]]

    def _step(self, result: str, code: str) -> None:
        (*_, type_), base, *path = split(code.removeprefix("getelementptr "))
        if base[-1] not in self.pointers or result in self.pointers:
            return
        name, offset = self.pointers[base[-1]]
        indices = [int(index[-1]) if re.fullmatch(r"-?\d+", index[-1]) else None for index in path]
        known = [index for index in indices if index is not None]
        step = self.layout.offset(type_, known) if len(known) == len(indices) else None
        if step is None or not 0 <= offset + step <= self.layout.size(self.variables[name].type):
            self.kept.add(name)
        else:
            self.pointers[result] = (name, offset + step)

    def _see(self, index: int, line: Line) -> None:
        """Note what a line does with pointers into variables. What is not known keeps them in memory."""
        mentioned = [name for name in _LOCAL.findall(line.code) if name in self.pointers]
        if not mentioned or len(mentioned) == 1 and line.code.startswith(("getelementptr ", "bitcast ptr ")):
            return
        if (access := re.match(r"(load|store) (.*)$", line.code)) and mentioned:
            *stored, address = mentioned  # a pointer that is stored can come back from anywhere
            if address in access[2].split(", ")[-2] and self._access(index, access[1] == "store", split(access[2])):
                mentioned = stored
        elif line.code.startswith("call void @llvm.mem") and self._copy(index, line):
            return
        self.kept |= {self.pointers[name][0] for name in mentioned}

    def _access(self, index: int, stores: bool, parts: list[list[str]]) -> bool:
        """Whether it is a load or store of a word, or of an aggregate's words, within bounds and aligned."""
        if len(parts) != 3 or len(parts[0]) != (2 if stores else 1) or len(parts[1]) != 2:
            return False
        type_, (_, pointer), align = parts[0][0], parts[1], parts[2]
        if pointer not in self.pointers or align[0] != "align":
            return False
        if stores and not parts[0][1].startswith("%") and re.search(r"\b(?:undef|poison)\b", parts[0][1]):
            return False
        name, offset = self.pointers[pointer]
        if not self._inside(name, offset, self.layout.size(type_), int(align[1])):
            return False
        own = stores and parts[0][1].startswith("%primir.w") and _is_splittable(type_)
        for step, word in [] if own else self.layout.words(type_):
            low = offset + step
            self.accesses[name].append(Access(name, low, low + self.layout.size(word), word, stores, index))
        return True

    def _inside(self, name: str, offset: int, size: int, align: int) -> bool:
        """Whether `size` bytes at `offset` are within the variable, and surely as aligned as it is said."""
        variable = self.variables[name]
        return (0 < size and 0 <= offset and offset + size <= self.layout.size(variable.type)
                and offset % align == 0 and align <= variable.align)

    def _copy(self, index: int, line: Line) -> bool:
        """Whether it is a copy of a constant length within bounds."""
        called = _called(line.code)
        kind = re.match(r"@llvm\.(memcpy|memmove|memset)(?:\.inline)?\.", called.callee) if called is not None else None
        if called is None or kind is None or len(called.arguments) != 4:
            return False
        target, source, size, volatile = called.arguments
        if volatile.value != "false" or not size.value.isdecimal():
            return False
        ends = [self._end(each, int(size.value)) for each in ([target] if kind[1] == "memset" else [target, source])]
        if None in ends:
            return False
        to, *origin = [end for end in ends if end is not None]
        if not to[0].startswith("%") or origin and origin[0][0] == to[0]:
            return False
        if kind[1] == "memset" and not re.fullmatch(r"-?\d+", source.value):
            return False
        byte = int(source.value) % 256 if kind[1] == "memset" else 0
        self.copies[index] = Copy(to, origin[0] if origin else None, int(size.value), byte)
        return True

    def _end(self, operand: Operand, size: int) -> tuple[str, int] | None:
        """Where a copy begins or leads to: a variable and an offset, or a global constant."""
        aligned = next((int(found[1]) for word in zip(operand.attributes, operand.attributes[1:])
                        if (found := re.fullmatch(r"align (\d+)", " ".join(word)))), 1)
        if operand.value in self.pointers:
            name, offset = self.pointers[operand.value]
            return (name, offset) if size and self._inside(name, offset, size, aligned) else None
        return (operand.value, 0) if re.fullmatch(rf"@{NAME}", operand.value) else None

    # --- what can become registers ------------------------------------------------------------------------------------

    def free(self) -> set[str]:
        """The variables that are only accessed in ways that SROA keeps as they are."""
        self._spread()
        found = {name: list(accesses) for name, accesses in self.accesses.items()}
        for index, copy in self.copies.items():
            for low, high, type_ in self.pieces(copy):
                for (name, start), stores in ((copy.target, True), *([(copy.source, False)] if copy.source else [])):
                    if name in found and not (copy.byte and not _is_splittable(type_)):
                        found[name].append(Access(name, low + start, high + start, type_, stores, index))
        kept = self.kept | {name for name, accesses in found.items() if not self._exact(accesses)}
        while more := {name for copy in self.copies.values() if copy.ends() & kept for name in copy.ends()} - kept:
            kept |= more
        return set(self.variables) - kept

    def _spread(self) -> None:
        """Carry along the copies where words begin and end, and which bytes are read at all."""
        self.cuts = {name: {end for access in accesses for end in (access.low, access.high)}
                     for name, accesses in self.accesses.items()}
        self.read = {name: {byte for access in accesses if not access.stores for byte in range(access.low, access.high)}
                     for name, accesses in self.accesses.items()}
        before = -1
        while before != (before := sum(map(len, (*self.cuts.values(), *self.read.values())))):
            for copy in self.copies.values():
                (target, to), (source, start) = copy.target, copy.source or ("", 0)
                self.cuts[target] |= {to, to + copy.size}
                if source in self.cuts:
                    self.cuts[source] |= {start, start + copy.size}
                    self.cuts[target] |= {cut - start + to for cut in self.cuts[source]
                                          if start <= cut <= start + copy.size}
                    self.cuts[source] |= {cut - to + start for cut in self.cuts[target] if to <= cut <= to + copy.size}
                    self.read[source] |= {byte - to + start for byte in self.read[target]
                                          if to <= byte < to + copy.size}

    def pieces(self, copy: Copy) -> list[tuple[int, int, str]]:
        """The words that a copy is of, from its beginning: those that are read, with their types."""
        target, to = copy.target
        cuts = sorted(cut - to for cut in self.cuts[target] if to <= cut <= to + copy.size)
        ends = [copy.target, *([copy.source] if copy.source is not None else [])]
        types = {(access.low - start, access.high - start): access.type
                 for name, start in reversed(ends) for access in self.accesses.get(name, ())}
        return [(low, high, types.get((low, high), f"i{8 * (high - low)}")) for low, high in zip(cuts, cuts[1:])
                if not self.read[target].isdisjoint(range(low + to, high + to))]

    @staticmethod
    def _exact(accesses: Iterable[Access]) -> bool:
        """Whether, among accesses that overlap, all loads or all stores are of everything that the others touch.

        Then a word that is put together from parts is poison where one of them is, as it is in memory. Else poison in
        one part would be poison in a part beside it.
        """
        clusters: list[list[Access]] = []
        for access in sorted(accesses, key=lambda access: access.low):
            if clusters and access.low < max(each.high for each in clusters[-1]):
                clusters[-1].append(access)
            else:
                clusters.append([access])
        return all(_is_exact(cluster) for cluster in clusters)

    def by_word(self, copy: Copy, fresh: _Names) -> list[str]:
        """Loads and stores instead of a copy, of the words that are used at all."""
        target, to = copy.target
        texts = []
        for low, high, type_ in self.pieces(copy):
            into = fresh("p")
            texts.append(f"{into} = getelementptr i8, ptr {target}, i64 {low + to}")
            if copy.source is None:
                number = int.from_bytes(bytes([copy.byte]) * (high - low), "little")
                texts.append(f"store {type_} {number or 'zeroinitializer'}, ptr {into}, align 1")
                continue
            name, start = copy.source
            origin, value = fresh("p"), fresh("v")
            texts += [f"{origin} = getelementptr i8, ptr {name}, i64 {low + start}",
                      f"{value} = load {type_}, ptr {origin}, align 1",
                      f"store {type_} {value}, ptr {into}, align 1"]
        return texts


def _is_splittable(type_: str) -> bool:
    """Whether SROA takes a word apart into bytes: an integer without bits of padding."""
    return _WORD.fullmatch(type_) is not None and int(type_[1:]) % 8 == 0


def _is_exact(cluster: Sequence[Access]) -> bool:
    ranges = {(access.low, access.high) for access in cluster}
    types = {access.type for access in cluster}
    if len(ranges) == 1:
        return len(types) == 1
    if not all(map(_is_splittable, types)):
        return False
    whole = (min(low for low, _ in ranges), max(high for _, high in ranges))
    return any(all((each.low, each.high) == whole for each in cluster if each.stores is stores)
               for stores in (False, True))
