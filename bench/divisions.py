"""Divisions and remainders by random constants, each by multiplications and shifts; some right, some nearly so.

    python -m bench.divisions [--count N] [--seed N] [--time SECONDS] [--peers]

Unsigned, signed, exact, on ranges, and tests for divisibility, at 8 to 64 bits. The recipes are those of Granlund and
Montgomery (Division by Invariant Integers using Multiplication, PLDI 1994) and of Warren (Hacker's Delight, chapter
10). What is nearly right has a constant that is off by one, differs at a single input, or at the edge of a range only;
each such case comes with an input at which it fails.
"""

from __future__ import annotations

import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import click
from primir.ir.evaluate import compiled
from primir.ir.graph import TRUE, Function, Node, Parameter, Result, apply, const, topological
from primir.ir.types import Type
from rich.console import Console
from rich.table import Table

WIDTHS = (8, 12, 16, 24, 32, 40, 48, 64)
X = "x"


@dataclass(frozen=True)
class Case:
    """A source and a target over one word; `fails` is an input at which the target is wrong, None where it is right."""

    kind: str
    source: Function
    target: Function
    fails: int | None


# --- writing a function down ------------------------------------------------------------------------------------------


def word(w: int) -> Node:
    return Parameter(X, Type(w)).value


def function(w: int, value: Node, domain: Node = TRUE, signed: bool = False) -> Function:
    parameter = Parameter(X, Type(w, signed))
    return Function("f", (parameter,), (Result(Type(value.width, signed and value.width == w), value),), domain=domain)


def number(value: int, like: Node) -> Node:
    return const(value, like.width)


def shifted(op: str, x: Node, by: int) -> Node:
    return apply(op, x, number(by, x)) if by else x


def high_product(x: Node, m: int, signed: bool) -> Node:
    """The high word of x * m."""
    w = x.width
    wide = apply("mul", apply("sext" if signed else "zext", x, width=2 * w), const(m, 2 * w))
    return apply("trunc", shifted("lshr", wide, w), width=w)


# --- the recipes ------------------------------------------------------------------------------------------------------


