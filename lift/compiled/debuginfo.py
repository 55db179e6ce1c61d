"""Debug information as LLVM prints it: which line an instruction comes from, and what the source calls a function.

Metadata is a table of numbered nodes, `!12 = !DILocation(line: 3, column: 5, scope: !7)`. A node is read when it is
asked for; most are not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ...ir.errors import Place
from ...ir.types import BOOL, Type

DEEPEST = 64  # steps along scopes, types or inlined calls

_FIELD = re.compile(r'(\w+): ("[^"]*"|[^,()"]+)')
_ANONYMOUS = {"DINamespace": "(anonymous namespace)", "DICompositeType": "(anonymous)"}
_SHORT = {"unsigned": "unsigned int", "long int": "long", "short int": "short", "long long int": "long long",
          "long unsigned int": "unsigned long", "long long unsigned int": "unsigned long long",
          "short unsigned int": "unsigned short", "_Bool": "bool", "signed": "int"}


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the table: its kind without the `!`, like DILocation, and its fields."""

    kind: str
    fields: dict[str, str]

    def text(self, name: str) -> str | None:
        """A string field without its quotes; None where there is none, or an empty one."""
        value = self.fields.get(name, "")
        return re.sub(r"\\([0-9A-Fa-f]{2})", lambda found: chr(int(found[1], 16)), value[1:-1]) or None

    def number(self, name: str) -> int:
        return int(self.fields.get(name, "0"))


@dataclass(frozen=True, slots=True)
class Routine:
    """A function of the source: its name with its scopes, `ns::f`, where it stands, and how it was declared.

    `parameters` are the types as they are called, each with the words that name it; `names` are those of the
    parameters, None where one has none. `machine` are the types that have a width and a sign, first the result's.
    """

    name: str
    linkage: str | None
    file: str | None
    line: int
    parameters: tuple[tuple[str, ...], ...] = ()
    names: tuple[str | None, ...] = ()
    machine: tuple[Type | None, ...] = ()

    @property
    def display(self) -> str:
        """As in an overload's name: `ns::f(int, unsigned int)`."""
        return f"{self.name}({', '.join(names[0] for names in self.parameters)})"


