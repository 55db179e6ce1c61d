"""Local variables of compiled code: from memory into registers.

A C or Rust front end gives every variable a place in memory, an `alloca`. LLVM's SROA pass makes registers of them, but
it also uses that behaviour is undefined: a variable that is read before it is written takes the value of another way, a
store outside of an array vanishes. A function that is wrong could look right. So SROA is given only what it cannot use:

- What is in a variable before it is written comes from a call that LLVM knows nothing about; afterwards the call's
  result is written `undef`. So it is with what a variable holds after its scope has ended, which is `poison`.
- A variable stays in memory, hidden from SROA, until every use of it is seen to be a load or store at a constant place
  within its bounds, aligned, and with no other access that overlaps it in part.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from ..llvm.assembly import NAME
from ..llvm.instructions import Operand, split
from .inline import called_in
from .machine import Layout, Machine
from .procedures import LOCAL, WORD, Assembly, Line, Names, assembled, defined, disassembled, lines_at, renamed

ROUNDS = 16  # of SROA: a variable may become a register once a pointer to it has become one
LARGEST = 512  # bytes of a variable that may become registers

KEEP = "primir.keep"  # a call that hides a variable from SROA
_HARMLESS = ("add", "alloca", "and", "bitcast", "extractvalue", "freeze", "getelementptr", "icmp", "insertvalue",
             "lshr", "or", "phi", "ptrtoint", "select", "shl", "sub", "trunc", "xor", "zext")
_LIFETIME = re.compile(rf"call void @llvm\.lifetime\.(start|end)\.p0\((?:i64 -?\d+, )?ptr (%{NAME})\)")
_COPY_OF = re.compile(rf"call void @llvm\.mem(?:cpy|move)\.\S+\(ptr (?:align \d+ )?(%{NAME}), "
                      rf"ptr (?:align \d+ )?(@{NAME}), i64 (\d+), i1 false\)")
_FILL = re.compile(r"store \S+ %primir\.w\d+, ptr ")
_OURS = re.compile(r'declare .* @"?primir\.(?:undef|poison|keep)\b')
_POINTING = re.compile(r"getelementptr |phi ptr |select i1 \S+, ptr ")
_INSERTS = re.compile(r"insert\.(?:ext|shift|mask|insert)\d*$")  # as SROA calls what it makes of parts
_PASSES_ON = re.compile(r"(?:phi|select|insertvalue|extractvalue|trunc|lshr|bitcast|freeze) ")
_SILENT = "nounwind willreturn memory(none)"  # so that it does not stand between an address and its load
_OPAQUE = re.compile(r'^%[^=]* = call (.*) (@"?primir\.(undef|poison)\..*)\(\)$')


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


def registered(assembly: Assembly, name: str, machine: Machine, never_read: bool = False) -> Assembly:
    """The function `name` with its variables in registers, as far as that changes nothing of what it does.

    What a variable holds before it is written is undef; poison, if the language lets nobody read such a word alone.
    """
    fresh = Names("%primir.")
    assembly = _changed(assembly, name, _with_contents(assembly.procedures[name].lines, assembly, machine, fresh))
    before: list[frozenset[str]] = []  # the variables at the beginning of each round
    for round_ in range(ROUNDS):
        lines = _merged(_forwarded(assembly.procedures[name].lines))
        lines = _with_tables(lines, _variables(lines), assembly, machine)
        assembly = _changed(assembly, name, lines)
        there = _variables(lines)
        if not there or before[-2:] == [frozenset(there)] * 2:  # one round may only make the next one possible
            break
        before.append(frozenset(there))
        lines = _prepared(lines, there, assembly, machine, fresh)
        ready = replace(_changed(assembly, name, lines), others=_with_opaque(assembly.others, lines))
        assembly = disassembled(machine.sroa(assembled(ready)), lambda _: None, f"primir.r{round_}.")
    lines = _without_unused(_merged(_forwarded(_without_opaque(assembly.procedures[name].lines, never_read))))
    return _changed(assembly, name, lines)


def _changed(assembly: Assembly, name: str, lines: Sequence[Line]) -> Assembly:
    """The module with other lines in the function `name`."""
    procedure = replace(assembly.procedures[name], lines=tuple(lines))
    return replace(assembly, procedures={**assembly.procedures, name: procedure})


def _variables(lines: Sequence[Line]) -> dict[str, Variable]:
    """The variables of a fixed size, by name."""
    found = {}
    for line in lines:
        if alloca := re.match(rf"(%{NAME}) = alloca (.*), align (\d+)$", line.text):
            parts = split(alloca[2])
            if len(parts) == 1 and parts[0][0] not in ("inalloca", "swifterror"):
                found[alloca[1]] = Variable(alloca[1], alloca[2], int(alloca[3]))
    return found


def _with_contents(lines: Sequence[Line], assembly: Assembly, machine: Machine, fresh: Names) -> list[Line]:
    """`lines` with every variable at the top, and stores of what it holds before it is written and after its end."""
    variables = _variables(lines)
    constants, layout = _laid_out(lines, variables, assembly, machine)
    words = _Uses(lines, variables, constants, layout).accesses
    top = [line for line in lines if line.result in variables]
    rest: list[Line] = []
    for line in lines:
        if line.result in variables:
            variable = variables[line.result]
            rest += _filled(line, variable, "undef", _pieces(variable, words, layout), fresh)
        elif mark := _LIFETIME.match(line.text):  # one in memory needs no marks: it is refused
            if mark[2] in variables:
                variable, what = variables[mark[2]], "undef" if mark[1] == "start" else "poison"
                rest += _filled(line, variable, what, _pieces(variable, words, layout), fresh)
        elif constant := re.match(r"store (.*) (undef|poison), ptr (.*)$", line.text):
            name = fresh("v")
            rest += lines_at(line, [f"{name} = call {constant[1]} {_opaque(constant[2], constant[1])}()",
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


def _filled(line: Line, variable: Variable, what: str, pieces: Sequence[tuple[int, str]], fresh: Names) -> list[Line]:
    """Stores of undef or poison to all of a variable. LLVM is not told what they store, so that it cannot use it."""
    filled: list[str] = []
    for offset, type_ in pieces:
        name, pointer = fresh("w"), fresh("p")
        filled += [f"{name} = call {type_} {_opaque(what, type_)}()",
                   f"{pointer} = getelementptr i8, ptr {variable.name}, i64 {offset}",
                   f"store {type_} {name}, ptr {pointer}, align 1"]
    return lines_at(line, filled)


def _opaque(what: str, type_: str) -> str:
    return f'@"primir.{what}.{type_}"'


def _with_opaque(others: tuple[str, ...], lines: Sequence[Line]) -> tuple[str, ...]:
    """What else the module holds, with declarations of the functions that stand for undef, poison and what is kept."""
    called = {(found[1], found[2]) for line in lines if (found := _OPAQUE.search(line.text))}
    others = tuple(line for line in others if not _OURS.match(line))
    declared = sorted(f"declare {type_} {name}() {_SILENT}" for type_, name in called)
    return (*others, f"declare void @{KEEP}(ptr)", *declared)


def _without_opaque(lines: Sequence[Line], never_read: bool) -> list[Line]:
    """`lines` with undef and poison themselves, and without what only hid variables from LLVM."""
    padding = _put_together(lines) if never_read else set()
    constants: dict[str, str] = {}
    kept = []
    for line in lines:
        if opaque := _OPAQUE.search(line.text):
            constants[str(line.result)] = opaque[3] if not never_read or line.result in padding else "poison"
        elif not line.text.startswith(f"call void @{KEEP}(ptr "):
            kept.append(line)
    return [replace(line, text=renamed(line.text, lambda name: constants.get(name, name))) for line in kept]


def _put_together(lines: Sequence[Line]) -> set[str]:
    """The values that may come to be a part of a larger word. Poison there would be poison in its other parts."""
    found: set[str] = set()
    while True:
        using = [line for line in lines if _INSERTS.search(str(line.result))
                 or line.result in found and _PASSES_ON.match(line.code)]
        more = {name for line in using for name in LOCAL.findall(line.code)} - found
        if not more:
            return found
        found |= more


def _forwarded(lines: Sequence[Line]) -> list[Line]:
    """`lines` where a part of an aggregate is the value that was put there, and a phi with one way what it brings.

    A cast of a pointer to a pointer is the pointer.
    """
    parts: dict[str, tuple[str, str, str]] = {}  # of an aggregate: the one before, the index, and what was put there
    known: dict[str, str] = {}
    found = []
    for line in lines:
        line = replace(line, text=renamed(line.text, lambda name: known.get(name, name)))
        result, code = str(line.result), line.code
        if put := re.match(r"insertvalue .*? (\S+), \S+ (\S+), (\d+)$", code):
            parts[result] = (put[1], put[3], put[2])
        elif way := re.match(rf"phi \S.*? \[ (%{NAME}), %{NAME} \]$", code):
            if code.count("[ ") == 1 and way[1] != result:
                known[result] = way[1]
                continue
        elif same := re.match(rf"bitcast ptr (%{NAME}) to ptr$", code):  # of typed pointers, once
            known[result] = same[1]
            continue
        elif taken := re.match(rf"extractvalue .* (%{NAME}), (\d+)$", code):
            here = taken[1]
            while here in parts and parts[here][1] != taken[2]:
                here = parts[here][0]
            if here in parts and parts[here][2].startswith("%"):
                known[result] = parts[here][2]
                continue
        found.append(line)
    return [replace(line, text=renamed(line.text, lambda name: _last(name, known))) for line in found]


def _merged(lines: Sequence[Line]) -> list[Line]:
    """`lines` with each block that only one other goes on to, and that goes on to nothing else, behind that one."""
    targets = Counter(label for line in lines for label in re.findall(rf"label (%{NAME})", line.text))
    blocks: dict[str, list[Line]] = {}
    for line in lines:
        if line.label is not None:
            blocks[f"%{line.label}"] = [line]
        else:
            blocks[next(reversed(blocks))].append(line)
    once = {label for label, count in targets.items() if count == 1}
    into: dict[str, str] = {}  # the block that one has become part of
    for name in list(blocks):
        while name in blocks and (way := re.match(rf"br label (%{NAME})$", blocks[name][-1].text)):
            following = way[1]
            if following not in once or following == name or blocks[following][1].code.startswith("phi "):
                break
            blocks[name] = [*blocks[name][:-1], *blocks.pop(following)[1:]]
            into[following] = name
    joined = [line for block in blocks.values() for line in block]
    return [replace(line, text=re.sub(rf", (%{NAME}) \]", lambda found: f", {_last(found[1], into)} ]", line.text))
            if line.code.startswith("phi ") else line for line in joined]


def _last(name: str, known: Mapping[str, str]) -> str:
    """What `name` stands for in the end."""
    for _ in range(len(known)):
        if name not in known:
            break
        name = known[name]
    return name


def _without_unused(lines: Sequence[Line]) -> list[Line]:
    """`lines` without values that nobody uses and that cannot be undefined behaviour: SROA leaves some."""
    while True:
        used = {name for line in lines for name in LOCAL.findall(line.code)}
        kept = [line for line in lines
                if line.result is None or line.result in used or line.code.partition(" ")[0] not in _HARMLESS]
        if len(kept) == len(lines):
            return kept
        lines = kept


# --- tables -----------------------------------------------------------------------------------------------------------


def _with_tables(lines: list[Line], variables: Mapping[str, Variable], assembly: Assembly,
                 machine: Machine) -> list[Line]:
    """`lines` where a variable that is a constant's copy, and is only read, at whatever index, is that constant."""
    copied = {}
    for line in lines:
        if found := _COPY_OF.match(line.text):
            copied[found[1]] = (found[2], int(found[3]))
        if line.text.startswith(("br ", "switch ", "ret ", "unreachable")):
            break
    if not copied.keys() & variables.keys():
        return lines
    globals_, layout = _laid_out(lines, variables, assembly, machine)
    constants = {found[1] for line in assembly.others if (found := re.match(rf"(@{NAME}) = .*\bconstant ", line))}
    for name, (table, size) in copied.items():
        if name in variables and table in constants and \
                size == layout.size(variables[name].type) == layout.size(globals_[table]):
            lines = _as_table(lines, name, table)
    return lines


