"""Random graphs at small widths, with a referee that tries all inputs, for provers that answer Unsat."""

from __future__ import annotations

import itertools
import random
import sys

import pytest
from primir.ir import evaluate, graph, samples, terms
from primir.ir.graph import CONST, LEAVES, Node, apply, const, leaf, topological
from primir.ir.primes import TABLE
from primir.jobs.limits import Deadline
from primir.verify.provers.query import Query, Sat, Unsat

COMMON = ("add", "sub", "mul", "and", "or", "xor", "not", "neg")


class Random:
    """A source of graphs over x, y (and z) of one width."""

    def __init__(self, seed: int, width: int, count: int = 2) -> None:
        self.rng = random.Random(seed)
        self.width = width
        self.inputs = [leaf(name, width) for name in "xyz"[:count]]

    def node(self, depth: int, width: int | None = None) -> Node:
        width = width or self.width
        rng = self.rng
        if depth == 0 or rng.random() < 0.1:
            return self.leaf(width)
        if rng.random() < 0.12:
            return self.cast(depth, width)
        if rng.random() < 0.06:
            word = rng.choice(self.inputs)
            at = apply("eq", word, const(rng.randrange(1 << word.width), word.width))
            return apply("select", at, self.node(depth - 1, width), self.node(depth - 1, width))
        if width == 1 and rng.random() < 0.4:
            row = rng.choice([row for row in TABLE.values() if row.predicate])
            inner = rng.randrange(1, self.width + 1)
            return apply(row.name, *(self.node(depth - 1, inner) for _ in row.arguments))
        names = COMMON if rng.random() < 0.6 else [
            row.name for row in TABLE.values() if row.result == "w" and not width % row.multiple]
        row = TABLE[rng.choice(list(names))]
        return apply(row.name, *(self.node(depth - 1, 1 if letter == "1" else width) for letter in row.arguments))

    def leaf(self, width: int) -> Node:
        fitting = [node for node in self.inputs if node.width == width]
        if fitting and self.rng.random() < 0.75:
            return self.rng.choice(fitting)
        if self.rng.random() < 0.5 or width == self.width:
            return const(self.rng.choice((0, 1, -1, 2, 1 << width - 1, self.rng.randrange(1 << width))), width)
        return self.cast(1, width)

    def cast(self, depth: int, width: int) -> Node:
        other = self.rng.randrange(1, self.width + 2)
        if other == width:
            return self.node(depth - 1, width)
        inner = self.node(depth - 1, other) if other != self.width or depth > 1 else self.rng.choice(self.inputs)
        return apply("trunc" if width < other else self.rng.choice(("zext", "sext")), inner, width=width)

    def mutated(self, root: Node) -> Node:
        """`root` with one operation or constant changed."""
        nodes = [node for node in topological([root]) if node.op not in LEAVES or node.op == CONST]
        if not nodes:
            return apply("not", root)
        victim = self.rng.choice(nodes)
        return graph.substitute([root], {victim: self._other(victim)})[0]

    def _other(self, node: Node) -> Node:
        if node.op == CONST:
            return const(int(node.data) ^ 1 << self.rng.randrange(node.width), node.width)
        row = TABLE[node.op]
        similar = [other.name for other in TABLE.values() if other.signature == row.signature and other != row
                   and "trunc" not in (row.name, other.name) and not node.width % other.multiple]
        if not similar or self.rng.random() < 0.2:
            return apply("xor", node, const(1 << self.rng.randrange(node.width), node.width))
        return apply(self.rng.choice(similar), *node.args, width=node.width if row.cast else None)

    def rewritten(self, root: Node, steps: int = 3) -> Node:
        """`root` with some of its nodes replaced by equal ones."""
        for _ in range(steps):
            node = self.rng.choice(list(topological([root])))
            root = graph.substitute([root], {node: self._equal(node)})[0]
        return root

    def _equal(self, node: Node) -> Node:
        width = node.width
        other = self.rng.choice([self.leaf(width), self.node(1, width)])
        one, minus = const(1, width), const(-1, width)
        ways = [
            lambda: apply("sub", apply("add", node, other), other),
            lambda: apply("xor", apply("xor", node, other), other),
            lambda: apply("add", apply("and", node, other), apply("and", node, apply("not", other))),
            lambda: apply("sub", apply("or", node, other), apply("and", apply("not", node), other)),
            lambda: apply("neg", apply("add", apply("not", node), one)),
            lambda: apply("not", apply("add", apply("neg", node), minus)),
            lambda: apply("sub", apply("mul", node, apply("add", other, one)), apply("mul", other, node)),
            lambda: apply("select", apply("ult", other, node), node, node),
        ]
        if node in self.inputs:
            value = const(self.rng.randrange(1 << width), width)
            ways += 3 * [lambda: apply("select", apply("eq", node, value), value, node)]
        if node.op == "add":
            a, b = node.args
            ways += [lambda: apply("add", apply("xor", a, b), apply("mul", const(2, width), apply("and", a, b))),
                     lambda: apply("sub", apply("mul", const(2, width), apply("or", a, b)), apply("xor", a, b))]
        if node.op == "xor":
            a, b = node.args
            ways += [lambda: apply("sub", apply("or", a, b), apply("and", a, b)),
                     lambda: apply("sub", apply("add", a, b), apply("mul", const(2, width), apply("and", a, b)))]
        if node.op == "mul":
            a, b = node.args
            both, left, right = apply("and", a, b), apply("and", a, apply("not", b)), apply("and", apply("not", a), b)
            ways.append(lambda: apply("add", apply("mul", both, apply("or", a, b)), apply("mul", left, right)))
        if node.op == "urem":
            ways.append(lambda: apply("sub", node.args[0], apply("mul", node.args[1], apply("udiv", *node.args))))
        return self.rng.choice(ways)()


