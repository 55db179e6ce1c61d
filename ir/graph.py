"""Programs as hash-consed graphs: a node is an operation of the table over nodes, an input, a constant or a choice.

Equal nodes are one object, so `is` compares programs and a shared value is shared by construction. A `Function` is
several roots over one graph: the value and the poison of each result, and where behaviour is undefined.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from .primes import MAX_WIDTH, TABLE
from .types import Target, Type

INPUT: Final = "input"
CONST: Final = "const"
CHOICE: Final = "choice"
LEAVES: Final = frozenset({INPUT, CONST, CHOICE})


class Node:
    """One value of a program: a bit-vector of `width` bits. Made by `const`, `leaf` and `apply` alone.

    `data` is the number of a constant and the name of an input or choice; for operations it is 0.
    """

    __slots__ = ("__weakref__", "args", "data", "op", "width")
    op: str
    args: tuple[Node, ...]
    width: int
    data: int | str

    def __repr__(self) -> str:
        from .text import print_term

        return print_term(self, depth=10)

    def __reduce__(self) -> tuple[object, ...]:
        return _first_of, (flatten([self]),)

    @property
    def is_const(self) -> bool:
        return self.op == CONST


# Hash-consing: every live node by what it is. The arguments are named by identity: a node keeps them alive.
_live: weakref.WeakValueDictionary[tuple[object, ...], Node] = weakref.WeakValueDictionary()


def _intern(op: str, args: tuple[Node, ...], width: int, data: int | str) -> Node:
    key = (op, data, width, *map(id, args))
    node = _live.get(key)
    if node is None:
        node = object.__new__(Node)
        node.op, node.args, node.width, node.data = op, args, width, data
        _live[key] = node
    return node


def const(value: int, width: int) -> Node:
    """The constant `value` modulo 2**width."""
    _check(width)
    return _intern(CONST, (), width, value & (1 << width) - 1)


def leaf(name: str, width: int, kind: str = INPUT) -> Node:
    """The input called `name`, or the choice of that name (`kind=CHOICE`: freeze of poison, undef)."""
    _check(width)
    return _intern(kind, (), width, name)


def undef(name: str, width: int) -> Node:
    """The choice that undef is at one use: open until somebody looks, where that of a freeze is made once."""
    return leaf(f"undef.{name}", width, CHOICE)


def is_undef(node: Node) -> bool:
    """Whether a choice is that of an undef, and not of a freeze."""
    return node.op == CHOICE and "undef." in str(node.data)


def apply(op: str, *args: Node, width: int | None = None) -> Node:
    """The operation `op` on `args`; casts need the result's `width`. TypeError where the widths do not fit."""
    return _intern(op, args, TABLE[op].result_width(tuple([arg.width for arg in args]), width), 0)


def resized(node: Node, width: int) -> Node:
    """`node` as a word of `width` bits: its low ones, or with zeros in front."""
    if node.width == width:
        return node
    return apply("zext" if width > node.width else "trunc", node, width=width)


def rebuilt(node: Node, args: tuple[Node, ...]) -> Node:
    """`node` over other arguments of the same widths."""
    return node if args == node.args else apply(node.op, *args, width=node.width)


def _check(width: int) -> None:
    if not 1 <= width <= MAX_WIDTH:
        raise TypeError(f"width {width} is not in 1..{MAX_WIDTH}")


# --- truth values, with the shortcuts that keep conditions small ------------------------------------------------------

TRUE: Final = const(1, 1)
FALSE: Final = const(0, 1)


def both(a: Node, b: Node) -> Node:
    """a and b, for nodes of width 1."""
    if a is FALSE or b is FALSE:
        return FALSE
    if a is TRUE or a is b:
        return b
    return a if b is TRUE else apply("and", a, b)


def either(a: Node, b: Node) -> Node:
    """a or b, for nodes of width 1."""
    if a is TRUE or b is TRUE:
        return TRUE
    if a is FALSE or a is b:
        return b
    return a if b is FALSE else apply("or", a, b)


def negate(a: Node) -> Node:
    """not a, for a node of width 1."""
    if a.is_const:
        return FALSE if a is TRUE else TRUE
    return a.args[0] if a.op == "not" else apply("not", a)


def choose(condition: Node, a: Node, b: Node) -> Node:
    """a where `condition` holds, else b."""
    if condition is TRUE or a is b:
        return a
    if condition is FALSE:
        return b
    if (a, b) == (TRUE, FALSE):
        return condition
    return apply("select", condition, a, b)


def any_of(conditions: Iterable[Node]) -> Node:
    result = FALSE
    for condition in conditions:
        result = either(result, condition)
    return result


def all_of(conditions: Iterable[Node]) -> Node:
    result = TRUE
    for condition in conditions:
        result = both(result, condition)
    return result


def conjuncts(conditions: Iterable[Node]) -> Iterator[Node]:
    """The parts that conditions, of width 1, join by and, each once, from left to right."""
    return _parted(conditions, lambda node: node.args if node.op == "and" else ())


