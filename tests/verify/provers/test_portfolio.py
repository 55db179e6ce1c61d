"""Whatever the provers are, an answer is checked, and small queries agree with brute force."""

import random
from dataclasses import dataclass
from itertools import product

import pytest
from primir.ir.evaluate import evaluate
from primir.ir.graph import CHOICE, Node, apply, const, leaf
from primir.ir.primes import TABLE
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.verify.provers.bitlinear import BitLinear
from primir.verify.provers.corners import Corners, points
from primir.verify.provers.portfolio import STANDARD, large, satisfiable, tuned
from primir.verify.provers.query import Answer, DontKnow, Query, Sat, Unsat
from primir.verify.provers.ring import RingForm
from primir.verify.provers.solvers import BITWUZLA, Z3
from primir.verify.provers.structural import Structural
from primir.verify.refine import refine
from primir.verify.verdict import Proved, Refuted, Unknown


@dataclass(frozen=True)
class Fixed:
    """A prover that always answers the same."""

    answer: Answer
    name: str = "fixed"

    def ask(self, query, deadline):
        return self.answer


SOURCE, SAME, OTHER = parse_functions("""
    function a(%x: u8, %y: u8) -> u8 value (add %x %y)
    function b(%x: u8, %y: u8) -> u8 value (sub %x (neg %y))
    function c(%x: u8, %y: u8) -> u8 value (or %x %y)""")
LIE = Fixed(Sat({leaf("x", 8): 1, leaf("y", 8): 2}, "liar"))


def test_a_lying_model_is_never_shown_as_a_refutation():
    verdict = refine(SOURCE, SAME, deadline=Deadline(5), provers=[LIE])
    assert isinstance(verdict, Unknown)
    assert "its model is wrong" in verdict.why
    verdict = refine(SOURCE, SAME, deadline=Deadline(5), provers=[LIE, *STANDARD])
    assert isinstance(verdict, Proved)
    assert "INTERNAL DISAGREEMENT: liar" in verdict.remarks[0]


def test_a_lying_unsat_finds_a_counterexample_in_its_way():
    verdict = refine(SOURCE, OTHER, deadline=Deadline(5), provers=[Structural(), Corners(), Fixed(Unsat("liar"))])
    assert isinstance(verdict, Refuted)


def test_doubts_are_told_once():
    answer = satisfiable(Query(leaf("b", 1)), Deadline(5), [Fixed(DontKnow("too hard")), Fixed(DontKnow("too hard"))])
    assert answer == DontKnow("too hard")
    assert satisfiable(Query(leaf("b", 1)), Deadline(5), []) == DontKnow("no prover was asked")
    assert satisfiable(Query(leaf("b", 1)), Deadline(0), [LIE]) == DontKnow("fixed: no time left")


def random_query(rng) -> Query:
    """Conditions over up to three leaves of 1 to 4 bits, of any operations of the table."""
    leaves = [leaf(f"v{i}", rng.randint(1, 4), rng.choice(["input", CHOICE])) for i in range(rng.randint(1, 3))]
    nodes: list[Node] = [*leaves, *(const(rng.getrandbits(4), width) for width in (1, 2, 3, 4))]
    while len(nodes) < 16:
        row = TABLE[rng.choice(list(TABLE))]
        width = rng.choice(nodes).width
        args = [rng.choice([node for node in nodes if node.width == (1 if letter == "1" else width)])
                for letter in row.arguments]
        try:
            nodes.append(apply(row.name, *args, width=rng.randint(1, 4) if row.cast else None))
        except TypeError:  # a cast that leads nowhere, a width that bswap does not take
            continue
    goals = [apply("ne", node, const(rng.getrandbits(4), node.width)) if rng.random() < 0.3 else
             apply("eq", node, const(rng.getrandbits(4), node.width)) for node in rng.sample(nodes[7:], 3)]
    return Query(goals[0], tuple(goals[1:]))


def has_model(query) -> bool:
    leaves = query.leaves
    return any(all(evaluate(query.conditions, dict(zip(leaves, words))))
               for words in product(*(range(1 << node.width) for node in leaves)))


