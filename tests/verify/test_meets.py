"""Specs in the .spec language, programs in the text form, and what must be said about them."""

from dataclasses import replace

import pytest
from primir.ir.errors import PrimirError
from primir.ir.graph import FALSE, apply, const
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.lift.spec import Example, from_function
from primir.lift.speclang.front import parse_specs
from primir.verify.provers.corners import Corners
from primir.verify.refine import check_spec, meets
from primir.verify.verdict import Proved, Refuted, Unknown, Vacuous

OFF = "spec off(x: u32) -> u32\n  ensures result == (x & (x - 1))"
POWER = """spec power(x: u32) -> u32
  requires x != 0 && x <= 0x80000000
  ensures  result & (result - 1) == 0 && result >= x && result >> 1 < x"""
DIVIDE = "spec divide(x: u8, y: u8) -> u8\n  requires y != 0\n  ensures result == x / y"
EXAMPLES = "spec third(x: u8, y: u8) -> u8\n  example third(6, 2) == 3\n  example third(7, 2) == 3"
BOTH = "spec both(x: u8) -> (q: u8, r: u8)\n  ensures q * 10 + r == x && r < 10 && q <= 25"


def spec(text):
    (found,) = parse_specs(text, None)
    return found


def program(text):
    (found,) = parse_functions(f"function p{text}")
    return found


CASES = [
    (OFF, "(%x: u32) -> u32 value (and %x (sub %x 1))", "proved"),
    (OFF, "(%x: u32) -> u32 value (and %x (neg %x))", "value"),
    (OFF, "(%x: u32) -> u32 value (and %x (sub %x 1)) poison (eq %x 9)", "poison"),
    (OFF, "(%x: u32) -> u32 value (and %x (sub %x 1)) ub (eq %x 9)", "ub"),
    (OFF, "(%x: u32) -> u32 value (and %x (sub %x 1)) domain (ne %x 9)", "domain"),
    (POWER, "(%x: u32) -> u32 value (shl 1 (sub 32 (ctlz (sub %x 1))))", "proved"),
    (POWER, "(%x: u32) -> u32 value (shl 1 (sub 32 (ctlz %x)))", "value"),
    (POWER, "(%x: u32) -> u32 value (shl 1 (sub 32 (ctlz (sub %x 1)))) ub (eq %x 0)", "proved"),
    (POWER, "(%x: u32) -> u32 value (shl 1 (sub 32 (ctlz (sub %x 1)))) poison (eq %x 5)", "poison"),
    (DIVIDE, "(%a: u8, %b: u8) -> u8 value (udiv %a %b) ub (eq %b 0)", "proved"),
    (DIVIDE, "(%a: u8, %b: u8) -> u8 value (udiv %a %b) ub (eq %b 1)", "ub"),
    (BOTH, "(%x: u8) -> u8, u8 value (udiv %x 10) value (urem %x 10)", "proved"),
    (BOTH, "(%x: u8) -> u8, u8 value (urem %x 10) value (udiv %x 10)", "value"),
    (EXAMPLES, "(%x: u8, %y: u8) -> u8 value (lshr %x 1)", "proved"),
    (EXAMPLES, "(%x: u8, %y: u8) -> u8 value (udiv %x 3)", "value"),
    (EXAMPLES, "(%x: u8, %y: u8) -> u8 value 3 poison (eq %x 6)", "poison"),
    (EXAMPLES, "(%x: u8, %y: u8) -> u8 value (udiv %x %y) ub (eq %y 0)", "ub"),  # at other inputs
    (EXAMPLES, "(%x: u8, %y: u8) -> u8 choice %c: 8 value (udiv (add %x (mul 0 %c)) 2)", "proved"),
    (EXAMPLES, "(%x: u8, %y: u8) -> u8 choice %c: 1 value (select %c 3 4)", "value"),
    (f"{OFF}\n  example off(12) == 8", "(%x: u32) -> u32 value (and %x (sub %x 1))", "proved"),
    (f"{OFF}\n  requires x > 7 && x < 3", "(%x: u32) -> u32 value %x", "vacuous"),
]


