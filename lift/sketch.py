"""A sketch: a program with holes, over inputs and over unknowns that stand for what is in the holes.

A constant is an unknown word, and which of several values is meant is an unknown number, so that both are leaves of the
sketch's graph. What an operation or an expression gives stands as a leaf of its own at each place where it is used
(`Use`), until it is known what it may be made of (synth/template.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..ir.errors import Place, PrimirError
from ..ir.graph import TRUE, Function, Node, apply, choose, const, leaf
from ..ir.types import Type

Kind = Literal["constant", "choice", "operation", "expression"]
LARGEST = 32  # holes of a sketch, and alternatives of a choice
FILLED_BY = "a sketch is filled by: primir synth SPEC --sketch FILE"  # what to do with holes elsewhere
_CALLED = re.compile(r'@"?primir[._](hole|choose)(?:$|[._"])')  # @primir.hole.i32 in LLVM IR, primir_hole() in C
ARGUMENTS = 8  # values that an unknown expression may be made of


@dataclass(frozen=True, slots=True)
class Hole:
    """Something that is to be found: as the sketch writes it, and where.

    `unknown` is the word of a constant, the number of the alternative or that of the operation. `texts` are the
    alternatives, or the values that an expression is over, as they are written. `bounds` are the least and the largest
    word of a constant, signed.
    """

    kind: Kind
    text: str
    type: Type
    place: Place
    unknown: Node
    texts: tuple[str, ...] = ()
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """A place where the hole number `hole` gives `value`, a leaf, for these arguments, where `reached` holds."""

    hole: int
    value: Node
    arguments: tuple[Node, ...]
    reached: Node = TRUE

    def over(self, arguments: tuple[Node, ...]) -> Use:
        return replace(self, arguments=arguments)


@dataclass(frozen=True, slots=True)
class Site:
    """A hole of a Python function, as `Holes` takes it."""

    kind: Kind
    text: str
    type: Type
    place: Place
    texts: tuple[str, ...] = ()
    bounds: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Sketch:
    """A program with `holes`: its results, and where it is defined. A use stands after those in its arguments.

    One that is `wide` comes from a language that computes on wider words than it needs to. It is not `whole` where a
    loop was cut off, beyond which nothing is known.
    """

    results: tuple[Node, ...]
    defined: Node
    holes: tuple[Hole, ...]
    uses: tuple[Use, ...] = ()
    wide: bool = False
    whole: bool = True


@dataclass(slots=True)
class Holes:
    """The holes met so far while a sketch is read.

    `sites` are those of a Python function by their numbers. `function` is what was lifted, over the unknowns, and it is
    `wide` where its language computes on wider words than it needs to.
    """

    sites: Sequence[Site] = ()
    wide: bool = False
    function: Function | None = None
    found: list[Hole] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    _named: dict[str, int] = field(default_factory=dict)

    def constant(self, name: str, text: str, type_: Type, place: Place, bounds: tuple[int, int] | None = None) -> Node:
        """The word of a constant. Those of one `name` are one constant; without a name each is its own."""
        number = self._hole("constant", name, text, type_, type_.width, place, bounds=bounds)
        return self.found[number].unknown

    def choice(self, name: str, text: str, texts: Sequence[str], type_: Type, place: Place) -> Node:
        """The number of one of the alternatives `texts`."""
        if not 1 <= len(texts) <= LARGEST:
            raise PrimirError(f"{text} has {len(texts)} alternatives", place, f"give it 1 to {LARGEST}")
        width = max(1, (len(texts) - 1).bit_length())
        return self.found[self._hole("choice", name, text, type_, width, place, tuple(texts))].unknown

    def operation(self, name: str, text: str, x: Node, y: Node, type_: Type, place: Place, reached: Node) -> Node:
        """What an unknown operation gives on two words of its type."""
        return self._use(self._hole("operation", name, text, type_, 8, place), (x, y), reached)

    def expression(self, name: str, text: str, arguments: Sequence[Node], texts: Sequence[str], type_: Type,
                   place: Place, reached: Node = TRUE) -> Node:
        """What an unknown expression over words of its type gives."""
        if not 1 <= len(texts) <= ARGUMENTS:
            raise PrimirError(f"{text} is over {len(texts)} values", place, f"give it 1 to {ARGUMENTS}")
        return self._use(self._hole("expression", name, text, type_, 1, place, tuple(texts)), tuple(arguments), reached)

    def _use(self, number: int, arguments: tuple[Node, ...], reached: Node) -> Node:
        for use in self.uses:
            if (use.hole, use.arguments, use.reached) == (number, arguments, reached):
                return use.value
        value = leaf(f"??use{len(self.uses)}", self.found[number].type.width)
        self.uses.append(Use(number, value, arguments, reached))
        return value

    def _hole(self, kind: Kind, name: str, text: str, type_: Type, width: int, place: Place,
              texts: tuple[str, ...] = (), bounds: tuple[int, int] | None = None) -> int:
        if name and name in self._named:
            number = self._named[name]
            before = self.found[number]
            if before.kind != kind or before.type != type_ or len(before.texts) != len(texts):
                raise PrimirError(f"{name} is another hole before: {_article(before.kind)} of type {before.type}",
                                  place, "give this one another name")
            return number
        if len(self.found) >= LARGEST:
            raise PrimirError(f"this sketch has more than {LARGEST} holes", place)
        number = len(self.found)
        self.found.append(Hole(kind, text, type_, place, leaf(f"??{number}", width), texts, bounds))
        if name:
            self._named[name] = number
        return number


def is_hole(symbol: str) -> bool:
    """Whether a call of this symbol of LLVM IR, with its @, stands for a hole."""
    return _CALLED.match(symbol) is not None


def is_choice(symbol: str) -> bool:
    """Whether that hole is one of its arguments."""
    called = _CALLED.match(symbol)
    return called is not None and called[1] == "choose"


def _article(kind: Kind) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def chosen(index: Node, values: Sequence[Node]) -> Node:
    """The value number `index`; the last one for all greater numbers."""
    result = values[-1]
    for number in range(len(values) - 2, -1, -1):
        result = choose(is_number(index, number), values[number], result)
    return result


def is_number(index: Node, number: int) -> Node:
    return apply("eq", index, const(number, index.width))


def below(index: Node, count: int) -> Node:
    """Whether `index` is one of `count` numbers."""
    return TRUE if count >> index.width else apply("ult", index, const(count, index.width))
