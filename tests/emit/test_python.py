"""Python source: how it reads and what it takes. That it means the same is test_agreement.py's matter."""

import pytest
from primir.emit import python
from primir.ir.errors import PrimirError
from primir.ir.text import parse_functions


def function(head, *values):
    (parsed,) = parse_functions("\n".join([f"function f({head}", *(f"  {value}" for value in values)]))
    return parsed


def loaded(*text):
    space = {}
    exec(python.source(function(*text), "f"), space)
    return space["f"]


@pytest.mark.parametrize("head, value, line", [
    ("%x: u32) -> u32", "(and %x (sub %x 1))", "return x & (x - 1)"),
    ("%x: u32) -> u32", "(and (add %x 1) (add %x 2))", "return (x + 1) & 0xffffffff & (x + 2)"),
    ("%x: u32, %y: u32) -> bool", "(ult (add %x %y) %x)", "return ((x + y) & 0xffffffff) < x"),
    ("%x: u32, %y: u32) -> u32", "(add (mul %x %y) (mul %x 3))", "return (x * y + x * 3) & 0xffffffff"),
    ("%x: u8) -> u8", "(lshr %x 3)", "return x >> 3"),
    ("%x: u8) -> u8", "(udiv %x 10)", "return x // 10"),
    ("%x: u8, %y: u8) -> u8", "(udiv %x %y)", "return x // y if y else 0xff"),
    ("%x: u8, %y: u8) -> u8", "(shl %x (and %y 7))", "return (x << (y & 7)) & 0xff"),
    ("%x: u8) -> u8", "(abs %x)", "return -x & 0xff if x & 0x80 else x"),
    ("%x: i8) -> i8", "%x", "return (x ^ 0x80) - 0x80"),
    ("%x: u64) -> u8", "(trunc:8 (lshr %x 56))", "return x >> 56"),
    ("%x: u64) -> u64", "(ctlz %x)", "return 64 - x.bit_length()"),
    ("%x: u32) -> u32", "(bitreverse %x)", "return int(f'{x:032b}'[::-1], 2)"),
    ("%x: u8, %y: u8) -> u8", "(zext:8 (ult %x %y))", "return int(x < y)"),
    ("%x: bool, %y: bool) -> bool", "(and (not %x) %y)", "return not x and y"),
    ("%x: bool, %y: bool) -> bool", "(add %x %y)", "return x != y"),
    ("%x: u8) -> bool", "(trunc:1 %x)", "return bool(x & 1)"),
    ("%x: bool) -> u8", "(sext:8 %x)", "return 0xff if x else 0"),
    ("%x: u8) -> i8", "200:8", "return -56"),
])
def test_reads(head, value, line):
    text = python.source(function(head, f"value {value}"), "f")
    assert text.rstrip().splitlines()[-1].strip() == line


def test_takes_any_integer_and_returns_one_in_range():
    f = loaded("%x: i8, %b: bool) -> i8, bool", "value (add %x 1)", "value %b")
    assert f(127, True) == (-128, True)
    assert f(-129, 2) == (-128, False)
    assert f(127 + 256 * 5, 3) == (-128, True)


def test_no_results():
    assert loaded("%x: u8)")(3) is None


def test_names():
    text = python.source(function("%lambda: u8, %f: u8, %t1: u8) -> u8", "%1 = (mul %lambda %f)",
                                  "value (add %1 (xor %1 %t1))"), "f")
    assert "def f(lambda_2: int, f_2: int, t1: int) -> int:" in text
    assert "t2 = (lambda_2 * f_2) & 0xff" in text


def test_runs_without_any_module():
    text = python.source(function("%x: u128) -> u128", "value (bitreverse (ctpop %x))"), "f")
    assert "import" not in text


@pytest.mark.parametrize("symbol", ["lambda", "a.b", "1st", ""])
def test_impossible_names_are_refused(symbol):  # error
    with pytest.raises(PrimirError, match="cannot be the name of a function in Python"):
        python.source(function(") -> u8", "value 7:8"), symbol)


def test_numba_ends_at_64_bits():  # error
    with pytest.raises(PrimirError, match="computes with 65 bits, and numba's words end at 64"):
        python.source(function("%x: u65) -> u8", "value (trunc:8 %x)"), "f", numba=True)


def test_numba_stays_with_unsigned_words():
    text = python.source(function("%x: i32, %y: u8) -> i32", "value (add %x (shl (zext:32 %y) 3))"), "f", numba=True)
    assert '@numba.njit("int32(int32, uint8)")' in text
    assert "    x64 = uint64(x) & uint64(0xffffffff)\n    y64 = uint64(y)\n" in text
    assert "    return int32((x64 + (y64 << uint64(3))) & uint64(0xffffffff))\n" in text
