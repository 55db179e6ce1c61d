"""Grammars of SyGuS: which terms an answer may be, and how a program is written as one of them.

A production is a graph with holes for nonterminals, and the text that it stands for. A program is in the language if
it can be taken apart by the productions, from the start symbol down to leaves: `Language.member` gives the program as
the grammar makes it, which may differ from what was given in the order of commutative arguments and in how constants
are composed, and `Language.text` writes such a program down. Nested nonterminals, functions of the file and casts are
productions like all others, so that this one test is exact for every grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from ...ir.evaluate import fold
from ...ir.graph import CONST, LEAVES, Node, apply, const, leaf, rewrite, substitute, topological
from ...ir.primes import TABLE, Row, operations
from ...ir.smt import literal
from ...ir.types import BOOL, Type

LARGEST = 200_000  # characters of an answer
COMPOSED = 12  # constants that are composed of others, for each nonterminal


@dataclass(frozen=True, slots=True)
class Production:
    """One way to make a term of `nonterminal`: `pattern` over holes, each a leaf with the nonterminal that fills it.

    `text` are pieces of text, and the numbers of holes between them. Without a pattern it stands for any constant of
    its sort.
    """

    nonterminal: str
    pattern: Node | None
    holes: tuple[tuple[Node, str], ...] = ()
    text: tuple[str | int, ...] = ()

    @property
    def row(self) -> Row | None:
        """The operation, where the pattern is one operation over different holes."""
        holes = {hole for hole, _ in self.holes}
        if self.pattern is None or self.pattern.op in LEAVES or set(self.pattern.args) != holes:
            return None
        return TABLE[self.pattern.op] if len(set(self.pattern.args)) == len(self.pattern.args) else None


@dataclass(frozen=True, slots=True)
class Grammar:
    """The terms that can be made from `start`; `types` are the sorts of the nonterminals."""

    start: str
    types: tuple[tuple[str, Type], ...]
    productions: tuple[Production, ...]

    def type_of(self, nonterminal: str) -> Type:
        return dict(self.types)[nonterminal]

    @property
    def flat(self) -> bool:
        """Whether every operation takes any term of its sorts, so that equal words may stand for each other."""
        sorts = [type_ for name, type_ in self.types if not name.startswith(CONSTANT)]
        simple = all(each.pattern is None or each.pattern.op in LEAVES or each.row is not None
                     for each in self.productions)
        return simple and len({type_.width for type_ in sorts}) == len(sorts) == len(self.types)

    @property
    def operations(self) -> Mapping[tuple[str, int, int], tuple[Node, ...]]:
        """The operations that stand in the productions, with the widths of their words and of their results.

        Where the last argument of one is a constant in all of them, with these constants.
        """
        found: dict[tuple[str, int, int], dict[Node | None, None]] = {}
        for node in self._nodes():
            if node.op in LEAVES:
                continue
            row = TABLE[node.op]
            last = node.args[-1] if node.args[-1].is_const else None
            if last is None and "commutative" in row.laws and node.args[0].is_const:
                last = node.args[0]
            key = row.name, node.args[row.arguments.index("w")].width, node.width
            found.setdefault(key, {})[last if len(node.args) == 2 else None] = None
        return {key: () if None in lasts else tuple(last for last in lasts if last is not None)
                for key, lasts in found.items()}

    @property
    def constants(self) -> tuple[Node, ...]:
        """The constants that stand in the productions, each once."""
        return tuple(dict.fromkeys(node for node in self._nodes() if node.op == CONST))

    @property
    def widths(self) -> frozenset[int]:
        return frozenset(node.width for node in self._nodes()) | {type_.width for _, type_ in self.types}

    @property
    def any_constant(self) -> frozenset[int]:
        """The widths at which every constant may stand."""
        return frozenset(self.type_of(each.nonterminal).width for each in self.productions if each.pattern is None)

    def _nodes(self) -> Iterator[Node]:
        return topological([each.pattern for each in self.productions if each.pattern is not None])


CONSTANT = "Constant "  # the names of nonterminals that stand for (Constant sort) inside a production


@dataclass(frozen=True, slots=True)
class Syntax:
    """How an answer is written: the function and its parameters as the file calls them, and the grammar, if any.

    `symbols` are the parameters' names in the file, in their order, each with its node and sort.
    """

    name: str
    symbols: tuple[tuple[str, Node, Type], ...]
    result: Type
    grammar: Grammar | None = None

    @property
    def whole(self) -> bool:
        """Whether every program over the operations and constants that may be used is in the language."""
        if self.grammar is None:
            return True
        leaves = {each.pattern for each in self.grammar.productions}
        return self.grammar.flat and all(node in leaves for _, node, _ in self.symbols)

    def define(self, program: Node) -> str | None:
        """The answer `(define-fun ...)` for a program in the language, None where it cannot be written."""
        from .smtlib import sort_text

        grammar = self.grammar or whole_logic(self, {node.width for node in topological([program])})
        body = Language(grammar).text(program)
        if body is None:
            return None
        parameters = " ".join(f"({name} {sort_text(type_)})" for name, _, type_ in self.symbols)
        return f"(define-fun {self.name} ({parameters}) {sort_text(self.result)} {body})"


@dataclass(frozen=True, slots=True)
class _Choice:
    """The best known way to make a node of a nonterminal, and what fills the holes."""

    size: int
    production: Production
    bound: tuple[Node, ...]


_Table = dict[str, _Choice]


class Language:
    """The programs of a grammar. What is found out about a node is kept."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self._by_root: dict[tuple[str, int], list[Production]] = {}
        self._leaves: dict[Node, list[Production]] = {}
        self._units: list[Production] = []
        self._any: dict[int, list[Production]] = {}
        for each in grammar.productions:
            holes = {hole for hole, _ in each.holes}
            if each.pattern is None:
                self._any.setdefault(grammar.type_of(each.nonterminal).width, []).append(each)
            elif each.pattern in holes:
                self._units.append(each)
            elif each.pattern.op in LEAVES:
                self._leaves.setdefault(each.pattern, []).append(each)
            else:
                self._by_root.setdefault((each.pattern.op, each.pattern.width), []).append(each)
        self._tables: dict[bool, dict[Node, _Table]] = {False: {}, True: {}}
        self._composed: dict[Node, _Table] | None = None

    def member(self, program: Node) -> Node | None:
        """`program` as the grammar makes it, None where it does not. The same value for all inputs, by construction."""
        if self.grammar.start not in self._table(program, exact=False):
            return None
        made: dict[tuple[Node, str], Node] = {}
        for node, name, choice in self._parts(program, exact=False):
            filled = {hole: made[inner, wanted]
                      for (hole, wanted), inner in zip(choice.production.holes, choice.bound, strict=True)}
            made[node, name] = node if choice.production.pattern is None else \
                substitute([choice.production.pattern], filled)[0]
        return made[program, self.grammar.start]

    def text(self, program: Node) -> str | None:
        """The term that a member is; None where it is no member as it stands, or the term is too large."""
        if self.grammar.start not in self._table(program, exact=True):
            return None
        texts: dict[tuple[Node, str], str] = {}
        for node, name, choice in self._parts(program, exact=True):
            pieces = [texts[choice.bound[piece], choice.production.holes[piece][1]] if isinstance(piece, int) else piece
                      for piece in choice.production.text]
            if sum(map(len, pieces)) > LARGEST:
                return None
            texts[node, name] = "".join(pieces) if pieces else self._word(node, name)
        return texts[program, self.grammar.start]

    def _word(self, node: Node, nonterminal: str) -> str:
        if self.grammar.type_of(nonterminal).truth:
            return "true" if node.data else "false"
        return literal(int(node.data), node.width)

    def _parts(self, program: Node, exact: bool) -> Iterator[tuple[Node, str, _Choice]]:
        """The choices below `program`, those for holes before the one that has the holes."""
        done: set[tuple[Node, str]] = set()
        stack = [(program, self.grammar.start)]
        while stack:
            node, name = stack[-1]
            choice = self._table(node, exact)[name]
            waiting = [(inner, wanted) for (_, wanted), inner in zip(choice.production.holes, choice.bound, strict=True)
                       if (inner, wanted) not in done]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            if (node, name) not in done:
                done.add((node, name))
                yield node, name, choice

    # --- taking apart -------------------------------------------------------------------------------------------------

    def _table(self, program: Node, exact: bool) -> _Table:
        """The nonterminals of which `program` can be made; `exact` is without any change of it."""
        tables = self._tables[exact]
        if program not in tables:
            for node in topological([program]):
                if node not in tables:
                    tables[node] = self._choices(node, tables, exact)
        return tables[program]

    def _choices(self, node: Node, tables: dict[Node, _Table], exact: bool) -> _Table:
        found: _Table = {}
        for each in self._leaves.get(node, ()):
            found.setdefault(each.nonterminal, _Choice(1, each, ()))
        for each in self._any.get(node.width, ()) if node.is_const else ():
            found.setdefault(each.nonterminal, _Choice(1, each, ()))
        for each in self._by_root.get((node.op, node.width), ()):
            for bound in _matches(each, node, exact):
                _offer(found, each, bound, tables)
        if node.is_const and not exact:
            for name, choice in self._compositions().get(node, {}).items():
                found.setdefault(name, choice)
        self._close(node, found)
        return found

    def _close(self, node: Node, found: _Table) -> None:
        """Adds what productions that are a single nonterminal make of `found`."""
        changed = bool(found)
        while changed:
            changed = False
            for each in self._units:
                changed |= _offer(found, each, (node,), {node: found})

    def _compositions(self) -> dict[Node, _Table]:
        """Constants that are made by operations on the grammar's own, a few of the nearest ones."""
        if self._composed is None:
            self._composed = {}
            plain = {node: self._choices(node, {}, True) for node in self._leaves if node.is_const}
            known = dict(plain)
            for _ in range(2):
                self._compose(known)
            self._composed = {node: table for node, table in known.items() if node not in plain}
            self._tables[False].update(known)
        return self._composed

    def _compose(self, known: dict[Node, _Table]) -> None:
        """One round more of operations on constants."""
        by_name: dict[str, list[Node]] = {}
        for node, table in known.items():
            for name in table:
                by_name.setdefault(name, []).append(node)
        for each in (each for group in self._by_root.values() for each in group if 0 < len(each.holes) < 3):
            assert each.pattern is not None
            for bound in product(*(by_name.get(name, [])[:COMPOSED] for _, name in each.holes)):
                (value,) = rewrite(substitute([each.pattern], dict(zip((h for h, _ in each.holes), bound))), fold)
                if value.is_const and (value not in known or each.nonterminal not in known[value]):
                    _offer(known.setdefault(value, {}), each, bound, known)
                    self._close(value, known[value])


