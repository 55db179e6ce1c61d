"""The slices of real C: how many, how fast, how few forms they have, and whether the forms are right.

    python -m bench.slices [--folder FOLDER] [--pairs N] [--vectors N] [--seed N] [NAME ...]

NAMEs are Debian's source packages, zlib, lz4 and musl where none is given. They are fetched once through this machine's
apt, into a folder outside of the repository; every C file that compiles is sliced. A file that does not compile here
is counted, and no reason to stop. Two checks follow. Slices that share a key and are written differently are proved
equal by a solver that knows nothing of canonical forms; and each form is evaluated beside what it is the form of.
"""

from __future__ import annotations

import itertools
import os
import platform
import random
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import click
import platformdirs
from primir.ir.errors import PrimirError
from primir.ir.evaluate import compiled
from primir.ir.graph import CONST, LEAVES, Node, apply, leaf, substitute, topological
from primir.ir.kernel import MAX_KERNEL_WIDTH, evaluate_batch
from primir.ir.key import canonical_form
from primir.ir.samples import samples
from primir.jobs.limits import Deadline
from primir.lift.compiled.clang import compile_c
from primir.lift.compiled.compiler import Compiled
from primir.lift.llvm.assembly import Printed
from primir.lift.slices import Census, read_compiled, sliced_file
from primir.verify.provers.portfolio import satisfiable
from primir.verify.provers.query import Query, Sat, Unsat
from primir.verify.provers.solvers import BITWUZLA, Z3, Race
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGES = ("zlib", "lz4", "musl")
SLICING = 120.0  # seconds for the slices of one file
PROVERS = (replace(BITWUZLA, slice=2.0), Race((Z3, BITWUZLA)))
NEAR = 100  # of the vectors that hold a slice's own constants and their neighbours


class Missing(Exception):
    """What is not on this machine, and so cannot be measured."""


# --- sources ----------------------------------------------------------------------------------------------------------


def source_of(name: str, folder: Path) -> Path:
    """The unpacked source package `name` below `folder`, fetched where it is not there yet. Missing says what lacks."""
    unpacked = folder / name
    if not unpacked.is_dir():
        for tool in ("apt-get", "dpkg-source"):
            if shutil.which(tool) is None:
                raise Missing(f"{tool} is not on this machine: unpack the sources of {name} at {unpacked}")
        downloads = folder / "downloads" / name
        downloads.mkdir(parents=True, exist_ok=True)
        options = _apt_options(folder / "apt")
        _run(["apt-get", *options, "source", "--download-only", name], downloads)
        description = next(downloads.glob("*.dsc"), None)
        if description is None:
            raise Missing(f"apt-get has not brought the sources of {name}")
        _run(["dpkg-source", "--no-check", "-x", description.name, str(unpacked)], downloads)
    return unpacked


@lru_cache(1)
def _apt_options(folder: Path) -> list[str]:
    """Options under which apt-get knows the sources of this machine's own package lists; its state does not change."""
    for part in ("lists/partial", "cache/archives/partial", "parts"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    etc = Path("/etc/apt")
    for file in (etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))):
        if file.suffix in (".list", ".sources") and file.is_file():
            (folder / "parts" / file.name).write_text("".join(map(_for_sources, file.read_text().splitlines(True))))
    options = [f"Dir::Etc::sourceparts={folder}/parts", "Dir::Etc::sourcelist=/dev/null",
               f"Dir::State::lists={folder}/lists", f"Dir::Cache={folder}/cache", "APT::Sandbox::User="]
    words = [word for option in options for word in ("-o", option)]
    _run(["apt-get", *words, "update"], folder, needed=False)  # one of several lists may be out of reach
    return words


def _for_sources(line: str) -> str:
    """A line of apt's lists, asking for sources where it asks for packages."""
    words = line.split()
    if words[:1] == ["deb"]:
        return line.replace("deb", "deb-src", 1)
    return "Types: deb-src\n" if words[:1] == ["Types:"] else line


