"""The plugin, in a pytest of its own: a marked function is a test, proved or with its counterexample."""

import subprocess
import sys

import primir
import pytest

BITS = """import primir
from primir import u32

def slow(x: u32) -> u32:
    return x * 2

@primir.verified_against(slow)
def fast(x: u32) -> u32:
    return x + x

@primir.verified_against(slow, requires="x < 100")
def wrong(x: u32) -> u32:
    return x + x + x // 99
"""
TEST = """import primir
from bits import fast, slow, wrong

def test_plain():
    primir.assert_refines(slow, fast)

def test_plain_wrong():
    primir.assert_refines(slow, wrong)
"""


def run(folder, *words):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "primir.pytest_plugin", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def test_marked_functions_are_tests(tmp_path):
    (tmp_path / "bits.py").write_text(BITS)
    (tmp_path / "test_bits.py").write_text(TEST)
    code, out = run(tmp_path, "test_bits.py")
    assert code == 1 and "2 failed, 2 passed" in out, out
    assert "x: u32 = 99 (0x63)" in out and "refuted: another value" in out, out


def test_modules_are_named_by_a_setting(tmp_path):
    (tmp_path / "bits.py").write_text(BITS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nprimir_modules = bits\npythonpath = .\n")
    (tmp_path / "test_nothing.py").write_text("def test_nothing():\n    pass\n")
    code, out = run(tmp_path)
    assert code == 1 and "1 failed, 2 passed" in out, out


def test_what_is_accepted():
    def count(n: primir.u32) -> primir.u32:
        i = primir.u32(0)
        while n != 0:
            n &= n - 1
            i += 1
        return i

    def same(n: primir.u32) -> primir.u32:  # by another number of runs, which no relation of both loops tells
        i = primir.u32(0)
        while n != 0:
            i += n & 1
            n >>= 1
        return i

    with pytest.raises(AssertionError, match="up to 5 runs"):
        primir.assert_refines(count, same, unroll=5)
    primir.assert_refines(count, same, unroll=5, accept=["bounded"])