@pytest.mark.parametrize("wanted, text, expected", CASES)
def test_a_program_meets_a_spec(wanted, text, expected):
    verdict = meets(spec(wanted), program(text), deadline=Deadline(10))
    assert (verdict.reason if isinstance(verdict, Refuted) else verdict.status) == expected, str(verdict)


@pytest.mark.parametrize("wanted, text, says", [
    (POWER, "(%x: u32) -> u32 value (shl 1 (sub 32 (ctlz %x)))",
     "  x: u32 = 1\n  target: 2, which `ensures` does not allow"),
    (EXAMPLES, "(%x: u8, %y: u8) -> u8 value (udiv %x 3)", "  x: u8 = 6\n  y: u8 = 2\n  wanted: 3\n  target: 2"),
])
def test_a_counterexample_says_what_was_wanted(wanted, text, says):
    assert str(meets(spec(wanted), program(text), deadline=Deadline(10)).counterexample) == says


def test_a_reference_and_a_predicate_are_both_asked():
    reference = program("(%x: u8) -> u8 choice %c: 8 value %c")
    wanted = from_function(reference)
    wanted = replace(wanted, ensures=apply("ult", wanted.outputs[0].value, const(9, 8)))
    assert isinstance(meets(wanted, program("(%x: u8) -> u8 value 8"), deadline=Deadline(5)), Proved)
    verdict = meets(wanted, program("(%x: u8) -> u8 value 9"), deadline=Deadline(5))
    assert isinstance(verdict, Refuted)
    assert verdict.reason == "value"


def test_a_reference_that_is_defined_nowhere_is_vacuous():
    verdict = meets(from_function(program("(%x: u8) -> u8 value %x ub (ule 0 %x)")),
                    program("(%x: u8) -> u8 value %x"), deadline=Deadline(5))
    assert isinstance(verdict, Vacuous)
    assert verdict.condition == "(not (ule 0:8 %x))"


def test_an_example_may_contradict_the_reference():
    wanted = replace(spec(OFF), examples=(Example((12,), (9,)),))
    verdict = meets(wanted, program("(%x: u32) -> u32 value (and %x (sub %x 1))"), deadline=Deadline(5))
    assert isinstance(verdict, Refuted)
    assert str(verdict.counterexample) == "  x: u32 = 12 (0xc)\n  wanted: 9\n  target: 8"


def test_examples_without_inputs_to_stand_on_are_vacuous():
    wanted = replace(spec(EXAMPLES), requires=FALSE)
    assert isinstance(meets(wanted, program("(%x: u8, %y: u8) -> u8 value 3"), deadline=Deadline(5)), Vacuous)


def test_examples_of_the_wrong_size_wrap():
    wanted = replace(spec(EXAMPLES), examples=(Example((262, 2), (3,)),))
    assert isinstance(meets(wanted, program("(%x: u8, %y: u8) -> u8 value (lshr %x 1)"), deadline=Deadline(5)), Proved)


def test_signatures_must_fit():
    with pytest.raises(PrimirError, match=r"the signatures differ: off\(u32\) -> u32 and p\(u16\) -> u16"):
        meets(spec(OFF), program("(%x: u16) -> u16 value %x"), deadline=Deadline(5))


# --- specs themselves -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted, kind", [(OFF, Proved), (POWER, Proved), (DIVIDE, Proved), (EXAMPLES, Proved),
                                          (f"{OFF}\n  requires x > 7 && x < 3", Vacuous)])
def test_a_spec_means_something(wanted, kind):
    assert isinstance(check_spec(spec(wanted), Deadline(5)), kind)


def test_a_division_by_zero_in_a_predicate_is_named():
    with pytest.raises(PrimirError) as caught:
        check_spec(spec(DIVIDE.replace("requires y != 0", "requires y != 1")), Deadline(5))
    assert caught.value.message == "`y != 0` must hold here and does not for x = 0, y = 0"
    assert caught.value.place.line == 3


def test_an_obligation_that_nobody_decides_is_unknown():
    guarded = spec(DIVIDE.replace("y != 0", "y > x"))
    assert isinstance(check_spec(guarded, Deadline(5)), Proved)
    verdict = check_spec(guarded, Deadline(5), provers=[Corners()])
    assert isinstance(verdict, Unknown)
    assert "`y != 0`" in verdict.why