def _run(command: Sequence[str], folder: Path, needed: bool = True) -> None:
    ended = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, check=False)
    if needed and ended.returncode != 0:
        last = ended.stdout.strip().splitlines()[-1:] or ["it said nothing"]
        raise Missing(f"{' '.join(command[:1])} failed: {last[0]}")


def flags_of(name: str, source: Path) -> list[str]:
    """How the C files of a package are compiled."""
    if name == "musl":
        return _musl_flags(source)
    return [f"-I{folder}" for folder in sorted({header.parent for header in source.rglob("*.h")})]


def _musl_flags(source: Path) -> list[str]:
    """Those of musl's Makefile, after the headers that it generates."""
    machine = source / "arch" / platform.machine()
    made = source / "obj" / "include" / "bits"
    if not machine.is_dir():
        raise Missing(f"musl does not know the machine {platform.machine()}")
    made.mkdir(parents=True, exist_ok=True)
    script = source / "tools" / "mkalltypes.sed"
    types = subprocess.run(["sed", "-f", str(script), str(machine / "bits" / "alltypes.h.in"),
                            str(source / "include" / "alltypes.h.in")], capture_output=True, text=True, check=True)
    (made / "alltypes.h").write_text(types.stdout)
    calls = (machine / "bits" / "syscall.h.in").read_text()
    renamed = [line.replace("__NR_", "SYS_", 1) for line in calls.splitlines(True) if "__NR_" in line]
    (made / "syscall.h").write_text("".join([calls, *renamed]))
    internal = source / "obj" / "src" / "internal"
    internal.mkdir(parents=True, exist_ok=True)
    (internal / "version.h").write_text('#define VERSION "0"\n')
    folders = (machine, "arch/generic", "obj/src/internal", "src/include", "src/internal", "obj/include", "include")
    return ["-std=c99", "-nostdinc", "-ffreestanding", "-D_XOPEN_SOURCE=700",
            *(f"-I{source / folder}" for folder in folders)]


# --- slices -----------------------------------------------------------------------------------------------------------


@dataclass
class Found:
    """What the files of one package, or of all, have given."""

    census: Census = field(default_factory=Census)
    skipped: list[str] = field(default_factory=list)  # files that do not compile, or that LLVM does not read
    seconds: float = 0.0  # of one core: to parse LLVM's text, to slice, and for the keys

    @property
    def speed(self) -> float:
        return self.census.slices / self.seconds if self.seconds else 0.0


Forms = dict[str, dict[Node, None]]  # the differently written slices of each key, over inputs named by first use


def read(file: Path, flags: Sequence[str]) -> tuple[Compiled, Printed] | str:
    """What clang makes of a C file, and what LLVM prints for that after SROA, or why there is none."""
    try:
        source = compile_c(file, flags)
        return source, read_compiled(source)
    except PrimirError as problem:
        return f"{file}: {problem.message}"


def add_slices(source: Compiled, printed: Printed, found: Found, forms: Forms) -> None:
    """Slice one file, on this thread alone, and keep how its slices are written."""
    started = time.thread_time()
    slices = sliced_file(source, printed, Deadline(SLICING))
    keys = [canonical_form([each.value]).key for each in slices.slices]
    found.seconds += time.thread_time() - started
    found.census.add(slices)
    for key, each in zip(keys, slices.slices):
        forms.setdefault(key, {})[written(each.value)] = None


def written(value: Node) -> Node:
    """`value` over inputs named by first use: what two slices that are written alike share."""
    return substitute([value], {node: leaf(f"x{n}", node.width) for n, node in enumerate(free(value))})[0]


def free(value: Node) -> list[Node]:
    return [node for node in topological([value]) if node.op in LEAVES and node.op != CONST]


