"""What the bit-linear domain proves, what it must not, and random queries against brute force."""

import random

import pytest
from primir.ir.graph import FALSE, apply, const, leaf, negate
from primir.jobs.limits import Deadline
from primir.verify.provers import bitlinear
from primir.verify.provers.bitlinear import BitLinear
from primir.verify.provers.query import DontKnow, Query, Unsat

BITS = BitLinear()
SEED = 2026

POPCOUNT_32 = ("(add (and {0} 0x33333333) (and (lshr {0} 2) 0x33333333))",
               "(sub x (and (lshr x 1) 0x55555555))")
PAIRS_32 = POPCOUNT_32[0].format(POPCOUNT_32[1])
NIBBLES_32 = f"(and (add {PAIRS_32} (lshr {PAIRS_32} 4)) 0x0f0f0f0f)"
BYTES_32 = "(add (add (and x 255) (and (lshr x 8) 255)) (add (and (lshr x 16) 255) (lshr x 24)))"
SWAPPED = "(or (and (lshr {0} {1}) {2}) (shl (and {0} {2}) {1}))"


def reverse(width, *masks):
    text = "x"
    for shift, mask in enumerate(masks):
        text = SWAPPED.format(text, 1 << shift, mask)
    return text


def octal(text):
    """HAKMEM 169 from the sums of three bits on."""
    return f"(urem (and (add {text} (lshr {text} 3)) 0xc71c71c7) 63)"


EQUAL = [
    # population counts
    (32, "(ctpop x)", f"(lshr (mul {NIBBLES_32} 0x01010101) 24)"),
    (32, "(ctpop x)", f"(urem {NIBBLES_32} 255)"),
    (32, "(ctpop x)", octal("(sub (sub x (and (lshr x 1) 0xdb6db6db)) (and (lshr x 2) 0x49249249))")),
    (32, "(ctpop (and x y))", "(sub (add (ctpop x) (ctpop y)) (ctpop (or x y)))"),
    (64, "(ctpop x)", "(add (ctpop (lshr x 32)) (ctpop (and x 0xffffffff)))"),
    (16, "(ctpop x)", "(sub 16 (ctpop (not x)))"),
    # parities: the product wraps
    (32, "(and (ctpop x) 1)", "(and (lshr (mul (and (xor (xor x (lshr x 1)) (lshr (xor x (lshr x 1)) 2)) 0x11111111)"
                              " 0x11111111) 28) 1)"),
    (32, "(and (ctpop x) 1)", "(and (lshr (mul (and (xor (xor x (lshr x 1)) (lshr (xor x (lshr x 1)) 2)) 0x11111111)"
                              " 0x88888888) 31) 1)"),
    # sums of fields
    (32, "(urem x 255)", f"(urem {BYTES_32} 255)"),
    (32, "(urem x 3)", "(urem (add (lshr x 16) (and x 0xffff)) 3)"),
    (32, "(and (add x y) 255)", "(and (add (and x 255) (and y 255)) 255)"),
    (64, "(udiv (and x 0xff) 1)", "(lshr (mul (and x 0xff) 256) 8)"),
    # bits in another order
    (16, "(bitreverse x)", reverse(16, 0x5555, 0x3333, 0x0f0f, 0x00ff)),
    (32, "(bitreverse x)", reverse(32, 0x55555555, 0x33333333, 0x0f0f0f0f, 0x00ff00ff, 0x0000ffff)),
    (32, "(bswap x)", "(or (or (shl x 24) (lshr x 24)) (or (and (shl x 8) 0xff0000) (and (lshr x 8) 0xff00)))"),
    (64, "(and (bitreverse x) 0)", "(and x (not x))"),
    (64, "(lshr (bitreverse (shl (and x 255) 56)) 0)",
     "(urem (and (mul (and x 255) 0x0202020202) 0x010884422010) 1023)"),
    (64, "(lshr (bitreverse (shl (and x 255) 56)) 0)",
     "(and (lshr (mul (or (and (mul (and x 255) 0x0802) 0x22110) (and (mul (and x 255) 0x8020) 0x88440)) 0x10101) 16)"
     " 255)"),
    # exclusive or: the gray code and its inverse
    (32, "(xor (xor x (lshr x 1)) (lshr (xor x (lshr x 1)) 2))",
     "(xor (xor x (lshr x 2)) (xor (lshr x 3) (lshr x 1)))"),
    (64, "(xor (shl x 3) (shl y 3))", "(shl (xor y x) 3)"),
    (64, "(fshl x x 13)", "(fshr x x 51)"),
    # conditions and selects
    (32, "(select (slt x 0) y z)", "(xor z (and (xor y z) (ashr x 31)))"),
    (32, "(select (eq (and x 1) 0) 5 8)", "(add 5 (mul 3 (and x 1)))"),
    (8, "(zext (slt x 0))", "(lshr x 7)"),
]


def early(x, at_once=0):
    """The population count by a loop that ends when no one is left, unrolled; `at_once` is what it gives for 0."""
    counts = [const(at_once, x.width)]
    for k in range(x.width):
        bit = apply("and", apply("lshr", x, const(k, x.width)), const(1, x.width))
        counts.append(apply("add", counts[-1] if k else const(0, x.width), bit))
    result = counts[-1]
    for k in reversed(range(x.width)):
        ends = apply("eq", apply("lshr", x, const(k, x.width)), const(0, x.width))
        result = apply("select", ends, counts[k], result)
    return result


def test_a_loop_that_ends_early_counts_all(differ_somewhere):
    x = leaf("x", 16)
    assert BITS.ask(Query(apply("ne", apply("ctpop", x), early(x))), Deadline(10)) == Unsat(BITS.name)
    wrong = early(x, at_once=1)
    assert differ_somewhere(apply("ctpop", x), wrong) is not None
    assert isinstance(BITS.ask(Query(apply("ne", apply("ctpop", x), wrong)), Deadline(10)), DontKnow)


