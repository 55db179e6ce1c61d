"""Hash-consing: equal nodes are one object, also after pickling; unused ones go; depth is no limit."""

import gc
import pickle
import subprocess
import sys
import weakref

import pytest
from primir.ir import graph
from primir.ir.evaluate import evaluate
from primir.ir.graph import (
    CHOICE,
    FALSE,
    TRUE,
    Function,
    Parameter,
    Result,
    apply,
    both,
    choose,
    const,
    either,
    flatten,
    leaf,
    negate,
    rebuilt,
    rewrite,
    substitute,
    topological,
    unflatten,
)
from primir.ir.types import Type

X, Y, P, Q = leaf("x", 8), leaf("y", 8), leaf("p", 1), leaf("q", 1)


def test_equal_nodes_are_one_object():
    assert apply("add", X, Y) is apply("add", leaf("x", 8), leaf("y", 8))
    assert const(300, 8) is const(44, 8) is const(44 - 256, 8)
    assert apply("add", X, Y) is not apply("add", Y, X)
    assert apply("zext", X, width=9) is not apply("zext", X, width=10)
    assert leaf("x", 8) is not leaf("x", 9)
    assert leaf("x", 8) is not leaf("x", 8, CHOICE)
    assert const(1, 8) is not const(1, 9)


def test_an_unused_node_goes():
    node = weakref.ref(apply("mul", leaf("only here", 8), X))
    gc.collect()
    assert node() is None


def test_nodes_are_made_anew_after_others_went():
    """A table keyed by ids must not answer with a node whose arguments were others with the same ids."""
    for k in range(3000):
        inner = apply("xor", leaf(f"t{k % 7}", 8), const(k, 8))
        outer = apply("add", inner, inner)
        assert outer.args == (inner, inner)
        assert evaluate([outer], {leaf(f"t{k % 7}", 8): 1}) == [2 * (1 ^ k) % 256]


@pytest.mark.parametrize("node", [X, const(5, 128), leaf("c", 3, CHOICE), apply("add", apply("neg", X), X)])
def test_pickling_gives_the_same_object(node):
    assert pickle.loads(pickle.dumps(node)) is node


def test_a_function_pickles():
    poison = apply("sadd_overflow", X, Y)
    function = Function("f", (Parameter("x", Type(8)), Parameter("y", Type(8, True), noundef=False)),
                        (Result(Type(8), apply("add", X, Y), poison),), ub=apply("eq", X, Y))
    again = pickle.loads(pickle.dumps(function))
    assert again == function
    assert all(a is b for a, b in zip(again.roots, function.roots))


def test_another_process_unpickles_to_its_own_nodes():
    data = pickle.dumps(apply("sub", X, const(3, 8)))
    script = ("import pickle, sys\nfrom primir.ir.graph import *\n"
              "node = pickle.loads(bytes.fromhex(sys.argv[1]))\n"
              "assert node is apply('sub', leaf('x', 8), const(3, 8))\n")
    subprocess.run([sys.executable, "-c", script, data.hex()], check=True, timeout=60)


def deep(depth):
    node = X
    for k in range(depth):
        node = apply("add" if k % 2 else "xor", node, Y)
    return node


def test_depth_is_no_limit():
    node = deep(50_000)
    assert sum(1 for _ in topological([node])) == 50_002
    assert pickle.loads(pickle.dumps(node)) is node
    (other,) = substitute([node], {Y: const(0, 8)})
    assert evaluate([other], {X: 7}) == [7]
    assert rewrite([node], lambda n: n) == [node]
    assert unflatten(flatten([node, X])) == [node, X]
    del node, other
    gc.collect()  # and goes without recursion


def test_topological_is_each_node_once_after_its_arguments():
    shared = apply("add", X, Y)
    root = apply("mul", apply("sub", shared, X), shared)
    order = list(topological([root, shared]))
    assert order == [X, Y, shared, root.args[0], root]
    assert len(set(order)) == len(order)
    assert list(topological([])) == []


