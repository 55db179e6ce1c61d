"""Functions of several pieces are found by trees: from references, predicates and examples."""

import random
from contextlib import suppress

import pytest
from primir.ir.cost import instructions_of
from primir.ir.graph import LEAVES, topological
from primir.jobs.limits import Deadline
from primir.synth.budget import Budget, Spent
from primir.synth.engines.branches import branching_programs
from primir.synth.engines.events import Candidate
from primir.synth.problem import Problem
from primir.synth.schedule import synthesize
from primir.synth.vocabulary import vocabulary

WORK = 50_000_000


@pytest.mark.parametrize("parameters, value, cost", [
    ("x: i32", "0 if x < 0 else 255 if x > 255 else x", 4),
    ("x: i16", "x if x >= 0 else -32768 | -x", 4),
    ("x: i32, y: i32", "-1 if x < y else 1 if x > y else 0", 3),
    ("x: u8, y: u8", "255 if x > 255 - y else x + y", 4),
    ("x: i16, y: i16", "x - y if x > y else y - x", 4),
    ("x: u16", "x if x < 10 else x * 2 if x < 100 else x ^ 0xff if x < 1000 else x >> 3", 9),
    ("x: u32, y: u32", "x + 1 if x & y == 0 else y - 1", 5),
    ("x: u8", "7 if x == 0 else 1 if x == 1 else 9 if x == 2 else 3", 6),
    ("x: u8, y: bool", "x ^ 1 if y else x + 2", 3),
])
def test_pieces_of_a_reference(spec_of, cheapest, parameters, value, cost):
    result = "u8" if parameters == "x: u8" else parameters.split()[1].rstrip(",")
    found = cheapest(branching_programs, spec_of(f"spec f({parameters}) -> {result}\n ensures result == ({value})"),
                     WORK)
    assert found is not None and instructions_of([found]) <= cost


@pytest.mark.parametrize("lines, cost", [
    ("result == x or result == y\n ensures result >= x and result >= y", 2),
    ("result == x or result == y\n ensures (x | y) & 1 == result & 1", 2),
    ("result >= x and result >= y and result >= 100\n ensures result == x or result == y or result == 100", 4),
    ("result == min(x, y) or result == max(x, y)\n ensures result & 1 == 0 or x & y & 1 == 1", 2),
])
def test_pieces_of_a_predicate(spec_of, lines, cost):
    result = synthesize(spec_of(f"spec f(x: u16, y: u16) -> u16\n ensures {lines}"), deadline=Deadline(60))
    assert result.status == "proved" and result.cost <= cost


@pytest.mark.parametrize("value, cost", [("max(max(x, y), z)", 4), ("min(x, min(y, z))", 4)])
def test_what_is_joined_is_used_again(spec_of, value, cost):
    spec = spec_of(f"spec f(x: u32, y: u32, z: u32) -> u32\n ensures result == ({value})")
    problem = Problem(spec, seed=0, deadline=Deadline(60))
    found = []
    with suppress(Spent):
        for event in branching_programs(problem, 0, vocabulary(spec), (), Budget(Deadline(60), WORK)):
            if isinstance(event, Candidate) and not problem.failures([event.node]):
                found.append(event.node)
    assert min(instructions_of([node]) for node in found) <= cost


def hidden(seed, count, pieces, bound):
    """A spec of examples, and the examples: `pieces` of x, one below each of the numbers `bound`."""
    rng = random.Random(seed)
    given = {}
    while len(given) < count:
        x = rng.choice((rng.getrandbits(64), rng.randrange(2 * max(bound))))
        piece = next((piece for piece, below in zip(pieces, bound, strict=False) if x < below), pieces[-1])
        given[x] = piece(x) % 2**64
    return "spec f(x: u64) -> u64\n" + "".join(f" example f({x}) == {word}\n" for x, word in given.items()), given


@pytest.mark.parametrize("pieces, bound, cost", [
    ((lambda x: x + 7, lambda x: x >> 2), (1000,), 6),
    ((lambda x: 3 * x, lambda x: x ^ x >> 1, lambda x: x - 5), (100, 5000), 11),
    ((lambda x: 12345, lambda x: 678, lambda x: 9), (30, 60), 4),
])
def test_pieces_of_two_hundred_examples(spec_of, cheapest, pieces, bound, cost):
    seed = 11
    text, given = hidden(seed, 200, pieces, bound)
    spec = spec_of(text)
    found = cheapest(branching_programs, spec, WORK)
    assert found is not None and instructions_of([found]) <= cost, seed
    result = synthesize(spec, deadline=Deadline(60))
    assert result.status == "consistent" and result.cost <= cost
    assert all(result(x) == word for x, word in given.items()), seed


def test_examples_without_any_system_are_met_at_last(spec_of, cheapest):
    rng = random.Random(5)
    lines = "".join(f" example f({x}) == {rng.getrandbits(16)}\n" for x in rng.sample(range(2**16), 12))
    spec = spec_of("spec f(x: u16) -> u16\n" + lines, ("eq", "ult", "select"))
    found = cheapest(branching_programs, spec, 10 * WORK)
    assert found is not None
    assert not Problem(spec, seed=0, deadline=Deadline(60)).failures([found])


@pytest.mark.parametrize("using", ["select ult", "and or xor not neg ult", "and xor sub ult"])
def test_only_allowed_operations(spec_of, cheapest, using):
    spec = spec_of(f"spec f(x: u16, y: u16) -> u16\n ensures result == (x if x < 100 else y)\n using {using}")
    found = cheapest(branching_programs, spec, WORK)
    assert found is not None
    assert {node.op for node in topological([found])} - LEAVES <= {*using.split(), "zext", "trunc"}


def test_the_same_program_again(spec_of, cheapest):
    spec = spec_of(hidden(2, 100, (lambda x: x + 7, lambda x: x >> 2), (1000,))[0])
    assert cheapest(branching_programs, spec, WORK) is cheapest(branching_programs, spec, WORK)
