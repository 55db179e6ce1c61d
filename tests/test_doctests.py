"""The examples in docstrings run, in every module of the package."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ["ir", "jobs", "lift", "emit", "verify", "synth"]


def modules_with_examples() -> list[str]:
    files = [*ROOT.glob("*.py"), *(file for layer in LAYERS for file in (ROOT / layer).rglob("*.py"))]
    names = [file.relative_to(ROOT).with_suffix("").parts for file in sorted(files) if ">>> " in file.read_text()]
    return [".".join(["primir", *name]).removesuffix(".__init__") for name in names]


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_run(name):
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted > 0
    assert results.failed == 0
