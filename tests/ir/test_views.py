"""Pictures: the graph for networkx, Graphviz text, SVG, and SMT-LIB, the same in every process."""

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from primir.ir import graph
from primir.ir.graph import Function, Parameter, Result, apply, const, leaf
from primir.ir.text import parse_functions
from primir.ir.types import Type
from primir.ir.views import to_dot, to_networkx, to_smt2, to_svg

TEXT = """
function average(%x: u32, %y?: u32) -> u32, u64
  choice %c: 1
  %1 = (xor %x %y)
  value (add (and %x %y) (lshr %1 1:32))
  poison (or %y!poison %c)
  value (zext:64 (sub %y (mul %1 %1)))
  ub (eq %1 0:32)
"""
AVERAGE = parse_functions(TEXT)[0]
ODD = Function('a<b>&"c"\n', (Parameter('<"&\\\n', Type(8)),), (Result(Type(8), apply("neg", leaf('<"&\\\n', 8))),))
EMPTY = Function("nothing", (), ())
EXAMPLES = [AVERAGE, ODD, EMPTY]


def test_networkx_holds_every_node_and_argument():
    import networkx

    found = to_networkx(AVERAGE)
    assert networkx.is_directed_acyclic_graph(found)
    nodes = list(graph.topological(AVERAGE.roots[:-3]))  # without conditions that always hold
    shown = [node for node, data in found.nodes(data=True) if data["kind"] != "root"]
    assert len(shown) == len([node for node in nodes if node is not graph.FALSE])
    assert [node for node in found if isinstance(node, str)] == ["value 0: u32", "poison 0", "value 1: u64", "ub"]
    labels = {found.nodes[node]["label"]: node for node in found}
    assert found.edges[labels["xor"], labels["mul"]]["places"] == (0, 1)
    assert found.edges[labels["%y: 32"], labels["sub"]]["places"] == (0,)
    assert found.nodes[labels["zext:64"]] == {"kind": "operation", "op": "zext", "width": 64, "label": "zext:64"}
    assert {data["kind"] for _, data in found.nodes(data=True)} == {"input", "choice", "const", "operation", "root"}


@pytest.mark.parametrize("function", EXAMPLES, ids=lambda f: ascii(f.name))
def test_svg_is_well_formed(function):
    root = ElementTree.fromstring(to_svg(function))
    space = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in root.iter(f"{space}text")]
    found = to_networkx(function)
    assert texts == [data["label"] for _, data in found.nodes(data=True)]
    edges = sum(len(data["places"]) for _, _, data in found.edges(data=True))
    assert len(root.findall(f"{space}g/{space}path")) == edges


def test_boxes_do_not_overlap():
    wide = apply("add", leaf("a", 8), leaf("b", 8))
    for k in range(40):
        wide = apply("xor" if k % 3 else "mul", wide, apply("shl", leaf("a", 8), const(k, 8)))
    function = Function("wide", (), (Result(Type(8), wide),))
    boxes = []
    for rect in ElementTree.fromstring(to_svg(function)).iter("{http://www.w3.org/2000/svg}rect"):
        if rect.get("rx"):
            boxes.append(tuple(float(rect.get(key)) for key in ("x", "y", "width", "height")))
    assert len(boxes) == len(to_networkx(function))
    assert all(x >= 0 and y >= 0 for x, y, _, _ in boxes)
    for index, (x, y, w, h) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[index + 1:]:
            assert x + w <= x2 + 0.2 or x2 + w2 <= x + 0.2 or y + h <= y2 or y2 + h2 <= y


@pytest.mark.parametrize("function", EXAMPLES, ids=lambda f: ascii(f.name))
def test_dot_is_one_line_an_item(function):
    text = to_dot(function)
    assert text.startswith("digraph ")
    assert text.endswith("}\n")
    found = to_networkx(function)
    places = sum(len(data["places"]) for _, _, data in found.edges(data=True))
    assert len(text.splitlines()) == len(found) + places + 4
    if shutil.which("dot"):
        subprocess.run(["dot", "-Tsvg"], input=text, text=True, check=True, capture_output=True, timeout=60)


def test_dot_keeps_the_order_of_arguments():
    x, y = leaf("x", 8), leaf("y", 8)
    function = Function("f", (), (Result(Type(8), apply("sub", y, x)), Result(Type(8), apply("add", x, y))))
    lines = to_dot(function).splitlines()
    names = {line.split('"')[1]: line.split()[0] for line in lines if "label=" in line}
    edges = [line.strip() for line in lines if "->" in line and names["sub"] == line.split()[-1]]
    assert edges == [f"{names['%y: 8']} -> {names['sub']}", f"{names['%x: 8']} -> {names['sub']}"]


@pytest.mark.parametrize("function", EXAMPLES, ids=lambda f: ascii(f.name))
def test_smt2_is_read_by_solvers(function):
    import bitwuzla
    import z3

    text = to_smt2(function)
    z3.Solver().from_string(text)
    bitwuzla.Parser(bitwuzla.TermManager(), bitwuzla.Options()).parse(text, True, False)


def test_smt2_means_the_function():
    import z3

    solver = z3.Solver()
    solver.from_string(to_smt2(AVERAGE) + "(assert (distinct |^value 0: u32| "
                       "((_ extract 31 0) (bvlshr (bvadd ((_ zero_extend 1) |x|) ((_ zero_extend 1) |y|)) #b" + "0" * 32
                       + "1))))")
    assert solver.check() == z3.unsat


SCRIPT = """
import importlib.util, sys
spec = importlib.util.spec_from_file_location("cases", sys.argv[1])
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
print(cases.to_svg(cases.AVERAGE), cases.to_dot(cases.AVERAGE), cases.to_smt2(cases.AVERAGE))
"""


def test_drawings_do_not_depend_on_hash_seeds():
    found = {subprocess.run([sys.executable, "-c", SCRIPT, __file__], env={**os.environ, "PYTHONHASHSEED": seed},
                            capture_output=True, text=True, check=True, timeout=60).stdout for seed in ("0", "5")}
    assert len(found) == 1
