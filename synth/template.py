"""A sketch as a graph over inputs and unknown words: to fill its holes is to find these words.

An unknown operation is the number of a row. An unknown expression is a few lines, each with the numbers of its row and
of its arguments, which are given values, earlier lines or a constant of the line's own (as in engines/components.py,
but over the values that the sketch names), and the number of the value that comes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from ..ir import terms
from ..ir.evaluate import fold
from ..ir.graph import (
    FALSE,
    INPUT,
    Node,
    all_of,
    any_of,
    apply,
    both,
    choose,
    const,
    either,
    leaf,
    leaves,
    negate,
    resized,
    rewrite,
    substitute,
)
from ..ir.primes import Row
from ..ir.text import print_term
from ..ir.types import Type
from ..lift.sketch import Hole, Sketch, below, chosen, is_number

_OF_TRUTH_VALUES = frozenset({"and", "or", "xor", "eq", "ne", "not"})


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of an unknown expression: the numbers of its row and its arguments, and a constant for each of them."""

    row: Node
    arguments: tuple[Node, ...]
    constants: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class _Unknown:
    """What an operation or an expression may be made of: rows, and for an expression its lines and its result.

    The constants are those of the lines, and the one that an expression may be as a whole, which is the last.
    """

    rows: tuple[Row, ...]
    lines: tuple[_Line, ...] = ()
    result: Node | None = None
    constants: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """The results of a sketch over unknown words, where they are defined, and which words are `legal`."""

    sketch: Sketch
    results: tuple[Node, ...]
    defined: Node
    legal: Node
    unknowns: Mapping[int, _Unknown]  # by the holes' numbers

    def texts(self, model: Mapping[Node, int]) -> tuple[tuple[Hole, str], ...]:
        """What stands in each hole with the words of `model`, for a reader."""
        constants = {hole.unknown for hole in self.sketch.holes if hole.kind == "constant"}
        used = set(leaves(_filled([*self.results, self.defined], model, constants)))
        return tuple((hole, self._text(number, hole, model, used)) for number, hole in enumerate(self.sketch.holes))

    def tastes(self, model: Mapping[Node, int]) -> Iterator[tuple[Node, Node]]:
        """The unknowns that matter with the words of `model`, and of each a word that is the less the better it reads.

        For an operation that is its place among the rows, the cheapest first; for a constant the number itself, and
        for one with a sign how far it is from 0, where 1 comes before -1.
        """
        numbers: dict[Node, bool] = {}
        for number, hole in enumerate(self.sketch.holes):
            if hole.kind == "operation":
                rows = self.unknowns[number].rows
                order = sorted(rows, key=lambda row: (row.cost, row.effort))
                yield hole.unknown, chosen(hole.unknown, [const(order.index(row), hole.unknown.width) for row in rows])
            elif hole.kind == "constant":
                numbers[hole.unknown] = hole.type.signed
            elif hole.kind == "expression":
                numbers |= dict.fromkeys(self.unknowns[number].constants, hole.type.signed)
        used = set(leaves(_filled([*self.results, self.defined], model, numbers.keys())))
        for unknown, signed in numbers.items():
            if unknown in used:
                yield unknown, _distance(unknown) if signed else unknown

    def _text(self, number: int, hole: Hole, model: Mapping[Node, int], used: Set[Node]) -> str:
        word = model.get(hole.unknown, 0)
        match hole.kind:
            case "constant" if hole.unknown not in used:
                return "not used"
            case "constant":
                return hole.type.show(word)
            case "choice":
                return hole.texts[word]
            case "operation":
                return self.unknowns[number].rows[word].name
            case "expression":
                values = [leaf(f"argument {index}", hole.type.width) for index in range(len(hole.texts))]
                (body,) = filled([_expression(self.unknowns[number], values)[0]], model)
                names = [text if text.isidentifier() else f"({text})" for text in hole.texts]
                return print_term(body, dict(zip(values, names, strict=True)))


def template(sketch: Sketch, rows: Sequence[Row], lines: int, easy: Sequence[Row] | None = None) -> Template | None:
    """`sketch` with operations among `rows`, and expressions of up to `lines` of them, or of those that are `easy`.

    None where a hole is for an operation, and no row fits its type.
    """
    easy = rows if easy is None else easy
    unknowns: dict[int, _Unknown] = {}
    legal: list[Node] = []
    for number, hole in enumerate(sketch.holes):
        match hole.kind:
            case "constant" if hole.bounds is not None:
                low, high = (const(bound, hole.type.width) for bound in hole.bounds)
                legal += [apply("sle", low, hole.unknown), apply("sle", hole.unknown, high)]
            case "choice":
                legal.append(below(hole.unknown, len(hole.texts)))
            case "operation":
                unknowns[number] = unknown = _Unknown(tuple(row for row in rows if _joins(row, hole.type)))
                if not unknown.rows:
                    return None
                legal.append(below(hole.unknown, len(unknown.rows)))
            case "expression":
                fitting = [row for row in easy if _fits(row, hole.type)]
                unknowns[number] = unknown = _unknown(number, hole, fitting, lines)
                legal += _shape(unknown, len(hole.texts))
    return _made(sketch, unknowns, all_of(legal))


