"""Specs as numbers: only inputs that the spec allows, the outputs wanted there, and failures told."""

from __future__ import annotations

from primir.ir import graph
from primir.ir.evaluate import evaluate
from primir.jobs.limits import Deadline
from primir.synth.problem import SAMPLES, Problem


def problem_of(spec, seed=0):
    return Problem(spec, seed=seed, deadline=Deadline(30))


def test_inputs_are_allowed_and_outputs_right(spec_of):
    spec = spec_of("spec f(x: u8, y: u8) -> u8\n requires y != 0 && x > 100\n ensures result == x / y")
    problem = problem_of(spec)
    assert problem.count > SAMPLES
    for row, (x, y) in enumerate(problem.tuples):
        assert y != 0 and x > 100
        assert problem.wanted[0].words[row] == x // y and problem.wanted[0].care[row]


def test_the_same_seed_gives_the_same_inputs(spec_of):
    spec = spec_of("function f(%x: u32) -> u32 value %x")
    assert problem_of(spec).tuples == problem_of(spec).tuples != problem_of(spec, seed=1).tuples


def test_a_choice_leaves_the_value_open(spec_of):
    spec = spec_of("function f(%x: u8) -> u8 choice %c: 8 value (and %x %c)")
    problem = problem_of(spec)
    for (x,), care in zip(problem.tuples, problem.wanted[0].care, strict=True):
        assert care == (x == 0)


def test_poisoned_and_undefined_inputs_are_left_out(spec_of):
    spec = spec_of("function f(%x: u8) -> u8 value (add %x 1:8) poison (eq %x 255:8) ub (eq %x 3:8)")
    assert not {(255,), (3,)} & set(problem_of(spec).tuples)


def test_failures_are_inputs_that_fail(spec_of):
    problem = problem_of(spec_of("function f(%x: u8) -> u8 value (and %x (sub %x 1:8))"))
    (x,) = problem.inputs
    wrong = graph.apply("sub", x, graph.const(1, 8))
    found = problem.failures([wrong], 3)
    assert 1 <= len(found) <= 3
    for (word,) in found:
        assert evaluate([wrong], {x: word})[0] != word & word - 1
    assert problem.failures([graph.apply("and", x, wrong)]) == []


def test_a_predicate_is_checked_as_such(spec_of):
    problem = problem_of(spec_of("spec f(x: u8) -> u8\n requires x < 255\n ensures result > x"))
    (x,) = problem.inputs
    assert problem.failures([x])
    assert not problem.failures([graph.const(255, 8)])


def test_refuting_inputs_join_the_bank(spec_of):
    problem = problem_of(spec_of("function f(%x: u32) -> u32 value %x"))
    late = problem.tuples[-1]
    assert problem.add([late, (0xDEAD1234,)]) == 2
    assert {problem.tuples[row] for row in problem.bank_rows} >= {late, (0xDEAD1234,)}
    assert problem.add([late]) == 0


def test_outputs_of_a_predicate_with_one_answer(spec_of):
    def ask(condition):
        (result,) = graph.leaves([condition])
        models = [word for word in range(16) if evaluate([condition], {result: word})[0]]
        return {result: models[0]} if models else False

    problem = problem_of(spec_of("spec f(x: u4) -> u4\n ensures result + x == 3"))
    assert problem.ask_outputs(ask) is False
    for row in problem.bank_rows:
        assert problem.wanted[0].words[row] == (3 - problem.tuples[row][0]) % 16
    assert problem_of(spec_of("spec f(x: u4) -> u4\n ensures result < x")).ask_outputs(ask) is True  # nothing below 0


def test_a_condition_that_contradicts_the_definition_leaves_no_output(spec_of):
    """Two equations for one result, of which the first defines it."""
    text = "spec f(x: u32) -> u32\n ensures result == x + 1\n ensures {}"
    for condition, contradicted in (("result == x", True), ("result != x", False), ("result == 1 + x", False)):
        problem = problem_of(spec_of(text.format(condition)))
        assert problem.ask_outputs(lambda condition: None) == contradicted
