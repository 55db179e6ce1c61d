"""Emitted code as files: the suffix says what is written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ..ir.errors import PrimirError
from ..ir.graph import Function
from . import c, native, python

SUFFIXES = (".o", ".so", ".dylib", ".c", ".h", ".ll", ".py", ".s")


def write(path: Path, function: Function, llvm_text: str, symbol: str, results: Sequence[str] = ()) -> None:
    """Writes `function` under the name `symbol`, with these names of its results, to `path`: whole, or not at all.

    `llvm_text` is its module (llvm.module), from which .ll, .s, .o and the shared libraries .so and .dylib are made;
    in the last four a function with several results has C's interface (c.header). Through a symbolic link, what it
    points at is written. PrimirError for another suffix, for what cannot be written, and where no linker is there for a
    shared library.
    """
    make = _makers(function, llvm_text, symbol, results).get(path.suffix)
    if make is None:
        raise PrimirError(f"{path.name}: no kind of code is written to a file {path.suffix or 'without a suffix'}",
                          hint=f"the suffixes are {' '.join(SUFFIXES)}")
    check_writable(path)
    target = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=target.parent)
        os.close(handle)
    except OSError as problem:
        raise PrimirError(f"{path} cannot be written: {problem.strerror}") from None
    draft = Path(name)
    try:
        make(draft)
        draft.chmod(_mode(path.suffix))
        draft.replace(target)
    except OSError as problem:
        raise PrimirError(f"{path} cannot be written: {problem.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)


def check_writable(path: Path) -> None:
    """PrimirError where it can be told without trying that no file can be put at `path`; links are followed."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        problem = "this link leads back to itself"
    elif not target.parent.is_dir():
        problem = "No such file or directory" if path.parent == target.parent else f"there is no folder {target.parent}"
    elif target.exists() and not target.is_file():
        problem = "this is a directory" if target.is_dir() else "this is not a regular file"
    elif not os.access(target.parent, os.W_OK | os.X_OK):
        problem = f"the folder {path.parent} may not be written"
    else:
        return
    raise PrimirError(f"{path} cannot be written: {problem}")


def _makers(function: Function, llvm_text: str, symbol: str,
            results: Sequence[str]) -> dict[str, Callable[[Path], object]]:
    def callable_from_c() -> str:
        return native.c_callable(llvm_text, function, symbol)

    return {
        ".o": lambda draft: native.object_file(callable_from_c(), draft),
        ".so": lambda draft: native.shared_library(callable_from_c(), draft),
        ".dylib": lambda draft: native.shared_library(callable_from_c(), draft),
        ".s": lambda draft: draft.write_text(native.assembly(callable_from_c())),
        ".c": lambda draft: draft.write_text(c.source(function, symbol, results=results)),
        ".h": lambda draft: draft.write_text(c.header(function, symbol, results=results)),
        ".ll": lambda draft: draft.write_text(llvm_text),
        ".py": lambda draft: draft.write_text(python.source(function, symbol)),
    }


def _mode(suffix: str) -> int:
    """What a new file's permissions are: those that the user's mask leaves."""
    mask = os.umask(0)
    os.umask(mask)
    return (0o777 if suffix in (".so", ".dylib") else 0o666) & ~mask
