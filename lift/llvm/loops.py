"""Loops inside loops: the blocks of a function as regions that hold no cycle.

A region is a graph without cycles whose nodes are blocks and whole loops; a loop is a region of its own, entered at
its header. Loops are the strongly connected components; without the ways back to its header, the components inside a
loop are the loops inside it (Steensgaard, "Sequentializing Program Dependence Graphs for Irreducible Programs", 1993).
A component with two ways in is no loop that can be unrolled.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Graph: TypeAlias = "Mapping[int, Sequence[int]]"  # a block's neighbours

AGAIN: Final = -1  # where a loop's ways back to its header lead
DEEPEST = 32  # loops inside one another


@dataclass(frozen=True, slots=True)
class Unroll:
    """How often loops are run: `steps` one loop, `total` all loops of a function together."""

    steps: int = 256
    total: int = 4096


UNROLL: Final = Unroll()


class Irreducible(Exception):
    """The component with this block has several ways in."""

    def __init__(self, block: int) -> None:
        super().__init__(block)
        self.block = block


class TooDeep(Exception):
    """More than DEEPEST loops inside one another, this one the innermost."""

    def __init__(self, block: int) -> None:
        super().__init__(block)
        self.block = block


@dataclass(frozen=True, slots=True)
class Region:
    """Blocks and loops, each before those that it leads to; a loop goes by the number of its header.

    `successors` tells for each where it leads: to other nodes of the region, out of it, or AGAIN. `blocks` are all that
    lie in it, those of its loops too.
    """

    entry: int
    order: tuple[int, ...]
    successors: Mapping[int, tuple[int, ...]]
    loops: Mapping[int, Region]
    blocks: frozenset[int]
    is_loop: bool

    @property
    def targets(self) -> tuple[int, ...]:
        """Where it leads, outside of itself, each once; AGAIN is one."""
        found = (target for node in self.order for target in self.successors[node] if target not in self.blocks)
        return tuple(dict.fromkeys(found))

    def towards(self, block: int) -> int:
        """What a way to `block` leads to, seen from within the region."""
        return AGAIN if self.is_loop and block == self.entry else block


def region_of(successors: Graph, entry: int) -> Region:
    """The whole function, as far as it is reachable from `entry`. Raises Irreducible or TooDeep."""
    return _region(successors, frozenset(_reachable(successors, entry)), entry, is_loop=False, depth=0)


def _reachable(successors: Graph, entry: int) -> set[int]:
    found = {entry}
    waiting = [entry]
    while waiting:
        fresh = [block for block in successors[waiting.pop()] if block not in found]
        found.update(fresh)
        waiting += fresh
    return found


def _region(successors: Graph, blocks: frozenset[int], entry: int, is_loop: bool, depth: int) -> Region:
    if depth > DEEPEST:
        raise TooDeep(entry)

    def towards(targets: Iterable[int]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(AGAIN if is_loop and target == entry else target for target in targets))

    ahead = {block: towards(successors[block]) for block in blocks}
    order: list[int] = []
    leads: dict[int, tuple[int, ...]] = {}
    loops: dict[int, Region] = {}
    for component in components(ahead, entry, blocks):
        node = component[0]
        if len(component) > 1 or node in ahead[node]:
            inside = frozenset(component)
            node = _header(ahead, inside, blocks, entry)
            loops[node] = _region(successors, inside, node, is_loop=True, depth=depth + 1)
            leads[node] = towards(target for target in loops[node].targets if target != AGAIN)
        else:
            leads[node] = ahead[node]
        order.append(node)
    return Region(entry, tuple(order), leads, loops, blocks, is_loop)


def _header(ahead: Graph, inside: Collection[int], blocks: Collection[int], entry: int) -> int:
    """The one block at which a component is entered."""
    entered = {following for block in blocks if block not in inside for following in ahead[block]
               if following in inside}
    if entry in inside:
        entered.add(entry)
    if len(entered) != 1:
        raise Irreducible(min(entered))
    return next(iter(entered))


def reverse_postorder(successors: Graph, entry: int) -> list[int]:
    """The blocks that `entry` leads to, each after its dominators, whatever loops there are."""
    found: list[int] = []
    seen = {entry}
    stack = [(entry, iter(successors[entry]))]
    while stack:
        block, rest = stack[-1]
        following = next((target for target in rest if target not in seen), None)
        if following is None:
            stack.pop()
            found.append(block)
        else:
            seen.add(following)
            stack.append((following, iter(successors[following])))
    return found[::-1]


def components(successors: Graph, entry: int, within: Collection[int]) -> list[list[int]]:
    """The strongly connected components of `within` that `entry` leads to, each before those that it leads to.

    Tarjan, "Depth-first search and linear graph algorithms", 1972, without recursion.
    """
    number: dict[int, int] = {entry: 0}
    low: dict[int, int] = {entry: 0}
    path = [entry]  # of blocks whose component is not complete
    on_path = {entry}
    found: list[list[int]] = []
    stack: list[tuple[int, Iterator[int]]] = [(entry, iter(successors[entry]))]
    while stack:
        block, rest = stack[-1]
        following = next((target for target in rest if target in within), None)
        if following is None:
            stack.pop()
            if stack:
                low[stack[-1][0]] = min(low[stack[-1][0]], low[block])
            if low[block] == number[block]:
                at = path.index(block)
                found.append(path[at:])
                on_path.difference_update(path[at:])
                del path[at:]
        elif following not in number:
            number[following] = low[following] = len(number)
            path.append(following)
            on_path.add(following)
            stack.append((following, iter(successors[following])))
        elif following in on_path:
            low[block] = min(low[block], number[following])
    return found[::-1]
