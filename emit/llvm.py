"""LLVM IR: one function a module, from the `llvm` column of the table.

The text is what verification lifts again, so it claims nothing: no nsw, nuw or exact, and noundef only where the
function's parameters have it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..ir import terms
from ..ir.graph import CHOICE, CONST, INPUT, Function, Node, topological
from ..ir.primes import TABLE
from ..ir.types import Type
from .plain import guarded, visible

_PLAIN_NAME = re.compile(r"[A-Za-z_.$-][\w.$-]*", re.ASCII)
_CALL = re.compile(r"call (?P<type>{.*?}|\w+) (?P<name>@[\w.]+)\((?P<args>.*)\)")


def module(function: Function, symbol: str | None = None, *, guards: bool = True, noundef: bool = True) -> str:
    """The text of a module with the values of `function` as the function `symbol` (by default its own name).

    Parameters are iN in their order; one result is iN, several are { iN, iM }, none is void. What is poison or
    undefined behaviour in `function` is not emitted, and choices are `freeze poison`.

    With `guards` the operations are total, as in the graph: a select stands before each that can be undefined. Without
    them LLVM's instructions stand as they are. `noundef` marks the parameters that are so, and the results where all
    parameters are. PrimirError where a value depends on an input that is no parameter.
    """
    roots = visible(function, choices=True)
    if guards:
        roots = guarded(roots, lazy=False).roots
    names = {parameter.value: name("%", parameter.name) for parameter in function.parameters}
    body = _Body(names)
    returned = body.emit(roots)
    declared = sorted({_declaration(match) for line in body.lines if (match := _CALL.search(line))})
    head = f"{_returns(function, noundef)} {name('@', symbol or function.name)}({_takes(function, noundef)})"
    last = f"ret {result_type(function)} {returned}".rstrip()
    lines = [f"define {head} {{", *(f"  {line}" for line in [*body.lines, last]), "}"]
    return "\n".join([*lines, *([""] if declared else []), *declared]) + "\n"


def result_type(function: Function) -> str:
    """The LLVM type that the results of `function` are returned as."""
    words = [f"i{result.type.width}" for result in function.results]
    return f"{{ {', '.join(words)} }}" if len(words) > 1 else words[0] if words else "void"


def _returns(function: Function, noundef: bool) -> str:
    marked = "noundef" if noundef and function.results and all(p.noundef for p in function.parameters) else ""
    extended = _extension(function.results[0].type) if len(function.results) == 1 else ""
    return " ".join(filter(None, (marked, extended, result_type(function))))


def _extension(type_: Type) -> str:
    """How a result fills its register, where callers written in C rely on that (a bool, a word of odd width)."""
    return "" if type_.width in (32, 64, 128) else "signext" if type_.signed else "zeroext"


def _takes(function: Function, noundef: bool) -> str:
    return ", ".join(f"i{p.type.width} {'noundef ' if noundef and p.noundef else ''}{name('%', p.name)}"
                     for p in function.parameters)


def name(sigil: str, plain: str) -> str:
    """A name as LLVM writes it: quoted, and escaped, where it holds odd characters."""
    if _PLAIN_NAME.fullmatch(plain):
        return sigil + plain
    escaped = "".join(chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:02X}"
                      for byte in plain.encode())
    return f'{sigil}"{escaped}"'


def _declaration(call: re.Match[str]) -> str:
    types = ", ".join(argument.split()[0] for argument in call["args"].split(", "))
    return f"declare {call['type']} {call['name']}({types})"


class _Body:
    """The instructions of one function, numbered from %1 in the order of the graph."""

    def __init__(self, names: dict[Node, str]) -> None:
        self.names = names
        self.lines: list[str] = []
        self.count = 0

    def emit(self, roots: Sequence[Node]) -> str:
        """Appends what computes `roots`; the operand of `ret`."""
        for node in topological(roots):
            if node not in self.names:
                self.names[node] = self._value(node)
        if len(roots) < 2:
            return "".join(self.names[root] for root in roots)
        struct = f"{{ {', '.join(f'i{root.width}' for root in roots)} }}"
        whole = "poison"
        for index, root in enumerate(roots):
            whole = self._instruction(f"insertvalue {struct} {whole}, i{root.width} {self.names[root]}, {index}")
        return whole

    def _value(self, node: Node) -> str:
        if node.op == CONST:
            return constant(int(node.data), node.width)
        if node.op == CHOICE:
            return self._instruction(f"freeze i{node.width} poison")
        assert node.op != INPUT, f"{node!r} is no parameter"
        row = TABLE[node.op]
        if row.llvm is None:
            meaning = terms.expand(row, node.args, node.width)
            for part in topological([meaning]):
                if part not in self.names:
                    self.names[part] = self._value(part)
            return self.names[meaning]
        w = node.args[row.arguments.index("w")].width
        operands = dict(zip("xyz", (self.names[arg] for arg in node.args), strict=False))
        last = ""
        for line in row.llvm.splitlines():
            last = self._instruction(line.format(w=f"i{w}", v=f"i{node.width}", t=last, **operands))
        return last

    def _instruction(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"%{self.count} = {text}")
        return f"%{self.count}"


def constant(value: int, width: int) -> str:
    """An unsigned word as LLVM prints it: signed, and a single bit as a truth value."""
    if width == 1:
        return "true" if value else "false"
    return str(value - (1 << width) if value >> width - 1 else value)
