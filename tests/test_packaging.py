"""The package stands in the repository root, so two things need a test: that the wheel holds all of it and no more, and
that a clone of any name runs its own files, each loaded once.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOT_SHIPPED = {".ci", "bench", "docs", "examples", "tests"}
DATA = {".lark", ".rules", ".typed"}

# A pytest plugin for the run in the clone: what was loaded must lie there, and no file may stand behind two modules.
LOADED_ONCE = """
import os, sys
from collections import defaultdict

def pytest_sessionfinish(session):
    clone, names = os.environ["PRIMIR_CLONE"], defaultdict(set)
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if file and os.path.realpath(file).startswith(clone + os.sep):
            names[os.path.realpath(file)].add(name)
    twice = {file: sorted(names) for file, names in names.items() if len(names) > 1}
    ours = [name for name in sys.modules if name.split(".")[0] == "primir"]
    elsewhere = [name for name in ours if not any(name in names for names in names.values())]
    print(f"\\nfiles {len(names)}, loaded twice {twice}, from elsewhere {elsewhere}")
    if twice or elsewhere:
        session.exitstatus = 9
"""


IMPORT_ALL = """
import importlib, pytest

@pytest.mark.parametrize("name", {names})
def test_imports(name):
    importlib.import_module(name)
"""


def files_of_a_clone() -> list[Path]:
    """What a commit of this moment would hold: tracked files, and new ones that git does not ignore."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("needs git and a git checkout, to know which files are the project's")
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


@pytest.fixture
def clone(tmp_path):
    """A copy in a folder whose name is no Python name."""
    target = tmp_path.resolve() / "primir-main"
    for file in files_of_a_clone():
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, target / file)
    return target


def test_the_wheel_holds_every_module_and_no_tests(clone, tmp_path):
    build_wheel(clone, tmp_path)
    (wheel,) = tmp_path.glob("primir-*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    shipped = [file for file in files_of_a_clone() if file.parts[0] not in NOT_SHIPPED]
    assert held == {f"primir/{file.as_posix()}" for file in shipped if file.suffix in {".py", *DATA}}
    assert "primir/py.typed" in held


def build_wheel(source: Path, target: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(target), str(source)]
    if int(importlib.metadata.version("setuptools").split(".")[0]) >= 77:  # else pip fetches what pyproject asks for
        command.append("--no-build-isolation")
    run = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stderr[-2000:]


def test_a_clone_of_any_name_loads_its_own_files_once(clone, tmp_path):
    files = [file for file in files_of_a_clone() if file.suffix == ".py" and file.parts[0] not in NOT_SHIPPED]
    names = [".".join(["primir", *file.with_suffix("").parts]).removesuffix(".__init__") for file in files]
    planted(clone, IMPORT_ALL.format(names=[name for name in names if name != "primir.__main__"]))
    passes(run_in_clone(clone, tmp_path, "test_planted.py", "test_layers.py"))


@pytest.mark.slow
def test_a_clone_of_any_name_passes_the_core_of_the_suite(clone, tmp_path):
    passes(run_in_clone(clone, tmp_path, "ir", "test_layers.py"))


def passes(run: subprocess.CompletedProcess[str]) -> None:
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
    assert "loaded twice {}, from elsewhere []" in run.stdout


def test_a_second_copy_is_noticed(clone, tmp_path):
    planted(clone, f"import sys; sys.path.insert(0, {str(clone)!r}); import ir.errors, primir.ir.errors")
    run = run_in_clone(clone, tmp_path, "test_planted.py")
    assert run.returncode == 9, run.stdout + run.stderr
    assert "['ir.errors', 'primir.ir.errors']" in run.stdout


def test_a_module_from_elsewhere_is_noticed(clone, tmp_path):
    planted(clone, "import sys, types; sys.modules['primir.stray'] = types.ModuleType('stray')")
    run = run_in_clone(clone, tmp_path, "test_planted.py")
    assert run.returncode == 9, run.stdout + run.stderr
    assert "from elsewhere ['primir.stray']" in run.stdout


def planted(clone: Path, text: str) -> None:
    (clone / "tests" / "test_planted.py").write_text(text + "\n\ndef test_runs(): pass\n")


def run_in_clone(clone: Path, tmp_path: Path, *suite: str) -> subprocess.CompletedProcess[str]:
    """Runs pytest with `primir` found in the clone, ahead of an editable installation that points at this tree."""
    paths = tmp_path / "paths"
    paths.mkdir()
    (paths / "primir").symlink_to(clone)
    (paths / "loaded_once.py").write_text(LOADED_ONCE)
    env = os.environ | {"PYTHONPATH": str(paths), "PRIMIR_CLONE": str(clone)}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "loaded_once", *suite]
    return subprocess.run(command, cwd=clone / "tests", env=env, capture_output=True, text=True, timeout=1200)
