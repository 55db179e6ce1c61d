"""Pictures of a function's graph: a networkx graph, Graphviz text, an SVG drawing, and an SMT-LIB script.

The drawing is a layered one (Sugiyama, Tagawa and Toda 1981): every node below its arguments, long edges led through
the layers between, and the order within a layer chosen so that edges cross little.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from . import smt
from .graph import CONST, FALSE, LEAVES, TRUE, Function, Node, topological
from .primes import TABLE

if TYPE_CHECKING:
    from networkx import DiGraph


def to_networkx(function: Function) -> DiGraph:
    """The graph of `function`, with an edge from each argument to its users.

    Nodes are numbered in topological order and carry `kind` ("input", "choice", "const" or "operation"), `op`,
    `width` and `label`. Each root hangs on a node of kind "root" called by its label: `value: u32`, `poison`, `ub`,
    `domain`, `trap` and `beyond`; conditions that are constantly harmless are left out. An edge's `places` are the
    argument places that it
    fills, counted from 0.
    """
    import networkx

    graph = networkx.DiGraph()
    number: dict[Node, int] = {}
    shown = list(_roots(function))
    for node in topological([root for _, root in shown]):
        number[node] = len(number)
        kind = node.op if node.op in LEAVES else "operation"
        graph.add_node(number[node], kind=kind, op=node.op, width=node.width, label=label(node))
        for place, arg in enumerate(node.args):
            if graph.has_edge(number[arg], number[node]):
                graph.edges[number[arg], number[node]]["places"] += (place,)
            else:
                graph.add_edge(number[arg], number[node], places=(place,))
    for name, root in shown:
        graph.add_node(name, kind="root", op="root", width=root.width, label=name)
        graph.add_edge(number[root], name, places=(0,))
    return graph


def _roots(function: Function) -> Iterator[tuple[str, Node]]:
    """What hangs below the graph, with its label."""
    several = len(function.results) > 1
    for index, result in enumerate(function.results):
        which = f" {index}" if several else ""
        yield f"value{which}: {result.type}", result.value
        if result.poison is not FALSE:
            yield f"poison{which}", result.poison
    if function.ub is not FALSE:
        yield "ub", function.ub
    if function.domain is not TRUE:
        yield "domain", function.domain
    if function.trap is not FALSE:
        yield "trap", function.trap
    if function.beyond is not FALSE:
        yield "beyond", function.beyond


def label(node: Node) -> str:
    """A node without its arguments: `%x: 32`, `255`, `add`, `zext:64`."""
    if node.op == CONST:
        value = int(node.data)
        return str(value) if value < 1000 else hex(value)
    if node.op in LEAVES:
        return f"%{node.data}: {node.width}"
    return f"{node.op}:{node.width}" if TABLE[node.op].cast else node.op


def to_smt2(function: Function) -> str:
    """An SMT-LIB 2 script that declares the inputs of `function` and defines its roots, each under its label."""
    script = smt.Script()
    for parameter in function.parameters:
        script.define(parameter.value)
    for name, root in _roots(function):
        term = script.define(root)
        script.lines += [f"; {name}", f"(define-fun |^{name}| () (_ BitVec {root.width}) {term})"]
    return "\n".join([f"; {function.name}".replace("\n", " "), *script.lines]) + "\n"


# --- Graphviz ---------------------------------------------------------------------------------------------------------

# kind: fill, line
COLOURS = {
    "input": ("#e3f2fd", "#1e6091"),
    "choice": ("#fff3cd", "#a67c00"),
    "const": ("#f4f4f4", "#888888"),
    "operation": ("#ffffff", "#333333"),
    "root": ("#e6f4ea", "#2e7d32"),
}


def to_dot(function: Function) -> str:
    """The graph in Graphviz's language; the arguments of an operation stand from left to right."""
    graph = to_networkx(function)
    names = {node: f"n{index}" for index, node in enumerate(graph)}
    lines = [f"digraph {_quoted(function.name)} {{", '  node [shape=box, style="rounded,filled", fontname=monospace]',
             "  graph [ordering=in]"]
    for node, data in graph.nodes(data=True):
        fill, line = COLOURS[data["kind"]]
        lines.append(f'  {names[node]} [label={_quoted(data["label"])}, fillcolor="{fill}", color="{line}"]')
    # Graphviz orders a node's arguments by its edges' order in the text
    ends = [(place, a, b) for a, b, data in graph.edges(data=True) for place in data["places"]]
    rank = {node: index for index, node in enumerate(graph)}
    for _, a, b in sorted(ends, key=lambda end: (rank[end[2]], end[0])):
        lines.append(f"  {names[a]} -> {names[b]}")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


# --- SVG --------------------------------------------------------------------------------------------------------------

LETTER, HEIGHT, PADDING, GAP, LAYER, MARGIN = 8.0, 28.0, 20.0, 22.0, 72.0, 16.0  # in pixels, for 13-pixel monospace
SWEEPS = 6


@dataclass(slots=True)
class _Box:
    """A place in a layer: a node, or where a long edge passes."""

    layer: int
    width: float
    x: float = 0.0  # of its middle

    @property
    def y(self) -> float:
        return MARGIN + HEIGHT / 2 + self.layer * LAYER


