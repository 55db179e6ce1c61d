"""Every input: the query compiled to machine code and run for all words of its leaves, where these are few bits.

The two sides of a comparison are compiled apart, each into a module that stores its words, and compared by a third:
in one module LLVM would turn the division on one side into the very multiplication on the other, and prove what is in
question by its own rules. It runs in a child process, slice by slice, and gives up early where the time will not do.

A word that a condition keeps below a bound has the bits of that bound alone.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from ...ir.bounds import range_within
from ...ir.evaluate import fold
from ...ir.facts import Facts
from ...ir.graph import FALSE, TRUE, Function, Node, Parameter, Result, apply, leaf, rewrite, substitute, topological
from ...ir.types import Type
from ...jobs.limits import Deadline
from ...jobs.workers import MEMORY, Crashed, TimedOut, borrowed
from .query import Answer, DontKnow, Query, Sat, Unsat

FLAGS = 6  # leaves of one bit: each value of theirs is simplified, and searched, by itself
SLICE = 1 << 15  # inputs at a time: their words stay in a processor's cache


@dataclass(frozen=True, slots=True)
class Exhaustive:
    """Tries all inputs of queries over words of up to `bits` bits together, and up to `limit` operations."""

    bits: int = 32
    limit: int = 2000
    memory: int | None = MEMORY
    name: str = "all inputs"

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        narrow = _narrowed(query)
        if not narrow:
            return self._ask(query, deadline)
        words = {node: apply("zext", short, width=node.width) for node, short in narrow.items()}
        *assumptions, goal = substitute(query.conditions, words)
        answer = self._ask(Query(goal, tuple(assumptions)), deadline)
        if not isinstance(answer, Sat):
            return answer
        known = {short: node for node, short in narrow.items()}
        return replace(answer, model={known.get(node, node): word for node, word in answer.model.items()})

    def _ask(self, query: Query, deadline: Deadline) -> Answer:
        bits = sum(node.width for node in query.leaves if node.width > 1)
        flags = [node for node in query.leaves if node.width == 1]
        if bits > self.bits or len(flags) > FLAGS:
            return DontKnow(f"{self.name}: {bits} bits and {len(flags)} flags are too many")
        if sum(1 for _ in topological(query.conditions)) > self.limit:
            return DontKnow(f"{self.name}: more than {self.limit} operations")
        for values in product((FALSE, TRUE), repeat=len(flags)):
            fixed = dict(zip(flags, values, strict=True))
            rest = simplified(substitute(query.conditions, fixed))
            if FALSE in rest:
                continue
            match _search(Query(rest[-1], tuple(rest[:-1])), deadline, self.memory):
                case str(why):
                    return DontKnow(f"{self.name}: {why}")
                case dict(model):
                    return Sat({**model, **{flag: int(value is TRUE) for flag, value in fixed.items()}}, self.name)
        return Unsat(self.name)


def _narrowed(query: Query) -> dict[Node, Node]:
    """For words that the conditions keep below a bound, a leaf of so few bits."""
    found = {}
    for node in query.leaves:
        within = range_within(query.conditions, node)
        bits = max(2, (within.low + within.size - 1).bit_length())
        if node.width > 1 and within.size and bits < node.width:
            found[node] = leaf(f"low bits of {node.data}", bits)
    return found


def simplified(conditions: Sequence[Node]) -> list[Node]:
    """The conditions, with what constants and known bits decide decided."""
    facts = Facts()
    return rewrite(conditions, lambda node: facts.simplify(fold(node)))


def _search(query: Query, deadline: Deadline, memory: int | None) -> dict[Node, int] | None | str:
    """A model, None where there is none, or why that was not found out."""
    left, right, whole = parts(query)
    bits = sum(node.width for node in query.leaves)
    seconds = deadline.left()
    try:
        with borrowed("exhaustive", memory=memory) as worker:
            found = worker.call(f"{__name__}:search", left, right, whole, bits, seconds * 0.95, seconds=seconds)
    except (TimedOut, Crashed) as problem:
        return str(problem)
    if not isinstance(found, int):
        assert found is None or isinstance(found, str)
        return found
    model = {}
    for node in query.leaves:
        model[node], found = found & (1 << node.width) - 1, found >> node.width
    return model


def parts(query: Query) -> tuple[Function, Function, Function]:
    """The two sides of the comparisons in `query`, and the query over its leaves and the words of both sides."""
    leaves = query.leaves
    short = {node: leaf(f"x{index}", node.width) for index, node in enumerate(leaves)}
    conditions = substitute(query.conditions, short)
    parameters = _parameters("x", [node.width for node in leaves])
    sides = compared(conditions)
    left = [a for a, _ in sides]
    right = [b for _, b in sides]
    widths = [node.width for node in (*left, *right)]
    given = _parameters("g", widths)
    cut: dict[Node, Node] = {}
    for node in topological(conditions):
        if node.op in ("eq", "ne") and node.args in sides:
            at = sides.index((node.args[0], node.args[1]))
            new = given[at].value, given[len(sides) + at].value
            (cut[node],) = substitute([node], dict(zip(node.args, new, strict=True)))
    rest = substitute(conditions, cut)
    return (_function(parameters, left), _function(parameters, right), _function((*parameters, *given), rest))


def compared(conditions: Sequence[Node]) -> list[tuple[Node, Node]]:
    """What is compared for equality by the truth values that the conditions are made of, without constants."""
    found: dict[tuple[Node, Node], None] = {}
    stack, seen = list(conditions), set(conditions)
    while stack:
        node = stack.pop()
        if node.op in ("eq", "ne") and node.args[0].width > 1:
            a, b = node.args
            if a.args and b.args and a is not b:
                found[a, b] = None
            continue
        below = [arg for arg in node.args if arg.width == 1 and arg not in seen]
        seen.update(below)
        stack += below
    return list(found)


def _parameters(letter: str, widths: Sequence[int]) -> tuple[Parameter, ...]:
    return tuple(Parameter(f"{letter}{index}", Type(width)) for index, width in enumerate(widths))


def _function(parameters: tuple[Parameter, ...], values: Sequence[Node]) -> Function:
    return Function("f", parameters, tuple(Result(Type(value.width), value) for value in values))


# --- in the child process ---------------------------------------------------------------------------------------------


def search(left: Function, right: Function, whole: Function, bits: int, seconds: float) -> int | None | str:
    """The first input at which all results of `whole` hold, None where there is none, or why that was not found out."""
    from ...emit import sweep
    from ...ir.graph import all_of

    deadline = Deadline(seconds)
    results = [*left.results, *right.results]
    goal = all_of(result.value for result in whole.results)
    whole = _function(whole.parameters, [goal])
    given = whole.parameters[len(whole.parameters) - len(results) :]
    count = min(SLICE, 1 << bits)
    arrays = [sweep.array(result.type.width, count) for result in results]
    addresses = [_address(buffer) for buffer in arrays]
    finder = sweep.Loops(sweep.finding(whole, given))
    any_, first = (finder.function(name, len(arrays), returns=True) for name in ("any", "first"))
    keep: list[Any] = [finder, arrays]
    fill: list[tuple[Any, list[int]]] = []
    for side, places in ((left, addresses[: len(left.results)]), (right, addresses[len(left.results) :])):
        if side.results:
            loops = sweep.Loops(sweep.storing(side))
            keep.append(loops)
            fill.append((loops.function("run", len(places), returns=False), places))
    began = time.monotonic()
    for index, start in enumerate(range(0, 1 << bits, count)):
        for run, places in fill:
            run(start, count, *places)
        if any_(start, count, *addresses):
            return start + int(first(start, count, *addresses))
        if index % 32 == 31:
            needed = (time.monotonic() - began) / (index + 1) * ((1 << bits) // count - index - 1)
            if deadline.passed() or index < 256 and needed > deadline.left():
                return f"they would take another {needed:.0f} s"
    return None


def _address(buffer: Any) -> int:
    import ctypes

    return ctypes.addressof(buffer)
