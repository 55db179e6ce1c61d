"""Constant tables: what is read where, and where reading is undefined. (LLVM's own code: test_front.py.)"""

import pytest
from primir.ir.errors import PrimirError
from primir.ir.evaluate import run
from primir.lift.llvm.front import lift_llvm

TABLE = "@t = {kind} [4 x i16] [i16 10, i16 20, i16 30, i16 40]\ndefine i16 @f(i64 %i) {{\n{body}\n  ret i16 %r\n}}"
INDEXED = "  %p = getelementptr {flags} i16, ptr @t, i64 %i\n  %r = load i16, ptr %p, align {align}"


def read(index, flags="inbounds", align=2):
    text = TABLE.format(kind="constant", body=INDEXED.format(flags=flags, align=align))
    function = lift_llvm(text, "f")
    found = run(function, {function.parameters[0].value: index % 2**64})
    return "ub" if found.ub else found.results[0]


@pytest.mark.parametrize("index, expected", [
    (0, 10), (3, 40), (4, "ub"), (-1, "ub"), (2**63, "ub"), (2**62, "ub"),  # 2 * 2**63 is 0 modulo 2**64
])
def test_outside_is_undefined(index, expected):
    assert read(index) == expected


def test_without_inbounds_the_offset_wraps():
    assert read(2**63 + 1, flags="") == 20
    assert read(4, flags="") == "ub"


def test_a_load_that_is_not_aligned_is_undefined():
    assert [read(index, align=4) for index in range(4)] == [10, "ub", 30, "ub"]


@pytest.mark.parametrize("kind, body, message", [
    ("global", INDEXED, "a load from memory cannot be lifted"),
    ("weak constant", INDEXED, "address arithmetic cannot be lifted"),
    ("constant", "  %p = getelementptr nuw i16, ptr @t, i64 %i\n  %r = load i16, ptr %p", "not inbounds"),
    ("constant", "  %r = load volatile i16, ptr @t", "a volatile or atomic load"),
    ("constant", "  %x = ptrtoint ptr @t to i64\n  %r = trunc i64 %x to i16", "a pointer"),
])  # fmt: skip
def test_refused(kind, body, message):
    if kind == "global":
        body = "  %r = load i16, ptr @t"
    with pytest.raises(PrimirError, match=message):
        lift_llvm(TABLE.format(kind=kind, body=body.format(flags="inbounds", align=2)), "f")
