"""A Python function as its author wrote it: its `def`, the places in it, and what the names in it stand for."""

from __future__ import annotations

import ast
import builtins
import difflib
import inspect
import linecache
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CellType, FunctionType, ModuleType
from typing import Final, cast

from ...ir.errors import Place, PrimirError
from ...ir.types import BOOL, STANDARD, Type, parse_type


class Missing:
    """What a name stands for that stands for nothing."""


MISSING: Final = Missing()
NO_WIDTH = "an integer type says its width: u8 u16 u32 u64 i8 i16 i32 i64"


@dataclass(frozen=True, slots=True)
class Definition:
    """A function and its syntax tree, whose lines and columns are those of its file."""

    function: FunctionType
    node: ast.FunctionDef
    file: str

    @property
    def name(self) -> str:
        return self.node.name

    def place(self, node: ast.AST | None = None) -> Place:
        """Where `node` stands; without one, the function's `def`."""
        line = getattr(node, "lineno", self.node.lineno)
        column = getattr(node, "col_offset", self.node.col_offset)
        text = linecache.getline(self.file, line).rstrip("\n")
        before = text.encode()[:column].decode(errors="ignore")  # the tree counts bytes
        return Place(self.file, line, len(before) + 1, text or None)

    def resolve(self, node: ast.expr) -> object:
        """What a name, or a name in a module, stands for outside the function; MISSING if nothing.

        The machine types need no import: where `u32` is no name of the module, it is the type.
        """
        if isinstance(node, ast.Attribute):
            module = self.resolve(node.value)
            return getattr(module, node.attr, MISSING) if isinstance(module, ModuleType) else MISSING
        if not isinstance(node, ast.Name):
            return MISSING
        return next((scope[node.id] for scope in self.scopes() if node.id in scope), STANDARD.get(node.id, MISSING))

    def scopes(self) -> Iterator[Mapping[str, object]]:
        """The names around the function, innermost first."""
        cells = zip(self.function.__code__.co_freevars, self.function.__closure__ or (), strict=True)
        yield {name: cell.cell_contents for name, cell in cells if cell != CellType()}
        yield self.function.__globals__  # pyright: ignore  # which takes a field that holds a function for a method
        yield vars(builtins)

    def suggest(self, name: str) -> str | None:
        """A name that is close to one that was not found."""
        known = [*STANDARD, *self.function.__code__.co_varnames, *(each for scope in self.scopes() for each in scope)]
        close = difflib.get_close_matches(name, known, n=1)
        return f"did you mean {close[0]}?" if close else None


@dataclass(frozen=True, slots=True)
class Signature:
    """What the `def` line says. Only a helper function may leave types open (None)."""

    parameters: tuple[tuple[str, Type | None], ...]
    results: tuple[Type, ...] | None


def find(function: object) -> Definition:
    """The definition of a Python function, or of the function behind one that numba compiles."""
    function = getattr(function, "py_func", function)
    if not isinstance(function, FunctionType):
        named = getattr(function, "__name__", None) or repr(function)
        raise PrimirError(f"`{named}` is no Python function", hint="only functions written with `def` have a source")
    code = function.__code__
    linecache.checkcache(code.co_filename)
    text = "".join(linecache.getlines(code.co_filename, function.__globals__))
    if not text:
        where = Place(code.co_filename, code.co_firstlineno)
        raise PrimirError(f"the source of `{function.__name__}` is not available", where, "write it in a file")
    for node in ast.walk(_tree(text)):
        first = min((each.lineno for each in getattr(node, "decorator_list", [])), default=getattr(node, "lineno", 0))
        if first != code.co_firstlineno:
            continue
        if isinstance(node, ast.FunctionDef) and node.name == code.co_name:
            return _checked(Definition(function, node, code.co_filename))
        if isinstance(node, ast.AsyncFunctionDef) and node.name == code.co_name:
            raise PrimirError(f"{node.name} is an async function", Place(code.co_filename, node.lineno))
        if isinstance(node, ast.Lambda) and code.co_name == "<lambda>":
            raise PrimirError("cannot lift a lambda", Place(code.co_filename, node.lineno), "write it with `def`")
    where = Place(code.co_filename, code.co_firstlineno)
    raise PrimirError(
        f"the source of `{function.__name__}` is not where it was", where, "the file changed: load it anew"
    )


@lru_cache(maxsize=16)
def _tree(text: str) -> ast.Module:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return ast.Module([], [])
    return cast(ast.Module, _WithoutMatch().visit(tree))


class _WithoutMatch(ast.NodeTransformer):
    """`match` on a variable, with values, `|` and `_` for patterns, as `if` and `else`; others stay."""

    def visit_Match(self, node: ast.Match) -> ast.AST | list[ast.stmt]:
        self.generic_visit(node)
        found: list[ast.stmt] = []
        for case in reversed(node.cases):
            tests = [case.guard] if case.guard is not None else []
            if not _is_wildcard(case.pattern):
                test = _pattern_test(node.subject, case.pattern)
                if test is None:
                    return node
                tests.insert(0, test)
            if tests:
                both = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
                found = [ast.copy_location(ast.If(ast.copy_location(both, tests[0]), case.body, found), case.pattern)]
            else:
                found = case.body
        return found if isinstance(node.subject, ast.Name) else node


