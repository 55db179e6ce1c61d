"""Native code through llvmlite: functions that can be called at once, assembly, object files and shared libraries.

What is compiled here is text that primir wrote. Code for another target than the host's is generated in a child
process, as some of LLVM's backends end the process on what they cannot translate.
"""

from __future__ import annotations

import ctypes
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ..ir.errors import PrimirError
from ..ir.graph import Function
from .llvm import module, name, result_type

_SLOT = 16  # bytes of one word in the buffers of a compiled function, in the host's byte order
_FOREIGN_SECONDS = 60.0
_LONG = 1000  # lines of a function that is compiled in blocks
_BLOCK = 200
_WIDE_DIVISION = re.compile(r"= [us](div|rem) i(6[5-9]|[7-9]\d|1\d\d) ")

# Division wider than 64 bits is a library call in LLVM's code, and the process need not hold that library. Restoring
# division, a bit of the quotient a round; the remainder's top bit stands for its 129th, as it is shifted out.
_DIVISION = """
define internal { i128, i128 } @primir.divide(i128 %n, i128 %d) {
entry:
  br label %round
round:
  %i = phi i128 [ 127, %entry ], [ %next, %round ]
  %q = phi i128 [ 0, %entry ], [ %q1, %round ]
  %r = phi i128 [ 0, %entry ], [ %r2, %round ]
  %carry = icmp slt i128 %r, 0
  %shifted = lshr i128 %n, %i
  %bit = and i128 %shifted, 1
  %doubled = shl i128 %r, 1
  %r1 = or i128 %doubled, %bit
  %enough = icmp uge i128 %r1, %d
  %one = or i1 %carry, %enough
  %less = sub i128 %r1, %d
  %r2 = select i1 %one, i128 %less, i128 %r1
  %more = shl i128 %q, 1
  %digit = zext i1 %one to i128
  %q1 = or i128 %more, %digit
  %next = sub i128 %i, 1
  %done = icmp eq i128 %i, 0
  br i1 %done, label %exit, label %round
exit:
  %a = insertvalue { i128, i128 } poison, i128 %q1, 0
  %b = insertvalue { i128, i128 } %a, i128 %r2, 1
  ret { i128, i128 } %b
}

define internal i128 @primir.magnitude(i128 %x) {
  %negative = icmp slt i128 %x, 0
  %minus = sub i128 0, %x
  %result = select i1 %negative, i128 %minus, i128 %x
  ret i128 %result
}

define i128 @__udivti3(i128 %n, i128 %d) {
  %both = call { i128, i128 } @primir.divide(i128 %n, i128 %d)
  %q = extractvalue { i128, i128 } %both, 0
  ret i128 %q
}

define i128 @__umodti3(i128 %n, i128 %d) {
  %both = call { i128, i128 } @primir.divide(i128 %n, i128 %d)
  %r = extractvalue { i128, i128 } %both, 1
  ret i128 %r
}

define i128 @__divti3(i128 %n, i128 %d) {
  %n1 = call i128 @primir.magnitude(i128 %n)
  %d1 = call i128 @primir.magnitude(i128 %d)
  %q = call i128 @__udivti3(i128 %n1, i128 %d1)
  %signs = xor i128 %n, %d
  %negative = icmp slt i128 %signs, 0
  %minus = sub i128 0, %q
  %result = select i1 %negative, i128 %minus, i128 %q
  ret i128 %result
}

define i128 @__modti3(i128 %n, i128 %d) {
  %n1 = call i128 @primir.magnitude(i128 %n)
  %d1 = call i128 @primir.magnitude(i128 %d)
  %r = call i128 @__umodti3(i128 %n1, i128 %d1)
  %negative = icmp slt i128 %n, 0
  %minus = sub i128 0, %r
  %result = select i1 %negative, i128 %minus, i128 %r
  ret i128 %result
}
"""


