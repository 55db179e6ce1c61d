"""Constant tables: a global array that never changes, addresses inside it, and what is read there.

An address is the table and a number of bytes. What a load gives is one of the table's words, picked by the bits of the
offset; an offset outside the table, or one that is not aligned as the load says, is undefined behaviour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...ir.evaluate import fold
from ...ir.graph import FALSE, TRUE, Node, apply, choose, const, either
from ...ir.primes import TABLE
from .instructions import Refused, braces, plain_name, split
from .opcodes import Word, operate

LARGEST = 8192  # bytes of a table that is read at an index that is not constant
ADDRESS = 64  # bits


@dataclass(frozen=True, slots=True)
class Table:
    """A constant global: its bytes as they lie in memory, None where one is undef."""

    name: str
    content: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Pointer:
    """An address inside a table: `offset` bytes from its beginning."""

    table: Table
    offset: Word


# --- layout -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Layout:
    """How a type lies in memory: its size with padding, its alignment, and the parts and their offsets."""

    size: int
    alignment: int
    parts: tuple[tuple[int, str], ...] = ()  # (offset, type) of a struct's fields
    element: str | None = None  # of an array
    count: int = 0


def layout(type_: str, types: Mapping[str, str]) -> Layout:
    """The layout of a printed type of integers, arrays and structs. Refused for anything else."""
    if integer := re.fullmatch(r"i(8|16|32|64|128)", type_):
        return Layout(int(integer[1]) // 8, int(integer[1]) // 8)
    if type_ in types:
        return layout(types[type_], types)
    if array := re.fullmatch(r"\[(\d+) x (.*)\]", type_):
        inner = layout(array[2], types)
        return Layout(int(array[1]) * inner.size, inner.alignment, element=array[2], count=int(array[1]))
    if struct := re.fullmatch(r"(<?)\{(.*)\}>?", type_):
        fields = [" ".join(part) for part in split(struct[2]) if part]
        return _struct(fields, types, packed=bool(struct[1]))
    raise Refused(f"memory of the type {type_}")


def _struct(fields: Sequence[str], types: Mapping[str, str], packed: bool) -> Layout:
    offset, alignment = 0, 1
    parts = []
    for field in fields:
        inner = layout(field, types)
        step = 1 if packed else inner.alignment
        offset += -offset % step
        parts.append((offset, field))
        offset += inner.size
        alignment = max(alignment, step)
    return Layout(offset + -offset % alignment, alignment, tuple(parts))


# --- what is in a table -----------------------------------------------------------------------------------------------


def table(name: str, type_: str, text: str, types: Mapping[str, str], little: bool) -> Table:
    """The table `name` of a printed type and initializer. Refused where that is not made of numbers."""
    size = layout(type_, types).size
    if size > LARGEST:
        raise Refused(f"the table {name} of {size} bytes", f"tables of up to {LARGEST} bytes are read")
    content: list[int | None] = [0] * size
    _fill(content, 0, type_, text, types, little)
    return Table(name, tuple(content))


def _fill(content: list[int | None], at: int, type_: str, text: str, types: Mapping[str, str], little: bool) -> None:
    """Lay the constant `text` of type `type_` into `content` at the byte `at`."""
    shape = layout(type_, types)
    if text == "zeroinitializer":
        return
    if text == "poison":
        raise Refused("a table with poison")
    elif text == "undef":
        content[at : at + shape.size] = [None] * shape.size
    elif shape.element is None and not shape.parts:
        if not re.fullmatch(r"-?\d+", text):
            raise Refused("a table of addresses" if text.startswith(("@", "ptr")) else "a table with such a constant")
        word = int(text) & (1 << 8 * shape.size) - 1
        content[at : at + shape.size] = list(word.to_bytes(shape.size, "little" if little else "big"))
    elif text.startswith('c"'):
        content[at : at + shape.size] = [ord(byte) for byte in plain_name(text)]
    else:
        parts = [part for part in split(braces(text)) if part]
        offsets = [offset for offset, _ in shape.parts]
        if shape.element is not None:
            offsets = [index * layout(shape.element, types).size for index in range(shape.count)]
        if len(parts) != len(offsets):
            raise Refused("a table with such a constant")
        for offset, part in zip(offsets, parts):
            _fill(content, at + offset, part[0], " ".join(part[1:]), types, little)


# --- addresses --------------------------------------------------------------------------------------------------------


def moved(base: Pointer, type_: str, indices: Sequence[Word], flags: Sequence[str],
          types: Mapping[str, str]) -> Pointer:
    """`getelementptr`: the address that the `indices` lead to from `base`. Refused for flags that need the address."""
    if flags and "inbounds" not in flags:
        raise Refused(f"an address with {flags[0]}, but not inbounds")
    wraps = ["nsw"] * bool(flags) + ["nuw"] * ("nuw" in flags)
    offset, poison = base.offset, base.offset.poison
    for index, step in zip(indices, _steps(type_, indices, types)):
        if isinstance(step, tuple):  # a field of a struct
            by = Word(const(step[0], ADDRESS))
        else:
            wide = _extended(index, poisoned="inbounds" in flags)
            by, _ = operate(TABLE["mul"], [wide, Word(const(step, ADDRESS))], wraps)
        offset, _ = operate(TABLE["add"], [offset, by], wraps)
    if "inbounds" in flags:
        size = const(len(base.table.content), ADDRESS)
        offset = offset.where(fold(apply("ult", size, offset.value)))
    return Pointer(base.table, offset.where(poison))


def _extended(index: Word, poisoned: bool) -> Word:
    """An index as a signed word of an address's width."""
    if index.width == ADDRESS:
        return index
    if index.width > ADDRESS:
        return operate(TABLE["trunc"], [index], ["nsw"] if poisoned else [], ADDRESS)[0]
    return operate(TABLE["sext"], [index], (), ADDRESS)[0]


