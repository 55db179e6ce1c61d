"""A query taken apart: conjunctions of literals that together say what the query says, each simplified by itself.

A proof of refinement asks for a violation, and that is an `and` of many conditions with an `or` of several kinds of
violation inside. A branch picks one kind. What its other literals say of leaves (a flag is off, a word is a constant)
is put in, so that what is left is often one disequality.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ...ir.evaluate import fold
from ...ir.facts import Facts
from ...ir.graph import (
    FALSE,
    LEAVES,
    TRUE,
    Node,
    apply,
    both,
    choose,
    const,
    either,
    negate,
    rebuilt,
    topological,
)
from .query import Query

Branch = tuple[Node, ...]

BRANCHES = 64
WORK = 30_000  # operations of all branches together; beyond that, they are not taken apart further


def branches(query: Query) -> Iterator[Branch]:
    """Conjunctions, one of which holds where the query does. One that has become empty holds everywhere."""
    size = sum(1 for _ in topological(query.conditions))
    limit = min(BRANCHES, 1 + WORK // size)
    count = 1
    open_: list[tuple[list[Node], list[Node], set[Node]]] = [([], list(query.conditions), set())]
    while open_:
        literals, pending, said = open_.pop()  # what a branch has `said`, it need not say again: conditions share parts
        while pending:
            node = _plain(pending.pop())
            if node in said:
                continue
            said.add(node)
            parts = _parts(node)
            if parts is None:
                literals.append(node)
            elif parts[0]:
                pending += parts[1]
            elif count >= limit:
                literals.append(node)
            else:
                count += 1
                first, second = parts[1]
                open_.append(([*literals], [*pending, second], {*said}))
                pending.append(first)
        branch = simplified(literals)
        if branch is not None:
            yield branch


def _plain(node: Node) -> Node:
    """A truth value compared with a constant is that truth value, or its negation."""
    while node.op in ("eq", "ne") and node.args[1].is_const and node.args[1].width == 1:
        node = node.args[0] if (node.args[1] is TRUE) == (node.op == "eq") else negate(node.args[0])
    return node


def _parts(node: Node) -> tuple[bool, tuple[Node, Node]] | None:
    """The two conditions that `node` joins, and whether it says both (else one of them); None for a literal."""
    if node.width == 1 and node.op in ("and", "or"):
        return node.op == "and", (node.args[0], node.args[1])
    if node.op == "not" and node.args[0].op in ("and", "or"):
        inner = node.args[0]
        return inner.op == "or", (negate(inner.args[0]), negate(inner.args[1]))
    return None


def simplified(literals: Sequence[Node]) -> Branch | None:
    """`literals` with what each says of leaves put into the others; None where they cannot hold together."""
    found = list(dict.fromkeys(literals))
    while True:
        said: dict[Node, Node] = {}
        for literal in found:
            said.update(_says(literal))
        if not said:
            break
        found = [new for new in replaced(found, said) if new is not TRUE]
        if FALSE in found:
            return None
    if len(found) > 1:
        found = _by_each_other(_narrowed(found))
    unique = dict.fromkeys(literal for literal in found if literal is not TRUE)
    return None if FALSE in unique or any(negate(literal) in unique for literal in unique) else tuple(unique)


def _says(literal: Node) -> Mapping[Node, Node]:
    """What `literal` says of a leaf."""
    positive = literal.op != "not"
    inner = literal if positive else literal.args[0]
    if _is_input(inner):
        return {inner: TRUE if positive else FALSE}
    if inner.op == ("eq" if positive else "ne"):
        a, b = inner.args
        for word, value in ((a, b), (b, a)):
            if value.is_const and _is_input(word):
                return {word: value}
    return {}


def _narrowed(literals: list[Node]) -> list[Node]:
    """`literals` with inputs that some of them bound from above cut off to the bits that they need, in the others."""
    bounds: dict[Node, int] = {}
    others = []
    for literal in literals:
        bound = _bound(literal)
        if bound is None:
            others.append(literal)
        else:
            word, highest = bound
            bounds[word] = min(highest, bounds.get(word, highest))
    masked = {word: apply("and", word, const((1 << highest.bit_length()) - 1, word.width))
              for word, highest in bounds.items() if 0 < highest.bit_length() < word.width}
    if not masked or not others:
        return literals
    return [*(literal for literal in literals if literal not in others), *replaced(others, masked)]


def _bound(literal: Node) -> tuple[Node, int] | None:
    """The input that `literal` bounds from above, and its greatest value."""
    inner, positive = (literal.args[0], False) if literal.op == "not" else (literal, True)
    if inner.op not in ("ult", "ule"):
        return None
    low, high = inner.args if positive else inner.args[::-1]
    if not _is_input(low) or not high.is_const:
        return None
    strict = (inner.op == "ult") == positive  # not (c <= x) is x < c
    highest = int(high.data) - strict
    return (low, highest) if highest >= 0 else None


def _is_input(node: Node) -> bool:
    return node.op in LEAVES and not node.is_const


def _by_each_other(literals: list[Node]) -> list[Node]:
    """`literals` with the conditions that are literals themselves put into all others."""
    said: dict[Node, Node] = {}
    for literal in literals:
        inner, truth = (literal.args[0], FALSE) if literal.op == "not" else (literal, TRUE)
        said[inner] = truth
    parts = [_inside(literal).args for literal in literals]
    below = set(topological([arg for args in parts for arg in args]))
    used = {inner: truth for inner, truth in said.items() if inner in below}
    if not used:
        return literals
    new = iter(replaced([arg for args in parts for arg in args], used))  # all but the roots: they may be what says it
    return [_with_args(literal, tuple(next(new) for _ in args)) for literal, args in zip(literals, parts, strict=True)]


def _inside(literal: Node) -> Node:
    return literal.args[0] if literal.op == "not" else literal


def _with_args(literal: Node, args: tuple[Node, ...]) -> Node:
    """`literal`, or what it negates, of other arguments."""
    inner = _inside(literal)
    if all(a is b for a, b in zip(args, inner.args, strict=True)):
        return literal
    new = _shorter(rebuilt(inner, args))
    return negate(new) if literal.op == "not" else new


def replaced(roots: Sequence[Node], new: Mapping[Node, Node]) -> list[Node]:
    """`roots` with the nodes of `new` replaced, and simplified where that made constants."""
    facts = Facts()
    known: dict[Node, Node] = dict(new)
    for node in topological(roots):
        if node not in known:
            other = rebuilt(node, tuple(known[arg] for arg in node.args))
            known[node] = node if other is node else facts.simplify(_shorter(other))
    return [known[root] for root in roots]


def _shorter(node: Node) -> Node:
    """`node` with the shortcuts of truth values, and folded."""
    match node.op, node.args:
        case "and", (a, b) if node.width == 1:
            return both(a, b)
        case "or", (a, b) if node.width == 1:
            return either(a, b)
        case "not", (a,) if node.width == 1:
            return negate(a)
        case "select", (condition, a, b):
            return choose(condition, a, b)
        case "eq" | "ne", (a, b) if a is b:
            return const(node.op == "eq", 1)
        case _:
            return fold(node)


def cases(branch: Branch) -> list[Branch] | None:
    """`branch` split by whether a word is the constant that it is compared with; None where there is no such one.

    Where `branch` holds, so does one of them; that the word is not the constant is used, and not kept.
    """
    for node in topological(branch):
        if node.op in ("eq", "ne") and node.args[1].is_const and _is_input(node.args[0]) and node not in branch:
            split = []
            for truth in (TRUE, FALSE):
                new = {node: truth if node.op == "eq" else negate(truth)}
                if truth is TRUE:
                    new[node.args[0]] = node.args[1]
                rest = simplified(replaced(branch, new))
                split += [] if rest is None else [rest]
            return split
    return None
