"""A second look at what has not changed: CPU seconds of `primir verify` on many obligations, before and after.

    python -m bench.again [--count N]

Writes N pairs of small functions, all right, into two modules and a list of obligations that names them one by one, in
a folder of its own with a cache of its own. Prints the CPU seconds of `primir --version`, of a first run and of a
second one, the last also beyond those of the start; children are included.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click


def old(number: int) -> str:
    return (f"define i32 @f{number}(i32 %x) {{\n  %r = mul i32 %x, {number + 3}\n"
            f"  %s = add i32 %r, {number}\n  ret i32 %s\n}}\n")


def new(number: int) -> str:
    return (f"define i32 @f{number}(i32 %x) {{\n  %q = mul i32 %x, {number + 2}\n  %r = add i32 %q, %x\n"
            f"  %s = add i32 {number}, %r\n  ret i32 %s\n}}\n")


def write(folder: Path, count: int) -> None:
    """Two modules of `count` functions, and the list that asks for each of them."""
    (folder / "old.ll").write_text("\n".join(map(old, range(count))))
    (folder / "new.ll").write_text("\n".join(map(new, range(count))))
    entries = [f'[[tool.primir.verify]]\nold = "old.ll:f{number}"\nnew = "new.ll:f{number}"\n'
               for number in range(count)]
    (folder / "pyproject.toml").write_text("\n".join(["[tool.primir]", *entries]))


def cpu_of(arguments: Sequence[str], folder: Path, cache: str = "cache", expected: int = 0) -> float:
    """CPU seconds of primir and its children, in `folder` and with a cache in it.

    CalledProcessError where the exit code is not `expected`.
    """
    command = [sys.executable, "-m", "primir", *arguments]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL,
                          env={**os.environ, "PRIMIR_CACHE": str(folder / cache)})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != expected:
        raise subprocess.CalledProcessError(done.returncode, command)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@click.command()
@click.option("--count", default=1000, show_default=True)
def main(count: int) -> None:
    """Prints the CPU seconds of each run; exit code 1 where the second takes a second beyond the start."""
    with tempfile.TemporaryDirectory(prefix="primir-") as name:
        folder = Path(name)
        write(folder, count)
        start, first, second = (cpu_of(arguments, folder) for arguments in (
            ["--version"], ["verify", "--config"], ["verify", "--config"]))
    print(f"{count:,} obligations: start {start:.2f}, first run {first:.2f}, second run {second:.2f} CPU s; "
          f"the second beyond the start: {second - start:.2f}")
    if second - start >= 1:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