def _steps(type_: str, indices: Sequence[Word], types: Mapping[str, str]) -> list[int | tuple[int]]:
    """For each index the bytes that one step is, or for a struct's field, its offset alone."""
    steps: list[int | tuple[int]] = [layout(type_, types).size]
    for index in indices[1:]:
        shape = layout(type_, types)
        if shape.element is not None:
            type_ = shape.element
            steps.append(layout(type_, types).size)
        elif shape.parts and index.value.is_const:
            offset, type_ = shape.parts[int(index.value.data)]
            steps.append((offset,))
        else:
            raise Refused("an address inside a word")
    return steps


# --- loads ------------------------------------------------------------------------------------------------------------


def is_undef(pointer: Pointer, width: int, alignment: int) -> bool:
    """Whether a load at a constant offset is defined and gives undef alone."""
    offset = pointer.offset
    if not offset.value.is_const or offset.poison is not FALSE or int(offset.value.data) % alignment:
        return False
    start = int(offset.value.data)
    content = pointer.table.content[start : start + width // 8]
    return len(content) == width // 8 and all(byte is None for byte in content)


def loaded(pointer: Pointer, width: int, alignment: int, little: bool) -> tuple[Word, Node]:
    """What a load of `width` bits gives, and when its behaviour is undefined. Refused for words with padding."""
    if width % 8:
        raise Refused(f"a load of the type i{width}")
    content, size = pointer.table.content, width // 8
    offset = pointer.offset.value
    last = len(content) - size
    words: list[Node] = []
    for at in range(0, last + 1, alignment):
        if offset.is_const and int(offset.data) != at:  # which nobody reads
            words.append(const(0, width))
            continue
        parts = [part for part in content[at : at + size] if part is not None]
        if len(parts) < size:
            raise Refused(f"a load from {pointer.table.name}, which is not all defined,")
        words.append(const(int.from_bytes(bytes(parts), "little" if little else "big"), width))
    if not words:
        return Word(const(0, width)), TRUE
    ub = either(pointer.offset.poison, fold(apply("ult", const(last, ADDRESS), offset)))
    if alignment > 1:
        low = fold(apply("and", offset, const(alignment - 1, ADDRESS)))
        ub = either(ub, fold(apply("ne", low, const(0, ADDRESS))))
    first = alignment.bit_length() - 1
    bits = [first + bit for bit in range((len(words) - 1).bit_length())]
    return Word(_picked(words, offset, bits), undefs=pointer.offset.undefs), ub


def _picked(words: Sequence[Node], offset: Node, bits: Sequence[int]) -> Node:
    """The word whose index the `bits` of `offset` spell, the lowest bit first; any word where there is none."""
    if not bits:
        return words[0]
    *lower, top = bits
    half = 1 << len(lower)
    if len(words) <= half:
        return _picked(words, offset, lower)
    low, high = _picked(words[:half], offset, lower), _picked(words[half:], offset, lower)
    if low is high:
        return low
    bit = fold(apply("trunc", fold(apply("lshr", offset, const(top, ADDRESS))), width=1))
    return choose(bit, high, low)
