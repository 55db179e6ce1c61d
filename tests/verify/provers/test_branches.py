"""A query holds somewhere exactly if one of its branches does."""

import random

import pytest
from primir.ir.graph import FALSE, TRUE, apply, const, leaf, negate
from primir.verify.provers import branches as module
from primir.verify.provers.branches import branches, cases, simplified
from primir.verify.provers.query import Query

X, Y = leaf("x", 8), leaf("y", 8)
A, B, C = leaf("a", 1), leaf("b", 1), leaf("c", 1)
SMALLER, DIFFERENT = apply("ult", X, Y), apply("ne", X, Y)


@pytest.mark.parametrize("goal, expected", [
    (TRUE, [()]),
    (FALSE, []),
    (A, [()]),
    (SMALLER, [(SMALLER,)]),
    (apply("and", A, negate(A)), []),
    (apply("and", SMALLER, negate(SMALLER)), []),
    (apply("and", negate(A), apply("or", A, DIFFERENT)), [(DIFFERENT,)]),
    (negate(apply("or", A, negate(SMALLER))), [(SMALLER,)]),
    (apply("or", SMALLER, DIFFERENT), [(SMALLER,), (DIFFERENT,)]),
    (apply("eq", SMALLER, FALSE), [(negate(SMALLER),)]),
    (apply("and", apply("eq", X, const(3, 8)), SMALLER), [(apply("ult", const(3, 8), Y),)]),
    (apply("and", apply("eq", X, const(3, 8)), apply("eq", X, const(4, 8))), []),
    (apply("and", apply("ult", X, const(16, 8)), DIFFERENT),
     [(apply("ult", X, const(16, 8)), apply("ne", apply("and", X, const(15, 8)), Y))]),
    (apply("and", negate(apply("ule", const(9, 8), X)), DIFFERENT),
     [(negate(apply("ule", const(9, 8), X)), apply("ne", apply("and", X, const(15, 8)), Y))]),
    (apply("and", apply("ult", X, const(0, 8)), DIFFERENT), [(DIFFERENT, apply("ult", X, const(0, 8)))]),
    (apply("and", SMALLER, apply("ne", apply("select", SMALLER, X, Y), X)), []),
])
def test_branches(goal, expected):
    assert list(branches(Query(goal))) == expected


def test_there_are_only_so_many():
    goal = TRUE
    for index in range(20):
        goal = apply("and", goal, apply("or", apply("ult", leaf(f"x{index}", 8), Y), apply("ult", X, Y)))
    assert len(list(branches(Query(goal)))) <= module.BRANCHES


def test_what_conditions_share_is_said_once():
    goal = SMALLER
    for index in range(60):  # 2**60 paths
        goal = apply("and", apply("and", goal, leaf(f"p{index}", 1)), apply("and", leaf(f"q{index}", 1), goal))
    (found,) = branches(Query(goal))
    assert found == (SMALLER,)


def test_cases_split_by_a_comparison_with_a_constant():
    zero = apply("eq", X, const(0, 8))
    first, second = cases((apply("ult", apply("select", zero, Y, X), const(9, 8)),))
    assert first == (apply("ult", Y, const(9, 8)),)
    assert second == (apply("ult", X, const(9, 8)),)
    assert cases((DIFFERENT,)) is None


def test_an_impossible_conjunction_is_no_branch():
    assert simplified([SMALLER, negate(SMALLER)]) is None
    assert simplified([A, negate(A)]) is None
    assert simplified([]) == ()


def test_random_queries_hold_where_a_branch_does(fuzz):
    seed = 2026
    kinds = {True: 0, False: 0}
    for index in range(1500):
        source = fuzz.Random(seed + index, 1 + index % 3)
        literals = [source.node(3, 1) for _ in range(random.Random(index).randrange(1, 4))]
        query = Query(literals[0], tuple(literals[1:]))
        expected = fuzz.holds_somewhere(list(query.conditions))
        found = list(branches(query))
        assert any(fuzz.holds_somewhere([TRUE, *branch]) for branch in found) == expected, f"seed {seed}, {query}"
        for branch in found:
            split = cases(branch)
            if split is not None and fuzz.holds_somewhere([TRUE, *branch]):
                assert any(fuzz.holds_somewhere([TRUE, *part]) for part in split), f"seed {seed}, {branch}"
        kinds[expected] += 1
    assert min(kinds.values()) > 100
