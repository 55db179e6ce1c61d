"""Under which condition each node of a region, a block or a whole loop, is reached from its dominator.

A node's *local* condition says when it is reached, given that its immediate dominator is. The condition from a
dominator further up is the conjunction of the local ones on the way down the dominator tree, so the conditions stay as
small as the program: after `if`/`else` have come together again nothing is left of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ...ir.graph import FALSE, TRUE, Node, both, choose, either
from .loops import Graph, Region

Carried = TypeVar("Carried")


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
class Edge(Generic[Carried]):
    """A way from `source` to another node, taken where `condition` holds when the source has run.

    `carried` is what is taken along: the values that the phis at its end have on this way.
    """

    source: int
    condition: Node
    carried: Carried


class Conditions(Generic[Carried]):
    """The conditions under which the nodes of a region are reached.

    The nodes are walked in their order by the caller, who tells the edges of each with `leave` when their conditions
    are known. Where the region leads to outside of itself can be asked about in the end, as if it were a node.
    """

    _SINK = -2  # after every way out

    def __init__(self, region: Region) -> None:
        self.entry = region.entry
        ahead = {node: list(region.successors[node]) or [self._SINK] for node in region.order}
        outside = region.targets
        ahead.update((target, [self._SINK]) for target in outside)
        nodes = [*region.order, *outside]
        behind: dict[int, list[int]] = {node: [] for node in (*nodes, self._SINK)}
        for node in nodes:
            for following in ahead[node]:
                behind[following].append(node)
        self._dominator = dominators(nodes, behind)
        self._postdominator = dominators([self._SINK, *reversed(nodes)], ahead)
        self.edges: dict[int, list[Edge[Carried]]] = {node: [] for node in nodes}
        self._local: dict[int, Node] = {}
        self._from: dict[tuple[int, int], Node] = {}

    def leave(self, source: int, target: int, condition: Node, carried: Carried) -> None:
        """Say that `source` goes to `target`, each target once, and when; a way that is never taken is none."""
        if condition is not FALSE:
            self.edges[target].append(Edge(source, condition, carried))

    def live(self, node: int) -> bool:
        """Whether there is a way to `node`. All its predecessors must have been left."""
        return node == self.entry or bool(self.edges[node])

    def reached(self, node: int) -> Node:
        """When `node` is reached, given that the region is entered. All its predecessors must have been left."""
        return self._condition(node, self.entry) if self.live(node) else FALSE

    def incoming(self, node: int) -> list[tuple[Edge[Carried], Node]]:
        """The ways to `node`, and for each the condition that tells it from the others once that is reached."""
        above = self._dominator[node]
        return [(edge, both(self._condition(edge.source, above), edge.condition)) for edge in self.edges[node]]

    def passed(self, node: int) -> dict[int, Node]:
        """The nodes on the ways from the dominator of `node` to it, that one included, and for each when a way that
        has come to the dominator passes it."""
        above = self._dominator[node]
        found: dict[int, Node] = {}
        waiting = [edge.source for edge in self.edges[node]]
        while waiting:
            source = waiting.pop()
            if source not in found:
                found[source] = self._condition(source, above)
                waiting += [edge.source for edge in self.edges[source]] if source != above else []
        return found

    def _condition(self, node: int, above: int) -> Node:
        """When `node` is reached, given that its dominator `above` is."""
        way = []
        while node != above and (node, above) not in self._from:
            way.append(node)
            node = self._dominator[node]
        condition = self._from.get((node, above), TRUE)
        for step in reversed(way):
            condition = self._from[step, above] = both(condition, self._local_condition(step))
        return condition

    def _local_condition(self, node: int) -> Node:
        if node not in self._local:
            self._local[node] = self._computed(node)
        return self._local[node]

    def _computed(self, node: int) -> Node:
        above = self._dominator[node]
        if self._always_follows(node, above):
            return TRUE
        condition = FALSE
        for _, taken in self.incoming(node):
            condition = either(condition, taken)
        return condition

    def _always_follows(self, node: int, above: int) -> bool:
        """Whether every way on from `above` comes through `node`."""
        position = above
        while position not in (node, self._SINK):
            position = self._postdominator[position]
        return position == node


def merged(ways: Sequence[tuple[Node, Node]]) -> Node:
    """The value of the way taken: `ways` are conditions, of which exactly one holds, and values."""
    result = ways[-1][1]
    for condition, new in reversed(ways[:-1]):
        if condition.op == "not":  # (select (not c) a b) is (select c b a)
            result = choose(condition.args[0], result, new)
        else:
            result = choose(condition, new, result)
    return result
