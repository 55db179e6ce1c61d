import pytest
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.lift.speclang.front import parse_specs
from primir.verify.roundtrip import prove_emitted
from primir.verify.verdict import Refuted, Unknown


def emitted(spec, text, seconds=10):
    (wanted,), (function,) = parse_specs(spec, None), parse_functions(f"function p{text}")
    return prove_emitted(wanted, function, "answer", deadline=Deadline(seconds))


AVERAGE = "spec average(x: u32, y: u32) -> u32\n  ensures result == u32((u33(x) + u33(y)) / 2)"
SHIFT = "spec shift(x: u8, n: u8) -> u8\n  requires n < 9\n  ensures result == x >> n"


@pytest.mark.parametrize("spec, text, expected", [
    (AVERAGE, "(%x: u32, %y: u32) -> u32 value (add (and %x %y) (lshr (xor %x %y) 1))", "proved"),
    (AVERAGE, "(%x: u32, %y: u32) -> u32 value (lshr (add %x %y) 1)", "value"),
    # right as a graph, where shifts are total; the instruction is poison at n = 8
    (SHIFT, "(%x: u8, %n: u8) -> u8 value (lshr %x %n)", "poison"),
    (SHIFT.replace("n < 9", "n < 8"), "(%x: u8, %n: u8) -> u8 value (lshr %x %n)", "proved"),
    ("spec divide(x: u8, y: u8) -> u8\n  ensures y == 0 || result == x / y",
     "(%x: u8, %y: u8) -> u8 value (udiv %x %y)", "ub"),
])
def test_what_is_proved_is_the_emitted_text(spec, text, expected):
    llvm, verdict = emitted(spec, text)
    assert "@answer(" in llvm
    reason = "ub" if expected == "poison" else expected  # a noundef result makes poison undefined behaviour
    assert (verdict.reason if isinstance(verdict, Refuted) else verdict.status) == reason, str(verdict)


def test_no_time_is_unknown():
    llvm, verdict = emitted(AVERAGE, "(%x: u32, %y: u32) -> u32 value %x", seconds=0)
    assert "define" in llvm
    assert isinstance(verdict, Unknown)
