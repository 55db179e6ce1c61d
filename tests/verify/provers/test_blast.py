"""Circuits and clauses against brute force, and proofs that hold or do not."""

import random
from dataclasses import replace
from importlib.util import find_spec
from itertools import product

import pytest
from primir.ir.graph import CHOICE, apply, const, leaf
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.verify.provers import blast
from primir.verify.provers.blast import Blast, Solved, checked, cnf, solve
from primir.verify.provers.circuits import FALSE, TRUE, Circuit, TooLarge, build, number
from primir.verify.provers.query import DontKnow, Query, Sat, Unsat
from primir.verify.refine import violation
from queries import models, random_query

needs_sat = pytest.mark.skipif(find_spec("pysat") is None or find_spec("dratify") is None, reason="needs primir[sat]")

X, Y = leaf("x", 32), leaf("y", 32)
AVERAGE = Query(apply("ne", apply("add", apply("and", X, Y), apply("lshr", apply("xor", X, Y), const(1, 32))),
                      apply("trunc", apply("lshr", apply("add", apply("zext", X, width=33), apply("zext", Y, width=33)),
                                           const(1, 33)), width=32)))


def text(found):
    return "\n".join(found.proof)


def values(circuit, given):
    """The value of every gate, for the values of the inputs in their order."""
    found = [0]
    rest = iter(given)
    for gate in circuit.gates[1:]:
        found.append(next(rest) if gate is None else
                     (found[gate[0] >> 1] ^ gate[0] & 1) & (found[gate[1] >> 1] ^ gate[1] & 1))
    return found


def test_circuits_say_what_evaluation_says():
    seed = 8
    rng = random.Random(seed)
    for index in range(400):
        query = random_query(rng)
        circuit = Circuit()
        leaves, conditions = build(circuit, query.conditions)
        order = list(leaves)
        wanted = set(models(query))
        for words in product(*(range(1 << node.width) for node in query.leaves)):
            named = dict(zip(query.leaves, words))
            bits = [bit for node in order for bit in number(named[node], node.width)]
            found = values(circuit, bits)
            holds = all(found[bit >> 1] ^ bit & 1 for (bit,) in conditions)
            assert holds == (words in wanted), f"seed {seed}, query {index}: {query}, {named}"


def test_gates_are_shared_and_simplified():
    circuit = Circuit()
    a, b = circuit.input(), circuit.input()
    both = circuit.both(a, b)
    assert circuit.both(b, a) == both
    count = len(circuit.gates)
    assert circuit.both(a, a ^ 1) == FALSE and circuit.either(a, a ^ 1) == TRUE
    assert circuit.both(both, a) == both and circuit.both(both, b ^ 1) == FALSE
    assert circuit.both(a, both ^ 1) == circuit.both(a, b ^ 1)
    assert circuit.both(a ^ 1, both ^ 1) == a ^ 1
    assert circuit.choose(a, TRUE, FALSE) == a
    assert len(circuit.gates) == count + 1
    with pytest.raises(TooLarge):
        build(Circuit(limit=100), [apply("eq", apply("mul", X, Y), X)])


def test_a_deep_graph_is_no_recursion():
    x, y = leaf("x", 4), leaf("y", 4)
    total = x
    for _ in range(5000):
        total = apply("add", apply("xor", total, y), x)
    assert cnf(Query(apply("eq", total, y))).variables > 10_000


@needs_sat
def test_against_brute_force():
    seed = 9
    rng = random.Random(seed)
    said = {Sat: 0, Unsat: 0}
    for index in range(300):
        query = random_query(rng)
        answer = Blast().ask(query, Deadline(60))
        where = f"seed {seed}, query {index}: {query}\n{answer}"
        assert type(answer) is (Sat if models(query) else Unsat), where
        assert isinstance(answer, Unsat) or query.holds(answer.model), where
        said[type(answer)] += 1
    assert min(said.values()) > 50


@needs_sat
@pytest.mark.slow
def test_many_against_brute_force():
    rng = random.Random(10)
    for index in range(5000):
        query = random_query(rng)
        problem = cnf(query)
        found = solve(problem, 60, proof=True)
        assert isinstance(found, Solved)
        assert (found.model is not None) == bool(models(query)), index
        assert found.model is not None or checked(problem.dimacs, text(found)) is None, index


@needs_sat
def test_a_proof_is_checked():
    problem = cnf(AVERAGE)
    found = solve(problem, 60, proof=True)
    assert isinstance(found, Solved) and found.model is None and len(found.proof) > 20
    assert checked(problem.dimacs, text(found)) is None
    assert checked(problem.dimacs, "0") is not None  # a claim without its steps
    assert checked(problem.dimacs, "") is not None
    assert "cannot be read" in checked(problem.dimacs, "1 x 0")
    weaker = replace(problem, clauses=problem.clauses[:-1])  # without the condition there is a model
    assert checked(weaker.dimacs, text(found)) is not None


@needs_sat
def test_what_circuits_decide_needs_no_steps():
    same = Query(apply("ne", apply("mul", X, const(3, 32)), apply("mul", const(3, 32), X)))
    problem = cnf(same)
    assert solve(problem, 60, proof=True) == Solved(None, ("0",))
    assert checked(problem.dimacs, "0") is None
    assert problem.dimacs == "p cnf 0 1\n0\n"


@needs_sat
def test_models_name_what_they_speak_of():
    c = leaf("c", 1, CHOICE)
    query = Query(apply("eq", apply("udiv", X, Y), const(7, 32)), (c, apply("ult", const(100, 32), Y)))
    answer = Blast().ask(query, Deadline(60))
    assert isinstance(answer, Sat) and query.holds(answer.model) and answer.model[c] == 1
    (old,), (new,) = (parse_functions(f"function f(%x: u32) -> u32 value {text}") for text in ("(add %x 1)", "%x"))
    assert isinstance(Blast().ask(Query(violation(old, new)), Deadline(60)), Sat)


@needs_sat
def test_limits():
    hard = Query(apply("ne", apply("mul", apply("mul", X, Y), X), apply("mul", Y, apply("mul", X, X))))
    assert isinstance(Blast(slice=0.5, conflicts=0).ask(hard, Deadline(60)), DontKnow)
    answers = [Blast(conflicts=200).ask(hard, Deadline(60)) for _ in range(2)]
    assert answers[0] == answers[1] and "200 conflicts" in answers[0].why
    assert isinstance(Blast(limit=50).ask(hard, Deadline(60)), DontKnow)
    assert isinstance(Blast().ask(hard, Deadline(0)), DontKnow)


def test_without_the_solver_there_is_no_answer(monkeypatch):
    monkeypatch.setattr(blast, "__name__", "no_such_package.blast")
    answer = Blast().ask(AVERAGE, Deadline(60))
    assert isinstance(answer, DontKnow) and "primir[sat]" in answer.why and not answer.remarks
