"""Graphs made ready for emission: what no program can see is gone, and what is left means what the target's words do.

A poison flag is false in running code, and a choice is left to the backend. Operations on single bits are said in
terms of and, or, xor and not. Where an operation of the target is undefined, a select stands before it (`guarded`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ..ir import evaluate, graph, terms
from ..ir.errors import PrimirError
from ..ir.graph import CHOICE, FALSE, INPUT, LEAVES, TRUE, Function, Node, both, choose, either, negate
from ..ir.primes import TABLE, Row
from .ranges import Range, range_of


def visible(function: Function, *, choices: bool) -> list[Node]:
    """The values of `function` where the caller passes no poison: poison flags are false. Choices are 0, or kept.

    PrimirError where a value depends on an input that is no parameter.
    """
    values = [result.value for result in function.results]
    known = {parameter.value for parameter in function.parameters}
    gone = {parameter.poison: FALSE for parameter in function.parameters if not parameter.noundef}
    for node in graph.topological(values):
        if node.op == CHOICE and not choices:
            gone[node] = graph.const(0, node.width)
        elif node.op == INPUT and node not in known and node not in gone:
            raise PrimirError(f"{function.name} reads %{node.data}, which is not one of its parameters")
    return graph.substitute(values, gone)


# --- what a language has no text for ----------------------------------------------------------------------------------


def spelled(roots: Sequence[Node], has_text: Callable[[Row], bool]) -> list[Node]:
    """`roots` over operations that `has_text` accepts, with constants computed and single bits as truth values."""
    done: dict[Node, Node] = {}

    def step(node: Node) -> Node:
        if node.op in LEAVES:
            return node
        if node not in done:
            done[node] = _spelled(node, has_text, step)
        return done[node]

    return graph.rewrite(roots, step)


def _spelled(node: Node, has_text: Callable[[Row], bool], step: Callable[[Node], Node]) -> Node:
    row = TABLE[node.op]
    if (folded := evaluate.fold(node)) is not node:
        return folded
    if row.predicate or node.width > 1 or any(arg.width > 1 for arg in node.args):
        if row.signature == "w -> v" and node.args[0].width == 1 and _one(row, node.width) != 1:
            # a single bit widened to all ones
            return choose(node.args[0], graph.const(_one(row, node.width), node.width), graph.const(0, node.width))
        if not (all(arg.width == 1 for arg in node.args) and node.width == 1):
            return node if has_text(row) else graph.rewrite([terms.expand(row, node.args, node.width)], step)[0]
    return _by_truth_table(row, node.args)


def _one(row: Row, width: int) -> int:
    """What a cast from a single bit makes of 1."""
    return evaluate.evaluate_row(row, [1], [1], width)


def _by_truth_table(row: Row, args: tuple[Node, ...], fixed: tuple[int, ...] = ()) -> Node:
    """`row` on single bits, split by the first argument first; `fixed` are the bits of the first arguments so far."""
    if len(fixed) == len(args):
        return TRUE if evaluate.evaluate_row(row, fixed, [1] * len(args), 1) else FALSE
    x = args[len(fixed)]
    if x.is_const:
        return _by_truth_table(row, args, (*fixed, int(x.data)))
    if_set, if_clear = (_by_truth_table(row, args, (*fixed, bit)) for bit in (1, 0))
    return _either_way(x, if_set, if_clear)


def _either_way(x: Node, a: Node, b: Node) -> Node:
    """x ? a : b for single bits, without a select where and, or, xor will do."""
    if a is b:
        return a
    if a is TRUE:
        return either(x, b)
    if a is FALSE:
        return both(negate(x), b)
    if b is TRUE:
        return either(negate(x), a)
    if b is FALSE:
        return both(x, a)
    if negate(b) is a:  # x ? ~b : b
        return graph.apply("xor", x, b)
    if negate(a) is b:
        return negate(graph.apply("xor", x, a))
    return choose(x, a, b)


# --- where the target is undefined ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guarded:
    """`roots` with guards before what is undefined, and the operations that mean something behind their guard only."""

    roots: list[Node]
    partial: frozenset[Node]


def guarded(roots: Sequence[Node], *, lazy: bool, wide: Callable[[int], bool] = lambda width: False) -> Guarded:
    """The total meaning of `roots` for a target where operations are undefined as the table says.

    `lazy`: a select evaluates the chosen side alone (C), so that a division may stand behind its guard; else its
    divisor is made 1 (LLVM, where a shift may stand there all the same: its poison is not chosen). `wide` tells the
    widths that the target computes on a larger word, where a quotient overflows nothing.
    """
    partial: set[Node] = set()
    known = _Known({}, {})

    def step(node: Node) -> Node:
        if node.op in LEAVES or not TABLE[node.op].undefined:
            return node
        cases = _undefined(node, wide, known)
        if not cases:
            return node
        safe = node if lazy else _safe(node, cases, known)
        if safe is None:
            return guarded([terms.expand(TABLE[node.op], node.args, node.width)], lazy=lazy, wide=wide).roots[0]
        partial.add(safe)
        for case in reversed(cases):
            safe = choose(case.when, case.gives, safe)
        return safe

    return Guarded(graph.rewrite(roots, step), frozenset(partial))


@dataclass(frozen=True, slots=True)
class _Known:
    """What was found out of nodes already: their ranges, and what `_decided` makes of them."""

    ranges: dict[Node, Range]
    decided: dict[Node, Node]


@dataclass(frozen=True, slots=True)
class _Case:
    kind: Literal["poison", "ub"]
    when: Node
    gives: Node


def _undefined(node: Node, wide: Callable[[int], bool], known: _Known) -> list[_Case]:
    """Where `node` is undefined, and what the total operation gives there; without what ranges exclude."""
    row = TABLE[node.op]
    cases = []
    for undefined in row.undefined:
        if wide(node.width) and "top" in undefined.when:  # the quotient -2**(w-1) / -1
            continue
        when = _decided(terms.condition(undefined.when, row, node.args, node.width), known)
        if when is not FALSE:
            gives = terms.total_value(undefined.gives, row, node.args, node.width)
            cases.append(_Case(undefined.kind, when, gives))
    return cases


def _safe(node: Node, cases: Sequence[_Case], known: _Known) -> Node | None:
    """`node` with its last argument made 1 where that averts undefined behaviour; None where 1 is no better.

    (A signed bit is 0 or -1, and -1 / -1 is undefined.)
    """
    averted = [case.when for case in cases if case.kind == "ub"]
    if not averted:
        return node
    *others, last = node.args
    one = graph.const(1, last.width)
    if _undefined(graph.rebuilt(node, (*others, one)), lambda width: False, known):
        return None
    return graph.rebuilt(node, (*others, choose(graph.any_of(averted), one, last)))


def _decided(condition: Node, known: _Known) -> Node:
    """`condition`, with what ranges tell about its parts put in."""
    waiting = [condition]
    while waiting:
        missing = [arg for arg in waiting[-1].args if arg not in known.decided]
        if not missing:
            node = waiting.pop()
            if node not in known.decided:
                args = tuple(known.decided[arg] for arg in node.args)
                known.decided[node] = _settled(graph.rebuilt(node, args), known)
        waiting += missing
    return known.decided[condition]


def _settled(node: Node, known: _Known) -> Node:
    """`node`, or the truth value that its range leaves it."""
    if node.width > 1 or node.op in LEAVES:
        return node
    if node.op == "and":
        return both(*node.args)
    _fill(known.ranges, node)
    range_ = known.ranges[node]
    return graph.const(range_.low, 1) if range_.single else node


def _fill(known: dict[Node, Range], node: Node) -> None:
    """Adds the ranges of `node` and of everything below it to `known`."""
    waiting = [node]
    while waiting:
        missing = [arg for arg in waiting[-1].args if arg not in known]
        if not missing:
            top = waiting.pop()
            known[top] = range_of(top, known)
        waiting += missing
