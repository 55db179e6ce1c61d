"""Every operation's linear reading against its evaluation, on words of up to three bits."""

import random
from itertools import product

import pytest
import z3
from primir.ir import linear
from primir.ir.evaluate import evaluate_row
from primir.ir.linear import Formula, Integers, Number, constant
from primir.ir.primes import TABLE

READ = [row for row in TABLE.values() if row.linear is not None]


def equals(integers, word, value, width):
    """A formula that the word is `value`."""
    return integers.same(integers.number(word), constant(value), width)


@pytest.mark.parametrize("shape", ["plain", "wide", "fixed"])
@pytest.mark.parametrize("row", READ, ids=lambda row: row.name)
def test_an_operation_is_what_it_evaluates_to(row, shape):
    """`wide`: the arguments come as numbers beyond the range of a word; `fixed`: the last one is a constant."""
    for w, v in [(1, 1), (2, 2), (3, 3), (2, 3), (3, 1)]:
        if (v != w) != row.cast or row.cast and (row.name == "trunc") != (v < w):
            continue
        widths = [1 if letter == "1" else w for letter in row.arguments]
        result = 1 if row.predicate else v
        every = list(product(*(range(1 << width) for width in widths)))
        for words in random.Random(0).sample(every, min(len(every), 24)):
            integers = Integers()
            args = [read(integers, width, shape) for width in widths]
            if shape == "fixed":
                args[-1] = constant(words[-1])
            for arg, word, width in zip(args, words, widths):
                integers.require(equals(integers, arg, word, width))
            found = row.linear(integers, w, v, *args)
            expected = evaluate_row(row, words, widths, result)
            formula = equals(integers, found, expected, result)
            solver = z3.Solver()
            named = ["(declare-const right Bool)", f"(assert (= right {formula.text}))"]
            solver.from_string("\n".join([*integers.lines, *named]))
            assert solver.check(z3.Bool("right")) == z3.sat, (row.name, w, words, expected)
            if integers.exact:
                assert solver.check(z3.Not(z3.Bool("right"))) == z3.unsat, (row.name, w, words)


def read(integers, width, shape):
    if width == 1 and shape == "plain":
        return Formula(declared(integers))
    if shape == "wide":
        return integers.fresh(-(2 << width), (2 << width) - 1)
    return integers.fresh(0, (1 << width) - 1)


def declared(integers):
    name = f"p{len(integers.lines)}"
    integers.say(f"(declare-const {name} Bool)")
    return name


def test_both_sides_of_a_question_share_a_quotient():
    integers = Integers()
    x = integers.fresh(0, 255)
    assert integers.quotient(integers.quotient(x, 4), 3) == integers.quotient(x, 12)
    assert integers.quotient(integers.scale(x, 6), 8) == integers.quotient(integers.scale(x, 3), 4)
    assert integers.quotient(integers.sum(integers.scale(x, 4), constant(3)), 4) == x
    assert integers.quotient(integers.scale(x, 256), 16) == integers.scale(x, 16)


def test_a_quotient_of_two_values_is_a_bit():
    integers = Integers()
    bit = integers.fresh(0, 1)
    before = len(integers.lines)
    for a, c, d in product(range(-6, 7), range(-6, 7), range(1, 7)):
        found = integers.quotient(integers.sum(integers.scale(bit, a), constant(c)), d)
        terms = dict(found.form)
        assert terms.get((), 0) == c // d
        assert sum(terms.values()) == (a + c) // d
    assert len(integers.lines) == before


def test_what_bounds_decide_needs_no_variable():
    integers = Integers()
    x = integers.fresh(100, 119)
    before = len(integers.lines)
    assert integers.quotient(x, 20) == constant(5)
    assert integers.unsigned(x, 7) == x
    assert integers.signed(integers.sum(x, constant(-110)), 5) == integers.sum(x, constant(-110))
    assert integers.at_least(integers.sum(x, constant(-100)).form) == linear.TRUE
    assert integers.same(x, constant(120), 8) == linear.FALSE
    assert integers.same(x, constant(100 + 256), 8) == integers.zero(integers.sum(x, constant(-100)).form)
    assert len(integers.lines) == before


