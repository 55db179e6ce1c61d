"""References with divisions become chains of lines: right on every input of their range, held against brute force."""

import random

import numpy as np
import pytest
from primir.ir.graph import topological
from primir.ir.primes import operations
from primir.jobs.limits import Deadline
from primir.synth.problem import Problem
from primir.synth.simplify import guessed
from primir.synth.steps import DIVISIONS, _straight, rebuilt, settled
from primir.synth.vocabulary import vocabulary

NO_DIVISION = tuple(row.name for row in operations("plain") if row.name not in DIVISIONS)
ONE = "spec f(x: {}) -> {}\n requires {}\n ensures result == {}"


ROUNDS = 4  # of adding inputs, as a proof would


def stepped(spec, count=0):
    """The reference with its values found anew, right on `count` inputs, and what it costs; None where it is not."""
    problem = Problem(spec, seed=0, deadline=Deadline(60))
    wanted = [result.value for result in spec.reference.results]
    inputs = [(word,) for word in range(count)]
    for _ in range(ROUNDS):
        *_, roots = guessed(problem, wanted)
        found = rebuilt(problem, roots, vocabulary(spec))
        if found is None:
            return None, None
        made, right = (np.array(problem.evaluate(nodes, inputs)) for nodes in (found, wanted))
        wrong = np.flatnonzero((made != right).any(axis=0))
        if not len(wrong):
            return found, problem.instructions(found)
        problem.add([inputs[row] for row in wrong[:4]])
    return None, None


@pytest.mark.parametrize("width, below, wanted, most", [
    (32, 65536, "x / 10", 2),
    (32, 366, "x - (153 * ((5 * x + 461) / 153) - 457) / 5 + 1", 6),  # the day of the month
    (64, 146097, "(x % 1461) / 366", 5),
    (64, 1000000, "x / 3600 * 100 + x % 3600 / 60", 7),
])
def test_costs(spec_of, width, below, wanted, most):
    spec = spec_of(ONE.format(f"u{width}", f"u{width}", f"x < {below}", wanted), NO_DIVISION)
    found, cost = stepped(spec, below)
    assert found is not None and cost <= most


@pytest.mark.parametrize("seed", range(12))
def test_random_chains(spec_of, seed):  # (a*x + b) / c, and what is left divided further
    rng = random.Random(seed)
    line, divisor = f"({rng.randint(1, 9)} * x + {rng.randrange(500)})", rng.randint(10, 400)
    rest = f"{line} % {divisor} / {rng.randint(1, 9)}"
    wanted = rng.choice([rest, f"{line} / {divisor} * 1000 + {rest}", f"({rest} * 5 + 3) / {rng.randint(6, 30)}",
                         f"({line} / {divisor} + {rest}) / {rng.randint(2, 7)}"])
    found, _ = stepped(spec_of(ONE.format("u64", "u64", "x < 20000", wanted), NO_DIVISION), 20000)
    assert found is not None and not {node.op for node in topological(found)} & DIVISIONS


def test_results_share_their_values(spec_of):
    text = """
    function f(%x: u32) -> u32, u32
      domain (ult %x 10000:32)
      %1 = (udiv %x 60:32)
      value %1
      value (sub %x (mul %1 60:32))"""
    found, cost = stepped(spec_of(text, NO_DIVISION), 10000)
    assert found is not None and cost <= 4


@pytest.mark.parametrize("wanted, using", [
    ("x * x + 3", NO_DIVISION),  # nothing is divided
    ("x / 10", ("add", "sub", "lshr")),  # no line without a product
    ("10000 / (x + 1)", NO_DIVISION),  # no line at all
])
def test_nothing(spec_of, wanted, using):
    assert stepped(spec_of(ONE.format("u32", "u32", "x < 65536", wanted), using))[0] is None


def test_lines_are_worked_out_from_what_they_fail_on():
    values = np.arange(100_000, dtype=np.uint64)
    (line,) = settled(values, values // 1461, 64, _straight)
    assert ((values * np.uint64(line.factor) + np.uint64(line.offset)) >> np.uint64(line.shift) == values // 1461).all()
    assert not settled(values, values * values // 1461, 64, _straight)