@dataclass(frozen=True)
class DebugInfo:
    """The numbered metadata of a printed module."""

    nodes: dict[str, str]
    _read: dict[str, Node | None] = field(default_factory=dict)
    _paths: dict[str, str | None] = field(default_factory=dict)

    def node(self, reference: str | None) -> Node | None:
        """The node that `!12` refers to; None for what is null, no such node, or no specialised one."""
        if reference is None or not reference.startswith("!"):
            return None
        if reference not in self._read:
            text = self.nodes.get(reference, "")
            kind = re.match(r"(?:distinct )?!(DI\w+)\(", text)
            self._read[reference] = Node(kind[1], dict(_FIELD.findall(text))) if kind is not None else None
        return self._read[reference]

    def tuple(self, reference: str | None) -> list[str]:
        """The parts of `!{!3, null}`."""
        inside = re.fullmatch(r"(?:distinct )?!\{(.*)\}", self.nodes.get(reference or "", ""))
        return [part.strip() for part in inside[1].split(",")] if inside is not None and inside[1] else []

    # --- places -----------------------------------------------------------------------------------------------------

    def place(self, reference: str | None, within: str | None = None) -> Place | None:
        """Where `!dbg !12` points: the innermost place in the file `within` on the way out of what was inlined."""
        first: Place | None = None
        for _ in range(DEEPEST):
            location = self.node(reference)
            if location is None or location.kind != "DILocation":
                break
            place = Place(self.file(location.fields.get("scope")), location.number("line") or None,
                          location.number("column") or None)
            first = first or place
            if within is None or place.file == within:
                return place
            reference = location.fields.get("inlinedAt")
        return first

    def file(self, scope: str | None) -> str | None:
        """The file that a scope is in, with its folder."""
        for _ in range(DEEPEST):
            node = self.node(scope)
            if node is None:
                return None
            if node.kind == "DIFile":
                return self._path(scope or "", node)
            scope = node.fields.get("file") or node.fields.get("scope")
        return None

    def _path(self, reference: str, node: Node) -> str | None:
        if reference not in self._paths:
            name, folder = node.text("filename"), node.text("directory")
            whole = os.path.normpath(os.path.join(folder or "", name)) if name is not None else None
            self._paths[reference] = whole
        return self._paths[reference]

    # --- functions --------------------------------------------------------------------------------------------------

    def called(self, reference: str | None) -> str | None:
        """What the source calls the function that a definition's `!dbg` names, with its scopes: `ns::f`."""
        node = self.node(reference)
        if node is None or node.kind != "DISubprogram":
            return None
        declared = self.node(node.fields.get("declaration")) or node
        name = node.text("name") or declared.text("name")
        return "::".join([*self._scopes(declared.fields.get("scope")), name]) if name is not None else None

    def routine(self, reference: str | None) -> Routine | None:
        """The function that a definition's `!dbg` names."""
        node, called = self.node(reference), self.called(reference)
        if node is None or called is None:
            return None
        declared = self.node(node.fields.get("declaration")) or node
        result, *types = self._signature(node.fields.get("type"))
        names = self._arguments.get(reference or "", {})
        return Routine(called, node.text("linkageName") or declared.text("linkageName"),
                       self.file(node.fields.get("file")), node.number("line"),
                       tuple(tuple(self._names(type_)) for type_ in types),
                       tuple(names.get(index) for index in range(1, len(types) + 1)),
                       tuple(self.machine(type_) for type_ in (result, *types)))

    @cached_property
    def _arguments(self) -> dict[str, dict[int, str]]:
        """The parameters' names by function and position, from 1."""
        found: dict[str, dict[int, str]] = {}
        for reference, text in self.nodes.items():
            if text.startswith("!DILocalVariable(") and " arg: " in text:
                variable = self.node(reference)
                name = variable.text("name") if variable is not None else None
                if variable is not None and name is not None:
                    found.setdefault(variable.fields.get("scope", ""), {}).setdefault(variable.number("arg"), name)
        return found

    def _signature(self, reference: str | None) -> list[str]:
        """The types of the result and of the parameters; `null` is void."""
        node = self.node(reference)
        return (self.tuple(node.fields.get("types")) if node is not None else []) or ["null"]

    def _scopes(self, reference: str | None) -> list[str]:
        """The names of the namespaces and classes around something, outermost first."""
        found: list[str] = []
        for _ in range(DEEPEST):
            node = self.node(reference)
            if node is None or node.kind not in ("DINamespace", "DICompositeType", "DISubprogram"):
                break
            found.insert(0, node.text("name") or _ANONYMOUS.get(node.kind, ""))
            reference = node.fields.get("scope")
        return found

    def _names(self, reference: str | None, depth: int = 0) -> list[str]:
        """What a type can be called: by its own name, and by those of the types that it is another name of."""
        if reference == "null" or depth > DEEPEST:
            return ["void"]
        node = self.node(reference)
        if node is None:
            return ["?"]
        base, tag, name = node.fields.get("baseType", "null"), node.fields.get("tag", ""), node.text("name")
        if tag == "DW_TAG_typedef" and name is not None:
            return [name, *self._names(base, depth + 1)]
        mark = {"DW_TAG_pointer_type": "*", "DW_TAG_reference_type": "&", "DW_TAG_rvalue_reference_type": "&&"}.get(tag)
        if mark is not None and name is None:
            return [f"{each}{mark}" if each[-1] in "*&" else f"{each} {mark}" for each in self._names(base, depth + 1)]
        if tag in ("DW_TAG_const_type", "DW_TAG_volatile_type"):
            return [f"{tag[7:-5]} {each}" for each in self._names(base, depth + 1)]
        return [_spelled(name or "(anonymous)")]

    def machine(self, reference: str | None) -> Type | None:
        """The word that a type of the source is: with its width and sign, None where it is not an integer."""
        for _ in range(DEEPEST):
            node = self.node(reference)
            if node is None:
                return None
            width, encoding = node.number("size"), node.fields.get("encoding", "")
            if node.kind == "DIBasicType":
                if encoding == "DW_ATE_boolean":
                    return BOOL
                signed = encoding in ("DW_ATE_signed", "DW_ATE_signed_char")
                known = signed or encoding in ("DW_ATE_unsigned", "DW_ATE_unsigned_char", "DW_ATE_UTF")
                return Type(width, signed) if known and 1 <= width <= 128 else None
            if node.fields.get("tag") == "DW_TAG_enumeration_type" and "baseType" not in node.fields:
                return Type(width) if 1 <= width <= 128 else None
            reference = node.fields.get("baseType")
            if node.fields.get("tag", "").endswith(("pointer_type", "reference_type")):
                return None
        return None

    @cached_property
    def widths(self) -> dict[str, int]:
        """The integer types that the source names, and how wide they are."""
        found = {}
        for reference, text in self.nodes.items():
            if text.startswith("!DIBasicType("):
                node = self.node(reference)
                name = node.text("name") if node is not None else None
                if node is not None and name is not None:
                    found[_spelled(name)] = node.number("size")
        return found


def read_debug_info(printed: str) -> DebugInfo:
    """The metadata of a module that LLVM printed."""
    return DebugInfo(dict(re.findall(r"^(!\d+) = (.*)$", printed, re.MULTILINE)))


def spelled(types: Sequence[str]) -> tuple[str, ...]:
    """Types as they are compared: `unsigned` is `unsigned int`, and spaces do not matter."""
    return tuple(re.sub(r"\s+", "", _spelled(" ".join(type_.split()))) for type_ in types)


def _spelled(name: str) -> str:
    return _SHORT.get(name, name)
