"""Loops end where nothing can stay in them, and otherwise at a bound; calls and traps count where they are reached."""

import math
import random

import pytest
from primir.ir.errors import PrimirError
from primir.ir.evaluate import run
from primir.ir.graph import FALSE, TRUE, apply, const
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import lift_llvm
from primir.lift.llvm.loops import Unroll
from primir.verify.refine import refine
from primir.verify.verdict import Bounded, Proved, Refuted

POPCOUNT = """
define i32 @f(i64 %x) {
entry:
  br label %head
head:
  %v = phi i64 [ %x, %entry ], [ %less, %body ]
  %n = phi i32 [ 0, %entry ], [ %more, %body ]
  %c = icmp ne i64 %v, 0
  br i1 %c, label %body, label %end
body:
  %m = sub i64 %v, 1
  %less = and i64 %v, %m
  %more = add i32 %n, 1
  br label %head
end:
  ret i32 %n
}"""
PARITY = """
define i64 @f(i64 %x) {
entry:
  br label %head
head:
  %v = phi i64 [ %x, %entry ], [ %next, %head ]
  %n = phi i64 [ 0, %entry ], [ %sum, %head ]
  %bit = and i64 %v, 1
  %sum = xor i64 %n, %bit
  %next = lshr i64 %v, 1
  %c = icmp ne i64 %next, 0
  br i1 %c, label %head, label %end
end:
  ret i64 %sum
}"""
SQUARE_ROOT = """
define i64 @f(i64 %x) {
entry:
  br label %find
find:
  %bit = phi i64 [ 4611686018427387904, %entry ], [ %lower, %down ]
  %above = icmp ugt i64 %bit, %x
  br i1 %above, label %down, label %found
down:
  %lower = lshr i64 %bit, 2
  br label %find
found:
  br label %head
head:
  %t = phi i64 [ %bit, %found ], [ %next, %latch ]
  %r = phi i64 [ 0, %found ], [ %root, %latch ]
  %y = phi i64 [ %x, %found ], [ %rest, %latch ]
  %c = icmp ne i64 %t, 0
  br i1 %c, label %body, label %end
body:
  %s = add i64 %r, %t
  %half = lshr i64 %r, 1
  %fits = icmp uge i64 %y, %s
  br i1 %fits, label %take, label %latch
take:
  %less = sub i64 %y, %s
  %more = add i64 %half, %t
  br label %latch
latch:
  %rest = phi i64 [ %less, %take ], [ %y, %body ]
  %root = phi i64 [ %more, %take ], [ %half, %body ]
  %next = lshr i64 %t, 2
  br label %head
end:
  ret i64 %r
}"""
# for i < 12, for j < i: s += 3, and out of both where j + 1 == n; %s2 is used outside of its loop without a phi
NESTED = """
define i32 @f(i8 %n) {
entry:
  br label %outer
outer:
  %i = phi i8 [ 0, %entry ], [ %i2, %after ]
  %s = phi i32 [ 0, %entry ], [ %s2, %after ]
  %c = icmp ult i8 %i, 12
  br i1 %c, label %inner, label %end
inner:
  %j = phi i8 [ 0, %outer ], [ %j2, %body ]
  %s2 = phi i32 [ %s, %outer ], [ %s3, %body ]
  %d = icmp ult i8 %j, %i
  br i1 %d, label %body, label %after
body:
  %s3 = add i32 %s2, 3
  %j2 = add i8 %j, 1
  %out = icmp eq i8 %j2, %n
  br i1 %out, label %early, label %inner
after:
  %i2 = add i8 %i, 1
  br label %outer
early:
  ret i32 %s3
end:
  ret i32 %s
}"""


def nested(n):
    total = 0
    for i in range(12):
        for j in range(i):
            total += 3
            if j + 1 == n:
                return total
    return total


def on(function, *words):
    return run(function, {p.value: word for p, word in zip(function.parameters, words, strict=True)})


