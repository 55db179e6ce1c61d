"""Regions hold no cycle; loops are inside loops; a cycle with two ways in is refused."""

import pytest
from primir.lift.llvm.loops import AGAIN, DEEPEST, Irreducible, TooDeep, components, region_of

DIAMOND = {0: [1, 2], 1: [3], 2: [3], 3: []}
#        0 -> 1 <-> 2, 1 -> 3
SIMPLE = {0: [1], 1: [2, 3], 2: [1], 3: []}
SELF = {0: [1], 1: [1, 2], 2: []}
# the inner loop 2 <-> 3 leaves to the outer header 1 and, early, to 5
NESTED = {0: [1], 1: [2, 4], 2: [3, 1], 3: [2, 5], 4: [], 5: []}
SHARED = {0: [1], 1: [2, 3, 4], 2: [1], 3: [1], 4: []}  # two ways back to one header


def test_without_loops():
    region = region_of(DIAMOND, 0)
    assert set(region.order) == {0, 1, 2, 3} and region.order[0] == 0 and region.order[-1] == 3
    assert region.loops == {} and region.targets == ()


def test_a_loop_is_one_node():
    region = region_of(SIMPLE, 0)
    assert region.order == (0, 1, 3) and region.successors == {0: (1,), 1: (3,), 3: ()}
    loop = region.loops[1]
    assert loop.order == (1, 2) and loop.successors == {1: (2, 3), 2: (AGAIN,)}
    assert set(loop.targets) == {3, AGAIN} and loop.towards(1) == AGAIN and loop.towards(2) == 2


@pytest.mark.parametrize("graph, header, blocks", [(SELF, 1, {1}), (SHARED, 1, {1, 2, 3})])
def test_the_blocks_of_a_loop(graph, header, blocks):
    assert region_of(graph, 0).loops[header].blocks == blocks


def test_a_loop_in_a_loop():
    outer = region_of(NESTED, 0).loops[1]
    inner = outer.loops[2]
    assert outer.blocks == {1, 2, 3} and inner.blocks == {2, 3}
    assert set(outer.successors[2]) == {AGAIN, 5} and set(outer.targets) == {AGAIN, 4, 5}
    assert set(inner.targets) == {AGAIN, 1, 5}


def test_what_is_not_reached_is_left_out():
    assert 9 not in region_of({0: [1], 1: [], 9: [1, 9]}, 0).blocks


def test_two_ways_in():
    with pytest.raises(Irreducible):
        region_of({0: [1, 2], 1: [2], 2: [1, 3], 3: []}, 0)


def test_too_deep():
    count = DEEPEST + 3  # block k leads on, and back to itself through k + 1
    graph = {k: [k + 1] for k in range(count)} | {count: []}
    graph |= {count + k: [count + k - 1 if k > 1 else count, count - k] for k in range(1, count)}
    graph[count - 1] = [count, count + 1]
    graph |= {count + k: [count + k + 1, count - k] for k in range(1, count - 1)} | {2 * count - 1: [1, count]}
    with pytest.raises(TooDeep):
        region_of(graph, 0)


def test_components_come_in_order():
    assert [sorted(found) for found in components(NESTED, 0, set(NESTED))][:2] == [[0], [1, 2, 3]]
