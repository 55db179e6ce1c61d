"""Graphs as circuits: every bit of every word an and of two others or its negation (an and-inverter graph).

Gates are hash-consed: the same gate on both sides of a question is one, and much is decided before any solver is
asked. Bits are numbers, with their negation in the lowest place: 0 is false, 1 is true, and 2*n and 2*n + 1 are gate n
and its negation. Words are lists of bits, the lowest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...ir import terms
from ...ir.evaluate import fold
from ...ir.graph import CONST, LEAVES, Node, rewrite, topological
from ...ir.primes import TABLE

FALSE, TRUE = 0, 1

Word = list[int]


class TooLarge(Exception):
    """The circuit has grown beyond its limit."""


class Circuit:
    """A growing circuit of at most `limit` gates. `gates` holds the arguments of each, None for an input."""

    def __init__(self, limit: int = 500_000) -> None:
        self.gates: list[tuple[int, int] | None] = [None]  # number 0 is the constant
        self.limit = limit
        self._known: dict[tuple[int, int], int] = {}

    def input(self) -> int:
        self.gates.append(None)
        return 2 * (len(self.gates) - 1)

    def both(self, a: int, b: int) -> int:
        """a and b."""
        if a > b:
            a, b = b, a
        if a == FALSE or a == b ^ 1:
            return FALSE
        if a == TRUE or a == b:
            return b
        for x, y in ((a, b), (b, a)):  # what one of them says of the other
            inner = self.gates[y >> 1]
            if inner is not None and y & 1 == 0 and x in inner:
                return y
            if inner is not None and y & 1 == 0 and x ^ 1 in inner:
                return FALSE
            if inner is not None and y & 1 == 1 and x in inner:  # x & ~(x & z) == x & ~z
                return self.both(x, inner[inner[0] == x] ^ 1)
            if inner is not None and y & 1 == 1 and x ^ 1 in inner:  # x & ~(~x & z) == x
                return x
        gate = self._known.get((a, b))
        if gate is None:
            if len(self.gates) >= self.limit:
                raise TooLarge(f"more than {self.limit} gates")
            self.gates.append((a, b))
            gate = self._known[a, b] = 2 * (len(self.gates) - 1)
        return gate

    def either(self, a: int, b: int) -> int:
        return self.both(a ^ 1, b ^ 1) ^ 1

    def xor(self, a: int, b: int) -> int:
        return self.both(self.both(a, b) ^ 1, self.both(a ^ 1, b ^ 1) ^ 1)

    def choose(self, c: int, a: int, b: int) -> int:
        """a where c, else b."""
        if a == b:
            return a
        return self.both(self.both(c, a) ^ 1, self.both(c ^ 1, b) ^ 1) ^ 1

    def all(self, bits: Iterable[int]) -> int:
        result = TRUE
        for bit in bits:
            result = self.both(result, bit)
        return result

    # --- words

    def add(self, x: Word, y: Word, carry: int = FALSE) -> tuple[Word, int]:
        """x + y + carry, and the carry out of it."""
        total: Word = []
        for a, b in zip(x, y, strict=True):
            half = self.xor(a, b)
            total.append(self.xor(half, carry))
            carry = self.either(self.both(a, b), self.both(half, carry))
        return total, carry

    def less(self, x: Word, y: Word) -> int:
        """Whether x < y: there is no carry out of x + ~y + 1."""
        return self.add(x, inverted(y), TRUE)[1] ^ 1

    def equal(self, x: Word, y: Word) -> int:
        return self.all(self.xor(a, b) ^ 1 for a, b in zip(x, y, strict=True))

    def select(self, c: int, x: Word, y: Word) -> Word:
        return [self.choose(c, a, b) for a, b in zip(x, y, strict=True)]

    def multiply(self, x: Word, y: Word) -> Word:
        """By shifting and adding: a row for each bit of the word with more constant bits."""
        if sum(bit > TRUE for bit in x) < sum(bit > TRUE for bit in y):
            x, y = y, x
        w = len(x)
        total = [FALSE] * w
        for place, bit in enumerate(y):
            if bit != FALSE:
                row = [FALSE] * place + [self.both(bit, a) for a in x[: w - place]]
                total = self.add(total, row)[0]
        return total

    def divide(self, x: Word, y: Word) -> tuple[Word, Word]:
        """Quotient and remainder, bit by bit; all ones and x where y is 0."""
        w = len(x)
        rest, quotient = [FALSE] * w, [FALSE] * w
        for place in reversed(range(w)):
            grown = [x[place], *rest]  # w + 1 bits
            less, fits = self.add(grown, inverted([*y, FALSE]), TRUE)
            quotient[place] = fits
            rest = self.select(fits, less, grown)[:w]
        return quotient, rest

    def shift(self, x: Word, y: Word, left: bool) -> Word:
        """x by the number y; all zeros from the width on."""
        w = len(x)
        for place, bit in enumerate(y):
            by = min(1 << place, w)
            moved = [FALSE] * by + x[: w - by] if left else x[by:] + [FALSE] * by
            x = self.select(bit, moved, x)
        return x


def inverted(x: Word) -> Word:
    return [bit ^ 1 for bit in x]


def number(value: int, width: int) -> Word:
    return [value >> place & 1 for place in range(width)]


_BUILT = frozenset("add sub neg mul udiv urem and or xor not shl lshr ult eq ne select zext trunc sext".split())


def build(circuit: Circuit, conditions: Sequence[Node]) -> tuple[dict[Node, Word], list[Word]]:
    """The leaves of `conditions` as words of inputs, and the conditions as words of their bits."""
    lowered = rewrite(conditions, _lowered)
    words: dict[Node, Word] = {}
    leaves: dict[Node, Word] = {}
    for node in topological(lowered):
        if node.op == CONST:
            words[node] = number(int(node.data), node.width)
        elif node.op in LEAVES:
            words[node] = leaves[node] = [circuit.input() for _ in range(node.width)]
        else:
            words[node] = _operation(circuit, node, [words[arg] for arg in node.args])
    return leaves, [words[condition] for condition in lowered]


def _lowered(node: Node) -> Node:
    """`node` over the operations that are built."""
    node = fold(node)
    if node.op in LEAVES or node.op in _BUILT:
        return node
    return rewrite([terms.expand(TABLE[node.op], node.args, node.width)], _lowered)[0]


def _operation(c: Circuit, node: Node, args: Sequence[Word]) -> Word:
    x = args[0]
    y = args[1] if len(args) > 1 else x
    match node.op:
        case "add":
            return c.add(x, y)[0]
        case "sub":
            return c.add(x, inverted(y), TRUE)[0]
        case "neg":
            return c.add(number(0, len(x)), inverted(x), TRUE)[0]
        case "mul":
            return c.multiply(x, y)
        case "udiv":
            return c.divide(x, y)[0]
        case "urem":
            return c.divide(x, y)[1]
        case "and":
            return [c.both(a, b) for a, b in zip(x, y, strict=True)]
        case "or":
            return [c.either(a, b) for a, b in zip(x, y, strict=True)]
        case "xor":
            return [c.xor(a, b) for a, b in zip(x, y, strict=True)]
        case "not":
            return inverted(x)
        case "shl" | "lshr":
            return c.shift(x, y, left=node.op == "shl")
        case "ult":
            return [c.less(x, y)]
        case "eq":
            return [c.equal(x, y)]
        case "ne":
            return [c.equal(x, y) ^ 1]
        case "select":
            return c.select(x[0], y, args[2])
        case "zext":
            return x + [FALSE] * (node.width - len(x))
        case "sext":
            return x + [x[-1]] * (node.width - len(x))
        case _:
            assert node.op == "trunc", node.op
            return x[: node.width]
