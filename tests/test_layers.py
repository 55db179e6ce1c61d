"""The layers stay acyclic (jobs < ir < lift, emit < verify < synth < root), and `primir --help` loads no heavy library.

Imports are read from the syntax tree, so a forbidden one is found even inside a function that no test calls.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# A layer, and what it may import besides itself. "root" is the face: __init__.py, cli.py, __main__.py.
MAY_IMPORT = {
    "ir": {"jobs"},
    "jobs": set(),
    "lift": {"ir", "jobs"},
    "emit": {"ir", "jobs"},
    "verify": {"ir", "jobs", "lift", "emit"},
    "synth": {"ir", "jobs", "lift", "emit", "verify"},
    "root": {"ir", "jobs", "lift", "emit", "verify", "synth"},
}
HEAVY = {"bitwuzla", "lark", "llvmlite", "networkx", "numba", "numpy", "rich", "z3"}
ONLY_THE_FACE = {"click", "rich"}
IMPORTS_NO_LIBRARY = "ir/primes.py"  # its rows take the solver or the builder as an argument


@dataclass(frozen=True)
class Import:
    line: int
    name: str  # absolute and with the imported name: primir.ir.graph.Graph; "" where it climbs out of the package
    early: bool  # runs when the module is imported

    @property
    def top(self) -> str:
        return self.name.split(".")[0]

    @property
    def layer(self) -> str:
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else "root"


def modules(root: Path) -> list[Path]:
    folders = [root / layer for layer in MAY_IMPORT if layer != "root"]
    return sorted([*root.glob("*.py"), *(file for folder in folders for file in folder.rglob("*.py"))])


def layer_of(file: Path, root: Path) -> str:
    parts = file.relative_to(root).parts
    return parts[0] if len(parts) > 1 else "root"


def imports(file: Path, root: Path) -> list[Import]:
    package = ("primir", *file.relative_to(root).parent.parts)
    return list(_imports(ast.parse(file.read_text()), package, early=True))


def _imports(node: ast.AST, package: tuple[str, ...], early: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.Import(names):
                yield from (Import(child.lineno, name.name, early) for name in names)
            case ast.ImportFrom(module, names, level):
                start = package[: len(package) - level + 1] if level else ()
                if level > len(package):
                    yield Import(child.lineno, "", early)
                else:
                    base = [*start, module] if module else start
                    yield from (Import(child.lineno, ".".join([*base, name.name]), early) for name in names)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from _imports(child, package, early=False)
            case ast.If(test) if "TYPE_CHECKING" in ast.unparse(test):
                yield from _imports(child, package, early=False)
            case _:
                yield from _imports(child, package, early)


def misplaced(root: Path) -> list[str]:
    """Imports that go up the layers, around the package's name, or to a library that is another module's business."""
    found = []
    for file in modules(root):
        layer, where = layer_of(file, root), file.relative_to(root).as_posix()
        for i in imports(file, root):
            if i.name == "":
                found.append(f"{where}:{i.line}: the import leaves the package")
            elif i.top in MAY_IMPORT:
                found.append(f"{where}:{i.line}: `{i.name}` is a second copy of primir.{i.name}: import it relatively")
            elif i.top == "primir" and i.layer not in MAY_IMPORT[layer] | {layer}:
                found.append(f"{where}:{i.line}: {layer} may not import {i.layer} ({i.name})")
            elif i.top in ONLY_THE_FACE and layer != "root":
                found.append(f"{where}:{i.line}: only the face imports {i.top}")
            elif i.top in HEAVY and where == IMPORTS_NO_LIBRARY:
                found.append(f"{where}:{i.line}: this file imports no library, not even late ({i.top})")
    return found


def reached(root: Path, *starts: str) -> set[Path]:
    """The files of ours that run when `starts` are imported."""
    files: set[Path] = set()
    waiting = [root / start for start in starts]
    while waiting:
        file = waiting.pop()
        if file in files or not file.is_file():
            continue
        files.add(file)
        for i in imports(file, root):
            if i.early and i.top == "primir":
                parts = i.name.split(".")[1:]
                for end in range(len(parts) + 1):
                    path = root.joinpath(*parts[:end])
                    waiting += [path / "__init__.py", path.with_suffix(".py")]
    return files


def heavy_early(root: Path, *starts: str) -> list[str]:
    return [
        f"{file.relative_to(root).as_posix()}:{i.line}: {i.top} is imported early"
        for file in sorted(reached(root, *starts))
        for i in imports(file, root)
        if i.early and i.top in HEAVY
    ]


def test_every_import_goes_down():
    assert misplaced(ROOT) == []


def test_the_face_names_no_heavy_library_early():
    assert heavy_early(ROOT, "__init__.py", "__main__.py", "cli.py") == []


def test_help_loads_no_heavy_library():
    command = [sys.executable, "-X", "importtime", "-m", "primir", "--help"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr[-500:]
    assert "synth" in run.stdout
    loaded = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if line.startswith("import time:")}
    assert "primir.cli" in loaded
    assert {name.split(".")[0] for name in loaded} & HEAVY == set()


# The checks are checked: a file, what it holds, and what is said about it.
PLANTED = [
    ("ir/a.py", "from ..ir.b import x\nfrom . import c\nimport json", None),
    ("emit/a.py", "from ..ir import b\nfrom ..jobs.c import d", None),
    ("verify/provers/a.py", "from ...ir import b\nfrom ..verdict import Proved\nfrom ...emit.c import d", None),
    ("cli.py", "import click\nfrom .synth import a\ndef f():\n    import rich", None),
    ("ir/a.py", "from ..lift import b", "1: ir may not import lift (primir.lift.b)"),
    ("ir/a.py", "from .. import __version__", "1: ir may not import root (primir.__version__)"),
    ("jobs/a.py", "import primir.ir.graph", "1: jobs may not import ir (primir.ir.graph)"),
    ("lift/a.py", "\nfrom .. import emit", "2: lift may not import emit (primir.emit)"),
    ("emit/a.py", "def f():\n    from ..lift.b import c", "2: emit may not import lift (primir.lift.b.c)"),
    ("verify/provers/a.py", "from ...synth import b", "1: verify may not import synth (primir.synth.b)"),
    ("synth/a.py", "from ..cli import main", "1: synth may not import root (primir.cli.main)"),
    ("synth/a.py", "from primir import lift, cli", "1: synth may not import root (primir.cli)"),
    ("ir/a.py", "from ... import b", "1: the import leaves the package"),
    ("synth/a.py", "import ir.b", "1: `ir.b` is a second copy of primir.ir.b: import it relatively"),
    ("synth/a.py", "def f():\n    import rich.progress", "2: only the face imports rich"),
    ("ir/primes.py", "def f():\n    import z3", "2: this file imports no library, not even late (z3)"),
]


@pytest.mark.parametrize(("path", "text", "says"), PLANTED)
def test_a_planted_import_is_named(tmp_path, path, text, says):
    plant(tmp_path, path, text)
    assert misplaced(tmp_path) == ([f"{path}:{says}"] if says else [])


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("lift/a.py", "def f():\n    import z3", None),
        ("lift/a.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import z3", None),
        ("lift/b.py", "import z3", None),  # nothing imports it
        ("lift/a.py", "from z3 import BitVec", "1: z3 is imported early"),
        ("lift/__init__.py", "try:\n    import llvmlite.binding\nfinally: ...", "2: llvmlite is imported early"),
        ("ir/graph.py", "class A:\n    import numpy", "2: numpy is imported early"),
    ],
)
def test_an_early_import_is_named(tmp_path, path, text, says):
    plant(tmp_path, "cli.py", "import click\nfrom .lift import a\nfrom .ir.graph import Graph")
    plant(tmp_path, path, text)
    assert heavy_early(tmp_path, "cli.py") == ([f"{path}:{says}"] if says else [])


def plant(root, path, text):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    for folder in file.relative_to(root).parents:
        (root / folder / "__init__.py").touch()
    file.write_text(text)
