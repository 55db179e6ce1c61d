"""The checks of the measurement: they speak when a form is wrong, and apt is asked for sources."""

import importlib.util
import random
import sys
from pathlib import Path

import pytest
from primir.ir import terms
from primir.ir.graph import const, leaf
from primir.ir.key import Form


@pytest.fixture
def bench(monkeypatch):
    """bench/slices.py, which is no part of the package."""
    path = Path(__file__).parent.parent.parent / "bench" / "slices.py"
    description = importlib.util.spec_from_file_location("bench_slices", path)
    module = importlib.util.module_from_spec(description)
    monkeypatch.setitem(sys.modules, "bench_slices", module)
    description.loader.exec_module(module)
    return module


def node(text, width=8):
    return terms.instantiate(terms.parse(text), terms.Scope({name: leaf(name, width) for name in "xyz"}, width), width)


def test_pairs_are_proved_over_inputs_that_the_key_identifies(bench):
    forms = {}
    for text in ("(sub x (sub 0 y))", "(add z x)", "(add x y)", "(mul x y)"):
        value = node(text)
        forms.setdefault(bench.canonical_form([value]).key, {})[bench.written(value)] = None
    (pair,) = bench.sampled(forms, 10, random.Random(1))
    proofs = bench.proved([pair], 10)
    assert (proofs.equal, proofs.different, proofs.unknown) == (1, [], [])


def test_an_input_that_the_form_does_not_need_may_be_anything(bench):
    pair = node("(add x (sub y y))"), node("(xor z (and 0 y))")
    assert bench.proved([pair], 10).equal == 1


def test_a_key_for_two_meanings_is_found(bench, monkeypatch):
    monkeypatch.setattr(bench, "canonical_form", lambda roots: Form("one", tuple(roots), tuple(bench.free(roots[0]))))
    pair = node("(add x y)"), node("(or x y)")
    assert bench.proved([pair], 10).different == [pair]


@pytest.mark.parametrize("width", [8, 64, 128])
def test_a_form_that_is_something_else_is_found(bench, monkeypatch, width):
    value = node("(add x y)", width)
    assert not bench.unlike(node("(sub x (sub 0 y))", width), 1000, 1)
    wrong = node("(or x y)", width)
    monkeypatch.setattr(bench, "canonical_form", lambda roots: Form("", (wrong,), (*bench.free(value),)))
    assert bench.unlike(value, 1000, 1)


def test_a_form_that_is_wrong_at_one_constant_is_found(bench, monkeypatch):
    value = node("(ult x 0x12345678)", 32)
    wrong = node("(ule x 0x12345678)", 32)
    monkeypatch.setattr(bench, "canonical_form", lambda roots: Form("", (wrong,), (*bench.free(value),)))
    assert bench.unlike(value, 1000, 1)


def test_a_constant_has_no_inputs(bench):
    assert not bench.unlike(node("(sub x x)"), 1000, 1)
    assert bench.written(const(5, 8)) is const(5, 8)


@pytest.mark.parametrize("line, asked", [
    ("deb [signed-by=/k] https://somewhere/x some main\n", "deb-src [signed-by=/k] https://somewhere/x some main\n"),
    ("Types: deb\n", "Types: deb-src\n"),
    ("# deb not this\n", "# deb not this\n"),
    ("Suites: some\n", "Suites: some\n"),
])
def test_apt_is_asked_for_sources(bench, line, asked):
    assert bench._for_sources(line) == asked


def test_what_is_missing_is_said(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(bench.Missing, match="apt-get is not on this machine"):
        bench.source_of("zlib", tmp_path)