class Native:
    """A compiled function: called with a word for each parameter it gives a tuple of words, one for each result.

    Words are unsigned; an argument is taken modulo 2**width, so that a negative number is the word that stands for
    it. A function compiled without guards does on undefined input what the processor does: a division by zero ends
    the process.
    """

    __slots__ = ("_call", "_code", "_masks", "_results", "function")

    def __init__(self, function: Function, address: int, code: object) -> None:
        self.function = function
        self._code = code  # keeps the machine code alive
        self._call = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_void_p)(address)
        self._masks = [(1 << parameter.type.width) - 1 for parameter in function.parameters]
        self._results = len(function.results)

    def __call__(self, *words: int) -> tuple[int, ...]:
        """TypeError where the number of words is not that of the parameters."""
        if len(words) != len(self._masks):
            raise TypeError(f"{self.function.name} takes {len(self._masks)} words, not {len(words)}")
        given = b"".join((word & mask).to_bytes(_SLOT, sys.byteorder)
                         for word, mask in zip(words, self._masks, strict=True))
        taken = ctypes.create_string_buffer(_SLOT * max(self._results, 1))
        self._call(given, taken)
        return tuple(int.from_bytes(taken.raw[start : start + _SLOT], sys.byteorder)
                     for start in range(0, _SLOT * self._results, _SLOT))

    def __repr__(self) -> str:
        return f"<native {self.function.name}>"


def compile_native(function: Function, *, guards: bool = True) -> Native:
    """`function` as machine code of the host, about 2 ms of work; `guards` as in `llvm.module`."""
    return compile_many([function], guards=guards)[0]


def compile_many(functions: Sequence[Function], *, guards: bool = True) -> list[Native]:
    """Each of `functions` as machine code; together they take about 0.4 ms each."""
    texts = []
    for index, function in enumerate(functions):
        texts.append(module(function, f"f{index}", guards=guards, noundef=False))
        texts.append(_buffered(function, f"f{index}", f"call{index}"))
    long = [text.count("\n") > _LONG for text in texts]
    engine = _engine(_joined([_in_blocks(text) if over else text for text, over in zip(texts, long, strict=True)]),
                     0 if any(long) else 1)
    return [Native(function, engine.get_function_address(f"call{index}"), engine)
            for index, function in enumerate(functions)]


def _in_blocks(text: str) -> str:
    """The module of a function without branches with its instructions in blocks of _BLOCK.

    LLVM orders the instructions of a block in time that is quadratic: 6,000 in one take it 5 seconds.
    """
    lines = []
    for count, line in enumerate(text.splitlines(), 1):
        lines.append(line)
        if count % _BLOCK == 0 and line.startswith("  %"):
            lines += [f"  br label %block.{count}", f"block.{count}:"]
    return "\n".join(lines) + "\n"


def _buffered(function: Function, callee: str, symbol: str) -> str:
    """A function that takes its words from one buffer and leaves its results in another, 16 bytes each."""
    lines = []
    for index, parameter in enumerate(function.parameters):
        lines += [f"%in{index} = getelementptr i8, ptr %in, i64 {_SLOT * index}",
                  f"%word{index} = load i128, ptr %in{index}, align 1",
                  cast("trunc", f"%x{index}", "i128", f"%word{index}", f"i{parameter.type.width}")]
    args = ", ".join(f"i{parameter.type.width} %x{index}" for index, parameter in enumerate(function.parameters))
    lines += _stores(function, f"{name('@', callee)}({args})",
                     [(f"%out{index}", "i128") for index in range(len(function.results))],
                     [f"%out{index} = getelementptr i8, ptr %out, i64 {_SLOT * index}"
                      for index in range(len(function.results))])
    return _define(f"void {name('@', symbol)}(ptr %in, ptr %out)", lines)


