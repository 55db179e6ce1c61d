"""Object code of generated functions: compiled by numba once for each machine, loaded by LLVM ever after.

Loading takes milliseconds and does without numba, whose import alone takes longer than many a search. What is kept in
the user's cache folder is found by its text, the version of LLVM and the processor, and taken only if it is whole.
"""

# mypy: allow-untyped-calls
# numba is typed in part. Of its private parts those named in `_compiled` are used, and the option `_nrt`.
from __future__ import annotations

import base64
import ctypes
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ..jobs.kept import home, keep, kept, writable

PRELUDE = '''import numpy as np
from numba import njit

jit = njit(error_model="numpy", nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False)
'''
_SCALARS: Mapping[str, type[Any]] = {"int64": ctypes.c_int64, "uint64": ctypes.c_uint64, "bool": ctypes.c_bool}
_DECLARED = re.compile(r'^declare [^@]*@"?(?!llvm\.)([^"(]+)"?\(', re.MULTILINE)
_KIND = re.compile(r"\s*(?:(?P<array>\w+)\[(?P<axes>[:,\s]*)\]|(?P<group>\w+)\(|(?P<scalar>\w+))\s*")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A number that is passed by value."""

    kind: str


@dataclass(frozen=True, slots=True)
class Array:
    """An array in C's order: a pointer and the length of each axis."""

    kind: str
    axes: int


@dataclass(frozen=True, slots=True)
class Group:
    """Several arguments that the function takes as one: a named tuple of its source, or a `tuple`."""

    name: str
    parts: tuple[Argument, ...]


Argument = Scalar | Array | Group


@dataclass(frozen=True, slots=True)
class Signature:
    """What an entry takes and gives, written like `int64(uint64[:, :], Store(int64[:], bool[:]), bool)`."""

    result: str
    arguments: tuple[Argument, ...]


def filled(source: str, **parts: object) -> str:
    """`source` with what stands in braces, as {macros}, replaced by the part of that name."""
    for name, text in parts.items():
        source = source.replace(f"{{{name}}}", str(text))
    return source


def signature(text: str) -> Signature:
    """Reads a signature."""
    (whole,), rest = _read(text)
    assert isinstance(whole, Group) and not rest, text
    return Signature(whole.name, whole.parts)


def _read(text: str) -> tuple[tuple[Argument, ...], str]:
    """The arguments up to a closing parenthesis, and what stands behind it."""
    found: list[Argument] = []
    while text and not text.startswith(")"):
        match = _KIND.match(text)
        assert match is not None, text
        text = text[match.end():]
        if match["group"]:
            parts, text = _read(text)
            found.append(Group(match["group"], parts))
            text = text[1:].lstrip()
        elif match["array"]:
            found.append(Array(match["array"], match["axes"].count(":")))
        else:
            found.append(Scalar(match["scalar"]))
        text = text.removeprefix(",").lstrip()
    return tuple(found), text


@dataclass(frozen=True, slots=True)
class Code:
    """An entry's object code, the symbol of the entry, and what it calls elsewhere."""

    symbol: str
    calls: tuple[str, ...]
    code: bytes


