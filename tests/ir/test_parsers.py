"""Tables of parsers: kept for the next process, made again for another grammar, and not used when damaged."""

from __future__ import annotations

import pytest
from primir.ir.parsers import parser_of

GRAMMAR = 'start: WORD+\nother: NUMBER\nWORD: /[a-z]+/\nNUMBER: /[0-9]+/\n%ignore " "\n'


@pytest.fixture
def grammar(tmp_path, monkeypatch):
    monkeypatch.setenv("PRIMIR_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "words.lark"
    path.write_text(GRAMMAR)
    return path


def files(grammar):
    return sorted((grammar.parent / "cache" / "parsers").iterdir())


def test_a_kept_parser_reads_the_same(grammar):
    made = parser_of(grammar, start=["start", "other"], propagate_positions=True)
    (path,) = files(grammar)
    read = parser_of(grammar, start=["start", "other"], propagate_positions=True)
    assert files(grammar) == [path]
    for text, start in (("a few words", "start"), ("12", "other")):
        assert made.parse(text, start=start) == read.parse(text, start=start)
    assert read.parse("a few", start="start").meta.end_column == 6


def test_another_grammar_or_option_is_another_file(grammar):
    parser_of(grammar)
    parser_of(grammar, lexer="basic")
    grammar.write_text(GRAMMAR.replace("[a-z]", "[a-y]"))
    parser_of(grammar)
    assert len(files(grammar)) == 3


def test_damaged_tables_are_made_again(grammar):
    parser_of(grammar)
    (path,) = files(grammar)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    assert len(parser_of(grammar).parse("a b").children) == 2
    assert path.read_bytes() != whole[:-20]
