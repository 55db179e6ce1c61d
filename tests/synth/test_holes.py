"""The bit-serial search against trying all constants, at a small width."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from primir.ir.evaluate import evaluate
from primir.ir.graph import apply, const, substitute
from primir.ir.primes import TABLE
from primir.synth.holes import Shapes, Slices, hole, serial, slices, value
from primir.synth.shapes import shapes

WIDTH, SAMPLES = 4, 12
NAMES = frozenset(row.name for row in TABLE.values() if serial(row))


def words(rng, count):
    return np.array([[rng.getrandbits(WIDTH) for _ in range(SAMPLES)] for _ in range(count)], dtype=np.uint64)


def evaluated(shape, rows, constants):
    """The values of a shape on the samples, its values being `rows`."""
    known = {hole(index, WIDTH): const(number, WIDTH) for index, number in enumerate(constants)}
    (node,) = substitute([shape], known)
    return [evaluate([node], {value(index, WIDTH): int(row[k]) for index, row in enumerate(rows)})[0]
            for k in range(SAMPLES)]


def goal(wanted, mask=15):
    bits = slices(np.array([wanted], dtype=np.uint64), WIDTH)[:, 0].copy()
    care = np.array([((1 << SAMPLES) - 1) * (mask >> bit & 1) for bit in range(WIDTH)], dtype=np.uint64)
    return Slices(bits, care)


def found(draft, values, aim):
    kind = Shapes([draft.node], draft.values, draft.holes)
    spent = []
    ranges = [range(len(values))] * draft.values
    return list(kind.fillings(slices(values, WIDTH), ranges, aim, SAMPLES, 10_000, spent.append)), sum(spent)


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_finds_constants_where_there_are_some_and_nowhere_else(lines):
    rng = random.Random(lines)
    drafts = [draft for draft in shapes(lines, NAMES, WIDTH) if draft.values <= 2]
    for draft in rng.sample(drafts, min(30, len(drafts))):
        values = words(rng, 2)
        some = [rng.getrandbits(WIDTH) for _ in range(draft.holes)]
        mask = rng.choice((15, 15, 15, 12, 6))
        wanted = evaluated(draft.node, values[:draft.values], some)
        fillings, _ = found(draft, values, goal(wanted, mask))
        right = {entries for entries in itertools.product(range(2), repeat=draft.values)
                 if any(all((a ^ b) & mask == 0 for a, b in zip(evaluated(draft.node, values[list(entries)], constants),
                                                                wanted, strict=True))
                        for constants in itertools.product(range(16), repeat=draft.holes))}
        assert {filling.entries for filling in fillings} == right, (lines, draft)
        for filling in fillings:
            result = evaluated(draft.node, values[list(filling.entries)], filling.constants)
            assert all((a ^ b) & mask == 0 for a, b in zip(result, wanted, strict=True)), filling


def test_bits_that_do_not_matter_are_zero():
    values = np.array([[1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]], dtype=np.uint64)  # the upper bits are never set
    (draft,) = (draft for draft in shapes(1, frozenset({"and"}), WIDTH))
    fillings, _ = found(draft, values, goal(values[0].tolist()))
    assert [filling.constants for filling in fillings] == [(3,)]


def test_a_left_shift_by_a_number():
    rng = random.Random(5)
    values = words(rng, 1)
    shape = apply("shl", apply("add", value(0, WIDTH), hole(0, WIDTH)), const(2, WIDTH))
    wanted = [(int(x) + 3 << 2) & 15 for x in values[0]]
    (filling,) = Shapes([shape], 1, 1).fillings(slices(values, WIDTH), [range(1)], goal(wanted), SAMPLES, 100,
                                                lambda made: None)
    assert filling.constants == (3,)


def test_a_tuple_is_given_up_after_so_many_choices():
    rng = random.Random(7)
    values = words(rng, 1)
    shape = apply("mul", apply("xor", apply("mul", value(0, WIDTH), hole(0, WIDTH)), hole(1, WIDTH)), hole(2, WIDTH))
    hard = goal([rng.getrandbits(WIDTH) for _ in range(SAMPLES)], mask=8)
    kind, spent = Shapes([shape], 1, 3), []
    assert not list(kind.fillings(slices(values, WIDTH), [range(1)], hard, SAMPLES, 10, spent.append))
    assert sum(spent) <= 11


def test_a_checkpoint_may_stop_the_search():
    rng = random.Random(9)
    values = words(rng, 300)
    draft = max(shapes(3, NAMES, WIDTH), key=lambda draft: draft.values)

    def checkpoint(made):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(Shapes([draft.node], draft.values, draft.holes).fillings(
            slices(values, WIDTH), [range(300)] * draft.values, goal(values[0].tolist()), SAMPLES, 100, checkpoint))


@pytest.mark.parametrize("name", sorted(NAMES - {"shl"}))
def test_serial_readings_are_those_of_the_operation(name):
    """Each operation with a hole on either side, on all words: broken texts in the table show here."""
    every = np.array([list(range(12))], dtype=np.uint64)
    for number, shape in itertools.product(range(16), (apply(name, value(0, WIDTH), hole(0, WIDTH)),
                                                       apply(name, hole(0, WIDTH), value(0, WIDTH)))):
        wanted = evaluated(shape, every, [number])
        (filling,) = Shapes([shape], 1, 1).fillings(slices(every, WIDTH), [range(1)], goal(wanted), SAMPLES, 100,
                                                    lambda made: None)
        assert evaluated(shape, every, filling.constants) == wanted
