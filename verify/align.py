"""Two functions over the same leaves: parameters are matched by position, and each side owns its choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..ir.errors import PrimirError
from ..ir.graph import CHOICE, FALSE, Function, Node, Parameter, any_of, either, is_undef, leaf, leaves, substitute
from ..ir.types import Type


def aligned(function: Function, parameters: tuple[Parameter, ...], side: str) -> Function:
    """`function` over the leaves of `parameters`, its choices called `side`.choice0, `side`.undef.1 ...

    Where only one of both is noundef: poison or undef that comes in is undefined behaviour in a `function` that is
    noundef, and does not come in where `parameters` are.
    """
    assert len({p.name for p in parameters}) == len(parameters), f"parameters of one name: {parameters}"
    leaves_of = {node: node for p in function.parameters for node in (p.value, p.poison, p.undef)}
    strange = [node for node in leaves(function.roots) if node not in leaves_of]
    assert not strange, f"{function.name} reads {strange}, which are no parameters"
    new: dict[Node, Node] = {}
    for own, given in zip(function.parameters, parameters, strict=True):
        new[own.value] = given.value
        if not own.noundef:
            new[own.poison] = given.poison
        if own.undef is not FALSE:
            new[own.undef] = given.undef
    for index, choice in enumerate(function.choices):
        new[choice] = leaf(f"{side}.{'undef.' if is_undef(choice) else 'choice'}{index}", choice.width, CHOICE)
    refused = any_of(given.unclean for own, given in zip(function.parameters, parameters, strict=True) if own.noundef)

    def refusing(moved: Function) -> Function:
        return replace(moved, parameters=parameters, ub=moved.ub if refused is FALSE else either(moved.ub, refused))

    moved = replace(refusing(function.over(substitute(function.roots, new))), trace=function.trace.over(new))
    if function.cut is None:
        return moved
    cut = function.cut.over({**new, **{node: leaf(f"{side}.{node.data}", node.width) for node in function.cut.states}})
    return replace(moved, cut=replace(cut, roots=refusing(function.over(cut.roots)).roots))


def check_signatures(source: str, takes: Sequence[Type], gives: Sequence[Type], target: Function) -> None:
    """PrimirError, with both signatures, unless `target` takes and gives words of the same widths."""
    own = [p.type for p in target.parameters], [r.type for r in target.results]
    if [[t.width for t in types] for types in own] != [[t.width for t in types] for types in (takes, gives)]:
        raise PrimirError(
            f"the signatures differ: {signature(source, takes, gives)} and {signature(target.name, *own)}",
            hint="the numbers of parameters and results and their widths must be the same on both sides")


def signature(name: str, takes: Sequence[Type], gives: Sequence[Type]) -> str:
    """As in `average(u32, u32) -> u32`."""
    arrow = f" -> {', '.join(map(str, gives))}" if gives else ""
    return f"{name}({', '.join(map(str, takes))}){arrow}"
