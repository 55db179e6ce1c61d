"""What constants are at another width, and what says nothing there."""

import pytest
from primir.ir.errors import PrimirError
from primir.ir.graph import leaf, topological
from primir.ir.primes import TABLE
from primir.ir.text import parse_functions
from primir.ir.widths import Meaning, Rereading


def graph(body, width=32):
    (function,) = parse_functions(f"function f(%x: u{width}, %n: u{width}) -> u{width}\n  value {body}\n")
    return function.results[0].value


def read(body, width):
    root = graph(body)
    return Rereading([root], 32).at([root], width)[0]


@pytest.mark.parametrize("start, width, wanted", [
    ("(add %x 5)", 8, "(add %x 5)"),
    ("(add %x -1)", 8, "(add %x -1)"),
    ("(add %x -7)", 64, "(add %x -7)"),
    ("(and %x 0x80000000)", 8, "(and %x 0x80)"),
    ("(and %x 0x7fffffff)", 16, "(and %x 0x7fff)"),
    ("(and %x 0x55555555)", 16, "(and %x 0x5555)"),
    ("(and %x 0x0f0f0f0f)", 8, "(and %x 15:8)"),
    ("(lshr %x 31)", 8, "(lshr %x 7)"),  # as a distance it is w - 1 ...
    ("(mul %x 31)", 8, "(mul %x 31)"),  # ... and as a factor 31
    ("(lshr %x 4)", 8, "(lshr %x 4)"),
    ("(shl %x (and %n 31))", 64, "(shl %x (and %n 63))"),
    ("(and %x 31)", 64, "(and %x 31)"),
    ("(sub 31 (ctlz %x))", 64, "(sub 63 (ctlz %x))"),
    ("(zext:32 (ult %n 32))", 8, "(zext:8 (ult %n 32))"),  # nothing says that n counts bits
    ("(shl (zext:32 (ult %n 32)) %n)", 8, "(shl (zext:8 (ult %n 8)) %n)"),
    ("(trunc:32 (lshr (mul (zext:64 %x) (zext:64 %n)) 32))", 16,
     "(trunc:16 (lshr (mul (zext:32 %x) (zext:32 %n)) 16))"),
    ("(trunc:32 (and (zext:64 %x) 0xffffffff))", 8, "(trunc:8 (and (zext:16 %x) 0xff))"),
])  # fmt: skip
def test_a_graph_at_another_width(start, width, wanted):
    assert read(start, width) is graph(wanted, width)


@pytest.mark.parametrize("start, width, word", [
    ("(xor %x 0xdeadbeef)", 16, "0xdeadbeef does not say"),
    ("(lshr %x 16)", 8, "16 does not say"),  # half of the width, or 16?
    ("(lshr %x 24)", 8, "24 does not say"),
    ("(and %x 0xffff)", 16, "0xffff does not say"),
    ("(and %x 1000)", 8, "1000 is none at 8 bits"),
    ("(lshr %x 12)", 8, "12 is none at 8 bits"),
    ("(and %x 0x01010101)", 12, "is none at 12 bits"),
    ("(bswap %x)", 8, "bswap means nothing at 8 bits"),
    ("(zext:32 (trunc:8 %x))", 16, "words of 8, 32 bits"),
])
def test_what_says_nothing_at_another_width(start, width, word):
    with pytest.raises(PrimirError, match=word):
        read(start, width)


def test_at_its_own_width_nothing_is_asked():
    root = graph("(xor %x 0xdeadbeef)")
    assert Rereading([root], 32).at([root], 32) == [root]


def test_what_was_read_otherwise_is_said():
    root = graph("(add (lshr %x 31) 5)")
    rereading = Rereading([root], 32)
    rereading.at([root], 8)
    assert rereading.remarks() == ("at other widths, where w is the width: 31 is w - 1",)


def test_constants_that_differ_have_inputs_of_their_own():
    root = graph("(add (xor %x 3) (xor %n -3))")
    meanings = {}
    (moved,) = Rereading([root], 32).symbolic([root], meanings)
    assert sorted(meaning.number for meaning in meanings.values()) == [-3, 3]
    assert set(meanings) < set(topological([moved]))


@pytest.mark.parametrize("meaning, width, wanted", [
    (Meaning(-3), 3, 5), (Meaning(-3), 2, None), (Meaning(3), 3, 3), (Meaning(4), 3, None),
    (Meaning(0, sign=1), 5, 16), (Meaning(-1, sign=1), 5, 15), (Meaning(-1, width=1), 12, 11),
    (Meaning(period=4, pattern=3), 8, 0x33), (Meaning(period=4, pattern=3), 6, None),
    (Meaning(6, distance=True), 7, 6), (Meaning(6, distance=True), 6, None),
])  # fmt: skip
def test_the_word_of_a_meaning(meaning, width, wanted):
    assert meaning.value(width) == wanted


def test_counts_name_arguments_or_the_result():
    for row in TABLE.values():
        assert row.counts in ("", "result", *"xyz"[:len(row.arguments)]), row.name


def test_leaves_keep_their_names():
    root = graph("(add %x %n)")
    assert set(Rereading([root], 32).at([root], 5)[0].args) == {leaf("x", 5), leaf("n", 5)}
