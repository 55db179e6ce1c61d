"""The bank against a plain enumeration in Python: the same behaviours at the same cost, and never an undefined one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from primir.ir import graph
from primir.ir.evaluate import evaluate, evaluate_row
from primir.ir.graph import apply, const, leaf
from primir.ir.primes import TABLE
from primir.ir.terms import condition
from primir.synth.bank import Bank, Goal, Operation, OutOfRoom, compositions

WIDTH = 4
SAMPLES = [(3, 5), (0, 15), (8, 1), (7, 7), (12, 4)]
X, Y = graph.leaf("x", WIDTH), graph.leaf("y", WIDTH)


def words(values):
    return np.array(values, dtype=np.uint64)


def leaves():
    constants = [graph.const(value, WIDTH) for value in (0, 1)]
    return [(X, words([x for x, _ in SAMPLES])), (Y, words([y for _, y in SAMPLES])),
            *((node, words([node.data] * len(SAMPLES))) for node in constants)]


def operations(*names):
    return [Operation(TABLE[name], WIDTH, 1 if TABLE[name].predicate else WIDTH) for name in names]


CASTS = [Operation(TABLE["zext"], 1, 8), Operation(TABLE["trunc"], 8, 1)]


def bank(capacity=100_000, casts=()):
    return Bank(leaves(), casts, capacity)


def behaviours(level, names):
    """The behaviours of exactly that cost, by brute force over all trees: none that a cheaper tree has."""
    found = {0: {tuple(int(v) for v in values) for _, values in leaves()}}
    for cost in range(1, level + 1):
        made = set()
        for name in names:
            row = TABLE[name]
            for costs in compositions(cost - 1, len(row.arguments)):
                for rows in itertools.product(*(found[c] for c in costs)):
                    if not any(undefined(row, args) for args in zip(*rows, strict=True)):
                        made.add(tuple(evaluate_row(row, args, [WIDTH] * len(args), WIDTH)
                                       for args in zip(*rows, strict=True)))
        found[cost] = made - set().union(*found.values())
    return found[level]


def undefined(row, args):
    nodes = tuple(graph.const(arg, WIDTH) for arg in args)
    return any(evaluate([condition(u.when, row, nodes, WIDTH)], {})[0] for u in row.undefined)


@pytest.mark.parametrize("names", [("add", "xor"), ("sub", "lshr"), ("udiv", "and"), ("sdiv", "not"), ("shl", "neg")])
@pytest.mark.parametrize("level", [1, 2])
def test_every_behaviour_stands_at_its_least_cost(names, level):
    stored = bank()
    for _ in range(level):
        stored.grow(operations(*names), lambda made: None)
    rows = {tuple(int(v) for v in stored.values[entry]) for part in stored.entries(level, WIDTH) for entry in part}
    assert rows == behaviours(level, names)


def test_an_expression_has_the_values_that_are_stored():
    stored = bank()
    for _ in range(2):
        stored.grow(operations("add", "and", "lshr", "neg"), lambda made: None)
    for entry in range(len(stored)):
        node = stored.expression(entry)
        found = [evaluate([node], {X: x, Y: y})[0] for x, y in SAMPLES]
        assert found == [int(value) for value in stored.values[entry]], node


def test_a_sweep_finds_what_storing_would():
    names = ("add", "xor", "lshr", "udiv", "not")
    stored, swept = bank(), bank()
    for _ in range(3):
        stored.grow(operations(*names), lambda made: None)
    for _ in range(2):
        swept.grow(operations(*names), lambda made: None)
    for entry in itertools.chain(*stored.entries(3, WIDTH)):
        goal = Goal(WIDTH, stored.values[entry].copy(), np.ones(len(SAMPLES), dtype=bool), np.uint64(15))
        found = list(swept.sweep(operations(*names), goal, 3, lambda made: None))
        assert found, stored.expression(entry)
        for node in found:
            assert [evaluate([node], {X: x, Y: y})[0] for x, y in SAMPLES] == goal.words.tolist()


def test_a_sweep_heeds_what_matters_only():
    swept = bank()
    goal = Goal(WIDTH, words([8, 9, 9, 9, 9]), np.array([True, False, False, False, False]), np.uint64(15))
    assert graph.apply("add", X, Y) in list(swept.sweep(operations("add"), goal, 1, lambda made: None))
    masked = Goal(WIDTH, words([2, 1, 1, 0, 0]), np.ones(5, dtype=bool), np.uint64(3))  # x + y has these low bits: no
    assert graph.apply("add", X, Y) not in list(swept.sweep(operations("add"), masked, 1, lambda made: None))


def test_a_full_bank_says_so_and_keeps_what_fits():
    small = bank(capacity=40)
    with pytest.raises(OutOfRoom):
        small.grow(operations("add", "xor", "mul", "sub"), lambda made: None)
        small.grow(operations("add", "xor", "mul", "sub"), lambda made: None)
    assert len(small) == 40


def test_restart_forgets_everything():
    stored = bank()
    stored.grow(operations("add"), lambda made: None)
    stored.restart(leaves())
    assert len(stored) == len(bank()) and stored.level == 0


def test_casts_are_free_and_not_repeated():
    flag = graph.leaf("flag", 1)
    stored = Bank([(flag, words([0, 1, 1, 0, 1]))], CASTS, 100)
    assert [str(stored.expression(entry)) for part in stored.entries(0, 8) for entry in part] == ["(zext:8 %flag)"]
    assert stored.size(0, 1) == 1


def test_compositions():
    assert list(compositions(2, 2)) == [(0, 2), (1, 1), (2, 0)]
    assert list(compositions(0, 3)) == [(0, 0, 0)]


def test_a_fixed_leaf_is_only_the_last_argument_of_its_operations():
    x, four = leaf("x", 8), const(4, 8)
    leaves = [(x, np.array([0x50, 0x41], dtype=np.uint64)), (four, np.array([4, 4], dtype=np.uint64))]
    bank = Bank(leaves, [], 100, fixed={four})
    bank.grow([Operation(TABLE["lshr"], 8, 8, four), Operation(TABLE["and"], 8, 8), Operation(TABLE["lshr"], 8, 8)],
              lambda made: None)
    found = [bank.expression(entry) for level in (0, 1) for part in bank.entries(level, 8) for entry in part]
    assert found == [x, apply("lshr", x, four)]  # neither (and x 4), nor 4 itself; (lshr x x) is undefined
