"""Simpler forms of the reference, guessed: what is right on all inputs at hand is offered, and proved like any program.

Source code computes in wider words than it needs, guards what the precondition rules out, and says things twice. LLVM's
optimizer knows much of that. What it cannot know is read off the inputs at hand: a value that equals a cheaper one on
all of them is replaced by it, and operations on wide words are taken to words of the result's width.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..emit.native import optimized
from ..ir.canon import canonical
from ..ir.cost import instructions_of
from ..ir.errors import PrimirError
from ..ir.evaluate import fold
from ..ir.graph import CONST, LEAVES, Node, apply, const, topological
from ..ir.primes import TABLE
from .problem import Problem

LARGEST = 500  # values in a form that is looked at
QUICK = 3  # operations that are searched through in less time than it takes to read the rules of the canonical form
COMPARED = 16  # inputs on which nearly all values are seen not to be constant


def simpler(problem: Problem, given: Node) -> list[Node]:
    """Forms of a result that are right on all inputs at hand, the cheapest first; none twice."""
    if sum(1 for _ in topological([given])) > LARGEST:
        return [given]
    forms = [given, *_optimized(problem, given)]
    if min(instructions_of([form]) for form in forms) > QUICK:
        forms += canonical([given])
    if problem.fits and problem.count:
        forms += [form for one in list(forms) for form in _guessed(problem, one)]
    right = [form for form in dict.fromkeys(forms) if not problem.failures([form])]
    return sorted(right, key=lambda form: (instructions_of([form]), max(node.width for node in topological([form]))))


def _optimized(problem: Problem, given: Node) -> Iterator[Node]:
    """What LLVM makes of the result."""
    from ..emit.llvm import module
    from ..lift.llvm.front import lift_llvm

    function = problem.function([given])
    try:
        lifted = lift_llvm(optimized(module(function, "f", guards=False)), "f")
    except PrimirError:
        return
    yield lifted.results[0].value


def _guessed(problem: Problem, form: Node) -> Iterator[Node]:
    """`form` with equal values merged, as it is, and on words of the result's width."""
    for roots in guessed(problem, [form]):
        yield from roots


def guessed(problem: Problem, roots: Sequence[Node]) -> Iterator[list[Node]]:
    """`roots` with equal values merged, as they are, and, where that is right on all inputs at hand, on words no wider
    than a root or an input."""
    yield _merged(problem, roots)
    narrow = _narrowed(roots)
    if narrow is not None and not problem.failures(narrow):
        yield _merged(problem, narrow)


def _narrowed(roots: Sequence[Node]) -> list[Node] | None:
    """`roots` with no word wider than one of them or an input."""
    nodes = list(topological(roots))
    width = max(node.width for node in (*roots, *(node for node in nodes if node.op in LEAVES and node.op != CONST)))
    if all(node.width <= width for node in nodes):
        return None

    cut: dict[Node, Node] = {}
    for node in nodes:
        args = [cut[arg] for arg in node.args]
        if node.op == CONST:
            cut[node] = const(int(node.data) & (1 << min(node.width, width)) - 1, min(node.width, width))
        elif not args:
            cut[node] = node
        elif TABLE[node.op].cast:
            cut[node] = _resized(node.op, args[0], min(node.width, width))
        else:
            cut[node] = fold(apply(node.op, *args))
    return [cut[root] for root in roots]


def _resized(cast: str, node: Node, width: int) -> Node:
    if node.width == width:
        return node
    return apply("trunc" if node.width > width else cast, node, width=width)


def _merged(problem: Problem, roots: Sequence[Node]) -> list[Node]:
    """`roots` with every value that a cheaper one equals on all inputs replaced by that."""
    import numpy as np

    nodes = sorted(topological(roots), key=lambda node: bool(node.args))  # what is free comes first
    values = problem.evaluate(nodes, problem.tuples)
    cheapest: dict[tuple[int, bytes], Node] = {}
    replaced: dict[Node, Node] = {}
    for node, words in zip(nodes, values, strict=True):
        made = node if not node.args else fold(apply(node.op, *(replaced[arg] for arg in node.args), width=node.width))
        key = node.width, np.asarray(words).tobytes()
        options = [cheapest[key]] if key in cheapest else []
        if len(set(words[:COMPARED])) == 1 and len(set(words)) == 1:
            options.append(const(int(words[0]), node.width))
        cheapest[key] = replaced[node] = min((*options, made), key=lambda option: instructions_of([option]))
    return [replaced[root] for root in roots]
