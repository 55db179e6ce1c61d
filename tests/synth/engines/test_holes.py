"""Programs with constants that nobody told: they are found within the cost of the program that made the samples."""

from __future__ import annotations

import random

import pytest
from primir.ir.cost import instructions_of
from primir.ir.graph import topological
from primir.ir.primes import operations
from primir.jobs.limits import Deadline
from primir.synth.budget import Budget, Spent
from primir.synth.engines.enumeration import Batch, Candidate, Exhausted
from primir.synth.engines.holes import hole_programs
from primir.synth.problem import Problem
from primir.synth.vocabulary import vocabulary

FULL = tuple(row.name for row in operations("full"))
NO_DIVISION = tuple(name for name in FULL if name not in ("udiv", "urem", "sdiv", "srem"))
WORK = 60_000_000


def searched(spec, most, work=WORK):
    """The candidates up to a cost, the cheapest at the end, and the work it took."""
    problem, budget = Problem(spec, seed=0, deadline=Deadline(300)), Budget(Deadline(300), work)
    found = []
    try:
        for event in hole_programs(problem, 0, vocabulary(spec), budget):
            match event:
                case Candidate(node):
                    assert not problem.failures([node]), node
                    found.append(node)
                case Batch() if found and min(map(instructions_of, ([node] for node in found))) <= most:
                    break
                case Exhausted(level, complete):
                    assert not complete
                    if level == most:
                        break
    except Spent:
        pass
    return sorted(found, key=lambda node: -instructions_of([node])), budget.candidates


ONE, TWO, TEST = ("function f(%x: u32) -> u32 value ", "function f(%x: u32, %y: u32) -> u32 value ",
                  "function f(%x: u32) -> bool value ")


@pytest.mark.parametrize("text, cost", [
    (ONE + "(sub %x (and (lshr %x 1:32) 0x55555555:32))", 3),
    (ONE + "(and (add (xor %x 0x12345678:32) %x) 0xff00ff0f:32)", 3),
    (ONE + "(add (mul %x 0x1234567:32) 0x89abcdef:32)", 2),
    (ONE + "(or (shl (and %x 0x0f0f0f0f:32) 4:32) (and (lshr %x 4:32) 0x0f0f0f0f:32))", 5),
    (TWO + "(xor %x (and (xor %x %y) 0x00ff1234:32))", 3),
    (ONE + "(add (mul (xor %x (lshr %x 16:32)) 0x85ebca6b:32) 0x12345677:32)", 4),
    (ONE + "(lshr (add (mul %x 77:32) 0x12345:32) 5:32)", 3),
    (ONE + "(lshr (mul (and %x 0xff:32) 0x1235:32) 7:32)", 3),
    (ONE + "(or (mul %x 0x10001:32) 0x80000100:32)", 2),
    (ONE + "(shl (mul (xor %x 0x1234567:32) %x) 12:32)", 3),
    (TWO + "(and (lshr %x 20:32) %y)", 3),
    (TWO + "(sub (xor %x (lshr %x 7:32)) (and %y (lshr %x 9:32)))", 5),
    (ONE + "(udiv %x 10:32)", 1),
    (ONE + "(sdiv %x 0xfffffff7:32)", 1),
    (ONE + "(urem %x 1000003:32)", 1),
    (ONE + "(xor (udiv %x 1000:32) %x)", 2),
    (TEST + "(ult (sub %x 1000:32) 50000:32)", 2),
    (TEST + "(slt %x 12345:32)", 1),
    (TEST + "(eq (and %x 0xf0:32) 0x50:32)", 2),
    (TEST + "(eq (urem %x 37:32) 5:32)", 2),
    (ONE + "(select (ult %x 1000:32) 77:32 12345:32)", 2),
    (ONE + "(select (eq %x 1000:32) 77:32 %x)", 2),
    ("function f(%x: u16, %y: u8) -> u16 value (add (and %x 0x1234:16) (zext:16 %y))", 2),
    ("function f(%x: u64) -> u64 value (mul (xor %x 0x123456789abcdef1:64) 0xfedcba9876543211:64)", 2),
    ("function f(%x: u32) -> u8 value (trunc:8 (lshr (mul %x 0x12345:32) 6:32))", 2),
    ("spec f(x: u32) -> bool\n  requires x < 32\n  ensures result == (0x8a2822a >> x & 1 != 0)", 1),
])
def test_constants_are_found(spec_of, text, cost):
    found, work = searched(spec_of(text), cost)
    assert found and instructions_of([found[-1]]) <= cost, (found, work)


