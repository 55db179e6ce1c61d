"""Facts about graphs: loops end by themselves when they are unrolled, and nothing is simplified to something else."""

import random
import time

import pytest
from primir.ir import facts
from primir.ir.evaluate import compiled
from primir.ir.facts import Facts
from primir.ir.graph import FALSE, TRUE, apply, const, leaf, topological
from primir.ir.known import between, known, unknown
from primir.ir.primes import TABLE

WIDTHS = range(8, 65)


class Build:
    """Operations on nodes, simplified as a lifter would make them; an integer is a constant of the other's width."""

    def __init__(self, assume=None):
        self.facts = Facts(assume)

    def __getattr__(self, op):
        def make(*args, width=None):
            wide = next(arg.width for arg in args[::-1] if not isinstance(arg, int))
            args = [const(arg, wide) if isinstance(arg, int) else arg for arg in args]
            return self.facts.simplify(apply(op.rstrip("_"), *args, width=width))

        return make


# one step of a loop that runs until its variable is 0, and how many steps it takes at width w
LOOPS = {
    "x >>= 1": (lambda b, x: b.lshr(x, 1), lambda w: w),
    "x <<= 1": (lambda b, x: b.shl(x, 1), lambda w: w),
    "x <<= 3": (lambda b, x: b.shl(x, 3), lambda w: -(-w // 3)),
    "x &= x - 1": (lambda b, x: b.and_(x, b.sub(x, 1)), lambda w: w),
    "x &= x + -1": (lambda b, x: b.and_(b.add(x, -1), x), lambda w: w),
    "x ^= x & -x": (lambda b, x: b.xor(x, b.and_(x, b.neg(x))), lambda w: w),
    "x -= x & 0 - x": (lambda b, x: b.sub(x, b.and_(b.sub(0, x), x)), lambda w: w),
    "x -= x & ~x + 1": (lambda b, x: b.sub(x, b.and_(x, b.add(b.xor(x, -1), 1))), lambda w: w),
    "x = ~x | ~x + 1": (lambda b, x: b.not_(b.or_(b.not_(x), b.add(b.not_(x), 1))), lambda w: w),
    "x /= 10": (lambda b, x: b.udiv(x, 10), lambda w: len(str((1 << w) - 1))),
    "x = x >> 1 ^ x >> 2": (lambda b, x: b.xor(b.lshr(x, 1), b.lshr(x, 2)), lambda w: w),
    "x = x & 1 ? x >> 1 : x >> 2": (
        lambda b, x: b.select(b.ne(b.and_(x, 1), 0), b.lshr(x, 1), b.lshr(x, 2)), lambda w: w),
    "x = min(x >> 1, 7)": (lambda b, x: b.umin(b.lshr(x, 1), 7), lambda w: 4),
    "x = x % 16 >> 1": (lambda b, x: b.lshr(b.urem(x, 16), 1), lambda w: 4),
    "x = popcount(x) >> 1": (lambda b, x: b.lshr(b.ctpop(x), 1), lambda w: steps_of_popcount(w)),
}


def steps_of_popcount(bits):
    """At most `bits` bits are set; half of that has so many bits."""
    return 1 + steps_of_popcount((bits >> 1).bit_length()) if bits else 0


@pytest.mark.parametrize("name", LOOPS)
def test_a_loop_ends(name):
    step, count = LOOPS[name]
    for w in WIDTHS:
        build, x = Build(), leaf("x", w)
        for done in range(count(w)):
            assert not x.is_const, f"after {done} steps at {w} bits"
            x = step(build, x)
        assert x is const(0, w), f"{x} at {w} bits"


def test_a_bit_that_moves_down():
    """bit = c ? 1 << 30 : 1 << 14; while bit: bit >>= 2"""
    build = Build()
    bit = build.select(leaf("c", 1), const(1 << 30, 32), const(1 << 14, 32))
    steps = 0
    while build.ne(bit, 0) is not FALSE:
        bit, steps = build.lshr(bit, 2), steps + 1
    assert steps == 16


x32, y32, n8 = leaf("x", 32), leaf("y", 32), leaf("n", 8)

# what it is, what it becomes
SIMPLE = [
    (lambda b: b.ult(b.zext(n8, width=32), 256), TRUE),
    (lambda b: b.slt(256, b.zext(n8, width=32)), FALSE),
    (lambda b: b.ult(b.urem(x32, 10), 10), TRUE),
    (lambda b: b.urem(b.urem(x32, 10), 16), apply("urem", x32, const(10, 32))),
    (lambda b: b.and_(b.lshr(x32, 24), 255), apply("lshr", x32, const(24, 32))),
    (lambda b: b.and_(b.shl(x32, 4), 15), const(0, 32)),
    (lambda b: b.or_(b.zext(leaf("c", 1), width=32), 1), const(1, 32)),
    (lambda b: b.eq(b.or_(x32, 1), 0), FALSE),
    (lambda b: b.eq(b.and_(x32, 1), 2), FALSE),
    (lambda b: b.select(b.ule(b.ctpop(x32), 32), x32, y32), x32),
    (lambda b: b.select(b.ult(b.cttz(b.or_(x32, 8)), 4), x32, y32), x32),
    (lambda b: b.ult(b.ctlz(b.or_(x32, 8)), 29), TRUE),
    (lambda b: b.umin(b.umax(x32, 9), 5), const(5, 32)),
    (lambda b: b.smax(b.lshr(x32, 1), -1), apply("lshr", x32, const(1, 32))),
    (lambda b: b.abs(b.lshr(x32, 1)), apply("lshr", x32, const(1, 32))),
    (lambda b: b.uadd_overflow(b.lshr(x32, 1), b.lshr(y32, 1)), FALSE),
    (lambda b: b.sadd_overflow(b.ashr(x32, 1), b.ashr(y32, 1)), None),  # signed bounds are not kept
    (lambda b: b.sadd_overflow(b.lshr(x32, 2), b.lshr(y32, 2)), FALSE),
    (lambda b: b.smul_overflow(b.zext(n8, width=32), b.zext(n8, width=32)), FALSE),
    (lambda b: b.slt(b.trunc(b.zext(n8, width=32), width=16), 0), FALSE),
    (lambda b: b.add(x32, b.and_(b.shl(y32, 4), 15)), x32),
    (lambda b: b.lshr(b.lshr(x32, 20), 12), const(0, 32)),
    (lambda b: b.ult(b.and_(x32, b.neg(x32)), 1), None),
    (lambda b: b.eq(b.and_(b.or_(x32, 4), b.neg(b.or_(x32, 4))), 8), FALSE),
    (lambda b: b.sub(x32, y32), None),
]


@pytest.mark.parametrize("index", range(len(SIMPLE)))
def test_simplifies(index):
    make, goal = SIMPLE[index]
    found = make(Build())
    if goal is None:
        assert not found.is_const
        assert found.args
    else:
        assert found is goal


def test_assumptions():
    assume = {x32: between(32, 3, 9), y32: known(32, 0b11, 0, 0, 0xffffffff)}
    build = Build(assume)
    assert build.ult(x32, 10) is TRUE
    assert build.and_(y32, 3) is const(0, 32)
    assert build.facts.of(build.add(x32, x32)).high == 18
    assert Build().ult(x32, 10).op == "ult"


def random_steps(rng, count):
    """Operations that tend to leave something known: `count` nodes, each over earlier ones."""
    width = rng.choice((1, 2, 3, 8, 16, 64))
    nodes = [leaf("a", width), leaf("b", width), leaf("c", 1)]
    nodes += [const(rng.choice((0, 1, 2, 3, -1, 7, width - 1, rng.getrandbits(width))), width) for _ in range(4)]
    names = [*("and or xor add sub shl lshr ashr neg not select urem umin".split() * 3), *TABLE]
    while len(nodes) < count:
        row = TABLE[rng.choice(names)]
        wide = rng.choice(nodes).width
        if wide % row.multiple:
            continue
        pool = [node for node in nodes if node.width == wide]
        truths = [node for node in nodes if node.width == 1]
        args = [rng.choice(truths if letter == "1" else pool[-6:] + pool[:6]) for letter in row.arguments]
        try:
            nodes.append(apply(row.name, *args, width=rng.choice((1, 3, 8, 16, 64)) if row.cast else None))
        except TypeError:
            continue
    return nodes


def first_wrong(seed):
    """What is known of the nodes of a random graph, against their values; and the graph, simplified."""
    rng = random.Random(seed)
    nodes = random_steps(rng, 40)
    inputs = nodes[:3]
    simple, ours = Facts(), {}
    for node in nodes:
        over = apply(node.op, *(ours[arg] for arg in node.args), width=node.width) if node.args else node
        ours[node] = simple.simplify(over)
    function = compiled([*nodes, *(ours[node] for node in nodes)], inputs)
    known_of = [simple.of(ours[node]) for node in nodes]
    also_known = Facts()
    known_raw = [also_known.of(node) for node in nodes]
    for _ in range(30):
        words = [rng.choice((rng.getrandbits(node.width), 0, 1, (1 << node.width) - 1, rng.randrange(99)))
                 & (1 << node.width) - 1 for node in inputs]
        found = function(*words)
        for node, before, after, a, b in zip(nodes, found, found[len(nodes):], known_of, known_raw):
            if before != after or before not in a or before not in b:
                return f"seed {seed}: {node} is {before}, simplified {after}, known {a}, {b}"
    return None


def test_random_graphs():
    for seed in range(300):
        assert first_wrong(seed) is None


@pytest.mark.slow
def test_many_random_graphs():
    for seed in range(300, 20_000):
        assert first_wrong(seed) is None


@pytest.mark.parametrize("name", ["without_lowest_one", "lowest_one", "with_lowest_zero"])
def test_a_wrong_relation_is_caught(name, monkeypatch):
    """What is said of x & x - 1, said of too much."""
    relations = {op: tuple((of_which, (lambda width, x: between(width, 0, 0)) if related.__name__ == name else related)
                           for of_which, related in pairs) for op, pairs in facts._RELATIONS.items()}
    monkeypatch.setattr(facts, "_RELATIONS", relations)
    build, x = Build(), leaf("x", 8)
    made = [build.and_(x, build.sub(x, 1)), build.and_(x, build.neg(x)), build.or_(x, build.add(x, 1))]
    assert any(word is const(0, 8) for word in made)


@pytest.mark.parametrize("width", [1, 2, 3, 5])
def test_relations_hold_for_all_inputs(width):
    x = leaf("x", width)
    for zeros in range(1 << width):
        for ones in range(1 << width):
            if zeros & ones:
                continue
            given = known(width, zeros, ones, 0, (1 << width) - 1)
            build = Build({x: given})
            minus, plus, lowest = build.add(x, -1), build.add(x, 1), build.and_(x, build.neg(x))
            made = [build.and_(x, minus), build.or_(plus, x), lowest, build.sub(x, lowest), build.xor(lowest, x)]
            function = compiled(made, [x])
            for word in range(1 << width):
                if word in given:
                    assert all(value in build.facts.of(node) for value, node in zip(function(word), made))


def test_a_deep_graph_takes_linear_time():
    """After each new node the lifter asks again; what was asked before is not looked at again."""
    build, node = Build(), x32
    begin = time.process_time()
    for k in range(100_000):
        node = build.add(node, y32) if k % 2 else build.xor(node, k)
    asked = time.process_time() - begin
    assert Facts().of(node) == unknown(32)
    assert sum(1 for _ in topological([node])) > 100_000
    assert asked < 30  # about 1 s