def disjuncts(condition: Node) -> list[Node]:
    """The parts that `condition`, of width 1, joins by or, or by what is not an and, each once, from left to right."""

    def split(node: Node) -> Sequence[Node]:
        if node.op == "not" and node.args[0].op == "and":
            return [negate(arg) for arg in node.args[0].args]
        return node.args if node.op == "or" else ()

    return list(_parted([condition], split))


def _parted(conditions: Iterable[Node], split: Callable[[Node], Sequence[Node]]) -> Iterator[Node]:
    """What is left of conditions when each is taken apart by `split` as far as that goes, each once."""
    stack, seen = list(conditions)[::-1], set[Node]()
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if parts := split(node):
            stack.extend(reversed(parts))
        else:
            yield node


# --- walking ----------------------------------------------------------------------------------------------------------


def topological(roots: Iterable[Node]) -> Iterator[Node]:
    """Every node below `roots` once, arguments before their users, in an order that depends on the graph alone."""
    done: set[Node] = set()
    stack = list(reversed(list(roots)))
    while stack:
        node = stack[-1]
        waiting = [arg for arg in reversed(node.args) if arg not in done] if node not in done else None
        if waiting:
            stack += waiting
            continue
        stack.pop()
        if waiting is not None:
            done.add(node)
            yield node


def leaves(roots: Iterable[Node], kind: str = INPUT) -> list[Node]:
    """The inputs (or the leaves of another kind) below `roots`, in the order of first use."""
    return [node for node in topological(roots) if node.op == kind]


def rewrite(roots: Sequence[Node], step: Callable[[Node], Node]) -> list[Node]:
    """`roots` with every node replaced, bottom up, by `step` of the node over its already replaced arguments."""
    new: dict[Node, Node] = {}
    for node in topological(roots):
        new[node] = step(rebuilt(node, tuple(new[arg] for arg in node.args)))
    return [new[root] for root in roots]


def substitute(roots: Sequence[Node], replacement: Mapping[Node, Node]) -> list[Node]:
    """`roots` with the nodes of `replacement` (usually leaves) replaced, all at once."""
    new: dict[Node, Node] = dict(replacement)
    for node in topological(roots):
        if node not in new:
            new[node] = rebuilt(node, tuple(new[arg] for arg in node.args))
    return [new[root] for root in roots]


def flatten(roots: Sequence[Node]) -> tuple[tuple[tuple[str, tuple[int, ...], int, int | str], ...], tuple[int, ...]]:
    """A graph as rows (operation, argument rows, width, data) and the rows of its roots: what is pickled and hashed."""
    index: dict[Node, int] = {}
    rows: list[tuple[str, tuple[int, ...], int, int | str]] = []
    for node in topological(roots):
        index[node] = len(rows)
        rows.append((node.op, tuple(index[arg] for arg in node.args), node.width, node.data))
    return tuple(rows), tuple(index[root] for root in roots)


def unflatten(flat: tuple[tuple[tuple[str, tuple[int, ...], int, int | str], ...], tuple[int, ...]]) -> list[Node]:
    """The roots that `flatten` was given."""
    nodes: list[Node] = []
    for op, args, width, data in flat[0]:
        nodes.append(_intern(op, tuple(nodes[arg] for arg in args), width, data))
    return [nodes[root] for root in flat[1]]


def _first_of(flat: tuple[tuple[tuple[str, tuple[int, ...], int, int | str], ...], tuple[int, ...]]) -> Node:
    return unflatten(flat)[0]


# --- functions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typed input. One that is `noundef` makes behaviour undefined when poison comes in.

    Another one may be poison, and `maybe_undef` undef as well.
    """

    name: str
    type: Type
    noundef: bool = True
    maybe_undef: bool = False

    @property
    def value(self) -> Node:
        return leaf(self.name, self.type.width)

    @property
    def poison(self) -> Node:
        """Whether the caller passed poison; not an input where the parameter is noundef."""
        return FALSE if self.noundef else leaf(f"{self.name}!poison", 1)

    @property
    def undef(self) -> Node:
        """Whether the caller passed undef."""
        return leaf(f"{self.name}!undef", 1) if self.maybe_undef and not self.noundef else FALSE

    @property
    def unclean(self) -> Node:
        """Whether what came in is no number."""
        return either(self.poison, self.undef)


@dataclass(frozen=True, slots=True)
class Result:
    """One result: its value, and whether it is poison, in which case the value means nothing."""

    type: Type
    value: Node
    poison: Node = FALSE


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop as it stands in the source: what one run through it does to the `state` that it carries.

    `state` are leaves: the values carried, and a flag for each that may be poison. `initial` is what they are before
    the first run, over the parameters and the states of earlier loops; `step`, over `state` too, what they are after a
    run. `entered` is when the loop is reached and nothing has ended the function before, and `goes_on` when another run
    follows a run, as nothing ended the function in that.
    """

    line: int | None
    entered: Node
    state: tuple[Node, ...]
    initial: tuple[Node, ...]
    step: tuple[Node, ...]
    goes_on: Node


