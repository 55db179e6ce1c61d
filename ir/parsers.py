"""Parsers of lark's, whose tables are kept: to make them takes longer than to read most texts."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..jobs.kept import digest, home, keep, kept

if TYPE_CHECKING:
    from lark import Lark


def parser_of(grammar: Path, **options: Any) -> Lark:
    """The LALR parser of a grammar's file."""
    import lark

    text = grammar.read_text()
    key = digest(text, sorted(options.items()), lark.__version__, sys.version)
    path = home() / "parsers" / f"{grammar.stem}-{key}"
    if (tables := kept(path)) is not None:
        return lark.Lark.load(io.BytesIO(tables))
    made = lark.Lark(text, parser="lalr", **options)
    tables_made = io.BytesIO()
    made.save(tables_made)
    keep(path, tables_made.getvalue())
    return made
