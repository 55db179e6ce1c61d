"""Results that depend on each other, found together: each combination given is right on all that is at hand."""

from itertools import islice

import primir
import pytest
from primir.ir.evaluate import evaluate
from primir.jobs.limits import Deadline
from primir.lift.speclang.front import parse_specs
from primir.synth.budget import Budget
from primir.synth.problem import Problem
from primir.synth.together import joint_programs

FOUND = [  # a spec, and what must hold of its results
    ("f(a: u8, b: u8) -> (low: u8, high: u8)",
     "ensures low <= high\nensures low == a and high == b or low == b and high == a",
     lambda a, b, low, high: (low, high) == (min(a, b), max(a, b))),
    ("f(a: u8, b: u8) -> (p: u8, q: u8)", "ensures p ^ q == a and p & b == b and p != 0 or p ^ q == a ^ b",
     lambda a, b, p, q: p ^ q == a and p & b == b and p or p ^ q == a ^ b),
    ("f(a: u8, b: u8) -> (p: u8, q: u8)", "ensures f(p, q).p == a and f(p, q).q == b\nensures a != b implies p != a",
     lambda a, b, p, q: a == b or p != a),
    ("f(x: u8, y: u8) -> (p: u8, q: u8)", "ensures f(p, q).p == ~x and f(p, q).q == ~y",
     lambda x, y, p, q: True),
]


def spec_of(head, lines):
    (spec,) = parse_specs(f"spec {head}\n{lines}\n")
    return spec


@pytest.mark.parametrize("head, lines, right", FOUND, ids=[lines for _, lines, _ in FOUND])
def test_programs_for_all_results(head, lines, right):
    result = primir.synthesize(spec_of(head, lines), time=60)
    assert result.status == "proved" and result.optimal is None
    for a, b in ((0, 0), (1, 2), (255, 3), (7, 7), (128, 127)):
        assert right(a, b, *result(a, b))


@pytest.mark.parametrize("head, lines, right", FOUND, ids=[lines for _, lines, _ in FOUND])
def test_what_is_given_is_right_on_the_inputs_at_hand(head, lines, right):
    spec = spec_of(head, lines)
    problem = Problem(spec, seed=1, deadline=Deadline(60))
    given = list(islice(joint_programs(problem, Budget(Deadline(60), None)), 20))
    assert given
    for nodes in given:
        for inputs in (problem.tuples[row] for row in problem.bank_rows):
            words = dict(zip((p.value for p in spec.parameters), inputs, strict=True))
            words |= dict(zip((o.value for o in spec.outputs), evaluate(nodes, words), strict=True))
            assert evaluate([spec.ensures], words) == [1]


def test_what_nothing_so_small_does_is_unknown():
    lines = "ensures p ^ q == a * b * b + 77\nusing and or"
    assert primir.synthesize(spec_of("f(a: u32, b: u32) -> (p: u32, q: u32)", lines), time=20).status == "unknown"