def _is_wildcard(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.name is None


def _pattern_test(subject: ast.expr, pattern: ast.pattern) -> ast.expr | None:
    """Whether the variable `subject` matches `pattern`; None where one of them is more than that."""
    match subject, pattern:
        case ast.Name(name), ast.MatchValue(value):
            left = ast.copy_location(ast.Name(name, ast.Load()), pattern)
            return ast.copy_location(ast.Compare(left, [ast.Eq()], [value]), pattern)
        case ast.Name(), ast.MatchOr(patterns):
            tests = [_pattern_test(subject, each) for each in patterns]
            some = [test for test in tests if test is not None]
            return ast.copy_location(ast.BoolOp(ast.Or(), some), pattern) if len(some) == len(tests) else None
    return None


def _checked(definition: Definition) -> Definition:
    """Refuses what the function's head cannot be, and decorators that may change what it does."""
    node, arguments = definition.node, definition.node.args
    for decorator in node.decorator_list:
        found = definition.resolve(decorator.func if isinstance(decorator, ast.Call) else decorator)
        home = str(getattr(found, "__module__", None)).partition(".")[0]
        if home not in ("numba", __name__.partition(".")[0]):
            text = ast.unparse(decorator)
            raise PrimirError(
                f"{node.name} is decorated by `{text}`", definition.place(decorator), "lift the plain function"
            )
    if definition.function.__code__.co_flags & inspect.CO_GENERATOR:
        raise PrimirError(f"{node.name} is a generator", definition.place(), "return the values")
    starred = arguments.vararg or arguments.kwarg
    if starred is not None:
        raise PrimirError(
            f"{node.name} takes any number of arguments", definition.place(starred), "name each parameter"
        )
    defaults = [each for each in (*arguments.defaults, *arguments.kw_defaults) if each is not None]
    if defaults:
        raise PrimirError(
            f"a parameter of {node.name} has a default value", definition.place(defaults[0]), "take it out"
        )
    if arguments.kwonlyargs:
        raise PrimirError(
            f"{node.name} has keyword-only parameters", definition.place(arguments.kwonlyargs[0]), "drop `*`"
        )
    return definition


def read_signature(definition: Definition, complete: bool) -> Signature:
    """The types of parameters and results; where `complete`, all of them have to be there."""
    node = definition.node
    parameters: list[tuple[str, Type | None]] = []
    for argument in (*node.args.posonlyargs, *node.args.args):
        if argument.annotation is None and complete:
            hint = f"write its type, as in `{argument.arg}: u32`"
            raise PrimirError(
                f"the parameter {argument.arg} of {node.name} has no type", definition.place(argument), hint
            )
        annotation = argument.annotation
        parameters.append((argument.arg, None if annotation is None else read_type(definition, annotation)))
    if node.returns is None and complete:
        hint = f"write it, as in `def {node.name}(...) -> u32:`"
        raise PrimirError(f"{node.name} has no result type", definition.place(), hint)
    return Signature(tuple(parameters), None if node.returns is None else _result_types(definition, node.returns))


def _result_types(definition: Definition, node: ast.expr) -> tuple[Type, ...]:
    """`u32`, or `tuple[u32, u32]` for several."""
    node = _unquoted(definition, node)
    match node:
        case ast.Constant(None):
            raise PrimirError(f"{definition.name} returns nothing", definition.place(node), "a function gives a result")
        case ast.Subscript(value=ast.Name("tuple" | "Tuple"), slice=ast.Tuple(elts=parts)) if parts:
            return tuple(read_type(definition, part) for part in parts)
        case ast.Subscript(value=ast.Name("tuple" | "Tuple"), slice=part) if not isinstance(part, ast.Tuple):
            return (read_type(definition, part),)
    return (read_type(definition, node),)


def read_type(definition: Definition, node: ast.expr) -> Type:
    """The machine type that an annotation names."""
    node = _unquoted(definition, node)
    text = ast.unparse(node)
    found = definition.resolve(node)
    if found is bool:
        return BOOL
    if found is int:
        raise PrimirError("`int` has no width", definition.place(node), NO_WIDTH)
    if found is MISSING and isinstance(node, ast.Name):
        found = parse_type(text, definition.place(node))
    if not isinstance(found, Type):
        raise PrimirError(f"`{text}` is no machine type", definition.place(node), "types are " + " ".join(STANDARD))
    if str(found) not in STANDARD:
        hint = "Python functions are on " + " ".join(STANDARD) + "; other widths can be had in a .spec file"
        raise PrimirError(f"the type {found} is no word of the machine", definition.place(node), hint)
    return found


def _unquoted(definition: Definition, node: ast.expr) -> ast.expr:
    """The annotation in a string."""
    if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        return node
    try:
        inner = ast.parse(node.value.strip(), mode="eval").body
    except SyntaxError:
        raise PrimirError(f"`{node.value}` is no machine type", definition.place(node), NO_WIDTH) from None
    for each in ast.walk(inner):
        ast.copy_location(each, node)
    return inner


def listed(types: Sequence[Type]) -> str:
    """The result types as they are written."""
    return str(types[0]) if len(types) == 1 else f"tuple[{', '.join(map(str, types))}]"
