"""Bitwise functions as truth tables over numbered variables, each a word, a sign or a constant (polynomials.py)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from .reading import TooLarge

VARIABLES = 8  # of a truth table


class Table(NamedTuple):
    """A bitwise function: bit i of `bits` is its value where the variables are the binary digits of i."""

    variables: tuple[int, ...]
    bits: int

    @property
    def full(self) -> int:
        return (1 << (1 << len(self.variables))) - 1


NEVER, ALWAYS = Table((), 0), Table((), 1)


def variable(number: int) -> Table:
    return Table((number,), 0b10)


def invert(a: Table) -> Table:
    return Table(a.variables, a.bits ^ a.full)


def conjoin(a: Table, b: Table) -> Table:
    variables, x, y = _together(a, b)
    return slim(Table(variables, x & y))


def disjoin(a: Table, b: Table) -> Table:
    variables, x, y = _together(a, b)
    return slim(Table(variables, x | y))


def differ(a: Table, b: Table) -> Table:
    variables, x, y = _together(a, b)
    return slim(Table(variables, x ^ y))


def mux(condition: Table, a: Table, b: Table) -> Table:
    """a where `condition` holds, else b."""
    return disjoin(conjoin(condition, a), conjoin(invert(condition), b))


def replaced(table: Table, new: Mapping[int, Table]) -> Table:
    """`table` with its variables replaced, all at once."""
    result = NEVER
    for local, coefficient in enumerate(rows(table)):
        if coefficient:
            row = ALWAYS
            for place, number in enumerate(table.variables):
                value = new[number]
                row = conjoin(row, value if local >> place & 1 else invert(value))
            result = disjoin(result, row)
    return result


def rows(table: Table) -> Iterator[int]:
    return (table.bits >> index & 1 for index in range(1 << len(table.variables)))


def _together(a: Table, b: Table) -> tuple[tuple[int, ...], int, int]:
    """The variables of both, and both over these."""
    if a.variables == b.variables:
        return a.variables, a.bits, b.bits
    variables = tuple(sorted({*a.variables, *b.variables}))
    if len(variables) > VARIABLES:
        raise TooLarge("variables of a bitwise function")
    return variables, _spread(a, variables), _spread(b, variables)


def _spread(table: Table, variables: tuple[int, ...]) -> int:
    if table.variables == variables:
        return table.bits
    return _placed(table.bits, tuple(variables.index(number) for number in table.variables), len(variables))


@lru_cache(1 << 14)
def _placed(bits: int, places: tuple[int, ...], count: int) -> int:
    """A table whose variables come to stand at `places` among `count`."""
    found = 0
    for index in range(1 << count):
        local = sum((index >> place & 1) << position for position, place in enumerate(places))
        found |= (bits >> local & 1) << index
    return found


def slim(table: Table) -> Table:
    """`table` without variables that it does not depend on; not looked for where there are few."""
    if table.bits in (0, table.full):
        return ALWAYS if table.bits else NEVER
    return table if len(table.variables) < VARIABLES - 2 else _without_idle(table)


def _without_idle(table: Table) -> Table:
    for place, number in reversed(list(enumerate(table.variables))):
        low = _low_half(place, len(table.variables))
        if (table.bits >> (1 << place)) & low == table.bits & low:
            rest = tuple(other for other in table.variables if other != number)
            kept = [index for index in range(1 << len(table.variables)) if not index >> place & 1]
            table = Table(rest, sum((table.bits >> index & 1) << new for new, index in enumerate(kept)))
    return table


@lru_cache(None)
def _low_half(place: int, count: int) -> int:
    """The rows in which the variable at `place` is 0."""
    return sum(1 << index for index in range(1 << count) if not index >> place & 1)


@lru_cache(1 << 14)
def moebius(bits: int, count: int) -> tuple[tuple[int, int], ...]:
    """The sets of variables, and the coefficients of their conjunctions, that make up a truth table."""
    values = [bits >> index & 1 for index in range(1 << count)]
    for place in range(count):
        step = 1 << place
        for index in range(1 << count):
            if index & step:
                values[index] -= values[index ^ step]
    return tuple((index, value) for index, value in enumerate(values) if value)
