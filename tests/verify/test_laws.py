"""Laws between calls: what is proved of a program holds for every word, counted out; what breaks one is refuted."""

import random
from itertools import product

import pytest
from primir.ir.errors import PrimirError
from primir.ir.graph import Function, Parameter, Result, apply, choose, const, leaf
from primir.ir.types import Type
from primir.jobs.limits import Deadline
from primir.lift.source import restrict
from primir.lift.speclang.front import parse_specs
from primir.verify.provers.portfolio import STANDARD
from primir.verify.refine import check_spec, meets
from primir.verify.roundtrip import prove_emitted
from primir.verify.verdict import Proved, Refuted, Unknown, Vacuous

WIDTH = 3
ALL = range(1 << WIDTH)
TOP = ALL[-1]

# Lines for a function of one word, and what they say of it, with the inputs that it is defined for.
ONE = [
    ("ensures f(f(x)) == x", ALL, lambda f: all(f(f(x)) == x for x in ALL)),
    ("ensures f(f(x)) == f(x)", ALL, lambda f: all(f(f(x)) == f(x) for x in ALL)),
    ("ensures f(f(f(x))) == x and f(x) != x", ALL, lambda f: all(f(f(f(x))) == x != f(x) for x in ALL)),
    ("forall y: u3\nensures x <= y implies f(x) <= f(y)", ALL,
     lambda f: all(f(x) <= f(y) for x in ALL for y in ALL if x <= y)),
    ("forall y: u3\nensures f(x ^ y) == f(x) ^ f(y)", ALL,
     lambda f: all(f(x ^ y) == f(x) ^ f(y) for x in ALL for y in ALL)),
    ("forall y: u3\nensures f(x) == f(y) ==> x == y", ALL, lambda f: len({f(x) for x in ALL}) == len(ALL)),
    ("ensures f(x + 1) == f(x) + 1", ALL, lambda f: all(f((x + 1) & TOP) == (f(x) + 1) & TOP for x in ALL)),
    ("let y = f(x)\nensures f(y) == x or y == x", ALL, lambda f: all(f(f(x)) == x or f(x) == x for x in ALL)),
    ("ensures f(0) == 0\nensures f(7) == 7", ALL, lambda f: f(0) == 0 and f(7) == 7),
    # a call of a result must be allowed
    ("requires x < 5\nensures f(f(x)) == x", range(5), lambda f: all(f(x) < 5 and f(f(x)) == x for x in range(5))),
    ("requires x < 5\nensures f(x) < 5 implies f(f(x)) == x", range(5),
     lambda f: all(f(x) >= 5 or f(f(x)) == x for x in range(5))),
    # of a call of an input that is not allowed nothing is said
    ("requires x < 5\nensures f(x) <= f(x + 1)", range(5), lambda f: all(f(x) <= f(x + 1) for x in range(4))),
    ("requires x < 5\nforall y: u3\nensures f(y) == f(y ^ 1)", range(5), lambda f: f(0) == f(1) and f(2) == f(3)),
    ("requires x < 5\nensures x < 4 and f(x) <= f(x + 1) or x == 4 and f(x) == 0", range(5),
     lambda f: all(f(x) <= f(x + 1) for x in range(4)) and f(4) == 0),
]
TWO = [
    ("ensures g(a, b) == g(b, a)", lambda g: all(g(a, b) == g(b, a) for a in ALL for b in ALL)),
    ("ensures g(a, a) == a\nensures g(a, b) == g(b, a)",
     lambda g: all(g(a, a) == a and g(a, b) == g(b, a) for a in ALL for b in ALL)),
    ("forall c: u3\nensures g(g(a, b), c) == g(a, g(b, c))",
     lambda g: all(g(g(a, b), c) == g(a, g(b, c)) for a in ALL for b in ALL for c in ALL)),
    ("forall c: u3\nensures a <= b implies g(a, c) <= g(b, c)",
     lambda g: all(g(a, c) <= g(b, c) for a in ALL for b in ALL for c in ALL if a <= b)),
    ("ensures g(g(a, b), b) == a", lambda g: all(g(g(a, b), b) == a for a in ALL for b in ALL)),
]


def spec_of(head, lines):
    (spec,) = parse_specs(f"spec {head}\n{lines}\n")
    return spec


def table(words, places):
    """The function with these words, one for each of the inputs at `places`, as a graph."""
    nodes = [leaf(name, WIDTH) for name in places]
    value = const(words[-1], WIDTH)
    for inputs, word in zip(product(ALL, repeat=len(places)), words[:-1], strict=False):
        here = const(1, 1)
        for node, number in zip(nodes, inputs, strict=True):
            here = apply("and", here, apply("eq", node, const(number, WIDTH)))
        value = choose(here, const(word, WIDTH), value)
    return value


