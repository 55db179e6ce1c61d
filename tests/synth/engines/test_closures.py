"""Programs over one or two operations alone: those of the least operations are found, and right."""

from dataclasses import replace
from functools import reduce
from itertools import combinations

import pytest
from primir.ir.cost import instructions_of
from primir.ir.graph import apply
from primir.jobs.limits import Deadline
from primir.lift.spec import from_function
from primir.synth.budget import Budget
from primir.synth.engines.closures import closure_programs
from primir.synth.engines.events import Candidate
from primir.synth.problem import Problem
from primir.synth.vocabulary import vocabulary

FIVE = "spec f(a: u16, b: u16, c: u16, d: u16, e: u16) -> u16\n "


def first_of(spec):
    problem = Problem(spec, seed=0, deadline=Deadline(120))
    for event in closure_programs(problem, 0, vocabulary(spec), Budget(Deadline(120))):
        if isinstance(event, Candidate) and not problem.failures([event.node]):
            return event.node
    return None


@pytest.mark.parametrize("ensures, operations", [
    ("max(max(max(max(a, b), c), d), e)", 4),
    ("a ^ b ^ c ^ d ^ e", 4),
    ("(a | b | c) & (d | e)", 4),
    ("a + b - c + d - e", 4),
    ("min(max(a, b), max(c, d)) ^ 0", 3),
])
def test_one_or_two_operations(spec_of, ensures, operations):
    assert instructions_of([first_of(spec_of(f"{FIVE} ensures result == {ensures}", None))]) == operations


def test_the_median_of_five(spec_of):
    given = spec_of(f"{FIVE} ensures result == a", None)
    threes = [reduce(lambda x, y: apply("umin", x, y), three)
              for three in combinations([parameter.value for parameter in given.parameters], 3)]
    median = Problem(given, seed=0, deadline=Deadline(120)).function([reduce(lambda x, y: apply("umax", x, y), threes)])
    spec = replace(from_function(median), operations=("umin", "umax"))
    assert instructions_of([first_of(spec)]) <= 11  # of 29


def test_neither_two_inputs_nor_truth_values(spec_of):
    assert first_of(spec_of("spec f(a: u8, b: u8) -> u8\n ensures result == a + b", None)) is None
    assert first_of(spec_of("spec f(a: u8, b: u8, c: u8) -> bool\n ensures result == (a < b)", None)) is None
