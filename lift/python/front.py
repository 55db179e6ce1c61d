"""Python functions on machine words: found in a file or a module, and lowered to LLVM IR for proofs.

    lowered = lower(load("average.py", "average"))
    lowered.llvm    # define i32 @average(i32 noundef %a, i32 noundef %b) { ...

Integers are machine words. What is narrower than 64 bits is computed as Python does, in 64 bits, and where that may not
be enough a remark says so; the 64-bit types wrap. Results are taken modulo 2**width. An exception (`assert`, `raise`,
division by zero, a shift by less than 0) is outside the function's domain, and so is a left shift by more than 63:
each becomes a call of `@primir.raise`. `words.py` says how types are found, `rounds.py` what holds in loops, and
`lowering.py` how numba is used.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import importlib
import linecache
import os
import re
import sys
import tokenize
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType

from ...ir.errors import Place, PrimirError
from ...ir.types import BOOL, STANDARD, Type
from ..sketch import Site
from .arithmetic import RAISED, Program
from .functions import find
from .lowering import Blocks, bit_counts, holes, inlined, llvm_text, numba_type
from .statements import Rewriter


@dataclass(frozen=True, slots=True)
class Lowered:
    """A function as LLVM IR: `symbol` is defined in the module text `llvm`, with plain parameters and results.

    Several results are a struct of their words. `remarks` say where it differs from Python, one line each.
    """

    llvm: str
    symbol: str
    parameters: tuple[tuple[str, Type], ...]
    results: tuple[Type, ...]
    file: str
    line: int
    remarks: tuple[str, ...]
    blocks: Blocks
    sites: tuple[Site, ...] = ()  # of its holes

    def place(self, line: int | None) -> Place:
        """Where in the Python file that comes from what stands in this line of `llvm`, or what begins its block."""
        labels = re.findall(r"^([\w.$-]+):", "\n".join(self.llvm.split("\n")[:line]), re.M) if line is not None else []
        file, number = self.blocks.get(labels[-1].partition(".")[0] if labels else "", (self.file, self.line))
        text = linecache.getline(file, number).rstrip("\n")
        return Place(file, number, len(text) - len(text.lstrip()) + 1, text) if text else Place(file, number)


def lower(function: object, name: str | None = None) -> Lowered:
    """`function` as LLVM IR that nothing has optimized, under `name` or its own; PrimirError if it cannot be lifted."""
    definition = find(function)
    symbol = definition.name if name is None else name
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", symbol):
        raise PrimirError(f"`{symbol}` is no symbol", definition.place(), "letters, digits and _ make one")
    program = Program()
    rewriter = Rewriter(definition, program)
    try:
        main, _ = rewriter.rewrite("main")
        rewritten = _define([*program.helpers, (main, definition.file)])
    except RecursionError:
        raise PrimirError(f"{definition.name} is nested too deeply", definition.place()) from None
    signature = rewriter.signature
    parameters = tuple((parameter, type) for parameter, type in signature.parameters if type is not None)
    results = signature.results
    assert results is not None
    try:
        llvm, blocks = llvm_text(rewritten, symbol, [type for _, type in parameters], results)
    except PrimirError as error:
        raise PrimirError(error.message, definition.place(), error.hint) from error
    line = definition.node.lineno
    return Lowered(llvm, symbol, parameters, results, definition.file, line, tuple(program.remarks), blocks,
                   tuple(program.sites.values()))


def _define(definitions: list[tuple[ast.FunctionDef, str]]) -> FunctionType:
    """The last of the rewritten functions. All that they can name is in `scope`, and each other."""
    scope: dict[str, object] = {f"__{type}__": numba_type(type) for type in STANDARD.values()}
    scope |= {"__abs__": abs, RAISED: AssertionError} | bit_counts() | holes()
    function: FunctionType | None = None
    for definition, file in definitions:
        module = ast.fix_missing_locations(ast.Module([definition], []))
        exec(compile(module, file, "exec"), scope)
        made = scope[definition.name]
        assert isinstance(made, FunctionType)
        function, scope[definition.name] = made, inlined(made)
    assert function is not None
    return function


def functions_in(path: str | os.PathLike[str]) -> dict[str, FunctionType]:
    """The functions that the Python file `path`, which is executed, defines, and those that numba compiles in it."""
    file = os.fspath(path)
    module = _execute(file, _compiled(file))
    plain = {name: getattr(value, "py_func", value) for name, value in vars(module).items()}
    return {
        name: value
        for name, value in plain.items()
        if isinstance(value, FunctionType) and value.__module__ == module.__name__ and name == value.__name__
    }


def load(path: str | os.PathLike[str], function: str | None = None) -> FunctionType:
    """The function in the Python file `path`, which is executed. Its name may be left out where one alone has types."""
    file = os.fspath(path)
    functions = functions_in(file)
    if function is None:
        return only_typed(functions, file)
    if function not in functions:
        raise PrimirError(f"{file} has no function {function}", Place(file), _choices(function, functions))
    return functions[function]


def load_dotted(name: str) -> FunctionType:
    """The function that `pkg.module:function` names. The module is imported."""
    module_name, colon, function = name.partition(":")
    if not colon or not module_name or not function:
        raise PrimirError(f"`{name}` names no function", hint="write pkg.module:function")
    with _on_path(os.getcwd()):
        try:
            module = importlib.import_module(module_name)
        except Exception as error:
            raise PrimirError(f"cannot import {module_name}: {_reason(error)}") from error
    found = getattr(module, function, None)
    found = getattr(found, "py_func", found)
    if not isinstance(found, FunctionType):
        functions = {key: value for key, value in vars(module).items() if isinstance(value, FunctionType)}
        raise PrimirError(f"{module_name} has no function {function}", hint=_choices(function, functions))
    return found


def _compiled(file: str) -> ast.Module:
    """The file's syntax tree."""
    try:
        with tokenize.open(file) as stream:
            return ast.parse(stream.read(), file)
    except SyntaxError as error:  # also for an unknown encoding, then without a line
        place = Place(file, error.lineno, error.offset, error.text.rstrip("\n") if error.text else None)
        raise PrimirError(f"this is not Python: {error.msg}", place) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise PrimirError(f"this is not Python: {_reason(error)}", Place(file)) from error
    except OSError as error:
        raise PrimirError(f"cannot read {file}: {error.strerror}", Place(file)) from error


