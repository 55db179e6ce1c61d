"""The recipes for CMake and Meson: the build's test is the proof, and it stops a build that is wrong."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BUILD = Path(__file__).resolve().parents[2] / "examples" / "recipes"
RECIPES = {
    "cmake": ["cmake -S {0}/cmake -B {0}/out", "cmake --build {0}/out", "ctest --test-dir {0}/out --output-on-failure"],
    "meson": ["meson setup {0}/out {0}/meson", "meson compile -C {0}/out", "meson test -C {0}/out --print-errorlogs"],
}


def steps(tool, folder):
    """The exit codes of the recipe's commands, and all that they print."""
    bins = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    codes, printed = [], ""
    for command in RECIPES[tool]:
        done = subprocess.run(command.format(folder).split(), env={**os.environ, "PATH": bins}, capture_output=True,
                              text=True, timeout=300, check=False)
        codes.append(done.returncode)
        printed += done.stdout + done.stderr
    return codes, printed


@pytest.mark.parametrize("tool", list(RECIPES))
def test_a_build_proves_its_code(tool, tmp_path):
    bins = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    if not (shutil.which(tool, path=bins) and shutil.which("cc")):
        pytest.skip(f"{tool} or a C compiler is not installed")
    folder = tmp_path / "build"
    shutil.copytree(BUILD, folder)
    codes, printed = steps(tool, folder)
    assert codes == [0, 0, 0], printed
    bits = folder / "bits.c"
    bits.write_text(bits.read_text().replace("0x0f0f0f0f", "0x0f0f0f07"))
    shutil.rmtree(folder / "out")
    codes, printed = steps(tool, folder)
    assert codes[:2] == [0, 0] and codes[2] != 0 and "refuted: another value" in printed, printed
