"""What a condition says of several calls of one function, as a law, in the form that search can use best.

The parts that speak of variables alone are what the law assumes. A variable that these say to be equal to a term over
other variables is nothing but that term:

    m = x + 1 && p(x) => p(m)    is    p(x) => p(x + 1)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...ir.canon import canonical
from ...ir.errors import Place
from ...ir.evaluate import fold
from ...ir.graph import (
    FALSE,
    INPUT,
    TRUE,
    Node,
    Parameter,
    all_of,
    any_of,
    conjuncts,
    disjuncts,
    leaves,
    negate,
    rewrite,
    substitute,
)
from ...ir.types import Type
from ..spec import Call, Law


def law_of(condition: Node, calls: Mapping[Node, Sequence[Node]], types: Mapping[Node, Type], text: str,
           place: Place) -> Law | None:
    """The law that `condition` holds for all words of its variables, None where nothing meets what it assumes.

    `calls` gives the arguments of a call by the leaf that is its result, inner calls first; `types` those of variables.
    """
    arguments = {call: tuple(given) for call, given in calls.items()}
    assumed, wanted = _parts(condition, arguments)
    while (found := _definition(assumed, types)) is not None:
        replaced = dict([found])
        assumed = [part for each in assumed if (part := _over(each, replaced)) is not TRUE]
        wanted = _over(wanted, replaced)
        arguments = {call: tuple(_over(node, replaced) for node in given) for call, given in arguments.items()}
    (assumes,) = canonical([all_of(assumed)])
    if assumes is FALSE:
        return None
    used = _used([wanted], arguments)
    law = Law((), tuple(Call(given, (call,)) for call, given in arguments.items() if call in used),
              assumes, wanted, text, place)
    free = set(leaves(law.roots)) - set(arguments)
    return Law(tuple(Parameter(str(node.data), type_) for node, type_ in types.items() if node in free),
               law.calls, law.assumes, law.condition, text, place)


def _parts(condition: Node, calls: Mapping[Node, Sequence[Node]]) -> tuple[list[Node], Node]:
    """What is assumed of variables alone, and what must hold then."""
    about, alone = list[Node](), list[Node]()
    for part in disjuncts(condition):
        (about if any(node in calls for node in leaves([part])) else alone).append(part)
    return list(conjuncts(negate(part) for part in alone)), any_of(about)


def _definition(assumed: Sequence[Node], variables: Mapping[Node, Type]) -> tuple[Node, Node] | None:
    """A variable that is assumed to be a term over others, and this term."""
    for part in assumed:
        for variable, term in (part.args, part.args[::-1]) if part.op == "eq" else ():
            if variable.op == INPUT and variable in variables and variable not in leaves([term]):
                return variable, term
    return None


def _used(roots: Sequence[Node], calls: Mapping[Node, Sequence[Node]]) -> set[Node]:
    """The calls that `roots` depend on, those in the arguments of others too."""
    found: set[Node] = set()
    stack = list(roots)
    while stack:
        for node in leaves([stack.pop()]):
            if node in calls and node not in found:
                found.add(node)
                stack += calls[node]
    return found


def _over(node: Node, replaced: Mapping[Node, Node]) -> Node:
    return rewrite(substitute([node], replaced), fold)[0]
