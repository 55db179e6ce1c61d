"""Programs that choose among terms: right wherever the predicate can be met by one of them, and none elsewhere."""

import random
from itertools import product

import pytest
from primir.ir.evaluate import evaluate
from primir.jobs.limits import Deadline
from primir.synth.budget import Budget
from primir.synth.engines.events import Candidate
from primir.synth.engines.instances import instance_programs
from primir.synth.portfolio import ask
from primir.synth.problem import Problem


def programs(spec):
    problem = Problem(spec, seed=0, deadline=Deadline(60))
    events = instance_programs(problem, lambda condition: ask(condition, Deadline(60)), Budget(Deadline(60)))
    return problem, [event.node for event in events if isinstance(event, Candidate)]


@pytest.mark.parametrize("text", [
    "spec f(a: u8, b: u8, c: u8) -> u8\n ensures result >= a and result >= b and result >= c\n"
    " ensures result == a or result == b or result == c",
    "spec f(x: u16, lo: u16, hi: u16) -> u16\n requires lo <= hi\n ensures lo <= result and result <= hi\n"
    " ensures result == x or result == lo or result == hi\n ensures lo <= x and x <= hi implies result == x",
    "spec f(x: u8) -> u8\n ensures result > x or x == 255",
    "spec f(x: u8, y: u8) -> u8\n ensures result & x == y & x and result | x == y | x",
    "spec f(x: u8, y: u8) -> u16\n ensures u8(result) == x ^ y and u8(result >> 8) == x + y",  # field by field
    "spec f(x: u8, y: u8) -> u16\n ensures result >> 12 == u16(x) >> 4 and u8(result) == y",  # and the rest is free
])
def test_right_on_all_inputs_at_hand(spec_of, text):
    problem, found = programs(spec_of(text))
    assert found and not any(problem.failures([node]) for node in found)


@pytest.mark.parametrize("text", [
    "spec f(x: u8) -> u8\n ensures result * result == x * x and result * 2 != x",  # no term is right at 0
    "spec f(x: u8) -> u8\n ensures result * 3 == x",
    "spec f(x: u8, y: u8) -> u16\n ensures u8(result) == x and u8(result >> 4) == y",  # the fields overlap
])
def test_none_where_no_term_is_right(spec_of, text):
    assert programs(spec_of(text))[1] == []


@pytest.mark.parametrize("seed", range(20))
def test_random_choices_by_all_inputs(spec_of, seed):
    rng = random.Random(seed)
    terms = rng.sample(["x", "y", "x + y", "x & y", "~x", "x - 1", "3"], 3)
    tests = [f"x {rng.choice(['<', '<=', '!='])} y", f"x & {rng.randrange(1, 8)} == 0"]
    text = ("spec f(x: u3, y: u3) -> u3\n"
            f" ensures ({tests[0]}) implies result == {terms[0]}\n"
            f" ensures not ({tests[0]}) and {tests[1]} implies result == {terms[1]} or result == {terms[2]}")
    spec = spec_of(text)
    _, found = programs(spec)
    assert found
    inputs = [parameter.value for parameter in spec.parameters]
    for node, words in product(found, product(range(8), repeat=2)):
        given = dict(zip(inputs, words, strict=True))
        (result,) = evaluate([node], given)
        assert evaluate([spec.ensures], given | {spec.outputs[0].value: result}) == [1], (text, words)
