"""Object code: kept once per version of its text, taken only whole, and made where no folder can be written as well."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import NamedTuple

import numpy as np
import pytest
from primir.ir.objects import Array, Group, Part, Scalar, signature

DOUBLE = "@jit\ndef double(x):\n    return x + x\n"
TOTAL = '''
@jit
def total(words, start):
    for k in range(words.shape[0]):
        start += words[k]
    return start
'''
PAIR = '''
@jit
def both(pair, out):
    """Takes a tuple apart, and calls another part."""
    out[0, 1] = total(pair.left, pair.right[0, 0])
    return out[0, 1] > np.uint64(10)
'''


class Pair(NamedTuple):
    left: object
    right: object


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("PRIMIR_CACHE", str(tmp_path))


def double(more=""):
    return Part("double", DOUBLE + more, {"double": "int64(int64)"})


def total():
    return Part("total", TOTAL, {"total": "uint64(uint64[:], uint64)"})


def both():
    return Part("both", PAIR, {"both": "bool(Pair(uint64[:], uint64[:, :]), uint64[:, :])"}, (total(),), (Pair,))


def test_what_was_compiled_is_loaded_ever_after(tmp_path):
    assert double().functions.double(21) == 42
    program = ("import sys; from primir.ir.objects import Part\n"
               f"print(Part('double', {DOUBLE!r}, {{'double': 'int64(int64)'}}).functions.double(4), "
               "'numba' in sys.modules)")
    environment = {**os.environ, "PRIMIR_CACHE": str(tmp_path)}
    assert subprocess.check_output([sys.executable, "-c", program], env=environment, text=True) == "8 False\n"


@pytest.mark.parametrize("damage", [
    lambda content: b"",
    lambda content: content[:-10],
    lambda content: content.replace(b"A", b"B", 1),
    lambda content: b"no object code",
])
def test_what_is_damaged_is_compiled_anew(damage):
    part = double()
    assert part.functions.double(1) == 2
    whole = part.path.read_bytes()
    part.path.write_bytes(damage(whole))
    assert double().functions.double(3) == 6
    assert double()._kept() is not None


def test_another_text_or_signature_is_another_file():
    assert double().path == double().path
    assert double().path != double("# other\n").path
    assert double().path != Part("double", DOUBLE, {"double": "uint64(uint64)"}).path


def test_a_part_that_uses_another_follows_its_text():
    other = Part("total", TOTAL + "# other\n", {"total": "uint64(uint64[:], uint64)"})
    assert both().path != Part("both", PAIR, both().entries, (other,), (Pair,)).path


def test_no_folder_to_write_in_costs_the_cache_alone(tmp_path, monkeypatch):
    blocked = tmp_path / "a file, no folder"
    blocked.write_text("")
    monkeypatch.setenv("PRIMIR_CACHE", str(blocked))
    part = double("# elsewhere\n")
    assert part.compiled and part.functions.double(5) == 10


def test_several_processes_may_start_at_once(tmp_path):
    program = ("from primir.ir.objects import Part\n"
               f"print(Part('double', {DOUBLE!r}, {{'double': 'int64(int64)'}}).functions.double(1))")
    environment = {**os.environ, "PRIMIR_CACHE": str(tmp_path)}
    running = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment, text=True)
               for _ in range(3)]
    assert [process.communicate()[0] for process in running] == ["2\n"] * 3


def test_arrays_and_tuples_are_passed_and_written_to():
    left, right, out = np.arange(4, dtype=np.uint64), np.full((1, 2), 5, dtype=np.uint64), np.zeros((2, 3), np.uint64)
    assert both().functions.both((left, right), out) is True
    assert out.tolist() == [[0, 11, 0], [0, 0, 0]]
    assert both().functions.both((left[:2], right), out) is False


def test_a_part_is_compiled_before_what_it_uses(tmp_path):
    source = "\n".join(["from primir.ir.objects import Part", "from collections import namedtuple",
                        f"Pair = namedtuple('Pair', {Pair._fields})",
                        f"total = Part('total', {TOTAL!r}, {total().entries})",
                        f"Part('both', {PAIR!r}, {both().entries}, (total,), (Pair,)).compile_alone()"])
    subprocess.check_call([sys.executable, "-c", source], env={**os.environ, "PRIMIR_CACHE": str(tmp_path)})
    assert both().compiled and not total().compiled
    left, right, out = np.arange(4, dtype=np.uint64), np.full((1, 2), 5, dtype=np.uint64), np.zeros((2, 3), np.uint64)
    assert both().functions.both((left, right), out) is True


@pytest.mark.parametrize("wrong", [
    np.zeros(4, dtype=np.int64),
    np.zeros(4, dtype=np.uint32),
    np.zeros((4, 1), dtype=np.uint64),
    np.zeros(8, dtype=np.uint64)[::2],
], ids=["signed", "narrow", "two axes", "every other"])
def test_an_array_of_another_kind_is_refused(wrong):
    with pytest.raises(TypeError, match="an array of 1 axes of uint64 is wanted"):
        total().functions.total(wrong, 0)


def test_arguments_are_counted():
    with pytest.raises(ValueError, match="argument"):
        total().functions.total(np.zeros(4, dtype=np.uint64))


def test_a_signature_is_read():
    read = signature("bool(int64, uint64[:, :], Store(int32[:], tuple(bool[:])), uint64)")
    assert read.result == "bool"
    store = Group("Store", (Array("int32", 1), Group("tuple", (Array("bool", 1),))))
    assert read.arguments == (Scalar("int64"), Array("uint64", 2), store, Scalar("uint64"))
