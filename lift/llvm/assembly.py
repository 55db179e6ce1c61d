"""LLVM's own reading of a module, in a child process that can be killed, and the way back to the user's lines.

LLVM parses, verifies and prints the module; nothing is optimized. What it prints is regular, one instruction a line,
and is read by instructions.py. Hostile input can crash LLVM or keep it busy for ever: the worst is refused before LLVM
sees it, and for the rest the child has limits of time and memory.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from ...ir.errors import Place, PrimirError

if TYPE_CHECKING:
    from llvmlite.binding import ModuleRef

LONGEST = 16 << 20  # bytes of a module that we read
PRINTED = 64 << 20  # characters of what LLVM prints
DEEPEST = 1000  # brackets inside brackets
DIGITS = 400  # of a number
BITCODE = (b"BC\xc0\xde", b"\xde\xc0\x17\x0b")  # plain, and in Apple's wrapper

NAME = r'(?:"[^"]*"|[-\w.$]+)'
_QUOTED = re.compile(r'"[^"]*"?|;[^\n]*')


@dataclass(frozen=True)
class Printed:
    """A module as LLVM prints it, and the user's text where there was one (bitcode has none).

    `promoted` says that variables in memory have become values, and lines cannot be found any more.
    """

    text: str
    user: User
    promoted: bool = False


def read_module(data: str | bytes | Printed, file: str | None, seconds: float, promote: bool = False) -> Printed:
    """What LLVM prints for `data`, IR text or bitcode; `promote` makes values of variables in memory where it can.

    PrimirError, with its place, for what is neither, or invalid.
    """
    from ...jobs.workers import Crashed, TimedOut, borrowed

    if isinstance(data, Printed):
        return data
    user = User(file, None) if _is_bitcode(data) else User(file, _decoded(data, file))
    if user.text is not None:
        _guard(user.text, file)
    elif len(data) > LONGEST:
        raise _too_large(len(data), file)
    try:
        with borrowed("llvm") as worker:
            answer = worker.call(f"{__name__}:print_module", data if user.text is None else user.text, promote,
                                 seconds=seconds)
    except TimedOut:
        raise PrimirError(f"LLVM did not read this within {seconds:g} s", Place(file)) from None
    except Crashed as crash:
        raise PrimirError(f"LLVM crashed while it read this: {crash.reason}", Place(file)) from None
    printed, problem, promoted = answer
    if problem is not None:
        raise _invalid(problem, user)
    return Printed(printed, user, promoted)


def print_module(data: str | bytes, promote: bool = False) -> tuple[str, str | None, bool]:
    """What LLVM prints for a module and None, or "" and what it says against the module. Runs in the child.

    Last, whether variables in memory have become values: where there are some, and `promote` asks for it.
    """
    from llvmlite import binding as llvm

    try:
        module = llvm.parse_bitcode(data) if isinstance(data, bytes) else llvm.parse_assembly(data)
        module.verify()
    except RuntimeError as problem:
        return "", str(problem), False
    text = str(module)
    promoted = promote and " = alloca " in text
    if promoted:
        _promote(module)
        text = str(module)
    if len(text) > PRINTED:
        return "", f"it is {len(text)} characters long when it is printed", False
    return text, None, promoted


def _promote(module: ModuleRef) -> None:
    """Run the SROA pass, and nothing else."""
    from llvmlite import binding as llvm

    llvm.initialize_native_target()
    target = llvm.Target.from_default_triple().create_target_machine()
    passes = llvm.create_new_module_pass_manager()
    passes.add_sroa_pass()
    passes.run(module, llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(0)))


# --- before LLVM ------------------------------------------------------------------------------------------------------


def _is_bitcode(data: str | bytes) -> bool:
    return isinstance(data, bytes) and data.startswith(BITCODE)


def _decoded(data: str | bytes, file: str | None) -> str:
    """The text that `data` is. PrimirError for an empty file and for noise."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        text.encode()
    except UnicodeError:
        raise PrimirError("this is neither LLVM IR text nor bitcode", Place(file)) from None
    if not text.strip():
        raise PrimirError("this file is empty" if file is not None else "this text is empty", Place(file))
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise PrimirError("this is neither LLVM IR text nor bitcode: it holds a zero byte", Place(file, line))
    return text


def _guard(text: str, file: str | None) -> None:
    """Refuse what is known to crash LLVM or to keep it busy: very long, very deep, very large numbers."""
    if len(text) > LONGEST:
        raise _too_large(len(text), file)
    if long := re.search(rf"\d{{{DIGITS + 1},}}", text):
        raise PrimirError(f"a number has {len(long[0])} digits", _place_at(text, long.start(), file),
                          f"at most {DIGITS} are read")
    depth = 0
    for bracket in re.finditer(r"[\[{(<]|[\]})>]", _QUOTED.sub(lambda found: " " * len(found[0]), text)):
        depth += 1 if bracket[0] in "[{(<" else -1
        if depth > DEEPEST:
            raise PrimirError(f"brackets are nested more than {DEEPEST} deep", _place_at(text, bracket.start(), file))