def _stores(function: Function, call: str, places: Sequence[tuple[str, str]], before: Sequence[str] = (),
            signs: bool = False) -> list[str]:
    """Instructions that call and store each result at its place, a pointer and the type that is stored there.

    Results are extended by zeros, or with `signs` as their types say.
    """
    types = [result.type for result in function.results]
    if not types:
        return [f"call void {call}"]
    lines = [*before, f"%result = call {result_type(function)} {call}"]
    for index, (type_, (pointer, stored)) in enumerate(zip(types, places, strict=True)):
        value = f"%value{index}"
        lines.append(f"{value} = extractvalue {result_type(function)} %result, {index}" if len(types) > 1 else
                     f"{value} = bitcast i{type_.width} %result to i{type_.width}")
        op = "sext" if signs and type_.signed else "zext"
        lines += [cast(op, f"%wide{index}", f"i{type_.width}", value, stored),
                  f"store {stored} %wide{index}, ptr {pointer}, align 1"]
    return lines


def cast(op: str, result: str, source: str, value: str, target: str) -> str:
    """An instruction from a type to another, or the same."""
    return f"{result} = {'bitcast' if source == target else op} {source} {value} to {target}"


def _define(head: str, lines: Sequence[str]) -> str:
    return "\n".join([f"define {head} {{", *(f"  {line}" for line in [*lines, "ret void"]), "}"]) + "\n"


def _joined(texts: Sequence[str]) -> str:
    """One module of several; what they declare is declared once."""
    lines = [line for text in texts for line in text.splitlines()]
    declared = dict.fromkeys(line for line in lines if line.startswith("declare"))
    text = "\n".join([*(line for line in lines if line not in declared), *declared])
    return text + _DIVISION if _WIDE_DIVISION.search(text) else text


# --- LLVM -------------------------------------------------------------------------------------------------------------


@cache
def _llvm() -> Any:
    """llvmlite's bindings, which carry no types, ready for the host."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm


def _engine(text: str, level: int) -> Any:
    """An execution engine with the module's functions; at level 0 LLVM leaves blocks as they are."""
    llvm = _llvm()
    parsed = llvm.parse_assembly(text)
    parsed.verify()
    machine = llvm.Target.from_default_triple().create_target_machine(opt=level)
    engine = llvm.create_mcjit_compiler(parsed, machine)
    engine.finalize_object()
    return engine


def optimized(text: str) -> str:
    """The module as LLVM's optimizer (O2) leaves it."""
    llvm = _llvm()
    machine = llvm.Target.from_default_triple().create_target_machine(opt=2)
    return str(_passed(text, machine, llvm.create_pipeline_tuning_options(speed_level=2)))


def library(text: str) -> Any:
    """An execution engine with the module's functions as machine code for this very processor, optimized as by -O3."""
    return _library(text, vectors=True)


def loop_library(text: str) -> Any:
    """The same without vector instructions: a loop does one thing after the other."""
    return _library(text, vectors=False)


def _library(text: str, vectors: bool) -> Any:
    llvm = _llvm()
    machine = llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3)
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    options.loop_unrolling = True
    options.loop_vectorization = options.slp_vectorization = vectors
    engine = llvm.create_mcjit_compiler(_passed(text, machine, options), machine)
    engine.finalize_object()
    return engine


def _passed(text: str, machine: Any, options: Any) -> Any:
    """The module after LLVM's own passes."""
    llvm = _llvm()
    parsed = llvm.parse_assembly(_joined([text]))
    parsed.verify()
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(parsed, builder)
    return parsed


def assembly(llvm_text: str, target: str | None = None) -> str:
    """Assembly text, optimized as by -O2, for the host or for the target with that triple, as `aarch64-linux-gnu`.

    PrimirError for a target that LLVM does not know or cannot translate to.
    """
    if target is None:
        return translated(llvm_text, None).decode()
    from ..jobs.workers import Crashed, TimedOut, Worker

    with Worker() as worker:
        try:
            text: bytes = worker.call(f"{__name__}:translated", llvm_text, target, seconds=_FOREIGN_SECONDS)
        except (Crashed, TimedOut) as problem:
            raise PrimirError(f"LLVM cannot translate this for the target {target}: {problem}") from None
    return text.decode()


