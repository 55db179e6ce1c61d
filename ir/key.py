"""Keys: what a graph computes, whatever its inputs are called and in whatever order it was written.

The canonical form (canon.py) orders arguments by the names of inputs. Here inputs are first renamed by the place that
they have in the graph, found by colouring: a node's colour says what is below it and what uses it (colour refinement,
as in tests for graph isomorphism). Colours decide an order and nothing else: where two inputs get the same colour by
chance, one graph gets two keys, never two graphs one key. A key spells the whole graph out, widths included.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .canon import canonical
from .evaluate import fold
from .graph import CHOICE, CONST, INPUT, LEAVES, Node, leaf, rebuilt, substitute, topological
from .primes import TABLE

ROUNDS = 3  # of colouring: enough to tell inputs apart whose difference lies that many users of shared nodes away
MAX_FORMS = 1 << 16  # that are remembered


@dataclass(frozen=True, slots=True)
class Form:
    """A normal form of some roots: `roots` over inputs i0, i1 ... which stand for `inputs`, leaves of the graph given.

    Two graphs of one key are equal once their `inputs` are identified in order. Inputs that the form does not need
    are not among them; choices are called c0, c1 ...
    """

    key: str
    roots: tuple[Node, ...]
    inputs: tuple[Node, ...]


def key(roots: Sequence[Node]) -> str:
    """What `roots` compute, spelled in canonical form: one key only where they are equal up to the names of inputs."""
    return canonical_form(roots).key


def plain_key(roots: Sequence[Node]) -> str:
    """The key of `roots` in plain commutative normal form: what `key` is measured against."""
    return plain_form(roots).key


def canonical_form(roots: Sequence[Node]) -> Form:
    """`roots` in the canonical form of canon.py, whatever their inputs are called."""
    return _form(roots, _canonical_form)


def plain_form(roots: Sequence[Node]) -> Form:
    """`roots` with constants folded and the arguments of commutative operations in order, and nothing else."""
    return _form(roots, _plain_form)


def _form(roots: Sequence[Node], form: Callable[[tuple[Node, ...]], Form]) -> Form:
    renamed, originals = _renamed(tuple(roots))
    found = form(renamed)
    return Form(found.key, found.roots, tuple([originals[node] for node in found.inputs]))


@lru_cache(MAX_FORMS)
def _canonical_form(roots: tuple[Node, ...]) -> Form:
    names = {node: node for node in topological(roots) if node.op in LEAVES}
    for _ in range(ROUNDS):  # the form may show an order that the graph as it was written does not
        form = tuple(canonical(roots))
        roots, originals = _renamed(form)
        if roots == form:
            break
        names = {node: names[original] for node, original in originals.items()}
    return _spelled(roots, names)


@lru_cache(MAX_FORMS)
def _plain_form(roots: tuple[Node, ...]) -> Form:
    names = {node: node for node in topological(roots) if node.op in LEAVES}
    nodes = list(topological(roots))
    colours = _colours(nodes, roots)
    new: dict[Node, Node] = {}
    for node in nodes:
        args = tuple([new[arg] for arg in node.args])
        if args and "commutative" in TABLE[node.op].laws and colours[node.args[1]] < colours[node.args[0]]:
            args = args[::-1]
        new[node] = fold(rebuilt(node, args)) if args else node
    return _spelled([new[root] for root in roots], names)


def _spelled(roots: Sequence[Node], names: dict[Node, Node]) -> Form:
    """The form that `roots` are, where `names` says what their leaves stand for; inputs are numbered by first use."""
    index: dict[Node, int] = {}
    numbered: dict[Node, Node] = {}
    words: list[str] = []
    for node in topological(roots):
        index[node] = len(index)
        if node.op == CONST:
            words.append(f"{node.data}:{node.width}")
        elif node.op in LEAVES:
            words.append(f"{node.op}:{node.width}")
            numbered[node] = leaf(f"{'i' if node.op == INPUT else 'c'}{len(numbered)}", node.width, node.op)
        else:
            words.append(f"{node.op}:{node.width} {' '.join([str(index[arg]) for arg in node.args])}")
    words.append(" ".join([str(index[root]) for root in roots]))
    return Form("; ".join(words), tuple(substitute(roots, numbered)), tuple([names[node] for node in numbered]))


# --- an order of inputs that does not depend on their names -----------------------------------------------------------


@lru_cache(1 << 10)  # a graph is often asked for several forms
def _renamed(roots: tuple[Node, ...]) -> tuple[tuple[Node, ...], dict[Node, Node]]:
    """`roots` over inputs named by their place in the graph, and the leaf that each new one stands for."""
    nodes = list(topological(roots))
    leaves = [node for node in nodes if node.op in (INPUT, CHOICE)]
    if len(leaves) > 1:
        leaves = _by_first_use(roots, _colours(nodes, roots))
    new = {node: leaf(f"{'i' if node.op == INPUT else 'c'}{k}", node.width, node.op) for k, node in enumerate(leaves)}
    originals = {renamed: node for node, renamed in new.items()}
    if any(renamed is not node for node, renamed in new.items()):
        for node in nodes:
            if node not in new:
                new[node] = rebuilt(node, tuple([new[arg] for arg in node.args]))
        roots = tuple([new[root] for root in roots])
    return roots, originals


def _by_first_use(roots: Sequence[Node], colours: dict[Node, int]) -> list[Node]:
    """The leaves below `roots` in the order of first use, where arguments that may change places go by colour."""
    found: list[Node] = []
    done: set[Node] = set()
    stack = list(reversed(roots))
    while stack:
        node = stack.pop()
        if node in done:
            continue
        done.add(node)
        if node.op in (INPUT, CHOICE):
            found.append(node)
        elif node.args:
            args = list(node.args)
            if "commutative" in TABLE[node.op].laws:
                args.sort(key=colours.__getitem__)
            stack += reversed(args)
    return found


def _colours(nodes: Sequence[Node], roots: Sequence[Node]) -> dict[Node, int]:
    """A number for each node that says what is below it and, for inputs, what uses them; names play no part."""
    marks = {node: _mixed(_CODES[node.op], node.width) for node in nodes if node.op in (INPUT, CHOICE)}
    below = _below(nodes, marks)
    for _ in range(ROUNDS):
        if len(set(marks.values())) == len(marks):
            break
        uses = _uses(nodes, roots, below)
        marks = {node: _mixed(mark, uses[node]) for node, mark in marks.items()}
        below = _below(nodes, marks)
    return below


def _below(nodes: Sequence[Node], marks: dict[Node, int]) -> dict[Node, int]:
    """A number for each node that depends on the graph below it, given numbers for the inputs.

    That of a chain of one associative operation depends on what the chain joins, not on the order.
    """
    found = dict(marks)
    sums: dict[Node, int] = {}
    for node in nodes:
        if node in marks:
            continue
        number = _mixed(_CODES[node.op], node.width)
        if node.op == CONST:
            number = _mixed(number, int(node.data))
        elif "commutative" in TABLE[node.op].laws:
            sums[node] = sum([sums[arg] if _linked(node, arg) else found[arg] for arg in node.args])
            number = _mixed(number, sums[node])
        else:
            for arg in node.args:
                number = _mixed(number, found[arg])
        found[node] = number
    return found


def _uses(nodes: Sequence[Node], roots: Sequence[Node], below: dict[Node, int]) -> dict[Node, int]:
    """A number for each node that depends on what uses it, and in which place."""
    found = dict.fromkeys(nodes, 0)
    for place, root in enumerate(roots):
        found[root] += _mixed(place, 1)
    here: dict[Node, int] = {}
    for node in reversed(nodes):
        if not node.args:
            continue
        number = here.setdefault(node, _mixed(found[node], below[node]))
        ordered = "commutative" not in TABLE[node.op].laws
        for place, arg in enumerate(node.args):
            if _linked(node, arg):
                here[arg] = number
            else:
                found[arg] += _mixed(number, place if ordered else len(node.args))
    return found


def _linked(node: Node, arg: Node) -> bool:
    return node.op == arg.op and "associative" in TABLE[node.op].laws


_CODES = {name: number for number, name in enumerate((INPUT, CHOICE, CONST, *TABLE))}


def _mixed(a: int, b: int) -> int:
    """Two numbers as one of 64 bits; the same in every process, as Python's own hashes of strings are not."""
    number = ((a ^ b * 0xD6E8FEB86659FD93) + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    return number ^ number >> 29
