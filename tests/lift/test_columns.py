"""Tables of examples: what they say, and what is wrong with them, at its place."""

import pytest
from primir.ir.errors import PrimirError
from primir.lift.columns import parse_table, with_table
from primir.lift.source import lift_specs, with_examples
from primir.lift.speclang.front import parse_specs

SPEC = "spec f(x: u8, y: i8) -> u8\n requires x < 100\n ensures result >= x"


@pytest.mark.parametrize("text, examples", [
    ("x: u8, result: u8\n1, 2\n0xff, 0b1\n", [((1,), (2,)), ((255,), (1,))]),
    ("x: i8; y: bool; r: i16\n-1; True; -2\n\n# a remark\n5;0;7", [((255, 1), (65534,)), ((5, 0), (7,))]),
    ("x: u8\t-> q: u8\t-> r: u8\n9\t2\t1", [((9,), (2, 1))]),
    ('\ufeff"x: u8","result: u8"\r\n"010","7"\r\n', [((10,), (7,))]),
])
def test_a_table(text, examples):
    spec = parse_table(text, "t.csv", "f")
    assert [(example.inputs, example.outputs) for example in spec.examples] == examples
    assert spec.only_examples and spec.name == "f"


@pytest.mark.parametrize("text, line, column, message", [
    ("", 1, None, "no table"),
    ("x: u8, result: u8", 1, 1, "no rows"),
    ("x: u8, result: u8\n1", 2, 1, "1 values, and there are 2 columns"),
    ("x: u8, result: u8\n1, 300", 2, 4, "does not fit u8"),
    ("x: u8, result: u8\n1, 2.5", 2, 4, "is no u8"),
    ("x: u8, result: u8\n1,", 2, 3, "nothing is no u8"),
    ("x: u8, result: bool\n1, 2", 2, 4, "is no bool"),
    ("x: u8, result: u8\n1, 2\n1, 3", 3, 1, "other results"),
    ("x: u8, result\n1, 2", 1, 8, "has no type"),
    ("x: u8, x: u8\n1, 2", 1, 8, "two columns"),
    ("x: u8, 7\n1, 2", 1, 8, "no name"),
    ("x: u8, r: u999\n1, 2", 1, 8, "u999|1 to 128"),
    ("-> r: u8\n1", 1, 1, "no column for an input"),
    ("x: u8, r: u8\n" + "9" * 1000 + ", 2", 2, 1, "is no u8"),
])
def test_what_is_wrong(text, line, column, message):
    with pytest.raises(PrimirError, match=message) as caught:
        parse_table(text, "t.csv", "f")
    assert (caught.value.place.file, caught.value.place.line, caught.value.place.column) == ("t.csv", line, column)


def test_a_table_for_a_spec():
    (spec,) = parse_specs(SPEC)
    found = with_table(spec, "y, result: u8, x\n-1, 7, 5\n", "t.csv")
    assert [(example.inputs, example.outputs) for example in found.examples] == [((5, 255), (7,))]
    assert found.ensures is spec.ensures


@pytest.mark.parametrize("text, message", [
    ("x, y, result\n1, 2, 0", "`ensures` does not hold"),
    ("x, y, result\n100, 2, 200", "outside `requires`"),
    ("x, y, z\n1, 2, 3", "no input or result called z"),
    ("x, y\n1, 2", "no column for result"),
    ("x, y: u8, result\n1, 2, 3", "y is i8"),
])
def test_a_table_that_does_not_suit_a_spec(text, message):
    with pytest.raises(PrimirError, match=message):
        with_table(parse_specs(SPEC)[0], text, "t.csv")


def test_a_table_against_a_reference():
    (spec,) = parse_specs("spec f(x: u8) -> u8\n ensures result == x + 1")
    assert with_table(spec, "x, result\n255, 0", None).examples
    with pytest.raises(PrimirError, match="another result here"):
        with_table(spec, "x, result\n255, 1", None)


def test_files(tmp_path):
    path = tmp_path / "two bits.csv"
    path.write_text("x: u2, result: u2\n1, 2\n")
    (spec,) = lift_specs(str(path))
    assert spec.name == "two_bits"
    assert with_examples(spec, path) == spec
    with pytest.raises(PrimirError, match="no such file"):
        with_examples(spec, tmp_path / "none.csv")
    with pytest.raises(PrimirError, match="is a .csv file"):
        with_examples(spec, tmp_path / "none.txt")
