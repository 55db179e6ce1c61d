"""Both engines find programs of the least cost that are right; what they rule out is not there."""

from __future__ import annotations

import itertools

import pytest
from primir.ir.cost import instructions_of
from primir.ir.evaluate import evaluate
from primir.ir.graph import topological
from primir.jobs.limits import Deadline
from primir.synth.budget import Budget, Spent
from primir.synth.engines.components import component_programs
from primir.synth.engines.enumeration import Batch, Candidate, Exhausted, enumerate_programs
from primir.synth.problem import Problem
from primir.synth.vocabulary import vocabulary
from primir.verify.provers.portfolio import satisfiable
from primir.verify.provers.query import Query, Sat, Unsat


def problem_of(spec):
    return Problem(spec, seed=0, deadline=Deadline(60))


def enumerated(spec, level, *, all_of_them=False):
    """The first right programs of cost `level` at the most (or all), and whether each level before was complete."""
    problem = problem_of(spec)
    right, complete = [], []
    for event in enumerate_programs(problem, 0, vocabulary(spec), (), Budget(Deadline(60))):
        match event:
            case Candidate(node) if not problem.failures([node]):
                right.append(node)
            case Batch() if right and not all_of_them:
                return right, complete
            case Exhausted(at, whole):
                complete.append(whole)
                if at == level:
                    return right, complete
    return right, complete


@pytest.mark.parametrize("text, cost", [
    ("function f(%x: u8) -> u8 value %x", 0),
    ("function f(%x: u8) -> u8 value 7:8", 0),
    ("function f(%x: u8) -> u8 value (and %x (sub %x 1:8))", 2),
    ("function f(%x: u8) -> bool value (eq (ctpop %x) 1:8)", 3),  # shares a value
    ("function f(%x: u8, %y: u8) -> u8 value (umin %x %y)", 2),
    ("function f(%x: u8) -> bool value (slt %x 0:8)", 1),
    ("function f(%x: bool, %y: bool) -> bool value (ne %x %y)", 1),
    ("function f(%x: u8) -> u32 value (zext:32 %x)", 0),
    ("function f(%x: u32) -> u8 value (trunc:8 (lshr %x 8:32))", 1),
    ("function f(%x: i64) -> i64 value (neg %x)", 1),
    ("function f(%x: u5) -> u5 value (xor %x (lshr %x 1:5))", 2),
])
def test_enumeration_finds_the_least_cost(spec_of, text, cost):
    right, complete = enumerated(spec_of(text), cost)
    assert right and min(instructions_of([node]) for node in right) == cost
    assert all(complete[:3])
    if cost:
        assert not enumerated(spec_of(text), cost - 1)[0]


def test_enumeration_offers_no_undefined_program(spec_of):
    """x urem x is 0 and costs 1, but x may be zero; (x | 1) urem (x | 1) is right."""
    spec = spec_of("function f(%x: u8) -> u8 value 0:8")
    right, _ = enumerated(spec, 2, all_of_them=True)
    problem = problem_of(spec)
    divisors = [part.args[1] for node in right for part in topological([node]) if part.op in ("udiv", "urem", "srem")]
    assert divisors
    for row in problem.bank_rows:
        words = dict(zip(problem.inputs, problem.tuples[row], strict=True))
        assert all(evaluate(divisors, words)), words


def test_a_select_with_branches_right_where_they_are_taken(spec_of):
    spec = spec_of("function f(%x: i32, %y: i32) -> i32 value (select (slt %x 0:32) (sub %y %x) (xor %x 1:32))")
    right, _ = enumerated(spec, 4)
    assert right


def test_a_spent_budget_ends_the_search(spec_of):
    spec = spec_of("function f(%x: u32) -> u32 value (ctpop %x)")
    with pytest.raises(Spent):
        for _ in enumerate_programs(problem_of(spec), 0, vocabulary(spec), (), Budget(Deadline(60), work=100_000)):
            pass


def ask(condition):
    match satisfiable(Query(condition), Deadline(10)):
        case Sat(model):
            return dict(model)
        case Unsat():
            return False
        case _:
            return None


def from_solver(spec, lines, width):
    problem = problem_of(spec)
    rows = [row for row in vocabulary(spec).rows if row.effort == 1]
    event = next(iter(component_programs(problem, 0, rows, width, lines, ask, Budget(Deadline(60)))))
    return problem, event


@pytest.mark.parametrize("text, lines", [
    ("function f(%x: u8) -> u8 value (and %x 0x5a:8)", 1),
    ("function f(%x: u8) -> u8 value (add (and %x 0x5a:8) 0x33:8)", 2),  # two unknown constants
    ("function f(%x: u8) -> bool value (ult %x 0x64:8)", 1),
    ("function f(%x: u8, %y: u8) -> u8 value (select (ult %x %y) 0x21:8 %y)", 2),
])
def test_the_solver_fills_in_any_constant(spec_of, text, lines):
    spec = spec_of(text)
    problem, event = from_solver(spec, lines, 8)
    assert isinstance(event, Candidate) and not problem.failures([event.node])
    assert instructions_of([event.node]) <= lines
    for inputs in itertools.product(range(256), repeat=len(spec.parameters)):
        leaf_values = dict(zip(problem.inputs, inputs, strict=True))
        if inputs[0] % 7 == 0:  # a part of them is enough: the prover has the last word
            want = evaluate([spec.reference.results[0].value], leaf_values)
            assert evaluate([event.node], leaf_values) == want


def test_the_solver_shows_that_fewer_lines_do_not_do(spec_of):
    _, event = from_solver(spec_of("function f(%x: u8) -> u8 value (and %x (sub %x 1:8))"), 1, 8)
    assert event == Exhausted(1, complete=True)
