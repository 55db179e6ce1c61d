"""Evaluation on integers, in batches and as compiled functions; what a function does on an input."""

import random

import pytest
from primir.ir import evaluate, kernel
from primir.ir.evaluate import compiled, fold, run
from primir.ir.graph import CHOICE, Function, Parameter, Result, apply, const, leaf, leaves
from primir.ir.primes import TABLE
from primir.ir.types import Type

X, Y, P = leaf("x", 8), leaf("y", 8), leaf("p", 1)


@pytest.mark.parametrize("node, x, y, value", [
    (apply("add", X, Y), 200, 100, 44),
    (apply("sub", X, Y), 1, 2, 255),
    (apply("udiv", X, Y), 7, 0, 255),
    (apply("sdiv", X, Y), 0x80, 0xFF, 0x80),
    (apply("srem", X, Y), 0xF9, 2, 0xFF),
    (apply("shl", X, Y), 255, 8, 0),
    (apply("ashr", X, Y), 0x80, 200, 0xFF),
    (apply("slt", X, Y), 0x80, 0, 1),
    (apply("sext", X, width=128), 0xFF, 0, 2**128 - 1),
    (apply("trunc", apply("mul", apply("zext", X, width=16), apply("zext", Y, width=16)), width=9), 255, 255, 1),
    (apply("fshl", X, Y, const(4, 8)), 0xAB, 0xCD, 0xBC),
    (const(9, 8), 0, 0, 9),
])
def test_values(node, x, y, value):
    assert evaluate.evaluate([node], {X: x, Y: y}) == [value]
    assert compiled([node], [X, Y])(x, y) == (value,)


def test_inputs_are_taken_modulo_their_width():
    assert evaluate.evaluate([X, apply("not", X)], {X: -1}) == [255, 0]


def test_a_missing_input_is_an_error():
    with pytest.raises(KeyError):
        evaluate.evaluate([apply("add", X, Y)], {X: 1})


def random_graph(seed, widest):
    rng = random.Random(seed)
    nodes = [leaf(name, rng.choice((1, 3, 8, 32, 64, widest))) for name in "abc"]
    nodes += [const(rng.getrandbits(64), node.width) for node in nodes]
    while len(nodes) < 40:
        row = rng.choice(list(TABLE.values()))
        try:
            nodes.append(apply(row.name, *rng.choices(nodes, k=len(row.arguments)),
                               width=rng.choice((1, 8, 33, widest)) if row.cast else None))
        except TypeError:
            continue
    return nodes


@pytest.mark.parametrize("seed", range(15))
def test_batches_agree_with_single_evaluation(seed):
    import numpy as np

    rng = random.Random(seed)
    roots = random_graph(seed, 64)
    inputs = {node: [rng.getrandbits(node.width) for _ in range(50)] for node in leaves(roots)}
    found = kernel.evaluate_batch(roots, {node: np.array(words, dtype=np.uint64) for node, words in inputs.items()})
    for k in range(50):
        single = evaluate.evaluate(roots, {node: words[k] for node, words in inputs.items()})
        assert [int(words[k]) for words in found] == single


@pytest.mark.parametrize("seed", range(15))
def test_compiled_functions_agree(seed):
    rng = random.Random(seed)
    roots = random_graph(seed, 128)
    inputs = leaves(roots)
    function = compiled(roots, inputs)
    for _ in range(30):
        words = [rng.getrandbits(node.width) for node in inputs]
        assert list(function(*words)) == evaluate.evaluate(roots, dict(zip(inputs, words)))


def test_batches_end_at_64_bits():
    import numpy as np

    with pytest.raises(ValueError, match="64"):
        kernel.evaluate_batch([leaf("z", 65)], {leaf("z", 65): np.zeros(1, dtype=np.uint64)})


def test_constants_alone_make_a_batch_of_one():
    found = kernel.evaluate_batch([const(3, 8), apply("neg", const(3, 8))], {})
    assert [words.tolist() for words in found] == [[3], [253]]


def test_folding():
    assert fold(apply("add", const(200, 8), const(100, 8))) is const(44, 8)
    assert fold(apply("ult", const(1, 8), const(2, 8))) is const(1, 1)
    assert fold(apply("add", X, const(0, 8))) is apply("add", X, const(0, 8))
    assert fold(X) is X


def test_what_a_function_does():
    x = Parameter("x", Type(8))
    y = Parameter("y", Type(8), noundef=False)
    total = apply("add", x.value, y.value)
    results = (Result(Type(8), total, y.poison), Result(Type(8), leaf("c", 8, CHOICE)))
    function = Function("f", (x, y), results, ub=apply("eq", x.value, const(0, 8)), domain=apply("ult", y.value, X))
    outcome = run(function, {x.value: 5, y.value: 3})
    assert (outcome.domain, outcome.ub, outcome.results) == (True, False, (8, 0))
    outcome = run(function, {x.value: 0, y.value: 3, y.poison: 1, leaf("c", 8, CHOICE): 9})
    assert (outcome.domain, outcome.ub, outcome.results) == (False, True, (None, 9))
