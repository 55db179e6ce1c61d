"""Productions that follow from those of a grammar, so that programs are found in it that it makes in a roundabout way.

A production may hold a nonterminal on which its value does not depend: any term does there, and the shortest is taken.
And it may come to less once a term that it mentions itself fills one of its nonterminals, as in

    (ite (= P base) V #x00)    with P = base is    V

so that every V is a term too. Both are only ways to write down what the grammar has: its language stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...ir.canon import canonical
from ...ir.graph import LEAVES, Node, leaf, leaves, substitute, topological
from ...ir.smt import literal
from ...ir.types import Type
from .grammar import Grammar, Language, Production

MOST = 400  # fillings that are tried


def closed(grammar: Grammar) -> Grammar:
    """The grammar with all nonterminals used, and with the productions that follow from filling one of them."""
    terms = _shortest_terms(grammar)
    used = [each for made in grammar.productions if (each := _without_unused(made, terms)) is not None]
    plain = replace(grammar, productions=tuple(dict.fromkeys(used)))
    languages: dict[str, Language] = {}
    found: dict[tuple[str, Node], Production] = {}
    for each, index, node in list(_fillings(plain))[:MOST]:
        name = each.holes[index][1]
        language = languages.setdefault(name, Language(replace(plain, start=name)))
        if (made := _filled(each, index, node, language, terms)) is not None:
            assert made.pattern is not None
            key = made.nonterminal, canonical([_numbered(made)])[0]
            if key not in found or len(made.text) < len(found[key].text):
                found[key] = made
    return replace(plain, productions=(*plain.productions, *found.values()))


def _fillings(grammar: Grammar) -> Iterator[tuple[Production, int, Node]]:
    """Productions of several operations, a hole of each, and what it mentions itself that may fill it."""
    for each in grammar.productions:
        holes = [hole for hole, _ in each.holes]
        if each.pattern is None or each.pattern in holes or not holes or each.row is not None:
            continue
        own = [node for node in topological([each.pattern]) if not any(hole in holes for hole in leaves([node]))]
        for index, hole in enumerate(holes):
            yield from ((each, index, node) for node in own if node.width == hole.width)


def _filled(each: Production, index: int, node: Node, language: Language,
            terms: Mapping[str, str]) -> Production | None:
    """The production with one hole filled by `node`, where what is left is one operation at the most."""
    member = language.member(node)
    text = language.text(member) if member is not None else None
    if text is None or each.pattern is None or member is None:
        return None
    (pattern,) = canonical(substitute([each.pattern], {each.holes[index][0]: member}))
    made = _written(replace(each, pattern=pattern), {index: text})
    simple = _without_unused(made, terms)
    holes = {hole for hole, _ in simple.holes} if simple is not None else set()
    if simple is None or not (pattern in holes or pattern.op in LEAVES or simple.row is not None):
        return None
    return None if pattern in holes and simple.holes[0][1] == each.nonterminal else simple


def _numbered(production: Production) -> Node:
    """The pattern, with its holes named by their nonterminals too."""
    assert production.pattern is not None
    names = {hole: leaf(f"?{index} {name}", hole.width) for index, (hole, name) in enumerate(production.holes)}
    return substitute([production.pattern], names)[0]


def _without_unused(production: Production, terms: Mapping[str, str]) -> Production | None:
    """The production with a term, out of `terms`, in place of each nonterminal that its value does not depend on.

    None where such a nonterminal has no term, so that nothing can be made by it.
    """
    used = set(leaves([production.pattern])) if production.pattern is not None else set()
    unused = {index: name for index, (hole, name) in enumerate(production.holes) if hole not in used}
    if not all(name in terms for name in unused.values()):
        return None
    return _written(production, {index: terms[name] for index, name in unused.items()})


def _written(production: Production, texts: Mapping[int, str]) -> Production:
    """The production with these texts in place of some of its holes."""
    if not texts:
        return production
    left = [index for index in range(len(production.holes)) if index not in texts]
    places: dict[int, str | int] = {**texts, **{index: place for place, index in enumerate(left)}}
    pieces: list[str | int] = []
    for piece in (places[piece] if isinstance(piece, int) else piece for piece in production.text):
        if isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return replace(production, holes=tuple(production.holes[index] for index in left), text=tuple(pieces))


def _shortest_terms(grammar: Grammar) -> dict[str, str]:
    """The shortest text of each nonterminal that has a term."""
    types: dict[str, Type] = dict(grammar.types)
    found: dict[str, str] = {}
    changed = True
    while changed:
        changed = False
        for each in grammar.productions:
            if all(name in found for _, name in each.holes):
                text = _constant(types[each.nonterminal]) if each.pattern is None else _text(each, found)
                if each.nonterminal not in found or len(text) < len(found[each.nonterminal]):
                    found[each.nonterminal], changed = text, True
    return found


def _constant(type_: Type) -> str:
    return "false" if type_.truth else literal(0, type_.width)


def _text(production: Production, terms: Mapping[str, str]) -> str:
    return "".join(terms[production.holes[piece][1]] if isinstance(piece, int) else piece for piece in production.text)
