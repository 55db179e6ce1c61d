"""The text of a `.sl` file as s-expressions, and what is said where it is none.

A list keeps its brackets as its first and last token, so that each expression, an empty one too, has a place.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ...ir.errors import Place, PrimirError
from ...ir.parsers import parser_of
from ..speclang.syntax import Source, trees

if TYPE_CHECKING:
    from lark import Lark, Token
    from lark.parsers.lalr_interactive_parser import InteractiveParser

    from ..speclang.syntax import Branch

    Sexpr: TypeAlias = Token | Branch

LARGEST = 16_000_000  # characters in one file
DEEPEST = 1000  # brackets inside one another
_QUOTES = {'"': "string", "|": "quoted symbol"}


@cache
def _parser() -> Lark:
    return parser_of(Path(__file__).with_name("sygus.lark"), lexer="basic")


def read_lists(text: str, file: str | None) -> tuple[Source, list[Branch]]:
    """The lists of a file, one after the other. PrimirError, with its place, where its text is none."""
    source = Source(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), file)
    if len(source.text) > LARGEST:
        raise PrimirError(f"this text has more than {LARGEST} characters", Place(file))
    return source, trees(_feed(_parser().parse_interactive(source.text), source))


def _feed(parser: InteractiveParser, source: Source) -> Branch:
    from lark import UnexpectedCharacters

    opened: list[Token] = []
    previous: Token | None = None
    try:
        for token in parser.lexer_thread.lex(parser.parser_state):  # type: ignore[no-untyped-call]
            _pair(token, opened, source)
            parser.feed_token(token)
            previous = token
    except UnexpectedCharacters as problem:
        raise _stray(source, problem.pos_in_stream or 0, problem.line, problem.column) from None
    if opened:
        raise source.error("this bracket is never closed", opened[-1])
    return parser.feed_eof(previous)  # type: ignore[no-any-return, no-untyped-call]


def _pair(token: Token, opened: list[Token], source: Source) -> None:
    """Note that a bracket opens or closes; all else stands inside brackets."""
    if token.type == "LPAR":
        opened.append(token)
        if len(opened) > DEEPEST:
            raise source.error(f"more than {DEEPEST} brackets are open here", token, "name parts of it by define-fun")
    elif not opened:
        what = "this bracket closes nothing" if token.type == "RPAR" else "a command stands in brackets"
        raise source.error(what, token)
    elif token.type == "RPAR":
        opened.pop()


def _stray(source: Source, position: int, line: int, column: int) -> PrimirError:
    """The error for a character that begins no token."""
    character = source.text[position]
    place = source.at(line, column)
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
    return part if isinstance(part, str) else part.children[0]  # type: ignore[return-value]  # LPAR


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