def test_a_quotient_times_its_divisor_and_the_remainder_is_the_word():
    integers = Integers()
    x, y = integers.fresh(0, 2**64 - 1), integers.fresh(0, 2**64 - 1)
    whole = integers.sum(integers.product(integers.ratio(x, y, 64), y), integers.rest(x, y, 64))
    assert whole.form == x.form
    a, b = integers.fresh(-2**63, 2**63 - 1), integers.fresh(-2**63, 2**63 - 1)
    quotient, rest = (TABLE[name].linear(integers, 64, 64, a, b) for name in ("sdiv", "srem"))
    back = TABLE["add"].linear(integers, 64, 64, TABLE["mul"].linear(integers, 64, 64, quotient, b), rest)
    assert integers.same(back, a, 64) == linear.TRUE


def test_products_of_parts_are_parts_of_the_product():
    integers = Integers()
    x, y = integers.fresh(0, 2**64 - 1), integers.fresh(0, 2**64 - 1)
    high, low = integers.quotient(x, 2**32), integers.conjunction(x, constant(2**32 - 1), 64)
    parts = integers.sum(integers.scale(integers.product(high, y), 2**32), integers.product(low, y))
    assert parts.form == integers.product(x, y).form


def test_bounds_of_random_polynomials_hold():
    seed = 7
    rng = random.Random(seed)
    for _ in range(300):
        integers = Integers()
        numbers = [integers.fresh(*sorted((rng.randint(-9, 9), rng.randint(-9, 9)))) for _ in range(3)]
        for _ in range(4):
            a, b = rng.choice(numbers), rng.choice(numbers)
            numbers.append(rng.choice([integers.sum(a, b, rng.randint(-5, 5)), integers.quotient(a, rng.randint(1, 6)),
                                       integers.product(a, b), integers.scale(a, rng.randint(-4, 4))]))
        a = numbers[-1]
        outside = integers.any([integers.negation(integers.at_least(integers.sum(a, constant(-a.low)).form)),
                                integers.negation(integers.at_least(integers.sum(constant(a.high), a, -1).form))])
        assert isinstance(a, Number) and outside == linear.FALSE, f"seed {seed}"


def grown(rng, integers):
    """A number and its value, made from variables that are fixed to values, by what the operations are made of."""
    made = []
    for _ in range(3):
        low = rng.choice([0, 0, 0, -9, 3])
        high = low + rng.choice([1, 1, 3, 7, 20])
        made.append((integers.fresh(low, high), rng.randint(low, high)))
        integers.require(integers.zero(integers.sum(made[-1][0], constant(-made[-1][1])).form))
    for _ in range(5):
        made.append(combined(rng, integers, *rng.choice(made[-4:]), *rng.choice(made)))
    return made[-1]


def combined(rng, integers, a, x, b, y):
    """A number made from `a` and `b`, and its value from theirs."""
    k, d = rng.randint(-6, 9), rng.randint(1, 9)
    return rng.choice([
        lambda: (integers.sum(a, b, k), x + k * y),
        lambda: (integers.sum(integers.scale(a, 1 << d % 4), constant(k)), (x << d % 4) + k),
        lambda: (integers.quotient(a, d), x // d),
        lambda: (integers.product(a, b), x * y),
        lambda: (integers.unsigned(a, d), x % (1 << d)),
        lambda: (integers.signed(a, d), (x + (1 << d - 1)) % (1 << d) - (1 << d - 1)),
        lambda: (integers.conjunction(integers.unsigned(a, 5), integers.unsigned(b, 5), 5), x % 32 & y % 32),
        lambda: (integers.conjunction(integers.unsigned(a, 5), constant(k % 32), 5), x % 32 & k % 32),
        lambda: (integers.ratio(integers.unsigned(a, 4), integers.unsigned(b, 4), 4),
                 x % 16 // (y % 16) if y % 16 else 15),
        lambda: (integers.chosen(integers.at_least(b.form), a, constant(k)), x if y >= 0 else k),
    ])()


def test_every_value_stays_possible():
    seed = 21
    rng = random.Random(seed)
    for index in range(700):
        integers = Integers()
        number, value = grown(rng, integers)
        where = f"seed {seed}, number {index}: {value} for {number}"
        assert number.low <= value <= number.high, where
        solver = z3.Solver()
        is_it = integers.zero(integers.sum(number, constant(-value)).form)
        solver.from_string("\n".join([*integers.lines, f"(assert {is_it.text})"]))
        assert solver.check() == z3.sat, where


def test_it_stops_growing():
    integers = Integers(limit=20)
    with pytest.raises(linear.TooLarge):
        for _ in range(20):
            integers.fresh(0, 1)
