"""Identities of our own making, and near misses of each, put to the whole portfolio.

The first kind mixes products with bitwise functions at 64 bits; the second counts, folds and reverses bits.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass

import pytest
from primir.ir.graph import CONST, LEAVES, Node, apply, const, leaf, substitute, topological
from primir.jobs.limits import Deadline
from primir.verify.provers.portfolio import satisfiable
from primir.verify.provers.query import Query, Sat, Unsat

LIMIT = 10.0


# --- products and bitwise functions -----------------------------------------------------------------------------------


@dataclass
class Mixed:
    """Identities over some words of 64 bits: a short polynomial of bitwise functions, and a long way to write it."""

    rng: random.Random
    names: str

    def __post_init__(self):
        self.words = [leaf(name, 64) for name in self.names]

    def identity(self) -> tuple[Node, Node]:
        short = long = const(self.rng.randrange(100), 64)
        for _ in range(self.rng.randrange(1, 4)):
            factor = const(self.rng.choice((1, 2, 3, -1, -5, 12, 1 << 40)), 64)
            one, other = self.function(), self.function()
            if self.rng.random() < 0.7:
                plain, hidden = apply("mul", one, other), self.product(one, other)
            else:
                plain, hidden = one, self.sum_for(one)
            short = apply("add", short, apply("mul", factor, plain))
            long = apply("add", apply("mul", hidden, factor), long)
        return short, apply("add", long, self.zero())

    def function(self, depth: int = 2) -> Node:
        """A random bitwise function of the words."""
        if depth == 0 or self.rng.random() < 0.2:
            word = self.rng.choice(self.words)
            return apply("not", word) if self.rng.random() < 0.3 else word
        return apply(self.rng.choice(("and", "or", "xor")), self.function(depth - 1), self.function(depth - 1))

    def product(self, a: Node, b: Node) -> Node:
        both, either = apply("and", a, b), apply("or", a, b)
        left, right = apply("and", a, apply("not", b)), apply("and", apply("not", a), b)
        form = self.rng.randrange(3)
        if form == 0:
            return apply("add", apply("mul", both, either), apply("mul", right, left))
        if form == 1:
            return apply("mul", self.sum_for(a), self.sum_for(b))
        return apply("add", apply("mul", apply("add", a, const(1, 64)), self.sum_for(b)), apply("neg", b))

    def sum_for(self, function: Node) -> Node:
        """`function` as a sum of multiples of others, which cancel (Zhou et al., Information Hiding in Software with
        Mixed Boolean-Arithmetic Transforms, 2007)."""
        found = function
        for _ in range(self.rng.randrange(1, 4)):
            a, b = self.function(), self.function()
            both, either, differ = (apply(op, a, b) for op in ("and", "or", "xor"))
            terms = self.rng.choice([
                [(1, a), (1, b), (-1, either), (-1, both)],
                [(1, either), (-1, both), (-1, differ)],
                [(1, apply("and", a, apply("not", b))), (-1, a), (1, both)],
                [(1, apply("not", a)), (1, a), (1, const(1, 64))],
                [(2, either), (-1, a), (-1, b), (-1, differ)],
            ])
            scale = self.rng.choice((1, -1, 2, 7, 1 << 50))
            self.rng.shuffle(terms)
            for factor, term in terms:
                found = apply("add", found, apply("mul", const(scale * factor, 64), term))
        return found

    def zero(self) -> Node:
        """Something that is 0 because few bits matter."""
        x = self.function()
        successor = apply("add", x, const(1, 64))
        cubic = apply("mul", apply("mul", x, successor), apply("add", x, const(2, 64)))
        return self.rng.choice([
            const(0, 64),
            apply("mul", const(1 << 63, 64), apply("mul", x, successor)),
            apply("and", apply("mul", x, successor), const(1, 64)),
            apply("mul", const(1 << 63, 64), cubic),
        ])


# --- bits counted, folded and reversed --------------------------------------------------------------------------------


@dataclass
class Folds:
    """Functions of the bits of one word, written by fields that are joined level by level."""

    rng: random.Random
    width: int

    def __post_init__(self):
        self.word = leaf("x", self.width)

    def identity(self) -> tuple[Node, Node]:
        return self.rng.choice((self.count, self.count, self.parity, self.reversal, self.remainder))()

    def const(self, value: int) -> Node:
        return const(value, self.width)

    def mask(self, size: int, step: int) -> Node:
        """The low `size` bits of every `step` bits."""
        return self.const(sum((1 << size) - 1 << place for place in range(0, self.width, step)))

    def right(self, node: Node, count: int) -> Node:
        return apply("lshr", node, self.const(count))

    def count(self) -> tuple[Node, Node]:
        source = self.rng.choice((self.word, apply("not", self.word), apply("and", self.word, self.const(
            self.rng.getrandbits(self.width)))))
        node, size = source, 1
        while size < self.width:
            mask = self.mask(size, 2 * size)
            high = apply("and", self.right(node, size), mask)
            forms = [apply("add", apply("and", node, mask), high),
                     apply("sub", node, apply("mul", self.const((1 << size) - 1), high))]
            if 1 << size > 2 * size:  # the sum fits into the field
                forms.append(apply("and", apply("add", node, self.right(node, size)), mask))
            node, size = self.rng.choice(forms), 2 * size
            fits = (1 << size) - 1 > self.width
            if fits and size < self.width and self.rng.random() < 0.5:
                if self.rng.random() < 0.5:
                    node = apply("urem", node, self.const((1 << size) - 1))
                else:
                    node = self.right(apply("mul", node, self.mask(1, size)), self.width - size)
                break
        return apply("ctpop", source), node

    def parity(self) -> tuple[Node, Node]:
        shifts = [1 << level for level in range(self.width.bit_length() - 1)]
        self.rng.shuffle(shifts)
        node = self.word
        for shift in shifts:
            node = apply("xor", node, self.right(node, shift))
        return apply("and", apply("ctpop", self.word), self.const(1)), apply("and", node, self.const(1))

    def reversal(self) -> tuple[Node, Node]:
        sizes = [1 << level for level in range(self.width.bit_length() - 1)]
        self.rng.shuffle(sizes)
        node = self.word
        for size in sizes:
            mask = self.mask(size, 2 * size)
            up = apply("shl", apply("and", node, mask), self.const(size))
            down = apply("and", self.right(node, size), mask)
            node = apply(self.rng.choice(("or", "xor", "add")), up, down)
        return apply("bitreverse", self.word), node

    def remainder(self) -> tuple[Node, Node]:
        size = self.rng.choice([size for size in (2, 4, 8, 16) if size < self.width])
        divisor = self.const((1 << size) - 1)
        fields = [apply("and", self.right(self.word, place), divisor) for place in range(0, self.width, size)]
        self.rng.shuffle(fields)
        node = fields[0]
        for field in fields[1:]:
            node = apply("add", node, field)
        return apply("urem", self.word, divisor), apply("urem", node, divisor)


# --- near misses ------------------------------------------------------------------------------------------------------


def near_miss(rng: random.Random, short: Node, long: Node, differ_somewhere) -> Node | None:
    """What is nearly `long`, but not `short`: by a constant, an operator, one input or one bit; None where a change
    was not found to change anything."""
    word = rng.choice([node for node in topological([long]) if node.op in LEAVES and node.op != CONST])
    kind = rng.randrange(4)
    if kind == 0:
        at = apply("eq", word, const(rng.getrandbits(word.width), word.width))
        return apply("add", long, apply("zext", at, width=long.width))
    if kind == 1:
        return apply("xor", long, apply("and", word, const(1 << word.width - 1, word.width)))
    operations = ("and", "or", "xor", "add") if kind == 2 else (CONST,)
    found = _changed(rng, long, [node for node in topological([long]) if node.op in operations])
    return found if found is not None and differ_somewhere(short, found) else None


def _changed(rng: random.Random, root: Node, nodes: list[Node]) -> Node | None:
    if not nodes:
        return None
    node = rng.choice(nodes)
    if node.op == CONST:
        new = const(int(node.data) + rng.choice((1, -1)), node.width)
    else:
        new = apply(rng.choice([op for op in ("and", "or", "xor", "add") if op != node.op]), *node.args)
    return substitute([root], {node: new})[0]


class Tally:
    """What the portfolio said."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.by: Counter[str] = Counter()
        self.unknown: list[str] = []
        self.slowest = 0.0

    def put(self, a: Node, b: Node, expected: type) -> None:
        started = time.monotonic()
        answer = satisfiable(Query(apply("ne", a, b)), Deadline(LIMIT))
        self.slowest = max(self.slowest, time.monotonic() - started)
        if isinstance(answer, (Sat, Unsat)):
            assert isinstance(answer, expected), f"seed {self.seed}: {answer}\n{a}\n{b}"
            self.by[answer.prover] += 1
        else:
            self.unknown.append(f"{a} and {b}: {answer}")

    def check(self, name: str) -> None:
        sys.stdout.write(f"{name}, seed {self.seed}: {dict(self.by)}, {len(self.unknown)} unknown, "
                         f"at most {self.slowest:.1f} s\n")
        assert len(self.unknown) <= 0.01 * (self.by.total() + len(self.unknown)), "\n".join(self.unknown[:5])