def _offer(found: _Table, production: Production, bound: tuple[Node, ...], tables: Mapping[Node, _Table]) -> bool:
    """Takes the production into `found` where its holes can be filled and nothing shorter is there; whether it did."""
    size = 1
    for (_, wanted), node in zip(production.holes, bound, strict=True):
        inner = tables.get(node, {}).get(wanted)
        if inner is None:
            return False
        size += inner.size
    known = found.get(production.nonterminal)
    if known is not None and known.size <= size:
        return False
    found[production.nonterminal] = _Choice(size, production, bound)
    return True


def _matches(production: Production, node: Node, exact: bool) -> Iterator[tuple[Node, ...]]:
    """What fills the holes so that the pattern is `node`: in one way, or unless `exact`, up to commutation."""
    assert production.pattern is not None
    holes = [hole for hole, _ in production.holes]
    for bound in _match([(production.pattern, node)], {}, frozenset(holes), exact):
        if all(hole in bound for hole in holes):
            yield tuple(bound[hole] for hole in holes)


def _match(pending: list[tuple[Node, Node]], bound: dict[Node, Node], holes: frozenset[Node],
           exact: bool) -> Iterator[dict[Node, Node]]:
    while pending:
        pattern, node = pending.pop()
        if pattern in bound or pattern in holes:
            if bound.setdefault(pattern, node) is not node or pattern.width != node.width:
                return
            continue
        bound[pattern] = node
        if pattern is node:
            continue
        if pattern.op != node.op or pattern.width != node.width or pattern.op in LEAVES:
            return
        if any(a.width != b.width for a, b in zip(pattern.args, node.args, strict=True)):
            return
        if not exact and "commutative" in TABLE[node.op].laws and node.args[0] is not node.args[1]:
            for args in (node.args, node.args[::-1]):
                yield from _match([*pending, *zip(pattern.args, args)], dict(bound), holes, exact)
            return
        pending += zip(pattern.args, node.args)
    yield bound