class Fields(Random):
    """The same with what programs do to the bits of wider words: shifts, masks of fields, multiples, remainders."""

    def node(self, depth: int, width: int | None = None) -> Node:
        width = width or self.width
        if depth == 0 or self.rng.random() < 0.6:
            return super().node(depth, width)
        op = self.rng.choice(("lshr", "lshr", "shl", "and", "and", "urem", "udiv", "mul"))
        number = self.rng.randrange(width) if op in ("lshr", "shl") else self.number(width)
        return apply(op, self.node(depth - 1, width), const(number, width))

    def leaf(self, width: int) -> Node:
        if width == self.width and self.rng.random() < 0.2:
            return const(self.number(width), width)
        return super().leaf(width)

    def number(self, width: int) -> int:
        """A mask, a mask of fields, or any number."""
        rng = self.rng
        size = rng.randrange(1, 6)
        step = size * rng.randrange(1, 3)
        return rng.choice((rng.getrandbits(width), (1 << rng.randrange(width + 1)) - 1, 1 << rng.randrange(width),
                           rng.randrange(20), sum((1 << size) - 1 << place for place in range(0, width, step))))


def holds_somewhere(conditions) -> bool:
    """Whether all conditions hold for some inputs, tried one by one."""
    inputs = graph.leaves(conditions)
    check = evaluate.compiled(conditions, inputs)
    return any(all(check(*words)) for words in itertools.product(*(range(1 << node.width) for node in inputs)))


class Fuzz:
    """Queries put to a prover that answers Unsat or nothing, its answers checked on all inputs."""

    Random = Random
    holds_somewhere = staticmethod(holds_somewhere)

    def __init__(self, prover, seed: int) -> None:
        self.prover, self.seed = prover, seed

    def all(self, count: int) -> dict[str, int]:
        """How many of `count` of each kind are refuted, written out with the seed."""
        found = {kind.__name__: kind(count) for kind in (self.equal_pairs, self.unequal_pairs, self.wide_pairs,
                                                             self.conditions)}
        sys.stdout.write(f"seed {self.seed}, of {count} each, none wrong: {found}\n")
        return found

    def unsat(self, *conditions) -> bool:
        """Whether the prover says Unsat; that it is right is asserted."""
        *assumptions, goal = conditions
        answer = self.prover.ask(Query(goal, tuple(assumptions)), Deadline(20))
        assert not isinstance(answer, Sat)
        if isinstance(answer, Unsat):
            assert not holds_somewhere(list(conditions)), f"seed {self.seed}: {conditions}"
        return isinstance(answer, Unsat)

    def unequal_pairs(self, count: int) -> int:
        """How many of `count` pairs, most of them unequal by little, are proved; none of them wrongly."""
        proved = 0
        for index in range(count):
            width = 1 + index % 5
            source = Random(self.seed * 1_000_003 + index, width, 1 + index % (3 if width < 4 else 2))
            a = source.node(source.rng.randrange(1, 5))
            b = source.mutated(source.rewritten(a, source.rng.randrange(3)))
            proved += self.unsat(apply("ne", a, b))
        return proved

    def equal_pairs(self, count: int) -> int:
        """How many of `count` pairs made by rewriting are proved."""
        proved = 0
        for index in range(count):
            source = Random(self.seed * 1_000_003 + index, 2 + index % 4)
            a = source.node(source.rng.randrange(1, 4))
            proved += self.unsat(apply("ne", a, source.rewritten(a)))
        return proved

    def wide_pairs(self, count: int) -> int:
        """How many of `count` pairs of wider words are proved, equal ones and mutants; none wrongly, on samples."""
        proved = 0
        for index in range(count):
            source = Fields(self.seed * 1_000_003 + index, (7, 8, 16, 32, 33, 64)[index % 6], 1 + index % 3)
            a = source.node(source.rng.randrange(1, 6))
            b = source.rewritten(a, source.rng.randrange(3))
            for other in (b, source.mutated(b)):
                if isinstance(self.prover.ask(Query(apply("ne", a, other)), Deadline(20)), Unsat):
                    proved += 1
                    assert not differ_somewhere(a, other, 300), f"seed {self.seed}: {a}\n{other}"
        return proved

    def conditions(self, count: int) -> int:
        """How many of `count` conjunctions of random conditions are refuted; none of them wrongly."""
        proved = 0
        for index in range(count):
            source = Random(self.seed * 1_000_003 + index, 1 + index % 4)
            literals = [source.node(source.rng.randrange(1, 4), 1) for _ in range(source.rng.randrange(1, 4))]
            proved += self.unsat(*literals)
        return proved


def node_of(text: str, width: int) -> Node:
    """The node that a term means over leaves of one width."""
    term = terms.parse(text)
    names = {name: leaf(name, width) for name in "abcdexyztuv"}
    return terms.instantiate(term, terms.Scope(names, width, width), width)


def differ_somewhere(a: Node, b: Node, count: int = 3000) -> bool:
    """Whether two words differ on corner inputs or random ones."""
    inputs = graph.leaves([a, b])
    both = evaluate.compiled([a, b], inputs)
    mentioned = [int(node.data) for node in topological([a, b]) if node.op == CONST]
    points = itertools.islice(samples.samples([node.width for node in inputs], seed=1, mentioned=mentioned), count)
    return any(len(set(both(*words))) > 1 for words in points)


@pytest.fixture
def fuzz():
    return Fuzz


@pytest.fixture(name="node_of")
def node_of_fixture():
    return node_of


@pytest.fixture(name="differ_somewhere")
def differ_somewhere_fixture():
    return differ_somewhere
