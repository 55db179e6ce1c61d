"""Programs that end in a rounded line: found for ranges, and for no function that is none."""

import pytest
from primir.ir.cost import instructions_of
from primir.ir.primes import operations
from primir.jobs.limits import Deadline
from primir.synth.budget import Budget
from primir.synth.engines.events import Candidate, Exhausted
from primir.synth.engines.lines import line_programs
from primir.synth.problem import Problem
from primir.synth.vocabulary import vocabulary

NO_DIVISION = tuple(row.name for row in operations("full") if row.name not in ("udiv", "urem", "sdiv", "srem"))
LINE = "spec f(x: u32) -> u32\n requires {}\n ensures result == {}"


def found(spec):
    problem = Problem(spec, seed=0, deadline=Deadline(60))
    events = line_programs(problem, 0, vocabulary(spec), Budget(Deadline(60)))
    for event in events:
        if isinstance(event, Candidate):
            assert not problem.failures([event.node])
            yield event.node
        elif isinstance(event, Exhausted):
            return


@pytest.mark.parametrize("requires, wanted, most", [
    ("x < 65536", "x / 10", 2), ("x < 65536", "x / 1000", 3), ("x < 65536", "x % 7", 2),
    ("x < 65536", "(x + 4) % 7", 3), ("x < 366", "(5 * x + 461) / 153", 3), ("3 <= x < 15", "(153 * x - 457) / 5", 3),
])
def test_divisions_on_a_range(spec_of, requires, wanted, most):
    assert min(instructions_of([node]) for node in found(spec_of(LINE.format(requires, wanted), NO_DIVISION))) <= most


@pytest.mark.parametrize("wanted", ["x * x", "x ^ (x >> 1)", "ctpop(x)"])
def test_nothing_where_there_is_no_line(spec_of, wanted):
    assert not list(found(spec_of(LINE.format("x < 65536", wanted), NO_DIVISION)))


def test_nothing_without_its_operations(spec_of):
    assert not list(found(spec_of(LINE.format("x < 65536", "x / 10"), ("add", "sub", "lshr"))))
