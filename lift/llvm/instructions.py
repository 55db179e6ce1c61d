"""LLVM's printed text, read by line: definitions, their blocks, and instructions split into opcode, flags and operands.

Nothing here knows what an instruction does. The text of the operations' table is read by the same functions, so that
opcodes.py can look an instruction up by how the table writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile
from typing import TypeAlias

from ...ir.primes import MAX_WIDTH
from ..sketch import is_hole
from .assembly import NAME

WORDS = 256  # words that an aggregate may hold
NESTING = 16  # aggregates inside aggregates

Shape: TypeAlias = "int | tuple[Shape, ...]"  # the type of a value: a width, or the shapes of an aggregate's parts


class Refused(Exception):
    """What this instruction or type is, in words that end "... cannot be lifted"; `hint` says what would be right."""

    def __init__(self, what: str, hint: str | None = None) -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Operand:
    """A value with its type as both are printed, and the attributes between them: `i8 noundef range(i8 0, 5) %x`."""

    type: str
    value: str
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction as it is printed. `nth` counts those of its opcode in the function, from 0."""

    text: str
    result: str | None
    opcode: str
    rest: str  # what follows the opcode, up to the notes
    nth: int = 0
    notes: str = ""  # attribute groups and metadata: ` #1, !range !0`


@dataclass(frozen=True, slots=True)
class Block:
    """Instructions that run one after the other; the last one says where to go on."""

    name: str  # as it is printed in a branch: %entry, %3
    instructions: list[Instruction] = field(default_factory=list)


@dataclass(frozen=True)
class Definition:
    """A function as it is printed: `name` like @f or @"a b", `type` the result's, and what is said about both."""

    name: str
    type: str
    attributes: tuple[str, ...]
    parameters: tuple[Operand, ...]
    variadic: bool
    never_returns: bool
    lines: tuple[str, ...]
    debug: str | None = None  # the node that says what it is in the source

    @cached_property
    def blocks(self) -> list[Block]:
        """The blocks in the order in which they are printed; the first is the entry."""
        unnamed = sum(bool(re.fullmatch(r"%\d+", parameter.value)) for parameter in self.parameters)
        blocks: list[Block] = []
        counts: dict[str, int] = {}
        for line in _joined(self.lines):
            if label := _LABEL.match(line):
                blocks.append(Block(f"%{label[1]}"))
                continue
            if not blocks:
                blocks.append(Block(f"%{unnamed}"))
            instruction = _instruction(line, counts)
            blocks[-1].instructions.append(instruction)
        return blocks


@dataclass(frozen=True)
class Module:
    """A printed module: its definitions by their printed names, what is only declared, aliases, and named types."""

    definitions: dict[str, Definition]
    declared: frozenset[str]
    aliases: dict[str, str]
    types: dict[str, str]
    groups: dict[str, str]  # the attributes that #0 stands for
    metadata: dict[str, str]  # what !0 stands for
    constants: dict[str, tuple[str, str]]  # globals that never change: their types and initializers
    little_endian: bool