def test_substitution_is_all_at_once():
    assert substitute([apply("sub", X, Y)], {X: Y, Y: X}) == [apply("sub", Y, X)]


def test_rewriting_sees_rewritten_arguments():
    def step(node):
        return node.args[0] if node.op == "not" and node.args[0].op == "not" else node

    start = X
    for _ in range(7):
        start = apply("not", start)
    assert rewrite([start], step) == [apply("not", X)]


def test_rebuilt_keeps_a_cast_s_width():
    assert rebuilt(apply("zext", X, width=12), (Y,)) is apply("zext", Y, width=12)
    node = apply("add", X, Y)
    assert rebuilt(node, node.args) is node


@pytest.mark.parametrize("make", [
    lambda: apply("add", X, P),  # error: widths differ
    lambda: apply("add", X),  # error: one argument
    lambda: apply("select", X, X, X),  # error: the condition has 8 bits
    lambda: apply("zext", X),  # error: no width
    lambda: apply("zext", X, width=8),  # error: not wider
    lambda: apply("trunc", X, width=9),  # error: not narrower
    lambda: apply("zext", X, width=129),  # error: too wide
    lambda: apply("bswap", X),  # error: no multiple of 16
    lambda: const(1, 0),  # error: no bits
    lambda: leaf("x", 129),  # error: too wide
])
def test_widths_that_do_not_fit_are_refused(make):
    with pytest.raises(TypeError):
        make()


def test_an_unknown_operation_is_refused():
    with pytest.raises(KeyError):
        apply("plus", X, Y)


TRUTHS = [FALSE, TRUE, P, Q, apply("not", P)]


@pytest.mark.parametrize("short, op", [(both, "and"), (either, "or")])
@pytest.mark.parametrize("a", TRUTHS)
@pytest.mark.parametrize("b", TRUTHS)
def test_shortcuts_mean_their_operation(short, op, a, b):
    for p in (0, 1):
        for q in (0, 1):
            values = {P: p, Q: q}
            assert evaluate([short(a, b)], values) == evaluate([apply(op, a, b)], values)
            assert evaluate([negate(a)], values) == evaluate([apply("not", a)], values)
            assert evaluate([choose(a, b, P)], values) == evaluate([apply("select", a, b, P)], values)


def test_shortcuts_shorten():
    assert both(P, TRUE) is P
    assert either(P, FALSE) is P
    assert negate(negate(P)) is P
    assert choose(P, TRUE, FALSE) is P
    assert choose(P, X, X) is X
    assert graph.any_of([]) is FALSE
    assert graph.all_of([]) is TRUE


@pytest.mark.parametrize("condition, parts", [
    (P, [P]),
    (apply("or", P, apply("or", Q, P)), [P, Q]),
    (apply("not", apply("and", P, apply("not", Q))), [apply("not", P), Q]),
    (apply("or", apply("and", P, Q), Q), [apply("and", P, Q), Q]),
])
def test_the_parts_of_a_disjunction(condition, parts):
    assert graph.disjuncts(condition) == parts


def test_a_function_over_other_roots():
    function = Function("f", (), (Result(Type(8), X), Result(Type(8), Y, P)))
    assert function.roots == (X, Y, FALSE, P, FALSE, TRUE, FALSE, FALSE)
    assert function.over(function.roots) == function
    other = function.over([Y, X, P, Q, P, Q, Q, P])
    assert [(r.value, r.poison) for r in other.results] == [(Y, P), (X, Q)]
    assert (other.ub, other.domain, other.trap, other.beyond) == (P, Q, Q, P)


def test_parameters_have_values_and_maybe_poison():
    assert Parameter("x", Type(8)).poison is FALSE
    assert Parameter("x", Type(8), noundef=False).poison is leaf("x!poison", 1)
    assert Parameter("x", Type(8)).value is X
