"""Examples as a table, a `.csv` file: each row an example, each column an input or a result.

    x: u8, y: u8, result: u8
    3, 5, 5
    9, 2, 9

The first row names the columns, with their types. The last column is the result; where there are several, their names
begin with `->`. A table can also add examples to a spec: then the names are those of its parameters and results.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..ir.errors import Place, PrimirError
from ..ir.evaluate import evaluate
from ..ir.graph import Parameter
from ..ir.types import Type, parse_type
from .spec import Example, Output, Spec

MOST = 100_000  # rows
SEPARATORS = ",;\t"
_COLUMN = re.compile(r"(->)?\s*([A-Za-z_]\w*)\s*(?::\s*(\w+))?\Z", re.ASCII)
_NUMBER = re.compile(r"[+-]?(0x[0-9a-f]+|0b[01]+|0o[0-7]+|[0-9]+)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str | None
    result: bool
    place: Place


def parse_table(text: str, file: str | None, name: str) -> Spec:
    """The spec of a function `name` that agrees with a table. PrimirError, with its place, for what is wrong with it.
    """
    heading, rows = _parts(text, file)
    columns = _columns(heading)
    if not any(column.result for column in columns):
        columns[-1] = replace(columns[-1], result=True)
    types = [_type(column) for column in columns]
    inputs = tuple(Parameter(column.name, type_) for column, type_ in zip(columns, types, strict=True)
                   if not column.result)
    outputs = tuple(Output(column.name, type_) for column, type_ in zip(columns, types, strict=True) if column.result)
    if not inputs:
        raise PrimirError("this table has no column for an input", columns[0].place, "write: x: u8, result: u8")
    return _filled(Spec(name, inputs, outputs), columns, rows)


def with_table(spec: Spec, text: str, file: str | None) -> Spec:
    """`spec` with the rows of a table as further examples, which must not contradict it."""
    heading, rows = _parts(text, file)
    columns = _columns(heading)
    types = {parameter.name: parameter.type for parameter in spec.parameters}
    types |= {output.name: output.type for output in spec.outputs}
    if spec.laws or spec.sketch is not None:
        raise PrimirError(f"{spec.name} has {'laws' if spec.laws else 'holes'}, and takes no table of examples",
                          Place(file))
    for column in columns:
        if column.name not in types:
            raise PrimirError(f"{spec.name} has no input or result called {column.name}", column.place,
                              f"its names are {', '.join(types)}")
        if column.type is not None and parse_type(column.type, column.place) != types[column.name]:
            raise PrimirError(f"{column.name} is {types[column.name]} in {spec.name}", column.place)
    if missing := [name for name in types if name not in {column.name for column in columns}]:
        raise PrimirError(f"there is no column for {missing[0]}", heading[0].place)
    return _filled(spec, columns, rows)


def _parts(text: str, file: str | None) -> tuple[list[_Cell], list[list[_Cell]]]:
    """The first row that is not empty, and the others."""
    rows = list(_rows(text, file))
    if not rows:
        raise PrimirError("there is no table here", Place(file, 1), "a table begins with: x: u8, result: u8")
    if len(rows) > MOST:
        raise PrimirError(f"this table has more than {MOST} rows", rows[MOST][0].place)
    if len(rows) == 1:
        raise PrimirError("this table has no rows", rows[0][0].place, "each line below the first is an example")
    return rows[0], rows[1:]


def _rows(text: str, file: str | None) -> Iterator[list[_Cell]]:
    separator = None
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if separator is None:
            separator = next((mark for mark in SEPARATORS if mark in line), ",")
        cells, at = [], 0
        for part in line.split(separator):
            inner = part.strip()
            place = Place(file, number, at + 1 + len(part) - len(part.lstrip()), line.replace("\t", " "))
            cells.append(_Cell(inner[1:-1].strip() if re.fullmatch('".*"', inner) else inner, place))
            at += len(part) + 1
        yield cells


def _columns(cells: Sequence[_Cell]) -> list[_Column]:
    found: dict[str, _Column] = {}
    for cell in cells:
        matched = _COLUMN.match(cell.text)
        if matched is None:
            raise PrimirError("this is no name of a column", cell.place, "a column is written x: u8")
        if matched[2] in found:
            raise PrimirError(f"there are two columns called {matched[2]}", cell.place)
        found[matched[2]] = _Column(matched[2], matched[3], matched[1] is not None, cell.place)
    return list(found.values())


def _type(column: _Column) -> Type:
    if column.type is None:
        raise PrimirError(f"{column.name} has no type", column.place, f"write {column.name}: u32")
    return parse_type(column.type, column.place)


def _filled(spec: Spec, columns: Sequence[_Column], rows: Sequence[Sequence[_Cell]]) -> Spec:
    """`spec` with the rows as examples."""
    examples = {example.inputs: example for example in spec.examples}
    order = {column.name: index for index, column in enumerate(columns)}
    for row in rows:
        if len(row) != len(columns):
            raise PrimirError(f"this row has {len(row)} values, and there are {len(columns)} columns", row[-1].place)
        inputs = tuple(_word(row[order[place.name]], place.type) for place in spec.parameters)
        outputs = tuple(_word(row[order[place.name]], place.type) for place in spec.outputs)
        example = Example(inputs, outputs)
        if examples.setdefault(inputs, example) != example:
            raise PrimirError("another example gives other results for these inputs", row[0].place)
        _refuse_contradiction(spec, example, row[0].place)
    return replace(spec, examples=tuple(examples.values()))


def _word(cell: _Cell, type_: Type) -> int:
    """The unsigned word that a value is."""
    if type_.truth and cell.text.lower() in ("true", "false", "0", "1"):
        return int(cell.text.lower() in ("true", "1"))
    if type_.truth or len(cell.text) > 150 or not _NUMBER.match(cell.text):
        raise PrimirError(f"{cell.text[:40] or 'nothing'} is no {type_}", cell.place,
                          "write True or False" if type_.truth else "write an integer: 10, -1 or 0xff")
    digits = cell.text.lower()
    number = int(digits, 0) if digits.lstrip("+-")[:2] in ("0x", "0b", "0o") else int(digits)
    if number not in type_.range:
        raise PrimirError(f"{cell.text[:40]} does not fit {type_}", cell.place)
    return number & (1 << type_.width) - 1


def _refuse_contradiction(spec: Spec, example: Example, place: Place) -> None:
    """Raise where the example cannot hold together with what else the spec says."""
    words = dict(zip((parameter.value for parameter in spec.parameters), example.inputs, strict=True))
    words |= dict(zip((output.value for output in spec.outputs), example.outputs, strict=True))
    required, holds = evaluate([spec.requires, spec.ensures], words)
    if not required:
        raise PrimirError("the inputs of this example are outside `requires`", place)
    if not holds:
        raise PrimirError("`ensures` does not hold for this example", place)
    if spec.reference is not None:
        values = evaluate([result.value for result in spec.reference.results], words)
        for value, word, output in zip(values, example.outputs, spec.outputs, strict=True):
            if value != word:
                raise PrimirError(f"{spec.name} has another {output.name} here", place,
                                  f"{output.name} is {output.type.show(value)}")