def _as_table(lines: list[Line], name: str, table: str) -> list[Line]:
    """`lines` with the variable `name`, a copy of the constant `table`, replaced; the same lines where it is more.

    All that may happen to it is: it is filled (by us), copied to once, and after that read until its scope ends.
    """
    pointers = {name}
    while more := {str(line.result) for line in lines if line.code.startswith("getelementptr ")
                   and pointers & set(LOCAL.findall(line.code))} - pointers:
        pointers |= more
    kept: list[Line] = []
    copied = ended = over = False
    entry = True
    for index, line in enumerate(lines):
        mentioned = pointers & set(LOCAL.findall(line.code))
        if line.label is not None and index:
            entry, ended = False, over
        if line.result == name or line.text == f"call void @{KEEP}(ptr {name})":
            continue
        if mentioned and _FILL.match(line.text):
            if copied:  # the end of its scope: here nothing of it is read any more
                if not entry and not _returns(lines[index:]):
                    return lines
                ended, over = True, over or entry  # every other block comes after the first
            continue
        if mentioned and _COPY_OF.match(line.text):
            if copied or ended:
                return lines
            copied = True
            continue
        if mentioned and not line.code.startswith("getelementptr ") and (ended or not copied or not re.match(
                rf"load (?!atomic|volatile).*, ptr (%{NAME}), align", line.code)):
            return lines
        kept.append(replace(line, text=_renamed_to(line, name, table)))
    return kept if copied else lines


