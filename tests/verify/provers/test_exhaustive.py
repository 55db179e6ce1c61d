import random
import time

import pytest
from primir.ir.graph import CHOICE, FALSE, apply, const, leaf
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.verify.provers.exhaustive import Exhaustive, compared, parts, simplified
from primir.verify.provers.query import DontKnow, Query, Sat, Unsat
from primir.verify.refine import violation
from queries import models, random_query

MAGIC = ("(%x?: u{w}) -> u{w} value (udiv %x 3) poison %x!poison",
         "(%x?: u{w}) -> u{w} value (trunc:{w} (lshr (mul (zext:{v} %x) {m}) {s})) poison %x!poison")


def question(source, target):
    (old,), (new,) = parse_functions(f"function a{source}"), parse_functions(f"function b{target}")
    return Query(violation(old, new))


def magic(w, off=0):
    number = ((2 << w) + 1) // 3 + off
    return question(*(text.format(w=w, v=2 * w, m=number, s=w + 1) for text in MAGIC))


@pytest.mark.parametrize("w", [8, 16, pytest.param(32, marks=pytest.mark.slow)])
def test_it_proves(w):
    assert Exhaustive().ask(magic(w), Deadline(600)) == Unsat("all inputs")


@pytest.mark.parametrize("w", [8, 16, 32])
def test_it_refutes(w):
    query = magic(w, off=-1)
    answer = Exhaustive().ask(query, Deadline(60))
    assert isinstance(answer, Sat)
    assert query.holds(answer.model)


def test_several_words_and_the_ends_of_slices():
    x, y, c = leaf("x", 9), leaf("y", 8), leaf("c", 1, CHOICE)
    for word in (0, 1, (1 << 15) - 1, 1 << 15, (1 << 16) + 1, (1 << 17) - 1):
        joined = apply("or", apply("shl", apply("zext", y, width=17), const(9, 17)), apply("zext", x, width=17))
        goal = apply("eq", joined, const(word, 17))
        answer = Exhaustive().ask(Query(goal, (c,)), Deadline(60))
        assert answer == Sat({x: word & 511, y: word >> 9, c: 1}, "all inputs")
    different = apply("ne", apply("add", apply("and", x, const(255, 9)), apply("zext", y, width=9)),
                      apply("add", apply("zext", y, width=9), apply("urem", x, const(256, 9))))
    assert Exhaustive().ask(Query(different), Deadline(60)) == Unsat("all inputs")


def test_the_sides_are_compiled_apart():
    query = magic(32)
    left, right, whole = parts(Query(simplified([query.goal])[0]))
    texts = [repr([result.value for result in side.results]) for side in (left, right, whole)]
    assert ["udiv" in text for text in texts] == [True, False, False]
    assert ["mul" in text for text in texts] == [False, True, False]
    assert [parameter.name for parameter in whole.parameters][-2:] == ["g0", "g1"]


def test_what_is_compared():
    x, y = leaf("x", 8), leaf("y", 8)
    a, b = apply("add", x, y), apply("sub", x, y)
    same = apply("eq", a, b)
    assert compared([apply("or", apply("not", same), apply("ult", x, y))]) == [(a, b)]
    assert compared([apply("eq", apply("select", same, x, a), const(0, 8))]) == []
    assert simplified([apply("and", same, FALSE)]) == [FALSE]


def test_limits():
    x, y = leaf("x", 16), leaf("y", 17)
    assert isinstance(Exhaustive().ask(Query(apply("ult", apply("zext", x, width=17), y)), Deadline(5)), DontKnow)
    assert isinstance(Exhaustive(limit=1).ask(magic(8), Deadline(5)), DontKnow)
    assert isinstance(Exhaustive().ask(magic(8), Deadline(0)), DontKnow)


def test_it_gives_up_where_the_time_will_not_do():
    z, y = leaf("z", 20), leaf("y", 12)
    divisor = apply("or", apply("zext", y, width=20), const(1, 20))
    quotient, rest = (apply(op, z, divisor) for op in ("udiv", "urem"))
    back = apply("add", apply("mul", quotient, divisor), rest)
    started = time.monotonic()
    answer = Exhaustive().ask(Query(apply("ne", apply("udiv", back, divisor), apply("udiv", z, divisor))), Deadline(2))
    assert time.monotonic() - started < 2.5
    assert isinstance(answer, DontKnow) and "they would take another" in answer.why


def test_a_wide_product_and_a_division_beyond_64_bits():
    x = leaf("x", 12)
    wide = apply("zext", x, width=100)
    square = apply("mul", apply("shl", wide, const(40, 100)), wide)
    again = apply("udiv", apply("mul", square, const(5, 100)), const(5, 100))
    assert Exhaustive().ask(Query(apply("ne", square, again)), Deadline(60)) == Unsat("all inputs")


def against_brute_force(seed, count):
    rng = random.Random(seed)
    said = {Sat: 0, Unsat: 0}
    for index in range(count):
        query = random_query(rng)
        answer = Exhaustive().ask(query, Deadline(60))
        where = f"seed {seed}, query {index}: {query}\n{answer}"
        assert type(answer) is (Sat if models(query) else Unsat), where
        assert isinstance(answer, Unsat) or query.holds(answer.model), where
        said[type(answer)] += 1
    return said


def test_against_brute_force():
    assert min(against_brute_force(3, 60).values()) > 10


@pytest.mark.slow
def test_many_against_brute_force():
    against_brute_force(4, 1500)


@pytest.mark.parametrize("bound", [5, 1000, 1 << 16])
def test_words_that_are_kept_below_a_bound(bound):
    x, y = leaf("x", 64), leaf("y", 64)
    below = apply("ult", x, const(bound, 64)), apply("ule", y, const(2, 64))
    quotient = apply("lshr", apply("mul", x, const(0x1999a, 64)), const(20, 64))
    for y_is, answer in ((3, Unsat("all inputs")), (2, None)):  # y is never 3
        goal = apply("or", apply("ne", quotient, apply("udiv", x, const(10, 64))), apply("eq", y, const(y_is, 64)))
        query = Query(goal, below)
        found = Exhaustive(bits=20).ask(query, Deadline(60))
        assert found == answer if answer else isinstance(found, Sat) and query.holds(found.model)
