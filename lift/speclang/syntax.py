"""The text of a `.spec` as a tree, and what is said where it is not one.

The grammar is spec.lark. Between its lexer and its parser, line ends inside brackets and empty lines are dropped, and
brackets are paired, so that one that is never closed is named where it was opened.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from ...ir.errors import Place, PrimirError
from ...ir.parsers import parser_of

if TYPE_CHECKING:
    from lark import Lark, Token, Tree
    from lark.parsers.lalr_interactive_parser import InteractiveParser

    Branch: TypeAlias = Tree[Token]

LARGEST = 1_000_000  # characters in one file
DEEPEST = 100  # brackets, and levels of a tree, inside one another
_SHOWN = 200  # characters of a line, and 40 of an expression, that an error quotes

STATEMENTS = ("requires", "ensures", "let", "def", "table", "forall", "example", "using", "forbid", "minimize",
              "sketch", "branchless", "constant_time")

# What other languages write, and what a spec writes for it.
_FOREIGN = {
    "//": "write /: it divides machine words and truncates, as in C and Rust",
    "**": "there is no power: write x * x, or 1 << n for a power of two",
    "===": "write ==", "!==": "write !=", "<>": "write !=", "=>": "write >= or ->",
    ":=": "write let n = ... on its own line", "++": "write + 1", "--": "write - 1",
    ">>>": "write >>: the type says whether the sign is shifted in",
}
_STRAY = {
    '"': "there are no strings", "'": "there are no strings", ".": "there are no floats, attributes or modules",
    "[": "there are no lists", "]": "there are no lists", "{": "there are no braces", "}": "there are no braces",
    ";": "the end of a line ends a statement", "\\": "brackets continue a line", "@": "there are no decorators",
    "?": "write a if c else b",
}


@dataclass(frozen=True)
class Source:
    """The text that is read, with the name of its file, to say where and what something is."""

    text: str
    file: str | None

    def place(self, at: Branch | Token) -> Place:
        """Where the token or the tree `at` begins."""
        where = at if isinstance(at, str) else at.meta
        return self.at(where.line or 1, where.column or 1)

    def at(self, line: int, column: int) -> Place:
        lines = self.text.split("\n", line)
        text = lines[line - 1] if line <= len(lines) else ""
        shown = "".join(c if c.isprintable() else " " for c in text[:_SHOWN])
        return Place(self.file, line, column, shown if shown.strip() and column <= _SHOWN else None)

    def quote(self, tree: Branch) -> str:
        """What is written at `tree`, on one line and not too long."""
        text = " ".join(self.text[tree.meta.start_pos:tree.meta.end_pos].split())
        return text if len(text) <= 40 else text[:36] + " ..."

    def error(self, message: str, at: Branch | Token, hint: str | None = None) -> PrimirError:
        return PrimirError(message, self.place(at), hint)


def trees(tree: Branch) -> list[Branch]:
    """The subtrees of `tree`, without its tokens."""
    return [child for child in tree.children if not isinstance(child, str)]


def tokens(tree: Branch) -> list[Token]:
    """The tokens right under `tree`; each is a `str`."""
    return [child for child in tree.children if isinstance(child, str)]


@cache
def _parser() -> Lark:
    return parser_of(Path(__file__).with_name("spec.lark"), start=["start", "condition"], lexer="basic",
                     propagate_positions=True)


def read(text: str, file: str | None, start: Literal["start", "condition"]) -> tuple[Source, Branch]:
    """The tree of `text`, a file of specs or one condition. PrimirError, with its place, where there is none."""
    source = Source(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip(" \t\n") + "\n", file)
    if len(source.text) > LARGEST:
        raise PrimirError(f"this text has more than {LARGEST} characters", Place(file))
    parser = _parser().parse_interactive(source.text, start=start)
    tree = _feed(parser, source)
    _refuse_depth(tree, source)
    return source, tree


def _feed(parser: InteractiveParser, source: Source) -> Branch:
    from lark import UnexpectedCharacters, UnexpectedToken

    previous: Token | None = None
    try:
        for token in _statements(parser, source):
            parser.feed_token(token)
            previous = token
        return parser.feed_eof(previous)  # type: ignore[no-any-return, no-untyped-call]
    except UnexpectedCharacters as problem:
        raise _stray(source, problem.pos_in_stream or 0, problem.line, problem.column) from None
    except UnexpectedToken as problem:
        raise _unexpected(source, problem.token, previous, parser.accepts()) from None  # type: ignore[no-untyped-call]


def _statements(parser: InteractiveParser, source: Source) -> Iterator[Token]:
    """The tokens without line ends that end nothing. Brackets are paired here."""
    opened: list[Token] = []
    previous: Token | None = None
    for token in parser.lexer_thread.lex(parser.parser_state):  # type: ignore[no-untyped-call]
        ends = previous is None or previous.type == "_NEWLINE"
        if token.type == "LPAR":
            opened.append(token)
            if len(opened) > DEEPEST:
                raise source.error(f"more than {DEEPEST} brackets are open here", token, "name parts of it with let")
        elif token.type == "RPAR":
            if not opened:
                raise source.error("this bracket closes nothing", token)
            opened.pop()
        elif opened and (token.type == "ARROW" or token in (*STATEMENTS, "spec") and _begins_line(token, source)):
            raise _unclosed(source, opened)
        if token.type == "_NEWLINE" and (opened or ends):
            continue
        previous = token
        yield token
    if opened:
        raise _unclosed(source, opened)


def _begins_line(token: Token, source: Source) -> bool:
    start = token.start_pos or 0
    return not source.text[source.text.rfind("\n", 0, start) + 1:start].strip()


def _unclosed(source: Source, opened: list[Token]) -> PrimirError:
    return source.error("this bracket is never closed", opened[-1])


def _refuse_depth(tree: Branch, source: Source) -> None:
    """Raise where levels of `tree` are nested beyond DEEPEST, so that all later steps may recurse."""
    level = [tree]
    for _ in range(DEEPEST):
        level = [child for parent in level for child in trees(parent)]
        if not level:
            return
    raise source.error(f"expressions are nested more than {DEEPEST} levels deep here", level[0],
                       "name parts of it with let")


# --- errors in plain words --------------------------------------------------------------------------------------------


def _stray(source: Source, position: int, line: int, column: int) -> PrimirError:
    """The error for a character that begins no token."""
    character = source.text[position]
    if foreign := _foreign(source, position):
        return PrimirError(f"`{foreign}` is no operator here", source.at(line, column), _FOREIGN[foreign])
    if character.isprintable() and character.isascii():
        hint = _STRAY.get(character)
        return PrimirError(f"`{character}` has no meaning in a spec", source.at(line, column), hint)
    name = unicodedata.name(character, "a control character")
    hint = "names are made of a-z, A-Z, 0-9 and _" if character.isprintable() else "is this a text file?"
    return PrimirError(f"U+{ord(character):04X} ({name}) cannot stand here", source.at(line, column), hint)


def _foreign(source: Source, position: int) -> str | None:
    """The operator of another language at `position`, or whose second character stands there."""
    for operator in sorted(_FOREIGN, key=len, reverse=True):
        if any(source.text.startswith(operator, max(position - back, 0)) for back in range(len(operator))):
            return operator
    return None


def _unexpected(source: Source, token: Token, previous: Token | None, accepts: set[str]) -> PrimirError:
    """The error for a token that does not fit; `accepts` names the terminals that would have."""
    text = str(token)
    if token.type in ("_NEWLINE", "$END"):
        return _too_short(source, token, previous, accepts)
    foreign = _foreign(source, token.start_pos or 0)
    if foreign and token.type not in ("NAME", "NUMBER"):
        return source.error(f"`{foreign}` is no operator here", token, _FOREIGN[foreign])
    if token.type == "EQUAL" and "EQUALS" in accepts:
        return source.error("`=` gives a name to a value in `let`", token, "did you mean ==?")
    if token.type == "DOT":
        return source.error("`.` has no meaning here", token, _STRAY["."])
    if token.type == "IF" and "NUMBER" in accepts:
        return source.error("`if` stands between two values", token, "write a if c else b")
    if "NAME" in accepts and _is_word(token):
        return source.error(f"`{text}` is a reserved word", token, _expected(accepts))
    if accepts == {"COLON"}:
        return source.error(f"{previous} has no type", token, f"write {previous}: u32")
    if "SPEC" in accepts:
        return _no_statement(source, token, accepts)
    return source.error(f"`{text[:40]}` is unexpected here", token, _expected(accepts))


def _too_short(source: Source, token: Token, previous: Token | None, accepts: set[str]) -> PrimirError:
    if "ELSE" in accepts and "_NEWLINE" not in accepts:
        return source.error("this `if` has no `else`", token, "write a if c else b")
    if accepts == {"ARROW"}:
        return source.error("the type of the result is missing", token, "write -> and a type: -> u32")
    hint = _expected(accepts)
    if "NUMBER" in accepts:
        hint += "; inside brackets an expression goes on in the next line"
    return source.error("the line ends too early", token, hint)


def _no_statement(source: Source, token: Token, accepts: set[str]) -> PrimirError:
    text = str(token)
    if text in STATEMENTS:
        return source.error(f"`{text}` stands before any spec", token, "a spec begins with: spec name(x: u32) -> u32")
    if not token.isidentifier():
        return source.error(f"`{text[:40]}` begins no line", token,
                            "inside brackets an expression goes on in the next line")
    words = ("spec", *STATEMENTS) if "REQUIRES" in accepts else ("spec",)
    close = difflib.get_close_matches(text, words, n=1)
    begins = f"a line begins with {', '.join(words[1:])} or spec" if words[1:] else \
        "a spec begins with: spec name(x: u32) -> u32"
    return source.error(f"`{text[:40]}` begins no line", token, f"did you mean {close[0]}?" if close else begins)


def _is_word(token: Token) -> bool:
    return token.type not in ("NAME", "NUMBER") and token.isidentifier()


def _expected(accepts: set[str]) -> str:
    """The terminals of `accepts` in words."""
    words = []
    if {"NAME", "NUMBER", "LPAR"} <= accepts:
        words.append("a value")
        accepts = accepts - {"NAME", "NUMBER", "LPAR", "TRUE", "FALSE", "HOLE", "NOT", "MINUS", "TILDE", "BANG"}
    if "STAR" in accepts:
        words.append("an operator")
        accepts = {name for name in accepts if name in ("RPAR", "COMMA", "_NEWLINE", "ELSE", "EQUAL")}
    if "REQUIRES" in accepts:
        return "expected the end of the line"
    words += sorted(_word(name) for name in accepts)
    return f"expected {' or '.join([', '.join(words[:-1]), words[-1]] if words[1:] else words)}"


def _word(terminal: str) -> str:
    if terminal in ("_NEWLINE", "$END"):
        return "the end of the line"
    if terminal in ("NAME", "NUMBER"):
        return f"a {terminal.lower()}"
    return f"`{_parser().get_terminal(terminal).pattern.value}`"