@pytest.mark.parametrize("provers", [STANDARD, [BITWUZLA], [Z3]], ids=["standard", "bitwuzla", "z3"])
def test_against_brute_force(provers):
    seed = 2026
    rng = random.Random(seed)
    found = {Sat: 0, Unsat: 0}
    for index in range(300):
        query = random_query(rng)
        answer = satisfiable(query, Deadline(20), provers)
        assert type(answer) is (Sat if has_model(query) else Unsat), f"seed {seed}, query {index}: {query}\n{answer}"
        assert not answer.remarks
        found[type(answer)] += 1
    assert min(found.values()) > 30, found


def test_verdicts_are_the_same_without_the_normal_forms():
    own = (RingForm(), BitLinear())
    others = [prover for prover in STANDARD if prover not in own]
    assert len(others) == len(STANDARD) - len(own)
    seed = 7
    rng = random.Random(seed)
    by_own = 0
    for index in range(150):
        query = random_query(rng)
        answer, other = satisfiable(query, Deadline(20)), satisfiable(query, Deadline(20), others)
        assert type(answer) is type(other), f"seed {seed}, query {index}: {query}\n{answer}\n{other}"
        by_own += answer.prover in {prover.name for prover in own}
    assert by_own >= 10


@pytest.mark.parametrize("left, right, prover", [
    ("(mul x y)", "(add (mul (and x y) (or x y)) (mul (and x (not y)) (and (not x) y)))", "ring normal form"),
    ("(urem x 3)", "(urem (add (lshr x 16) (and x 0xffff)) 3)", "bit-linear form"),
])
def test_each_answer_names_its_prover(left, right, prover, node_of):
    query = Query(apply("ne", node_of(left, 64), node_of(right, 64)))
    assert satisfiable(query, Deadline(20)) == Unsat(prover)


def test_what_is_large_is_looked_at_first():
    x, y = leaf("x", 32), leaf("y", 32)
    node = x
    for index in range(400):
        node = apply("urem" if index % 2 else "mul", apply("xor", node, y), apply("add", node, const(index, 32)))
    query = Query(apply("ne", node, apply("add", node, apply("zext", apply("eq", y, const(0, 32)), width=32))))
    assert large(query) and not large(Query(apply("ne", x, y)))
    answer = satisfiable(query, Deadline(10), STANDARD[:1])
    assert isinstance(answer, Sat) and query.holds(answer.model)


def settings_of(prover):
    """Every `memory`, `seed` and `settings` in a prover and in the provers that it holds."""
    if isinstance(prover, tuple):
        yield from (found for each in prover for found in settings_of(each))
    for name in getattr(prover, "__dataclass_fields__", ()):
        value = getattr(prover, name)
        if name in ("memory", "seed"):
            yield name, value
        elif name == "settings":
            yield "seed", value[1] if len(value) > 1 else 0
        else:
            yield from settings_of(value)


def test_seed_and_memory_reach_every_prover():
    untouched = dict.fromkeys(settings_of(STANDARD))
    assert {name for name, _ in untouched} == {"memory", "seed"}
    found = [setting for prover in STANDARD for setting in settings_of(tuned(prover, 7, 1 << 30))]
    assert set(found) == {("memory", 1 << 30), ("seed", 7)} and len(found) == len(list(settings_of(STANDARD)))


def test_turns_are_limited_by_work():
    """All turns but the last, which ends with the time."""
    turns = [solver for prover in STANDARD[:-1] for solver in getattr(prover, "solvers", (prover,))
             if hasattr(solver, "settings")]
    assert len(turns) == 4
    for solver in turns:
        assert solver.settings[0] > 0 and solver.slice >= 3


def test_another_seed_tries_other_inputs():
    node = apply("eq", apply("mul", leaf("x", 64), leaf("x", 64)), const(0x123456789, 64))
    tried = []
    for seed in (0, 0, 1):
        first = list(zip(range(60), points([leaf("x", 64), leaf("y", 64)], [5], seed)))
        tried.append(first)
        assert isinstance(Corners(seed=seed).ask(Query(node), Deadline(5)), DontKnow)
    assert tried[0] == tried[1] != tried[2]