@pytest.mark.parametrize("text, meaning", [
    (POPCOUNT, int.bit_count), (PARITY, lambda x: x.bit_count() & 1), (SQUARE_ROOT, math.isqrt), (NESTED, nested),
], ids=["popcount", "parity", "square root", "nested"])  # fmt: skip
def test_a_loop_ends_where_nothing_stays_in_it(text, meaning):
    function = lift_llvm(text)
    assert function.beyond is FALSE and function.bound is None
    width = function.parameters[0].type.width
    rng = random.Random(0)
    for x in [0, 1, (1 << width) - 1, *(rng.getrandbits(rng.randint(1, width)) for _ in range(200))]:
        outcome = on(function, x)
        assert outcome.results == (meaning(x),) and outcome.domain and not outcome.ub, (x, outcome)


# up to n: steps of one, and what there is to do beyond the bound is unknown
COUNT = """
define i32 @f(i32 noundef %n) {
entry:
  br label %head
head:
  %i = phi i32 [ 0, %entry ], [ %next, %body ]
  %c = icmp ult i32 %i, %n
  br i1 %c, label %body, label %end
body:
  %next = add i32 %i, 1
  br label %head
end:
  ret i32 %i
}"""
SAME = "define i32 @f(i32 noundef %n) {\n  ret i32 %n\n}"
WRONG_AT_300 = """define i32 @f(i32 noundef %n) {
  %c = icmp eq i32 %n, 300
  %r = select i1 %c, i32 7, i32 %n
  ret i32 %r
}"""


def test_a_loop_is_cut_off_at_its_bound():
    function = lift_llvm(COUNT, unroll=Unroll(steps=10))
    assert function.bound == 10
    assert [on(function, n).results for n in range(11)] == [(n,) for n in range(11)]
    assert [on(function, n).beyond for n in (0, 10, 11, 1000)] == [False, False, True, True]


def test_the_total_of_all_loops_is_bounded():
    assert lift_llvm(COUNT, unroll=Unroll(steps=100, total=20)).bound == 20


@pytest.mark.parametrize("source, target, limit, verdict", [
    (COUNT, SAME, None, Proved),  # by induction
    (SAME, COUNT, None, Proved),
    (COUNT, SAME, 200, Proved),
    (SAME, COUNT, 200, Proved),
    (COUNT, WRONG_AT_300, None, Bounded),  # not refuted: nothing is known there, and nothing proved
    (COUNT, WRONG_AT_300, 300, Proved),
    (COUNT, WRONG_AT_300, 301, Bounded),
    (COUNT, WRONG_AT_300, 257, Proved),
])  # fmt: skip
def test_beyond_the_bound_nothing_is_proved(source, target, limit, verdict):
    old, new = lift_llvm(source), lift_llvm(target)
    assert type(refine(old, new, requires=below(old, limit), deadline=Deadline(30))) is verdict


def test_a_function_refines_itself_beyond_its_bound_too():
    function = lift_llvm(COUNT, unroll=Unroll(steps=5))
    assert isinstance(refine(function, function, deadline=Deadline(20)), Proved)
    again = refine(function, lift_llvm(COUNT, unroll=Unroll(steps=5)), deadline=Deadline(20))
    assert isinstance(again, Proved) and "induction" in again.prover


def below(function, limit):
    value = function.parameters[0].value
    return TRUE if limit is None else apply("ult", value, const(limit, value.width))


def test_what_is_wrong_within_the_bound_is_refuted():
    wrong = WRONG_AT_300.replace("300", "30")
    assert isinstance(refine(lift_llvm(COUNT), lift_llvm(wrong), deadline=Deadline(30)), Refuted)


def test_undefined_behaviour_behind_the_bound_hides_nothing():
    """Beyond its bound the loop's values are unknown: a division by one of them is not undefined behaviour for sure."""
    divided = COUNT.replace("  ret i32 %i", "  %d = icmp eq i32 %i, 300\n  %z = zext i1 %d to i32\n"
                            "  %k = xor i32 %z, 1\n  %q = udiv i32 %i, %k\n  ret i32 %q")
    assert isinstance(refine(lift_llvm(divided), lift_llvm(SAME), deadline=Deadline(30)), Proved | Bounded)


