"""A module that LLVM printed, in parts that can be changed and written again: definitions, their lines, and the rest.

What the front end says of a value in metadata is said by instructions instead, and debug information by the number of a
place, so that nothing is lost when lines move.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import takewhile

from ..llvm.assembly import NAME
from ..llvm.instructions import split

PLACE = "primir.at"  # the metadata that leads to a line's place

LOCAL = re.compile(rf"%{NAME}")
GLOBAL = re.compile(rf"@{NAME}")
WORD = re.compile(r"i\d+")
_LABEL = re.compile(rf"({NAME}):$")
_RESULT = re.compile(rf"(%{NAME}) = ")
_NOTES = re.compile(r"(?:, ![\w.]+ !(?:\d+|\w+\([^()]*\)|\{[^{}]*\}))*$")


@dataclass(frozen=True, slots=True)
class Line:
    """An instruction or a label (`name:`), where it comes from, and the functions that were inlined to get it here."""

    text: str
    place: int | None = None
    within: tuple[str, ...] = ()

    @property
    def label(self) -> str | None:
        if not self.text.endswith(":"):
            return None
        found = _LABEL.match(self.text)
        return found[1] if found is not None else None

    @property
    def result(self) -> str | None:
        return _taken_apart(self.text)[0]

    @property
    def code(self) -> str:
        """The instruction without its result."""
        return _taken_apart(self.text)[1]


@lru_cache(maxsize=1 << 17)
def _taken_apart(text: str) -> tuple[str | None, str]:
    """The result of an instruction, None if it has none, and the rest."""
    found = _RESULT.match(text)
    return (found[1], text[found.end():]) if found is not None else (None, text)


@dataclass(frozen=True, slots=True)
class Procedure:
    """A definition: its header, up to the brace, and its lines. All that is local has a name, each block its label."""

    header: str
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        found = GLOBAL.search(self.header)
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
            notes = r" ![\w.]+ !\d+(?= )" if line.startswith("declare ") else r"(, ![\w.]+ !\d+)+$"
            others.append(re.sub(notes, "", line))
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
    fresh = Names(f"%{stem}")
    for text in raw:
        if text.startswith("#dbg_"):
            continue
        if label := re.match(rf"({NAME}):", text):
            lines.append(Line(f"{named(label[1])}:"))
            continue
        notes = _NOTES.search(text)
        assert notes is not None
        known = dict(re.findall(r"!([\w.]+) (!\d+)", notes[0]))
        line = Line(renamed(text[: notes.start()], named), place(known["dbg"]) if "dbg" in known else None)
        if PLACE in known:
            line = replace(line, place=int(metadata[known[PLACE]].split()[1].rstrip("}")))
        elif line.code.startswith("alloca ") and (variable := re.match(rf"%{NAME}", text)) and variable[0] in declared:
            line = replace(line, place=place(declared[variable[0]]))
        lines += _said(line, known, metadata, fresh)
    return Procedure(renamed(header, named), tuple(lines))


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


def renamed(text: str, rename: Callable[[str], str]) -> str:
    return LOCAL.sub(lambda found: rename(found[0]), text)


class Names:
    """Names that are not yet there, of a letter and a number after `stem`."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self.count = 0

    def __call__(self, letter: str) -> str:
        self.count += 1
        return f"{self.stem}{letter}{self.count}"


def _said(line: Line, known: Mapping[str, str], metadata: Mapping[str, str], fresh: Names) -> list[Line]:
    """The line, and what `!range` and `!noundef` say of its result: outside the ranges it is poison."""
    if not known.keys() & {"range", "noundef"} or line.result is None:
        return [line]
    type_ = next((word for word in split(line.code)[0][1:] if WORD.fullmatch(word)), None)
    if type_ is None:  # a pointer or a float, which is not lifted
        return [line]
    bounds = [int(number) for number in re.findall(r"i\d+ (-?\d+)", metadata.get(known.get("range", ""), ""))]
    if not bounds:
        return [line, *lines_at(line, defined(type_, line.result, fresh))]
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
        return lines_at(line, [*texts, f"call void @llvm.assume(i1 {inside})"])
    return lines_at(line, [*texts, f"{line.result} = select i1 {inside}, {type_} {value}, {type_} poison"])


def lines_at(line: Line, texts: Iterable[str]) -> list[Line]:
    """Lines that come from where `line` does."""
    return [replace(line, text=text) for text in texts]


def defined(type_: str, value: str, fresh: Names) -> list[str]:
    """Instructions that are undefined behaviour where `value`, if it is a word, is poison or undef."""
    if not WORD.fullmatch(type_):
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
        todo += [found for text in texts for found in GLOBAL.findall(text)]
    return Assembly({symbol: kept[symbol] for symbol in assembly.procedures if symbol in kept}, tuple(others))
