"""Native loops over all inputs of a function: one that stores its results, and one that looks for where it holds.

The inputs are numbered: input n has the first parameter in the low bits of n, the next one above it, and so on. Each
loop is a module of its own, optimized for the host and vectorized, so that what is stored by one and read by another
is all that LLVM knows of both.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

from ..ir.graph import Function, Parameter
from .llvm import module, result_type
from .native import library, standard


def storing(function: Function) -> str:
    """A module whose `run(start, count, outputs...)` stores the results for the inputs start, start + 1 ...

    Each output is an array of words of the next standard width.
    """
    pointers = [f"ptr noalias %out{index}" for index in range(len(function.results))]
    kind = result_type(function)
    lines = _input(function.parameters)
    lines.append(f"%result = call {kind} @f({_arguments(function.parameters)})")
    for index, result in enumerate(function.results):
        w, stored = result.type.width, standard(result.type.width)
        lines += [f"%value{index} = extractvalue {kind} %result, {index}" if len(function.results) > 1 else
                  f"%value{index} = bitcast i{w} %result to i{w}",
                  _widened(f"%wide{index}", f"%value{index}", w, stored),
                  f"%at{index} = getelementptr i{stored}, ptr %out{index}, i64 %i",
                  f"store i{stored} %wide{index}, ptr %at{index}"]
    loop = _loop("void", "run", ["i64 %start", "i64 %count", *pointers], lines)
    return _internal(function) + loop


def finding(function: Function, given: Sequence[Parameter]) -> str:
    """A module that looks where the only result of `function`, one bit, holds.

    Its last parameters, `given`, come from arrays. `any(start, count, inputs...)` is 1 where it holds for one of the
    inputs start, start + 1 ..., and `first(start, count, inputs...)` is the first such one, counted from start, or
    count.
    """
    own = function.parameters[: len(function.parameters) - len(given)]
    lines = _input(own)
    for index, parameter in enumerate(given):
        stored = standard(parameter.type.width)
        lines += [f"%from{index} = getelementptr i{stored}, ptr %in{index}, i64 %i",
                  f"%word{index} = load i{stored}, ptr %from{index}",
                  _narrowed(f"%{parameter.name}", f"%word{index}", stored, parameter.type.width)]
    lines.append(f"%holds = call i1 @f({_arguments(function.parameters)})")
    takes = ["i64 %start", "i64 %count", *(f"ptr noalias %in{index}" for index in range(len(given)))]
    body = "\n".join(f"  {line}" for line in lines)
    return _internal(function) + f"""
define i64 @any({', '.join(takes)}) {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %found = phi i8 [ 0, %entry ], [ %more, %loop ]
{body}
  %byte = zext i1 %holds to i8
  %more = or i8 %found, %byte
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %count
  br i1 %done, label %exit, label %loop
exit:
  %result = zext i8 %more to i64
  ret i64 %result
}}

define i64 @first({', '.join(takes)}) {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %more ]
{body}
  br i1 %holds, label %exit, label %more
more:
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %count
  br i1 %done, label %exit, label %loop
exit:
  %result = phi i64 [ %i, %loop ], [ %count, %more ]
  ret i64 %result
}}
"""


def _internal(function: Function) -> str:
    return module(function, "f").replace("define ", "define internal ", 1)


def _input(parameters: Sequence[Parameter]) -> list[str]:
    """Instructions that take the parameters from the number of the input."""
    lines = ["%n = add i64 %start, %i"]
    at = 0
    for parameter in parameters:
        w = parameter.type.width
        lines += [f"%{parameter.name}.n = lshr i64 %n, {at}", _narrowed(f"%{parameter.name}", f"%{parameter.name}.n",
                                                                        64, w)]
        at += w
    return lines


def _arguments(parameters: Sequence[Parameter]) -> str:
    return ", ".join(f"i{parameter.type.width} %{parameter.name}" for parameter in parameters)


def _narrowed(result: str, value: str, source: int, target: int) -> str:
    return f"{result} = {'bitcast' if source == target else 'trunc'} i{source} {value} to i{target}"


def _widened(result: str, value: str, source: int, target: int) -> str:
    return f"{result} = {'bitcast' if source == target else 'zext'} i{source} {value} to i{target}"


def _loop(kind: str, symbol: str, takes: Sequence[str], lines: Sequence[str]) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    return f"""
define {kind} @{symbol}({', '.join(takes)}) {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
{body}
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %count
  br i1 %done, label %exit, label %loop
exit:
  ret void
}}
"""


class Loops:
    """A compiled module of this file: its functions can be called with numbers and ctypes arrays."""

    def __init__(self, text: str) -> None:
        self._engine: Any = library(text)

    def function(self, symbol: str, arrays: int, *, returns: bool) -> Any:
        """The function `symbol` over `arrays` arrays; it gives up the GIL while it runs."""
        kind = ctypes.CFUNCTYPE(ctypes.c_int64 if returns else None, ctypes.c_int64, ctypes.c_int64,
                                *[ctypes.c_void_p] * arrays)
        return kind(self._engine.get_function_address(symbol))


def array(width: int, count: int) -> Any:
    """Room for `count` words of that width."""
    return ctypes.create_string_buffer(standard(width) // 8 * count)
