"""Trees are right on all samples and as small as they can be; joined programs give what a select gives, for less."""

import itertools
import random

import numpy as np
import pytest
from primir.ir.cost import instructions_of
from primir.ir.evaluate import evaluate
from primir.ir.graph import FALSE, LEAVES, TRUE, apply, const, leaf, topological
from primir.ir.text import parse_functions
from primir.synth.branches import Leaf, Trees, joined, packed, undominated, unpacked

x, y, test = leaf("x", 8), leaf("y", 8), leaf("c", 1)
PLAIN = frozenset("add sub neg mul and or xor not shl lshr ashr eq ne ult slt select".split())


def words(rows):
    return packed(np.array([[mark == "1" for mark in row] for row in rows]))


def trees_of(terms, tests, samples):
    ones = [np.ones(len(rows), dtype=np.int64) for rows in (terms, tests)]
    return Trees(words(terms), ones[0], words(tests), ones[1], samples, lambda work: None)


def right_on(tree, terms, tests, sample):
    while not isinstance(tree, Leaf):
        tree = tree.yes if tests[tree.test][sample] == "1" else tree.no
    return terms[tree.term][sample] == "1"


@pytest.mark.parametrize("samples", [1, 63, 64, 65, 200])
def test_sets_of_samples(samples):
    truths = np.random.default_rng(samples).random((5, samples)) < 0.5
    assert (unpacked(packed(truths), samples) == truths).all()
    assert packed(truths).shape == (5, -(-samples // 64))


def test_what_is_contained_in_something_cheaper_is_left_out():
    sets = words(["1100", "1000", "0011", "1111", "0000"])
    assert undominated(sets, np.array([1, 2, 1, 3, 0]), 10) == [0, 2, 3]
    assert 3 in undominated(sets, np.array([1, 2, 1, 3, 0]), 1)


@pytest.mark.parametrize("terms, tests, leaves", [
    (["1111"], ["1010"], 1),
    (["1100", "0011"], ["1100"], 2),
    (["1100", "0011"], ["0011", "1010"], 2),
    (["1000", "0100", "0011"], ["1000", "1100"], 3),
    (["1001", "0100", "0010"], ["0100", "0010"], 3),
    (["10000001", "01000000", "00100000", "00011110"], ["01000000", "00100000", "10000001"], 4),
])
def test_the_fewest_leaves(terms, tests, leaves):
    found = trees_of(terms, tests, len(terms[0])).exact()
    assert found
    for tree in found:
        assert count(tree) == leaves
        assert all(right_on(tree, terms, tests, sample) for sample in range(len(terms[0])))


def count(tree):
    return 1 if isinstance(tree, Leaf) else count(tree.yes) + count(tree.no)


@pytest.mark.parametrize("terms, tests", [
    (["1100", "0001"], ["1100"]),  # nothing is right on a sample
    (["1010", "0101"], ["1100"]),  # nothing tells the samples apart
    (["1010", "0101"], ["1111"]),
])
def test_no_tree_where_there_is_none(terms, tests):
    trees = trees_of(terms, tests, len(terms[0]))
    assert trees.exact() == trees.grown(9, (3,)) == []


def test_trees_of_two_leaves_that_are_right_on_most():
    terms, tests = ["110000", "001100", "100000"], ["110000", "001111", "101010"]
    found = trees_of(terms, tests, 6).partial(9)
    assert found
    for tree in found:
        right = [right_on(tree, terms, tests, sample) for sample in range(6)]
        assert sum(right) > 2
    assert [right_on(found[0], terms, tests, sample) for sample in range(6)] == [True] * 4 + [False] * 2
    assert trees_of(["110000"], tests, 6).partial(9) == []


def test_a_tree_grows_where_tests_tell_the_samples_apart():
    samples, bits = 100, 7
    rng = random.Random(3)
    label = [rng.randrange(6) for _ in range(samples)]
    terms = ["".join(str(int(mine == each)) for mine in label) for each in range(6)]
    tests = ["".join(str(sample >> bit & 1) for sample in range(samples)) for bit in range(bits)]
    trees = trees_of(terms, tests, samples)
    assert trees.exact() == []
    (tree,) = trees.grown(100, (2, 2))
    assert trees.grown(5, ()) == []
    assert all(right_on(tree, terms, tests, sample) for sample in range(samples))
    assert trees_of(terms, tests[1:], samples).grown(100, ()) == []  # neighbours look the same, and want other terms


@pytest.mark.parametrize("yes, no, cost", [
    ("%x", "%y", 1),
    ("1:8", "0:8", 0),
    ("0:8", "1:8", 1),
    ("-1:8", "0:8", 1),
    ("8:8", "0:8", 1),
    ("(add %x 1:8)", "%x", 1),
    ("%x", "(add %x 1:8)", 2),
    ("(shl %x 1:8)", "%x", 1),
    ("(add %x %y)", "%x", 2),
    ("(add %x 5:8)", "(add %x 9:8)", 2),
    ("(sub %x (and %x %y))", "(sub %x %y)", 3),
    ("(mul %x %y)", "%x", 2),
])
def test_joined_programs(yes, no, cost):
    (function,) = parse_functions(f"function f(%x: u8, %y: u8) -> u8, u8 value {yes} value {no}")
    yes, no = (result.value for result in function.results)
    for allowed in (PLAIN, PLAIN - {"select"}, frozenset({"select"}), PLAIN - {"select", "xor", "neg"}):
        node = joined(test, yes, no, allowed)
        assert node is not None
        used = {part.op for part in topological([node])} - {part.op for part in topological([yes, no])} - LEAVES
        assert used <= allowed | {"zext"}
        if allowed is PLAIN:
            assert instructions_of([node]) <= cost
        for a, b, c in itertools.product((0, 1, 77, 128, 255), (0, 2, 200), (0, 1)):
            given = {x: a, y: b, test: c}
            assert evaluate([node], given) == evaluate([yes if c else no], given)


def test_nothing_joins_without_operations():
    assert joined(test, x, y, frozenset({"add"})) is None
    assert joined(test, x, x, frozenset()) is x


def test_truth_values_are_joined():
    node = joined(test, apply("eq", x, const(3, 8)), FALSE, frozenset({"and", "eq"}))
    assert node is not None
    assert evaluate([node], {x: 3, test: 1}) == [1] and evaluate([node], {x: 3, test: 0}) == [0]
    assert joined(test, TRUE, TRUE, frozenset()) is TRUE
