"""Shapes: what they leave out can be rearranged into one that is there."""

from __future__ import annotations

import pytest
from primir.ir.evaluate import evaluate
from primir.ir.graph import const, leaves, substitute, topological
from primir.synth.holes import hole, value
from primir.synth.shapes import shapes, text

NAMES = frozenset({"add", "sub", "and", "or", "xor", "mul"})


def terms(lines, names=NAMES):
    return {text(draft.node) for draft in shapes(lines, names, 8)}


@pytest.mark.parametrize("lines, term", [
    (1, "(add c v0)"), (1, "(sub c v0)"), (1, "(and c v0)"), (2, "(sub v1 (and c v0))"), (2, "(add (mul c v0) c)"),
    (2, "(add (xor c v0) v0)"), (3, "(or (and c v0) (and c v1))"), (3, "(add (mul (xor c v0) c) c)"),
    (3, "(xor (lshr c v0) c)"),  # not there: no such operation
    (3, "(xor (and (xor v0 v1) c) v1)"),  # not there: what has no hole is a value
    (2, "(add (add c v0) c)"), (2, "(sub c (sub c v0))"), (2, "(mul (add c v0) c)"),  # not there: rearranged
    (2, "(and (add c v0) c)"),  # not there: the mask follows from what is wanted
])
def test_is_there_or_left_out(lines, term):
    left_out = ("lshr", "(xor v0 v1)", "(add (add", "(sub c (sub", "(mul (add", "(and (add")
    assert (term in terms(lines)) is not any(part in term for part in left_out), sorted(terms(lines))[:30]


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_counts_are_right(lines):
    for draft in shapes(lines, NAMES, 8):
        names = {str(node.data) for node in leaves([draft.node])}
        assert names == {str(node.data) for node in (*(value(i, 8) for i in range(draft.values)),
                                                     *(hole(i, 8) for i in range(draft.holes)))}
        assert sum(bool(part.args) for part in topological([draft.node])) == lines


def test_no_two_are_one():
    """No two shapes of two operations, each value used once, agree for the same constants and values."""
    seen = {}
    for draft in shapes(2, NAMES, 8):
        if text(draft.node).count("v") > draft.values:
            continue
        known = {hole(i, 8): const(number, 8) for i, number in enumerate((0x35, 0x9d, 0x4b))}
        (node,) = substitute([draft.node], known)
        key = tuple(evaluate([node], {value(0, 8): x, value(1, 8): 7 * x + 3 & 255, value(2, 8): 91 * x & 255})[0]
                    for x in range(256))
        assert key not in seen, (seen[key], draft)
        seen[key] = draft


def test_without_xor_the_others_stay():
    assert not any("(add (or (and c v0) c)" in term for term in terms(3, NAMES))
    assert any("(add (or (and c v0) c)" in term for term in terms(3, NAMES - {"xor"}))