def host_triple() -> str:
    """The host as LLVM names it: `x86_64-unknown-linux-gnu`."""
    triple: str = _llvm().get_default_triple()
    return triple


def object_file(llvm_text: str, path: Path) -> None:
    """Writes an object file for the host, optimized as by -O2, with position-independent code."""
    path.write_bytes(translated(llvm_text, None, as_object=True))


def translated(llvm_text: str, target: str | None, as_object: bool = False) -> bytes:
    """The assembly, or the object file, of a module; PrimirError for a target that LLVM does not know."""
    llvm = _llvm()
    triple = llvm.get_default_triple()
    if target is not None:
        llvm.initialize_all_targets()
        llvm.initialize_all_asmprinters()
        triple = target
    try:
        backend = llvm.Target.from_triple(triple)
    except RuntimeError:
        raise PrimirError(f"LLVM knows no target {target}", hint="a triple looks like aarch64-linux-gnu") from None
    machine = backend.create_target_machine(opt=2, reloc="pic", codemodel="default")
    parsed = llvm.parse_assembly(llvm_text)
    parsed.triple, parsed.data_layout = triple, str(machine.target_data)
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
    builder.getModulePassManager().run(parsed, builder)
    result: bytes = machine.emit_object(parsed) if as_object else machine.emit_assembly(parsed).encode()
    return result


def shared_library(llvm_text: str, path: Path) -> None:
    """Writes a shared library for the host, linked by $CC, or else cc, gcc or clang. PrimirError if none is there."""
    linker = _linker()
    with tempfile.TemporaryDirectory(prefix="primir-") as folder:
        part = Path(folder, "part.o")
        object_file(llvm_text, part)
        done = subprocess.run([*linker, "-shared", "-o", str(path), str(part)], capture_output=True, text=True)
    if done.returncode:
        raise PrimirError(f"{linker[0]} could not link the shared library: {done.stderr.strip()[-500:]}")


def _linker() -> list[str]:
    for command in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        words = shlex.split(command)
        if words and shutil.which(words[0]):
            return words
    raise PrimirError("there is no C compiler to link a shared library with",
                      hint="install gcc or clang (Debian and Ubuntu: apt install gcc; macOS: xcode-select --install), "
                           "or set CC to one")


def c_callable(llvm_text: str, function: Function, symbol: str) -> str:
    """The module with `symbol` as C calls it (c.header): several results go through pointers, after the parameters.

    A function with one result, or none, is C's already.
    """
    if len(function.results) < 2:
        return llvm_text
    llvm = _llvm()
    parsed = llvm.parse_assembly(llvm_text)
    values = parsed.get_function(symbol)
    values.name = f"{symbol}.values"
    args = [f"i{parameter.type.width} %x{index}" for index, parameter in enumerate(function.parameters)]
    pointers = [f"ptr %result{index}" for index in range(len(function.results))]
    places = [(f"%result{index}", f"i{standard(result.type.width)}") for index, result in enumerate(function.results)]
    callee = name("@", values.name)
    lines = _stores(function, f"{callee}({', '.join(args)})", places, signs=True)
    types = ", ".join(arg.split()[0] for arg in args)
    parsed.link_in(llvm.parse_assembly(
        f"declare {result_type(function)} {callee}({types})\n"
        + _define(f"void {name('@', symbol)}({', '.join([*args, *pointers])})", lines)))
    values.linkage = "internal"
    return str(parsed)


def standard(width: int) -> int:
    """The width of the C type that a word is passed in: 8, 16, 32, 64 or 128."""
    return next(bits for bits in (8, 16, 32, 64, 128) if bits >= width)
