"""Truth tables, against Python's own operators on words of one bit a row."""

import random
from itertools import product

import pytest
from primir.verify.provers.reading import TooLarge
from primir.verify.provers.tables import (
    ALWAYS,
    NEVER,
    VARIABLES,
    Table,
    conjoin,
    differ,
    disjoin,
    invert,
    moebius,
    mux,
    replaced,
    variable,
)


def value(table, digits):
    return table.bits >> sum(digits[number] << place for place, number in enumerate(table.variables)) & 1


def random_table(rng, numbers=range(8), count=3):
    variables = tuple(sorted(rng.sample(numbers, rng.randrange(count + 1))))
    return Table(variables, rng.getrandbits(1 << len(variables)))


POINTS = [dict(enumerate(digits)) for digits in product((0, 1), repeat=8)]


def test_operations_are_those_of_truth_values():
    rng = random.Random(1)
    for _ in range(200):
        a, b, c = (random_table(rng) for _ in range(3))
        for digits in rng.sample(POINTS, 16):
            x, y, z = (value(each, digits) for each in (a, b, c))
            found = [value(each, digits) for each in (conjoin(a, b), disjoin(a, b), differ(a, b), invert(a),
                                                      mux(c, a, b))]
            assert found == [x & y, x | y, x ^ y, 1 - x, x if z else y]


def test_replacing_variables():
    rng = random.Random(2)
    for _ in range(60):
        table = random_table(rng)
        new = {number: random_table(rng, count=2) for number in table.variables}
        found = replaced(table, new)
        for digits in rng.sample(POINTS, 16):
            inner = {number: value(each, digits) for number, each in new.items()}
            assert value(found, digits) == value(table, inner)


def test_a_truth_table_is_a_sum_of_conjunctions():
    rng = random.Random(3)
    for count in range(6):
        for _ in range(40):
            bits = rng.getrandbits(1 << count)
            for point in range(1 << count):
                total = sum(factor for subset, factor in moebius(bits, count) if not subset & ~point)
                assert total == bits >> point & 1


def test_idle_variables_go_and_too_many_are_refused():
    wide = NEVER
    for number in range(VARIABLES):
        wide = differ(wide, variable(number))
    assert len(wide.variables) == VARIABLES
    assert differ(wide, wide) == NEVER
    assert disjoin(wide, invert(wide)) == ALWAYS
    assert len(differ(wide, variable(0)).variables) == VARIABLES - 1
    with pytest.raises(TooLarge):
        conjoin(wide, variable(VARIABLES))
