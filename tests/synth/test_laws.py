"""What laws between calls tell a search: outputs that follow from known ones, and which programs to leave out."""

import random

import numpy as np
import primir
import pytest
from primir.ir.graph import apply, const
from primir.ir.kernel import evaluate_batch
from primir.jobs.limits import Deadline
from primir.lift.speclang.front import parse_specs
from primir.synth.laws import Impossible, Laws, restricted_law
from primir.synth.portfolio import ask
from primir.synth.problem import Problem


def spec_of(head, lines):
    (spec,) = parse_specs(f"spec {head}\n{lines}\n")
    return spec


def spread(spec, known):
    return Laws(spec, 1).spread(known, lambda condition: ask(condition, Deadline(20)))


@pytest.mark.parametrize("head, lines, known, told", [
    ("f(x: u8) -> u8", "ensures f(x + 1) == f(x) + 3", {(0,): (7,)}, {(1,): (10,), (2,): (13,), (9,): (34,)}),
    ("f(x: u32) -> u32", "ensures f(x + 1) == f(x) + 3", {(0,): (7,)}, {(1,): (10,), (2,): (13,), (9,): (34,)}),
    ("f(x: u8) -> u8", "ensures f(f(x)) == x", {(3,): (9,)}, {(9,): (3,)}),
    ("f(x: u32) -> u32", "ensures f(x) ^ f(~x) == x * ~x", {(3,): (9,)}, {(0xfffffffc,): (9 ^ 3 * ~3 & 0xffffffff,)}),
    ("f(a: u8, b: u8) -> u8", "ensures f(a, b) == f(b, a)", {(3, 4): (9,)}, {(4, 3): (9,)}),
    ("f(a: u8, b: u8) -> (q: u8, r: u8)", "ensures f(a, b).q == f(b, a).r and f(a, b).r == f(b, a).q", {(3, 4): (9, 8)},
     {(4, 3): (8, 9)}),
    ("f(x: u8) -> u8", "requires x < 10\nensures f(x) < 10 implies f(f(x)) == x", {(3,): (200,)}, {}),
])
def test_known_outputs_spread(head, lines, known, told):
    found = spread(spec_of(head, lines), known)
    assert {inputs: found.get(inputs) for inputs in told} == told
    assert bool(found) == bool(told)


@pytest.mark.parametrize("head, lines, known", [
    ("f(x: u8) -> u8", "ensures f(f(x)) == x", {(0,): (1,), (1,): (2,)}),
    ("f(x: u8) -> u8", "requires x < 10\nensures f(f(x)) == x", {(3,): (200,)}),
    ("f(x: u32) -> u32", "ensures f(x + 1) == f(x) + 1", {(0,): (0,), (5,): (6,)}),
    ("f(x: u8) -> u8", "ensures f(x & 1) == x", {}),
    ("f(x: u32) -> u32", "ensures f(x) ^ f(~x) == x", {(3,): (9,)}),
])
def test_what_contradicts_itself_is_impossible(head, lines, known):
    with pytest.raises(Impossible):
        spread(spec_of(head, lines), known)


def test_what_follows_obeys_the_law():
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    step, factor = rng.randrange(1, 9), rng.randrange(256)
    found = {(0,): (rng.randrange(256),)}
    found |= spread(spec_of("f(x: u8) -> u8", f"ensures f(x + {step}) == f(x) + {factor} * x"), found)
    assert len(found) > 10, f"seed {seed}"
    for (word,), (value,) in found.items():
        following = found.get(((word + step) % 256,))
        assert following is None or following == ((value + factor * word) % 256,), f"seed {seed}"


LAWFUL = [
    ("f(x: u8) -> u8", "ensures f(f(x)) == x"), ("f(x: u8) -> u8", "forall y: u8\nensures f(x ^ y) == f(x) ^ f(y)"),
    ("f(x: u8) -> u8", "forall y: u8\nensures x <= y implies f(x) <= f(y)"),
    ("f(a: u8, b: u8) -> u8", "ensures f(a, b) == f(b, a)\nensures f(a, a) == a"),
    ("f(x: u8) -> u8", "requires x < 200\nensures f(x) <= f(x + 1)\nensures f(f(x)) == f(x)"),
    ("f(x: u8) -> u8", "requires x < 200\nensures f(x) < 99 implies f(x + 50) < 99"),  # f(x) tells what is allowed
]