def _made(sketch: Sketch, unknowns: Mapping[int, _Unknown], legal: Node) -> Template:
    """The template, each use of an operation or expression replaced by what it gives."""
    values: dict[Node, Node] = {}
    defined: list[Node] = []
    for use in sketch.uses:
        reached, *arguments = substitute([use.reached, *use.arguments], values)
        unknown = unknowns[use.hole]
        if unknown.result is None:
            index = sketch.holes[use.hole].unknown
            values[use.value] = chosen(index, [apply(row.name, *arguments) for row in unknown.rows])
            by_zero = both(reached, apply("eq", arguments[1], const(0, arguments[1].width)))
            defined += [negate(both(by_zero, is_number(index, code))) for code, row in enumerate(unknown.rows)
                        if any(each.kind == "ub" for each in row.undefined)]
        else:
            values[use.value], undefined = _expression(unknown, arguments)
            defined.append(negate(both(reached, undefined)))
    *results, whole = substitute([*sketch.results, sketch.defined], values)
    return Template(sketch, tuple(results), all_of([whole, *defined]), legal, unknowns)


def _joins(row: Row, type_: Type) -> bool:
    """Whether `row` makes a word of the type from two of them."""
    return len(row.arguments) == 2 and _fits(row, type_) and (row.result == "w" or type_.truth)


def _fits(row: Row, type_: Type) -> bool:
    """Whether `row` may stand in an expression on words of the type."""
    if row.cast or type_.width % row.multiple:
        return False
    return row.name in _OF_TRUTH_VALUES if type_.truth else True


# --- expressions ------------------------------------------------------------------------------------------------------


def _unknown(number: int, hole: Hole, rows: Sequence[Row], lines: int) -> _Unknown:
    arity = max((len(row.arguments) for row in rows), default=0)
    width, places = hole.type.width, (len(hole.texts) + lines).bit_length()
    made = tuple(_Line(leaf(f"??{number}.{line}", 8),
                       tuple(leaf(f"??{number}.{line}.{place}", places) for place in range(arity)),
                       tuple(leaf(f"??{number}.{line}.{place}c", width) for place in range(arity)))
                 for line in range(lines if rows else 0))
    constants = (*(constant for line in made for constant in line.constants), leaf(f"??{number}.resultc", width))
    return _Unknown(tuple(rows), made, leaf(f"??{number}.result", places), constants)


def _shape(unknown: _Unknown, given: int) -> list[Node]:
    """What makes the numbers of an expression mean something, one way to write each of some that are the same."""
    assert unknown.result is not None
    conditions = [below(unknown.result, given + len(unknown.lines) + 1)]
    for number, line in enumerate(unknown.lines):
        conditions.append(below(line.row, len(unknown.rows)))
        conditions += [below(argument, given + number + 1) for argument in line.arguments]
        for code, row in enumerate(unknown.rows):
            used = line.arguments[:len(row.arguments)]
            constant = all_of(is_number(argument, given + number) for argument in used)
            conditions.append(negate(both(is_number(line.row, code), constant)))
            if "commutative" in row.laws:
                conditions.append(negate(both(is_number(line.row, code), apply("ult", used[1], used[0]))))
    return conditions


def _expression(unknown: _Unknown, arguments: Sequence[Node]) -> tuple[Node, Node]:
    """What the expression gives on `arguments`, and whether one of its operations is undefined there."""
    assert unknown.result is not None
    values, width, undefined = list(arguments), arguments[0].width, FALSE
    for line in unknown.lines:
        places = [chosen(index, [*values, own]) for index, own in zip(line.arguments, line.constants, strict=True)]
        given = [_applied(row, places, width) for row in unknown.rows]
        values.append(chosen(line.row, [value for value, _ in given]))
        undefined = either(undefined, any_of(both(is_number(line.row, code), when)
                                             for code, (_, when) in enumerate(given)))
    return chosen(unknown.result, [*values, unknown.constants[-1]]), undefined


def _applied(row: Row, values: Sequence[Node], width: int) -> tuple[Node, Node]:
    """`row` on words, truth values being words too, and where LLVM leaves it undefined."""
    args = tuple(resized(value, 1 if letter == "1" else width)
                 for letter, value in zip(row.arguments, values, strict=False))
    result = apply(row.name, *args)
    return resized(result, width), any_of(terms.condition(each.when, row, args, result.width) for each in row.undefined)


def _distance(word: Node) -> Node:
    """How far a word with a sign is from 0, in numbers: 0, 1, -1, 2, -2 .. are 0, 1, 2, 3, 4 .."""
    sign = apply("ashr", apply("neg", word), const(word.width - 1, word.width))
    return apply("xor", apply("shl", apply("neg", word), const(1, word.width)), sign)


# --- words for unknowns -----------------------------------------------------------------------------------------------


def is_unknown(node: Node) -> bool:
    """Whether a leaf is one that a sketch or its template made."""
    return node.op == INPUT and str(node.data).startswith("??")


def filled(roots: Sequence[Node], model: Mapping[Node, int]) -> list[Node]:
    """`roots` with the words of `model` for their unknowns; one that it does not name is 0."""
    return _filled(roots, model, frozenset())


def _filled(roots: Sequence[Node], model: Mapping[Node, int], left: Set[Node]) -> list[Node]:
    """The same without the unknowns that are `left` as they are."""
    return settled(roots, {node: const(model.get(node, 0), node.width) for node in leaves(roots)
                           if is_unknown(node) and node not in left})


def settled(roots: Sequence[Node], words: Mapping[Node, Node]) -> list[Node]:
    """`roots` with constants for leaves, and without what these decide."""
    return rewrite(roots, lambda node: words[node] if node in words else _settled(node))


def _settled(node: Node) -> Node:
    match node.op:
        case "select":
            return choose(*node.args)
        case "and" if node.width == 1:
            return both(*node.args)
        case "or" if node.width == 1:
            return either(*node.args)
        case "not" if node.width == 1:
            return negate(*node.args)
        case "trunc" if node.args[0].op == "zext" and node.args[0].args[0].width == node.width:
            return node.args[0].args[0]
    return fold(node)
