"""Native code: callables, assembly for several targets, and libraries that C's callers can use."""

import ctypes
import os
import random
import shutil
import subprocess

import pytest
from primir.emit import llvm, native
from primir.emit.native import assembly, compile_many, compile_native, shared_library
from primir.ir.errors import PrimirError
from primir.ir.evaluate import evaluate
from primir.ir.graph import Function, Parameter, Result, apply, const, leaf
from primir.ir.text import parse_functions
from primir.ir.types import Type

needs_cc = pytest.mark.skipif(not any(map(shutil.which, ("cc", "gcc", "clang"))), reason="there is no C compiler")


def function(text):
    (parsed,) = parse_functions(text)
    return parsed


ADD = function("function add(%x: i8, %y: u128) -> i8, u128\n  value (neg %x)\n  value (add %y %y)")


def test_words_in_words_out():
    run = compile_native(ADD)
    assert run(5, 1 << 127) == (251, 0)
    assert run(-5, 3 - (1 << 128)) == (5, 6)  # taken modulo 2**width
    assert repr(run) == "<native add>"
    with pytest.raises(TypeError, match="takes 2 words, not 1"):
        run(5)


def test_no_parameters_and_no_results():
    assert compile_native(function("function f() -> u8\n  value 7:8"))() == (7,)
    assert compile_native(function("function f(%x: u8)"))(3) == ()


def test_many_functions_share_a_module():
    functions = [function(f"function f(%x: u16) -> u16\n  value (add (ctpop %x) {k}:16)") for k in range(50)]
    assert [run(0xFF)[0] for run in compile_many(functions)] == [8 + k for k in range(50)]
    assert compile_many([]) == []


def test_long_functions_are_compiled_in_blocks():
    x = leaf("x", 8)
    node = x
    for index in range(1500):
        node = apply(("add", "mul", "xor")[index % 3], apply("lshr", node, const(1, 8)), apply("or", x, node))
    long = Function("f", (Parameter("x", Type(8)),), (Result(Type(8), node),))
    text = native._in_blocks(llvm.module(long))
    assert text.count("\nblock.") > 10
    first, second = compile_many([long, function("function g(%x: u8) -> u8\n  value (add %x 1)")])
    for word in range(256):
        assert first(word) == tuple(evaluate([node], {x: word}))
    assert second(255) == (0,)


def test_guards_of_many_divisions_take_linear_time():
    x, y = leaf("x", 8), leaf("y", 8)
    node, zero = x, apply("eq", y, const(0, 8))
    for _ in range(600):  # a minute, where each guard looks at all below it
        rest = apply("urem", node, apply("add", y, node))
        zero = apply("or", apply("eq", rest, const(0, 8)), zero)
        node = apply("select", zero, apply("add", node, y), rest)
    run = compile_native(Function("f", (Parameter("x", Type(8)), Parameter("y", Type(8))), (Result(Type(8), node),)))
    for words in ((0, 0), (1, 255), (200, 3), (255, 1), (77, 13)):
        assert list(run(*words)) == evaluate([node], dict(zip((x, y), words)))


def test_wide_division_is_our_own():
    """Restoring division against Python's, on words whose top bits are set as often as not."""
    names = ("udiv", "urem", "sdiv", "srem")
    runs = compile_many([function(f"function f(%x: i128, %y: i128) -> i128\n  value ({name} %x %y)") for name in names])
    rng = random.Random(5)
    for _ in range(500):
        x, y = rng.getrandbits(128) >> rng.randrange(128), max(rng.getrandbits(128) >> rng.randrange(128), 1)
        assert [runs[0](x, y), runs[1](x, y)] == [(x // y,), (x % y,)]
        a, b = (word - (word >> 127 << 128) for word in (x, y))
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        assert [runs[2](x, y), runs[3](x, y)] == [(quotient % 2**128,), ((a - quotient * b) % 2**128,)]


def test_assembly():
    text = llvm.module(function("function f(%x: u32) -> u32\n  value (and %x (sub %x 1))"))
    assert "f:" in assembly(text)
    arm = assembly(text, "aarch64-linux-gnu")
    assert "sub\tw8, w0, #1" in arm
    assert "and\tw0" in arm


def test_unknown_targets_are_named():  # error
    with pytest.raises(PrimirError, match="LLVM knows no target pdp11"):
        assembly(llvm.module(ADD), "pdp11")


@needs_cc
@pytest.mark.parametrize("text, given, want", [
    ("function f(%x: u8) -> bool\n  value (slt %x 0)", (200,), True),
    ("function f(%x: i7) -> i7\n  value (add %x 1)", (62,), 63),
    ("function f(%x: i7) -> i7\n  value (add %x 1)", (63,), -64),
    ("function f(%x: u33) -> u33\n  value (sub %x 1)", (0,), (1 << 33) - 1),
    ("function f(%x: u64) -> u64\n  value (trunc:64 (udiv (zext:128 %x) 7:128))", (10**18,), 10**18 // 7),
])
def test_shared_libraries_fill_the_c_type(tmp_path, text, given, want):
    f = function(text)
    shared_library(llvm.module(f), tmp_path / "f.so")
    loaded = ctypes.CDLL(str(tmp_path / "f.so")).f
    loaded.argtypes = [c_type(p.type) for p in f.parameters]
    loaded.restype = c_type(f.results[0].type)
    assert loaded(*given) == want


def c_type(type_):
    if type_.truth:
        return ctypes.c_bool
    return getattr(ctypes, f"c_{'' if type_.signed else 'u'}int{native.standard(type_.width)}")


@needs_cc
def test_several_results_go_through_pointers(tmp_path):
    f = function("function split(%x: u16, %y: u4) -> i7, bool, u33\n  value (trunc:7 %x)\n  value (eq %y 3)\n"
                 "  value (zext:33 %x)")
    text = native.c_callable(llvm.module(f), f, "split")
    shared_library(text, tmp_path / "f.so")
    first, second, third = ctypes.c_int8(), ctypes.c_bool(), ctypes.c_uint64()
    ctypes.CDLL(str(tmp_path / "f.so")).split(ctypes.c_uint16(0xFFFE), ctypes.c_uint8(0xF3), ctypes.byref(first),
                                              ctypes.byref(second), ctypes.byref(third))
    assert (first.value, second.value, third.value) == (-2, True, 0xFFFE)


@needs_cc
def test_an_object_file_links_with_c(tmp_path):
    f = function("function twice(%x: i16) -> i16\n  value (add %x %x)")
    native.object_file(llvm.module(f), tmp_path / "twice.o")
    (tmp_path / "main.c").write_text("short twice(short); int main(void) { return twice(-3) == -6 ? 0 : 1; }\n")
    compiler = next(filter(shutil.which, ("cc", "gcc", "clang")))
    subprocess.run([compiler, "main.c", "twice.o", "-o", "main"], cwd=tmp_path, check=True, timeout=60)
    assert subprocess.run([tmp_path / "main"], timeout=10).returncode == 0


def test_a_missing_linker_is_one_clear_line(tmp_path, monkeypatch):  # error
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(PrimirError, match="no C compiler to link") as caught:
        shared_library(llvm.module(function("function f() -> u8\n  value 7:8")), tmp_path / "f.so")
    assert "install gcc or clang" in caught.value.hint
    assert os.listdir(tmp_path) == []


@needs_cc
def test_a_linker_that_fails_says_why(tmp_path, monkeypatch):  # error
    monkeypatch.setenv("CC", "cc --no-such-option")
    with pytest.raises(PrimirError, match="could not link"):
        shared_library(llvm.module(function("function f() -> u8\n  value 7:8")), tmp_path / "f.so")
