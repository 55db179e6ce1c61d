"""Macros mean what their text says, their pools follow from the width alone, and chains of them are found."""

import random

import numpy as np
import pytest
from primir.ir.cost import instructions_of
from primir.ir.evaluate import evaluate
from primir.ir.graph import leaf
from primir.ir.kernel import unsigned
from primir.ir.primes import TABLE
from primir.synth.chains import FAMILIES, MACROS, Step, fields, macros, periodic, pool, steps
from primir.synth.engines.chains import chain_programs


@pytest.mark.parametrize("kind", range(len(MACROS)), ids=[name for name, _ in MACROS])
@pytest.mark.parametrize("width", [8, 32, 64])
def test_the_compiled_macro_is_its_text(kind, width):
    rng = random.Random(kind)
    x, y = leaf("x", width), leaf("y", width)
    for shift, mask in pool(MACROS[kind][0], width):
        node = Step(kind, shift, mask).applied(y, x)
        values = [[rng.getrandbits(width) for _ in range(4)] for _ in "xy"]
        xs, ys = (np.array(row, dtype=np.uint64) for row in values)
        out = np.empty(4, dtype=np.uint64)
        macros().functions.step(kind, ys, xs, np.uint64(shift), np.uint64(mask), *unsigned(width, width), out)
        wanted = [evaluate([node], {x: a, y: b})[0] for a, b in zip(*values, strict=True)]
        assert out.tolist() == wanted, (MACROS[kind], shift, mask)


@pytest.mark.parametrize("ones, period, width, word", [
    (1, 2, 32, 0x55555555), (2, 4, 32, 0x33333333), (1, 3, 32, 0x49249249), (3, 6, 32, 0xc71c71c7), (4, 8, 8, 0x0f)])
def test_periodic_words(ones, period, width, word):
    assert periodic(ones, period, width) == word


@pytest.mark.parametrize("width", [2, 5, 8, 16, 32, 64])
def test_pools_fit_the_width(width):
    for name, _ in MACROS:
        numbers = list(pool(name, width))
        assert len(numbers) == len(set(numbers))
        assert all(0 <= shift < width and 0 <= mask < 1 << width for shift, mask in numbers), name
    assert all(shift < width for shift, _ in fields(width))


def test_a_family_keeps_to_the_operations_allowed():
    allowed = frozenset({"xor", "lshr", "and"})
    kinds = {MACROS[step.kind][0] for step in steps(FAMILIES[-1], allowed, 32)}
    assert kinds == {"fold right", "erode right", "mask", "shift", "complement", "join with the start",
                     "fold with the start"}
    assert len(steps(FAMILIES[-1], frozenset(TABLE), 32)) > 100


@pytest.mark.parametrize("text, cost", [
    ("(x: u16) -> u16 value (sub (shl 1:16 (sub 16:16 (ctlz %x))) 1:16)", 8),  # ones below the first one
    ("(x: u16) -> u16 value (and (ctpop %x) 1:16)", 9),
    pytest.param("(x: u16) -> u16 value (ctpop %x)", 12, marks=pytest.mark.slow),
    pytest.param("(x: u16, y: u16) -> u16 value (and (ctpop (xor %x %y)) 1:16)", 10, marks=pytest.mark.slow),
    ("(x: u16) -> u16 value (bswap %x)", 5),
])
def test_chains_of_many_operations(spec_of, cheapest, text, cost):
    text = "function f" + text.replace("(x:", "(%x:").replace(" y:", " %y:")
    found = cheapest(chain_programs, spec_of(text), 2_000_000_000)
    assert found is not None and instructions_of([found]) <= cost
