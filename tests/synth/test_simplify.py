"""Forms of the reference: narrower words, guards that the precondition decides, what LLVM knows."""

import pytest
from primir.ir.cost import instructions_of
from primir.ir.graph import topological
from primir.jobs.limits import Deadline
from primir.synth.problem import Problem
from primir.synth.simplify import simpler


def forms(spec):
    return simpler(Problem(spec, seed=0, deadline=Deadline(60)), spec.reference.results[0].value)


@pytest.mark.parametrize("text, cost, widest", [
    # computed in wider words than the result has
    ("function f(%x: u32, %y: u32) -> u32 value (trunc:32 (xor (zext:64 %x) (mul (zext:64 %x) (zext:64 %y))))", 2, 32),
    # a guard that never holds
    ("function f(%x: u32) -> u32 value (select (ult 40:64 (zext:64 (and %x 31:32))) 0:32 (add %x 1:32))", 1, 32),
    # a value that is there already
    ("function f(%x: u8) -> u8 value (add (and (or %x 3:8) %x) %x)", 1, 8),
    # LLVM knows it: a remainder by a power of two
    ("function f(%x: u32) -> u32 value (sub %x (mul (udiv %x 8:32) 8:32))", 1, 32),
])
def test_a_simpler_form(spec_of, text, cost, widest):
    best = forms(spec_of(text))[0]
    assert instructions_of([best]) == cost
    assert max(node.width for node in topological([best])) <= widest


def test_narrow_words_that_are_wrong_are_no_form(spec_of):
    text = "function f(%x: u32, %y: u32) -> u32 value (trunc:32 (lshr (mul (zext:64 %x) (zext:64 %y)) 32:64))"
    assert all(any(node.width == 64 for node in topological([form])) for form in forms(spec_of(text)))


@pytest.mark.parametrize("text", [
    "function f() -> u8 value 7:8",
    "function f() -> u8 value (add 3:8 4:8)",
    # words beyond a machine's, between inputs and a result that are none
    "function f(%x: u64, %y: u64) -> u64 value (trunc:64 (lshr (mul (zext:128 %x) (zext:128 %y)) 64:128))",
])
def test_forms_without_parameters_and_on_wide_words(spec_of, text):
    spec = spec_of(text)
    assert any(form is spec.reference.results[0].value for form in forms(spec))
