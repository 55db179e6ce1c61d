"""The text form: what is printed reads back as the same function, and what does not parse is named with its place."""

import random

import pytest
from primir.ir import graph
from primir.ir.errors import PrimirError
from primir.ir.graph import CHOICE, FALSE, TRUE, Function, Parameter, Result, apply, const, leaf
from primir.ir.primes import TABLE
from primir.ir.text import parse_functions, print_function, print_term
from primir.ir.types import BOOL, Type


def returns(function):
    """What is printed, which must read back as `function`."""
    text = print_function(function)
    (again,) = parse_functions(text)
    assert again == function, text
    assert print_function(again) == text
    return text


NAMES = ["x", "1", "2", "a.b", "w", "i", "top", "value", "x!poison2", "a b", 'q"', "back\\slash", "é", "", "%", "-1"]


def random_function(seed):
    """Parameters of several types, poison, choices, ub and domain over operations of every kind."""
    rng = random.Random(seed)
    types = [Type(rng.choice((1, 7, 8, 32, 64, 128)), rng.random() < 0.5) for _ in range(3)] + [BOOL]
    names = rng.sample(NAMES, 4)
    parameters = tuple(Parameter(name, kind, rng.random() < 0.6) for name, kind in zip(names, types))
    nodes = [node for p in parameters for node in (p.value, p.poison) if node is not FALSE]
    nodes += [leaf("c", 8, CHOICE), leaf("open choice", 1, CHOICE), const(rng.getrandbits(32), 32), const(7, 8)]
    while len(nodes) < 30:
        row = rng.choice(list(TABLE.values()))
        try:
            nodes.append(apply(row.name, *rng.choices(nodes, k=len(row.arguments)),
                               width=rng.choice((1, 5, 8, 64)) if row.cast else None))
        except TypeError:
            continue
    truths = [node for node in nodes if node.width == 1] + [TRUE, FALSE]
    values = rng.sample(nodes, rng.randrange(4))
    results = tuple(Result(Type(node.width, rng.random() < 0.5), node, rng.choice(truths)) for node in values)
    name = rng.choice(("f", "main.1", "a b", "1"))
    return Function(name, parameters, results, ub=rng.choice(truths), domain=rng.choice(truths))


@pytest.mark.parametrize("seed", range(60))
def test_random_functions_return(seed):
    returns(random_function(seed))


def test_the_printed_form():
    x, y = Parameter("x", Type(32)), Parameter("y", Type(32, signed=True), noundef=False)
    half = apply("xor", x.value, y.value)
    value = apply("add", apply("and", x.value, y.value), apply("lshr", half, const(1, 32)))
    function = Function("average", (x, y), (Result(Type(32), value, y.poison),), ub=apply("eq", half, const(100, 32)))
    assert returns(function) == """\
function average(%x: u32, %y?: i32) -> u32
  %1 = (xor %x %y)
  value (add (and %x %y) (lshr %1 1:32))
  poison %y!poison
  ub (eq %1 0x64:32)"""


def test_parameters_called_like_printed_nodes_keep_their_meaning():
    """`%1` was both the parameter and the first shared node."""
    one, two = (Parameter(name, Type(8)) for name in ("1", "2"))
    shared = apply("add", one.value, two.value)
    returns(Function("f", (one, two), (Result(Type(8), apply("mul", apply("sub", shared, one.value), shared)),)))


def test_functions_without_parameters_or_results():
    assert returns(Function("f", (), ())) == "function f()"
    returns(Function("f", (), (Result(BOOL, TRUE),), ub=TRUE, domain=FALSE))


def test_several_functions_and_comments():
    text = "# two\nfunction f(%x: u8) -> u8  # the first\n  value %x\n\nfunction g() -> bool\n  value 1\n"
    first, second = parse_functions(text)
    assert first.results[0].value is leaf("x", 8)
    assert second.results[0].value is TRUE
    assert parse_functions("") == []


def test_shared_and_deep_graphs_stay_short():
    node = leaf("x", 8)
    for _ in range(3000):
        node = apply("add", node, node)
    text = returns(Function("f", (Parameter("x", Type(8)),), (Result(Type(8), node),)))
    assert len(text) < 100_000
    chain = leaf("x", 8)
    for k in range(3000):
        chain = apply("add", chain, const(k, 8))
    returns(Function("f", (Parameter("x", Type(8)),), (Result(Type(8), chain),)))


def test_a_term_of_any_size_can_be_shown():
    node = leaf("x", 8)
    for k in range(50_000):
        node = apply("add", node, const(k, 8))
    assert len(repr(node)) < 1000
    assert "..." in repr(node)
    assert print_term(apply("neg", apply("zext", leaf("b", 1), width=8))) == "(neg (zext:8 %b))"


@pytest.mark.parametrize("text, place, says", [
    ("function f(%x: u8) -> u8\n  value (add %x\n", "g.txt:", "not the text"),  # error: no end
    ("function f(%x: u8) -> u8\n  value (add %x %y)", "g.txt:2:3", "no %y"),  # error: line 2
    ("function f(%x: u8) -> u8\n  value (plus %x %x)", "g.txt:2:3", "no plus"),  # error: line 2
    ("function f(%x: u8) -> u8\n  value (add %x 1:9)", "g.txt:2:3", "does not fit"),  # error: line 2
    ("function f(%x: u9000) -> u8\n  value %x", "g.txt:1:", "9000 bits"),  # error: a width
    ("function f(%x: uint8) -> u8\n  value %x", "g.txt:1:", "no type uint8"),  # error: a type
    ("function f(x: u8) -> u8\n  value x", "g.txt:1:", "must begin with %"),  # error: a name
    ("function f(%x: u8) -> u16\n  value %x", "g.txt:1:1", "bits"),  # error: 16 bits from 8
    ("function f(%x: u8) -> u8", "g.txt:1:1", "bits"),  # error: no value
    ("function f(%x: u8) -> u8\n  poison 1\n  value %x", "g.txt:2:3", "does not fit"),  # error: poison of what
    ("function f(%x: u8) -> u8\n  value %x\n  ub %x", "g.txt:3:3", "1 bit"),  # error: 8 bits
    ("function f(%x: u8) -> u8\n  value %x!poison", "g.txt:2:3", "no %x!poison"),  # error: never poison
    ("function f() -> u8\n  choice %c: w\n  value %c", "g.txt:2:3", "does not fit"),  # error: no number
    ("function f() -> u8\n  choice %c: 900\n  value %c", "g.txt:2:3", "does not fit"),  # error: too wide
    ("\x00\x01\x02", "g.txt:1:1", "not the text"),  # error: noise
    ("function f() -> u8\n  value " + "(not " * 5000 + "1:8" + ")" * 5000, "g.txt:2", "too deeply"),  # error: depth
])
def test_errors_name_their_place(text, place, says):
    with pytest.raises(PrimirError) as caught:
        parse_functions(text, "g.txt")
    assert str(caught.value).startswith(place), caught.value
    assert says in str(caught.value)


def test_an_error_points_at_its_line():
    with pytest.raises(PrimirError) as caught:
        parse_functions("function f(%x: u8) -> u8\n  value (add %x %y)")
    assert str(caught.value) == "2:3: there is no %y\n      value (add %x %y)\n      ^"


def test_reading_does_not_evaluate():
    """A huge literal is a number modulo the width, and nothing else."""
    (function,) = parse_functions("function f() -> u8\n  value " + "9" * 4000 + ":8")
    assert function.results[0].value is const(int("9" * 4000), 8)
    assert graph.leaves(function.roots) == []