def unsigned_magic(w: int, d: int) -> tuple[int, int]:
    """(m, k) with x / d == x * m >> k for all words x; m has up to w + 1 bits."""
    k = w
    while True:
        m = -(-(1 << k) // d)
        if (m * d - (1 << k)) * ((1 << w) - 1) < 1 << k:  # x*m / 2**k is x/d, and less than 1/d more
            return m, k
        k += 1


def first_failure(m: int, k: int, d: int, most: int) -> int | None:
    """The first x <= most at which x * m >> k is not x / d."""
    excess = m * d - (1 << k)  # x*m / 2**k == x/d + x*excess / (d * 2**k)
    if excess < 0:
        return d if d <= most else None  # too small at the divisor itself
    first, short = most + 1, 1
    # one too large where a remainder that is `short` of the divisor is made up for: x * excess >= short * 2**k
    while excess and (x := -(-(short << k) // excess)) < first:
        first = min(first, x + max(0, d - short - x % d))
        short += 1
    return first if first <= most else None


def unsigned_quotient(x: Node, m: int, k: int) -> Node:
    """x * m >> k, for k >= w."""
    w = x.width
    if m < 1 << w:
        return shifted("lshr", high_product(x, m, signed=False), k - w)
    low = high_product(x, m - (1 << w), signed=False)  # x*m >> w == low + x, which may not fit a word
    half = apply("add", shifted("lshr", apply("sub", x, low), 1), low)
    return shifted("lshr", half, k - w - 1)


def signed_magic(w: int, d: int) -> tuple[int, int]:
    """(m, s) with x / d == (x * m >> w + s) + (x < 0) for signed words x and d >= 2."""
    s = 0
    while True:
        m = (1 << w + s) // d + 1
        # Hacker's Delight, 10-4: right where 0 < m*d - 2**(w+s) <= 2**(s+1)
        if m * d - (1 << w + s) <= 1 << s + 1:
            return m, s
        s += 1


def signed_quotient(x: Node, m: int, s: int, negative: bool) -> Node:
    w = x.width
    high = high_product(x, m - (1 << w) if m >> w - 1 else m, signed=True)
    if m >> w - 1:
        high = apply("add", high, x)
    q = apply("add", shifted("ashr", high, s), shifted("lshr", x, w - 1))
    return apply("neg", q) if negative else q


# --- the cases --------------------------------------------------------------------------------------------------------


def divisor(rng: random.Random, w: int) -> int:
    """Small, of any length, or near a power of two; at least 3 and no power of two."""
    while True:
        d = rng.choice([rng.randint(3, 30), rng.getrandbits(rng.randint(2, w - 2)), (1 << rng.randint(2, w - 2)) + 1,
                        (1 << rng.randint(3, w - 2)) - 1, 10 ** rng.randint(1, 9)])
        if 3 <= d < 1 << w - 2 and d & d - 1:
            return d


def unsigned(rng: random.Random, w: int, off: int) -> tuple[Function, Function]:
    d = divisor(rng, w)
    m, k = unsigned_magic(w, d)
    x = word(w)
    q = unsigned_quotient(x, m + off, k)
    if rng.random() < 0.5:
        return function(w, apply("udiv", x, number(d, x))), function(w, q)
    return function(w, apply("urem", x, number(d, x))), function(w, apply("sub", x, apply("mul", q, number(d, x))))


def signed(rng: random.Random, w: int, off: int) -> tuple[Function, Function]:
    d, negative = divisor(rng, w), rng.random() < 0.4
    m, s = signed_magic(w, d)
    x = word(w)
    q = signed_quotient(x, m + off, s, negative)
    by = number(-d if negative else d, x)
    if rng.random() < 0.5:
        return function(w, apply("sdiv", x, by), signed=True), function(w, q, signed=True)
    return (function(w, apply("srem", x, by), signed=True),
            function(w, apply("sub", x, apply("mul", q, by)), signed=True))


def by_power(rng: random.Random, w: int, off: int) -> tuple[Function, Function]:
    """Signed, by a power of two: what a negative word lacks to be rounded up is added first."""
    s = rng.randint(1, w - 2)
    x = word(w)
    bias = shifted("lshr", shifted("ashr", x, w - 1), w - s + off * (s > 1))
    return (function(w, apply("sdiv", x, number(1 << s, x)), signed=True),
            function(w, shifted("ashr", apply("add", x, bias), s), signed=True))


def exact(rng: random.Random, w: int, off: int) -> tuple[Function, Function]:
    """Of a multiple: by the inverse of the odd part modulo 2**w."""
    d, s = divisor(rng, w) | 1, rng.randint(0, 3)
    while d << s >> w - 1:
        d, s = divisor(rng, w) | 1, rng.randint(0, 3)
    sign = "s" if rng.random() < 0.4 else "u"
    x = word(w)
    domain = apply("eq", apply(f"{sign}rem", x, number(d << s, x)), number(0, x))
    part = shifted("ashr" if sign == "s" else "lshr", x, s)
    q = apply("mul", part, number(pow(d, -1, 1 << w) + off, x))
    return (function(w, apply(f"{sign}div", x, number(d << s, x)), domain, sign == "s"),
            function(w, q, signed=sign == "s"))


def divisible(rng: random.Random, w: int, off: int) -> tuple[Function, Function]:
    """Whether an odd number divides x: x times its inverse is then no more than (2**w - 1) / d."""
    d = divisor(rng, w) | 1
    x = word(w)
    test = apply("ule", apply("mul", x, number(pow(d, -1, 1 << w), x)), number(((1 << w) - 1) // d + off, x))
    return function(w, apply("eq", apply("urem", x, number(d, x)), number(0, x))), function(w, test)


def on_range(rng: random.Random, w: int, off: int) -> tuple[Function, Function]:
    """Within one word, where x is small enough: up to the first input at which it fails or wraps, or one more."""
    d = divisor(rng, max(8, w // 2))
    k = rng.randint(min(max(d.bit_length() + 1, 2 * d.bit_length() - 6), w - 2), w - 2)
    m = -(-(1 << k) // d)
    limit = -(-(1 << w) // m)  # x * m wraps from here on
    failure = first_failure(m, k, d, limit - 1)
    limit = limit if failure is None else failure
    x = word(w)
    domain = apply("ult", x, number(limit + (off != 0), x))
    return (function(w, apply("udiv", x, number(d, x)), domain),
            function(w, shifted("lshr", apply("mul", x, number(m, x)), k)))


KINDS: dict[str, Callable[[random.Random, int, int], tuple[Function, Function]]] = {
    "unsigned": unsigned, "signed": signed, "by a power of two": by_power, "exact": exact, "divisible": divisible,
    "on a range": on_range}


def spoiled(rng: random.Random, target: Function) -> tuple[Function, list[int]]:
    """The target with another result at one input: one that it names, or one that only a multiplication tells."""
    w = target.parameters[0].type.width
    x, at = target.parameters[0].value, rng.getrandbits(w)
    (result,) = target.results
    odd = rng.getrandbits(w) | 1
    there = apply("eq", x, const(at, w)) if rng.random() < 0.7 else (
        apply("eq", apply("mul", x, const(odd, w)), const(at * odd, w)))
    wrong = apply("xor", result.value, const(1 << rng.randrange(result.type.width), result.type.width))
    return replace(target, results=(replace(result, value=apply("select", there, wrong, result.value)),)), [at]


def cases(seed: int, count: int) -> Iterator[Case]:
    """`count` cases, about half of them right, the same for the same arguments."""
    rng = random.Random(seed)
    made = 0
    while made < count:
        kind, w = rng.choice(list(KINDS)), rng.choice(WIDTHS)
        spoil = rng.choice(["right", "right", "right", "off by one", "off by one", "at one input"])
        off = rng.choice([-1, 1]) if spoil == "off by one" else 0
        try:
            source, target = KINDS[kind](rng, w, off)
        except TypeError:  # 2 * w is more than a word may have
            continue
        likely: list[int] = []
        if spoil == "at one input":
            target, likely = spoiled(rng, target)
        fails = failure(rng, source, target, likely)
        if (fails is None) != (spoil == "right"):  # off by one, and right all the same, or nobody knows where not
            assert spoil != "right", (kind, w, source, target, fails)
            continue
        made += 1
        yield Case(f"{kind}, {spoil}", source, target, fails)


def failure(rng: random.Random, source: Function, target: Function, likely: list[int]) -> int | None:
    """An input at which the target is wrong, if one is found among many."""
    (parameter,) = source.parameters
    w = parameter.type.width
    mentioned = [*numbers(source), *numbers(target)]
    points = [*likely, *((1 << k) + step for k in range(w) for step in (-1, 0, 1)),
              *(n + step for n in mentioned for step in (-2, -1, 0, 1, 2)),
              *((top // n - back) * n + step for n in mentioned if n for top in ((1 << w) - 1, (1 << w - 1) - 1)
                for back in (0, 1, 2) for step in (-1, 0, 1)),
              *(rng.getrandbits(w) >> rng.randrange(w) for _ in range(300))]
    both = compiled([source.domain, source.results[0].value, target.results[0].value], [parameter.value])
    for point in points:
        domain, wanted, found = both(point & (1 << w) - 1)
        if domain and wanted != found:
            return point & (1 << w) - 1
    return None


def numbers(f: Function) -> list[int]:
    return [int(node.data) for node in topological(f.roots) if node.is_const]


@click.command()
@click.option("--count", default=300, show_default=True)
@click.option("--seed", default=2026, show_default=True)
@click.option("--time", "seconds", default=10.0, show_default=True, help="The limit for each case, in seconds.")
@click.option("--peers", is_flag=True, help="Each solver alone, too, within the same limit.")
def main(count: int, seed: int, seconds: float, peers: bool) -> None:
    """Decides the cases and prints a table by kind, and what was not decided."""
    from bench.arithmetic import PEERS, examined

    console = Console(width=None if sys.stdout.isatty() else 150, highlight=False)
    rivals = PEERS if peers else ()
    spent: dict[str, list[float]] = defaultdict(list)
    provers: dict[str, Counter[str]] = defaultdict(Counter)
    said: Counter[str] = Counter()
    beaten: Counter[str] = Counter()
    for case in cases(seed, count):
        expected = "correct" if case.fails is None else "incorrect"
        found = examined(case.source, case.target, expected, seconds)
        said[{True: "right", False: "wrong", None: "open"}[found.right]] += 1
        spent[case.kind].append(found.seconds)
        provers[case.kind][found.prover] += 1
        if not found.right:
            console.print(f"{found.status}, not {expected}: {case}", markup=False)
        for peer in rivals:
            alone = examined(case.source, case.target, expected, seconds, (replace(peer, slice=seconds),))
            beaten[peer.name] += alone.right is True
    table = Table("kind", "cases", "CPU s", "at most", "decided by", box=None)
    for kind in sorted(spent):
        by = ", ".join(f"{name} {n}" for name, n in provers[kind].most_common())
        table.add_row(kind, str(len(spent[kind])), f"{sum(spent[kind]):.2f}", f"{max(spent[kind]):.2f}", by)
    console.print(table)
    total = [second for seconds_ in spent.values() for second in seconds_]
    console.print(f"seed {seed}: {said['right']} of {count} decided as expected, {said['wrong']} wrong, {said['open']} "
                  f"open, {sum(total):.1f} CPU s, at most {max(total, default=0.0):.1f}")
    for name, right in beaten.items():
        console.print(f"{name} alone: {right} of {count}")
    if said["wrong"] or said["right"] < 0.99 * count:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
