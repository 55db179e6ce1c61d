"""What programs are made of: the operations that a spec allows, at the widths that it deals in, and constants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from ..ir.evaluate import evaluate_row
from ..ir.graph import LEAVES, Node, const, topological
from ..ir.kernel import MAX_KERNEL_WIDTH
from ..ir.primes import TABLE, Row, operations
from ..lift.spec import Spec
from ..lift.sygus.grammar import Grammar
from .bank import STANDARD_WIDTHS, Operation

MANY = 12  # constants in a spec, which then is an unrolled loop or a table: each of them says little
FEW = 4  # constants in a spec, of which numbers are derived
# Of the rows that are one and the same function of single bits, these are the ones that people write.
_OF_BITS = ("and", "or", "xor", "not", "select")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`operations` cost what they cost; `casts`, between standard widths, are free and always allowed, as are
    `constants`, save those in `fixed`, which are only the last arguments of some operations. What is `strict` comes
    from a grammar: other constants and forms will not be accepted."""

    rows: tuple[Row, ...]
    widths: tuple[int, ...]
    operations: tuple[Operation, ...]
    casts: tuple[Operation, ...]
    constants: tuple[Node, ...]
    strict: bool = False
    fixed: frozenset[Node] = frozenset()

    @property
    def closed(self) -> bool:
        """Whether these are all the words that a program may use: then what was not found is not there."""
        return not _widens(self.rows)

    def takes(self, roots: Sequence[Node]) -> bool:
        """Whether programs may be made of the operations below `roots`, and of words of their widths."""
        parts = list(topological(roots))
        if not {part.op for part in parts} <= {row.name for row in self.rows} | {"zext", "trunc"} | LEAVES:
            return False
        return not self.closed or {part.width for part in parts} <= set(self.widths)

    @property
    def one_width(self) -> int | None:
        """The width of all words, where there is but one beside truth values."""
        words = [width for width in self.widths if width > 1]
        return words[0] if len(words) == 1 else None


def vocabulary(spec: Spec) -> Vocabulary:
    """The operations of `spec` (the set `full` where it names none) at the widths of its parameters and results.

    With `sext` among them, as in `full`, there is one wider word as well, twice as wide as the widest.
    """
    if spec.syntax is not None and spec.syntax.grammar is not None:
        return _of_grammar(spec, spec.syntax.grammar)
    allowed = {row.name for row in operations("full")} if spec.operations is None else set(spec.operations)
    rows = tuple(row for row in TABLE.values() if row.name in allowed and _may_stand(row, spec))
    own = {parameter.type.width for parameter in spec.parameters} | {output.type.width for output in spec.outputs}
    called = {type_.width for each in spec.components for type_ in (each.type, *(p.type for p in each.parameters))}
    widths = own | called | {1}
    if _widens(rows) and max(own) > 1:
        widths |= {width for width in STANDARD_WIDTHS if max(own) < width <= 2 * max(own)}
    ordered = tuple(sorted(widths))
    quick_first = sorted(rows, key=lambda row: (len(row.arguments), row.effort))
    made = [operation for row in quick_first for operation in _at_widths(row, ordered)]
    return Vocabulary(rows, ordered, (*(operation for operation in made if operation.cost), *_on_bits(quick_first)),
                      tuple(operation for name in ("zext", "trunc") for operation in _at_widths(TABLE[name], ordered)
                            if operation.cost == 0),
                      tuple(dict.fromkeys(node for width in ordered for node in _constants(spec, width))))


def _may_stand(row: Row, spec: Spec) -> bool:
    """Whether a program may have it at all: no choice and no division where all must take the same time."""
    return (row.name, 0) not in spec.limits and (not spec.constant_time or row.timing == "fixed")


def _of_grammar(spec: Spec, grammar: Grammar) -> Vocabulary:
    """The operations and constants that stand in a grammar, at the widths at which they stand there."""
    allowed = {name for name, _, _ in grammar.operations}.intersection(spec.operations or TABLE)
    rows = tuple(row for row in TABLE.values() if row.name in allowed)
    ordered = tuple(sorted({*grammar.widths, *(parameter.type.width for parameter in spec.parameters)}))
    quick_first = sorted(rows, key=lambda row: (len(row.arguments), row.effort))
    lasts = grammar.operations
    made = [replace(operation, last=last) for row in quick_first
            for operation in (*_at_widths(row, ordered), *_as_they_are(row))
            if (key := (row.name, operation.w, operation.result)) in lasts for last in lasts[key] or (None,)]
    pool = [node for width in grammar.any_constant for node in _constants(spec, width)]
    leaves = {each.pattern for each in grammar.productions}
    fixed = frozenset(operation.last for operation in made if operation.last) - leaves - frozenset(pool)
    return Vocabulary(rows, ordered, tuple(operation for operation in made if operation.cost),
                      tuple(operation for operation in made if not operation.cost),
                      tuple(dict.fromkeys([*grammar.constants, *pool])), strict=True, fixed=fixed)


