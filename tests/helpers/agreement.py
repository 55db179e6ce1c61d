"""Evaluation of a lifted function = native execution of the original, wherever the function is defined."""

import itertools
import random

from primir.ir.evaluate import compiled
from primir.ir.graph import CHOICE, CONST, FALSE, leaves, topological
from primir.ir.kernel import MAX_KERNEL_WIDTH, evaluate_batch
from primir.ir.samples import corners, samples

CHUNK = 2048  # inputs that are evaluated at once
TRIES = 4  # times as many inputs are tried as are wanted, where a function is defined on few
EXHAUSTIVE = 12  # bits of input of which all are tried


def inputs(function, count, seed):
    """All inputs where they are few, else corners and random words, twice as many of the latter at least."""
    widths = [parameter.type.width for parameter in function.parameters]
    if sum(widths) <= EXHAUSTIVE and 1 << sum(widths) <= count:
        return list(itertools.product(*(range(1 << width) for width in widths)))
    rng = random.Random(seed)
    given = [corners(width) for width in widths]
    cornered = {tuple(rng.choice(words) for words in given) for _ in range(count // 3)}
    mentioned = sorted({int(node.data) for node in topological(function.roots) if node.op == CONST})
    mentioned = mentioned if len(mentioned) <= 40 else rng.sample(mentioned, 40)
    stream = samples(widths, seed=seed, mentioned=mentioned)
    return [*sorted(cornered), *itertools.islice(stream, count - len(cornered))]


def outcomes(function, words):
    """For each input the words that the function gives, or None where it is not defined.

    That is where it is undefined, outside its domain, traps, runs beyond its bound, where a result is poison, or
    depends on what is left open.
    """
    found = []
    for start in range(0, len(words), CHUNK):
        chunk = words[start : start + CHUNK]
        rounds = [_evaluated(function, chunk, pattern) for pattern in (0, -1, 0x5A3C96E1 * 0x9E3779B97F4A7C15)]
        found += [first if all(other == first for other in others) else None
                  for first, *others in zip(*(rounds if leaves(function.roots, CHOICE) else rounds[:1]))]
    return found


def _evaluated(function, words, pattern):
    """The outcomes with all choices made as `pattern` says."""
    rows = _in_kernel(function, words, pattern) or _in_python(function, words, pattern)
    count = len(function.results)
    assert function.roots[2 * count:] == (function.ub, function.domain, function.trap, function.beyond)
    wanted = (*[0] * count, 0, 1, 0, 0)  # of poison, ub, domain, trap and beyond
    return [tuple(row[:count]) if row[count:] == wanted else None for row in rows]


def _given(function, pattern):
    """The leaves that are no parameters, with their words: no input is poison, and choices are as `pattern` says."""
    parameters = {parameter.value for parameter in function.parameters}
    others = {node: 0 for node in leaves(function.roots) if node not in parameters}
    assert set(others) <= {p.poison for p in function.parameters if p.poison is not FALSE}, others
    return others | {node: pattern & (1 << node.width) - 1 for node in leaves(function.roots, CHOICE)}


def _in_kernel(function, words, pattern):
    """The roots on all inputs, by compiled batches; None where something is wider than these are."""
    import numpy as np

    if any(node.width > MAX_KERNEL_WIDTH for node in topological(function.roots)):
        return None
    columns = {parameter.value: np.array([row[at] for row in words], dtype=np.uint64)
               for at, parameter in enumerate(function.parameters)}
    columns |= {node: np.full(len(words), word, dtype=np.uint64) for node, word in _given(function, pattern).items()}
    found = [np.broadcast_to(column, len(words)).tolist() for column in evaluate_batch(function.roots, columns)]
    return list(zip(*found))


def _in_python(function, words, pattern):
    given = _given(function, pattern)
    run = compiled(function.roots, [*(parameter.value for parameter in function.parameters), *given])
    rest = tuple(given.values())
    return [run(*row, *rest) for row in words]


def agrees(function, natives, count, seed=0, least=1):
    """Compares on up to `count` inputs on which the function is defined; gives how many there were.

    `natives` are called with all inputs at once, by what they are called in a report.
    """
    words = inputs(function, TRIES * count, seed)
    pairs = [(row, want) for row, want in zip(words, outcomes(function, words)) if want is not None]
    random.Random(seed).shuffle(pairs)
    pairs = pairs[:count]
    assert len(pairs) >= least, f"{function.name} is defined on {len(pairs)} of {len(words)} inputs, seed {seed}"
    masks = [(1 << result.type.width) - 1 for result in function.results]
    for name, native in natives.items():
        for (row, want), got in zip(pairs, native([row for row, _ in pairs]), strict=True):
            got = tuple(word & mask for word, mask in zip(got, masks, strict=True))
            assert got == want, (f"{function.name}{tuple(map(hex, row))}, seed {seed}: {name} gives "
                                 f"{tuple(map(hex, got))}, the lifted function {tuple(map(hex, want))}")
    return len(pairs)
