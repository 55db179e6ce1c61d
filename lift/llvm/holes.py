"""Holes that calls stand for: `@primir.hole.i32()` in LLVM IR, `primir_hole()` in C, `primir.hole()` in Python.

A call without arguments is a constant, one with arguments an expression over them, and `@primir.choose.i32(a, b)` one
of its arguments. What stands after `hole` or `choose` in the name says nothing: the declaration says how wide the word
is. Each call in the text is a hole of its own, and the same one however often it is run. Python numbers its holes
(`Site`), because more is known there than LLVM IR says.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...ir.errors import Place, PrimirError
from ...ir.graph import CHOICE, FALSE, Node, all_of, any_of, apply, leaves, negate, resized, substitute
from ...ir.types import Type
from ..python.lowering import NUMBERED
from ..sketch import FILLED_BY, Holes, Sketch, chosen, is_choice
from .instructions import Refused, plain_name
from .opcodes import Word


def given(holes: Holes | None, symbol: str, key: str, words: Sequence[Word], texts: Sequence[str], width: int,
          place: Place) -> Word:
    """What the call `key` of the hole `symbol` gives. Refused where it is not read as a sketch, or has no meaning."""
    if holes is None:
        raise Refused(f"a call of {symbol}, a hole,", FILLED_BY)
    if plain_name(symbol).startswith(NUMBERED):
        return _numbered(holes, words, width)
    text = f"{symbol}({', '.join(texts)})"
    if any(word.width != width for word in words):
        raise Refused(f"{text}, whose arguments and result are not equally wide,")
    poison = any_of(word.poison for word in words)
    if is_choice(symbol):
        index = holes.choice(key, text, texts, Type(width), place)
        return Word(chosen(index, [word.value for word in words]), chosen(index, [word.poison for word in words]))
    if not words:
        return Word(holes.constant(key, text, Type(width), place))
    return Word(holes.expression(key, text, [word.value for word in words], texts, Type(width), place), poison)


def _numbered(holes: Holes, words: Sequence[Word], width: int) -> Word:
    """What a hole of Python gives, as a word of `width` bits: its site says how wide it is itself."""
    assert words[0].value.is_const, f"the number of a hole is {words[0].value!r}"
    site = holes.sites[int(words[0].value.data)]
    key, poison = f"site {words[0].value.data}", any_of(word.poison for word in words)
    match site.kind:
        case "choice":
            return Word(resized(holes.choice(key, site.text, site.texts, site.type, site.place), width))
        case "constant":
            value = holes.constant(key, site.text, site.type, site.place, site.bounds)
        case _:
            nodes = [resized(word.value, site.type.width) for word in words[1:]]
            value = holes.expression(key, site.text, nodes, site.texts, site.type, site.place)
    if site.type.signed and value.width < width:
        return Word(apply("sext", value, width=width), poison)
    return Word(resized(value, width), poison)


def sketch_of(holes: Holes, place: Place, takes: Sequence[Node], gives: Sequence[int]) -> Sketch:
    """What was lifted with these holes, as a sketch over the inputs `takes` with results of `gives` bits.

    PrimirError where it takes or gives other words, or leaves something open.
    """
    function = holes.function
    assert function is not None, "nothing was lifted"
    taken, given = [each.type.width for each in function.parameters], [each.type.width for each in function.results]
    if (taken, given) != ([node.width for node in takes], list(gives)):
        raise PrimirError(f"the sketch takes words of {_bits(taken)} and gives {_bits(given)}, and the spec "
                          f"{_bits([node.width for node in takes])} and {_bits(gives)}", place,
                          "parameters go by position, and must be equally wide")
    clean: dict[Node, Node] = {}
    for parameter, node in zip(function.parameters, takes, strict=True):
        clean |= {parameter.value: node, parameter.poison: FALSE, parameter.undef: FALSE}
    poisons = [result.poison for result in function.results]
    defined = all_of([function.domain, *map(negate, (function.ub, function.trap, function.beyond, *poisons))])
    results = [result.value for result in function.results]
    arguments = [argument for use in holes.uses for argument in use.arguments]
    moved = iter(substitute([*results, defined, *arguments], clean))
    if leaves([*results, defined, *arguments], CHOICE):
        raise PrimirError("the sketch uses a value that is left open, of undef or of freeze", place)
    return Sketch(tuple(next(moved) for _ in results), next(moved), tuple(holes.found),
                  tuple(use.over(tuple(next(moved) for _ in use.arguments)) for use in holes.uses), holes.wide,
                  function.beyond is FALSE)


def _bits(widths: Sequence[int]) -> str:
    return f"{', '.join(map(str, widths)) or 'no'} bits"