def sides(width, left, right, node_of):
    if left.startswith("(zext"):
        return apply("zext", node_of(left[6:-1], width), width=width), node_of(right, width)
    return node_of(left, width), node_of(right, width)


@pytest.mark.parametrize("width, left, right", EQUAL, ids=[str(index) for index in range(len(EQUAL))])
def test_it_proves(width, left, right, node_of, differ_somewhere):
    a, b = sides(width, left, right, node_of)
    assert not differ_somewhere(a, b)
    assert BITS.ask(Query(apply("ne", a, b)), Deadline(10)) == Unsat(BITS.name)


def test_identities_with_one_thing_changed_are_not_proved(node_of, differ_somewhere, fuzz):
    changed = proved = 0
    for index, (width, left, right) in enumerate(EQUAL):
        source = fuzz.Random(SEED + index, width)
        for _ in range(12):
            a, b = sides(width, left, right, node_of)
            b = source.mutated(b)
            if differ_somewhere(a, b):
                changed += 1
                proved += isinstance(BITS.ask(Query(apply("ne", a, b)), Deadline(10)), Unsat)
    assert changed > 150
    assert proved == 0


X, Y = leaf("x", 32), leaf("y", 32)


@pytest.mark.parametrize("conditions", [
    [FALSE],
    [apply("ult", apply("ctpop", X), const(0, 32))],
    [apply("ult", const(40, 32), apply("ctpop", X))],
    [apply("slt", X, const(0, 32)), apply("eq", apply("lshr", X, const(31, 32)), const(0, 32))],
    # a word of 8 bits has at most 8 ones
    [apply("ult", X, const(256, 32)), apply("ult", const(8, 32), apply("ctpop", X))],
    [apply("ule", X, const(255, 32)), apply("ne", apply("ctpop", X), apply("ctpop", apply("and", X, const(255, 32))))],
    [negate(leaf("p", 1)), apply("or", leaf("p", 1), apply("ne", apply("xor", X, Y), apply("xor", Y, X)))],
])
def test_it_refutes(conditions):
    *assumptions, goal = conditions
    assert BITS.ask(Query(goal, tuple(assumptions)), Deadline(10)) == Unsat(BITS.name)


@pytest.mark.parametrize("conditions", [
    [leaf("b", 1)],
    [apply("ne", apply("ctpop", X), apply("ctpop", Y))],
    [apply("ult", const(31, 32), apply("ctpop", X))],
    # fields that overflow: 4 bits do not hold 16, nor a byte 256
    [apply("ne", apply("urem", X, const(255, 32)), apply("and", X, const(255, 32)))],
])
def test_what_can_hold_is_left_to_others(conditions):
    *assumptions, goal = conditions
    assert isinstance(BITS.ask(Query(goal, tuple(assumptions)), Deadline(10)), DontKnow)


def chain(op, count, start, other):
    node = start
    for index in range(count):
        node = apply(op, node, other(index, node))
    return node


LARGE = {
    "deep sums": lambda: chain("add", 10_000, X, lambda i, node: Y),
    "deep exclusive ors": lambda: chain("xor", 10_000, X, lambda i, node: apply("add", Y, const(i, 32))),
    "products": lambda: chain("mul", 300, X, lambda i, node: apply("add", node, Y)),
    "conjunctions": lambda: chain("and", 300, X, lambda i, node: apply("xor", node, leaf(f"v{i}", 32))),
    "selects": lambda: chain("add", 300, X, lambda i, node: apply("select", apply("ult", node, Y), node, Y)),
    "sums of many words": lambda: chain("add", 300, X, lambda i, node: leaf(f"v{i}", 32)),
    "counts": lambda: chain("add", 100, X, lambda i, node: apply("ctpop", node)),
    "all operations": lambda: chain("sdiv", 200, X, lambda i, node: apply("fshl", node, apply("ctpop", Y), X)),
}


@pytest.mark.parametrize("large", LARGE)
def test_large_queries_end_soon(large):
    deadline = Deadline(30)
    node = LARGE[large]()
    assert isinstance(BITS.ask(Query(apply("ne", node, apply("add", node, X))), deadline), DontKnow)
    assert isinstance(BITS.ask(Query(apply("eq", apply("trunc", node, width=1), FALSE)), deadline), DontKnow)
    assert deadline.left() > 15


def test_random_queries_agree_with_brute_force(fuzz):
    assert fuzz(BITS, SEED).all(300)["equal_pairs"] > 150


@pytest.mark.slow
def test_many_random_queries_agree_with_brute_force(fuzz):
    fuzz(BITS, random.randrange(1 << 30)).all(20_000)


def without_carries(word, place):
    """`cut` that forgets that the low part may carry."""
    full = (1 << place) - 1
    return (bitlinear.made(place, {bit: factor & full for bit, factor in word.terms.items()}, word.constant & full),
            bitlinear.made(word.width - place, {bit: factor >> place for bit, factor in word.terms.items()},
                           word.constant >> place))


@pytest.mark.slow
@pytest.mark.parametrize("name, wrong", [
    ("cut", without_carries),
    ("exact", lambda word: (word.terms, word.constant)),
    ("_overlap", lambda numbers: False),
    ("positive", lambda word: iter([(word.terms, 0)])),
])
def test_a_mistake_would_be_found(name, wrong, fuzz, monkeypatch):
    monkeypatch.setattr(bitlinear, name, wrong)
    with pytest.raises(AssertionError, match="seed"):
        fuzz(BITS, SEED).all(3000)
