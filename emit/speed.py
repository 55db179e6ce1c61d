"""How fast emitted code runs on this machine: nanoseconds a call, over a batch of inputs.

The function is inlined into a loop over the batch, one call independent of the next, compiled for this very processor
without vector instructions. So a number tells how many calls go through, and hardly how long one of them takes.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice

from ..ir.graph import Function
from .llvm import name, result_type
from .native import cast, loop_library

BATCH = 4096  # inputs, which fit the processor's cache
ROUNDS = 25  # of which the fastest counts: whatever else runs makes rounds slower, and none quicker


def nanoseconds(function: Function, llvm_text: str, symbol: str, inputs: Sequence[tuple[int, ...]]) -> float | None:
    """How long one call of `symbol` takes on `inputs`, words on which it is defined; None without inputs."""
    if not inputs:
        return None
    widths = [parameter.type.width for parameter in function.parameters]
    slot = 8 if max([*widths, *(result.type.width for result in function.results)], default=0) <= 64 else 16
    engine = loop_library(f"{llvm_text}\n{_loop(function, symbol, 8 * slot)}")
    call = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int64)(
        engine.get_function_address("primir.batch"))
    batch = list(islice(cycle(inputs), BATCH))
    given = b"".join(word.to_bytes(slot, sys.byteorder) for words in batch for word in words)
    taken = ctypes.create_string_buffer(slot * BATCH * max(len(function.results), 1))
    return min(_timed(lambda: call(given, taken, BATCH)) for _ in range(ROUNDS)) / BATCH


def _timed(call: object) -> int:
    assert callable(call)
    start = time.perf_counter_ns()
    call()
    return time.perf_counter_ns() - start


def _loop(function: Function, symbol: str, bits: int) -> str:
    """A function that calls `symbol` once for each input: words of `bits` in, and out."""
    word, count, results = f"i{bits}", len(function.parameters), len(function.results)
    lines = []
    for index, parameter in enumerate(function.parameters):
        lines += [f"%at{index} = add i64 %from, {index}", f"%in{index} = getelementptr {word}, ptr %in, i64 %at{index}",
                  f"%w{index} = load {word}, ptr %in{index}, align 8",
                  cast("trunc", f"%x{index}", word, f"%w{index}", f"i{parameter.type.width}")]
    args = ", ".join(f"i{parameter.type.width} %x{index}" for index, parameter in enumerate(function.parameters))
    lines.append(f"%result = call {result_type(function)} {name('@', symbol)}({args})")
    for index, result in enumerate(function.results):
        narrow = f"i{result.type.width}"
        lines += [f"%value{index} = extractvalue {result_type(function)} %result, {index}" if results > 1 else
                  f"%value{index} = bitcast {narrow} %result to {narrow}",
                  cast("zext", f"%wide{index}", narrow, f"%value{index}", word),
                  f"%to{index} = add i64 %into, {index}",
                  f"%out{index} = getelementptr {word}, ptr %out, i64 %to{index}",
                  f"store {word} %wide{index}, ptr %out{index}, align 8"]
    body = "\n  ".join(lines)
    return f"""define void @primir.batch(ptr %in, ptr noalias %out, i64 %count) {{
start:
  br label %loop
loop:
  %i = phi i64 [ 0, %start ], [ %next, %loop ]
  %from = mul i64 %i, {count}
  %into = mul i64 %i, {results}
  {body}
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %count
  br i1 %more, label %loop, label %done
done:
  ret void
}}
"""
