"""SMT-LIB text: what solvers read means what the graph means, whatever inputs are called."""

import random

import pytest
from primir.ir import smt
from primir.ir.evaluate import evaluate
from primir.ir.graph import CHOICE, apply, const, leaf, topological
from primir.ir.primes import TABLE
from primir.ir.smt import Script

X, Y = leaf("x", 8), leaf("y", 8)


def solve(script):
    """bitwuzla's answer and z3's, which must be the same."""
    import bitwuzla
    import z3

    parser = bitwuzla.Parser(bitwuzla.TermManager(), bitwuzla.Options())
    parser.parse(str(script).replace("(check-sat)\n", ""), True, False)
    first = str(parser.bitwuzla().check_sat()).rpartition(".")[2].lower()
    second = z3.Solver()
    second.from_string(str(script))
    assert str(second.check()) == first
    return first


def required(*conditions):
    script = Script()
    for condition in conditions:
        script.require(condition)
    return script


@pytest.mark.parametrize("condition, answer", [
    (apply("eq", X, Y), "sat"),
    (apply("ne", apply("xor", apply("xor", X, Y), Y), X), "unsat"),
    (apply("ne", apply("ctpop", apply("not", X)), apply("sub", const(8, 8), apply("ctpop", X))), "unsat"),
    (apply("ult", apply("umax", X, Y), X), "unsat"),
    (apply("slt", apply("abs", X), const(0, 8)), "sat"),  # of the least number
    (const(0, 1), "unsat"),
    (const(1, 1), "sat"),
    (leaf("p", 1), "sat"),
])
def test_conditions(condition, answer):
    assert solve(required(condition)) == answer


def test_several_conditions_must_all_hold():
    assert solve(required(apply("ult", X, Y), apply("ult", Y, X))) == "unsat"
    assert solve(required(apply("ult", X, Y), apply("ult", Y, const(2, 8)))) == "sat"
    assert solve(required()) == "sat"


@pytest.mark.parametrize("name", ["n0", "n1", "^1", "a b", "a|b", "a\\b", "(", ";", "%1", "x!poison", "", "é", "^7c",
                                  "true", "and", "bvadd", "let", "assert", "BitVec", "_", "!", "bv2nat"])
def test_inputs_may_have_any_name(name):
    """An input called like a node of the script once was that node."""
    strange = leaf(name, 8)
    double = apply("add", strange, strange)
    assert solve(required(apply("ne", double, apply("shl", strange, const(1, 8))), apply("eq", X, X))) == "unsat"
    assert solve(required(apply("eq", apply("add", apply("xor", strange, X), double), Y))) == "sat"


def test_names_stay_apart():
    names = ["a|b", "a^7cb", "a\\b", "a^b", "^7c", "|", "ab", "%ab", "a", "%a", "%"]
    assert len({smt.symbol(leaf(name, 8)) for name in names}) == len(names)


def test_choices_are_declared():
    script = required(apply("eq", leaf("c", 8, CHOICE), X))
    assert str(script).count("(declare-const ") == 2
    assert solve(script) == "sat"


def test_each_node_is_defined_once():
    script = Script()
    total = apply("add", X, Y)
    first = script.define(total)
    script.define(apply("mul", total, total))
    assert script.define(total) == first
    assert str(script).count("bvadd") == 1


@pytest.mark.parametrize("value, width, text", [
    (5, 3, "#b101"), (5, 8, "#x05"), (0, 1, "#b0"), (2**128 - 1, 128, "#x" + "f" * 32),
])
def test_literals(value, width, text):
    assert smt.literal(value, width) == text


def test_lowering_leaves_what_solvers_have():
    (found,) = smt.lower([apply("umin", apply("fshl", X, Y, X), apply("sadd_sat", X, Y))])
    assert all(node.op in ("input", "const") or TABLE[node.op].smt for node in topological([found]))
    rng = random.Random(4)
    for _ in range(100):
        values = {X: rng.getrandbits(8), Y: rng.getrandbits(8)}
        (umin,) = evaluate([apply("umin", apply("fshl", X, Y, X), apply("sadd_sat", X, Y))], values)
        assert evaluate([found], values) == [umin]


def test_depth_is_no_limit():
    node = X
    for k in range(3000):
        node = apply("xor" if k % 2 else "add", node, Y)
    text = str(required(apply("eq", node, X)))
    assert text.count("define-fun") == 3001
