"""Patterns of rules: their code is kept for the next process, made again for other rules, not used when damaged."""

import marshal

import pytest
from primir.ir import matching, patterns
from primir.ir.graph import apply, const, leaf


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PRIMIR_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "rules"


def load():
    """The code as another process finds it."""
    return {op: marshal.loads(code) for op, code in patterns._code.__wrapped__().items()}


def test_code_is_kept(cache, monkeypatch):
    made = load()
    (file,) = cache.iterdir()
    monkeypatch.setattr(matching, "sources", None)  # nothing is made
    assert load() == made
    assert list(cache.iterdir()) == [file]


@pytest.mark.parametrize("damage", [lambda text: text[:-1], lambda text: text[:40] + b"?" + text[41:], lambda _: b""])
def test_damaged_code_is_made_again(cache, damage):
    made = load()
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert load() == made
    assert file.read_bytes() != damage(whole)


def test_other_rules_are_other_code(cache, tmp_path, monkeypatch):
    load()
    more = tmp_path / "more.rules"
    more.write_text("some-rule: (add x 1) => x")
    monkeypatch.setattr(patterns, "MADE_FROM", [*patterns.MADE_FROM, more])
    load()
    assert len(list(cache.iterdir())) == 2


def test_kept_code_makes_patterns(cache):
    x = leaf("x", 8)
    for _ in range(2):  # as made, and as found
        found = patterns.patterns_of(marshal.loads(patterns._code.__wrapped__()["sub"]))
        match = next(each.match for each in found if each.arguments == (None, "const"))
        met = match(apply("sub", x, const(5, 8)))
        assert met is not None and met[0].names["x"] is x and met[1] == ()
