"""The values on a reference's way to its results, found anew from one another.

Divisions and remainders on a range are rounded lines of what is divided (synth/lines.py). What such a line cuts off is
the remainder, scaled, and a line of it gives what the reference takes many operations for (Neri and Schneider,
"Euclidean affine functions and their application to calendar algorithms", 2023). So each value is looked for as a line
of a value before it, of what another line cut off, and of these beside a third value. Which are taken is decided one
after another, by what the whole then costs, until no change makes it cheaper: results may share their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ir.cost import instructions_of
from ..ir.graph import LEAVES, Node, apply, const, leaf, resized, rewrite, substitute, topological
from .bank import STANDARD_WIDTHS
from .lines import Bounds, Line, offsets, slopes, straight, wrapped
from .problem import Problem
from .vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

REMAINDERS = {"urem": "udiv", "srem": "sdiv"}
DIVISIONS = {*REMAINDERS, *REMAINDERS.values()}
MOST = 60  # values of a reference that is looked at
EDGES = 64  # inputs next to which one value changes
FIRST = 24  # samples to begin with, of the least words and all over
QUICK = 5  # operations of two lines, of which one has no offset
AT_ONCE = 4  # samples that join in one round
ROUNDS = 12  # of working constants out again
SMALL = 256  # remainders that a line may give by going round and round
VARIANTS = 4  # lines, or one more, of one shift that are looked at for what they cut off

Move = Mapping[Node, Node]  # places of values, and what stands there, over places before them


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the reference: its `place`, a leaf, what it is over places before it, its words on all samples."""

    place: Node
    given: Node
    words: Words
    order: NDArray[np.int64]  # that sorts its words


def divides(roots: Iterable[Node]) -> bool:
    """Whether something is divided below `roots`."""
    return any(node.op in DIVISIONS for node in topological(roots))


def rebuilt(problem: Problem, roots: Sequence[Node], vocabulary: Vocabulary) -> list[Node] | None:
    """`roots` with values found anew, so that they take the fewest operations, of those that `vocabulary` has; they are
    right on the samples. None where nothing is divided, or an operation is left that it has not."""
    roots = rewrite(roots, _as_quotient)
    nodes = list(topological(roots))
    if len(nodes) > MOST or not divides(roots):
        return None
    names = {row.name for row in vocabulary.rows} | LEAVES | {"zext", "trunc"}

    def price(made: Sequence[Node]) -> tuple[int, int]:
        return sum(node.op not in names for node in topological(made)), problem.instructions(made)

    values, ends = values_of(roots, _words(problem, nodes))
    found = cheapest(values, ends, moves(values, vocabulary.widths), price)
    return None if price(found)[0] else found


def _as_quotient(node: Node) -> Node:
    """A remainder as what is left of a quotient, which is a value of its own then."""
    if node.op not in REMAINDERS:
        return node
    x, y = node.args
    return apply("sub", x, apply("mul", apply(REMAINDERS[node.op], x, y), y))


