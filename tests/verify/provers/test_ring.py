"""What the ring normal form proves, what it must not, and random queries against brute force."""

import random

import pytest
from primir.ir.graph import FALSE, TRUE, apply, const, leaf, negate
from primir.jobs.limits import Deadline
from primir.verify.provers import polynomials, ring
from primir.verify.provers.polynomials import Ring
from primir.verify.provers.query import DontKnow, Query, Unsat
from primir.verify.provers.ring import RingForm

RING = RingForm()
SEED = 2026

EQUAL = [
    # linear: the same coefficient for each conjunction
    ("(add x y)", "(add (xor x y) (mul 2 (and x y)))"),
    ("(sub x y)", "(sub (mul 2 (and x (not y))) (xor x y))"),
    ("(xor x y)", "(sub (add x y) (shl (and x y) 1))"),
    ("(not (and x (or y z)))", "(or (not x) (and (not y) (not z)))"),
    ("x", "(add (and x 0xf0) (and x -241))"),
    ("(add (and x 6) (and x 9))", "(and x 15)"),
    # products
    ("(mul x y)", "(add (mul (and x y) (or x y)) (mul (and x (not y)) (and (not x) y)))"),
    ("(mul (add x y) (sub x y))", "(sub (mul x x) (mul y y))"),
    ("(mul (xor x y) (xor x y))", "(sub (mul (add x y) (add x y)) (mul 4 (mul (and x y) (sub (add x y) (and x y)))))"),
    # a bitwise function of words that are sums, and of such that look like sums
    ("(xor (add x y) z)", "(sub (add (add x y) z) (mul 2 (and z (add y x))))"),
    ("(and (sub (or x y) (and x y)) z)", "(and (xor x y) z)"),
    ("(or (mul x y) z)", "(sub (add z (mul y x)) (and (mul x y) z))"),
    ("(xor x (xor (add x 1) y))", "(sub (add (xor x y) (add x 1)) (mul 2 (and (xor x y) (add 1 x))))"),
    ("(and x (neg (and x (neg x))))", "x"),
    # low bits alone matter
    ("(and (mul x (add x 1)) 1)", "0"),
    ("(and (add (mul x x) x) 1)", "0"),
    ("(mul top (mul x y))", "(mul top (and x y))"),
    ("(and (add x (mul 8 y)) 7)", "(and x 7)"),
    ("(and (mul 2 x) 3)", "(shl (and x 1) 1)"),
    # products of successive numbers
    ("(mul (shl 1 w-3) (mul (mul x (sub x 1)) (mul (sub x 2) (sub x 3))))", "0"),
    ("(mul top (mul x x))", "(mul top x)"),
    # it does not matter how wide a sum or product was computed
    ("(trunc:w (and (zext:128 x) (sub (zext:128 x) 1)))", "(and x (sub x 1))"),
    ("(trunc:w (xor (mul (zext:128 x) (sext:128 y)) (zext:128 z)))", "(xor z (mul y x))"),
    ("(trunc:w (or (add (sext:128 x) (and (sub (zext:128 y) 1) (sext:128 z))) (zext:128 u)))",
     "(or u (add (and z (sub y 1)) x))"),
    # quotients are words of their own
    ("(add (mul (udiv x y) y) (urem x y))", "x"),
    ("(add (mul (sdiv x y) y) (srem x y))", "x"),
    ("(udiv (add x y) z)", "(udiv (sub x (neg y)) (or z z))"),
    ("(shl (mul x 3) y)", "(add (shl x y) (shl (add x x) y))"),
    # conditions, bits, shifts
    ("(select (ult x y) (add x 1) (add y 1))", "(add (select (ult x y) x y) 1)"),
    ("(mul (select (eq x 0) 1 0) x)", "0"),
    ("(select (eq x 5) (mul x y) 0)", "(mul (mul 5 y) (select (eq 5 x) 1 0))"),
    ("(add (and x 1) (and x -2))", "x"),
    ("(shl (lshr x 4) 4)", "(and x -16)"),
    ("(lshr (and x y) 3)", "(and (lshr x 3) (lshr y 3))"),
    ("(abs x)", "(sub (xor x (ashr x w-1)) (ashr x w-1))"),
    ("(smax x y)", "(xor x (and (xor x y) (neg (select (slt x y) 1 0))))"),
]