@pytest.mark.parametrize("head, lines", LAWFUL, ids=[lines for _, lines in LAWFUL])
def test_only_what_breaks_a_law_is_left_out(head, lines):
    """Whatever words or graphs reject does break the law, counted out on all words; and of small programs some obey."""
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    spec = spec_of(head, lines)
    problem = Problem(spec, seed=seed, deadline=Deadline(60))
    leaves = [*problem.inputs, const(0, 8), const(1, 8), const(0xff, 8)]
    nodes = [*leaves, *(apply(op, *(rng.choice(leaves) for _ in range(2)))
                        for op in ("add", "xor", "and", "or", "umax", "umin", "sub") for _ in range(9)),
             *(apply("not", each) for each in problem.inputs),
             *(apply("select", apply("ult", x, const(200, 8)), const(0, 8), const(255, 8)) for x in problem.inputs)]
    rows = problem.bank_rows
    columns = problem.evaluate(nodes, [problem.tuples[row] for row in rows])
    accepted = problem.laws.accepts([np.stack([np.asarray(words) for words in columns])],
                                    [problem.tuples[row] for row in rows])
    every = {each: None for law in spec.laws for each in law.variables}
    grid = np.meshgrid(*[np.arange(256, dtype=np.uint64)] * len(every), indexing="ij")
    words = {variable.value: np.ascontiguousarray(column.ravel()) for variable, column in zip(every, grid, strict=True)}
    obeying = 0
    for node, good in zip(nodes, accepted, strict=True):
        right = True
        for law in spec.laws:
            assumes, condition, _ = law.over([node], spec.parameters)
            assumed, met = evaluate_batch([assumes, condition], words)
            right &= bool(((assumed == 0) | (met != 0)).all())
        broken = problem.laws.broken([node])
        assert not right or good and not broken, f"seed {seed}: {node}"
        obeying += right
    assert obeying, f"seed {seed}"


def test_a_law_of_other_results_is_left_to_the_proof():
    spec = spec_of("f(x: u8) -> (q: u8, r: u8)", "ensures f(~x).q == x\nensures f(~x).r == f(x).q")
    first, second = spec.laws
    assert restricted_law(first, 1) is None
    assert [len(call.results) for call in restricted_law(first, 0).calls] == [1]
    assert restricted_law(second, 0) is None and restricted_law(second, 1) is None


@pytest.mark.parametrize("head, lines, status", [
    ("f(x: u8) -> u8", "ensures f(f(x)) == x\nexample f(0) == 1\nexample f(1) == 2", "none"),
    ("f(x: u8) -> u8", "ensures f(x & 1) == x", "none"),
    ("f(x: u8) -> u8", "requires x < 3\nforall y: u8\nensures f(y | 4) == x", "vacuous"),
    ("f(x: u32) -> u32", "ensures f(f(x)) == f(x)", "proved"),
    ("f(x: u8) -> u8", "forall y: u8\nensures x < y implies f(x) > f(y)\nusing plain", "proved"),
    # calls of constants, of nothing, of results twenty times over; words wider than any kernel's
    ("f(x: u8) -> u8", "ensures f(0) == 1 and f(1) == 2 and f(200) == 201", "proved"),
    ("f() -> u8", "ensures f() == 3 or f() == 5", "proved"),
    ("f() -> u8", "forall y: u8\nensures f() == y", "none"),
    ("f(x: u8) -> u8", f"ensures {'f(' * 20}x{')' * 20} == x + 20", "proved"),
    ("f(x: u8) -> u8", "ensures u128(f(x)) * u128(f(x + 1)) > 3 and f(f(x)) == x\nexample f(0) == 255", "unknown"),
    ("f(x: u100) -> u100", "ensures f(x + 1) == f(x) + 1\nexample f(0) == 5", "unknown"),
    # nothing so small is found, and nothing is known about it
    ("f(x: u8) -> u8", "ensures f(f(x)) == x + 1 and f(x) != x\nusing and or", "unknown"),
])
def test_the_status(head, lines, status):
    result = primir.synthesize(spec_of(head, lines), time=60)
    assert result.status == status
    assert result.optimal is None


def test_the_same_answer_twice():
    spec = spec_of("f(x: u8) -> u8", "forall y: u8\nensures f(f(x)) == x\nensures x < y implies f(x) > f(y)")
    first, second = (primir.synthesize(spec, time=60, seed=3) for _ in range(2))
    assert first.llvm == second.llvm and first.search.candidates == second.search.candidates
