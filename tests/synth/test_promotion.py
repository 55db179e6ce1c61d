"""Programs that use a value several times are found around it, over the operations at hand."""

import numpy as np
import pytest
from primir.ir.cost import instructions_of
from primir.ir.graph import LEAVES, leaf, topological
from primir.ir.primes import TABLE
from primir.jobs.limits import Deadline
from primir.synth.bank import Operation
from primir.synth.budget import Budget, Spent
from primir.synth.engines.chains import chain_programs
from primir.synth.engines.promotion import promoted_programs
from primir.synth.goals import Target
from primir.synth.lane import lane
from primir.synth.problem import Problem
from primir.synth.promotion import Search
from primir.synth.vocabulary import vocabulary


@pytest.mark.parametrize("value, cost", [
    ("(xor (shl (and %x %y) 1:16) (and %x %y))", 3),
    ("(or (add %x (and %x (neg %x))) (lshr (and %x (neg %x)) 1:16))", 6),
    ("(xor (xor %x (and %x %y)) (shl (and %x %y) 2:16))", 4),
    ("(add (mul (xor %x %y) (xor %x %y)) (sub (xor %x %y) %x))", 4),
])
def test_a_value_that_is_used_twice(spec_of, cheapest, value, cost):
    found = cheapest(promoted_programs, spec_of(f"function f(%x: u16, %y: u16) -> u16 value {value}"), 400_000_000)
    assert found is not None and instructions_of([found]) <= cost


def test_only_allowed_operations(spec_of, cheapest):
    spec = spec_of("function f(%x: u16) -> u16 value (sub (shl %x 3:16) %x)")
    found = cheapest(promoted_programs, spec, 50_000_000)
    assert {node.op for node in topological([found])} - LEAVES <= {row.name for row in vocabulary(spec).rows}


def test_the_high_half_of_a_product(spec_of, cheapest):
    spec = spec_of("function f(%x: u16, %y: u16) -> u16 value (trunc:16 (lshr (mul (zext:32 %x) (zext:32 %y)) 16:32))",
)
    found = cheapest(promoted_programs, spec, 400_000_000)
    assert found is not None and instructions_of([found]) <= 16


def test_truth_values_are_left_to_others(spec_of, cheapest):
    assert cheapest(promoted_programs, spec_of("function f(%x: u16) -> bool value (eq %x 3:16)"), 10_000_000) is None


def test_a_budget_ends_it(spec_of):
    spec = spec_of("function f(%x: u32) -> u32 value (mul (mul %x %x) (urem 77:32 (or %x 9:32)))")
    problem = Problem(spec, seed=0, deadline=Deadline(60))
    budget = Budget(Deadline(60), 1_000_000)
    with pytest.raises(Spent):
        list(promoted_programs(problem, 0, vocabulary(spec), (), budget))
    assert budget.candidates < 50_000_000


@pytest.mark.parametrize("twice", [False, True])
def test_every_chain_comes_once(twice):
    """However often the search pauses, it goes on with the next chain: the last first step of a value included."""
    words = np.arange(1, 5, dtype=np.uint64)
    wanted = Target(words * np.uint64(37), np.full(4, 255, dtype=np.uint64), lambda node: node)
    pauses = {}
    for at_once in (0, 1_000_000_000):  # after each chain, and never
        work = []
        operations = [Operation(TABLE[name], 8, 8) for name in ("xor", "sub")]
        search = Search([(leaf("x", 8), words)], operations, [wanted])
        for count, _ in enumerate(search.promote(np.array([words + np.uint64(3), words * np.uint64(9)]),
                                                 lambda index: leaf(f"v{index}", 8), 1, twice, work.append, at_once)):
            assert count < 1000
        pauses[at_once] = sum(work)
    assert pauses[0] == pauses[1_000_000_000]


def test_more_inputs_than_a_first_look_has_room_for(spec_of):
    names = ", ".join(f"%x{index}: u8" for index in range(90))
    spec = spec_of(f"function f({names}) -> u8 value (add %x0 %x89)")
    problem = Problem(spec, seed=0, deadline=Deadline(60))
    assert lane(problem, 0, vocabulary(spec), ()) is not None
    chains = chain_programs(problem, 0, vocabulary(spec), (), Budget(Deadline(60), 1000))
    with pytest.raises(Spent):
        list(chains)
