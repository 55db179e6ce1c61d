"""How far a program reaches, held against every input near the bounds that are told."""

import pytest
from primir.emit.llvm import module
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.lift.speclang.front import parse_specs
from primir.synth.reach import Reach, reaches, widened
from primir.synth.schedule import synthesize


def reach_of(text, program):
    (spec,) = parse_specs(text)
    (function,) = parse_functions(program)
    return list(reaches(spec, module(function, spec.name, guards=False)))


TENTH = "spec f(x: u32) -> u32\n requires {}\n ensures result == x / 10"
PROGRAM = "function f(%x: u32) -> u32 value (lshr (mul %x {}) {})"


@pytest.mark.parametrize("requires, factor, shift, proved, fails", [
    ("x < 65536", 0xcccd, 19, 81919, 81920), ("x <= 9", 0xcccd, 19, 81919, 81920), ("x < 69", 26, 8, 68, 69),
    ("x < 50", 13, 7, 68, 69),
])
def test_a_division(requires, factor, shift, proved, fails):
    assert reach_of(TENTH.format(requires), PROGRAM.format(factor, shift)) == [Reach("x", proved, fails)]
    for x in range(proved + 2):  # an oracle of its own
        assert (x * factor % (1 << 32) >> shift == x // 10) == (x < fails)


def test_right_for_all():
    text = "spec f(x: u32) -> u32\n requires x < 9\n ensures result == x + x"
    found = reach_of(text, "function f(%x: u32) -> u32 value (shl %x 1)")
    assert found == [Reach("x", (1 << 32) - 1, None, whole=True)]
    assert str(found[0]) == "right for every greater x, too"


def test_signed_words():
    text = "spec f(x: i8) -> i8\n requires x >= -3 && x < 5\n ensures result == (x if x < 20 else 0)"
    assert reach_of(text, "function f(%x: i8) -> i8 value %x") == [Reach("x", 19, 20)]


@pytest.mark.parametrize("text", [
    "spec f(x: u32) -> u32\n requires x > 5\n ensures result == x",  # no upper bound
    "spec f(x: u32) -> u32\n ensures result == x",
    "spec f(x: u32) -> u32\n requires x < 10\n example f(3) == 3",  # nothing but examples
    "spec f(x: u32) -> u32\n requires x < 10 and x / (12 - x) >= 0\n ensures result == x",  # a division in the spec
    "spec f(x: u32) -> u32\n requires x < 10 and (x | 7) == 7\n ensures result == x",  # nothing beyond is allowed
])
def test_nothing_is_said(text):
    assert not reach_of(text, "function f(%x: u32) -> u32 value %x")


def test_the_other_conditions_stay():
    (spec,) = parse_specs("spec f(x: u32, y: u32) -> u32\n requires x < 10 and y < 3\n ensures result == x / 3")
    wide = widened(spec, spec.parameters[0], 99)
    assert str(wide.requires).count("0x63") == 1 and "%y" in str(wide.requires)
    assert wide.reference.domain is wide.requires


def test_a_result_tells_it():
    (spec,) = parse_specs(TENTH.format("x < 100") + "\n using mul lshr")
    result = synthesize(spec, deadline=Deadline(60))
    (reach,) = result.reach
    assert str(reach) in str(result)
    assert result.to_json()["reach"] == [{"parameter": "x", "proved": reach.proved, "fails": reach.fails}]
    assert all(result(x) == x // 10 for x in range(reach.proved + 1)) and result(reach.fails) != reach.fails // 10