def decide(name, makers, seed, differ_somewhere):
    """Put an identity of each maker to the portfolio, and a near miss of it."""
    right, wrong = Tally(seed), Tally(seed)
    for maker in makers:
        short, long = maker.identity()
        assert not differ_somewhere(short, long, 60), f"seed {seed}: no identity\n{short}\n{long}"
        right.put(short, long, Unsat)
        missed = near_miss(maker.rng, short, long, differ_somewhere)
        if missed is not None:
            wrong.put(short, missed, Sat)
    right.check(f"identities: {name}")
    wrong.check(f"near misses: {name}")
    return right.by.total(), wrong.by.total()


def mixed(seed, count):
    return [Mixed(random.Random(seed + index), "abcde"[:2 + index % 4]) for index in range(count)]


def folds(seed, count):
    return [Folds(random.Random(seed + index), (8, 16, 32, 64)[index % 4]) for index in range(count)]


@pytest.mark.parametrize("name, make", [("products", mixed), ("folds", folds)])
def test_some_are_decided(name, make, differ_somewhere):
    right, wrong = decide(name, make(2026, 12), 2026, differ_somewhere)
    assert right == 12
    assert wrong >= 6


@pytest.mark.slow
@pytest.mark.parametrize("name, make, count", [("products", mixed, 200), ("folds", folds, 100)])
def test_many_are_decided(name, make, count, differ_somewhere):
    seed = random.randrange(1 << 30)
    _, wrong = decide(name, make(seed, count), seed, differ_somewhere)
    assert wrong > count // 2
