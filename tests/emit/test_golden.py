"""How emitted code reads. UPDATE_GOLDEN=1 rewrites the files in golden/; then read the diff like code."""

import os
from pathlib import Path

import pytest
from primir.emit import c, llvm, python
from primir.ir.text import parse_functions

GOLDEN = Path(__file__).with_name("golden")
FUNCTIONS = {f.name: f for f in parse_functions((GOLDEN / "functions.graph").read_text())}
WRITERS = {
    "c": lambda function: c.source(function, function.name),
    "h": lambda function: c.header(function, function.name),
    "py": lambda function: python.source(function, function.name),
    "numba.py": lambda function: python.source(function, function.name, numba=True),
    "ll": lambda function: llvm.module(function),
}


@pytest.mark.parametrize("suffix", WRITERS)
def test_reads_as_before(suffix):
    text = "\n".join(WRITERS[suffix](function) for function in FUNCTIONS.values())
    file = GOLDEN / f"functions.{suffix}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()