def test_a_division_becomes_a_wide_product(spec_of):
    found, _ = searched(spec_of(ONE + "(udiv %x 10:32)", NO_DIVISION), 2)
    assert found and {part.op for part in topological([found[-1]])} >= {"zext", "mul", "lshr", "trunc"}
    assert instructions_of([found[-1]], 32) == 4  # two for the constants, which are wider than any input


def test_only_what_the_spec_allows(spec_of):
    found, _ = searched(spec_of(ONE + "(add (and %x 0x1234:32) 0x777:32)", ("add", "and")), 2)
    assert found and {part.op for part in topological([found[-1]]) if part.args} <= {"add", "and"}


def test_the_same_budget_gives_the_same_candidates(spec_of):
    spec = spec_of(TWO + "(mul (add %x 0x1234:32) (xor %y 0x777:32))")
    assert searched(spec, 3, 2_000_000) == searched(spec, 3, 2_000_000)


def test_a_spent_budget_ends_the_search(spec_of):
    spec = spec_of(ONE + "(ctpop %x)")
    with pytest.raises(Spent):
        for _ in hole_programs(Problem(spec, seed=0, deadline=Deadline(60)), 0, vocabulary(spec),
                               Budget(Deadline(60), work=1_000_000)):
            pass


def test_examples_alone_do(spec_of):
    lines = [f"  example f({x}) == {x * 37 + 11 & 255}\n" for x in (0, 1, 2, 7, 100, 255)]
    found, _ = searched(spec_of("spec f(x: u8) -> u8\n" + "".join(lines)), 2)
    assert found


def random_program(rng, lines):
    """A term of `lines` operations, each with one earlier value and a constant or another earlier value."""
    terms = ["%x"]
    for _ in range(lines):
        name = rng.choice(("add", "sub", "xor", "and", "or", "mul"))
        other = rng.choice(terms) if rng.random() < 0.35 else f"{hex(rng.getrandbits(32))}:32"
        terms.append(f"({name} {terms[-1]} {other})")
    return terms[-1]


@pytest.mark.parametrize("seed", range(12))
def test_random_programs_come_back(spec_of, seed):
    rng = random.Random(seed)
    text = random_program(rng, 2 + seed % 2)
    found, work = searched(spec_of(ONE + text), 2 + seed % 2)
    assert found, (seed, text, work)


def test_every_program_tried_looks_at_the_clock(spec_of, monkeypatch):
    """Rules propose thousands of tests for a truth value: each is spent for, so that no limit is overrun."""
    spec = spec_of("spec leap(y: u32) -> bool\n requires y < 10000\n"
                   " ensures result == (y % 4 == 0 and (y % 100 != 0 or y % 400 == 0))", using=None)
    unpaid = tried = 0

    def spend(self, candidates, each=0.0):
        nonlocal unpaid
        unpaid = 0

    def failures(self, values, limit=1):
        nonlocal unpaid, tried
        unpaid, tried = unpaid + 1, tried + 1
        assert unpaid <= 2
        return before(self, values, limit)

    before = Problem.failures
    monkeypatch.setattr(Budget, "spend", spend)
    monkeypatch.setattr(Problem, "failures", failures)
    problem = Problem(spec, seed=0, deadline=Deadline(300))
    for event in hole_programs(problem, 0, vocabulary(spec), Budget(Deadline(300))):
        if isinstance(event, Exhausted) and event.level == 2:
            break
    assert tried > 100