def _as_they_are(row: Row) -> Iterator[Operation]:
    """The row on words of one bit."""
    if not row.cast and row.multiple == 1:
        yield Operation(row, 1, 1)


def _widens(rows: tuple[Row, ...]) -> bool:
    """Whether programs over `rows` may use wider words in between: `plain` has the free casts, and not sext."""
    return any(row.name == "sext" for row in rows)


def _at_widths(row: Row, widths: tuple[int, ...]) -> Iterator[Operation]:
    for w in widths:
        if w > MAX_KERNEL_WIDTH or w % row.multiple:
            continue
        if row.cast:
            yield from (Operation(row, w, v) for v in widths if v != w and (v < w) == (row.name == "trunc"))
        elif w > 1:
            yield Operation(row, w, 1 if row.predicate else w)


def _on_bits(rows: Sequence[Row]) -> list[Operation]:
    """The rows on words of one bit, one for each truth table.

    Those that are undefined somewhere (shifts, divisions) give an argument or 0 where they are defined.
    """
    found: dict[tuple[int, ...], Operation] = {}
    for row in sorted(rows, key=lambda row: row.name not in _OF_BITS):
        if row.cast or row.undefined or row.multiple > 1:
            continue
        ones = [1] * len(row.arguments)
        table = tuple(evaluate_row(row, bits, ones, 1) for bits in product((0, 1), repeat=len(ones)))
        found.setdefault(table, Operation(row, 1, 1))
    return list(found.values())


def _constants(spec: Spec, width: int) -> Iterator[Node]:
    """Small numbers, the last bit's place, the sign bit, and what the spec mentions, as far as they fit `width`."""
    if width == 1:
        yield from (const(0, 1), const(1, 1))
        return
    mentioned = [int(node.data) for node in spec.constants() if 1 < int(node.data) < 1 << width]
    yield from (const(number, width) for number in (0, 1, -1, 2, width - 1, 1 << width - 1))
    if len(mentioned) <= MANY:
        yield from (const(number, width) for number in mentioned)
    if len(mentioned) <= FEW and spec.minimize == "latency":
        yield from (const(number, width) for number in _shifts(mentioned))
    if len(mentioned) <= FEW:
        derived = list(_of_fields(mentioned, width)) or _derived(mentioned, width)
        yield from (const(number, width) for number in derived)


def _shifts(mentioned: Sequence[int]) -> Iterator[int]:
    """The places of the bits of numbers, and of the powers of two next to them: a product is sums of such shifts."""
    for number in mentioned:
        near = number | number - 1 | number + 1
        yield from (place for place in range(near.bit_length()) if near >> place & 1)


def _derived(mentioned: Sequence[int], width: int) -> Iterator[int]:
    """How far apart numbers are (for range checks), the last one below them (for rounding up), logarithms (for
    divisions), what is left of a shift by them."""
    for number, other in product(mentioned, mentioned):
        if number > other:
            yield number - other
    for number in mentioned:
        yield number - 1
        if number & (number - 1) == 0:
            yield number.bit_length() - 1
        if number < width:
            yield width - number


def _of_fields(mentioned: Sequence[int], width: int) -> Iterator[int]:
    """The lowest, and the highest, bit of every field, where the numbers take a word apart into equal fields: masks of
    two of them are among the numbers, or one mask and a shift to another field."""
    sizes = [size for number in mentioned if (size := _field(number)) is not None]
    for size in sizes:
        shifts = (number for number in mentioned if number < width and number % size == 0)
        if 1 < size < width and width % size == 0 and (any(shifts) or sizes.count(size) > 1):
            every = ((1 << width) - 1) // ((1 << size) - 1)
            yield every
            yield every << size - 1
            return


def _field(number: int) -> int | None:
    """How many ones `number` has, if they stand side by side and at a multiple of that."""
    place = (number & -number).bit_length() - 1
    ones = number >> place
    size = ones.bit_length()
    return size if ones & (ones + 1) == 0 and place % size == 0 else None
