"""Functions that a program may use as one operation, beside those of the table: from a `def`, or lifted from a source.

In a program a call of one is its graph over what is given to it: what is emitted and proved has no calls.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ..ir.errors import Place, PrimirError
from ..ir.evaluate import fold
from ..ir.graph import FALSE, Function, Node, Parameter, all_of, leaf, negate, rewrite, substitute, topological
from ..ir.types import Type


@dataclass(frozen=True, slots=True)
class Component:
    """A function by its name: `value` over the leaves `places`, which stand for its parameters, and maybe over the
    parameters of the spec. It may be called where `defined` holds."""

    name: str
    parameters: tuple[Parameter, ...]
    places: tuple[Node, ...]
    type: Type
    value: Node
    defined: Node

    def refuse(self, forbidden: Collection[str], place: Place | None = None) -> None:
        """PrimirError where an operation in it is forbidden."""
        for node in topological([self.value]):
            if node.op in forbidden:
                raise PrimirError(f"{self.name} has a {node.op} in it, which is forbidden", place)

    def at(self, arguments: Sequence[Node]) -> tuple[Node, Node]:
        """The value of a call, and whether it may be made."""
        given: Mapping[Node, Node] = dict(zip(self.places, arguments, strict=True))
        value, defined = rewrite([self.value, self.defined], lambda node: given[node] if node in given else fold(node))
        return value, defined


def component_of(function: Function) -> Component:
    """A lifted function as a component. PrimirError where it is not a value for each input that it is defined for."""
    if len(function.results) != 1:
        raise _unfit(function, f"it has {len(function.results)} results")
    if function.choices:
        raise _unfit(function, "it leaves something open (undef, or freeze of poison)")
    if function.trap is not FALSE:
        raise _unfit(function, "it may end without a result")
    if function.beyond is not FALSE:
        raise _unfit(function, "it has a loop that is not unrolled to its end")
    (result,) = function.results
    clean = {flag: FALSE for p in function.parameters for flag in (p.poison, p.undef) if flag is not FALSE}
    places = {p.value: leaf(f"{function.name}({p.name})", p.type.width) for p in function.parameters}
    defined = all_of([function.domain, negate(function.ub), negate(result.poison)])
    value, defined = substitute([result.value, defined], {**clean, **places})
    return Component(function.name, function.parameters, tuple(places.values()), result.type, value, defined)


def _unfit(function: Function, why: str) -> PrimirError:
    return PrimirError(f"{function.name} cannot be used as one operation: {why}")
