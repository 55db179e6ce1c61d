"""What primir does, in one session: `make demo` runs this, and so can you.

    python examples/demo.py
"""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import primir
from primir import u32

EXAMPLES = Path(__file__).resolve().parent


def say(text: str) -> None:
    print(f"\n\033[1m# {text}\033[0m" if sys.stdout.isatty() else f"\n# {text}", flush=True)


def shell(command: str, expected: int = 0) -> None:
    """Shows a command line and runs it."""
    print(f"$ {command}", flush=True)
    words = shlex.split(command)
    code = subprocess.run([sys.executable, "-m", *words] if words[0] == "primir" else words).returncode
    if code != expected:
        raise SystemExit(f"this should have ended with exit code {expected}, and not with {code}")
    if code:
        print(f"(exit code {code})", flush=True)


def isolate(x: u32) -> u32:
    """The lowest bit that is 1."""
    return x & ~(x - 1)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for file in EXAMPLES.iterdir():
            if file.suffix in (".spec", ".py", ".ll"):
                shutil.copy(file, folder)
        os.chdir(folder)
        session()
        os.chdir(EXAMPLES)


def session() -> None:
    say("A spec says what a function must do. primir finds the shortest program that does it, and proves it.")
    shell("cat round_up.spec")
    shell("primir synth round_up.spec --using plain")

    say("A plain Python function can be the spec as well.")
    shell("cat average.py")
    shell("primir synth average.py --using plain")

    say("Two results: what both need is computed once.")
    shell("primir synth swap_bits.py --using plain")

    say("What comes out is code that runs: C, LLVM IR, Python, assembly, an object file or a shared library.")
    shell("primir synth saturating_add.py -o saturating_add.c -o saturating_add.h")
    compile_and_call()

    say("Does the new version do what the old one did, for all inputs? If not, primir shows where.")
    shell("primir verify average.py average_rewritten.py")
    shell("primir verify average.py average_wrong.ll", expected=1)

    say("Where no program can exist, that is proved too.")
    shell("cat half.spec")
    shell("primir synth half.spec", expected=1)

    say("From Python, the result is a function.")
    print(">>> def isolate(x: u32) -> u32:\n...     return x & ~(x - 1)")
    found = primir.synthesize(isolate, using="plain", time=30)
    print('>>> found = primir.synthesize(isolate, using="plain")\n>>> found.status, found.cost')
    print((found.status, found.cost))
    print(f">>> found(12)\n{found(12)}")
    print(f">>> print(found.python)\n{found.python}")


def compile_and_call() -> None:
    """What the C compiler of this machine makes of the C file, called from here."""
    if shutil.which("cc") is None:
        print("(there is no C compiler here, so nothing is compiled)")
        return
    shell("cc -O2 -Wall -Wextra -shared -fPIC saturating_add.c -o saturating_add.so")
    add = ctypes.CDLL(str(Path("saturating_add.so").resolve())).saturating_add
    add.argtypes, add.restype = [ctypes.c_uint32, ctypes.c_uint32], ctypes.c_uint32
    for a, b in ((2, 3), (4_000_000_000, 1_000_000_000)):
        print(f"saturating_add({a}, {b}) = {add(a, b)}")


if __name__ == "__main__":
    main()
