"""C and C++ through clang: `$CC` or `$CXX` if that is one, else one on PATH, else the one in the `ziglang` wheel.

Clang writes what its -O2 would begin with, before any pass: attributes that say what is undefined behaviour, and no
optimization that has used it. Signed overflow stays undefined, as the language has it, unless a flag says otherwise.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...ir.errors import Place, PrimirError
from ...jobs.kept import home
from .compiler import Compiled, argument, compile_to_llvm, version_of

NEWEST, OLDEST = 22, 14  # of LLVM's versions: what newer ones write may not be read
C, CPP = (".c", ".h"), (".cc", ".cpp", ".cxx", ".hpp")
RAW = ("-O2", "-g", "-Xclang", "-disable-llvm-passes", "-S", "-emit-llvm", "-fno-discard-value-names",
       "-femit-all-decls",  # functions that are static or inline as well
       "-fno-color-diagnostics", "-fno-caret-diagnostics", "-w")
ABORTS = ("abort", "__assert_fail", "__assert", "__assert_rtn", "__assert_func", "_assert")

_INRANGE = re.compile(r"(?<=, )inrange (?=i\d+ )")

# What is taken over from a compile_commands.json: where files are, what is defined, and what the language means.
_TAKEN = re.compile(r"-I|-D|-U|-std=|-isystem|-iquote|-idirafter|-include|-isysroot|--sysroot|-m(?!arch=native)|"
                    r"--target=|-target$|-f(no-)?wrapv$|-f(un)?signed-char$|-fshort-enums$|-fms-extensions$|-ansi$")
_APART = ("-I", "-D", "-U", "-isystem", "-iquote", "-idirafter", "-include", "-isysroot", "-target", "--sysroot")
_PATHS = ("-isystem", "-iquote", "-idirafter", "-include", "-isysroot", "--sysroot=", "-I")


@dataclass(frozen=True, slots=True)
class Compiler:
    """How a clang is called."""

    command: tuple[str, ...]
    zig: bool = False


def compile_c(file: Path, cflags: Sequence[str] = ()) -> Compiled:
    """The LLVM IR of a C or C++ file. PrimirError, with its place, where there is no compiler, or where it objects."""
    language = "C++" if file.suffix.lower() in CPP else "C"
    compiler = find_clang(language)
    flags, database = _flags_for(file)
    written = ["-x", "c++" if language == "C++" else "c"]
    environment = {}
    if compiler.zig:
        written += ["-fno-sanitize=undefined", "-UNDEBUG"]
        if not any(flag.startswith(("-target", "--target")) for flag in (*flags, *cflags)):
            written += ["-target", _zig_target()]
        environment = _zig_caches()
    command = [*compiler.command, *RAW, *written, *flags, *cflags, argument(file), "-o"]
    remarks = (f"flags from {database}: {shlex.join(flags)}",) if flags and database is not None else ()
    text = compile_to_llvm(command, file, environment)
    text = _INRANGE.sub("", text)  # at an index, as clang up to 18 has it, LLVM 22 does not read it
    return Compiled(text, str(file), language, remarks)


# --- the compiler -----------------------------------------------------------------------------------------------------


def find_clang(language: str = "C") -> Compiler:
    """The clang that is used. PrimirError where there is none."""
    path = os.environ.get("PATH")
    for command in _candidates(language):
        said = version_of(command, path)
        if said is not None and (major := re.search(r"\bclang version (\d+)", said)):
            if OLDEST <= int(major[1]) <= NEWEST or "Apple" in said:
                return Compiler(command)
    zig = zig_binary()
    if zig is not None:
        return Compiler((zig, "c++" if language == "C++" else "cc"), zig=True)
    raise PrimirError(f"there is no compiler for {language}",
                      hint=f"pip install 'primir[c]', or install clang {OLDEST} to {NEWEST}")


def _candidates(language: str) -> Iterator[tuple[str, ...]]:
    for variable in (("CXX", "CC") if language == "C++" else ("CC",)):
        if given := os.environ.get(variable, "").strip():
            try:
                yield tuple(shlex.split(given))
            except ValueError:
                pass
    for name in ("clang", *(f"clang-{version}" for version in range(NEWEST, OLDEST - 1, -1))):
        if (found := shutil.which(name)) is not None:
            yield (found,)


def zig_binary() -> str | None:
    """The program in the `ziglang` wheel, where that is installed."""
    from importlib.util import find_spec

    try:
        spec = find_spec("ziglang")
    except (ImportError, ValueError):
        return None
    if spec is None or spec.origin is None:
        return None
    binary = Path(spec.origin).with_name("zig")
    return str(binary) if binary.is_file() else None


def _zig_target() -> str:
    """This machine; on Linux with musl, whose headers come with the wheel."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return f"{machine}-macos" if sys.platform == "darwin" else f"{machine}-linux-musl"


def _zig_caches() -> dict[str, str]:
    folder = str(home() / "zig")
    return {"ZIG_LOCAL_CACHE_DIR": folder, "ZIG_GLOBAL_CACHE_DIR": folder}


# --- compile_commands.json --------------------------------------------------------------------------------------------


def _flags_for(file: Path) -> tuple[list[str], Path | None]:
    """The flags with which a build compiles `file`, and the compile_commands.json that says so."""
    whole = Path(os.path.abspath(file))
    for folder in whole.parents:
        for database in (folder / "compile_commands.json", folder / "build" / "compile_commands.json"):
            if database.is_file():
                entry = next((entry for entry in _entries(database) if _names(entry, database, whole)), None)
                return (_taken(entry, database), database) if entry is not None else ([], None)
    return [], None


def _entries(database: Path) -> list[dict[str, Any]]:
    try:
        entries = json.loads(database.read_text())
    except (OSError, ValueError) as problem:
        raise PrimirError(f"this compile_commands.json cannot be read: {problem}", Place(str(database))) from None
    return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _folder(entry: dict[str, Any], database: Path) -> Path:
    return database.parent / str(entry.get("directory", "."))


def _names(entry: dict[str, Any], database: Path, file: Path) -> bool:
    named = os.path.normpath(_folder(entry, database) / str(entry.get("file", "")))
    return named == str(file) or os.path.realpath(named) == os.path.realpath(file)


def _taken(entry: dict[str, Any], database: Path) -> list[str]:
    """The flags of an entry that say what the source means, with paths that hold from anywhere."""
    words = entry.get("arguments")
    if not isinstance(words, list):
        try:
            words = shlex.split(str(entry.get("command", "")))
        except ValueError:
            words = []
    folder = _folder(entry, database)
    flags: list[str] = []
    rest = iter([str(word) for word in words[1:]])
    for word in rest:
        if not _TAKEN.match(word):
            continue
        if word in _APART:
            value = next(rest, "")
            flags += [word, str(folder / value) if word.startswith(_PATHS) or word == "--sysroot" else value]
            continue
        stem = next((stem for stem in _PATHS if word.startswith(stem)), None)
        flags.append(f"{stem}{folder / word.removeprefix(stem)}" if stem is not None else word)
    return flags