def _returns(lines: Sequence[Line]) -> bool:
    """Whether the block that `lines` begin in returns."""
    ends = (line.text for line in lines if line.text.startswith(("br ", "switch ", "ret ", "unreachable")))
    return next(ends, "").startswith("ret ")


def _renamed_to(line: Line, name: str, table: str) -> str:
    return renamed(line.text, lambda found: table if found == name else found)


# --- which variables can become registers -----------------------------------------------------------------------------


def _prepared(lines: Sequence[Line], variables: Mapping[str, Variable], assembly: Assembly, machine: Machine,
              fresh: Names) -> list[Line]:
    """`lines` for SROA: variables that must stay in memory are hidden, and copies between the others are by word."""
    lines = [line for line in lines if not line.text.startswith(f"call void @{KEEP}(ptr ")]
    uses = _Uses(lines, variables, *_laid_out(lines, variables, assembly, machine))
    free = uses.free()
    ready: list[Line] = []
    for index, line in enumerate(lines):
        copy = uses.copies.get(index)
        if copy is not None and copy.ends() <= free:
            ready += lines_at(line, uses.by_word(copy, fresh))
            continue
        for condition in uses.checks.get(index, ()):  # a load through a poison pointer is undefined behaviour
            ready += lines_at(line, defined("i1", condition, fresh))
        ready.append(line)
        if line.result in variables and line.result not in free:
            ready.append(Line(f"call void @{KEEP}(ptr {line.result})"))
    return ready