def plain_name(name: str) -> str:
    """The name without its @ or %, quotes and escapes."""
    bare = name[1:]
    if not bare.startswith('"'):
        return bare
    return re.sub(r"\\([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), bare[1:-1])


def word_name(name: str) -> str:
    """A name of word characters and dots that is none of an inner node (they are numbers) or of a choice."""
    name = re.sub(r"[^\w.]", "_", name)
    return f"_{name}" if re.match(r"\d|choice\d+$", name) else name


# --- modules ----------------------------------------------------------------------------------------------------------


def parse_module(text: str) -> Module:
    """The functions of a printed module. Their instructions are read when they are asked for."""
    functions: list[tuple[str, tuple[str, ...]]] = []
    others: list[str] = []
    metadata: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if line.startswith("define "):
            functions.append((line, tuple(takewhile("}".__ne__, lines))))
        elif line.startswith("!"):
            name, _, node = line.partition(" = ")
            metadata[name] = node
        else:
            others.append(line)
    text = "\n".join(others)
    types = dict(re.findall(rf"^(%{NAME}) = type (.*)$", text, re.MULTILINE))
    aliases = dict(re.findall(rf"^(@{NAME}) = .*\balias .*, ptr (@{NAME})(?:,.*)?$", text, re.MULTILINE))
    declared = frozenset(re.findall(rf"^declare .*?(@{NAME})\(", text, re.MULTILINE))
    groups = {name: re.sub(r'"[^"]*"', "", attributes)
              for name, attributes in re.findall(r"^attributes (#\d+) = \{(.*)\}$", text, re.MULTILINE)}
    definitions = {definition.name: definition
                   for definition in (_definition(header, body, groups) for header, body in functions)}
    little_endian = re.search(r'^target datalayout = "(?:[^"]*-)?E(?:-|")', text, re.MULTILINE) is None
    return Module(definitions, declared, aliases, types, groups, metadata, _constants(text), little_endian)


# Linkages under which the linker may put in something else, or nothing is known of the content.
_REPLACEABLE = frozenset({"external", "weak", "linkonce", "extern_weak", "common", "externally_initialized"})


def _constants(text: str) -> dict[str, tuple[str, str]]:
    found = {}
    for name, words, rest in re.findall(rf"^(@{NAME}) = ((?:[\w()]+ )*)constant (.*)$", text, re.MULTILINE):
        if not _REPLACEABLE & set(words.split()):
            type_, *initializer = split(rest)[0]
            found[name] = type_, " ".join(initializer)
    return found


def braces(text: str) -> str:
    """What stands inside the brackets of an aggregate or vector constant."""
    width = 2 if text.startswith("<{") else 1
    if text[:1] not in ("[", "{", "<"):
        raise Refused("a constant of this kind")
    return text[width : len(text) - width]


def _definition(header: str, lines: tuple[str, ...], groups: dict[str, str]) -> Definition:
    words = [word for part in split(header.removeprefix("define ").removesuffix("{")) for word in part]
    at = next(index for index, word in enumerate(words) if word.startswith("@"))
    name, inside = _applied(words[at])
    parameters = [part for part in split(inside) if part]
    return Definition(
        name, words[at - 1], tuple(words[: at - 1]), tuple(_operand(part) for part in parameters if part != ["..."]),
        variadic=["..."] in parameters,
        never_returns=any("noreturn" in groups.get(word, word).split() for word in words[at + 1 :]), lines=lines,
        debug=words[words.index("!dbg") + 1] if "!dbg" in words[at:-1] else None,
    )  # fmt: skip


def _joined(lines: tuple[str, ...]) -> Iterator[str]:
    """Instructions and labels, one a line: a switch stands on several lines; what is for debuggers is left out."""
    switch = ""
    for line in lines:
        text = _without_comment(line).strip()
        if switch:
            switch += f" {text}"
            if text.startswith("]"):
                yield switch
                switch = ""
        elif text.startswith("switch ") and text.endswith("["):
            switch = text
        elif text and not text.startswith("#dbg_"):
            yield text


def _without_comment(line: str) -> str:
    if ";" not in line:
        return line
    return re.sub(r'("[^"]*")|;.*', lambda found: found[1] or "", line)


def _instruction(line: str, counts: dict[str, int]) -> Instruction:
    """An instruction; `counts` knows how many there were of each opcode."""
    text = _NOTES.sub("", line)
    parts = _HEAD.match(text)
    assert parts is not None, line
    opcode = parts[2]
    counts[opcode] = counts.get(opcode, -1) + 1
    return Instruction(text, parts[1], opcode, text[parts.end():], counts[opcode], line[len(text):])


# --- the parts of a line ----------------------------------------------------------------------------------------------

_TOKEN = re.compile(rf'[%@!#$c]?{NAME}|[\[{{(<]|[\]}})>]|,|\.\.\.|[^\s"]|"')
_PLAIN = re.compile(r"[-\w.%@!, ]*")  # no brackets and no quotes: words lie between spaces and commas
_LABEL = re.compile(rf"({NAME}):")
_NOTES = re.compile(r"(?: #\d+)*(?:, ![\w.]+ !(?:\d+|\w+\([^()]*\)))*$")
_HEAD = re.compile(rf"(?:(%{NAME}) = )?(?:(?:tail|musttail|notail) )?([a-z_]+)\b ?")
_WORD = re.compile(r"[a-z_]+")


def split(text: str) -> list[list[str]]:
    """The parts between the commas of `text`, each a list of words; what stands in brackets is one word.

    >>> split("i8 range(i8 0, 5) %x, { i1, i1 } { i1 true, i1 undef }")
    [['i8', 'range(i8 0, 5)', '%x'], ['{ i1, i1 }', '{ i1 true, i1 undef }']]
    """
    if _PLAIN.fullmatch(text):
        return [part.split() for part in text.split(",")]
    parts: list[list[str]] = [[]]
    depth = start = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "]})>":
            depth -= 1
            if depth == 0:
                parts[-1].append(text[start : token.end()])
        elif token[0] in "[{(<":
            if depth == 0:
                start = token.start()
                if token[0] == "(" and parts[-1] and start > 0 and not text[start - 1].isspace():
                    start -= len(parts[-1].pop())
            depth += 1
        elif depth == 0 and token[0] == ",":
            parts.append([])
        elif depth == 0:
            parts[-1].append(token[0])
    return parts


def operands(text: str) -> list[Operand]:
    """Operands between commas; one without a type has that of the operand before it."""
    found: list[Operand] = []
    for part in split(text):
        if found and (len(part) == 1 or _WORD.fullmatch(part[0]) and not _is_type(part[0])):
            found.append(Operand(found[-1].type, " ".join(part)))
        else:
            found.append(_operand(part))
    return found


def _operand(part: list[str]) -> Operand:
    if len(part) < 2:
        raise Refused("this instruction")
    if part[-1].startswith("("):  # a constant expression: ptrtoint (ptr @f to i64)
        return Operand(part[0], " ".join(part[1:]))
    return Operand(part[0], part[-1], tuple(part[1:-1]))


def flags_and_operands(rest: str) -> tuple[list[str], list[Operand]]:
    """The words before the first type, and the operands: of `nuw nsw i8 %x, 1` nuw and nsw, and two."""
    words = []
    while found := _WORD.match(rest):
        if _is_type(found[0]) or rest[found.end() : found.end() + 1] != " ":
            break
        words.append(found[0])
        rest = rest[found.end() + 1 :]
    return words, operands(rest)


@dataclass(frozen=True, slots=True)
class Call:
    """A call: the result's type and attributes, what is called, and with what."""

    type: str
    attributes: tuple[str, ...]
    callee: str
    arguments: list[Operand]
    bundles: bool


def call(rest: str) -> Call:
    """What follows `call`. Refused for calls that are not of a named function."""
    words = split(rest)[0]
    at = next((index for index, word in enumerate(words) if word.startswith("@") and word.endswith(")")), None)
    if "asm" in words:
        raise Refused("inline assembly")
    if not at:
        raise Refused("a call through a pointer")
    callee, inside = _applied(words[at])
    last = at - 1
    if words[last].startswith("("):  # the whole type is printed where the function is variadic
        if not is_hole(callee):
            raise Refused("a call of a variadic function")
        last -= 1
    arguments = [_operand(part) for part in split(inside) if part]
    return Call(words[last], tuple(words[:last]), callee, arguments, bundles=len(words) > at + 1)


def _applied(word: str) -> tuple[str, str]:
    """The name and what stands in the parentheses of a word like `@f(i8 %x)`."""
    name = re.match(rf"@{NAME}", word)
    assert name is not None, word
    return name[0], word[name.end() + 1 : -1]


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a branch or switch goes on: at the label of the case that the operand is, else at `default`."""

    operand: Operand | None
    default: str
    cases: tuple[tuple[str, str], ...]

    @property
    def labels(self) -> list[str]:
        """Each label once."""
        return list(dict.fromkeys((self.default, *(label for _, label in self.cases))))


def branch(rest: str) -> Branch:
    """What follows `br` or `switch`. A conditional branch is a switch with the case `true`."""
    first, *others = split(rest)
    if first[0] == "label":
        return Branch(None, first[1], ())
    operand = _operand(first)
    if len(others) == 2:
        return Branch(operand, others[1][1], (("true", others[0][1]),))
    words = [word for part in split(others[0][2][1:-1]) for word in part]  # i8 1 label %a i8 2 label %b
    return Branch(operand, others[0][1], tuple(zip(words[1::4], words[3::4])))


# --- types ------------------------------------------------------------------------------------------------------------

_FLOATS = ("half", "bfloat", "float", "double", "x86_fp80", "fp128", "ppc_fp128")


_TYPES = frozenset((*_FLOATS, "ptr", "void", "label", "metadata", "token", "x86_amx"))


def _is_type(word: str) -> bool:
    return word in _TYPES


def shape(type_: str, types: dict[str, str], depth: int = 0) -> Shape:
    """The shape of a printed type; `types` are the named ones. Refused for what is not made of integers."""
    if depth > NESTING:
        raise Refused(f"an aggregate nested more than {NESTING} deep")
    if type_[:1] == "i" and type_[1:].isdecimal():
        if int(type_[1:]) > MAX_WIDTH:
            raise Refused(f"the type {type_}", f"widths go from 1 to {MAX_WIDTH}")
        return int(type_[1:])
    if type_ in types:
        return shape(types[type_], types, depth + 1)
    if array := re.fullmatch(r"\[(\d+) x (.*)\]|<(\d+) x (i\d+)>", type_):
        count = int(array[1] or array[3])
        element = shape(array[2] or array[4], types, depth + 1)
        if count * size(element) > WORDS or count > WORDS:
            raise Refused(f"an aggregate of more than {WORDS} words")
        return (element,) * count
    if struct := re.fullmatch(r"<?\{(.*)\}>?", type_):
        parts = [part for part in split(struct[1]) if part]
        if len(parts) > WORDS:
            raise Refused(f"an aggregate of more than {WORDS} words")
        shapes = tuple(shape(part[0] if len(part) == 1 else " ".join(part), types, depth + 1) for part in parts)
        if size(shapes) > WORDS:
            raise Refused(f"an aggregate of more than {WORDS} words")
        return shapes
    raise Refused(_kind(type_))


def size(shape: Shape) -> int:
    """The words that a value of this shape holds."""
    return 1 if isinstance(shape, int) else sum(map(size, shape))


def _kind(type_: str) -> str:
    """What a type that is not lifted is."""
    if type_ in _FLOATS:
        return f"the floating-point type {type_}"
    if type_.startswith("ptr"):
        return "a pointer"
    if type_.startswith("<"):
        return f"the vector type {type_}"
    return f"the type {type_}"