# --- every term of the logic ------------------------------------------------------------------------------------------


def whole_logic(syntax: Syntax, widths: Iterable[int]) -> Grammar:
    """The grammar of all terms over words of these widths: what a function without a grammar may be."""
    ordered = sorted({*widths, *(type_.width for _, _, type_ in syntax.symbols), syntax.result.width})
    types = (("Bool", BOOL), *((_word(width), Type(width)) for width in ordered))
    made = [Production(_name(type_), node, (), (name,)) for name, node, type_ in syntax.symbols]
    made += [Production(name, None) for name, _ in types]
    if 1 in ordered:
        hole = leaf("?0", 1)
        made += [Production("Bool", hole, ((hole, _word(1)),), ("(= ", 0, " #b1)")),
                 Production(_word(1), hole, ((hole, "Bool"),), ("(ite ", 0, " #b1 #b0)"))]
    for row in operations("full"):
        if row.smt is not None:
            made += _productions(row, ordered)
    return Grammar(_name(syntax.result), types, tuple(made))


def _name(type_: Type) -> str:
    return "Bool" if type_.truth else _word(type_.width)


def _word(width: int) -> str:
    return f"BitVec {width}"


def _productions(row: Row, widths: Sequence[int]) -> Iterator[Production]:
    """The row at all widths; on Bools the logical connectives are called as the rows are."""
    assert row.smt is not None
    if row.cast:
        yield from (_production(row, [_word(w)], _word(v), row.smt.replace("{v-w}", str(v - w))
                                .replace("{v-1}", str(v - 1)), [w], v)
                    for w in widths for v in widths if v != w and (v < w) == (row.name == "trunc"))
        return
    for w in widths:
        if w % row.multiple == 0:
            names = [_word(w) if letter == "w" else "Bool" for letter in row.arguments]
            yield _production(row, names, "Bool" if row.predicate else _word(w), row.smt,
                              [1 if letter == "1" else w for letter in row.arguments], None)
    if row.name in ("and", "or", "xor", "not", "eq", "ne", "select"):
        text = f"({row.name} {' '.join('xyz'[:len(row.arguments)])})" if "bv" in row.smt else row.smt
        yield _production(row, ["Bool"] * len(row.arguments), "Bool", text, [1] * len(row.arguments), None)


def _production(row: Row, names: Sequence[str], result: str, text: str, widths: Sequence[int],
                wanted: int | None) -> Production:
    holes = [leaf(f"?{index}", width) for index, width in enumerate(widths)]
    pieces = tuple("xyz".index(piece) if piece in ("x", "y", "z") else piece
                   for piece in re.split(r"\b([xyz])\b", text) if piece)
    return Production(result, apply(row.name, *holes, width=wanted), tuple(zip(holes, names, strict=True)), pieces)


def same_word(node: Node) -> Node:
    """`node` with what leads from Bool to (_ BitVec 1) or back left out: both are words of one bit here."""
    if node.width == 1:
        if node.op == "select" and node.args[1] is const(1, 1) and node.args[2] is const(0, 1):
            return node.args[0]
        if node.op == "eq" and const(1, 1) in node.args and node.args[0].width == 1:
            return node.args[0] if node.args[1] is const(1, 1) else node.args[1]
    return node
