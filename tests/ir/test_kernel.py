"""Compiled rows: kept on disk once per version of their text, whole, and also where no folder can be written.

That they agree with every other reading of the table is tested in test_primes.py.
"""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from primir.ir import graph
from primir.ir.kernel import evaluate_batch, load_generated

SOURCE = "from numba import njit\n\n@njit(cache=CACHED)\ndef double(x):\n    return x + x\n"


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PRIMIR_CACHE", str(tmp_path))
    yield
    for name in [name for name in sys.modules if name.startswith("primir_double")]:
        del sys.modules[name]


def test_a_generated_module_is_kept_and_read_again(tmp_path):
    assert load_generated("double", SOURCE).double(21) == 42
    (path,) = (tmp_path / "kernels").glob("primir_double_*.py")
    before = path.stat().st_mtime_ns
    del sys.modules[path.stem]
    assert load_generated("double", SOURCE).double(4) == 8
    assert path.stat().st_mtime_ns == before  # numba's cache holds for this date alone


def test_a_damaged_file_is_written_anew(tmp_path):
    load_generated("double", SOURCE)
    (path,) = (tmp_path / "kernels").glob("primir_double_*.py")
    path.write_text("CACHED = True\nraise SystemExit('half a file')\n")
    del sys.modules[path.stem]
    assert load_generated("double", SOURCE).double(3) == 6


def test_another_text_is_another_module():
    assert load_generated("double", SOURCE) is load_generated("double", SOURCE)
    assert load_generated("double", SOURCE + "# other\n") is not load_generated("double", SOURCE)


def test_no_folder_to_write_in_costs_the_cache_alone(tmp_path, monkeypatch):
    blocked = tmp_path / "a file, no folder"
    blocked.write_text("")
    monkeypatch.setenv("PRIMIR_CACHE", str(blocked))
    assert load_generated("double", SOURCE + "# elsewhere\n").double(5) == 10


def test_several_processes_may_start_at_once(tmp_path):
    program = f"from primir.ir.kernel import load_generated; print(load_generated('double', {SOURCE!r}).double(1))"
    environment = {**os.environ, "PRIMIR_CACHE": str(tmp_path)}
    running = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment, text=True)
               for _ in range(3)]
    assert [process.communicate()[0] for process in running] == ["2\n"] * 3


def test_words_beyond_64_bits_are_refused():
    x = graph.leaf("x", 65)
    with pytest.raises(ValueError, match="65"):
        evaluate_batch([graph.apply("not", x)], {x: np.zeros(1, dtype=np.uint64)})
