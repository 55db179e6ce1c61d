"""Tests of bits of words and products: found for multiples of several numbers, and for no function that is none."""

import random
from itertools import islice

import pytest
from primir.ir.cost import instructions_of
from primir.ir.primes import operations
from primir.jobs.limits import Deadline
from primir.synth.budget import Budget, Spent
from primir.synth.engines.decisions import decision_programs
from primir.synth.engines.events import Candidate
from primir.synth.problem import Problem
from primir.synth.vocabulary import vocabulary

NO_DIVISION = tuple(row.name for row in operations("plain") if row.name not in ("udiv", "urem", "sdiv", "srem"))
TEST = "spec f(x: u32) -> {}\n requires {}\n ensures result == ({})"
FIRST = 4  # programs that an engine offers
LEAP = "x % 4 == 0 and (x % 100 != 0 or x % 400 == 0)"


def found(spec, work=100_000):
    problem = Problem(spec, seed=0, deadline=Deadline(60))
    try:
        for event in decision_programs(problem, 0, vocabulary(spec), Budget(Deadline(60), work)):
            if isinstance(event, Candidate):
                assert not problem.failures([event.node])
                yield event.node
    except Spent:
        pass


@pytest.mark.parametrize("type_, requires, wanted, most", [
    ("bool", "x <= 102499", LEAP, 3),
    ("u32", "x <= 9999", f"u32({LEAP})", 3),
    ("bool", "true", "x % 3 == 0", 2),
    ("bool", "x < 65536", "x % 6 == 0", 2),
    ("bool", "x < 65536", "x % 15 == 3", 3),
    ("bool", "x < 65536", "x % 24 >= 12", 2),
    ("bool", "x < 65536", "x % 28 == 0 and x % 9 == 0", 2),
    ("bool", "1 <= x < 4096", "x % 3 == 0 and x % 5 != 0", 3),
    ("bool", "true", "(x & 0xf000) == 0xf000 or x >> 31 == 0", 3),
    ("bool", "true", "x & 12 < 8 and x & 3 != 0", 3),
])
def test_finds(spec_of, type_, requires, wanted, most):
    programs = islice(found(spec_of(TEST.format(type_, requires, wanted), NO_DIVISION)), FIRST)
    assert min(instructions_of([program]) for program in programs) <= most


@pytest.mark.parametrize("seed", range(20))
def test_classes_of_remainders(spec_of, seed):  # some remainders side by side are an arc of fractions
    rng = random.Random(seed)
    divisor = rng.randint(3, 60)
    first = rng.randrange(divisor)
    last = rng.randint(first, divisor - 1)
    if (first, last) == (0, divisor - 1):
        last -= 1
    wanted = f"{first} <= x % {divisor} <= {last}"
    program = next(found(spec_of(TEST.format("bool", "x < 4000", wanted), NO_DIVISION)))
    assert instructions_of([program]) <= 3


@pytest.mark.parametrize("type_, wanted", [
    ("bool", "ctpop(x) % 2 == 1"), ("u32", "x % 3"), ("bool", "x * x % 101 < 50"),
])
def test_finds_nothing(spec_of, type_, wanted):
    assert not list(found(spec_of(TEST.format(type_, "x < 65536", wanted), NO_DIVISION), 10_000))


def test_nothing_without_its_operations(spec_of):
    assert not list(found(spec_of(TEST.format("bool", "x < 65536", "x % 3 == 0"), ("mul", "add", "xor"))))


def test_narrow_words_have_no_room_for_a_fraction(spec_of):
    text = "spec f(x: u8) -> bool\n ensures result == (ctpop(x) % 2 == 1 or x % 200 == 7)"
    assert not list(found(spec_of(text, NO_DIVISION), 10_000))
