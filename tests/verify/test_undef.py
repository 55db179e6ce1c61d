"""Undef: another value at each use, until it is frozen; as an input only where that is asked for."""

import pytest
from primir.ir.text import parse_functions, print_function
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import lift_llvm
from primir.verify.refine import refine
from primir.verify.verdict import Proved, Refuted


def verdict(parameters, type_, source, target, undef_inputs=False):
    texts = (f"define {type_} @f({parameters}) {{\n{body}\n}}" for body in (source, target))
    old, new = (lift_llvm(text, undef_inputs=undef_inputs) for text in texts)
    return refine(old, new, deadline=Deadline(20))


FROZEN = "  %f = freeze i8 poison\n  ret i8 %f"
UNDEF = "  ret i8 undef"
SUM = "  %f = freeze i8 poison\n  %g = freeze i8 poison\n  %r = add i8 %f, %g\n  ret i8 %r"


@pytest.mark.parametrize("source, target, expected", [
    (UNDEF, UNDEF, Proved),
    (UNDEF, FROZEN, Proved),
    (UNDEF, "  ret i8 7", Proved),
    (FROZEN, FROZEN, Proved),
    (FROZEN, SUM, Proved),
    (FROZEN, "  ret i8 7", Proved),
    # an undef that is returned is read anew at each use: it is not what a freeze has chosen once
    (FROZEN, UNDEF, Refuted),
    (SUM, UNDEF, Refuted),
    (FROZEN, "  %r = and i8 undef, 1\n  ret i8 %r", Refuted),
    ("  ret i8 7", UNDEF, Refuted),
    ("  %r = and i8 undef, 1\n  ret i8 %r", UNDEF, Refuted),
    (UNDEF, "  %r = and i8 undef, 1\n  ret i8 %r", Proved),
    # once it is frozen, it is one value
    ("  %f = freeze i8 undef\n  %r = xor i8 %f, %f\n  ret i8 %r", "  ret i8 0", Proved),
    ("  ret i8 0", "  %f = freeze i8 undef\n  %r = xor i8 %f, %f\n  ret i8 %r", Proved),
    ("  ret i8 0", "  %u = add i8 undef, 0\n  %r = xor i8 %u, %u\n  ret i8 %r", Refuted),
])  # fmt: skip
def test_an_undef_is_not_what_a_freeze_gave(source, target, expected):
    assert isinstance(verdict("", "i8", source, target), expected)


@pytest.mark.parametrize("parameters, source, target, expected", [
    ("i8 %x", "  %r = mul i8 %x, 2\n  ret i8 %r", "  %r = add i8 %x, %x\n  ret i8 %r", Refuted),
    ("i8 %x", "  %r = add i8 %x, %x\n  ret i8 %r", "  %r = mul i8 %x, 2\n  ret i8 %r", Proved),
    ("i8 noundef %x", "  %r = mul i8 %x, 2\n  ret i8 %r", "  %r = add i8 %x, %x\n  ret i8 %r", Proved),
    ("i8 %x", "  ret i8 %x", "  %f = freeze i8 %x\n  ret i8 %f", Proved),
    ("i8 %x", "  %f = freeze i8 %x\n  ret i8 %f", "  ret i8 %x", Refuted),
    ("i8 %x", "  %f = freeze i8 %x\n  %r = mul i8 %f, 2\n  ret i8 %r",
     "  %f = freeze i8 %x\n  %r = add i8 %f, %f\n  ret i8 %r", Proved),
    ("i8 %x, i8 %y", "  %r = add i8 %x, %y\n  ret i8 %r", "  %r = add i8 %y, %x\n  ret i8 %r", Proved),
    ("i8 %x", "  %c = icmp eq i8 %x, %x\n  br i1 %c, label %a, label %b\na:\n  ret i8 1\nb:\n  ret i8 2",
     "  ret i8 1", Proved),  # to branch on it is undefined
])  # fmt: skip
def test_an_input_that_may_be_undef(parameters, source, target, expected):
    assert isinstance(verdict(parameters, "i8", source, target, undef_inputs=True), expected)
    if "freeze" not in source:
        assert isinstance(verdict(parameters, "i8", source, target), Proved)


def test_a_parameter_that_may_be_undef_is_printed():
    function = lift_llvm("define i8 @f(i8 %x, i8 noundef %y) {\n  ret i8 %x\n}", undef_inputs=True)
    text = print_function(function)
    assert text.startswith("function f(%x??: u8, %y: u8) -> u8")
    assert parse_functions(text) == [function]


def test_a_counterexample_names_what_is_undef():
    found = verdict("i8 %x", "i8", "  %r = mul i8 %x, 2\n  ret i8 %r", "  %r = add i8 %x, %x\n  ret i8 %r", True)
    assert "x: u8 = undef" in str(found)
    assert found.counterexample.to_json()["inputs"] == {"x": "undef"}
