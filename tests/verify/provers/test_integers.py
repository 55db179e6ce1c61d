"""Integers for bits: what they prove, that they prove nothing wrong, and that every model of a query stays possible."""

import random

import pytest
from primir.ir.graph import all_of, apply, const, leaf, negate
from primir.ir.primes import TABLE
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.verify.provers.integers import CVC5_INTEGERS, Z3_INTEGERS, Integers, Script
from primir.verify.provers.query import DontKnow, Query, Sat, Unsat
from primir.verify.provers.solvers import Solver, ask_z3
from primir.verify.refine import violation
from queries import models, random_query

PROVED = [
    # division and remainder by magic numbers, unsigned and signed, at 16, 32 and 64 bits
    ("(%x: u16) -> u16 value (udiv %x 10)",
     "(%x: u16) -> u16 value (trunc:16 (lshr (mul (zext:32 %x) 0xcccd) 19))"),
    ("(%x: u64) -> u64 value (udiv %x 10)",
     "(%x: u64) -> u64 value (trunc:64 (lshr (mul (zext:128 %x) 0xcccccccccccccccd) 67))"),
    ("(%x: u32) -> u32 value (urem %x 7)", """(%x: u32) -> u32
       h = (trunc:32 (lshr (mul (zext:64 %x) 0x24924925) 32))
       value (sub %x (mul (lshr (add (lshr (sub %x h) 1) h) 2) 7))"""),
    ("(%x: i32) -> i32 value (sdiv %x 7)", """(%x: i32) -> i32
       h = (add (trunc:32 (lshr (mul (sext:64 %x) (sext:64 -1840700269:32)) 32)) %x)
       value (add (ashr h 2) (lshr %x 31))"""),
    ("(%x: i64) -> i64 value (sdiv %x 8)", "(%x: i64) -> i64 value (ashr (add %x (lshr (ashr %x 63) 61)) 3)"),
    # exact: x is a multiple of 24
    ("(%x: u32) -> u32 value (udiv %x 24) poison (ne (urem %x 24) 0)",
     "(%x: u32) -> u32 value (mul (lshr %x 3) 0xaaaaaaab) poison (ne (urem %x 24) 0)"),
    # ranges: a shorter magic number serves up to 43698
    ("(%x: u32) -> u32 value (udiv %x 100) domain (ult %x 43699)",
     "(%x: u32) -> u32 value (lshr (mul %x 5243) 19)"),
    # the remainder and the quotient make the word
    ("(%x: u64, %y: u64) -> u64 value %x", "(%x: u64, %y: u64) -> u64 value (add (mul (udiv %x %y) %y) (urem %x %y))"),
    ("(%x: i64, %y: i64) -> i64 value %x", "(%x: i64, %y: i64) -> i64 value (add (mul (sdiv %x %y) %y) (srem %x %y))"),
    # the high half of a product, by halves
    ("(%x: u64, %y: u64) -> u64 value (trunc:64 (lshr (mul (zext:128 %x) (zext:128 %y)) 64))",
     """(%x: u64, %y: u64) -> u64
       a = (lshr %x 32)
       b = (and %x 0xffffffff)
       c = (lshr %y 32)
       d = (and %y 0xffffffff)
       m = (add (mul a d) (lshr (mul b d) 32))
       n = (add (and m 0xffffffff) (mul b c))
       value (add (add (mul a c) (lshr m 32)) (lshr n 32))"""),
    # the sum of the bytes, modulo 255
    ("(%x: u32) -> u32 value (urem %x 255)", """(%x: u32) -> u32
       s = (add (and %x 0xff00ff) (and (lshr %x 8) 0xff00ff))
       value (urem (add (and s 0xffff) (lshr s 16)) 255)"""),
]

# A constant off by one, wrong at one input only, wrong at the edge of a range only.
WRONG = [
    ("(%x: u64) -> u64 value (udiv %x 10)",
     "(%x: u64) -> u64 value (trunc:64 (lshr (mul (zext:128 %x) 0xcccccccccccccccc) 67))"),
    ("(%x: u32) -> u32 value (udiv %x 100) domain (ult %x 43700)",
     "(%x: u32) -> u32 value (lshr (mul %x 5243) 19)"),
    ("(%x: u64, %y: u64) -> u64 value (mul %x %y) poison (ne (urem %x 977) 5)",
     "(%x: u64, %y: u64) -> u64 value (mul %x %y) poison (ult (urem %x 977) 6)"),
    ("(%x: i32) -> i32 value (sdiv %x -1) ub (eq %x -2147483648)", "(%x: i32) -> i32 value (sub %x (mul %x 2))"
     " ub (eq %x -2147483647)"),
]


def question(source, target):
    (old,), (new,) = parse_functions(f"function a{source}"), parse_functions(f"function b{target}")
    return Query(violation(old, new))


