"""Machine types: names, ranges, wrapping, and the message for a name that is none."""

import pytest
from primir.ir.errors import Place, PrimirError
from primir.ir.types import BOOL, STANDARD, Type, parse_type


@pytest.mark.parametrize("name", ["u1", "u8", "i8", "u32", "i64", "u128", "i128", "i1", "u7", "bool"])
def test_names_read_back(name):
    assert str(parse_type(name)) == name


@pytest.mark.parametrize("name, value, number", [
    ("u8", 300, 44), ("i8", 200, -56), ("i8", -129, 127), ("u32", -1, 2**32 - 1), ("i1", 1, -1), ("u1", 3, 1),
    ("bool", 1, True), ("bool", 0, False), ("i128", 2**127, -(2**127)),
])
def test_a_type_wraps(name, value, number):
    assert parse_type(name)(value) == number


@pytest.mark.parametrize("name", sorted(STANDARD))
def test_every_number_in_range_reads_as_itself(name):
    kind = parse_type(name)
    for number in (kind.range[0], kind.range[-1], 0):
        assert kind.read(number & (1 << kind.width) - 1) == number
    assert len(kind.range) == 2**kind.width if kind.width < 63 else True


def test_booleans_are_shown_as_such():
    assert BOOL.show(1) == "True"
    assert BOOL is not Type(1)
    assert BOOL != Type(1)


def test_words_are_shown_as_numbers_and_in_hex():
    assert Type(8, signed=True).show(0xF0) == "-16 (0xf0)"
    assert Type(8).show(7) == "7"


@pytest.mark.parametrize("name, says", [
    ("u0", "0 bits"),  # error: no bits
    ("u1000", "1 to 128"),  # error: too wide
    ("int32", "did you mean"),  # error: C's name
    ("", "types are"),  # error: nothing
    ("float", "there is no type float"),  # error: no integer
    ("u³", "there is no type"),  # error: a digit of another script
    ("u8\n", "there is no type"),  # error: more than a name
    ("u99999999999999999999", "there is no type"),  # error: a number without end
])
def test_other_names_are_refused(name, says):
    with pytest.raises(PrimirError) as caught:
        parse_type(name, Place("a.spec", 3, 7))
    assert says in str(caught.value)
    assert str(caught.value).startswith("a.spec:3:7:")