def _too_large(size: int, file: str | None) -> PrimirError:
    return PrimirError(f"this module is {size >> 20} MiB large", Place(file), f"at most {LONGEST >> 20} MiB are read")


def _place_at(text: str, offset: int, file: str | None) -> Place:
    start = text.rfind("\n", 0, offset) + 1
    return Place(file, text.count("\n", 0, offset) + 1, offset - start + 1)


def _invalid(problem: str, user: User) -> PrimirError:
    """What LLVM says against a module, at the place that it names."""
    first, *rest = re.sub(r"^LLVM (?:IR|bitcode) parsing error\n", "", problem).splitlines() or [""]
    if found := re.match(r"<string>:(\d+):(\d+): error: (.*)", first):
        line, column = int(found[1]), int(found[2])
        place = Place(user.file, line, column, rest[0]) if rest and len(rest[0]) <= 400 else Place(user.file, line)
        return PrimirError(f"LLVM does not read this: {found[3]}", place)
    if "parsing error" in problem:
        return PrimirError(f"LLVM does not read this: {first}", Place(user.file))
    culprit = next((line.strip() for line in rest if line.strip()), None)
    place = user.line_of(culprit) if culprit is not None else Place(user.file)
    return PrimirError(f"this module is not valid: {first[:1].lower()}{first[1:]}", place)


# --- the user's lines -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class User:
    """The user's text, None for bitcode, and where in it the things that LLVM prints were written."""

    file: str | None
    text: str | None

    @cached_property
    def lines(self) -> list[str]:
        return [] if self.text is None else self.text.split("\n")

    @cached_property
    def functions(self) -> dict[str, Body]:
        """The functions by their printed names, `@f` or `@"a b"`."""
        found: dict[str, Body] = {}
        body: Body | None = None
        for number, line in enumerate(self.lines, 1):
            code = _without_comment(line)
            if header := re.match(rf"\s*define\b.*?(@{NAME})\s*\(", code):
                body = found.setdefault(header[1], Body(number))
            elif body is not None and code.lstrip().startswith("}"):
                body = None
            elif body is not None:
                body.add(code, number)
        return found

    def header(self, function: str) -> Place:
        """Where `function` begins."""
        body = self.functions.get(function)
        return Place(self.file) if body is None else self._at(body.line)

    def label(self, function: str, name: str) -> Place | None:
        """Where the block `name` begins, if it is written with its label."""
        body = self.functions.get(function)
        return self._at(body.labels[name]) if body is not None and name in body.labels else None

    def instruction(self, function: str, result: str | None, opcode: str, nth: int, printed: str) -> Place:
        """Where an instruction stands: the one that gives `result`, or the nth of its opcode, from 0, in the function.

        Without the user's text the place holds the instruction as it is printed.
        """
        body = self.functions.get(function)
        if body is None:
            return Place(self.file, None, None, printed)
        if result in body.results:
            return self._at(body.results[result])
        lines = body.opcodes[opcode]
        return self._at(lines[nth]) if nth < len(lines) else replace(self._at(body.line), column=None, text=printed)

    def line_of(self, printed: str) -> Place:
        """The line that says what LLVM prints as `printed`."""
        wanted = printed.split()
        for number, line in enumerate(self.lines, 1):
            if _without_comment(line).split() == wanted:
                return self._at(number)
        return Place(self.file, None, None, printed)

    def _at(self, number: int) -> Place:
        text = self.lines[number - 1].expandtabs(4).rstrip()
        return Place(self.file, number, len(text) - len(text.lstrip()) + 1, text if len(text) <= 400 else None)


@dataclass
class Body:
    """Where a function of the user's text has its header, labels, results and opcodes."""

    line: int
    labels: dict[str, int] = field(default_factory=dict)
    results: dict[str | None, int] = field(default_factory=dict)
    opcodes: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, code: str, number: int) -> None:
        if label := re.match(rf"\s*({NAME}):", code):
            self.labels[f"%{label[1]}"] = number
            code = code[label.end():]
        if instruction := re.match(rf"\s*(?:(%{NAME})\s*=\s*)?(?:(?:tail|musttail|notail)\s+)?([a-z_]+)\b", code):
            if instruction[1] is not None:
                self.results[instruction[1]] = number
            self.opcodes[instruction[2]].append(number)


def _without_comment(line: str) -> str:
    return _QUOTED.sub(lambda found: found[0] if found[0][0] == '"' else "", line)
