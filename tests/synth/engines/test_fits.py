"""Functions within a tolerance: each example has a program, right on all inputs, and an exact spec has none here."""

from pathlib import Path

import pytest
from primir.ir.cost import instructions_of
from primir.jobs.limits import Deadline
from primir.lift.speclang.front import parse_specs
from primir.synth.budget import Budget
from primir.synth.engines.events import Candidate
from primir.synth.engines.fits import fitted_programs
from primir.synth.problem import Problem
from primir.synth.schedule import synthesize
from primir.synth.vocabulary import vocabulary

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "fixed_point"
COSTS = {"sqrt8": 12, "log8": 10, "recip8": 7, "sin8": 9, "sigmoid8": 8}


def spec_named(name):
    (spec,) = parse_specs((EXAMPLES / f"{name}.spec").read_text())
    return spec


def found(spec):
    problem = Problem(spec, seed=0, deadline=Deadline(120))
    for event in fitted_programs(problem, 0, vocabulary(spec), Budget(Deadline(120))):
        if isinstance(event, Candidate):
            assert not problem.failures([event.node])
            return event.node
    return None


@pytest.mark.parametrize("name", COSTS)
def test_fixed_point(name):
    assert instructions_of([found(spec_named(name))]) <= COSTS[name] + 1


@pytest.mark.slow
@pytest.mark.parametrize("name", COSTS)
def test_it_is_proved(name):
    result = synthesize(spec_named(name), deadline=Deadline(120))
    assert result.status == "proved"
    assert result.cost <= COSTS[name]


def test_nothing_without_a_tolerance(spec_of):
    assert found(spec_of("spec f(x: u8) -> u8\n ensures result == x * x", None)) is None
