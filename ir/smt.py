"""The solver's reading: a graph as SMT-LIB 2 text over bit-vectors (theory FixedSizeBitVectors, logic QF_BV).

Text is what every solver reads, what a certificate can hold, and as fast to hand over as a native interface.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from .graph import CONST, LEAVES, Node, topological
from .primes import TABLE
from .terms import expand


def literal(value: int, width: int) -> str:
    return f"#b{value:0{width}b}" if width % 4 else f"#x{value:0{width // 4}x}"


def symbol(node: Node) -> str:
    """The SMT-LIB symbol of a leaf. Names of more than a letter and digits get a %: they may be words of SMT-LIB.

    What a symbol cannot hold is written ^ and in hex.
    """
    name = str(node.data)
    if re.fullmatch("[a-z][0-9]*", name):
        return f"|{name}|"
    return "|%" + re.sub(r"[|\\^]", lambda found: f"^{ord(found[0]):02x}", name) + "|"


def lower(roots: Sequence[Node]) -> list[Node]:
    """`roots` over operations that solvers have; the others are expanded to their meaning."""
    from .graph import rewrite

    def step(node: Node) -> Node:
        if node.op in LEAVES or TABLE[node.op].smt is not None:
            return node
        return rewrite([expand(TABLE[node.op], node.args, node.width)], step)[0]

    return rewrite(roots, step)


def term(node: Node, args: Sequence[str]) -> str:
    """The SMT-LIB term of the operation `node` over the terms of its arguments."""
    row = TABLE[node.op]
    assert row.smt is not None
    w = node.args[0].width
    text = row.smt.replace("{v-w}", str(node.width - w)).replace("{v-1}", str(node.width - 1))
    names = dict(zip("xyz", args, strict=False))
    if node.op == "select":
        names["x"] = f"(= {args[0]} #b1)"
    text = re.sub(r"\b[xyz]\b", lambda found: names[found[0]], text)
    return f"(ite {text} #b1 #b0)" if row.predicate else text


def declarations(nodes: Iterable[Node]) -> list[str]:
    """A `declare-const` for each leaf among `nodes` that is not a constant."""
    return [f"(declare-const {symbol(node)} (_ BitVec {node.width}))" for node in nodes
            if node.op in LEAVES and node.op != CONST]


class Script:
    """A growing SMT-LIB script: nodes are defined once each, in the order in which they are needed."""

    def __init__(self) -> None:
        self.lines = ["(set-logic QF_BV)"]
        self._names: dict[Node, str] = {}

    def define(self, root: Node) -> str:
        """The name of `root` in the script, with all that it needs defined before."""
        (root,) = lower([root])
        for node in topological([root]):
            if node in self._names:
                continue
            if node.op == CONST:
                self._names[node] = literal(int(node.data), node.width)
            elif node.op in LEAVES:
                self.lines.extend(declarations([node]))
                self._names[node] = symbol(node)
            else:
                name = f"^{len(self._names)}"  # no leaf's symbol: |n1| and n1 are one symbol to SMT-LIB
                text = term(node, [self._names[arg] for arg in node.args])
                self.lines.append(f"(define-fun {name} () (_ BitVec {node.width}) {text})")
                self._names[node] = name
        return self._names[root]

    def require(self, condition: Node) -> None:
        """Assert that `condition`, of width 1, holds."""
        name = self.define(condition)
        self.lines.append(f"(assert (= {name} #b1))")

    def __str__(self) -> str:
        return "\n".join(self.lines) + "\n(check-sat)\n"
