"""Control flow without loops: an order of the blocks, and under which condition each is reached from its dominator.

A block's *local* condition says when it is reached, given that its immediate dominator is. The condition from a
dominator further up is the conjunction of the local ones on the way down the dominator tree, so the conditions stay as
small as the program: after `if`/`else` have come together again nothing is left of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..ir.graph import FALSE, TRUE, Node, both, choose, either

Graph: TypeAlias = "Mapping[int, Sequence[int]]"  # a block's neighbours


def order_or_loop(successors: Graph, entry: int) -> tuple[list[int], int | None]:
    """The blocks reachable from `entry`, each before its successors; where there is a loop, none and its header."""
    done: list[int] = []
    state: dict[int, bool] = {entry: False}  # whether all that a block leads to is done
    stack = [(entry, iter(successors[entry]))]
    while stack:
        block, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            stack.pop()
            state[block] = True
            done.append(block)
        elif following not in state:
            state[following] = False
            stack.append((following, iter(successors[following])))
        elif not state[following]:
            return [], following
    return done[::-1], None


def dominators(order: Sequence[int], predecessors: Graph) -> dict[int, int]:
    """The immediate dominator of each block but the first, of blocks in topological order.

    Without loops one pass does (Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm", 2001).
    """
    position = {block: index for index, block in enumerate(order)}
    found: dict[int, int] = {}
    for block in order[1:]:
        common, *others = (p for p in predecessors[block] if p in position)
        for other in others:
            while common != other:
                if position[common] > position[other]:
                    common = found[common]
                else:
                    other = found[other]
        found[block] = common
    return found


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from `source` to another block, taken where `condition` holds when the source has run."""

    source: int
    condition: Node


class Regions:
    """The blocks of a function in topological order, and the conditions under which they are reached.

    Blocks are numbers, 0 is the entry. `exits` are those that leave the function; the number EXIT stands for what runs
    after the `returns` among them. `blocks(order)` is walked by the caller, who tells the edges of each block with
    `leave` when their conditions are known.
    """

    EXIT = -1
    _SINK = -2  # after EXIT and after every other way out

    def __init__(self, successors: Graph, order: Sequence[int], returns: Iterable[int]) -> None:
        returns = set(returns)
        ahead = {block: list(successors[block]) for block in order}
        for block in order:
            if not ahead[block]:
                ahead[block] = [self.EXIT if block in returns else self._SINK]
        self.order = [*order, *([self.EXIT] if returns else [])]
        ahead[self.EXIT] = [self._SINK]
        behind: dict[int, list[int]] = {block: [] for block in (*self.order, self._SINK)}
        for block in self.order:
            for following in ahead[block]:
                behind[following].append(block)
        self._dominator = dominators(self.order, behind)
        self._postdominator = dominators([self._SINK, *reversed(self.order)], ahead)
        self.edges: dict[int, list[Edge]] = {block: [] for block in self.order}
        self._local: dict[int, Node] = {}
        self._from: dict[tuple[int, int], Node] = {}

    def leave(self, source: int, targets: Iterable[tuple[int, Node]]) -> None:
        """Say where `source` goes, each target once, and under which condition."""
        for target, condition in targets:
            self.edges[target].append(Edge(source, condition))

    def reached(self, block: int) -> Node:
        """When `block` is reached. All its predecessors must have been left."""
        return self._condition(block, self.order[0])

    def incoming(self, block: int) -> list[tuple[int, Node]]:
        """The predecessors of `block`, and for each the condition that tells it from the others once it is reached."""
        above = self._dominator[block]
        return [(edge.source, both(self._condition(edge.source, above), edge.condition)) for edge in self.edges[block]]

    def _condition(self, block: int, above: int) -> Node:
        """When `block` is reached, given that its dominator `above` is."""
        way = []
        while block != above and (block, above) not in self._from:
            way.append(block)
            block = self._dominator[block]
        condition = self._from.get((block, above), TRUE)
        for step in reversed(way):
            condition = self._from[step, above] = both(condition, self._local_condition(step))
        return condition

    def _local_condition(self, block: int) -> Node:
        if block not in self._local:
            self._local[block] = self._computed(block)
        return self._local[block]

    def _computed(self, block: int) -> Node:
        above = self._dominator[block]
        if self._always_follows(block, above):
            return TRUE
        condition = FALSE
        for _, taken in self.incoming(block):
            condition = either(condition, taken)
        return condition

    def _always_follows(self, block: int, above: int) -> bool:
        """Whether every way on from `above` comes through `block`."""
        position = above
        while position not in (block, self._SINK):
            position = self._postdominator[position]
        return position == block


def merged(ways: Sequence[tuple[int, Node]], values: Mapping[int, Node]) -> Node:
    """The value of the way taken: `ways` are blocks with conditions of which exactly one holds."""
    result = values[ways[-1][0]]
    for block, condition in reversed(ways[:-1]):
        new = values[block]
        if condition.op == "not":  # (select (not c) a b) is (select c b a)
            result = choose(condition.args[0], result, new)
        else:
            result = choose(condition, new, result)
    return result
