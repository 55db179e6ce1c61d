"""Evaluation on plain integers: each row compiled to a Python function, and graphs walked node by node.

The same text, `definitions`, compiled by numba, is the batch evaluation (see kernel.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from . import terms
from .graph import CONST, LEAVES, Function, Node, const, topological
from .primes import TABLE, Row

WORDS = "W, B, M, T, V"  # the width of x, W - 1, 2**W - 1, 2**B, and 2**v - 1 for a result v bits wide


def definitions(plain: bool) -> str:
    """Python source of one function per row, `op_NAME(x, y, z, W, B, M, T, V)`; `plain` allows all of Python.

    Without `plain` it keeps to what numba compiles over unsigned 64-bit words, given Z, O, popcount, bit_length,
    reverse and reverse_bytes. A row without text of its own calls the rows of its meaning.
    """
    return "\n\n".join(_definition(row, plain) for row in TABLE.values())


def _definition(row: Row, plain: bool) -> str:
    return f"def op_{row.name}({', '.join('xyz'[: len(row.arguments)])}, {WORDS}):\n    return {result(row, plain)}\n"


def result(row: Row, plain: bool) -> str:
    """The row's result as an expression over x, y, z and WORDS."""
    text = row.python if plain and row.python is not None else row.value
    if text is None:
        assert row.meaning is not None
        text = calls(terms.parse(row.meaning))
    return f"O if {text} else Z" if row.predicate else text


def calls(term: terms.Term) -> str:
    """A meaning as calls of the rows' functions; all its operations are of width w, or 1 without masks."""
    match term:
        case terms.Name(name):
            return name
        case terms.Literal(text):
            return {"-1": "M", "0": "Z", "1": "O", "top": "T", "w": "W"}[text]
        case terms.Apply(op, args):
            return f"op_{op}({', '.join(map(calls, args))}, {WORDS})"
        case terms.Fold():
            raise AssertionError("a fold needs text of its own")


@cache
def _functions() -> dict[str, Callable[..., int]]:
    space: dict[str, Any] = {"Z": 0, "O": 1}
    exec(compile(definitions(plain=True), "<primes>", "exec"), space)
    return {name: space[f"op_{name}"] for name in TABLE}


def words(width: int, result: int) -> tuple[int, int, int, int, int]:
    """What W, B, M, T and V stand for."""
    return width, width - 1, (1 << width) - 1, 1 << width - 1, (1 << result) - 1


def evaluate_row(row: Row, args: Sequence[int], widths: Sequence[int], result: int) -> int:
    """`row` on unsigned words `args` of the given widths; `result` is the width of the result."""
    w = next(width for letter, width in zip(row.arguments, widths, strict=True) if letter == "w")
    return _functions()[row.name](*args, *words(w, result))


def evaluate(roots: Sequence[Node], leaf_values: Mapping[Node, int]) -> list[int]:
    """The values of `roots` as unsigned words, given one for every input and choice below them."""
    functions = _functions()
    value: dict[Node, int] = {}
    for node in topological(roots):
        if node.op == CONST:
            value[node] = int(node.data)
        elif node.op in LEAVES:
            value[node] = leaf_values[node] & (1 << node.width) - 1
        else:
            widths = [arg.width for arg in node.args]
            w = widths[TABLE[node.op].arguments.index("w")]
            value[node] = functions[node.op](*(value[arg] for arg in node.args), *words(w, node.width))
    return [value[root] for root in roots]


class Outcome:
    """What a function did on one input: its conditions, and for each result its word, or None for poison."""

    __slots__ = ("beyond", "domain", "results", "trap", "ub")

    def __init__(self, domain: bool, ub: bool, results: tuple[int | None, ...], trap: bool = False,
                 beyond: bool = False) -> None:
        self.domain, self.ub, self.results, self.trap, self.beyond = domain, ub, results, trap, beyond

    def __repr__(self) -> str:
        more = "".join(f", {name}=True" for name in ("trap", "beyond") if getattr(self, name))
        return f"Outcome(domain={self.domain}, ub={self.ub}, results={self.results}{more})"


def run(function: Function, inputs: Mapping[Node, int]) -> Outcome:
    """`function` on one input: words for its parameters' leaves; a poison flag or choice that is not named is 0."""
    values = {node: 0 for node in topological(function.roots) if node.op in LEAVES}
    values.update(inputs)
    found = evaluate(function.roots, values)
    count = len(function.results)
    results = tuple(None if poison else value for value, poison in zip(found[:count], found[count:], strict=False))
    ub, domain, trap, beyond = map(bool, found[2 * count:])
    return Outcome(domain, ub, results, trap, beyond)


def fold(node: Node) -> Node:
    """`node` itself, or the constant it is where all its arguments are constants."""

    if node.args and all(arg.op == CONST for arg in node.args):
        (value,) = evaluate([node], {})
        return const(value, node.width)
    return node


def compiled(roots: Sequence[Node], leaves: Sequence[Node]) -> Callable[..., tuple[int, ...]]:
    """`roots` as one Python function of unsigned words for `leaves`, in that order; all leaves must be among them.

    Several times as fast as `evaluate` on many inputs; making it costs about what ten evaluations do.
    """
    names = {leaf: f"a{index}" for index, leaf in enumerate(leaves)}
    lines: list[str] = []
    for node in topological(roots):
        if node.op == CONST:
            names[node] = str(node.data)
        elif node.op not in LEAVES:
            w = node.args[TABLE[node.op].arguments.index("w")].width
            arguments = [*(names[arg] for arg in node.args), *map(str, words(w, node.width))]
            names[node] = f"v{len(lines)}"
            lines.append(f"    {names[node]} = op_{node.op}({', '.join(arguments)})\n")
    source = "".join([f"def function({', '.join(names[leaf] for leaf in leaves)}):\n", *lines,
                      f"    return ({''.join(f'{names[root]}, ' for root in roots)})\n"])
    space: dict[str, Any] = {f"op_{name}": function for name, function in _functions().items()}
    exec(compile(source, "<graph>", "exec"), space)
    function: Callable[..., tuple[int, ...]] = space["function"]
    return function
