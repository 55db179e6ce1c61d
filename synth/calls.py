"""Calls of components in programs: while a program is searched and priced, each is a leaf, named as it is printed.

Everything that evaluates, emits or proves sees the program with the components' graphs put in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ..ir.cost import instructions_of
from ..ir.graph import LEAVES, Node, all_of, leaf, leaves, substitute, topological
from ..ir.text import print_term
from ..lift.components import Component

_QUOTED = re.compile(r'%"(\([^"]*\))"')  # a leaf that is a call, as the text form prints it


@dataclass(frozen=True, slots=True)
class Call:
    """A call of `component`: its arguments, over inputs and the leaves of other calls, its value over inputs alone, and
    whether it may be made."""

    component: Component
    arguments: tuple[Node, ...]
    value: Node
    defined: Node


@dataclass(slots=True)
class Calls:
    """The calls that programs at hand may make, by their leaves."""

    of: dict[Node, Call] = field(default_factory=dict)

    def call(self, component: Component, arguments: Sequence[Node]) -> Node:
        """The leaf of a call."""
        name = f"({' '.join([component.name, *map(self.text, arguments)])})"
        node = leaf(name, component.type.width)
        if node not in self.of:
            value, defined = component.at(self.expanded(arguments))
            self.of[node] = Call(component, tuple(arguments), value, defined)
        return node

    def expanded(self, nodes: Sequence[Node]) -> list[Node]:
        """`nodes` with the graphs of all calls put in."""
        made = {node: self.of[node].value for node in leaves(nodes) if node in self.of} if self.of else {}
        return substitute(nodes, made) if made else list(nodes)

    def made(self, nodes: Sequence[Node]) -> list[Node]:
        """The leaves of all calls that a program with the values `nodes` makes, each once."""
        found: dict[Node, None] = {}
        waiting = list(nodes)
        while waiting:
            for node in leaves([waiting.pop()]):
                if node in self.of and node not in found:
                    found[node] = None
                    waiting.extend(self.of[node].arguments)
        return list(found)

    def defined(self, nodes: Sequence[Node]) -> Node:
        """Whether all calls of a program may be made."""
        return all_of(self.of[node].defined for node in self.made(nodes))

    def instructions(self, nodes: Sequence[Node], widest: int) -> int:
        """The operations of a program; each call counts one."""
        made = self.made(nodes)
        return len(made) + instructions_of([*nodes, *self._arguments(made)], widest)

    def operations(self, nodes: Sequence[Node]) -> set[str]:
        """The names of the operations of a program, without those inside of calls."""
        return {node.op for node in self.nodes(nodes)} - LEAVES

    def nodes(self, values: Sequence[Node]) -> Iterator[Node]:
        """All nodes of a program, calls being leaves, those of their arguments among them."""
        return topological([*values, *self._arguments(self.made(values))])

    def _arguments(self, made: Iterable[Node]) -> Iterator[Node]:
        return (argument for node in made for argument in self.of[node].arguments)

    def text(self, node: Node) -> str:
        """A value with its calls, as a term."""
        return _QUOTED.sub(r"\1", print_term(node))