@pytest.mark.parametrize("width", [8, 32, 64])
@pytest.mark.parametrize("left, right", EQUAL, ids=lambda text: text if len(text) < 50 else text[:50])
def test_it_proves(left, right, width, node_of, differ_somewhere):
    a, b = node_of(left, width), node_of(right, width)
    assert not differ_somewhere(a, b)
    for one, other in ((a, b), (b, a)):
        assert RING.ask(Query(apply("ne", one, other)), Deadline(10)) == Unsat(RING.name)


@pytest.mark.parametrize("width", [4, 5, 16, 64])
def test_identities_with_one_thing_changed_are_not_proved(width, node_of, differ_somewhere, fuzz):
    changed = proved = 0
    for index, (left, right) in enumerate(EQUAL):
        if width < 6 and any(number in left + right for number in ("0xf0", "-241", "-16", "w-3", "15", "8")):
            continue
        source = fuzz.Random(SEED + index, width)
        for _ in range(8):
            a, b = node_of(left, width), source.mutated(node_of(right, width))
            if differ_somewhere(a, b):
                changed += 1
                proved += isinstance(RING.ask(Query(apply("ne", a, b)), Deadline(10)), Unsat)
    assert changed > 100
    assert proved == 0


X, Y = leaf("x", 32), leaf("y", 32)


def odd(node):
    return apply("eq", apply("and", node, const(1, 32)), const(1, 32))


@pytest.mark.parametrize("conditions", [
    [FALSE],
    [leaf("b", 1), negate(leaf("b", 1))],
    [apply("eq", apply("sub", apply("mul", const(7, 32), apply("mul", Y, Y)), const(1, 32)), apply("mul", X, X))],
    [odd(apply("mul", X, apply("add", X, const(1, 32))))],
    [odd(X), apply("ne", apply("and", apply("add", X, const(1, 32)), const(1, 32)), const(0, 32))],
    # what the other conditions say of leaves is used
    [apply("eq", X, const(3, 32)), apply("ne", apply("mul", X, Y), apply("mul", Y, const(3, 32)))],
    [negate(leaf("p", 1)), apply("or", leaf("p", 1), apply("ne", apply("add", X, Y), apply("add", Y, X)))],
    # every kind of violation is refuted
    [apply("or", apply("ne", apply("sub", X, X), const(0, 32)), apply("and", leaf("b", 1), negate(leaf("b", 1))))],
    # by cases: x is 0, or the select picks x
    [apply("ne", apply("select", apply("eq", X, const(0, 32)), const(0, 32), X), X)],
])
def test_it_refutes(conditions):
    *assumptions, goal = conditions
    assert RING.ask(Query(goal, tuple(assumptions)), Deadline(10)) == Unsat(RING.name)


@pytest.mark.parametrize("conditions", [
    [TRUE],
    [leaf("b", 1)],
    [apply("ne", X, Y)],
    [apply("eq", apply("mul", X, X), Y)],
    [apply("ult", X, Y), apply("ult", Y, apply("mul", X, X))],
    [apply("or", apply("ne", X, X), apply("ne", X, Y))],
])
def test_what_can_hold_is_left_to_others(conditions):
    *assumptions, goal = conditions
    assert isinstance(RING.ask(Query(goal, tuple(assumptions)), Deadline(10)), DontKnow)


def chain(op, count, start, other):
    node = start
    for index in range(count):
        node = apply(op, node, other(index, node))
    return node


