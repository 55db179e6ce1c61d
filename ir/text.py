"""The text form of graphs: what `primir lift` prints, and what reads back as the same graph.

    function average(%x: u32, %y: u32) -> u32
      %1 = (xor %x %y)
      value (add (and %x %y) (lshr %1 1:32))

A node used more than once gets a name. A line `poison` follows its `value` where a result can be poison; `ub` and
`domain` come last. `%x?: u32` is a parameter that may be poison (then `%x!poison` is a truth value), and
`choice %c: 32` declares what the program leaves open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import graph, terms
from .errors import Place, PrimirError
from .graph import CHOICE, CONST, FALSE, LEAVES, TRUE, Function, Node, Parameter, Result, topological
from .primes import TABLE
from .types import parse_type

if TYPE_CHECKING:
    from lark import Token, Tree


def print_term(node: Node, names: dict[Node, str] | None = None) -> str:
    """`node` as one term; nodes among `names` are cut there. Only for small graphs: nothing is shared."""
    names = names or {}
    if node in names:
        return names[node]
    if node.op == CONST:
        value = int(node.data)
        return f"{value if value < 10 else hex(value)}:{node.width}"
    if node.op in LEAVES:
        return f"%{node.data}"
    tag = f":{node.width}" if TABLE[node.op].cast else ""
    return f"({node.op}{tag} {' '.join(print_term(arg, names) for arg in node.args)})"


def print_function(function: Function) -> str:
    """`function` in the text form; `parse_functions` reads it back as the same graph."""
    parameters = ", ".join(f"%{p.name}{'' if p.noundef else '?'}: {p.type}" for p in function.parameters)
    arrow = f" -> {', '.join(str(r.type) for r in function.results)}" if function.results else ""
    return "\n".join([f"function {function.name}({parameters}){arrow}", *(f"  {line}" for line in _lines(function))])


def _lines(function: Function) -> Iterator[str]:
    uses = Counter(arg for node in topological(function.roots) for arg in node.args)
    uses.update(root for root in function.roots if root not in (TRUE, FALSE))
    names: dict[Node, str] = {}
    for node in topological(function.roots):
        if node.op == CHOICE:
            yield f"choice %{node.data}: {node.width}"
        if node.op not in LEAVES and (uses[node] > 1 or _depth(node, names) > 3):
            text = print_term(node, names)
            names[node] = f"%{len(names) + 1}"
            yield f"{names[node]} = {text}"
    for result in function.results:
        yield f"value {print_term(result.value, names)}"
        if result.poison is not FALSE:
            yield f"poison {print_term(result.poison, names)}"
    if function.ub is not FALSE:
        yield f"ub {print_term(function.ub, names)}"
    if function.domain is not TRUE:
        yield f"domain {print_term(function.domain, names)}"


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
    return [_function(child, file) for child in tree.children]  # type: ignore[arg-type]


def _function(tree: Tree[Token], file: str | None) -> Function:
    head, *rest = [child for child in tree.children if child is not None]
    parameters: list[Parameter] = []
    types = []
    names: dict[str, Node] = {}
    values: list[Node] = []
    poisons: list[Node] = []
    ub, domain = FALSE, TRUE
    for part in rest:
        place = Place(file, part.meta.line, part.meta.column)  # type: ignore[union-attr]
        children = list(part.children)  # type: ignore[union-attr]
        try:
            match part.data:  # type: ignore[union-attr]
                case "parameter":
                    type_ = parse_type(str(children[-1].children[0]), place)
                    parameter = Parameter(str(children[0])[1:], type_, noundef=len(children) == 2)
                    parameters.append(parameter)
                    names[f"%{parameter.name}"] = parameter.value
                    names[f"%{parameter.name}!poison"] = parameter.poison
                case "type":
                    types.append(parse_type(str(children[0]), place))
                case "let":
                    names[str(children[0])] = _node(children[1], names)
                case "choice":
                    names[str(children[0])] = graph.leaf(str(children[0])[1:], int(str(children[1])), CHOICE)
                case "value":
                    width = types[len(values)].width if len(values) < len(types) else None
                    values.append(_node(children[0], names, width))
                    poisons.append(FALSE)
                case "poison":
                    poisons[-1] = _node(children[0], names, 1)
                case "ub":
                    ub = _node(children[0], names, 1)
                case "domain":
                    domain = _node(children[0], names, 1)
        except (TypeError, KeyError, IndexError) as problem:
            raise PrimirError(f"this line does not fit: {problem}", place) from None
    if [v.width for v in values] != [t.width for t in types]:
        raise PrimirError(f"{head} has {len(types)} typed results and these values: {values}",
                          Place(file, tree.meta.line, tree.meta.column))
    results = tuple(Result(t, v, p) for t, v, p in zip(types, values, poisons, strict=True))
    return Function(str(head), tuple(parameters), results, ub, domain)


def _node(tree: object, names: dict[str, Node], width: int | None = None) -> Node:
    return terms.instantiate(terms.from_tree(tree), terms.Scope(names), width)  # type: ignore[arg-type]


