"""What stands inside an operation that was undone gives what is wanted, and no other word under the mask does not."""

import random

import numpy as np
import pytest
from primir.ir.evaluate import evaluate
from primir.ir.graph import leaf
from primir.ir.primes import TABLE
from primir.synth.bank import Operation
from primir.synth.goals import INVERSES, Target, kinds, undone

WIDTH = 5
ONES = (1 << WIDTH) - 1


def words(*numbers):
    return np.array(numbers, dtype=np.uint64)


@pytest.mark.parametrize("name", dict.fromkeys(name for name, *_ in INVERSES))
def test_an_operation_undone_on_every_word(name):
    """For all wanted words, other arguments and a few masks: what is undone meets the goal with any open bits."""
    operation = Operation(TABLE[name], WIDTH, WIDTH)
    rng = random.Random(name)
    undoings = 0
    for wanted in range(ONES + 1):
        for other in range(ONES + 1):
            mask = rng.choice((ONES, ONES, rng.randrange(ONES + 1)))
            target = Target(words(wanted), words(mask), lambda node: node)
            for inner in undone([target], [(leaf("g", WIDTH), words(other))], [operation], 0):
                if inner is target:
                    continue
                undoings += 1
                free = rng.randrange(ONES + 1) & ~int(inner.masks[0])
                value = int(inner.words[0] & inner.masks[0]) | free
                node = inner.finish(leaf("m", WIDTH))
                (found,) = evaluate([node], {leaf("m", WIDTH): value, leaf("g", WIDTH): other})
                assert (found ^ wanted) & mask == 0, (name, wanted, other, mask, value)
    assert undoings > 15


def test_only_operations_at_hand_are_undone():
    operations = [Operation(TABLE["xor"], WIDTH, WIDTH), Operation(TABLE["udiv"], WIDTH, WIDTH)]
    assert {INVERSES[kind][0] for _, _, kind in kinds(operations)} == {"xor"}


def test_goals_that_fix_few_bits_are_left_out():
    target = Target(words(3, 1), words(ONES, ONES), lambda node: node)
    leaves = [(leaf("g", WIDTH), words(28, 30))]
    assert len(undone([target], leaves, [Operation(TABLE["or"], WIDTH, WIDTH)], 0)) == 1  # 3 has bits that 28 lacks
    assert undone([target], leaves, [Operation(TABLE["or"], WIDTH, WIDTH)], 11) == []  # there are 10 in all