def small(rng, places, depth=2):
    """A random expression."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice([leaf(name, WIDTH) for name in places] + [const(rng.choice(ALL), WIDTH)])
    op = rng.choice(["add", "sub", "xor", "and", "or", "umin", "umax", "not", "neg", "mul", "urem"])
    return apply(op, *(small(rng, places, depth - 1) for _ in range(1 if op in ("not", "neg") else 2)))


def programs(rng, places, count):
    for _ in range(count):
        yield small(rng, places)
    bijections = [rng.sample(ALL, len(ALL)) for _ in range(count // 4)]
    yield from (table(words, places) for words in bijections if len(places) == 1)


def run(node, places):
    from primir.ir.evaluate import compiled

    call = compiled([node], [leaf(name, WIDTH) for name in places])
    return lambda *words: call(*words)[0]


def function(spec, *values):
    results = tuple(Result(output.type, value) for output, value in zip(spec.outputs, values, strict=True))
    return Function(spec.name, spec.parameters, results)


def agrees(spec, node, right, said):
    verdict = meets(spec, function(spec, node), deadline=Deadline(20))
    assert isinstance(verdict, Proved if right else Refuted), f"{said}: {node} is {right}: {verdict}"


@pytest.mark.parametrize("lines, allowed, holds", ONE, ids=[case[0] for case in ONE])
def test_of_one_word(lines, allowed, holds):
    seed = random.randrange(2**32)
    spec = spec_of("f(x: u3) -> u3", lines)
    for node in programs(random.Random(seed), "x", 24):
        agrees(spec, node, holds(run(node, "x")), f"seed {seed}")


@pytest.mark.parametrize("lines, holds", TWO, ids=[case[0] for case in TWO])
def test_of_two_words(lines, holds):
    seed = random.randrange(2**32)
    spec = spec_of("g(a: u3, b: u3) -> u3", lines)
    for node in programs(random.Random(seed), "ab", 24):
        agrees(spec, node, holds(run(node, "ab")), f"seed {seed}")


@pytest.mark.parametrize("lines, right", [
    ("ensures f(f(x)) == x", [2, 1, 0, 3, 4, 5, 6, 7]), ("forall y: u3\nensures f(x) == f(y) implies x == y", [*ALL]),
    ("forall y: u3\nensures x <= y implies f(x) <= f(y)", [0, 0, 1, 1, 5, 6, 6, 7]),
    ("ensures f(f(x)) == f(x)", [0, 1, 1, 3, 3, 5, 5, 5])])
def test_one_wrong_word_is_seen(lines, right):
    """A function that is right, and one that is wrong on one input alone, as emitted code."""
    spec = spec_of("f(x: u3) -> u3", lines)
    holds = next(each[2] for each in ONE if each[0].replace("==>", "implies") == lines)
    assert holds(lambda x: right[x])
    for place in ALL:
        for word in (right[place], 7 - right[place]):
            words = [*right[:place], word, *right[place + 1:]]
            _, verdict = prove_emitted(spec, function(spec, table(words, "x")), "f", deadline=Deadline(20))
            assert isinstance(verdict, Proved if holds(lambda x: words[x]) else Refuted), f"{words}: {verdict}"  # noqa: B023


def test_a_counterexample_shows_the_calls():
    spec = spec_of("f(x: i8) -> u8", "forall y: i8\nensures x < y implies f(x) < f(y)")
    verdict = meets(spec, function(spec, leaf("x", 8)), deadline=Deadline(20))
    assert isinstance(verdict, Refuted)
    assert str(verdict.counterexample) == """\
  x: i8 = -1
  y: i8 = 0
  f(-1) = 255 (0xff, signed -1)
  f(0) = 0
  against `x < y implies f(x) < f(y)`"""
    assert verdict.counterexample.points == ((255,), (0,))


def test_results_have_names():
    spec = spec_of("f(x: u8) -> (low: u4, high: u4)",
                   "forall y: u8\nensures f(7).low == 7\nensures f(x).high == f(y).high ==> x >> 4 == y >> 4")
    x = leaf("x", 8)
    low, high = apply("trunc", x, width=4), apply("trunc", apply("lshr", x, const(4, 8)), width=4)
    assert isinstance(meets(spec, function(spec, low, high), deadline=Deadline(20)), Proved)
    assert isinstance(meets(spec, function(spec, high, low), deadline=Deadline(20)), Refuted)
    assert isinstance(meets(spec, function(spec, low, low), deadline=Deadline(20)), Refuted)


def test_what_is_undefined_is_wrong_where_it_is_called():
    spec = spec_of("f(x: u8) -> u8", "requires x < 4\nensures f(f(x)) == x")
    x = leaf("x", 8)
    for bad, kind in ((4, Proved), (3, Refuted)):
        node = Function("f", spec.parameters, (Result(Type(8), x),), ub=apply("eq", x, const(bad, 8)))
        assert isinstance(meets(spec, node, deadline=Deadline(20)), kind)


def test_fewer_inputs_are_fewer_calls():
    """Nothing is claimed of calls that `--requires` does not allow: the function may be undefined there."""
    spec = spec_of("f(x: u8) -> u8", "ensures f(f(x)) == x\nensures f(x ^ 1) == f(x) ^ 1")
    x = leaf("x", 8)
    node = Function("f", spec.parameters, (Result(Type(8), x),), ub=apply("ult", const(3, 8), x))
    for requires, kind in (("x < 4", Proved), ("x < 5", Refuted), (None, Refuted)):
        assert isinstance(meets(restrict(spec, requires=requires), node, deadline=Deadline(20)), kind)
    flipped = function(spec, apply("not", x))
    for requires, kind in (("x < 4", Refuted), (None, Proved)):  # what comes out must be allowed to go in
        assert isinstance(meets(restrict(spec, requires=requires), flipped, deadline=Deadline(20)), kind)


def test_other_widths_are_refused():
    from primir.verify.widths import Reread

    spec = spec_of("f(x: u8) -> u8", "ensures f(f(x)) == x")
    with pytest.raises(PrimirError, match="its own width alone"):
        Reread(spec, function(spec, leaf("x", 8)))


def test_a_law_alone_asks_for_defined_calls():
    from primir.verify.refine import _Means, _obeys

    spec = spec_of("f(x: u8) -> u8", "requires x < 4\nensures f(f(x)) == x")
    x = leaf("x", 8)
    for bad, kind in ((4, Proved), (3, Refuted)):
        here = apply("eq", x, const(bad, 8))
        for node in (Function("f", spec.parameters, (Result(Type(8), x),), ub=here),
                     Function("f", spec.parameters, (Result(Type(8), x, here),)),
                     Function("f", spec.parameters, (Result(Type(8), x),), trap=here)):
            assert isinstance(_obeys(spec.laws[0], spec, node, _Means(Deadline(20), STANDARD)), kind)


def test_what_is_left_open_is_unknown():
    from primir.ir.graph import CHOICE

    spec = spec_of("f(x: u8) -> u8", "forall y: u8\nensures f(x) == f(y)")
    choice = leaf("c", 8, CHOICE)
    assert isinstance(meets(spec, function(spec, choice), deadline=Deadline(20)), Unknown)


def test_laws_of_a_function_with_a_definition():
    """The definition is one thing, and the law another: both are to be proved."""
    spec = spec_of("f(x: u8) -> u8", "ensures result == x + 1\nensures f(f(x)) == x + 2\nensures f(f(f(x))) == x")
    x = leaf("x", 8)
    verdict = meets(spec, function(spec, apply("add", x, const(1, 8))), deadline=Deadline(20))
    assert isinstance(verdict, Refuted) and verdict.counterexample.law == "f(f(f(x))) == x"


def test_a_law_that_says_nothing_is_vacuous():
    spec = spec_of("f(x: u8) -> u8", "requires x < 4\nforall y: u8\nensures f(y & 3 | 4) == 1")
    assert isinstance(check_spec(spec, Deadline(20)), Vacuous)


def test_another_key_for_another_law():
    from primir.verify.obligations import _key_of_pair

    specs = [spec_of("f(x: u8) -> u8", line) for line in ("ensures f(f(x)) == x", "ensures f(f(x)) == f(x)",
                                                         "ensures f(f(f(x))) == x", "ensures f(x + 1) == x")]
    node = Function("f", (Parameter("x", Type(8)),), (Result(Type(8), leaf("x", 8)),))
    assert len({_key_of_pair(spec, node) for spec in specs}) == len(specs)


COUNTING = """
from primir import u32

def f(x: u32) -> u32:
    n = u32(0)
    while n < x:
        n += 1
    return n
"""


@pytest.mark.parametrize("law, right", [("f(f(x)) == x", True), ("x > 1000 implies f(f(x)) == 0", False)])
def test_a_loop_is_no_way_around_a_law(law, right, tmp_path):
    """What is proved of one call by induction says nothing of others, and runs beyond the bound are left open."""
    from primir.api import verify

    (tmp_path / "law.spec").write_text(f"spec f(x: u32) -> u32\n  ensures {law}\n")
    (tmp_path / "loop.py").write_text(COUNTING)
    verdict = verify(tmp_path / "law.spec", f"{tmp_path / 'loop.py'}:f", time=60)
    assert not isinstance(verdict, Refuted) if right else not isinstance(verdict, Proved), verdict
