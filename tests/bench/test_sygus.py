"""How answers to SyGuS files are checked: by z3, in their grammars, several in one file."""

import importlib.util
import sys
from pathlib import Path

import pytest

WORD = "(_ BitVec 8)"
FILE = f"""(set-logic BV)
(define-fun implies ((a Bool) (b Bool)) Bool (or (not a) b))
(synth-fun f ((x {WORD})) {WORD} ((S {WORD})) ((S {WORD} (x (bvadd S S) (bvnot S)))))
(synth-fun g ((x {WORD})) {WORD})
(declare-var a {WORD})
(constraint (= (f a) (bvmul a #x02)))
(constraint (implies (bvult a #x07) (= (g a) a)))
(check-synth)
"""
F, G = f"(define-fun f ((x {WORD})) {WORD} {{}})", f"(define-fun g ((x {WORD})) {WORD} {{}})"


@pytest.fixture
def sygus(monkeypatch):
    """bench/sygus.py, which is no part of the package."""
    for name in ("cpu", "sygus"):
        path = Path(__file__).parent.parent.parent / "bench" / f"{name}.py"
        description = importlib.util.spec_from_file_location(f"bench.{name}", path)
        module = importlib.util.module_from_spec(description)
        monkeypatch.setitem(sys.modules, f"bench.{name}", module)
        description.loader.exec_module(module)
    return module


@pytest.mark.parametrize("f, g, check", [
    ("(bvadd x x)", "x", "right"),
    ("(bvadd x x)", "(ite (bvult x #x07) x #x00)", "right"),
    ("(bvadd x x)", "(ite (bvult x #x06) x #x00)", "wrong"),
    ("(bvadd x (bvnot x))", "x", "wrong"),
    ("(bvshl x #x01)", "x", "outside the grammar"),
    ("(bvadd x y)", "x", "wrong"),
])
def test_answers_are_checked(sygus, tmp_path, f, g, check):
    path = tmp_path / "f.sl"
    path.write_text(FILE)
    assert sygus.checked(path, f"{F.format(f)}\n{G.format(g)}") == check


def test_what_primir_refuses_is_checked_by_z3_alone(sygus, tmp_path):
    path = tmp_path / "f.sl"
    path.write_text(f"(set-logic BV)(synth-fun p ((x {WORD})) Bool)(synth-fun q ((x {WORD})) Bool)"
                    f"(declare-var a {WORD})(constraint (or (p a) (q a)))(check-synth)")
    answer = f"(define-fun p ((x {WORD})) Bool {{}})\n(define-fun q ((x {WORD})) Bool {{}})"
    assert sygus.checked(path, answer.format("(bvult x #x07)", "(not (bvult x #x07))")) == "right"
    assert sygus.checked(path, answer.format("(bvult x #x07)", "(not (bvult x #x06))")) == "right"
    assert sygus.checked(path, answer.format("(bvult x #x06)", "(not (bvult x #x07))")) == "wrong"


def test_the_size_counts_different_operations_of_each_answer(sygus):
    assert sygus.size(F.format("(bvadd (bvnot x) (bvnot x))")) == 2
    assert sygus.size(F.format("(bvadd (bvnot x) (bvnot x))") + "\n" + G.format("(bvnot x)")) == 3
    assert sygus.size(F.format("((_ extract 3 0) x)")) == 1