def _execute(file: str, tree: ast.Module) -> ModuleType:
    """The module, under a name that is nobody's. It may import what lies beside it, and need not import the types."""
    name = "_primir_" + re.sub(r"\W", "_", os.path.abspath(file))
    module = ModuleType(name)
    module.__file__ = file
    vars(module).update((name, type) for name, type in STANDARD.items() if type != BOOL)
    sys.modules[name] = module
    with _on_path(str(Path(file).resolve().parent)):
        try:
            exec(compile(tree, file, "exec", dont_inherit=True), vars(module))
        except (Exception, SystemExit) as error:
            del sys.modules[name]
            steps = [step for step in traceback.extract_tb(error.__traceback__) if step.filename == file]
            place = Place(file, steps[-1].lineno, None, steps[-1].line) if steps else Place(file)
            raise PrimirError(f"running {file} failed: {_reason(error)}", place) from error
    return module


@contextlib.contextmanager
def _on_path(folder: str) -> Iterator[None]:
    """Imports look into `folder` first. What the code prints goes to stderr: stdout is for results."""
    sys.path.insert(0, folder)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(folder)


def _reason(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def only_typed(functions: dict[str, FunctionType], file: str) -> FunctionType:
    """The one function with types on its parameters and its result."""
    typed = [each for each in functions.values() if each.__code__.co_argcount + 1 == len(each.__annotations__)]
    if len(typed) == 1:
        return typed[0]
    if not typed:
        hint = "write types, as in `def f(x: u32) -> u32:`"
        raise PrimirError(f"{file} has no function with types", Place(file), hint)
    names = ", ".join(each.__name__ for each in typed)
    raise PrimirError(
        f"{file} has {len(typed)} functions",
        Place(file),
        f"name one of them, as in {file}:{typed[0].__name__} ({names})",
    )


def _choices(name: str, functions: dict[str, FunctionType]) -> str:
    """What there is instead of `name`."""
    close = difflib.get_close_matches(name, functions, n=1)
    known = "there are " + ", ".join(functions) if functions else "it has none"
    return f"did you mean {close[0]}? {known}" if close else known