@dataclass(frozen=True)
class Part:
    """Generated functions that are compiled together.

    `source` is Python that numba compiles; it sees PRELUDE, the named tuples in `tuples`, and what the parts that it
    uses see. `entries` are the functions that can be called from here, with their signatures; nothing in them may take
    memory from numba, or raise.
    """

    name: str
    source: str
    entries: Mapping[str, str]
    uses: tuple[Part, ...] = ()
    tuples: tuple[Any, ...] = ()
    _signatures: dict[str, Signature] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_signatures", {name: signature(text) for name, text in self.entries.items()})

    @cached_property
    def text(self) -> str:
        fields = [f"{kind.__name__}: {', '.join(kind._fields)}" for kind in self.tuples]
        return "\n".join([*(part.text for part in self.uses), self.source, *fields, *self.entries,
                          *self.entries.values()])

    @cached_property
    def path(self) -> Path:
        """Where the object code is kept."""
        key = hashlib.sha256("\n".join((PRELUDE, self.text, *_machine())).encode()).hexdigest()[:16]
        return home() / "kernels" / f"{self.name}-{key}"

    @property
    def compiled(self) -> bool:
        """Whether the object code is at hand, or cannot be kept, so that there is no use in compiling it beforehand."""
        return self.path.exists() or not writable(self.path.parent)

    @cached_property
    def functions(self) -> SimpleNamespace:
        """The entries, ready to be called with numbers, arrays in C's order and tuples of these.

        They are compiled where their object code is not at hand, which takes seconds.
        """
        for part in self.uses:
            part.export()
        objects = self._kept() or self._compile()
        return SimpleNamespace(**{name: _function(objects[name], entry) for name, entry in self._signatures.items()})

    def export(self) -> None:
        """Makes the entries known to the code of parts that use this one."""
        from llvmlite import binding

        for name in self._signatures:
            binding.add_symbol(self._symbol(name), getattr(self.functions, name).address)

    def _symbol(self, entry: str) -> str:
        return f"primir_{self.path.stem}_{entry}"

    def _kept(self) -> dict[str, Code] | None:
        """The object code of each entry, if it is kept, and whole."""
        if (text := kept(self.path)) is None:
            return None
        return {name: Code(symbol, tuple(calls), base64.b64decode(code))
                for name, (symbol, calls, code) in json.loads(text).items()}

    def compile_alone(self) -> None:
        """Compiles the entries for other processes to call: what they use need not be compiled yet.

        In this process they cannot be called any more: for LLVM, what they use has an address, but no code.
        """
        from llvmlite import binding

        for part in self.uses:
            for name in part.entries:
                binding.add_symbol(part._symbol(name), _nowhere())
        self._compile()

    def _compile(self) -> dict[str, Code]:
        """Compiles the entries, and keeps them where there is a folder for it. LLVM knows what they use."""
        space = self.namespace()
        for part in self.uses:
            for name, entry in part._signatures.items():
                _call(name, part._symbol(name), entry, space)
        objects = {name: _compiled(name, entry, self.source, space) for name, entry in self._signatures.items()}
        text = json.dumps({name: (each.symbol, each.calls, base64.b64encode(each.code).decode())
                           for name, each in objects.items()})
        keep(self.path, text.encode())
        return objects

    def namespace(self) -> dict[str, Any]:
        """The functions as numba knows them, by name."""
        space: dict[str, Any] = {"__name__": f"primir_{self.name}"}
        for name, source in {"prelude": PRELUDE, **{part.name: part.source for part in self.needed()}}.items():
            exec(compile(source, f"<primir {name}>", "exec"), space)
        space.update((kind.__name__, kind) for part in self.needed() for kind in part.tuples)
        return space

    def needed(self) -> Iterator[Part]:
        """The parts that this one uses, and itself, in the order in which they are compiled."""
        for part in self.uses:
            yield from part.needed()
        yield self


# --- with numba -------------------------------------------------------------------------------------------------------


def _compiled(name: str, entry: Signature, source: str, space: dict[str, Any]) -> Code:
    """The object code of an entry, as a function that C could call.

    Its arrays belong to nobody that numba knows of, and it counts no references to them: `_nrt` is for what does.
    """
    import numba
    from numba.np.arrayobj import get_cfarray_intrinsic

    names, arguments = _flat(entry.arguments)
    built = [_built(argument, each) for argument, each in arguments]
    space["array_at"] = get_cfarray_intrinsic("C", None)
    exec(_entry(source, name, list(names), built), space)
    kinds = [_type(kind) for kind in names.values()]
    cfunc: Any = numba.cfunc(_type(entry.result)(*kinds), error_model="numpy", _nrt=False)  # type: ignore[call-arg]
    function = cfunc(space[f"entry_{name}"])
    calls = _DECLARED.findall(function.inspect_llvm())
    return Code(function.native_name, tuple(calls), bytes(function._library._get_compiled_object()))


def _entry(source: str, name: str, names: Sequence[str], built: Sequence[str]) -> str:
    """The text of a function of `source` with `names` for parameters, from which it builds its arguments.

    A function that called the one in the source would make LLVM optimize it twice.
    """
    head = re.search(rf"^@jit\ndef {name}\((.*?)\):\n", source, re.MULTILINE | re.DOTALL)
    assert head is not None, name
    body = re.split(r"^\S", source[head.end():], maxsplit=1, flags=re.MULTILINE)[0]
    arguments = "".join(f"    {argument.strip()} = {text}\n"
                        for argument, text in zip(head[1].split(","), built, strict=True))
    return f"def entry_{name}({', '.join(names)}):\n{arguments}{body}"


def _call(name: str, symbol: str, entry: Signature, space: dict[str, Any]) -> None:
    """Defines a function that numba compiles to a call of an entry's object code."""
    from numba import types

    names, _ = _flat(entry.arguments)
    kinds = [types.voidptr if kind.endswith("*") else _type(kind) for kind in names.values()]
    outer = [f"a{index}" for index in range(len(entry.arguments))]
    given = ", ".join(text for argument, each in zip(entry.arguments, outer, strict=True)
                      for text in _taken_apart(argument, each))
    space[f"call_{name}"] = types.ExternalFunction(symbol, _type(entry.result)(*kinds))
    exec(f"@jit\ndef {name}({', '.join(outer)}):\n    return call_{name}({given})\n", space)


