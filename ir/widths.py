"""The same graphs at another width: every word of w bits as one of n bits, and what each constant means there.

A graph can be read so where its words have one width w, beside truth values and, perhaps, words of 2w for sums and
products. A constant keeps its number where that is small, and its pattern where it repeats one. The sign bit, all ones
and their neighbours follow the width; so do w and w - 1 where they count bits: as a distance to shift by, or beside one
(`32 - n`, `n & 31`, `n < 32`). Anything else says nothing about other widths, and is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace

from .errors import PrimirError
from .graph import CONST, INPUT, LEAVES, Node, apply, const, leaf, topological
from .primes import MAX_WIDTH, TABLE

# Operations whose result counts bits if an argument does: `31 - n`, `n & 31`, `min(n, 31)`.
_CARRIES = frozenset({"add", "sub", "neg", "not", "and", "or", "xor", "select", "urem", "umin", "umax", "smin", "smax"})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a constant is at n bits: sign * 2**(n-1) + width * n + number, or `pattern`, of `period` bits, repeated.

    In a word of two parts, of 2n bits, `width` still counts n, and a `lower` constant is what it is in n bits, with
    zeros above. The number of a `distance` is less than the width.
    """

    number: int = 0
    sign: int = 0
    width: int = 0
    lower: bool = False
    period: int = 0
    pattern: int = 0
    distance: bool = False

    def value(self, width: int, parts: int = 1) -> int | None:
        """The word at `width` bits, `parts` of them; None where the meaning has none there."""
        whole = width if self.lower else width * parts
        if self.period:
            repeated = self.pattern * ((1 << whole) - 1) // ((1 << self.period) - 1)
            return repeated if whole % self.period == 0 else None
        if not -(1 << whole - 1) <= self.number < (whole if self.distance else 1 << whole - 1):
            return None
        counted = self.width * width
        return (self.sign << whole - 1) + counted + self.number & (1 << whole) - 1

    @property
    def follows(self) -> bool:
        """Whether it is another number at another width, and not only in the bits that hold it."""
        return bool(self.sign or self.width or self.period or self.lower)

    def __str__(self) -> str:
        if self.period:
            return f"0x{self.pattern:x} repeated every {self.period} bits{' below w' if self.lower else ''}"
        if self.lower and not self.sign:
            return f"2**w - {-self.number}"
        words = "the sign bit" if self.sign else "" if not self.width else "w" if self.width == 1 else f"{self.width}w"
        if not words:
            return str(self.number)
        return f"{words} {'-' if self.number < 0 else '+'} {abs(self.number)}" if self.number else words


