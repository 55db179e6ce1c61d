"""What `primir verify` costs on a small pair when nothing is warm: CPU seconds of the process and its children.

    python -m bench.cold [--runs N]

Prints the least and the most of N runs for a pair that a normal form proves, one that a solver proves, and one that is
refuted. Nothing is remembered.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from bench.again import cpu_of

LIMIT = 0.6  # CPU seconds
OLD = "define i32 @f(i32 %x) {\n  %r = mul i32 %x, 8\n  ret i32 %r\n}\n"
CLAMPED = """define i32 @f(i32 %x, i32 %y) {
  %a = call i32 @llvm.umin.i32(i32 %x, i32 %y)
  %b = call i32 @llvm.umin.i32(i32 %a, i32 100)
  ret i32 %b
}
declare i32 @llvm.umin.i32(i32, i32)
"""
EARLIER = """define i32 @f(i32 %x, i32 %y) {
  %c = icmp ugt i32 %x, 100
  %d = select i1 %c, i32 100, i32 %x
  %e = icmp ult i32 %d, %y
  %b = select i1 %e, i32 %d, i32 %y
  ret i32 %b
}
"""
PAIRS = {"proved by a normal form": (OLD, OLD.replace("mul", "shl").replace("8", "3"), 0),
         "proved by a solver": (CLAMPED, EARLIER, 0),
         "refuted": (OLD, OLD.replace("8", "9"), 1)}


@click.command()
@click.option("--runs", default=5, show_default=True)
def main(runs: int) -> None:
    """Prints the table; exit code 1 where the least of some pair's runs is above the limit."""
    slow = False
    with tempfile.TemporaryDirectory(prefix="primir-") as temporary:
        folder = Path(temporary)
        for name, (old, new, expected) in PAIRS.items():
            (folder / "old.ll").write_text(old)
            (folder / "new.ll").write_text(new)
            spent = sorted(cpu_of(["verify", "old.ll", "new.ll"], folder, f"{name}.{run}", expected)
                           for run in range(runs))
            print(f"{name:24} {spent[0]:.2f} to {spent[-1]:.2f} CPU s")
            slow |= spent[0] > LIMIT
    if slow:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