@dataclass(frozen=True, slots=True)
class Cut:
    """A function whose loops stand beside it, in the order of the source, instead of being unrolled.

    `roots` are those of a Function, over its parameters and the states with which the last run of each loop begins.
    They depend on the state of no loop that is not entered. `rounds` says up to how many runs of a loop this is what
    the source means, None where that is for ever.
    """

    loops: tuple[Loop, ...]
    roots: tuple[Node, ...]
    rounds: int | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        return (*self.roots, *(node for loop in self.loops for node in (loop.entered, *loop.initial, *loop.step,
                                                                        loop.goes_on)))

    @property
    def states(self) -> tuple[Node, ...]:
        return tuple(node for loop in self.loops for node in loop.state)

    def over(self, replacement: Mapping[Node, Node]) -> Cut:
        """The same over other leaves; those of states are replaced by leaves."""
        new = iter(substitute(self.nodes, replacement))
        roots = tuple(next(new) for _ in self.roots)
        loops = []
        for loop in self.loops:
            entered, *words = (next(new) for _ in range(2 + 2 * len(loop.state)))
            state = tuple(replacement.get(node, node) for node in loop.state)
            initial, step = words[:len(state)], words[len(state):2 * len(state)]
            loops.append(Loop(loop.line, entered, state, tuple(initial), tuple(step), words[-1]))
        return replace(self, loops=tuple(loops), roots=roots)


@dataclass(frozen=True, slots=True)
class Step:
    """A value on the way: what the source calls it, by which instruction and in which line it is made."""

    name: str | None
    instruction: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Trace:
    """The values that a function computes on the way, in order, for a reader who asks where two functions part.

    `nodes` are three for each step: the value, its poison, and whether the step is reached.
    """

    steps: tuple[Step, ...] = ()
    nodes: tuple[Node, ...] = ()

    def over(self, replacement: Mapping[Node, Node]) -> Trace:
        """The same with other leaves."""
        return Trace(self.steps, tuple(substitute(self.nodes, replacement)))

    def __reduce__(self) -> tuple[object, ...]:
        return _trace_of, (self.steps, flatten(self.nodes))


def _trace_of(steps: tuple[Step, ...],
              flat: tuple[tuple[tuple[str, tuple[int, ...], int, int | str], ...], tuple[int, ...]]) -> Trace:
    return Trace(steps, tuple(unflatten(flat)))


@dataclass(frozen=True, slots=True)
class Function:
    """What a piece of code does: its results over its parameters where `domain` holds and `ub` does not.

    `ub` is where behaviour is undefined. `domain` is where the function says anything at all: a raised exception, or
    a failed `requires`, is outside it. `trap` is where it ends without a result, for everybody to see. `beyond` is
    where a loop runs longer than it was unrolled, `bound` times: nothing is known there. `cut` is the same function
    with its loops as they are, None where there is none or that cannot be said. `remarks` are notes for the
    reader on how the source was read, and `trace` tells what is computed on the way. `target` is the machine that a
    compiler made it for, None where its source means the same on every machine.
    """

    name: str
    parameters: tuple[Parameter, ...]
    results: tuple[Result, ...]
    ub: Node = FALSE
    domain: Node = TRUE
    trap: Node = FALSE
    beyond: Node = FALSE
    bound: int | None = None  # None where no loop was cut off
    cut: Cut | None = field(default=None, compare=False)
    unrolled: bool = field(default=False, compare=False)  # whether there were loops
    remarks: tuple[str, ...] = field(default=(), compare=False)
    target: Target | None = field(default=None, compare=False)
    trace: Trace = field(default=Trace(), compare=False)

    @property
    def roots(self) -> tuple[Node, ...]:
        return (*(r.value for r in self.results), *(r.poison for r in self.results),
                self.ub, self.domain, self.trap, self.beyond)

    def over(self, roots: Sequence[Node]) -> Function:
        """The same function over other roots, given in the order of `roots`."""
        count = len(self.results)
        results = tuple(replace(result, value=value, poison=poison) for result, value, poison
                        in zip(self.results, roots[:count], roots[count:2 * count], strict=True))
        ub, domain, trap, beyond = roots[2 * count:]
        return replace(self, results=results, ub=ub, domain=domain, trap=trap, beyond=beyond)

    def taking(self, parameters: Sequence[Parameter]) -> Function:
        """The same function of parameters with other names or types of the same widths, in the same order."""
        renamed: dict[Node, Node] = {}
        for old, new in zip(self.parameters, parameters, strict=True):
            renamed[old.value] = new.value
            if old.poison is not FALSE:
                renamed[old.poison] = new.poison
            if old.undef is not FALSE:
                renamed[old.undef] = new.undef
        cut = None if self.cut is None else self.cut.over(renamed)
        return replace(self.over(substitute(self.roots, renamed)), parameters=tuple(parameters), cut=cut,
                       trace=self.trace.over(renamed))

    @property
    def choices(self) -> list[Node]:
        return leaves(self.roots, CHOICE)
