"""Rust through rustc on PATH, as a release build means it: `+` wraps around, and `debug_assert!` is not there.

What panics (a division by zero, an index outside of an array) leaves the function's domain, like an exception in
Python. The flags in `$RUSTFLAGS` are passed on, as cargo does: with `-C overflow-checks=on` overflow panics as well.
Nothing is optimized.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

from ...ir.errors import Place, PrimirError
from .compiler import Compiled, argument, compile_to_llvm, flags_in, version_of

EDITION = "2021"  # where no Cargo.toml says which
RAW = ("--crate-type=lib", "--emit=llvm-ir", "-C", "opt-level=0", "-C", "no-prepopulate-passes", "-C", "debuginfo=2",
       "-C", "panic=abort", "-C", "overflow-checks=off", "-C", "debug-assertions=off", "-C", "codegen-units=1",
       "-C", "link-dead-code=yes",  # functions that nobody calls, too
       "--error-format=short", "--color=never", "--cap-lints=allow")


def working_rustc() -> str | None:
    """The rustc on PATH; None where there is none, or one that does not run (rustup without a toolchain)."""
    rustc = shutil.which("rustc")
    return rustc if rustc is not None and version_of((rustc,), os.environ.get("PATH")) is not None else None


def compile_rust(file: Path) -> Compiled:
    """The LLVM IR of a Rust file. PrimirError, with its place, where there is no rustc, or where it complains."""
    rustc = working_rustc()
    if rustc is None:
        raise PrimirError("there is no compiler for Rust", hint="install rustc, as https://rustup.rs says")
    flags = flags_in(os.environ.get("RUSTFLAGS", ""))
    edition = [] if any(flag.startswith("--edition") for flag in flags) else ["--edition", _edition(file)]
    crate = re.sub(r"\W|^(?=\d)", "_", file.stem)
    command = [rustc, *RAW, *edition, "--crate-name", crate, *flags, argument(file)]
    remarks = (f"flags from RUSTFLAGS: {shlex.join(flags)}",) if flags else ()
    return Compiled(compile_to_llvm([*command, "-o"], file, {}), str(file), "Rust", remarks)


def _edition(file: Path) -> str:
    """The edition in the Cargo.toml of the file's package."""
    import tomllib

    for folder in Path(os.path.abspath(file)).parents:
        manifest = folder / "Cargo.toml"
        if manifest.is_file():
            try:
                package = tomllib.loads(manifest.read_text()).get("package", {})
            except (OSError, ValueError) as problem:
                raise PrimirError(f"this Cargo.toml cannot be read: {problem}", Place(str(manifest))) from None
            edition = package.get("edition", EDITION) if isinstance(package, dict) else EDITION
            return edition if isinstance(edition, str) else EDITION
    return EDITION
