"""C source: what it looks like at the edges of C's rules. That it means the same is test_agreement.py's matter."""

import shutil
import subprocess

import pytest
from primir.emit import c
from primir.ir.errors import PrimirError
from primir.ir.text import parse_functions

CC = next(filter(shutil.which, ("cc", "gcc", "clang")), None)


def function(head, *values):
    (parsed,) = parse_functions("\n".join([f"function f({head}", *(f"  {value}" for value in values)]))
    return parsed


def returned(head, value):
    """The last line of the function's body."""
    return c.source(function(head, f"value {value}"), "f").rstrip().splitlines()[-2].strip()


@pytest.mark.parametrize("head, value, line", [
    ("%x: u32) -> u32", "(and %x (neg %x))", "return x & -x;"),
    ("%x: u32, %y: u32) -> u32", "(udiv %x %y)", "return y != 0 ? x / y : 0xffffffff;"),
    ("%x: u32, %y: u32) -> u32", "(udiv %x 10)", "return x / 10;"),
    ("%x: u32, %y: u32) -> u32", "(shl %x %y)", "return y < 32 ? x << y : 0;"),
    ("%x: u32, %y: u32) -> u32", "(shl %x (and %y 31))", "return x << (y & 0x1f);"),
    ("%y: u32) -> u32", "(shl 1 (and %y 31))", "return 1u << (y & 0x1f);"),
    ("%y: u64) -> u64", "(shl 1 (and %y 63))", "return UINT64_C(1) << (y & 0x3f);"),
    ("%x: u32, %y: u32) -> bool", "(and (ult %x %y) (ne %x 0))", "return x < y && x != 0;"),
    ("%x: u32, %y: u32) -> u32", "(zext:32 (ult %x %y))", "return (uint32_t)(x < y);"),
    ("%b: bool) -> u8", "(sext:8 %b)", "return (uint8_t)(b ? 0xffu : 0u);"),
    ("%x: i32, %y: i32) -> i32", "(smin %x %y)", "return x < y ? x : y;"),
    ("%x: i32) -> i32", "(sdiv %x 10)", "return x / 10;"),
    ("%x: i32) -> i32", "(ashr %x 3)", "return x >> 3;"),
    ("%x: i32) -> i64", "(sext:64 %x)", "return (int64_t)x;"),
    ("%x: i33) -> bool", "(slt %x -0xc33c9d4e)", "return (int64_t)(((uint64_t)x & 0x1ffffffff) ^ 0x100000000) "
                                                   "- 0x100000000 < -3275529550;"),
    ("%x: u16, %y: u16) -> u16", "(mul %x %y)", "return (uint16_t)((uint32_t)x * (uint32_t)y);"),
    ("%x: u7, %y: u7) -> u7", "(add (mul %x %y) 1)", "return (uint8_t)(((uint32_t)x * (uint32_t)y + 1) & 0x7f);"),
    ("%x: u64) -> u64", "(ctpop %x)", "return (uint64_t)__builtin_popcountll(x);"),
    ("%x: u8) -> u8", "(ctlz %x)", "return (uint8_t)(x32 ? __builtin_clz(x32 << 24) : 8);"),
    ("%x: u32) -> u32", "(fshl %x %x 7)", "return (x << 7) | (x >> 25);"),
    ("%x: u32) -> u32", "0xdeadbeef:32", "return 0xdeadbeef;"),
    ("%x: i64) -> i64", "0x8000000000000000:64", "return INT64_MIN;"),
    ("%x: i1) -> i1", "%x", "return (int8_t)(((uint32_t)(uint8_t)x & 1) ? -1 : 0);"),
])
def test_reads(head, value, line):
    assert returned(head, value) == line


def test_shared_values_have_names():
    text = c.source(function("%x: u32) -> u32", "%1 = (mul %x %x)", "value (xor %1 (lshr %1 3))"), "f")
    assert "    const uint32_t t1 = x * x;\n    return t1 ^ (t1 >> 3);\n" in text


def test_no_name_is_taken_twice():
    text = c.source(function("%t1: u32, %int: u32, %a.b: u8) -> u32", "%1 = (mul %t1 %int)",
                             "value (xor %1 (lshr %1 (zext:32 %a.b)))"), "f")
    assert "f(uint32_t t1, uint32_t int_2, uint8_t a_b)" in text
    assert "const uint32_t t2 = t1 * int_2;" in text


def test_unused_parameters_are_said_to_be():
    text = c.source(function("%x: u8, %y: u8) -> u8", "value %y"), "f")
    assert "    (void)x;\n    return y;\n" in text


def test_no_parameters_and_no_results():
    assert "uint8_t f(void)\n{\n    return 7;\n}" in c.source(function(") -> u8", "value 7:8"), "f")
    assert "void f(uint8_t x)\n{\n    (void)x;\n}" in c.source(function("%x: u8)"), "f")


def test_several_results_go_through_pointers():
    text = c.source(function("%x: u8, %result0: u8) -> u8, bool", "value %x", "value (eq %x %result0)"), "f")
    assert "void f(uint8_t x, uint8_t result0, uint8_t *result0_2, bool *result1)" in text


def test_results_have_the_names_that_they_are_given():
    f = function("%x: u8, %h: u8) -> u8, bool", "value %x", "value (eq %x %h)")
    for text in (c.source(f, "f", results=("h", "int")), c.header(f, "f", results=("h", "int"))):
        assert "void f(uint8_t x, uint8_t h, uint8_t *h_2, bool *int_2)" in text


def test_long_expressions_are_split():
    term = "%x"
    for k in range(40):
        term = f"(xor (add {term} {k + 3}:32) (lshr %y {k % 31}:32))"
    lines = c.source(function("%x: u32, %y: u32) -> u32", f"value {term}"), "f").splitlines()
    assert max(map(len, lines)) < 120
    assert 10 < len(lines) < 40


@pytest.mark.parametrize("symbol", ["while", "a.b", "class", "1st", "_Z3foo$", ""])
def test_impossible_names_are_refused(symbol):  # error
    with pytest.raises(PrimirError, match="cannot be the name of a function in C"):
        c.source(function(") -> u8", "value 7:8"), symbol)


@pytest.mark.skipif(CC is None, reason="there is no C compiler")
@pytest.mark.parametrize("compiler, flags", [(CC, ["-std=c11", "-pedantic"]), ("g++", ["-x", "c++"])])
def test_source_and_header_fit(tmp_path, compiler, flags):
    if shutil.which(compiler) is None:
        pytest.skip(f"there is no {compiler}")
    f = function("%x: i7, %y: bool) -> i7, bool", "value (select %y %x (neg %x))", "value (not %y)")
    (tmp_path / "flip.h").write_text(c.header(f, "flip"))
    (tmp_path / "flip.c").write_text(c.source(f, "flip", header=True))
    (tmp_path / "main.c").write_text('#include "flip.h"\n#include "flip.h"\nint main(void) { int8_t a; bool b; '
                                     "flip(-64, false, &a, &b); return !(a == -64 && b); }\n")
    subprocess.run([compiler, *flags, "-Wall", "-Wextra", "-Werror", "main.c", "flip.c", "-o", "main"], cwd=tmp_path,
                   check=True, timeout=60)
    assert subprocess.run([tmp_path / "main"], timeout=10).returncode == 0
