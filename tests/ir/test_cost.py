"""The costs: instructions, cycles and bytes, one line a case."""

import pytest
from primir.ir import terms
from primir.ir.cost import MODELS, Cost, cost, instructions, instructions_of, latency_of, size_of
from primir.ir.graph import Function, Parameter, Result, apply, const, leaf
from primir.ir.terms import Scope
from primir.ir.types import BOOL, Type

X = leaf("x", 32)
NAMES = {"x": X, "y": leaf("y", 32), "b": leaf("b", 8), "p": leaf("p", 1), "l": leaf("l", 64)}

CASES = [
    ("x", 0),
    ("5:32", 0),
    ("(add x 1)", 1),
    ("(add (mul x y) (mul x y))", 2),  # shared
    ("(and x (sub x 1))", 2),
    ("(udiv x y)", 1),
    ("(ctpop x)", 1),
    ("(smax x y)", 1),
    ("(select p x y)", 1),
    ("(zext:64 x)", 0),
    ("(zext:32 b)", 0),
    ("(zext:8 p)", 0),
    ("(trunc:1 x)", 0),
    ("(trunc:16 x)", 0),
    ("(sext:64 x)", 1),
    ("(zext:33 x)", 1),  # no register
    ("(trunc:31 x)", 1),
    ("(zext:128 l)", 1),
    ("(trunc:7 b)", 1),
    ("(zext:32 (trunc:8 x))", 1),  # a mask
    ("(zext:64 (trunc:8 x))", 1),
    ("(sext:32 (trunc:8 x))", 2),
    ("(zext:32 (trunc:5 x))", 2),  # through a width that is none of a register
    ("(zext:64 (zext:32 b))", 0),
    ("(trunc:8 (trunc:16 x))", 0),
    ("(add (zext:32 (trunc:8 x)) (zext:32 (trunc:8 x)))", 2),
    ("(zext:32 (add (trunc:8 x) 1))", 1),  # the sum is widened, not what was cut
]


@pytest.mark.parametrize("text, cost", CASES)
def test_costs(text, cost):
    assert instructions_of([terms.instantiate(terms.parse(text), Scope(NAMES, 32), 32)], 128) == cost


def test_wide_constants_count():
    wide = apply("trunc", apply("mul", apply("zext", X, width=64), const(0xAAAAAAAB, 64)), width=32)
    assert instructions_of([wide]) == 2  # inputs and roots have 32 bits
    assert instructions_of([wide], 64) == 1
    function = Function("f", (Parameter("x", Type(32)),), (Result(Type(32), wide),))
    assert instructions(function) == 2
    unused = Parameter("n", Type(64))
    assert instructions(Function("f", (Parameter("x", Type(32)), unused), function.results)) == 1


def test_only_values_count():
    poison = apply("sadd_overflow", X, X)
    function = Function("f", (Parameter("x", Type(32)),), (Result(Type(32), apply("add", X, X), poison),),
                        ub=apply("eq", X, const(0, 32)))
    assert instructions(function) == 1


def test_results_share_their_operations():
    total = apply("add", X, leaf("y", 32))
    results = (Result(Type(32), total), Result(BOOL, apply("ult", total, X)))
    function = Function("f", (Parameter("x", Type(32)), Parameter("y", Type(32))), results)
    assert instructions(function) == 2
    assert instructions(Function("g", (), ())) == 0


def test_choices_are_free():
    assert instructions_of([apply("add", X, leaf("c", 32, "choice"))]) == 1


MODELLED = [  # the term, cycles on the longest way, bytes
    ("x", 0, 0),
    ("(add x y)", 1, 2),
    ("(add x 1)", 1, 3),
    ("(add x -128)", 1, 3),
    ("(add x 128)", 1, 6),
    ("(add (mul x y) (mul x y))", 4, 5),  # shared
    ("(add (mul x y) (shl x 3))", 4, 8),  # the shift does not wait
    ("(add (add x y) (add x 1))", 2, 7),
    ("(add l l)", 1, 3),  # a prefix for 64 bits
    ("(add l 81985529216486895)", 1, 13),  # 10 bytes for the constant
    ("(add (xor l 81985529216486895) 81985529216486895)", 2, 16),  # once
    ("(udiv x y)", 26, 4),
    ("(zext:32 (ult x y))", 2, 5),  # cmp, setcc
    ("(select p x y)", 2, 5),  # test, cmov
    ("(select (ult x y) x y)", 2, 5),  # cmp, cmov
    ("(select (and (ult x y) p) x y)", 5, 12),
    ("(add (select (ult x y) x y) (zext:32 (ult x y)))", 3, 10),  # the flag is wanted too
    ("(zext:32 (trunc:8 x))", 1, 6),  # a mask
    ("(zext:64 x)", 0, 0),
]


@pytest.mark.parametrize("text, cycles, size", MODELLED)
def test_models(text, cycles, size):
    width = 64 if " l" in text or text.startswith("(zext:64") else 32
    value = terms.instantiate(terms.parse(text), Scope(NAMES, width), width)
    assert (latency_of([value]), size_of([value])) == (cycles, size)


def test_the_cost_of_a_function_has_all_models():
    nine = apply("add", X, apply("shl", X, const(3, 32)))
    function = Function("f", (Parameter("x", Type(32)),), (Result(Type(32), nine), Result(Type(32), X)))
    assert cost(function) == Cost(instructions=2, latency=2, size=5)
    assert [cost(function).by(model)[0] for model in MODELS] == [2, 2, 5]


def test_one_cost_covers_another_that_is_nowhere_less():
    assert Cost(1, 2, 3).covers(Cost(1, 2, 3)) and Cost(1, 2, 3).covers(Cost(4, 2, 3))
    assert not Cost(1, 2, 3).covers(Cost(1, 1, 9))
