"""Every operation, and random graphs, mean the same in each language: evaluator = JIT = Python = C = numba.

C is compiled with its warnings as errors and with -fsanitize=undefined, and runs in a process of its own: words go in
and results come out through pipes, 16 bytes each. Parameters are also given with wrong bits above their width.
"""

import itertools
import os
import random
import re
import shutil
import struct
import subprocess
from dataclasses import replace

import pytest
from primir.emit import c, python
from primir.emit.native import compile_many, standard
from primir.ir.evaluate import evaluate
from primir.ir.graph import Function, Parameter, Result, apply, const, topological
from primir.ir.primes import TABLE
from primir.ir.samples import corners
from primir.ir.types import BOOL, Type

WIDTHS = [1, 4, 7, 8, 16, 31, 32, 33, 64, 65, 128]
QUICK = [4, 8, 32, 33, 128]  # the others are slow
CC = next(filter(None, map(shutil.which, (os.environ.get("CC", "cc"), "gcc", "clang"))), None)
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
UBSAN = ["-O1", "-fsanitize=undefined", "-fno-sanitize-recover=all"]
# What gcc finds to say about programs that nobody would write, as x < x, x / (y - y), or a shift by a named constant.
ODD = ["-Wno-tautological-compare", "-Wno-div-by-zero", "-Wno-shift-count-overflow", "-Wno-overflow"]
needs_cc = pytest.mark.skipif(CC is None, reason="there is no C compiler")


def widths(*quick):
    return [pytest.param(w, marks=[] if w in quick else pytest.mark.slow) for w in WIDTHS]


# --- functions and inputs ---------------------------------------------------------------------------------------------


def rows(width, signed=False):
    """Each operation at `width` as a function of its own; casts lead to every other width."""
    for row in TABLE.values():
        results = [v for v in WIDTHS if v != width and (v < width) == (row.name == "trunc")] if row.cast else [None]
        for v in results if width % row.multiple == 0 else ():
            parameters = tuple(Parameter(name, Type(width if letter == "w" else 1, signed))
                               for name, letter in zip("xyz", row.arguments))
            node = apply(row.name, *(p.value for p in parameters), width=v)
            name = f"{row.name}_{width}_{node.width}_{'i' if signed else 'u'}"
            yield Function(name, parameters, (Result(Type(node.width, signed), node),))


def random_function(rng, name):
    """Up to 12 operations over mixed widths, with sharing, odd constants and up to three results."""
    parameters = tuple(Parameter(n, random_type(rng)) for n in "xyz"[: rng.randint(1, 3)])
    pool = [p.value for p in parameters]
    for _ in range(rng.randint(1, 12)):
        pool.append(random_operation(rng, pool))
    roots = [pool[-1], *(rng.choice(pool) for _ in range(rng.choice([0, 0, 0, 1, 2])))]
    return Function(name, parameters, tuple(Result(random_type(rng, root.width), root) for root in roots))


def random_type(rng, width=None):
    width = width or rng.choice([1, 1, 3, 7, 8, 8, 16, 17, 32, 32, 33, 64, 65, 128])
    return BOOL if width == 1 and rng.random() < 0.6 else Type(width, rng.random() < 0.4)


def random_operation(rng, pool):
    while True:
        row, first = rng.choice(list(TABLE.values())), rng.choice(pool[-4:] if rng.random() < 0.6 else pool)
        w = first.width
        if row.cast:
            v = random_type(rng).width
            if v != w and (v < w) == (row.name == "trunc"):
                return apply(row.name, first, width=v)
        elif w % row.multiple == 0:
            args = [random_argument(rng, pool, w if letter == "w" else 1) for letter in row.arguments]
            args[row.arguments.index("w")] = first
            return apply(row.name, *args)


def random_argument(rng, pool, width):
    fitting = [node for node in pool if node.width == width]
    if fitting and rng.random() > 0.25:
        return rng.choice(fitting)
    return const(rng.choice([*corners(width), rng.getrandbits(width), rng.getrandbits(width)]), width)


