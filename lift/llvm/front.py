"""LLVM IR, text or bitcode, as graphs: every integer instruction, branches, loops and calls, poison and UB.

LLVM parses and prints the module (assembly.py), and nothing is optimized: an optimization may use that behaviour is
undefined, and then hides it. frame.py says what an instruction gives, walk.py how control flows.

    source = lift_llvm(text, "src")
    for name in functions_of(text): ...
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import lru_cache

from ...ir.errors import Place, PrimirError
from ...ir.graph import Function
from ...jobs.limits import Deadline
from ..sketch import Holes
from .assembly import Printed, read_module
from .instructions import Module, parse_module, plain_name
from .loops import UNROLL, Unroll
from .walk import Raises, lift_definition


def lift_llvm(data: str | bytes | Printed, symbol: str | None = None, *, file: str | None = None, seconds: float = 20,
              raises: Raises = frozenset(), unroll: Unroll = UNROLL, undef_inputs: bool = False,
              holes: Holes | None = None) -> Function:
    """The function `symbol` of a module, the only one where none is named. `data` may be what LLVM has printed already.

    Results and parameters of an aggregate or vector type are several; widths have no signs, so that all types are
    unsigned. An input may be poison unless it is `noundef`, and undef only with `undef_inputs`. A call of one of the
    symbols `raises` leaves the function's domain: our own lowering writes an exception so, and in IR of somebody else's
    it is a call as any other. Loops are unrolled as far as `unroll` allows. With `holes` it is a sketch, and they are
    filled in. PrimirError, with its place in `file` for
    IR text, for what is no module, holds no such function, or cannot be lifted: memory other than constant tables,
    floats, pointers, calls of what is not defined in the module.
    """
    found = functions_of(data, file=file, seconds=seconds, only=symbol, raises=raises, unroll=unroll,
                         undef_inputs=undef_inputs, holes=holes)
    if symbol is not None:
        return found[symbol]
    if len(found.names) == 1:
        return found[found.names[0]]
    if not found.names:
        raise PrimirError("this module defines no function", Place(file))
    prefix = f"{file}:" if file is not None else ""
    raise PrimirError(f"this module defines {len(found.names)} functions", Place(file),
                      f"name one: {_listed([prefix + name for name in found.names])}")


def functions_of(data: str | bytes | Printed, *, file: str | None = None, seconds: float = 20,
                 only: str | None = None, raises: Raises = frozenset(), unroll: Unroll = UNROLL,
                 undef_inputs: bool = False, holes: Holes | None = None) -> Functions:
    """All functions that a module defines. One that cannot be lifted is missing, and looking it up says why.

    `only` leaves the others unlifted; `raises`, `unroll` and `undef_inputs` are as in `lift_llvm`. PrimirError
    where the data is no module.
    """
    deadline = Deadline(seconds)
    printed, module = (data, parse_module(data.text)) if isinstance(data, Printed) else _read(data, file, seconds)
    found = Functions(module, printed, raises, unroll, undef_inputs, holes)
    for name in found.names if only is None else [only]:
        try:
            found.lift(name, deadline)
        except PrimirError as problem:
            found.refused[name] = problem
    return found


@lru_cache(maxsize=4)  # a list of what is to be verified names one module again and again
def _read(data: str | bytes, file: str | None, seconds: float) -> tuple[Printed, Module]:
    printed = read_module(data, file, seconds)
    return printed, parse_module(printed.text)


class Functions(dict[str, Function]):
    """The functions of a module by name; looking up one that is not there raises the PrimirError that says why.

    `names` are all that the module defines, in its order, and `refused` says which of them could not be lifted.
    """

    def __init__(self, module: Module, printed: Printed, raises: Raises, unroll: Unroll,
                 undef_inputs: bool, holes: Holes | None = None) -> None:
        super().__init__()
        self._module, self._printed, self._raises, self._unroll = module, printed, raises, unroll
        self._undef_inputs, self._holes = undef_inputs, holes
        self._symbols = {plain_name(name): name for name in (*module.definitions, *module.aliases)}
        self.names = list(self._symbols)
        self.refused: dict[str, PrimirError] = {}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The names of what is to be compared, as alive-tv has it: `src` and `tgt`, `src2` and `tgt2`."""
        pairs = [(name, "tgt" + name[3:]) for name in self.names if name.startswith("src")]
        return [(source, target) for source, target in pairs if target in self._symbols]

    def lift(self, name: str, deadline: Deadline) -> None:
        """Add the function `name`. PrimirError where that cannot be."""
        symbol = self._symbols.get(name)
        if symbol is None:
            raise self._unknown(name)
        definition = self._module.definitions.get(self._module.aliases.get(symbol, symbol))
        if definition is None:
            raise PrimirError(f"{name} is an alias of something not defined here", Place(self._printed.user.file))
        self[name] = lift_definition(name, self._module, definition, self._printed, deadline, self._raises,
                                     self._unroll, self._undef_inputs, self._holes)

    def lifted(self, name: str) -> Function | PrimirError:
        """The function `name`, or why there is none."""
        try:
            return self[name]
        except PrimirError as problem:
            return problem

    def is_local(self, name: str) -> bool:
        """Whether no other module can call the function `name`."""
        definition = self._module.definitions.get(self._symbols[name])
        return definition is not None and not {"internal", "private"}.isdisjoint(definition.attributes)

    def __missing__(self, name: str) -> Function:
        raise self.refused[name] if name in self.refused else self._unknown(name)

    def _unknown(self, name: str) -> PrimirError:
        place = Place(self._printed.user.file)
        if name in map(plain_name, self._module.declared):
            return PrimirError(f"{name} is declared here, but not defined", place)
        close = difflib.get_close_matches(name, self.names, n=1)
        there = f"there is {_listed(self.names)}" if self.names else "it defines none"
        return PrimirError(f"there is no function {name}", place, f"did you mean {close[0]}?" if close else there)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
