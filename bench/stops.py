"""How primir stops: SIGINT at random moments, and time limits on queries that nobody decides.

    python -m bench.stops [--interrupts N] [--limits N] [--seed N]

Half of the interrupts are sent to `primir verify`, half to `primir synth`, at random moments from the start on; each
must end the process with exit code 130 within a second and leave no child behind. The limits are of 1 to 3 seconds on
products, factorings and divisions by variables; each run must end within 1.5 seconds after its limit. Prints the
slowest, and what failed. A machine that is busy with something else can fail this without a fault of ours.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

SLOW_TO_STOP = 1.0  # seconds
OVERRUN = 1.5
PRODUCT = 4292017463532640823  # of two primes that are far from each other
LONGEST = 3.0  # seconds after the start at which an interrupt comes


def factoring(width: int, product: int) -> str:
    """That no two words of `width` bits have this product: false, and beyond solvers of bits where they are primes."""
    return f"""define i1 @src(i{width} noundef %x, i{width} noundef %y) {{
  %a = zext i{width} %x to i{2 * width}
  %b = zext i{width} %y to i{2 * width}
  %product = mul i{2 * width} %a, %b
  %found = icmp eq i{2 * width} %product, {product}
  ret i1 %found
}}
define i1 @tgt(i{width} noundef %x, i{width} noundef %y) {{
  ret i1 false
}}
"""


def mixed(rng: random.Random, width: int) -> str:
    """Two random expressions of products, quotients and exclusive ors, that differ in ways that are hard to see."""
    def body(constant: int) -> str:
        return (f"  %a = mul i{width} %x, %y\n  %b = xor i{width} %a, {first}\n  %z = or i{width} %y, 1\n"
                f"  %q = udiv i{width} %b, %z\n  %m = mul i{width} %q, %q\n  %n = mul i{width} %m, %b\n"
                f"  %c = icmp eq i{width} %n, {constant}\n  %d = icmp eq i{width} %a, {second}\n  %r = and i1 %c, %d\n"
                "  ret i1 %r\n")

    first, second, third = (rng.getrandbits(width - 1) for _ in range(3))
    head = f"(i{width} noundef %x, i{width} noundef %y) {{\n"
    return f"define i1 @src{head}{body(third)}}}\ndefine i1 @tgt{head}{body(third ^ 1)}}}\n"


def hard(rng: random.Random) -> str:
    primes = (2147483647, 2147483629, 2147483587, 2147483579, 2147483563)
    if rng.random() < 0.5:
        return factoring(32, rng.choice(primes) * rng.choice(primes))
    return mixed(rng, rng.choice((48, 64)))


LONG = """spec f(x: u64, y: u64) -> u64
  ensures result == (x * y ^ x * x * 77) * (y * y * 1234567 + x)
  using mul add xor
"""


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-m", "primir", *words], cwd=folder, text=True, start_new_session=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ,
                                                                               "PRIMIR_CACHE": str(folder / "cache")})


def descendants(process: int) -> set[int]:
    """The children of a process, and theirs (Linux)."""
    found: set[int] = set()
    waiting = [process]
    while waiting:
        for listed in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                new = set(map(int, listed.read_text().split())) - found
            except OSError:
                continue
            found |= new
            waiting += new
    return found


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def interrupted(folder: Path, words: tuple[str, ...], after: float) -> tuple[float, str]:
    """How long it took to stop, and what was wrong with how it did."""
    child = started(folder, *words)
    time.sleep(after)
    children = descendants(child.pid)
    sent = time.monotonic()
    child.send_signal(signal.SIGINT)
    try:
        _, said = child.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        child.kill()
        return 20.0, "it does not stop"
    took = time.monotonic() - sent
    time.sleep(0.1)
    left = [each for each in children if alive(each)]
    if child.returncode != 130:
        return took, f"exit code {child.returncode} after {after:.3f} s of {' '.join(words)}: {said[-300:]!r}"
    return took, f"processes {left} are left" if left else f"{took:.2f} s" if took > SLOW_TO_STOP else ""


def limited(folder: Path, text: str, seconds: float) -> tuple[float, str]:
    """How far a run went beyond its limit, and what was wrong with it."""
    (folder / "hard.ll").write_text(text)
    begun = time.monotonic()
    child = started(folder, "verify", "hard.ll", "--no-cache", "--time", str(seconds))
    child.communicate(timeout=120)
    over = time.monotonic() - begun - seconds
    if child.returncode not in (0, 1, 3):
        return over, f"exit code {child.returncode}"
    return over, f"{over:.2f} s over {seconds:g}" if over > OVERRUN else ""


@click.command()
@click.option("--interrupts", default=50, show_default=True)
@click.option("--limits", default=100, show_default=True)
@click.option("--seed", default=2026, show_default=True)
def main(interrupts: int, limits: int, seed: int) -> None:
    """Prints how many stopped as they must; exit code 1 where one did not."""
    rng = random.Random(seed)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="primir-") as name:
        folder = Path(name)
        (folder / "long.spec").write_text(LONG)
        (folder / "factors.ll").write_text(factoring(32, PRODUCT))
        commands = (("verify", "factors.ll", "--no-cache"), ("synth", "long.spec"))
        runs = [("interrupt", *interrupted(folder, commands[number % 2], rng.uniform(0, LONGEST)))
                for number in range(interrupts)]
        runs += [("limit", *limited(folder, hard(rng), rng.choice((1, 2, 3)))) for _ in range(limits)]
    for kind in ("interrupt", "limit"):
        times = [took for which, took, _ in runs if which == kind]
        bad = [why for which, _, why in runs if which == kind and why]
        wrong += len(bad)
        print(f"{kind}s: {len(times) - len(bad)} of {len(times)} as they must, "
              f"the slowest {max(times, default=0):.2f} s")
        print("".join(f"  {why}\n" for why in bad), end="")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