def to_svg(function: Function) -> str:
    """The graph as a drawing: inputs above, results below, arguments entering from left to right."""
    graph = to_networkx(function)
    boxes, paths = _laid_out(graph)
    right = max((box.x + box.width / 2 for box in boxes.values()), default=0.0) + MARGIN
    bottom = max((box.y + HEIGHT / 2 for box in boxes.values()), default=0.0) + MARGIN
    edges = [_path(boxes, graph, path, place) for path, places in paths for place in places]
    nodes = [_drawn(boxes[node], data) for node, data in graph.nodes(data=True)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {right:.0f} {bottom:.0f}" width="{right:.0f}"'
        f' height="{bottom:.0f}" font-family="Menlo, DejaVu Sans Mono, monospace" font-size="13">',
        f"<title>{escape(function.name)}</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#555555"/></marker></defs>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        '<g fill="none" stroke="#555555" stroke-width="1.2">', *edges, "</g>",
        *nodes, "</svg>",
    ]) + "\n"


def _drawn(box: _Box, data: dict[str, Any]) -> str:
    fill, line = COLOURS[data["kind"]]
    return (f'<rect x="{box.x - box.width / 2:.1f}" y="{box.y - HEIGHT / 2:.1f}" width="{box.width:.1f}"'
            f' height="{HEIGHT:.0f}" rx="6" fill="{fill}" stroke="{line}"/>'
            f'<text x="{box.x:.1f}" y="{box.y + 4.5:.1f}" text-anchor="middle">{escape(data["label"])}</text>')


def _path(boxes: dict[Hashable, _Box], graph: DiGraph, path: list[Hashable], place: int) -> str:
    """A curve through the boxes of `path` that ends at its last box where argument `place` enters."""
    first, last = boxes[path[0]], boxes[path[-1]]
    count = sum(len(data["places"]) for _, _, data in graph.in_edges(path[-1], data=True))
    end = last.x + last.width * ((place + 1) / (count + 1) - 0.5)
    points = [(first.x, first.y + HEIGHT / 2), *((boxes[p].x, boxes[p].y) for p in path[1:-1]),
              (end, last.y - HEIGHT / 2)]
    parts = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        middle = (y0 + y1) / 2
        parts.append(f"C{x0:.1f},{middle:.1f} {x1:.1f},{middle:.1f} {x1:.1f},{y1:.1f}")
    return f'<path d="{" ".join(parts)}" marker-end="url(#tip)"/>'


def _laid_out(graph: DiGraph) -> tuple[dict[Hashable, _Box], list[tuple[list[Hashable], tuple[int, ...]]]]:
    """A box for every node and for every layer that an edge passes, and the edges as paths of boxes."""
    boxes = {node: _Box(layer, _width(graph.nodes[node]["label"])) for node, layer in _layers(graph).items()}
    paths: list[tuple[list[Hashable], tuple[int, ...]]] = []
    for a, b, data in graph.edges(data=True):
        passed: list[Hashable] = [("through", a, b, layer) for layer in range(boxes[a].layer + 1, boxes[b].layer)]
        for key, layer in zip(passed, range(boxes[a].layer + 1, boxes[b].layer)):
            boxes[key] = _Box(layer, 4.0)
        paths.append(([a, *passed, b], data["places"]))
    _place(boxes, [path for path, _ in paths])
    return boxes, paths


def _width(text: str) -> float:
    return len(text) * LETTER + PADDING


def _layers(graph: DiGraph) -> dict[Hashable, int]:
    """The layer of each node: one below its lowest argument; constants stand right above their first user."""
    import networkx

    layer = {node: index for index, nodes in enumerate(networkx.topological_generations(graph)) for node in nodes}
    for node, data in graph.nodes(data=True):
        if data["kind"] == "const":
            layer[node] = min(layer[user] for user in graph.successors(node)) - 1
    return {node: layer[node] for node in graph}


def _place(boxes: dict[Hashable, _Box], paths: list[list[Hashable]]) -> None:
    """Sets where the boxes stand: within each layer in the order of the mean place of their neighbours."""
    rows: list[list[Hashable]] = [[] for _ in range(max((box.layer for box in boxes.values()), default=-1) + 1)]
    for key, box in boxes.items():
        rows[box.layer].append(key)
    above: dict[Hashable, list[Hashable]] = {key: [] for key in boxes}
    below: dict[Hashable, list[Hashable]] = {key: [] for key in boxes}
    for path in paths:
        for a, b in zip(path, path[1:]):
            above[b].append(a)
            below[a].append(b)
    for row in rows:
        _spread(boxes, row)
    for sweep in range(SWEEPS):
        neighbours = below if sweep % 2 else above
        for row in reversed(rows) if sweep % 2 else rows:
            wanted = {key: _mean([boxes[other].x for other in neighbours[key]], boxes[key].x) for key in row}
            row.sort(key=wanted.__getitem__)
            _spread(boxes, row, [wanted[key] for key in row])
    left = min((box.x - box.width / 2 for box in boxes.values()), default=0.0)
    for box in boxes.values():
        box.x += MARGIN - left


def _mean(places: list[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def _spread(boxes: dict[Hashable, _Box], row: list[Hashable], wanted: list[float] | None = None) -> None:
    """Puts the boxes of `row` side by side in its order, near the places `wanted`, without overlap."""
    edge = float("-inf")
    for index, key in enumerate(row):
        box = boxes[key]
        box.x = max(wanted[index] if wanted is not None else 0.0, edge + box.width / 2 if index else float("-inf"))
        edge = box.x + box.width / 2 + GAP
    if wanted is not None:  # pushing to the right only would make the drawing lean
        lean = _mean([boxes[key].x - place for key, place in zip(row, wanted)], 0.0)
        for key in row:
            boxes[key].x -= lean