def measured(name: str, folder: Path, jobs: int, forms: Forms) -> Found:
    """Slice all C files of the package `name`."""
    source = source_of(name, folder)
    flags = flags_of(name, source)
    files = sorted(source.rglob("*.c"))
    found = Found()
    with ThreadPoolExecutor(jobs) as pool:
        for start in range(0, len(files), 64):  # so that few texts are waiting
            for result in pool.map(lambda file: read(file, flags), files[start : start + 64]):
                if isinstance(result, str):
                    found.skipped.append(result)
                else:
                    add_slices(*result, found, forms)
            _say(f"{name}: {min(start + 64, len(files))} of {len(files)} files, {found.census.slices:,} slices")
    return found


def together(parts: Sequence[Found]) -> Found:
    whole = Found()
    for part in parts:
        whole.census.join(part.census)
        whole.skipped += part.skipped
        whole.seconds += part.seconds
    return whole


# --- are the forms right? ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proofs:
    """What a solver says of pairs that share a key."""

    equal: int
    different: list[tuple[Node, Node]]
    unknown: list[tuple[Node, Node]]


def sampled(forms: Forms, count: int, rng: random.Random) -> list[tuple[Node, Node]]:
    """At most `count` pairs of slices that share a key and are written differently, drawn without return."""
    pairs = [pair for several in forms.values() for pair in itertools.combinations(several, 2)]
    return rng.sample(pairs, min(count, len(pairs)))


def identified(a: Node, b: Node) -> tuple[Node, Node]:
    """Both over the same inputs, as their key identifies them; what neither form needs is apart."""
    forms = [canonical_form([node]) for node in (a, b)]
    assert forms[0].key == forms[1].key, (a, b)
    sides = []
    for side, node, form in zip("ab", (a, b), forms):
        names = {node: f"i{n}" for n, node in enumerate(form.inputs)}
        new = {node: leaf(names.get(node, f"{side}.{node.data}"), node.width) for node in free(node)}
        sides += substitute([node], new)
    return sides[0], sides[1]


def proved(pairs: Sequence[tuple[Node, Node]], seconds: float) -> Proofs:
    """Whether a solver proves each pair equal."""
    equal, different, unknown = 0, [], []
    for a, b in pairs:
        answer = satisfiable(Query(apply("ne", *identified(a, b))), Deadline(seconds), PROVERS)
        if isinstance(answer, Unsat):
            equal += 1
        elif isinstance(answer, Sat):
            different.append((a, b))
        else:
            unknown.append((a, b))
    return Proofs(equal, different, unknown)


def unlike(value: Node, vectors: int, seed: int) -> bool:
    """Whether the canonical form of `value` gives something else on one of so many inputs."""
    form = canonical_form([value])
    inputs = free(value)
    numbered = [node for node in topological(form.roots) if node.op in LEAVES and node.op != CONST]
    (again,) = substitute(form.roots, dict(zip(numbered, form.inputs, strict=True)))
    if again is value:
        return False
    constants = [int(node.data) for node in topological([value]) if node.op == CONST]
    if max(node.width for node in topological([value, again])) > MAX_KERNEL_WIDTH:
        both = compiled([value, again], inputs)
        drawn = itertools.islice(samples([node.width for node in inputs], seed=seed, mentioned=constants), vectors)
        return any(one != other for one, other in itertools.starmap(both, drawn))
    columns = _vectors(tuple(node.width for node in inputs), vectors, seed)
    words = {node: column.copy() for node, column in zip(inputs, columns)}
    _put_near(words, constants, random.Random(seed))
    one, other = evaluate_batch([value, again], words)
    return bool((one != other).any())


@lru_cache(1 << 10)
def _vectors(widths: tuple[int, ...], count: int, seed: int) -> list[NDArray[np.uint64]]:
    import numpy as np

    drawn = list(itertools.islice(samples(widths, seed=seed), count))
    return [np.array(column, dtype=np.uint64) for column in zip(*drawn)]


def _put_near(words: dict[Node, NDArray[np.uint64]], constants: Sequence[int], rng: random.Random) -> None:
    """The last vectors hold the constants and their neighbours."""
    import numpy as np

    near = [constant + step for constant in constants for step in (-1, 0, 1)]
    for node, column in words.items() if near else ():
        mask = (1 << node.width) - 1
        column[-NEAR:] = np.array([rng.choice(near) & mask for _ in column[-NEAR:]], dtype=np.uint64)


