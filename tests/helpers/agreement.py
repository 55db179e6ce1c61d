"""Evaluation of a lifted function = native execution of the original, wherever the function is defined.

Words are rows of two unsigned 64-bit numbers, the low half first, so that much is done on whole arrays: inputs have the
shape (inputs, parameters, 2), outcomes (inputs, results, 2).
"""

import zlib
from functools import cache
from itertools import islice, product

import numpy as np
from primir.ir.evaluate import compiled
from primir.ir.graph import CHOICE, CONST, FALSE, leaves, topological
from primir.ir.kernel import MAX_KERNEL_WIDTH, evaluate_batch
from primir.ir.samples import corners, samples

CHUNK = 4096  # inputs that are evaluated at once
TRIES = 3  # times as many inputs are tried as are wanted, where a function is defined on few
EXHAUSTIVE = 12  # bits of input of which all are tried
ONES = (1 << 64) - 1
PATTERNS = (0, -1, 0x5A3C96E1F00DBEEF123456789ABCDEF7)  # what is chosen for that which a function leaves open


def halves(words):
    """Integers as an array of shape (n, 2)."""
    return np.array([(word & ONES, word >> 64 & ONES) for word in words], dtype=np.uint64).reshape(-1, 2)


def joined(array):
    """The integers of an array of shape (n, 2)."""
    return [low | high << 64 for low, high in array.tolist()]


def inputs(function, count, seed):
    """All inputs where they are few, else corners, random words, words that the function mentions, and equal ones."""
    widths = [parameter.type.width for parameter in function.parameters]
    if sum(widths) <= EXHAUSTIVE and 1 << sum(widths) <= count:
        rows = list(product(*(range(1 << width) for width in widths)))
        return np.stack([halves(column) for column in zip(*rows)], axis=1) if widths else np.zeros((1, 0, 2), np.uint64)
    rng = np.random.default_rng([seed, zlib.crc32(function.name.encode())])
    mentioned = [int(node.data) + step for node in islice((n for n in topological(function.roots) if n.op == CONST), 60)
                 for step in (-1, 0, 1)]
    columns = []
    for width in widths:
        column = rng.choice(usual(width), count)
        if mentioned:
            here = rng.random(count) < 0.15
            column[here] = rng.choice(halves([word & (1 << width) - 1 for word in mentioned]), here.sum())
        if columns:
            here = rng.random(count) < 0.25
            column[here] = columns[rng.integers(len(columns))][here]
            column[:, 0] += (here & (rng.random(count) < 0.3)).astype(np.uint64)
        columns.append(column & halves([(1 << width) - 1]))
    return np.stack(columns, axis=1)


@cache
def usual(width):
    """Words to choose from: a quarter are corners."""
    words = [word for (word,) in islice(samples([width], seed=width), 3000)]
    return halves(words + corners(width) * (1000 // len(corners(width))))


def outcomes(function, words):
    """Where the function is defined, an array of truth values, and the words that it gives there.

    It is not defined where it is undefined, outside its domain, traps, where a result is poison, or where a result
    depends on what is left open. No input may run beyond the bound of a loop.
    """
    rounds = [_evaluated(function, words, pattern) for pattern in (PATTERNS if function.choices else PATTERNS[:1])]
    (defined, results), *others = rounds
    for also, same in others:
        defined = defined & also & (results == same).all(axis=(1, 2))
    return defined, results


def _evaluated(function, words, pattern):
    """The outcomes with all choices made as `pattern` says."""
    count = len(function.results)
    assert function.roots[2 * count:] == (function.ub, function.domain, function.trap, function.beyond)
    narrow = all(node.width <= MAX_KERNEL_WIDTH for node in topological(function.roots))
    evaluate = _in_kernel if narrow else _in_python
    found = np.concatenate([evaluate(function, words[start : start + CHUNK], _given(function, pattern))
                            for start in range(0, len(words), CHUNK)])
    ub, domain, trap, beyond = found[:, 2 * count:, 0].T.astype(bool)
    poison = found[:, count:2 * count, 0].any(axis=1)
    assert not (beyond & domain & ~ub).any(), f"{function.name} runs longer than its loops are unrolled"
    return domain & ~ub & ~trap & ~poison, found[:, :count]


def _given(function, pattern):
    """The leaves that are no parameters, with their words: no input is poison, and choices are as `pattern` says."""
    parameters = {parameter.value for parameter in function.parameters}
    others = {node: 0 for node in leaves(function.roots) if node not in parameters}
    assert set(others) <= {p.poison for p in function.parameters if p.poison is not FALSE}, others
    return others | {node: pattern & (1 << node.width) - 1 for node in leaves(function.roots, CHOICE)}


def _in_kernel(function, words, given):
    """The roots on all inputs, by compiled batches, for words of 64 bits at most."""
    columns = {p.value: np.ascontiguousarray(words[:, at, 0]) for at, p in enumerate(function.parameters)}
    columns |= {node: np.full(len(words), word, dtype=np.uint64) for node, word in given.items()}
    found = [np.broadcast_to(column, len(words)) for column in evaluate_batch(function.roots, columns)]
    low = np.stack(found, axis=1)
    return np.stack([low, np.zeros_like(low)], axis=2)


def _in_python(function, words, given):
    """The roots on all inputs, one by one."""
    run = compiled(function.roots, [*(parameter.value for parameter in function.parameters), *given])
    rest, columns = tuple(given.values()), [joined(words[:, at]) for at in range(words.shape[1])]
    rows = [run(*row, *rest) for row in (zip(*columns) if columns else [()] * len(words))]
    return np.stack([halves(column) for column in zip(*rows)], axis=1)


def agrees(function, natives, count, seed=0, least=1):
    """Compares on up to `count` inputs on which the function is defined; gives how many there were.

    `natives` are called with all inputs at once, by what they are called in a report.
    """
    words = inputs(function, TRIES * count, seed)
    defined, want = outcomes(function, words)
    chosen = np.flatnonzero(defined)[:count]
    assert len(chosen) >= least, f"{function.name} is defined on {len(chosen)} of {len(words)} inputs, seed {seed}"
    if not len(chosen):
        return 0
    words, want = words[chosen], want[chosen]
    masks = halves([(1 << result.type.width) - 1 for result in function.results])
    for name, native in natives.items():
        got = native(words) & masks
        wrong = np.flatnonzero((got != want).any(axis=(1, 2)))
        assert not len(wrong), (f"{function.name}({_shown(words[wrong[0]])}), seed {seed}: {name} gives "
                                f"{_shown(got[wrong[0]])}, the lifted function {_shown(want[wrong[0]])}")
    return len(chosen)


def _shown(row):
    return ", ".join(map(hex, joined(row)))