def _taken_apart(argument: Argument, text: str) -> Iterator[str]:
    """The parameters of the C function, made of an argument that is called `text`."""
    if isinstance(argument, Scalar):
        yield text
    elif isinstance(argument, Array):
        yield f"{text}.ctypes"
        yield from (f"{text}.shape[{axis}]" for axis in range(argument.axes))
    else:
        for index, part in enumerate(argument.parts):
            yield from _taken_apart(part, f"{text}[{index}]")


def _type(kind: str) -> Any:
    """numba's type for a kind of number, or for a pointer to such."""
    from numba import types

    if kind.endswith("*"):
        return types.CPointer(_type(kind[:-1]))
    return types.boolean if kind == "bool" else getattr(types, kind)


def _flat(arguments: Sequence[Argument]) -> tuple[dict[str, str], list[tuple[Argument, Any]]]:
    """The parameters of the C function with their kinds, and each argument with the names of its parameters."""
    names: dict[str, str] = {}

    def of(argument: Argument) -> Any:
        if isinstance(argument, Group):
            return [of(part) for part in argument.parts]
        kinds = [argument.kind] if isinstance(argument, Scalar) else [f"{argument.kind}*", *["int64"] * argument.axes]
        fresh = [f"p{len(names) + index}" for index in range(len(kinds))]
        names.update(zip(fresh, kinds, strict=True))
        return fresh

    return names, [(argument, of(argument)) for argument in arguments]


def _built(argument: Argument, names: Any) -> str:
    """An argument as the function takes it, made of the parameters of the C function."""
    if isinstance(argument, Scalar):
        return str(names[0])
    if isinstance(argument, Array):
        pointer, *axes = names
        return f"array_at({pointer}, ({', '.join(axes)},))"
    parts = ", ".join(_built(part, each) for part, each in zip(argument.parts, names, strict=True))
    return f"({parts},)" if argument.name == "tuple" else f"{argument.name}({parts})"


# --- without numba ----------------------------------------------------------------------------------------------------


@cache
def _machine() -> tuple[str, ...]:
    """What object code depends on besides its text."""
    import llvmlite
    from llvmlite import binding

    return llvmlite.__version__, binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()


@cache
def _engine() -> Any:
    """The execution engine that object code is added to; it lives as long as the process."""
    from llvmlite import binding

    with suppress(RuntimeError):  # newer versions do it by themselves, and say so
        binding.initialize()
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(jit=True)
    return binding.create_mcjit_compiler(binding.parse_assembly(""), machine)


def _nowhere() -> int:
    """The address of what is never called: to do so ends the process."""
    return ctypes.cast(ctypes.CDLL(None).abort, ctypes.c_void_p).value or 0


def _function(code: Code, entry: Signature) -> Function:
    from llvmlite import binding

    engine = _engine()
    for name in code.calls:
        if binding.address_of_symbol(name) is None:
            assert name.startswith("numba_"), name  # for exceptions, which no entry raises
            binding.add_symbol(name, _nowhere())
    engine.add_object_file(binding.ObjectFileRef.from_data(code.code))
    engine.finalize_object()
    return Function(engine.get_function_address(code.symbol), entry)


class Function:
    """An entry: called with numbers, arrays and tuples of these. TypeError for arrays of another kind or order."""

    def __init__(self, address: int, entry: Signature) -> None:
        self.address = address
        self._passes = [_passing(argument) for argument in entry.arguments]
        names, _ = _flat(entry.arguments)
        kinds = [_SCALARS.get(kind, ctypes.c_void_p) for kind in names.values()]
        self._call = ctypes.CFUNCTYPE(_SCALARS[entry.result], *kinds)(address)

    def __call__(self, *arguments: Any) -> Any:
        flat: list[int] = []
        for into, given in zip(self._passes, arguments, strict=True):
            into(given, flat)
        return self._call(*flat)


def _passing(argument: Argument) -> Callable[[Any, list[int]], None]:
    """What appends the parameters of the C function that stand for an argument."""
    import numpy as np

    if isinstance(argument, Scalar):
        return lambda given, flat: flat.append(int(given))
    if isinstance(argument, Group):
        parts = [_passing(part) for part in argument.parts]

        def apart(given: Any, flat: list[int]) -> None:
            for into, each in zip(parts, given, strict=True):
                into(each, flat)

        return apart
    kind, axes = np.dtype(argument.kind), argument.axes

    def array(given: Any, flat: list[int]) -> None:
        if given.dtype != kind or given.ndim != axes or not given.flags.c_contiguous:
            raise TypeError(f"an array of {axes} axes of {kind} is wanted, in C's order, and here is one of "
                            f"{given.ndim} axes of {given.dtype}")
        flat.append(given.__array_interface__["data"][0])
        flat.extend(given.shape)

    return array