LARGE = {
    "deep": lambda: chain("add", 10_000, X, lambda i, node: Y),
    "deep products": lambda: chain("mul", 10_000, X, lambda i, node: apply("add", Y, const(i, 32))),
    "squares of squares": lambda: chain("mul", 70, apply("add", X, Y), lambda i, node: node),
    "many words": lambda: chain("xor", 300, X, lambda i, node: leaf(f"v{i}", 32)),
    "products of sums of many words": lambda: chain("mul", 40, X, lambda i, node: apply("add", leaf(f"v{i}", 32), Y)),
    "many conditions": lambda: chain("or", 300, X, lambda i, node: apply("select", leaf(f"b{i}", 1), X, Y)),
    "many branches": lambda: apply("zext", chain("and", 200, TRUE, lambda i, node: apply(
        "or", leaf(f"b{i}", 1), leaf(f"c{i}", 1))), width=32),
    "all operations": lambda: chain("sdiv", 300, X, lambda i, node: apply("fshl", node, apply("ctpop", Y), X)),
}


@pytest.mark.parametrize("large", LARGE)
def test_large_queries_end_soon(large):
    deadline = Deadline(20)
    node = LARGE[large]()
    assert isinstance(RING.ask(Query(apply("ne", node, apply("add", node, X))), deadline), DontKnow)
    assert isinstance(RING.ask(Query(apply("eq", apply("trunc", node, width=1), FALSE)), deadline), DontKnow)
    assert deadline.left() > 10


def test_it_ends_at_the_deadline():
    node = chain("mul", 2000, X, lambda i, node: apply("add", Y, const(i, 32)))
    answer = RING.ask(Query(apply("ne", node, X)), Deadline(0))
    assert answer == DontKnow("ring normal form: too large (time)")


@pytest.mark.parametrize("points", [0, polynomials.POINTS], ids=["algebra", "with points"])
def test_random_queries_agree_with_brute_force(points, fuzz, monkeypatch):
    monkeypatch.setattr(polynomials, "POINTS", points)
    assert fuzz(RING, SEED).all(300)["equal_pairs"] > 270


@pytest.mark.slow
@pytest.mark.parametrize("points", [0, polynomials.POINTS], ids=["algebra", "with points"])
def test_many_random_queries_agree_with_brute_force(points, fuzz, monkeypatch):
    monkeypatch.setattr(polynomials, "POINTS", points)
    fuzz(RING, random.randrange(1 << 30)).all(20_000)


def half_checked(self, terms, width):
    """Recognizes a sum by its words alone, whatever constant stands beside them."""
    found = Ring._recognized_words(self, [term for term in terms if term[0]], width)
    return found if found is not None else Ring._recognized_words(self, terms, width)


MISTAKES = {
    "a word is not cut off": ("within", lambda self, table, width: table),
    "a constant is forgotten": ("_recognized_words", half_checked),
    "an equation holds of another value": ("equal", lambda self, sign, difference, width: Ring.equal(
        self, sign, {**difference, 0: difference.get(0, 0) + 1}, width)),
    "a shift is no longer one": ("shifted", lambda self, number, count: Ring.shifted(self, number, max(count - 1, 1))),
    "low bits decide": ("vanishes", lambda self, poly, width: Ring.vanishes(self, poly, max(width - 1, 1))),
}


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_would_be_found(mistake, fuzz, monkeypatch):
    name, wrong = MISTAKES[mistake]
    monkeypatch.setattr(ring, "Ring", type("Wrong", (Ring,), {name: wrong}))
    with pytest.raises(AssertionError, match="seed"):
        fuzz(RING, SEED).all(3000)


@pytest.mark.slow
def test_vanishing_products_count_by_their_factorials(fuzz, monkeypatch):
    right = polynomials._order
    monkeypatch.setattr(polynomials, "_order", lambda key, width: max(1, right(key, width) >> 1))
    with pytest.raises(AssertionError, match="seed"):
        fuzz(RING, SEED).all(3000)
