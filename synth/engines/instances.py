"""Programs that choose among a few terms the first that the predicate of the spec accepts.

What the predicate compares the result with, and words next to it, are the terms. As many are taken as it needs for one
of them to be right on every input, each found by an input on which those before it are wrong (counterexample-guided
quantifier instantiation; Reynolds, Deters, Kuncak, Tinelli and Barrett, CAV 2015, section 3). Such a program can be
long, and what is shorter is left to other engines; but there it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...ir import graph
from ...ir.canon import canonical
from ...ir.evaluate import evaluate, fold
from ...ir.graph import Node, apply, const, leaves, resized, substitute, topological
from ..budget import Budget
from ..laws import Ask
from ..problem import Problem
from .events import Batch, Candidate, Exhausted

MOST = 32  # terms in one program
LOOKED_AT = 1_000_000.0  # nanoseconds that an input counts for


def instance_programs(problem: Problem, ask: Ask, budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs for the only output of `problem`, where a predicate says what it is. Raises `budget.Spent`."""
    spec = problem.spec
    output = spec.outputs[0].value
    terms = _terms(spec.ensures, output, problem.inputs)
    conditions = {term: _accepts(spec.ensures, output, term) for term in terms}
    chosen: list[Node] = []
    left = spec.requires
    while len(chosen) < MOST:
        budget.spend(1, LOOKED_AT)
        model = ask(left)
        if model is None or model is False:  # where nobody can tell whether there is an input left, the proof will
            break
        words = {node: model.get(node, 0) for node in problem.inputs}
        term = next((term for term in terms if evaluate([conditions[term]], words) == [1]), None)
        if term is None:
            return
        chosen.append(term)
        left = graph.both(left, graph.negate(conditions[term]))
    else:
        return
    if not chosen:
        return
    for order in (chosen, _needed(chosen, conditions, spec.requires, ask)):
        value = order[-1]
        for term in reversed(order[:-1]):
            value = apply("select", conditions[term], term, value)
        yield Candidate(canonical([value])[0])
    yield Batch()


def _accepts(condition: Node, output: Node, term: Node) -> Node:
    """When the condition on the result accepts `term`."""
    (node,) = canonical(substitute([condition], {output: term}))
    return node


def _terms(condition: Node, output: Node, inputs: Sequence[Node]) -> list[Node]:
    """What the condition compares the result with, the word that it tells field by field, the inputs, and small
    numbers."""
    found = dict.fromkeys(_assembled(condition, output))
    near: dict[Node, None] = {}
    for node in topological([condition]):
        if output in node.args and node.op != "select":
            for other in node.args:
                if other is not output and other.width == output.width and output not in leaves([other]):
                    found[other] = None
                    near.update((fold(apply(op, other, const(1, other.width))), None) for op in ("add", "sub"))
    found.update((node, None) for node in inputs if node.width == output.width)
    found.update((const(number, output.width), None) for number in (0, 1, -1))
    return list({**found, **near})


def _assembled(condition: Node, output: Node) -> Iterator[Node]:
    """The word whose fields the condition says one by one, as by u8(result) == x and u8(result >> 8) == y."""
    fields: dict[int, tuple[int, Node]] = {}  # by the lowest bit: bits, value
    for part in graph.conjuncts([condition]):
        if part.op == "eq":
            for side, value in (part.args, part.args[::-1]):
                if (low := _lowest(side, output)) is not None and output not in leaves([value]):
                    fields.setdefault(low, (min(side.width, output.width - low), value))
    if len(fields) < 2:
        return
    word, end = const(0, output.width), 0
    for low, (bits, value) in sorted(fields.items()):
        if low < end:
            return
        end = low + bits
        field = resized(resized(value, bits), output.width)
        word = apply("or", word, apply("shl", field, const(low, output.width)))
    (simple,) = canonical([word])
    yield simple


def _lowest(side: Node, output: Node) -> int | None:
    """The lowest bit of the field of `output` that `side` is, None where it is none."""
    inner = side.args[0] if side.op == "trunc" else side
    if inner is output:
        return 0 if side is not output else None
    if inner.op == "lshr" and inner.args[0] is output and inner.args[1].is_const:
        return int(inner.args[1].data)
    return None


def _needed(terms: list[Node], conditions: dict[Node, Node], requires: Node, ask: Ask) -> list[Node]:
    """The terms without those that the others make needless, and last the one that would be the longest to test."""
    needed = list(terms)
    for term in terms:
        others = [other for other in needed if other is not term]
        if others and ask(graph.all_of([requires, *(graph.negate(conditions[other]) for other in others)])) is False:
            needed = others
    return sorted(needed, key=lambda term: sum(1 for _ in topological([conditions[term]])))
