"""Terms: widths of literals follow from their place, letters from the scope."""

import pytest
from lark import UnexpectedInput
from primir.ir import terms
from primir.ir.evaluate import evaluate
from primir.ir.graph import apply, const, leaf, topological
from primir.ir.primes import TABLE
from primir.ir.terms import Apply, Literal, Name, Scope, parse

X, Y, P = leaf("x", 8), leaf("y", 8), leaf("p", 1)
SCOPE = Scope({"x": X, "y": Y, "p": P}, 8, 16, 3)


@pytest.mark.parametrize("text, node", [
    ("x", X),
    ("(add x 1)", apply("add", X, const(1, 8))),
    ("(add 1 x)", apply("add", const(1, 8), X)),
    ("(add x -1)", apply("add", X, const(255, 8))),
    ("(sub x w)", apply("sub", X, const(8, 8))),
    ("(sub x w-1-i)", apply("sub", X, const(4, 8))),
    ("(sub x v+1)", apply("sub", X, const(17, 8))),
    ("(xor x top)", apply("xor", X, const(128, 8))),
    ("(xor x top-1)", apply("xor", X, const(127, 8))),
    ("(xor x 0xF0)", apply("xor", X, const(240, 8))),
    ("(zext:v x)", apply("zext", X, width=16)),
    ("(trunc:3 (add x 1))", apply("trunc", apply("add", X, const(1, 8)), width=3)),
    ("(eq 3 (add 1 x))", apply("eq", const(3, 8), apply("add", const(1, 8), X))),
    ("(select (ult x 3) 1 y)", apply("select", apply("ult", X, const(3, 8)), const(1, 8), Y)),
    ("(select 1 x y)", apply("select", const(1, 1), X, Y)),
    ("(add 1:8 2)", apply("add", const(1, 8), const(2, 8))),
    ("(fold add i (lshr x i))", None),
])
def test_terms_mean(text, node):
    found = terms.instantiate(parse(text), SCOPE)
    assert node is None or found is node


def test_a_place_gives_the_width():
    assert terms.instantiate(parse("5"), SCOPE, 3) is const(5, 3)
    assert terms.instantiate(parse("(zext x)"), SCOPE, 12) is apply("zext", X, width=12)
    assert terms.instantiate(parse("(add 1 2)"), SCOPE, 6) is apply("add", const(1, 6), const(2, 6))


def test_a_fold_joins_one_part_for_each_bit():
    bits = terms.instantiate(parse("(fold add i (and (lshr x i) 1))"), SCOPE)
    assert evaluate([bits], {X: 0b10110010}) == [4]
    bytes_ = terms.instantiate(parse("(fold or i:8 (shl (and (lshr x i) 255) w-8-i))"), Scope({"x": leaf("z", 32)}, 32))
    assert evaluate([bytes_], {leaf("z", 32): 0x01020304}) == [0x04030201]


@pytest.mark.parametrize("text", [
    "5",  # error: no place
    "(zext x)",  # error: no place
    "(eq 1 2)",  # error: no argument knows
    "(add x p)",  # error: 8 and 1 bits
    "(select x x y)",  # error: the condition has 8 bits
    "(zext:4 x)",  # error: narrower
])
def test_widths_that_nothing_tells_are_refused(text):
    with pytest.raises(TypeError):
        terms.instantiate(parse(text), SCOPE)


@pytest.mark.parametrize("text", ["(add x", "add x y)", "(add)", "()", "x y", "(add x 3.5)", "(add x 0b11)", ""])
def test_bad_text_is_refused(text):
    with pytest.raises(UnexpectedInput):
        parse(text)


def test_terms_are_values():
    assert parse("(add x w-1)") == Apply("add", (Name("x"), Literal("w-1")))
    assert parse("(zext:v x)").tag == "v"
    assert parse("%1") == Name("%1")


def test_letters_are_no_names():
    assert parse("(add wide i1)") == Apply("add", (Name("wide"), Name("i1")))
    assert parse("(add w top)") == Apply("add", (Literal("w"), Literal("top")))


def test_expansion_ends_in_primes():
    roots = [apply(name, X, Y) for name in ("sdiv", "smul_overflow", "sadd_sat", "smax")]
    found = terms.to_primes(roots)
    assert all(node.op in ("input", "const") or TABLE[node.op].prime for node in topological(found))
    for x, y in ((0x80, 0xFF), (5, 0), (200, 100)):
        assert evaluate(found, {X: x, Y: y}) == evaluate(roots, {X: x, Y: y})


def test_conditions_and_values_of_a_row():
    row = TABLE["shl"]
    (undefined,) = row.undefined
    assert terms.condition(undefined.when, row, (X, Y), 8) is apply("ule", const(8, 8), Y)
    assert terms.total_value(undefined.gives, row, (X, Y), 8) is const(0, 8)


def test_a_maker_builds_the_operations():
    made = []

    def make(op, *args, width=None):
        made.append(op)
        return apply(op, *args, width=width)

    terms.instantiate(parse("(zext:16 (add x (neg y)))"), SCOPE, make=make)
    assert made == ["neg", "add", "zext"]