@pytest.mark.parametrize("solver", [Z3_INTEGERS, CVC5_INTEGERS], ids=["z3", "cvc5"])
@pytest.mark.parametrize("source, target", PROVED)
def test_it_proves(source, target, solver):
    if solver is CVC5_INTEGERS:
        pytest.importorskip("cvc5")
    answer = Integers((solver,)).ask(question(source, target), Deadline(20))
    assert isinstance(answer, Unsat), answer


@pytest.mark.parametrize("source, target", WRONG)
def test_it_refutes(source, target):
    query = question(source, target)
    answer = Integers().ask(query, Deadline(20))
    assert isinstance(answer, Sat), answer
    assert query.holds(answer.model)


def test_bounds_of_the_leaves_come_from_the_conditions():
    x = leaf("x", 32)
    range_ = all_of([apply("ule", const(10, 32), x), negate(apply("ule", const(20, 32), x))])
    assert Script(Query(apply("ult", x, const(10, 32)), (range_,))).impossible
    assert "(assert (<= 10 v0 19))" in Script(Query(range_)).text
    # under an or, and where it is denied, a comparison says nothing of its leaf
    either = apply("or", apply("eq", x, const(3, 32)), apply("ult", const(50, 32), x))
    assert "(assert (<= 0 v0 4294967295))" in Script(Query(either)).text
    assert "(assert (<= 0 v0 4294967295))" in Script(Query(negate(apply("eq", x, const(3, 32))))).text


def test_a_model_of_an_abstraction_is_evaluated():
    x, y = leaf("x", 32), leaf("y", 32)
    equal = apply("eq", apply("add", apply("xor", x, y), apply("mul", apply("and", x, y), const(2, 32))),
                  apply("add", apply("or", x, y), apply("and", y, x)))
    assert isinstance(Integers().ask(Query(negate(equal)), Deadline(20)), Unsat)
    answer = Integers().ask(Query(apply("ne", apply("and", x, apply("not", x)), const(0, 32))), Deadline(20))
    assert isinstance(answer, DontKnow)
    assert "the model of an abstraction fails" in answer.why and not answer.remarks


def test_a_missing_solver_is_no_answer():
    missing = Solver("missing", "no_such_solver:ask")
    query = question(*PROVED[0])
    assert isinstance(Integers((missing,)).ask(query, Deadline(20)), DontKnow)
    assert isinstance(Integers((missing, Z3_INTEGERS)).ask(query, Deadline(20)), Unsat)


def test_large_queries_are_left_to_others():
    x = total = leaf("x", 16)
    for _ in range(5000):
        total = apply("add", apply("xor", total, x), const(1, 16))
    goal = Query(apply("eq", total, x))
    assert isinstance(Integers().ask(goal, Deadline(20)), DontKnow)
    answer = Integers(limit=20_000).ask(goal, Deadline(20))  # the walk is no recursion
    assert isinstance(answer, DontKnow) and "constraints" in answer.why


def against_brute_force(seed, count, operations=tuple(TABLE)):
    """Says what the scripts of `count` random queries said: never unsat of what has a model."""
    rng = random.Random(seed)
    said = {"unsat": 0, "sat": 0, "unknown": 0}
    for index in range(count):
        query = random_query(rng, operations)
        leaves = query.leaves
        possible = models(query)
        script = Script(query)
        word, detail = ("unsat", None) if script.impossible else ask_z3(script.text, 5.0)
        said[word] += 1
        where = f"seed {seed}, query {index}: {query}"
        assert not (word == "unsat" and possible), where
        if word == "sat" and script.exact:
            assert query.holds({leaves[int(name[1:])]: value for name, value in detail.items()}), where
        if possible:
            assert _allows(script, leaves, rng.choice(possible)), where
    return said


def _allows(script, leaves, words):
    """Whether the script can hold where its leaves are these words."""
    named = [f"x{index}" if word or node.width > 1 else f"(not x{index})"
             for index, (node, word) in enumerate(zip(leaves, words))]
    fixed = [name if node.width == 1 else f"(= {name} {word})" for name, node, word in zip(named, leaves, words)]
    return ask_z3(script.text.replace("(check-sat)", f"(assert (and true {' '.join(fixed)}))"), 5.0)[0] != "unsat"


def test_against_brute_force():
    said = against_brute_force(2026, 250)
    assert min(said["sat"], said["unsat"]) > 40, said


ARITHMETIC = ("udiv urem sdiv srem mul add sub neg lshr ashr shl and or xor not zext sext trunc select ult slt abs "
              "umul_overflow smul_overflow sadd_overflow").split()


@pytest.mark.slow
@pytest.mark.parametrize("operations", [tuple(TABLE), ARITHMETIC], ids=["all", "arithmetic"])
@pytest.mark.parametrize("seed", range(5))
def test_many_against_brute_force(seed, operations):
    against_brute_force(seed, 2500, operations)
