"""What programs are made of: operations at the widths at hand, and constants."""

from __future__ import annotations

import pytest
from primir.synth.vocabulary import vocabulary

AVERAGE = "spec f(x: u8, y: u8) -> u8\n ensures result == x + y + 77\n"


@pytest.mark.parametrize("using, widths, closed", [
    ("plain", (1, 8), True),
    ("full", (1, 8, 16), False),
    ("add sub mul", (1, 8), True),
    ("full\n forbid mul", (1, 8, 16), False),
])
def test_widths(spec_of, using, widths, closed):
    words = vocabulary(spec_of(f"{AVERAGE} using {using}"))
    assert (words.widths, words.closed) == (widths, closed)


def test_forbidden_operations_are_not_there(spec_of):
    words = vocabulary(spec_of(f"{AVERAGE} using plain\n forbid mul add"))
    assert not {"mul", "add"} & {operation.row.name for operation in words.operations}


def test_constants_are_small_ones_and_those_of_the_spec(spec_of):
    words = vocabulary(spec_of(f"{AVERAGE} using plain"))
    assert {node.data for node in words.constants if node.width == 8} == {0, 1, 2, 7, 76, 77, 128, 255}


def test_numbers_are_derived_from_few_constants(spec_of):
    words = vocabulary(spec_of("spec f(x: u8) -> bool\n ensures result == (65 <= x <= 90)\n using plain"))
    assert 90 - 65 in {node.data for node in words.constants}
    words = vocabulary(spec_of("spec f(x: u32) -> u32\n ensures result == x / 16 + (x >> 5)\n using plain"))
    assert {4, 32 - 5, 15} <= {node.data for node in words.constants}


def test_words_beyond_the_kernels_are_left_to_the_solver(spec_of):
    words = vocabulary(spec_of("spec f(x: u100) -> u100\n ensures result == x\n using plain"))
    assert words.one_width == 100
    assert {operation.w for operation in words.operations} <= {1}


@pytest.mark.parametrize("condition, there", [
    ("x & 0xff == 0 or x & 0xff00 == 0", True),  # two bytes
    ("x & 0xff == 0 or x >> 16 & 0xff == 0", True),  # a byte, and a shift to another
    ("x & 0x0ff0 == 0 or x & 0xff == 1", False),  # they overlap
    ("x & 0xff == 0 or x & 7 == 0", False),
])
def test_numbers_follow_from_fields(spec_of, condition, there):
    words = vocabulary(spec_of(f"spec f(x: u32) -> bool\n  ensures result == ({condition})"))
    assert ({0x01010101, 0x80808080} <= {node.data for node in words.constants}) == there
