"""Whatever happens to a solver, the verdict is right or unknown, and in time."""

import random
import time

import pytest
from faulty import FAULTS
from primir.ir.graph import Function, Parameter, Result, apply, const, leaf
from primir.ir.types import Type
from primir.jobs.limits import Deadline
from primir.verify.provers.solvers import BITWUZLA, Solver
from primir.verify.refine import refine
from primir.verify.verdict import Proved, Refuted, Unknown

X, Y = leaf("x", 16), leaf("y", 16)
PARAMETERS = (Parameter("x", Type(16)), Parameter("y", Type(16)))


def function(value):
    return Function("f", PARAMETERS, (Result(Type(16), value),))


def pair(rng):
    """Two functions and whether they are the same; each pair is another one."""
    k = const(rng.getrandbits(16), 16)
    left = apply("add", apply("xor", X, k), Y)
    carries = apply("shl", apply("and", apply("xor", X, k), Y), const(1, 16))
    right = apply("add", apply("xor", apply("xor", X, k), Y), carries)
    same = rng.random() < 0.5
    return function(left), function(right if same else apply("add", right, const(1 << rng.randrange(16), 16))), same


def verdicts(count, share, seconds):
    solver = Solver("faulty", "faulty:ask", slice=seconds, settings=(share,))
    rng = random.Random(share)
    for _ in range(count):
        source, target, same = pair(rng)
        started = time.monotonic()
        found = refine(source, target, deadline=Deadline(3 * seconds), provers=(solver,))
        assert time.monotonic() - started < 3 * seconds + 1.5, found
        assert isinstance(found, (Proved if same else Refuted) | Unknown), (found, same)
        yield found


def test_faults_end_in_no_wrong_verdict():
    found = list(verdicts(24, share=2, seconds=1.0))
    assert any(isinstance(each, Unknown) for each in found) and any(isinstance(each, Proved) for each in found)


@pytest.mark.slow
def test_two_hundred_jobs_with_faults():
    found = list(verdicts(200, share=10, seconds=2.0))
    unknown = sum(isinstance(each, Unknown) for each in found)
    assert len(found) == 200 and 5 <= unknown <= 80, f"{unknown} unknown"


def test_a_second_solver_answers_where_the_first_dies():
    for fault in range(len(FAULTS)):
        solver = Solver("faulty", "faulty:ask", slice=1.0, settings=(1,))
        source, target, same = pair(random.Random(fault))
        found = refine(source, target, deadline=Deadline(10), provers=(solver, BITWUZLA))
        assert isinstance(found, Proved if same else Refuted)
