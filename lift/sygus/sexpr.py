"""The text of a `.sl` file as s-expressions, and what is said where it is none.

A list keeps its brackets as its first and last token, so that each expression, an empty one too, has a place.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import field
from typing import TypeAlias

from ...ir.errors import Place, PrimirError
from ...ir.records import dataclass
from ..speclang.syntax import Source

LARGEST = 16_000_000  # characters in one file
DEEPEST = 1000  # brackets inside one another
_QUOTES = {'"': "string", "|": "quoted symbol"}

_CHARACTER = r"[0-9A-Za-z_~!@$%^&*+=<>.?/-]"
_TOKEN = re.compile(rf"""
    [ \t\n\r\f]+ | ;[^\n]*
    | (?P<LPAR>\() | (?P<RPAR>\))
    | (?P<SYMBOL>(?![0-9]){_CHARACTER}+)
    | (?P<QUOTED>\|[^|\\]*\|)
    | (?P<KEYWORD>:{_CHARACTER}+)
    | (?P<NUMBER>[0-9]{_CHARACTER}*)
    | (?P<BITS>\#{_CHARACTER}*)
    | (?P<STRING>"(?:[^"]|"")*")
    | (?P<STRAY>.)
""", re.VERBOSE | re.DOTALL)


class Token(str):
    """A word of `text`, or a bracket: what it is, and where it starts."""

    __slots__ = ("start", "text", "type")
    type: str
    text: str
    start: int

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        return self.start - self.text.rfind("\n", 0, self.start)


@dataclass(slots=True, eq=False)
class Branch:
    """A list, from its first bracket to its last."""

    children: list[Sexpr] = field(default_factory=list)


Sexpr: TypeAlias = Token | Branch


def read_lists(text: str, file: str | None) -> tuple[Source, list[Branch]]:
    """The lists of a file, one after the other. PrimirError, with its place, where its text is none."""
    source = Source(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), file)
    if len(source.text) > LARGEST:
        raise PrimirError(f"this text has more than {LARGEST} characters", Place(file))
    found: list[Branch] = []
    opened: list[Branch] = []
    for match in _TOKEN.finditer(source.text):
        if match.lastgroup is None:
            continue
        token = Token(match[0])
        token.type, token.text, token.start = match.lastgroup, source.text, match.start()
        if token.type == "STRAY":
            raise _stray(source, token)
        if token.type == "LPAR":
            inner = Branch()
            (opened[-1].children if opened else found).append(inner)
            opened.append(inner)
            if len(opened) > DEEPEST:
                raise source.error(f"more than {DEEPEST} brackets are open here", token,
                                   "name parts of it by define-fun")
        elif not opened:
            what = "this bracket closes nothing" if token.type == "RPAR" else "a command stands in brackets"
            raise source.error(what, token)
        opened[-1].children.append(token)
        if token.type == "RPAR":
            opened.pop()
    if opened:
        raise source.error("this bracket is never closed", first(opened[-1]))
    return source, found


def _stray(source: Source, character: Token) -> PrimirError:
    """The error for a character that begins no token."""
    place = source.place(character)
    if character in _QUOTES:
        return PrimirError(f"this {_QUOTES[character]} is never closed", place)
    if character.isprintable() and character.isascii():
        return PrimirError(f"`{character}` has no meaning here", place)
    name = unicodedata.name(character, "a control character")
    return PrimirError(f"U+{ord(character):04X} ({name}) cannot stand here", place)


# --- parts ------------------------------------------------------------------------------------------------------------


def is_list(part: Sexpr) -> bool:
    return not isinstance(part, str)


def items(part: Branch) -> list[Sexpr]:
    """What stands between the brackets of a list."""
    return list(part.children[1:-1])


def first(part: Sexpr) -> Token:
    """Where an expression begins, for its place."""
    return part if isinstance(part, Token) else first(part.children[0])


def shown(part: Sexpr) -> str:
    """An expression as text, not too long."""
    words: list[str] = []
    stack: list[Sexpr] = [part]
    while stack and len(words) < 40:
        each = stack.pop()
        if isinstance(each, str):
            words.append(str(each))
        else:
            stack.extend(reversed(each.children))
    text = " ".join(words).replace("( ", "(").replace(" )", ")")
    return text if len(text) <= 40 else text[:36] + " ..."


def symbol(part: Sexpr) -> str | None:
    """The name that a symbol is, |x| and x being one; None for all else."""
    if not isinstance(part, str):
        return None
    if part.type == "SYMBOL":
        return str(part)
    return str(part)[1:-1] if part.type == "QUOTED" else None