def test_the_loop_itself_is_kept():
    cut = lift_llvm(POPCOUNT, file="f.ll").cut
    (loop,) = cut.loops
    assert loop.line == 5
    assert [str(node) for node in loop.initial] == ["%x", "0:32", "%x!poison"]
    v, n, poison = loop.state
    assert [str(node) for node in loop.step] == [f"(and {v} (sub {v} 1:64))", f"(add {n} 1:32)", str(poison)]
    assert str(loop.goes_on) == f"(and (ne {v} 0:64) (not {poison}))" and loop.entered is TRUE
    assert cut.roots[0] is n and cut.rounds is None


POISONED = """
define i8 @f(i8 noundef %x) {
entry:
  %z = icmp eq i8 %x, 7
  br i1 %z, label %trap, label %pre
trap:
  call void @llvm.trap()
  unreachable
pre:
  br label %head
head:
  %i = phi i8 [ 0, %pre ], [ %j, %head ]
  %j = add nuw i8 %i, %x
  %q = udiv i8 1, %x
  %c = icmp ult i8 %i, 100
  br i1 %c, label %head, label %end
end:
  ret i8 %i
}
declare void @llvm.trap()
"""


def test_what_ends_a_function_ends_its_loops():
    cut = lift_llvm(POISONED).cut
    (loop,) = cut.loops
    i, flag = loop.state
    assert flag.width == 1 and [str(node) for node in loop.initial] == ["0:8", "0:1"]  # the value, and if it is poison
    assert "0:8" in str(loop.goes_on) and "7:8" in str(loop.entered)
    given = [node for node in cut.roots if node.width == 8]
    assert given == [i]


@pytest.mark.parametrize("body", [
    "  %f = freeze i8 poison\n  %j = add i8 %i, %f",  # a choice in every run
    "  br label %in\nin:\n  %k = phi i8 [ 0, %head ], [ %l, %in ]\n  %l = add i8 %k, 1\n  %d = icmp ult i8 %l, %x\n"
    "  br i1 %d, label %in, label %out\nout:\n  %j = add i8 %i, %l",  # a loop inside that has no bound
])
def test_loops_that_cannot_stand_beside_their_function(body):
    back = "out" if "out:" in body else "head"
    text = ("define i8 @f(i8 noundef %x) {\n  br label %head\n"
            f"head:\n  %i = phi i8 [ 0, %0 ], [ %j, %{back} ]\n{body}\n"
            f"  %c = icmp ult i8 %j, %x\n  br i1 %c, label %head, label %end\nend:\n  ret i8 %i\n}}\n")
    assert lift_llvm(text, unroll=Unroll(70)).cut is None


@pytest.mark.parametrize("body, line", [
    ("e:\n  br label %top\ntop:\n  br label %top", 4),
    # only sometimes, but then for ever
    ("e:\n  %c = icmp eq i8 %x, 7\n  br i1 %c, label %top, label %end\ntop:\n  br label %top\nend:\n  ret i8 %x", 5),
])  # fmt: skip
def test_a_loop_without_an_end_is_refused_with_its_line(body, line):
    with pytest.raises(PrimirError, match="runs more than 256 times") as raised:
        lift_llvm(f"define i8 @f(i8 %x) {{\n{body}\n}}", file="f.ll")
    assert raised.value.place.line == line


# --- calls ------------------------------------------------------------------------------------------------------------

TWICE = "define i8 @f(i8 %x) {{\n{body}\n}}\n{more}"


