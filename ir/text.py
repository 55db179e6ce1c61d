"""The text form of graphs: what `primir lift` prints, and what reads back as the same graph.

    function average(%x: u32, %y: u32) -> u32
      %1 = (xor %x %y)
      value (add (and %x %y) (lshr %1 1:32))

A node used more than once gets a name. A line `poison` follows its `value` where a result can be poison; `ub` and
`domain` come last. `%x?: u32` is a parameter that may be poison (then `%x!poison` is a truth value), `%x??: u32` one
that may be undef too (`%x!undef`), and
`choice %c: 32` declares what the program leaves open. Names with other characters than these stand in quotes, as in
JSON: `%"a b"`. `trap` and `beyond`, the latter with the bound of the loops, come after the domain.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

from . import graph, terms
from .errors import Place, PrimirError
from .graph import CHOICE, CONST, FALSE, LEAVES, TRUE, Function, Node, Parameter, Result, topological
from .primes import TABLE
from .types import parse_type

if TYPE_CHECKING:
    from lark import Token, Tree


DEEPEST = 100  # operations inside one another on one line


def spelled(name: str) -> str:
    """A name as the text form has it: in quotes where it could not be read back otherwise."""
    return name if re.fullmatch(r"[\w.!$]+", name) else json.dumps(name)


def print_term(node: Node, names: dict[Node, str] | None = None, depth: int = 200) -> str:
    """`node` as one term; nodes among `names` are cut there, and others where they nest more than `depth` deep.

    Only for small graphs: nothing is shared.
    """
    names = names or {}
    if node in names:
        return names[node]
    if node.op == CONST:
        value = int(node.data)
        return f"{value if value < 10 else hex(value)}:{node.width}"
    if node.op in LEAVES:
        return f"%{spelled(str(node.data))}"
    if depth == 0:
        return "..."
    tag = f":{node.width}" if TABLE[node.op].cast else ""
    return f"({node.op}{tag} {' '.join(print_term(arg, names, depth - 1) for arg in node.args)})"


def print_shared(node: Node) -> str:
    """`node` in one line; an operation that is used more than once has a name: `%1 = (add %x 1:8); (mul %1 %1)`."""
    nodes = list(topological([node]))
    uses = Counter(arg for user in nodes for arg in user.args)
    taken = {print_term(each) for each in nodes if each.op in LEAVES}
    free = (name for number in count(1) if (name := f"%{number}") not in taken)
    names: dict[Node, str] = {}
    lines: list[str] = []
    for each in nodes:
        if each.op not in LEAVES and (uses[each] > 1 or _depth(each, names) >= DEEPEST):
            text = print_term(each, names)
            names[each] = next(free)
            lines.append(f"{names[each]} = {text}")
    return "; ".join([*lines, print_term(node, names)])


def print_function(function: Function) -> str:
    """`function` in the text form; `parse_functions` reads it back as the same graph."""
    marks = {p: "" if p.noundef else "??" if p.maybe_undef else "?" for p in function.parameters}
    parameters = ", ".join(f"%{spelled(p.name)}{mark}: {p.type}" for p, mark in marks.items())
    arrow = f" -> {', '.join(str(r.type) for r in function.results)}" if function.results else ""
    name = function.name if re.fullmatch(r"[A-Za-z_][\w.!$]*", function.name) else json.dumps(function.name)
    return "\n".join([f"function {name}({parameters}){arrow}", *(f"  {line}" for line in _lines(function))])


def _lines(function: Function) -> Iterator[str]:
    uses = Counter(arg for node in topological(function.roots) for arg in node.args)
    uses.update(root for root in function.roots if root not in (TRUE, FALSE))
    names: dict[Node, str] = {}
    leaves = [*(p.value for p in function.parameters), *(n for n in topological(function.roots) if n.op in LEAVES)]
    taken = {print_term(leaf) for leaf in leaves}
    free = (name for number in count(1) if (name := f"%{number}") not in taken)
    for node in topological(function.roots):
        if node.op == CHOICE:
            yield f"choice {print_term(node)}: {node.width}"
        if node.op not in LEAVES and (uses[node] > 1 or _depth(node, names) > 3):
            text = print_term(node, names)
            names[node] = next(free)
            yield f"{names[node]} = {text}"
    for result in function.results:
        yield f"value {print_term(result.value, names)}"
        if result.poison is not FALSE:
            yield f"poison {print_term(result.poison, names)}"
    if function.ub is not FALSE:
        yield f"ub {print_term(function.ub, names)}"
    if function.domain is not TRUE:
        yield f"domain {print_term(function.domain, names)}"
    if function.trap is not FALSE:
        yield f"trap {print_term(function.trap, names)}"
    if function.beyond is not FALSE:
        yield f"beyond {function.bound} {print_term(function.beyond, names)}"


def _depth(node: Node, names: dict[Node, str]) -> int:
    """How deep `node` nests when it is printed with `names` cut off; bounded, as deeper nodes have names."""
    return 0 if node in names or node.op in LEAVES else 1 + max(_depth(arg, names) for arg in node.args)


def parse_functions(text: str, file: str | None = None) -> list[Function]:
    """The functions that `text` holds. PrimirError, with its place, for what does not parse or fit."""
    from lark import UnexpectedInput

    try:
        tree = terms.parser().parse(text, start="functions")
    except UnexpectedInput as problem:
        line, column = max(problem.line, 1), max(problem.column, 1)
        source = text.splitlines()[line - 1] if text.splitlines() else ""
        raise PrimirError("this is not the text of a graph", Place(file, line, column, source)) from None
    lines = text.splitlines()
    return [_function(child, file, lines) for child in tree.children]  # type: ignore[arg-type]


def _function(tree: Tree[Token], file: str | None, lines: list[str]) -> Function:
    head, *rest = [child for child in tree.children if child is not None]
    parameters: list[Parameter] = []
    types = []
    names: dict[str, Node] = {}
    values: list[Node] = []
    poisons: list[Node] = []
    ub, domain, trap, beyond = FALSE, TRUE, FALSE, FALSE
    bound: int | None = None

    def place(part: Tree[Token]) -> Place:
        return Place(file, part.meta.line, part.meta.column, lines[part.meta.line - 1])

    for part in rest:
        children = list(part.children)  # type: ignore[union-attr]
        try:
            match part.data:  # type: ignore[union-attr]
                case "parameter":
                    type_ = parse_type(str(children[-1].children[0]), place(part))  # type: ignore[arg-type]
                    marks = str(children[1]) if len(children) > 2 else ""
                    parameter = Parameter(_leaf_name(children[0]), type_, not marks, maybe_undef=marks == "??")
                    parameters.append(parameter)
                    names[print_term(parameter.value)] = parameter.value
                    if not parameter.noundef:
                        names[print_term(parameter.poison)] = parameter.poison
                    if parameter.undef is not FALSE:
                        names[print_term(parameter.undef)] = parameter.undef
                case "type":
                    types.append(parse_type(str(children[0]), place(part)))  # type: ignore[arg-type]
                case "let":
                    names[str(children[0])] = _node(children[1], names)
                case "choice":
                    choice = graph.leaf(_leaf_name(children[0]), int(str(children[1])), CHOICE)
                    names[print_term(choice)] = choice
                case "value":
                    width = types[len(values)].width if len(values) < len(types) else None
                    values.append(_node(children[0], names, width))
                    poisons.append(FALSE)
                case "poison":
                    poisons[-1] = _truth(children[0], names)
                case "ub":
                    ub = _truth(children[0], names)
                case "domain":
                    domain = _truth(children[0], names)
                case "trap":
                    trap = _truth(children[0], names)
                case "beyond":
                    bound, beyond = int(str(children[0])), _truth(children[1], names)
        except KeyError as problem:
            raise PrimirError(f"there is no {problem.args[0]}", place(part)) from None  # type: ignore[arg-type]
        except (TypeError, ValueError, IndexError) as problem:
            raise PrimirError(f"this line does not fit: {problem}", place(part)) from None  # type: ignore[arg-type]
        except RecursionError:
            raise PrimirError("this line nests too deeply", place(part)) from None  # type: ignore[arg-type]
    if [v.width for v in values] != [t.width for t in types]:
        raise PrimirError(f"{head} has results of {[t.width for t in types]} bits, and its values have "
                          f"{[v.width for v in values]}", place(tree))
    results = tuple(Result(t, v, p) for t, v, p in zip(types, values, poisons, strict=True))
    return Function(_unquoted(str(head)), tuple(parameters), results, ub, domain, trap, beyond, bound)


def _leaf_name(token: object) -> str:
    if not str(token).startswith("%"):
        raise ValueError(f"the name {token} must begin with %")
    return _unquoted(str(token)[1:])


def _unquoted(name: str) -> str:
    return str(json.loads(name)) if name.startswith('"') else name


def _truth(tree: object, names: dict[str, Node]) -> Node:
    node = _node(tree, names, 1)
    if node.width != 1:
        raise TypeError(f"a condition has 1 bit, and this has {node.width}")
    return node


def _node(tree: object, names: dict[str, Node], width: int | None = None) -> Node:
    return terms.instantiate(terms.from_tree(tree), terms.Scope(names), width)  # type: ignore[arg-type]
