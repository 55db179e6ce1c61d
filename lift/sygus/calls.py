"""Calls of functions to find, in conditions on several of these, and how the functions are told apart.

A call is a leaf, with its arguments beside it. A condition that gives one function by others is its definition:

    f(x, y) + g(y) = x    is    f(x, y) = x - g(y)

which is put in for every call of f. What no condition is left for may be anything, and is 0 where another one is
defined by it. Then each condition is about one function, or the functions are not told apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...ir.evaluate import fold
from ...ir.graph import INPUT, Node, const, leaf, leaves, rebuilt, rewrite, topological
from .cases import defined as solved


@dataclass(slots=True)
class Calls:
    """The calls met so far: the function that each leaf calls, and with what."""

    callee: dict[Node, str] = field(default_factory=dict)
    arguments: dict[Node, tuple[Node, ...]] = field(default_factory=dict)
    known: dict[tuple[str, tuple[Node, ...]], Node] = field(default_factory=dict)

    def call(self, name: str, arguments: Sequence[Node], width: int) -> Node:
        """The leaf that the call of `name` on these is."""
        key = name, tuple(rewrite(arguments, fold))
        if key not in self.known:
            node = self.known[key] = leaf(f"call {len(self.known)}", width)
            self.callee[node], self.arguments[node] = key
        return self.known[key]

    def below(self, roots: Iterable[Node]) -> dict[Node, tuple[Node, ...]]:
        """The calls in terms, and in the arguments of these, inner ones first; with their arguments."""
        found: set[Node] = set()
        stack = list(roots)
        while stack:
            new = {each for each in leaves([stack.pop()]) if each in self.arguments} - found
            found |= new
            stack += [node for call in new for node in self.arguments[call]]
        return {call: args for call, args in self.arguments.items() if call in found} if found else {}

    def names(self, roots: Iterable[Node]) -> set[str]:
        """The functions that are called in terms."""
        return {self.callee[call] for call in self.below(roots)}

    def over(self, node: Node, replaced: Mapping[Node, Node], defined: Mapping[str, Definition]) -> Node:
        """`node` with leaves replaced, in the arguments of calls too, and calls of what is defined put in."""
        new = dict(replaced)
        for call, arguments in self.below([node]).items():
            given = [_over(argument, new) for argument in arguments]
            name = self.callee[call]
            new[call] = self.call(name, given, call.width) if name not in defined else \
                self.over(defined[name].value, dict(zip(defined[name].parameters, given, strict=True)), defined)
        return _over(node, new)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a function gives, over its parameters; it may call others."""

    parameters: tuple[Node, ...]
    value: Node


class Together(Exception):
    """A condition, by its place, is about several functions that cannot be told apart."""

    def __init__(self, place: int) -> None:
        super().__init__(place)
        self.place = place


def told_apart(calls: Calls, conditions: Sequence[Node], parameters: Mapping[str, tuple[Node, ...]],
               widths: Mapping[str, int], free: Collection[str]) -> tuple[list[Node | None], dict[str, Definition]]:
    """The conditions, each about one function at the most, and definitions of functions that others became.

    `parameters` and `widths` (of results) are those of all functions; those in `free` may be any term. A condition
    that became a definition is None. Raises Together.
    """
    left: list[Node | None] = list(conditions)
    defined: dict[str, Definition] = {}
    known: dict[str, Definition] = {}
    while True:
        known |= _said(calls, left, parameters, known)
        left = [node if node is None or len(calls.names([node])) < 2 else calls.over(node, {}, known) for node in left]
        if (found := _next(calls, left, parameters, free, {**known, **defined})) is None:
            break
        place, name, definition = found
        left[place] = None
        defined[name] = definition
        left = [None if node is None else calls.over(node, {}, {name: definition}) for node in left]
    for place, node in enumerate(left):
        if node is not None and len(calls.names([node])) > 1:
            raise Together(place)
    return left, _closed(calls, left, parameters, widths, free, defined, known, conditions)


def _next(calls: Calls, conditions: Sequence[Node | None], parameters: Mapping[str, tuple[Node, ...]],
          free: Collection[str], defined: Mapping[str, Definition]) -> tuple[int, str, Definition] | None:
    """A condition on several functions that defines one of them."""
    for place, node in enumerate(conditions):
        if node is None or len(calls.names([node])) < 2:
            continue
        for name in [name for name in free if name not in defined]:
            if (definition := _definition(calls, node, name, parameters[name])) is not None:
                return place, name, definition
    return None


def _said(calls: Calls, conditions: Sequence[Node | None], parameters: Mapping[str, tuple[Node, ...]],
          known: Collection[str]) -> dict[str, Definition]:
    """The functions that conditions on them alone define."""
    found: dict[str, Definition] = {}
    for node in conditions:
        names = calls.names([node]) if node is not None else set[str]()
        if node is None or len(names) != 1 or not names.isdisjoint({*known, *found}):
            continue
        (name,) = names
        if (definition := _definition(calls, node, name, parameters[name])) is not None:
            found[name] = definition
    return found


def _definition(calls: Calls, condition: Node, name: str, own: Sequence[Node]) -> Definition | None:
    """What `condition` says that the function `name` is, over its parameters `own`, without calling it."""
    for call in calls.below([condition]) if condition.op == "eq" else ():
        given = calls.arguments[call]
        plain = all(each.op == INPUT and each not in calls.callee for each in given) and len(set(given)) == len(given)
        if calls.callee[call] != name or not plain:
            continue
        value = solved(condition, call)
        if value is not None and name not in calls.names([value]) and _variables(calls, [value]) <= set(given):
            return Definition(tuple(own), calls.over(value, dict(zip(given, own, strict=True)), {}))
    return None


def _variables(calls: Calls, roots: Sequence[Node]) -> set[Node]:
    inner = [node for arguments in calls.below(roots).values() for node in arguments]
    return {node for node in leaves([*roots, *inner]) if node not in calls.callee}


def _closed(calls: Calls, conditions: Sequence[Node | None], parameters: Mapping[str, tuple[Node, ...]],
            widths: Mapping[str, int], free: Collection[str], defined: Mapping[str, Definition],
            known: Mapping[str, Definition], given: Sequence[Node]) -> dict[str, Definition]:
    """The definitions without calls. Raises Together where a function is called in one that is not known by itself."""
    wanted = {name for node in conditions if node is not None for name in calls.names([node])}
    chosen = dict(defined)
    for other in sorted({name for each in defined.values() for name in calls.names([each.value])}):
        if other in wanted or other not in free:
            if other not in known:
                names = (calls.names([node]) for node in given)
                raise Together(next(place for place, some in enumerate(names) if other in some and len(some) > 1))
        elif other not in defined:
            chosen[other] = Definition(parameters[other], const(0, widths[other]))
    every = {**known, **chosen}
    return {name: Definition(each.parameters, calls.over(each.value, {}, every)) for name, each in chosen.items()}


def _over(node: Node, replaced: Mapping[Node, Node]) -> Node:
    new: dict[Node, Node] = {}
    for each in topological([node]):
        new[each] = replaced[each] if each in replaced else fold(rebuilt(each, tuple(new[arg] for arg in each.args)))
    return new[node]