@pytest.mark.parametrize("body, more, meaning", [
    ("  %r = call i8 @g(i8 %x)\n  ret i8 %r", "define i8 @g(i8 %y) {\n  %r = add i8 %y, 1\n  ret i8 %r\n}",
     lambda x: x + 1),
    ("  %r = call i8 @a(i8 %x)\n  ret i8 %r",
     "@a = alias i8 (i8), ptr @g\ndefine i8 @g(i8 %y) {\n  %r = mul i8 %y, 3\n  ret i8 %r\n}", lambda x: 3 * x),
    # undefined behaviour of the callee, and what its parameters and results promise
    ("  %r = call i8 @g(i8 %x)\n  ret i8 %r", "define i8 @g(i8 %y) {\n  %r = udiv i8 9, %y\n  ret i8 %r\n}",
     lambda x: 9 // x if x else "ub"),
    ("  %p = add nuw i8 %x, 1\n  %r = call i8 @g(i8 %p)\n  ret i8 1",
     "define i8 @g(i8 noundef %y) {\n  ret i8 %y\n}", lambda x: 1 if x < 255 else "ub"),
    ("  %r = call i8 @g(i8 %x)\n  ret i8 %r", "define range(i8 0, 5) i8 @g(i8 %y) {\n  ret i8 %y\n}",
     lambda x: x if x < 5 else "poison"),
    # a call that is not reached does nothing
    ("  %c = icmp eq i8 %x, 0\n  br i1 %c, label %a, label %b\na:\n  ret i8 0\n"
     "b:\n  %r = call i8 @g(i8 %x)\n  ret i8 %r",
     "define i8 @g(i8 %y) {\n  %r = udiv i8 9, %y\n  ret i8 %r\n}", lambda x: 9 // x if x else 0),
])  # fmt: skip
def test_a_call_is_a_walk_through_the_callee(body, more, meaning):
    function = lift_llvm(TWICE.format(body=body, more=more), "f")
    for x in range(256):
        outcome = on(function, x)
        wanted = meaning(x)
        if wanted == "ub":
            assert outcome.ub
        else:
            assert not outcome.ub and outcome.results == ((None,) if wanted == "poison" else (wanted & 255,)), x


@pytest.mark.parametrize("body, more, message", [
    ("  %r = call i8 @g(i8 %x)\n  ret i8 %r",
     "define i8 @g(i8 %y) {\n  %r = call i8 @f(i8 %y)\n  ret i8 %r\n}", "a recursive call"),
    ("  %r = call i8 @g(i8 %x)\n  ret i8 %r", "define weak i8 @g(i8 %y) {\n  ret i8 %y\n}",
     "another module may replace"),
    ("  %r = call i8 @g(i8 %x)\n  ret i8 %r", "declare i8 @g(i8)", "a call of @g"),
])  # fmt: skip
def test_a_call_that_is_refused(body, more, message):
    with pytest.raises(PrimirError, match=message):
        lift_llvm(TWICE.format(body=body, more=more), "f")


# --- traps ------------------------------------------------------------------------------------------------------------

TRAPS = """declare void @llvm.trap()
define i8 @f(i8 %x) {
  %c = icmp eq i8 %x, 0
  br i1 %c, label %bad, label %good
bad:
  call void @llvm.trap()
  unreachable
good:
  ret i8 %x
}"""
DIVIDES = "define i8 @f(i8 %x) {\n  %q = udiv i8 %x, %x\n  %r = mul i8 %q, %x\n  ret i8 %r\n}"
PLAIN = "define i8 @f(i8 %x) {\n  ret i8 %x\n}"
IN_CALLEE = TRAPS.replace("@f", "@g") + """
define i8 @f(i8 %x) {
  %y = call i8 @g(i8 %x)
  %q = udiv i8 %y, %y
  %r = mul i8 %q, %y
  ret i8 %r
}"""


@pytest.mark.parametrize("source, target, verdict", [
    (TRAPS, TRAPS, Proved),
    (TRAPS, PLAIN, Refuted),
    (PLAIN, TRAPS, Refuted),
    (DIVIDES, TRAPS, Proved),  # undefined behaviour may become a trap
    (TRAPS, DIVIDES, Refuted),
    (TRAPS, IN_CALLEE, Proved),
    (IN_CALLEE, PLAIN, Refuted),  # the division behind the trap is never made
])  # fmt: skip
def test_a_trap_stays_a_trap(source, target, verdict):
    result = refine(lift_llvm(source, "f"), lift_llvm(target, "f"), deadline=Deadline(20))
    assert isinstance(result, verdict)
    if isinstance(result, Refuted):
        assert result.reason in ("trap", "ub")