def inputs(function, count=60, seed=0):
    """All inputs where they are few, else corners and random words."""
    ws = [parameter.type.width for parameter in function.parameters]
    if sum(ws) <= 8:
        return list(itertools.product(*(range(1 << w) for w in ws)))
    rng = random.Random(seed)
    at_corners = list(itertools.product(*map(corners, ws)))
    return rng.sample(at_corners, min(len(at_corners), count)) + \
        [tuple(rng.getrandbits(w) for w in ws) for _ in range(count // 4)]


def expected(function, words):
    leaves = {p.value: word for p, word in zip(function.parameters, words)}
    return tuple(evaluate([result.value for result in function.results], leaves))


def numbers(function, words):
    return tuple(result.type.read(word) for result, word in zip(function.results, words))


# --- languages --------------------------------------------------------------------------------------------------------


def agrees_in_native(functions):
    for function, native in zip(functions, compile_many(functions)):
        for words in inputs(function):
            assert native(*words) == expected(function, words), (function, words)


def agrees_in_python(functions, numba=False):
    for function in functions:
        text = python.source(function, function.name, numba=numba)
        space = {}
        exec(compile(text, function.name, "exec"), space)
        for words in inputs(function):
            want = numbers(function, expected(function, words))
            got = space[function.name](*(given(p.type, word, numba) for p, word in zip(function.parameters, words)))
            got = got if isinstance(got, tuple) else (got,)
            assert got == want, (text, words)
            assert numba or [type(value) for value in got] == [type(value) for value in want], (text, words)


def given(type_, word, numba):
    """A word as a caller may pass it: in plain Python with any bits above its width."""
    return type_.read(word) if numba else word - (3 << type_.width)


def agrees_in_c(functions, tmp_path, *flags):
    program = built(functions, tmp_path, flags)
    batches = [[(words, above) for words in inputs(function) for above in (0, -1)] for function in functions]
    asked = b""
    for index, (function, batch) in enumerate(zip(functions, batches)):
        asked += struct.pack("=II", index, len(batch)) + b"".join(
            slot(word | above << p.type.width) for words, above in batch for p, word in zip(function.parameters, words))
    run = subprocess.run([program], input=asked, capture_output=True, timeout=120)
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    answers = iter(struct.iter_unpack("16s", run.stdout))
    for function, batch in zip(functions, batches):
        for words, above in batch:
            got = tuple(int.from_bytes(next(answers)[0], "little") for _ in function.results)
            want = numbers(function, expected(function, words))
            assert got == tuple(value % (1 << 128) for value in want), (c.source(function, "f"), words, above)


def slot(word):
    return (word % (1 << 128)).to_bytes(16, "little")


def built(functions, tmp_path, flags):
    """An executable that reads an index, a count and as many inputs, and writes results; and so on to the end."""
    texts = [c.source(function, f"f{index}") for index, function in enumerate(functions)]
    parts = {"small": [text for text in texts if "__int128" not in text], "wide": [t for t in texts if "__int128" in t]}
    (tmp_path / "main.c").write_text(MAIN % ("".join(map(adapter, functions, range(len(functions)))), ", ".join(
        f"{{call{i}, {len(f.parameters)}, {len(f.results)}}}" for i, f in enumerate(functions))))
    for name, part in parts.items():
        (tmp_path / f"{name}.c").write_text(joined(part) + "\nextern int empty;\n")
        pedantic = ["-pedantic"] if name == "small" else []
        cc(*STRICT, *pedantic, *flags, "-c", tmp_path / f"{name}.c", "-o", tmp_path / f"{name}.o")
    program = tmp_path / "program"
    cc("-w", *flags, tmp_path / "main.c", tmp_path / "small.o", tmp_path / "wide.o", "-o", program)
    return program


def joined(texts):
    """Translation units as one: what each defines for itself is defined once."""
    blocks = [block for text in texts for block in re.split(r"\n\n(?=\S)", text)]
    return "\n\n".join(dict.fromkeys(blocks))


def cc(*arguments):
    done = subprocess.run([CC, *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[:3000]


def c_type(type_):
    bits = standard(type_.width)
    if type_.truth:
        return "bool"
    return ("" if type_.signed else "unsigned ") + "__int128" if bits == 128 else \
        f"{'' if type_.signed else 'u'}int{bits}_t"


def adapter(function, index):
    types, results = [p.type for p in function.parameters], [r.type for r in function.results]
    args = [f"p{k}" for k in range(len(types))] + [f"&r{k}" for k in range(len(results)) if len(results) > 1]
    prototype = [c_type(t) for t in types] + [f"{c_type(t)} *" for t in results if len(results) > 1]
    lines = [f"{c_type(results[0]) if len(results) == 1 else 'void'} f{index}({', '.join(prototype)});",
             f"static void call{index}(const unsigned char *in, unsigned char *out) {{"]
    for k, type_ in enumerate(types):
        lines.append(f"bool p{k} = in[{16 * k}] & 1;" if type_.truth else
                     f"{c_type(type_)} p{k}; memcpy(&p{k}, in + {16 * k}, sizeof p{k});")
    lines += [f"{c_type(type_)} r{k};" for k, type_ in enumerate(results)]
    lines.append(f"{'r0 = ' if len(results) == 1 else ''}f{index}({', '.join(args)});")
    lines += [f"__int128 w{k} = (__int128)r{k}; memcpy(out + {16 * k}, &w{k}, 16);" for k in range(len(results))]
    return "\n".join([*lines, "}\n"])


MAIN = r"""
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
%s
static const struct { void (*call)(const unsigned char *, unsigned char *); int parameters, results; } table[] = {%s};
int main(void) {
    uint32_t head[2];
    unsigned char in[64], out[64];
    while (fread(head, 4, 2, stdin) == 2)
        while (head[1]--) {
            fread(in, 16, table[head[0]].parameters, stdin);
            table[head[0]].call(in, out);
            fwrite(out, 16, table[head[0]].results, stdout);
        }
    return 0;
}
"""


# --- tests ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", WIDTHS)
def test_rows_agree_in_native(width):
    agrees_in_native(list(rows(width)))


@pytest.mark.parametrize("width", WIDTHS)
def test_rows_agree_in_python(width):
    agrees_in_python([*rows(width), *rows(width, signed=True)])


@needs_cc
@pytest.mark.parametrize("width", widths(*QUICK))
def test_rows_agree_in_c(width, tmp_path):
    agrees_in_c([*rows(width), *rows(width, signed=True)], tmp_path, *UBSAN)


@needs_cc
@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_rows_agree_in_optimized_c(width, tmp_path):
    agrees_in_c([*rows(width), *rows(width, signed=True)], tmp_path, "-O2")


NUMBA = ("add shl ashr udiv sdiv select sext ctpop ctlz bitreverse fshl smul_overflow").split()


@pytest.mark.parametrize("width", [33, 64])
def test_rows_agree_in_numba(width):
    agrees_in_python([f for f in rows(width, width == 64) if f.name.rsplit("_", 3)[0] in NUMBA and narrow(f)][:12],
                     numba=True)


@pytest.mark.slow
@pytest.mark.parametrize("width", [1, 4, 8, 31, 32, 64])
def test_all_rows_agree_in_numba(width):
    agrees_in_python([f for f in rows(width, width in (8, 31)) if narrow(f)], numba=True)


def narrow(function):
    nodes = topological([*(r.value for r in function.results), *(p.value for p in function.parameters)])
    return all(node.width <= 64 for node in nodes)


def random_functions(seed, count):
    rng = random.Random(seed)
    return [random_function(rng, f"g{seed}_{index}") for index in range(count)]


@pytest.mark.parametrize("seed, count", [(1, 150), pytest.param(2, 1500, marks=pytest.mark.slow)])
def test_random_graphs_agree(seed, count):
    functions = random_functions(seed, count)
    agrees_in_native(functions)
    agrees_in_python(functions)


@needs_cc
@pytest.mark.parametrize("seed, flags", [
    (3, UBSAN),
    *(pytest.param(seed, flags, marks=pytest.mark.slow) for seed in range(4, 9) for flags in (UBSAN, ["-O2"])),
])
def test_random_graphs_agree_in_c(seed, flags, tmp_path):
    agrees_in_c(random_functions(seed, 200), tmp_path, *flags, *ODD)


@pytest.mark.slow
def test_random_graphs_agree_in_numba():
    agrees_in_python([f for f in random_functions(9, 120) if narrow(f)][:40], numba=True)


def test_without_guards_what_is_defined_agrees():
    x, y = Parameter("x", Type(32)), Parameter("y", Type(32))
    nodes = [apply(name, x.value, y.value) for name in ("shl", "lshr", "ashr", "udiv", "sdiv", "urem", "srem")]
    functions = [Function(node.op, (x, y), (Result(Type(32), node),)) for node in nodes]
    for function, native in zip(functions, compile_many(functions, guards=False)):
        for words in [(100, 7), (0x80000000, 3), (0xFFFFFFFF, 31)]:
            assert native(*words) == expected(function, words)


@pytest.mark.parametrize("language", ["native", "python", "c"])
def test_a_wrong_program_is_caught(language, monkeypatch, tmp_path):
    """The checks are checked: a row whose text is broken makes them fail."""
    if language == "c" and CC is None:
        pytest.skip("there is no C compiler")
    table = dict(TABLE) | {"sub": replace(TABLE["sub"], llvm="sub {w} {y}, {x}", python="y - x & M", c="y - x")}
    monkeypatch.setattr("primir.emit.llvm.TABLE", table)
    monkeypatch.setattr("primir.emit.expressions.TABLE", table)
    functions = [function for function in rows(8) if function.name.startswith("sub_")]
    check = {"native": agrees_in_native, "python": agrees_in_python, "c": lambda fs: agrees_in_c(fs, tmp_path)}
    with pytest.raises(AssertionError):
        check[language](functions)