def _laid_out(lines: Sequence[Line], variables: Mapping[str, Variable], assembly: Assembly,
              machine: Machine) -> tuple[dict[str, str], Layout]:
    """The types of the globals, and the layout of all types that are named."""
    globals_ = {found[1]: split(found[2])[0][0] for line in assembly.others
                if (found := re.match(rf"(@{NAME}) = .*?\b(?:constant|global) (.*)$", line))}
    types = [*(variable.type for variable in variables.values()), *globals_.values(), *_types(lines)]
    return globals_, machine.layout(assembly.others, types)


def _types(lines: Sequence[Line]) -> Iterator[str]:
    """The types that loads, stores and address arithmetic name."""
    for line in lines:
        if found := re.match(r"(load|store|getelementptr) (?:atomic )?(?:volatile )?(.*)$", line.code):
            words = split(found[2])[0]
            yield words[0] if found[1] == "store" else words[-1]


Spot: TypeAlias = tuple[str, int]  # a variable, or a global constant, and an offset in bytes


@dataclass(frozen=True, slots=True)
class Copy:
    """A memcpy, memmove or memset of a constant length: from and to a variable and an offset, or a global constant.

    `source` is None for a memset, which stores `byte`.
    """

    target: Spot
    source: Spot | None
    size: int
    byte: int = 0

    def ends(self) -> set[str]:
        """The variables among both."""
        return {name for name, _ in (self.target, *([self.source] if self.source else [])) if name.startswith("%")}


