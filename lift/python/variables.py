"""The variables of a Python function at one point of it, and how ways through the function come together.

Besides variables, what is known about differences is kept: `x - y` as a key, where a condition has bounded it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ...ir.errors import PrimirError
from .arithmetic import Arithmetic
from .values import Value, assigned, named


@dataclass(frozen=True, slots=True)
class Unset:
    """A variable that some way to here leaves without a value, or (`why`) without a type."""

    why: PrimirError | None = None


Variables = dict[str, Value | Unset]


def stored(variables: Variables, name: str, value: Value | Unset) -> Variables:
    """`variables` after `name` got another value: what was known about it is gone."""
    return without(variables, [name]) | {name: value}


def without(variables: Variables, changed: Iterable[str]) -> Variables:
    """`variables` but what is known about differences of those that are `changed`."""
    names = set(changed)
    return {key: each for key, each in variables.items() if key.isidentifier() or not names & set(_names(key))}


def exchanged(variables: Variables, names: Mapping[str, str]) -> Variables:
    """What is known about differences after variables have changed their `names`, old to new, all at once."""
    known: Variables = {}
    for key, value in variables.items():
        if sides := re.fullmatch(r"(\w+) - (\w+)", key):
            left, right = (names.get(side, None if side in names.values() else side) for side in sides.groups())
            if left is not None and right is not None:
                known[f"{left} - {right}"] = value
    return known


def _names(difference: str) -> list[str]:
    return re.findall(r"\w+", difference)


def merged(states: Sequence[Variables], words: Arithmetic, node: ast.AST) -> Variables:
    """The variables where several ways come together, each in the type that it has from there on."""
    if len(states) == 1:
        return states[0]
    after: Variables = {}
    for name in dict.fromkeys(name for state in states for name in state):
        values = [value for state in states if isinstance(value := state.get(name), Value)]
        if len(values) < len(states):
            if name.isidentifier():
                after[name] = Unset()
        elif all(each.constant is not None and each.constant == values[0].constant for each in values):
            after[name] = values[0]
        elif name.isidentifier():
            try:
                after[name] = named(name, words.join([named(name, each) for each in values], node)[0])
            except PrimirError as error:  # which matters only if it is read
                after[name] = Unset(error)
        else:
            low, high = min(each.low for each in values), max(each.high for each in values)
            after[name] = replace(values[0], low=low, high=high)
    return after


def brought(state: Variables, after: Variables, words: Arithmetic, node: ast.AST) -> list[ast.stmt]:
    """What brings the variables of `state`, at the end of one way, to the types that they have `after`."""
    casts: list[ast.stmt] = []
    for name, goal in after.items():
        value = state.get(name)
        if not (name.isidentifier() and isinstance(goal, Value) and isinstance(value, Value)):
            continue
        if goal.constant is not None or (value.constant is None and value.type == goal.type):
            continue
        casts.append(assigned(name, replace(goal, node=words.cast(named(name, value), goal.type, node))))
    return [ast.fix_missing_locations(ast.copy_location(each, node)) for each in casts]
