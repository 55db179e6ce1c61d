"""Specs for the tests of search, from the text of a `.spec` or of a graph, and what one engine alone finds for them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from primir.ir.cost import instructions_of
from primir.ir.primes import operations
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.lift.spec import from_function
from primir.lift.speclang.front import parse_specs
from primir.synth.budget import Budget, Spent
from primir.synth.engines.events import Candidate
from primir.synth.problem import Problem
from primir.synth.vocabulary import vocabulary

PLAIN = tuple(row.name for row in operations("plain"))


def spec_of(text, using=PLAIN):
    """The spec that `text` holds, over the operations `using` (None: the set `full`) unless it names its own."""
    if text.lstrip().startswith("function"):
        (function,) = parse_functions(text)
        spec = from_function(function)
    else:
        (spec,) = parse_specs(text)
    return spec if spec.operations is not None else replace(spec, operations=using)


def cheapest(engine, spec, work):
    """The cheapest of the first programs of an engine that are right on all inputs at hand, with `work` to spend."""
    problem = Problem(spec, seed=0, deadline=Deadline(120))
    right = []
    try:
        for event in engine(problem, 0, vocabulary(spec), (), Budget(Deadline(120), work)):
            if isinstance(event, Candidate):
                right += [event.node] if not problem.failures([event.node]) else []
            elif right:
                break
    except Spent:
        pass
    return min(right, key=lambda node: instructions_of([node]), default=None)


@pytest.fixture(name="cheapest")
def cheapest_fixture():
    return cheapest


@pytest.fixture(name="spec_of")
def spec_of_fixture():
    return spec_of