# --- the command ------------------------------------------------------------------------------------------------------


def row(name: str, found: Found) -> Iterator[str]:
    census = found.census
    forms, plain = len(census.canonical), len(census.plain)
    yield name
    for number in (census.files + len(found.skipped), len(found.skipped), census.lines, census.instructions,
                   census.functions, census.slices, census.trivial, forms, plain):
        yield f"{number:,}"
    yield f"{100 * forms / plain:.1f} %" if plain else ""
    for share in (0.5, 0.8, 0.9):
        yield f"{census.covering(share):,}"
    yield f"{found.speed:,.0f}"


COLUMNS = ("package", "files", "skipped", "lines", "instructions", "functions", "slices", "inputs", "forms", "plain",
           "ratio", "50 %", "80 %", "90 %", "slices/s")


@click.command()
@click.argument("names", nargs=-1)
@click.option("--folder", default=str(Path(platformdirs.user_cache_dir("primir")) / "sources"), show_default=True,
              help="Where the sources are, or are put.")
@click.option("--jobs", default=os.cpu_count() or 1, show_default=True, help="Compilers at once.")
@click.option("--pairs", default=500, show_default=True, help="How many pairs of one key are proved equal.")
@click.option("--vectors", default=1000, show_default=True, help="Inputs on which each form is evaluated.")
@click.option("--time", "seconds", default=30.0, show_default=True, help="The limit for each proof, in seconds.")
@click.option("--seed", type=int, help="Draws the pairs and the vectors.  [default: another one each time]")
@click.option("--list", "listed", is_flag=True, help="Say which files are skipped, and why.")
def main(names: tuple[str, ...], folder: str, jobs: int, pairs: int, vectors: int, seconds: float, seed: int | None,
         listed: bool) -> None:
    """Slices the C files of Debian's source packages NAMES (zlib, lz4, musl), and checks the forms."""
    console = Console(width=None if sys.stdout.isatty() else 180, highlight=False)
    seed = random.randrange(1 << 32) if seed is None else seed
    forms: Forms = defaultdict(dict)
    parts: dict[str, Found] = {}
    for name in names or PACKAGES:
        try:
            parts[name] = measured(name, Path(folder).absolute(), jobs, forms)
        except Missing as missing:
            raise SystemExit(str(missing)) from None
    table = Table(*COLUMNS, box=None)
    for name, found in parts.items():
        table.add_row(*row(name, found))
    whole = together(list(parts.values()))
    table.add_row(*row("all", whole))
    console.print(table)
    for why, count in whole.census.skipped.most_common():
        console.print(f"{count:5} functions without slices: {why}", markup=False)
    if listed:
        console.print("\n".join(whole.skipped), markup=False)
    console.print(f"\nseed {seed}")
    wrong = check(console, forms, pairs, vectors, seconds, seed)
    raise SystemExit(1 if wrong else 0)


def check(console: Console, forms: Forms, pairs: int, vectors: int, seconds: float, seed: int) -> bool:
    """Prove the sample of pairs, evaluate all forms, and say what came out. Whether a form is wrong."""
    drawn = sampled(forms, pairs, random.Random(seed))
    proofs = proved(drawn, seconds)
    console.print(f"pairs of one key, written differently, proved equal by a solver: {proofs.equal} of {len(drawn)}")
    for word, found in (("DIFFERENT", proofs.different), ("not decided", proofs.unknown)):
        for a, b in found:
            console.print(f"  {word}: {a}\n      and {b}", markup=False)
    several = [value for values in forms.values() for value in values]
    wrong = [value for value in several if unlike(value, vectors, seed)]
    console.print(f"forms that evaluate as what they are the form of, on {vectors:,} inputs: "
                  f"{len(several) - len(wrong):,} of {len(several):,}")
    for value in wrong:
        console.print(f"  DIFFERENT: {value}", markup=False)
    return bool(proofs.different or wrong)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
