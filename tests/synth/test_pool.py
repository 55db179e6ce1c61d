"""The pool: its programs have the values that stand there, each once, at the cost of their level or less."""

from __future__ import annotations

import numpy as np
import pytest
from primir.ir.cost import instructions_of
from primir.jobs.limits import Deadline
from primir.synth.budget import Budget
from primir.synth.pool import Pools
from primir.synth.problem import Problem
from primir.synth.vocabulary import vocabulary

FEW = ("add", "xor", "lshr", "shl", "fshl", "ult", "zext", "trunc")


def pools(spec, levels):
    problem = Problem(spec, seed=0, deadline=Deadline(60))
    grown = Pools(problem, vocabulary(spec), list(range(20)), {16}, Budget(Deadline(60)))
    for _ in range(levels):
        grown.grow()
    return problem, grown


@pytest.mark.parametrize("text", ["function f(%x: u16, %y: u16) -> u16 value %x",
                                  "function f(%x: u16, %y: u8) -> u16 value %x"])
def test_programs_have_their_values(spec_of, text):
    problem, grown = pools(spec_of(text, FEW), 2)
    for pool in grown.at.values():
        assert len(np.unique(pool.values, axis=0)) == len(pool.values) == sum(map(len, pool.levels))
        for level, part in enumerate(pool.levels):
            for entry in list(part)[:: max(1, len(part) // 300)]:
                node = pool.node(entry)
                assert node.width == pool.width
                assert instructions_of([node], 16) <= level, node
                (found,) = problem.evaluate([node], problem.tuples[:20])
                assert list(found) == pool.values[entry].tolist(), node


def test_values_moved_by_any_number_are_there(spec_of):
    _, grown = pools(spec_of("function f(%x: u16) -> u16 value %x", FEW), 2)
    pool = grown.at[16]
    level = [{str(pool.node(entry)) for entry in part} for part in pool.levels]
    assert "(lshr %x 11:16)" in level[1] or "(lshr %x 0xb:16)" in level[1], sorted(level[1])[:40]
    assert any("0xb:16" in text and text.startswith("(xor") for text in level[2])
    assert all(not text.endswith(":16") for text in level[0])


def test_values_are_found_again(spec_of):
    _, grown = pools(spec_of("function f(%x: u16) -> u16 value %x", FEW), 2)
    pool = grown.at[16]
    some = np.concatenate([pool.values[5:50:7], pool.values[:2] ^ np.uint64(0x1357)])
    assert pool.find(some).tolist() == [*range(5, 50, 7), -1, -1]


def test_only_deep_widths_have_the_last_level(spec_of):
    _, grown = pools(spec_of("function f(%x: u32, %y: u16) -> u16 value %y", FEW), 2)
    assert grown.at[16].levels[2] and not grown.at[32].levels[2]
