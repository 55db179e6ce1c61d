from itertools import islice

import pytest
from primir.ir.graph import CHOICE, apply, const, leaf, negate
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.verify.provers.corners import Corners, points
from primir.verify.provers.query import DontKnow, Query, Sat
from primir.verify.refine import violation

# Wrong variants that random words miss: single points, corners, equal arguments.
WRONG = [
    ("(%x: u64) -> u64 value %x", "(%x: u64) -> u64 value (select (eq %x 0xdeadbeefcafe) 0 %x)"),
    ("(%x: u64) -> u64 value %x", "(%x: u64) -> u64 value (select (ult %x 0x123456789) %x (umax %x 0x12345678a))"),
    ("(%x: i64) -> i64 value (abs %x)", "(%x: i64) -> i64 value (select (slt 0 (abs %x)) (abs %x) 0)"),
    ("(%x: u64, %y: u64) -> bool value (ult %x %y)", "(%x: u64, %y: u64) -> bool value (ule %x %y)"),
    ("(%x: u32) -> u32 value (and %x (sub %x 1))",
     "(%x: u32) -> u32 value (select (eq (ctpop %x) 1) %x (and %x (sub %x 1)))"),
    ("(%x: i32, %y: i32) -> i32 value (sadd_sat %x %y)", "(%x: i32, %y: i32) -> i32 value (add %x %y)"),
    ("(%x: u32) -> u32 value (udiv %x 10)",
     "(%x: u32) -> u32 value (trunc:32 (lshr (mul (zext:64 %x) 0xcccccccc) 35))"),
    ("(%x?: u64) -> u64 value 1", "(%x?: u64) -> u64 value 1 poison %x!poison"),
]


@pytest.mark.parametrize("source, target", WRONG)
def test_it_finds(source, target):
    (old,), (new,) = parse_functions(f"function a{source}"), parse_functions(f"function b{target}")
    query = Query(violation(old, new))
    answer = Corners().ask(query, Deadline(5))
    assert isinstance(answer, Sat)
    assert query.holds(answer.model)
    assert answer == Corners().ask(query, Deadline(5))


def test_it_never_says_unsat():
    b = leaf("b", 1)
    answer = Corners().ask(Query(b, (negate(b),)), Deadline(5))
    assert isinstance(answer, DontKnow)
    assert "nothing found at" in answer.why
    assert isinstance(Corners().ask(Query(const(0, 1)), Deadline(5)), DontKnow)
    assert Corners().ask(Query(const(1, 1)), Deadline(5)) == Sat({}, "corner hunt")


def test_points_are_the_same_each_time_and_fit():
    leaves = [leaf("x", 1), leaf("y", 128), leaf("c", 7, CHOICE), leaf("x!poison", 1)]
    some = list(islice(points(leaves, [77]), 3000))
    assert some == list(islice(points(leaves, [77]), 3000))
    assert all(0 <= word >> node.width == 0 for words in some for node, word in zip(leaves, words))
    assert {words[0] for words in some} == {0, 1}
    assert {76, 77, 78, (1 << 128) - 77, 1 << 100} <= {words[1] for words in some}


def test_work_bounds_the_points():
    x = leaf("x", 64)
    query = Query(apply("ult", x, x))
    assert Corners(work=600).ask(query, Deadline(5)).why == "corner hunt: nothing found at 300 points"