class _Uses:
    """Every use of the variables in `lines`: loads and stores at constant places, copies, or something else."""

    def __init__(self, lines: Sequence[Line], variables: Mapping[str, Variable], globals_: Mapping[str, str],
                 layout: Layout) -> None:
        self.variables, self.globals, self.layout = variables, globals_, layout
        self.pointers: dict[str, tuple[Spot, ...]] = {name: ((name, 0),) for name in variables}  # where they may point
        self.deciding: dict[str, tuple[str, ...]] = {}  # the conditions of the selects that a pointer comes from
        self.checks: dict[int, tuple[str, ...]] = {}  # those that a load depends on, by line
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
                if line.result is not None and line.result not in self.pointers and _POINTING.match(line.code):
                    self._step(line.result, line.code)

    def _step(self, result: str, code: str) -> None:
        """Note where `result` points, if it points into variables."""
        origins = [name for name in LOCAL.findall(code) if name in self.pointers]
        spots = tuple(dict.fromkeys(spot for name in origins for spot in self.pointers[name]))
        conditions = tuple(condition for name in origins for condition in self.deciding.get(name, ()))
        if code.startswith("getelementptr "):
            spots = self._moved(code, origins, spots)
        elif decision := re.match(rf"select i1 (\S+), ptr (%{NAME}), ptr (%{NAME})$", code):
            if not {decision[2], decision[3]} <= self.pointers.keys():
                return
            conditions = (decision[1], *conditions)
        elif code.startswith("phi "):
            if conditions or len(origins) != code.count("[ "):
                return
        if spots:
            self.pointers[result] = spots
            self.deciding[result] = conditions

    def _moved(self, code: str, origins: Sequence[str], spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
        """Where address arithmetic leads to from `spots`; nowhere if that is not known, or outside."""
        (*_, type_), base, *path = split(code.removeprefix("getelementptr "))
        if base[-1] not in origins or not all(re.fullmatch(r"-?\d+", index[-1]) for index in path):
            return ()
        step = self.layout.offset(type_, [int(index[-1]) for index in path])
        if step is None or not all(0 <= offset + step <= self._size(name) for name, offset in spots):
            return ()
        return tuple((name, offset + step) for name, offset in spots)

    def _size(self, name: str) -> int:
        return self.layout.size(self.variables[name].type)

    def _see(self, index: int, line: Line) -> None:
        """Note what a line does with pointers into variables. What is not known keeps them in memory."""
        mentioned = [name for name in LOCAL.findall(line.code) if name in self.pointers]
        if not mentioned or line.result in self.pointers:
            return
        if access := re.match(r"(load|store) (.*)$", line.code):
            *stored, address = mentioned  # a pointer that is stored can come back from anywhere
            if address in access[2].split(", ")[-2] and self._access(index, access[1] == "store", split(access[2])):
                mentioned = stored
        elif line.code.startswith("call void @llvm.mem") and self._copy(index, line):
            return
        self.kept |= {name for pointer in mentioned for name, _ in self.pointers[pointer]}

    def _access(self, index: int, stores: bool, parts: list[list[str]]) -> bool:
        """Whether it is a load or store of a word, or of an aggregate's words, within bounds and aligned."""
        if len(parts) != 3 or len(parts[0]) != (2 if stores else 1) or len(parts[1]) != 2:
            return False
        type_, (_, pointer), align = parts[0][0], parts[1], parts[2]
        if pointer not in self.pointers or align[0] != "align" or stores and len(self.pointers[pointer]) > 1:
            return False
        if stores and not parts[0][1].startswith("%") and re.search(r"\b(?:undef|poison)\b", parts[0][1]):
            return False
        size = self.layout.size(type_)
        if not all(self._inside(name, offset, size, int(align[1])) for name, offset in self.pointers[pointer]):
            return False
        own = stores and parts[0][1].startswith("%primir.w") and _is_splittable(type_)
        for name, offset in self.pointers[pointer]:
            for step, word in [] if own else self.layout.words(type_):
                low = offset + step
                self.accesses[name].append(Access(name, low, low + self.layout.size(word), word, stores, index))
        self.checks[index] = self.deciding.get(pointer, ())
        return not (stores and self.checks[index])

    def _inside(self, name: str, offset: int, size: int, align: int) -> bool:
        """Whether `size` bytes at `offset` are within the variable, and surely as aligned as it is said."""
        return (0 < size and 0 <= offset and offset + size <= self._size(name)
                and offset % align == 0 and align <= self.variables[name].align)

    def _copy(self, index: int, line: Line) -> bool:
        """Whether it is a copy of a constant length within bounds."""
        called = called_in(line.code)
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

    def _end(self, operand: Operand, size: int) -> Spot | None:
        """Where a copy begins or leads to: a variable or a global, and an offset."""
        aligned = next((int(found[1]) for word in zip(operand.attributes, operand.attributes[1:])
                        if (found := re.fullmatch(r"align (\d+)", " ".join(word)))), 1)
        if operand.value in self.pointers:
            (name, offset), *others = self.pointers[operand.value]
            known = not others and not self.deciding.get(operand.value) and self._inside(name, offset, size, aligned)
            return (name, offset) if known else None
        type_ = self.globals.get(operand.value)
        return (operand.value, 0) if type_ is not None and size <= self.layout.size(type_) else None

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
        end = 0
        for access in sorted(accesses, key=lambda access: access.low):
            if clusters and access.low < end:
                clusters[-1].append(access)
            else:
                clusters.append([access])
            end = max(end, access.high)
        return all(_is_exact(cluster) for cluster in clusters)

    def by_word(self, copy: Copy, fresh: Names) -> list[str]:
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
    return WORD.fullmatch(type_) is not None and int(type_[1:]) % 8 == 0


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