def _words(problem: Problem, nodes: Sequence[Node]) -> dict[Node, Words]:
    """The words of `nodes` on samples, for one input also on both sides of places where one of them changes."""
    import numpy as np

    def words(tuples: Sequence[tuple[int, ...]]) -> dict[Node, Words]:
        found = problem.evaluate(nodes, tuples)
        return {node: np.asarray(column, dtype=np.uint64) for node, column in zip(nodes, found, strict=True)}

    if len(problem.inputs) != 1:
        return words(problem.tuples)
    inputs = np.unique(np.array(problem.tuples, dtype=np.uint64))
    found = words([(word,) for word in inputs.tolist()])
    edges = [inputs]
    for node in nodes:
        (changes,) = (found[node][1:] != found[node][:-1]).nonzero()
        changes = changes[:: -(-len(changes) // EDGES) or 1]
        low, high, before = inputs[changes], inputs[changes + 1], found[node][changes]
        while len(changes) and (high - low > 1).any():
            middle = low + (high - low) // np.uint64(2)
            same = words([(word,) for word in middle.tolist()])[node] == before
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        edges += [low, high]
    return words([(word,) for word in np.unique(np.concatenate(edges)).tolist()])


def values_of(roots: Sequence[Node], words: Mapping[Node, Words]) -> tuple[list[Value], list[Node]]:
    """The values below `roots`, from the leaves up, and the places of `roots`."""
    import numpy as np

    places: dict[Node, Node] = {}
    found = []
    for index, node in enumerate(topological(roots)):
        if node.is_const:
            places[node] = node
            continue
        place = places[node] = node if node.op in LEAVES else leaf(f"value {index}", node.width)
        given = node if node.op in LEAVES else apply(node.op, *(places[arg] for arg in node.args), width=node.width)
        found.append(Value(place, given, words[node], np.argsort(words[node], kind="stable")))
    return found, [places[root] for root in roots]


def cheapest(values: Sequence[Value], roots: Sequence[Node], moves: Iterable[Move],
             price: Callable[[Sequence[Node]], tuple[int, ...]]) -> list[Node]:
    """The results at the places `roots`, with those moves made, one after another, that make the whole cheaper."""
    made = {value.place: value.given for value in values}
    order = [value.place for value in values]
    least = price(_whole(made, order, roots))
    moves = sorted(moves, key=lambda move: instructions_of(list(move.values())))
    improving = True
    while improving:
        improving = False
        for move in moves:
            changed = {**made, **move}
            if changed != made and (cost := price(_whole(changed, order, roots))) < least:
                made, least, improving = changed, cost, True
    return _whole(made, order, roots)


def _whole(made: Mapping[Node, Node], order: Sequence[Node], roots: Sequence[Node]) -> list[Node]:
    known: dict[Node, Node] = {}
    for place in order:
        (known[place],) = substitute([made[place]], known) if made[place] is not place else (place,)
    return [known.get(root, root) for root in roots]


# --- moves ------------------------------------------------------------------------------------------------------------


def moves(values: Sequence[Value], widths: Sequence[int]) -> Iterator[Move]:
    """Lines that give values from others before them, on words as wide as these or as one of `widths`."""
    varied = [value for value in values if value.place.width > 1 and (value.words != value.words[0]).any()]
    for index, target in enumerate(varied):
        if target.given is target.place:
            continue
        before = varied[:index]
        for value in before:
            for at in _at(value, widths):
                yield from ({target.place: node} for node in _of_one(value, at, target))
                yield from _with_what_is_cut(value, at, target, varied[index + 1:])
        for other in before:
            if other.place.width == target.place.width:
                for value in before:
                    yield from ({target.place: node} for node in _beside(other, value, target, widths))


def _at(value: Value, widths: Sequence[int]) -> Iterator[Node]:
    """The value, as wide as it is and wider."""
    for width in widths:
        if width == value.place.width or width > value.place.width and {width, value.place.width} <= STANDARD_WIDTHS:
            yield resized(value.place, width)


def _of_one(value: Value, at: Node, target: Value) -> Iterator[Node]:
    """The target as a function of one value: a sum, a line, a line that wraps."""
    if (exact := _exact(value.words, target.words, at.width)) is not None:
        lines = [exact]
    elif _monotone(value.order, value.words, target.words):
        lines = settled(value.words, target.words, at.width, _straight)
    elif int(target.words.max()) < SMALL:
        lines = settled(value.words, target.words, at.width, wrapped)
    else:
        return
    yield from (_line(at, line, target.place.width) for line in _least(lines))


def _beside(other: Value, value: Value, target: Value, widths: Sequence[int]) -> Iterator[Node]:
    """The target as another value and a line, added or subtracted."""
    import numpy as np

    if value is other:
        return
    mask = np.uint64((1 << target.place.width) - 1)
    for name, rest in (("sub", other.words - target.words & mask), ("add", target.words - other.words & mask)):
        if int(rest.max()) >> target.place.width - 1 or not _monotone(value.order, value.words, rest):
            continue
        for at in _at(value, widths):
            exact = _exact(value.words, rest, at.width)
            lines = [exact] if exact is not None else settled(value.words, rest, at.width, _straight)
            yield from (apply(name, other.place, _line(at, line, target.place.width)) for line in _least(lines))


def _with_what_is_cut(value: Value, at: Node, target: Value, later: Sequence[Value]) -> Iterator[Move]:
    """Lines for the target, with others that give later values from the bits which those cut off."""
    import numpy as np

    if not _monotone(value.order, value.words, target.words):
        return
    found: dict[tuple[Node, int], tuple[int, Move]] = {}
    for line in settled(value.words, target.words, at.width, _variants):
        low = value.words * np.uint64(line.factor) + np.uint64(line.offset) & np.uint64((1 << line.shift) - 1)
        order = np.argsort(low, kind="stable")
        cut = _cut(_sum(at, line), line.shift)
        for after in later:
            key = after.place, line.shift
            if key in found and found[key][0] <= QUICK or not _monotone(order, low, after.words):
                continue
            for other in _least(settled(low, after.words, at.width, _straight)):
                move = {target.place: _line(at, line, target.place.width),
                        after.place: _line(cut, other, after.place.width)}
                count = instructions_of(list(move.values()))
                if key not in found or count < found[key][0]:
                    found[key] = count, move
    yield from (move for _, move in found.values())


def _least(lines: Sequence[Line]) -> Sequence[Line]:
    """One of those that take the fewest operations."""
    return sorted(lines, key=lambda line: (line.factor != 1) + (line.offset != 0))[:1]


def _variants(values: Sequence[int], words: Sequence[int], width: int) -> Iterator[Line]:
    """Lines whose cut-off bits are a word of a standard width, with various factors and offsets."""
    wanted = Bounds(values, words, [word + 1 for word in words])
    between = slopes(wanted, offset=True)
    if between is None:
        return
    for shift in sorted(STANDARD_WIDTHS - {1, 8}):
        if shift >= width or max(words).bit_length() + shift > width:
            continue
        first, last = -int(-between[0] * (1 << shift) // 1), int(between[1] * (1 << shift) // 1)
        for factor in range(first, last + 1, max(1, (last - first) // VARIANTS)):
            least, most = offsets(wanted, factor, shift)
            yield from (Line(factor, offset, shift) for offset in dict.fromkeys((least, (least + most) // 2))
                        if 0 <= least <= most)


def _monotone(order: NDArray[np.int64], values: Words, words: Words) -> bool:
    """Whether words follow from values, which `order` sorts, and become only greater, or only less, with these."""
    words = words[order]
    rises, falls = words[1:] > words[:-1], words[1:] < words[:-1]
    if rises.any() == falls.any():
        return False
    values = values[order]
    return not ((rises | falls) & (values[1:] == values[:-1])).any()


def _exact(values: Words, words: Words, width: int) -> Line | None:
    """The line that cuts nothing off."""
    import numpy as np

    order = np.argsort(values, kind="stable")
    first, last = int(order[0]), int(order[-1])
    run, rise = int(values[last]) - int(values[first]), int(words[last]) - int(words[first])
    if not run or rise % run:
        return None
    mask = (1 << width) - 1
    factor = rise // run & mask
    offset = int(words[first]) - factor * int(values[first]) & mask
    found = values * np.uint64(factor) + np.uint64(offset) & np.uint64(mask)
    return Line(factor, offset, 0) if (found == words).all() else None


def _straight(values: Sequence[int], words: Sequence[int], width: int) -> Iterator[Line]:
    yield from straight(Bounds(values, words, [word + 1 for word in words]), width, sharpest=True)


def settled(values: Words, words: Words, width: int,
            way: Callable[[Sequence[int], Sequence[int], int], Iterator[Line]]) -> list[Line]:
    """Lines that are right on all samples: worked out from some, and again with those on which they are wrong."""
    import numpy as np

    order = np.argsort(values, kind="stable")
    rows = list(dict.fromkeys([*order[:FIRST].tolist(), *order[::-(-len(order) // FIRST)].tolist(), int(order[-1])]))
    mask = np.uint64((1 << width) - 1)
    for _ in range(ROUNDS):
        right, fresh = [], {}
        for line in way(values[rows].tolist(), words[rows].tolist(), width):
            factor, offset = (np.uint64(number % (1 << width)) for number in (line.factor, line.offset))
            wrong = np.flatnonzero((values * factor + offset & mask) >> np.uint64(line.shift) != words)
            if not len(wrong):
                right.append(line)
            fresh.update(dict.fromkeys(wrong[:: -(-len(wrong) // AT_ONCE) or 1].tolist()))
        if right or not set(fresh) - set(rows):
            return right
        rows += [row for row in fresh if row not in rows]
    return []


# --- nodes ------------------------------------------------------------------------------------------------------------


def _sum(node: Node, line: Line) -> Node:
    made = node if line.factor == 1 else apply("mul", node, const(line.factor, node.width))
    return apply("add", made, const(line.offset, node.width)) if line.offset else made


def _line(node: Node, line: Line, width: int) -> Node:
    made = _sum(node, line)
    return resized(apply("lshr", made, const(line.shift, node.width)) if line.shift else made, width)


def _cut(node: Node, bits: int) -> Node:
    return resized(resized(node, bits), node.width)
