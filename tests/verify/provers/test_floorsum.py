"""Sums of floors against sums term by term, and queries over one word against all its values."""

import random

import pytest
from primir.ir.evaluate import compiled
from primir.ir.graph import Node, apply, const, leaf, negate
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.verify.provers.floorsum import FloorSum, Split, first_difference, floor, floor_sum
from primir.verify.provers.query import DontKnow, Query, Sat, Unsat
from primir.verify.refine import violation


def test_floor_sums():
    seed = 5
    rng = random.Random(seed)
    for _ in range(3000):
        n, a, b, c = rng.randint(0, 30), rng.randint(-50, 50), rng.randint(-99, 99), rng.randint(1, 20)
        assert floor_sum(n, a, b, c) == sum((a * i + b) // c for i in range(n)), f"seed {seed}: {n, a, b, c}"
    assert floor_sum(1 << 64, 1, 0, 1) == (1 << 63) * ((1 << 64) - 1)


def test_first_differences():
    seed = 6
    rng = random.Random(seed)
    found = 0
    for _ in range(20_000):
        a, c = rng.randint(-20, 40), rng.randint(1, 30)
        near = rng.randint(1, 4)
        f = floor(a, rng.randint(-40, 40), c)
        g = floor(a * near + rng.randint(-2, 2), rng.randint(-40, 40) * near // 2, c * near)
        low = rng.randint(-30, 30)
        high = low + rng.randint(0, 60)
        expected = next((x for x in range(low, high + 1) if f.at(x) != g.at(x)), None)
        assert first_difference(f, g, low, high) == expected, f"seed {seed}: {f} {g} {low} {high}"
        found += expected is None
    assert found > 300


# From the literature on division by multiplication: where a magic number that is too short fails first.
@pytest.mark.parametrize("magic, shift, divisor, fails", [
    (0xCCCD, 19, 10, 262149), (5243, 19, 100, 43699), (274877907, 38, 1000, 4908534999),
    (0xCCCCCCCCCCCCCCCD, 67, 10, None), (0xCCCCCCCCCCCCCCCC, 67, 10, 10),
])
def test_exact_limits_of_magic_numbers(magic, shift, divisor, fails):
    high = (1 << 64) - 1
    found = first_difference(floor(magic, 0, 1 << shift), floor(1, 0, divisor), 0, high)
    assert found == fails
    if found is not None:
        assert magic * found >> shift != found // divisor
        assert all(magic * x >> shift == x // divisor for x in range(max(0, found - 2000), found))


PROVED = [
    ("(%x: u64) -> u64 value (udiv %x 10)",
     "(%x: u64) -> u64 value (trunc:64 (lshr (mul (zext:128 %x) 0xcccccccccccccccd) 67))"),
    ("(%x?: u32) -> u32 value (urem %x 7) poison %x!poison", """(%x?: u32) -> u32
       h = (trunc:32 (lshr (mul (zext:64 %x) 0x24924925) 32))
       value (sub %x (mul (lshr (add (lshr (sub %x h) 1) h) 2) 7)) poison %x!poison"""),
    ("(%x: i32) -> i32 value (sdiv %x 7)", """(%x: i32) -> i32
       h = (add (trunc:32 (lshr (mul (sext:64 %x) (sext:64 -1840700269:32)) 32)) %x)
       value (add (ashr h 2) (lshr %x 31))"""),
    ("(%x: i64) -> i64 value (sdiv %x -10)", """(%x: i64) -> i64
       h = (trunc:64 (lshr (mul (sext:128 %x) 0x6666666666666667) 64))
       value (neg (add (ashr h 2) (lshr %x 63)))"""),
    ("(%x: u32) -> u32 value (udiv %x 100) domain (ult %x 43699)",
     "(%x: u32) -> u32 value (lshr (mul %x 5243) 19)"),
    ("(%x: u16) -> bool value (ult %x 1000)", "(%x: u16) -> bool value (eq (udiv %x 1000) 0)"),
]
WRONG = [
    ("(%x: u64) -> u64 value (udiv %x 10)",
     "(%x: u64) -> u64 value (trunc:64 (lshr (mul (zext:128 %x) 0xcccccccccccccccc) 67))", 10),
    ("(%x: u32) -> u32 value (udiv %x 100) domain (ult %x 43700)",
     "(%x: u32) -> u32 value (lshr (mul %x 5243) 19)", 43699),
    # it wraps before it is wrong for another reason
    ("(%x: u32) -> u32 value (udiv %x 10) domain (ult %x 150000)",
     "(%x: u32) -> u32 value (lshr (mul %x 0xcccd) 19)", 81920),
]


def question(source, target):
    (old,), (new,) = parse_functions(f"function a{source}"), parse_functions(f"function b{target}")
    return Query(violation(old, new))


@pytest.mark.parametrize("source, target", PROVED)
def test_it_proves(source, target):
    answer = FloorSum().ask(question(source, target), Deadline(20))
    assert isinstance(answer, Unsat), answer


@pytest.mark.parametrize("source, target, first", WRONG)
def test_it_refutes_at_the_first_input(source, target, first):
    query = question(source, target)
    answer = FloorSum().ask(query, Deadline(20))
    assert isinstance(answer, Sat), answer
    assert query.holds(answer.model)
    assert list(answer.model.values()) == [first]


def test_two_words_are_left_to_others():
    x, y = leaf("x", 32), leaf("y", 32)
    assert isinstance(FloorSum().ask(Query(apply("eq", x, y)), Deadline(5)), DontKnow)
    product = apply("mul", x, x)
    answer = FloorSum().ask(Query(apply("eq", product, const(7, 32))), Deadline(5))
    assert answer == DontKnow("floor sums: an operation of two words")


def test_no_time_is_no_answer():
    assert isinstance(FloorSum().ask(question(*PROVED[0]), Deadline(0)), DontKnow)
    assert Split(3).at == 3


def random_query(rng) -> Query:
    """Two words made from one input by constants, one often the other written differently, and conditions on them."""
    w = rng.randint(2, 7)
    x = leaf("x", w)

    def constant(width):
        return const(rng.choice([rng.getrandbits(width), rng.randint(0, 5), -rng.randint(1, 3)]), width)

    nodes: list[Node] = [x, apply("zext", x, width=2 * w), apply("sext", x, width=2 * w)]
    while len(nodes) < 10:
        node = rng.choice(nodes[-4:] + nodes)
        op = rng.choice("add sub neg not mul mul udiv udiv urem sdiv srem shl lshr lshr ashr and or trunc select add2"
                        .split())
        match op:
            case "neg" | "not":
                nodes.append(apply(op, node))
            case "trunc":
                if node.width > 1:
                    nodes.append(apply(op, node, width=rng.randint(1, node.width - 1)))
            case "shl" | "lshr" | "ashr":
                nodes.append(apply(op, node, const(rng.randint(0, node.width), node.width)))
            case "and":
                nodes.append(apply(op, node, const((1 << rng.randint(0, node.width)) - 1, node.width)))
            case "select" | "add2":
                other = rng.choice([n for n in nodes if n.width == node.width])
                condition = apply(rng.choice(["ult", "slt", "eq"]), node, constant(node.width))
                nodes.append(apply("select", condition, node, other) if op == "select" else apply("add", node, other))
            case _:
                nodes.append(apply(op, node, constant(node.width)))
    a = rng.choice(nodes[3:])
    b = rng.choice([node for node in nodes if node.width == a.width])
    if a is b:
        b = constant(a.width)
    goal = apply(rng.choice(["ne", "ne", "ult", "eq"]), a, b)
    limit = apply(rng.choice(["ult", "ule"]), x, constant(w))
    return Query(goal, (limit,) if rng.random() < 0.5 else (negate(limit),) if rng.random() < 0.3 else ())


def against_brute_force(seed, count):
    rng = random.Random(seed)
    said = {Unsat: 0, Sat: 0, DontKnow: 0}
    for index in range(count):
        query = random_query(rng)
        (x,) = query.leaves or [leaf("x", 1)]
        holds = compiled(query.conditions, [x])
        models = [word for word in range(1 << x.width) if all(holds(word))]
        answer = FloorSum().ask(query, Deadline(20))
        said[type(answer)] += 1
        where = f"seed {seed}, query {index}: {query}\n{answer}"
        assert not (isinstance(answer, Unsat) and models), where
        if isinstance(answer, Sat):
            assert answer.model[x] in models, where
    return said


def test_against_brute_force():
    said = against_brute_force(11, 400)
    assert min(said[Unsat], said[Sat]) > 60, said


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_many_against_brute_force(seed):
    against_brute_force(seed, 5000)
