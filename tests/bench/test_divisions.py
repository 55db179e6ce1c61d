"""The generator of divisions, and that the portfolio decides what it makes."""

import importlib.util
from collections import Counter
from pathlib import Path

import pytest
from primir.ir.evaluate import run
from primir.jobs.limits import Deadline
from primir.verify.provers.floorsum import FloorSum
from primir.verify.provers.integers import Integers
from primir.verify.provers.query import DontKnow, Query, Unsat
from primir.verify.refine import refine, violation
from primir.verify.verdict import Proved, Refuted


@pytest.fixture
def bench(monkeypatch):
    """bench/divisions.py, which is no part of the package."""
    path = Path(__file__).parent.parent.parent / "bench" / "divisions.py"
    description = importlib.util.spec_from_file_location("bench_divisions", path)
    module = importlib.util.module_from_spec(description)
    monkeypatch.setitem(__import__("sys").modules, "bench_divisions", module)  # dataclasses look there
    description.loader.exec_module(module)
    return module


def test_a_case_that_is_wrong_fails_where_it_says(bench):
    kinds = Counter()
    for case in bench.cases(1, 150):
        kinds[case.kind.split(",")[0], case.fails is None] += 1
        if case.fails is not None:
            inputs = {case.source.parameters[0].value: case.fails}
            assert run(case.source, inputs).results != run(case.target, inputs).results
    assert len(kinds) == 2 * len(bench.KINDS)


def test_the_first_failure_of_a_magic_number(bench):
    for d in range(1, 20):
        for k in range(1, 10):
            m = -(-(1 << k) // d) + d % 3
            expected = next((x for x in range(300) if x * m >> k != x // d), None)
            assert bench.first_failure(m, k, d, 299) == expected, (m, k, d)


def decided(bench, seed, count):
    """How many cases a refinement decides; a wrong verdict ends the test."""
    right = 0
    for case in bench.cases(seed, count):
        verdict = refine(case.source, case.target, deadline=Deadline(10))
        assert not isinstance(verdict, Refuted if case.fails is None else Proved), f"seed {seed}: {case}"
        right += isinstance(verdict, (Proved, Refuted))
    return right


def test_divisions_are_decided(bench):
    assert decided(bench, 3, 40) >= 39


@pytest.mark.slow
def test_300_divisions_are_decided(bench):
    assert decided(bench, 2026, 300) >= 297


def test_two_provers_agree(bench):
    """Floor sums and integers share no line of code."""
    both = 0
    for case in bench.cases(4, 60):
        query = Query(violation(case.source, case.target))
        answers = [prover.ask(query, Deadline(10)) for prover in (FloorSum(), Integers())]
        said = {type(answer) for answer in answers if not isinstance(answer, DontKnow)}
        assert len(said) < 2, f"{case}: {answers}"
        assert Unsat not in said or case.fails is None, case
        both += all(not isinstance(answer, DontKnow) for answer in answers)
    assert both > 30
