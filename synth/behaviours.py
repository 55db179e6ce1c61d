"""All behaviours of a grammar on the inputs at hand, where these are few: what none of them meets, no term does.

A term's behaviour is its values on some inputs, and that of a larger term follows from those of its parts. So a set of
behaviours that no production leads out of holds those of all terms, however large.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from ..ir.graph import Node, const, leaves
from ..ir.kernel import MAX_KERNEL_WIDTH, evaluate_batch
from ..lift.sygus.grammar import Grammar, Production
from .problem import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

MOST = 256  # behaviours of one nonterminal
SAMPLES = 64
TERMS = 1 << 18  # that one production may make at once


def none_is_right(problem: Problem, output: int, grammar: Grammar) -> bool:
    """Whether no term of `grammar` is right on the inputs at hand, as far as few behaviours tell."""
    rows = list(dict.fromkeys([*problem.bank_rows, *range(problem.count)]))[:SAMPLES]
    if not rows or not problem.fits or max(grammar.widths) > MAX_KERNEL_WIDTH:
        return False
    found = _behaviours(problem, grammar, rows)
    if found is None:
        return False
    values, wanted = found[grammar.start], problem.wanted[output]
    right = ~((values != wanted.words[rows]) & wanted.care[rows]).any(axis=1)
    return not (right & problem.accepts(values, rows)).any()


def _behaviours(problem: Problem, grammar: Grammar, rows: list[int]) -> dict[str, Words] | None:
    """The values (n, rows) of all terms of each nonterminal, each once; None where there are too many to tell."""
    import numpy as np

    tuples = [problem.tuples[row] for row in rows]
    nodes = {node for each in grammar.productions if each.pattern is not None for node in leaves([each.pattern])}
    inputs = [node for node in problem.inputs if node in nodes]
    columns = {node: np.asarray(words, dtype=np.uint64)
               for node, words in zip(inputs, problem.evaluate(inputs, tuples) if inputs else (), strict=True)}
    found: dict[str, Words] = {name: np.empty((0, len(rows)), dtype=np.uint64) for name, _ in grammar.types}
    grown = True
    while grown:
        grown = False
        for each in grammar.productions:
            made = _made(each, found, columns, len(rows))
            if made is None:
                return None
            known = found[each.nonterminal]
            found[each.nonterminal] = np.unique(np.concatenate([known, made]), axis=0)
            if len(found[each.nonterminal]) > MOST:
                return None
            grown |= len(found[each.nonterminal]) > len(known)
    return found


def _made(each: Production, found: dict[str, Words], columns: dict[Node, Words], samples: int) -> Words | None:
    """What a production makes of the terms found so far; None where that is too much, or any constant."""
    import numpy as np

    pools = [found[name] for _, name in each.holes]
    total = prod(map(len, pools))
    if each.pattern is None or total > TERMS:
        return None
    if not total:
        return np.empty((0, samples), dtype=np.uint64)
    places = np.unravel_index(np.arange(total), [len(pool) for pool in pools]) if pools else ()
    given = {hole: np.ascontiguousarray(pool[place]).ravel()
             for (hole, _), pool, place in zip(each.holes, pools, places, strict=True)}
    given |= {node: np.tile(words, total) for node, words in columns.items()}
    given.setdefault(const(0, 1), np.zeros(total * samples, dtype=np.uint64))  # so that constants have a length
    (values,) = evaluate_batch([each.pattern], given)
    return np.asarray(values, dtype=np.uint64).reshape(total, samples)