class Rereading:
    """How the graphs below `roots` are read at other widths than their own. PrimirError where they cannot be.

    `width` is that of the words that go in and come out.
    """

    def __init__(self, roots: Sequence[Node], width: int) -> None:
        self.width = width
        self._check(roots)
        self._counts = _counting(roots)
        self.read: dict[tuple[int, Meaning], int] = {}  # constants that follow the width: the number and its meaning

    def at(self, roots: Sequence[Node], width: int) -> list[Node]:
        """`roots` at `width` bits. PrimirError for a constant that says nothing there."""
        if width == self.width:
            return list(roots)
        new: dict[Node, Node] = {}
        for node in topological(roots):
            if node.op == CONST:
                continue
            if node.op in LEAVES:
                new[node] = leaf(str(node.data), self._scaled(node.width, width), node.op)
                continue
            args = [self._constant(arg, self.meaning(arg, node, place), width) if arg.op == CONST else new[arg]
                    for place, arg in enumerate(node.args)]
            if args[0].width % TABLE[node.op].multiple:
                raise PrimirError(f"{node.op} means nothing at {width} bits")
            new[node] = apply(node.op, *args, width=self._scaled(node.width, width))
        return [self._constant(root, self.meaning(root), width) if root.op == CONST else new[root] for root in roots]

    def symbolic(self, roots: Sequence[Node], meanings: dict[Node, Meaning]) -> list[Node]:
        """`roots` with an input of its own for each constant of more than a bit; `meanings` learns what they mean."""
        new: dict[Node, Node] = {}

        def leaf_of(constant: Node, user: Node | None = None, place: int = 0) -> Node:
            if constant.width == 1:
                return constant
            meaning = self.meaning(constant, user, place)
            named = leaf(f"constant {astuple(meaning)}", constant.width, INPUT)  # no input's name has a space in it
            meanings[named] = meaning
            return named

        for node in topological(roots):
            if node.op not in LEAVES:
                args = [leaf_of(arg, node, place) if arg.op == CONST else new.get(arg, arg)
                        for place, arg in enumerate(node.args)]
                new[node] = apply(node.op, *args, width=node.width)
        return [leaf_of(root) if root.op == CONST else new.get(root, root) for root in roots]

    def remarks(self) -> tuple[str, ...]:
        """What is to be said of the constants that were read as something else than their number."""
        shown = sorted({(number, str(meaning)) for (_, meaning), number in self.read.items()})
        if not shown:
            return ()
        listed = ", ".join(f"{number if number < 1 << 10 else hex(number)} is {words}" for number, words in shown)
        return (f"at other widths, where w is the width: {listed}",)

    # --- widths -----------------------------------------------------------------------------------------------------

    def _check(self, roots: Sequence[Node]) -> None:
        other = {node.width for node in topological(roots)} - {1, self.width, 2 * self.width}
        if other:
            widths = ", ".join(map(str, sorted({self.width, *other})))
            raise PrimirError(f"this works on words of {widths} bits, and cannot be read at another width",
                              hint="a function can whose words all have one width, or twice that")

    def _scaled(self, own: int, width: int) -> int:
        scaled = own if own == 1 else own // self.width * width
        if scaled > MAX_WIDTH:
            raise PrimirError(f"this has words of twice its width, {scaled} bits", hint=f"the widest has {MAX_WIDTH}")
        return scaled

    # --- constants --------------------------------------------------------------------------------------------------

    def _constant(self, node: Node, meaning: Meaning, width: int) -> Node:
        if node.width == 1:
            return node
        value = meaning.value(width, node.width // self.width)
        if value is None:
            which = f", {meaning}," if meaning.follows else ""
            raise PrimirError(f"the constant {_shown(node)}{which} is none at {width} bits")
        if meaning.follows:
            self.read[node.width, meaning] = int(node.data)
        return const(value, self._scaled(node.width, width))

    def meaning(self, node: Node, user: Node | None = None, place: int = 0) -> Meaning:
        """What a constant means as an argument of `user`, or as a result. PrimirError where it does not say."""
        found = self._meaning(node, user, place) if node.width > 1 else Meaning(int(node.data))
        if found is None:
            raise PrimirError(f"the constant {_shown(node)} does not say what it is at another width than "
                              f"{self.width} bits", hint="small numbers do, repeated patterns, the sign bit and, as a "
                              "number of bits, the width")
        return found

    def _meaning(self, node: Node, user: Node | None, place: int) -> Meaning | None:
        width, value, parts = node.width, int(node.data), node.width // self.width
        top, half = 1 << width - 1, width // 2
        signed = value - 2 * top if value >= top else value
        if signed in (0, 1, -1):
            return Meaning(signed)
        if value in (top, top - 1):
            return Meaning(value - top, sign=1)
        if user is not None and self._is_count(node, user, place):
            return self._count(value, parts)
        if parts == 2 and (1 << half // 2) - 1 <= value < 1 << half:
            inner = self._meaning(const(value, half), None, 0)
            return None if inner is None else replace(inner, lower=True)
        if abs(signed) < (1 << half) - 1:  # one less: that may be the lower half of all words
            return Meaning(signed)
        for period in (period for period in (2, 4, 8, 16, 32) if period <= half and width % period == 0):
            pattern = value & (1 << period) - 1
            if value == pattern * (2 * top - 1) // ((1 << period) - 1):
                return Meaning(period=period, pattern=pattern)
        return None

    def _count(self, value: int, parts: int) -> Meaning | None:
        """A number of bits: one that follows the width, or a small one. Half the width might be either."""
        for times in range(parts, 0, -1):
            if value - times * self.width in (0, -1):
                return Meaning(value - times * self.width, width=times)
        return Meaning(value, distance=True) if value < self.width // 2 else None

    def _is_count(self, node: Node, user: Node, place: int) -> bool:
        row = TABLE[user.op]
        if row.counts and row.counts != "result" and place == "xyz".index(row.counts):
            return True
        if user in self._counts and user.op in _CARRIES:
            return True
        return row.predicate and any(arg in self._counts for arg in user.args if arg is not node)


def _counting(roots: Sequence[Node]) -> set[Node]:
    """The words that count bits: what is shifted by, and what that is made of; what is counted, and made of that."""
    nodes = [node for node in topological(roots) if node.op not in LEAVES]
    found = {node.args["xyz".index(TABLE[node.op].counts)] for node in nodes
             if TABLE[node.op].counts not in ("", "result")}
    for node in reversed(nodes):
        if node in found and node.op in _CARRIES:
            found.update(_words(node))
    for node in nodes:
        if node.op == "select" and not found.isdisjoint(_words(node)):  # also an input that may be undef
            found.add(node)
    counted: set[Node] = set()
    for node in nodes:
        if TABLE[node.op].counts == "result" or (node.op in _CARRIES and not counted.isdisjoint(_words(node))):
            counted.add(node)
    return {node for node in found | counted if node.op != CONST}


def _words(node: Node) -> Iterator[Node]:
    """The arguments that are words as the node itself is one."""
    return (arg for letter, arg in zip(TABLE[node.op].arguments, node.args, strict=True) if letter == "w")


def _shown(node: Node) -> str:
    value = int(node.data)
    return str(value) if value < 1 << 10 else hex(value)

