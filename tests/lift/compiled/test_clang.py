"""C and C++ lifted are what the language says, and what is undefined is still undefined; mistakes have their place."""

import json
import os
import random
import subprocess
import sys

import pytest
from primir.api import lift, verify
from primir.ir.errors import PrimirError
from primir.ir.evaluate import run
from primir.ir.graph import leaves
from primir.ir.text import print_shared
from primir.lift.compiled import clang, compiler
from primir.lift.compiled.clang import compile_c, find_clang
from primir.lift.source import slice_source

try:
    find_clang()
except PrimirError as problem:
    pytest.skip(f"{problem}", allow_module_level=True)

U32 = (1 << 32) - 1
CORNERS = [0, 1, 2, 3, 7, 31, 32, 33, 127, 128, 255, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, U32]


def write(folder, text, name="f.c"):
    path = folder / name
    path.write_text(text)
    return path


def signed(word, width=32):
    return word - (1 << width) if word >> width - 1 else word


def words(count, width=32, seed=7):
    """Corner and random words, in tuples."""
    source = random.Random(seed)
    picks = [[corner & (1 << width) - 1 for corner in CORNERS], [source.getrandbits(width) for _ in range(30)]]
    return [tuple(source.choice(source.choice(picks)) for _ in range(count)) for _ in range(60)]


# --- what is lifted ---------------------------------------------------------------------------------------------------

SAME = [  # the function f, and what it gives for words of 32 bits
    ("unsigned f(unsigned a, unsigned b) { return (a & b) + ((a ^ b) >> 1); }", lambda a, b: (a + b) >> 1),
    ("int f(int x, int y) { if (x < y) return x; return y; }", lambda x, y: min(signed(x), signed(y))),
    ("int f(int x, int lo) { return x < lo ? lo : x > 9 ? 9 : x; }",
     lambda x, lo: signed(lo) if signed(x) < signed(lo) else min(9, signed(x))),
    ("unsigned f(unsigned x) { unsigned n = 0; while (x) { n += x & 1; x >>= 1; } return n; }",
     lambda x: x.bit_count()),
    ("unsigned f(unsigned x) { unsigned r = 0; for (int i = 0; i < 32; i++) { r = r << 1 | (x & 1); x >>= 1; }"
     " return r; }", lambda x: int(f"{x:032b}"[::-1], 2)),
    ("unsigned f(unsigned x) { switch (x) { case 1: return 5; case 2: x = 9; case 3: return x; default: return 0; } }",
     lambda x: {1: 5, 2: 9, 3: 3}.get(x, 0)),
    ("unsigned f(unsigned x) { switch (x & 3) { case 0: case 1: x += 1; break; case 2: return 1; } return x; }",
     lambda x: 1 if x & 3 == 2 else x + (x & 3 < 2)),
    ("static unsigned g(unsigned x) { return x * 3; } unsigned f(unsigned x) { return g(x) + g(x + 1); }",
     lambda x: 6 * x + 3),
    ("static inline unsigned g(unsigned x) { if (x > 9) return 1; return x; }"
     " unsigned f(unsigned x) { return g(g(x)); }",
     lambda x: x if x < 10 else 1),
    ("static void swap(unsigned *a, unsigned *b) { unsigned t = *a; *a = *b; *b = t; }"
     " unsigned f(unsigned x, unsigned y) { swap(&x, &y); return x - y; }", lambda x, y: y - x),
    ("unsigned f(unsigned x) { return __builtin_popcount(x) + __builtin_bswap32(x); }",
     lambda x: x.bit_count() + int.from_bytes(x.to_bytes(4, "little"), "big")),
    ("unsigned f(unsigned x) { return (unsigned char)x + (unsigned)(signed char)x; }",
     lambda x: (x & 255) + signed(x & 255, 8)),
    ("unsigned f(unsigned x) { unsigned a[3]; a[0] = x; a[1] = 2; unsigned *p = a; p[2] = 3;"
     " return a[0] * a[2] + p[1]; }",
     lambda x: 3 * x + 2),
    ("unsigned f(unsigned x) { unsigned a[3] = {0}; a[1] = x; return a[0] + a[1] + a[2]; }", lambda x: x),
    ("struct P { unsigned a, b; };"
     " unsigned f(unsigned x) { struct P p = {x, 1}, q = p; q.b = 7; return q.a + q.b + p.b; }",
     lambda x: x + 8),
    ("struct P { unsigned a, b; }; static struct P g(unsigned x) { struct P p = {x, x + 1}; return p; }"
     " unsigned f(unsigned x) { struct P p = g(x); return p.a ^ p.b; }", lambda x: x ^ (x + 1) & U32),
    ("#include <string.h>\nunsigned f(unsigned x) { unsigned char b[4]; memcpy(b, &x, 4); return b[0] | b[3] << 8; }",
     lambda x: x & 255 | x >> 24 << 8),
    ("static const unsigned char t[4] = {3, 1, 4, 1}; unsigned f(unsigned x) { return t[x & 3]; }",
     lambda x: (3, 1, 4, 1)[x & 3]),
    ("#include <stdbool.h>\nbool g(bool a, bool b) { bool c = a && !b; return c; }"
     " unsigned f(unsigned x) { return g(x & 1, x & 2); }", lambda x: x & 3 == 1),
    ("unsigned f(unsigned x) { for (unsigned i = 0; i < 8; i++) { for (unsigned j = 0; j < 4; j++) {"
     " if (x == i * 4 + j) return j; } } return 9; }", lambda x: x % 4 if x < 32 else 9),
    ("unsigned f(unsigned x) { int i = 0; again: if (++i < 5) { x += i; goto again; } return x; }", lambda x: x + 10),
    ("unsigned long long g(unsigned long long x) { return x * x; } unsigned f(unsigned x) { return g(x) >> 32; }",
     lambda x: x * x >> 32),
    ("unsigned f(unsigned c, unsigned x, unsigned y) { unsigned *p = c ? &x : &y; return *p; }",
     lambda c, x, y: x if c else y),
    ("unsigned f(unsigned x) { return __builtin_constant_p(x) ? x + x : 2 * x; }", lambda x: 2 * x),
    ("enum E { A, B = 5 }; unsigned f(unsigned x) { return (enum E)x == B ? 1 : 2; }", lambda x: 1 if x == 5 else 2),
]  # fmt: skip


@pytest.mark.parametrize("text, expected", SAME)
def test_c_is_what_the_language_says(tmp_path, text, expected):
    function = lift(f"{write(tmp_path, text)}:f")
    for given in words(len(function.parameters)):
        outcome = run(function, {p.value: word for p, word in zip(function.parameters, given)})
        assert not outcome.ub and outcome.domain
        assert outcome.results[0] is None or outcome.results[0] == expected(*given) & U32, given


def test_a_single_function_needs_no_name_and_may_be_static(tmp_path):
    assert lift(write(tmp_path, "static int only(int x) { return x; }")).name == "only"


@pytest.mark.parametrize("suffix", [".c", ".h", ".cc", ".cpp", ".cxx", ".hpp"])
def test_the_suffix_says_the_language(tmp_path, suffix):
    text = "static unsigned f(unsigned x) { return sizeof('a') + x; }"
    function = lift(write(tmp_path, text, f"f{suffix}"))
    size = 4 if suffix in (".c", ".h") else 1
    assert run(function, {function.parameters[0].value: 0}).results == (size,)


# --- what is undefined stays so ---------------------------------------------------------------------------------------

WRONG = [  # old, and new, which is wrong only because of what is undefined in it
    ("int f(int x) { return 0; }", "int f(int x) { int t = 1 / x; return 0; }"),
    ("int f(int x) { return 1; }", "int f(int x) { return x + 1 > x; }"),
    ("int f(int x) { return 0; }", "static int g(int x) { return 0; } int f(int x) { return g(x + 1); }"),
    ("int f(int x) { return x; }", "int f(int x) { int r; if (x != 3) r = x; return r; }"),
    ("int f(int x) { return 5; }", "int f(int x) { int r; if (x) r = 5; return r; }"),
    ("int f(int x) { return x; }", "int f(int x) { int r = x; { int s; r = s; } return r; }"),
    ("int f(int x) { return x; }", "int f(int x) { if (x == 7) __builtin_unreachable(); return x; }"),
    ("int f(int x) { return x << 3 >> 3 == x; }", "int f(int x) { return 1; }"),
    ("int f(int x) { return x; }", "int f(int x) { for (int i = 0; i < 2; i++) { int a; if (!i) a = x; else x = a; }"
     " return x; }"),
]  # fmt: skip
RIGHT = [
    ("int f(int x) { return x + 1 > x; }", "int f(int x) { return 1; }"),
    ("int f(int x) { int t = 1 / x; return x; }", "int f(int x) { return x; }"),
    ("int f(int x) { int r; if (x) r = 5; return r; }", "int f(int x) { return 5; }"),
    ("int f(int x) { int r; return r; }", "int f(int x) { return 9; }"),
]


@pytest.mark.parametrize("old, new", WRONG)
def test_what_only_undefined_behaviour_makes_wrong_is_refuted(tmp_path, old, new):
    verdict = verify(f"{write(tmp_path, old, 'old.c')}:f", f"{write(tmp_path, new, 'new.c')}:f")
    assert verdict.status == "refuted", verdict


@pytest.mark.parametrize("old, new", RIGHT)
def test_what_undefined_behaviour_allows_is_proved(tmp_path, old, new):
    verdict = verify(f"{write(tmp_path, old, 'old.c')}:f", f"{write(tmp_path, new, 'new.c')}:f")
    assert verdict.status == "proved", verdict


def test_wrapping_is_a_flag(tmp_path):
    one = write(tmp_path, "int f(int x) { return 1; }", "one.c")
    more = write(tmp_path, "int f(int x) { return x + 1 > x; }", "more.c")
    assert verify(str(more), str(one)).status == "proved"
    assert verify(str(more), str(one), cflags="-fwrapv").status == "refuted"


def test_what_aborts_is_outside_the_domain(tmp_path):
    text = "#include <assert.h>\n#include <stdlib.h>\nint f(int x) { assert(x != 4); if (x == 5) abort(); return x; }"
    function = lift(write(tmp_path, text))
    (x,) = function.parameters
    assert [run(function, {x.value: word}).domain for word in (3, 4, 5)] == [True, False, False]
    assert "inputs for which f aborts are outside its domain" in function.remarks


# --- memory -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, line", [
    ("int f(int x) {\n  int a[2] = {1, 2};\n  a[2] = x;\n  return a[0]; }", 2),  # a store that SROA would drop
    ("int f(int x) {\n  int a[2] = {x, 2};\n  int *p = a;\n  return p[2]; }", 2),
    ("int f(int x) {\n  volatile int y = x;\n  return y; }", 2),
    ("int f(int *p) {\n  return *p; }", 1),
    ("int y;\nint f(int x) {\n  return x + y; }", 3),
    ("float f(float x) {\n  return x; }", 1),
    ("int g(int);\nint f(int x) {\n  return\n    g(x); }", 4),
    ("#include <stdint.h>\nuint32_t f(uint32_t x) {\n  union { uint32_t u; uint16_t h[2]; } v;\n"
     "  v.u = x; v.h[0] ^= 1; return v.h[1]; }", 3),  # poison in one half would be poison in the other
    ("int f(int x) {\n  return x ? f(x - 1) : 0; }", 2),
    ("int f(int x) {\n  __asm__(\"\" : \"+r\"(x));\n  return x; }", 2),
])  # fmt: skip
def test_what_stays_in_memory_or_cannot_be_known_is_refused_with_its_line(tmp_path, text, line):
    path = write(tmp_path, text)
    with pytest.raises(PrimirError) as caught:
        lift(f"{path}:f")
    assert (caught.value.place.file, caught.value.place.line) == (str(path), line)
    assert caught.value.place.text == text.split("\n")[line - 1]


# --- names and types --------------------------------------------------------------------------------------------------

OVERLOADS = """
namespace ns { int f(int x) { return 1; } int f(unsigned x) { return 2; } }
namespace ns { struct S { static int g(long x) { return 3; } }; }
static int f(char x) { return 4; }
template <class T> T twice(T x) { return x + x; }
template int twice<int>(int);
extern "C" int plain(int x) { return 5; }
namespace { int hidden(short x) { return 6; } }
"""


@pytest.mark.parametrize("name, value", [
    ("ns::f(int)", 1), ("ns::f(unsigned)", 2), ("ns::f(unsigned int)", 2), ("f(unsigned)", 2), ("f(char)", 4),
    ("_ZN2ns1fEi", 1), ("_ZN2ns1fEj", 2), ("ns::S::g", 3), ("S::g", 3), ("g", 3), ("g(long)", 3), ("plain", 5),
    ("hidden", 6),
])  # fmt: skip
def test_names_of_cpp(tmp_path, name, value):
    function = lift(f"{write(tmp_path, OVERLOADS, 'f.cpp')}:{name}")
    assert run(function, {function.parameters[0].value: 0}).results == (value,)


def test_several_functions_of_a_name_are_listed(tmp_path):
    path = write(tmp_path, OVERLOADS, "f.cpp")
    with pytest.raises(PrimirError, match="3 functions are called f") as caught:
        lift(f"{path}:f")
    assert caught.value.hint == "name one: ns::f(int), ns::f(unsigned int), f(char)"
    with pytest.raises(PrimirError, match="this file defines 7 functions"):
        lift(path)


def test_types_have_the_signs_of_the_source(tmp_path):
    text = """#include <stdint.h>
    #include <stdbool.h>
    typedef int32_t mine;
    bool f(int a, uint32_t b, signed char c, unsigned char d, long e, uint64_t g, bool h, const mine i, short j)
    { return a; }
    unsigned short g(void) { return 1; }"""
    function = lift(f"{write(tmp_path, text)}:f")
    assert [str(p.type) for p in function.parameters] == "i32 u32 i8 u8 i64 u64 bool i32 i16".split()
    assert [p.name for p in function.parameters] == list("abcdeghij")
    assert [str(r.type) for r in function.results] == ["bool"]
    assert str(lift(f"{tmp_path / 'f.c'}:g").results[0].type) == "u16"


def test_the_machine_is_said(tmp_path):
    path = write(tmp_path, "long f(long x) { return x; }")
    target = lift(path).target
    assert target.triple.split("-")[0] in ("x86_64", "aarch64", "arm64")
    assert dict(target.widths) == {"short": 16, "int": 32, "long": 64, "long long": 64, "pointer": 64}
    done = subprocess.run([sys.executable, "-m", "primir", "lift", path, "--format", "json"], capture_output=True)
    assert json.loads(done.stdout)["target"] == {"triple": target.triple, **dict(target.widths)}


# --- flags ------------------------------------------------------------------------------------------------------------


def test_flags_go_to_the_compiler(tmp_path):
    (tmp_path / "inc").mkdir()
    write(tmp_path / "inc", "#define M 3\n", "m.h")
    path = write(tmp_path, '#include "m.h"\nint f(int x) { return M + N; }')
    function = lift(path, cflags=f"-I{tmp_path}/inc '-DN=(4)'")
    assert run(function, {function.parameters[0].value: 0}).results == (7,)
    assert lift(path, cflags=[f"-I{tmp_path}/inc", "-DN=4"]) == function
    with pytest.raises(PrimirError, match="no closing quotation"):
        lift(path, cflags="'-DN")


def test_compile_commands_are_found_above_the_file(tmp_path):
    for name in ("src", "inc", "build"):
        (tmp_path / name).mkdir()
    write(tmp_path / "inc", "#define M 3\n", "m.h")
    path = write(tmp_path / "src", '#include "m.h"\nint f(int x) { return M + N; }')
    command = "/usr/bin/cc -c -O3 -MD -Wall -I ../inc -DN=40 -fPIC -std=c99 -o f.o ../src/f.c"
    entry = {"directory": str(tmp_path / "build"), "file": "../src/f.c", "command": command}
    (tmp_path / "build" / "compile_commands.json").write_text(json.dumps([{"file": "g.c", "command": "cc"}, entry]))
    function = lift(path)
    assert run(function, {function.parameters[0].value: 0}).results == (43,)
    assert function.remarks[0].endswith("-I " + str(tmp_path / "build" / "../inc") + " -DN=40 -std=c99")
    (tmp_path / "build" / "compile_commands.json").write_text("{")
    with pytest.raises(PrimirError, match="this compile_commands.json cannot be read"):
        lift(path)


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, place, message", [
    ("int f(int x) {\n\treturn y;\n}", (2, 9), "undeclared identifier 'y'"),
    ("#include \"nowhere.h\"\nint f(int x) { return x; }", (1, 10), "'nowhere.h' file not found"),
])  # fmt: skip
def test_what_does_not_compile_has_its_place(tmp_path, text, place, message):
    path = write(tmp_path, text)
    with pytest.raises(PrimirError, match=message) as caught:
        lift(f"{path}:f")
    assert (caught.value.place.file, caught.value.place.line, caught.value.place.column) == (str(path), *place)


def test_a_name_that_is_not_there(tmp_path):
    path = write(tmp_path, "int g(int);\nint clamp(int x) { return g(x); }\nint other(int x) { return x; }")
    with pytest.raises(PrimirError, match="there is no function clmp") as caught:
        lift(f"{path}:clmp")
    assert caught.value.hint == "did you mean clamp?"
    with pytest.raises(PrimirError, match="g is declared here, but not defined"):
        lift(f"{path}:g")
    with pytest.raises(PrimirError, match="this file defines no function"):
        lift(write(tmp_path, "int x;", "empty.c"))


@pytest.fixture
def no_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    for variable in ("CC", "CXX"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setitem(sys.modules, "ziglang", None)  # as if it were not installed


def test_without_a_compiler_it_says_what_to_install(tmp_path, no_compiler):
    with pytest.raises(PrimirError, match="there is no compiler for C") as caught:
        lift(write(tmp_path, "int f(int x) { return x; }"))
    assert caught.value.hint == "pip install 'primir[c]', or install clang 14 to 22"


def fake(folder, name, said):
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{said}'\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("said, taken", [("clang version 19.1.7", True), ("Ubuntu clang version 14.0.0-1", True),
                                         ("Apple clang version 26.0", True), ("clang version 99.0", False),
                                         ("clang version 9.0", False), ("cc (Debian 12.2) 12.2.0", False)])
def test_cc_is_used_if_it_is_a_clang_that_we_read(tmp_path, no_compiler, monkeypatch, said, taken):
    monkeypatch.setenv("CC", fake(tmp_path, "mycc", said) + " -m64")
    if taken:
        assert find_clang().command == (str(tmp_path / "mycc"), "-m64")
    else:
        with pytest.raises(PrimirError, match="no compiler"):
            find_clang()


def test_the_newest_clang_on_the_path_is_used(tmp_path, no_compiler, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    fake(tmp_path, "clang", "clang version 99.0")
    fake(tmp_path, "clang-14", "clang version 14.0.6")
    fake(tmp_path, "clang-19", "clang version 19.1.7")
    assert find_clang().command == (str(tmp_path / "clang-19"),)


def test_ziglang_is_used_where_there_is_no_clang(tmp_path, monkeypatch):
    if clang.zig_binary() is None:
        pytest.skip("ziglang is not installed")
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    text = "#include <assert.h>\n#include <stdint.h>\nint32_t f(int32_t x) { assert(x); return x + 1; }"
    assert find_clang().zig
    function = lift(write(tmp_path, text))
    (x,) = function.parameters
    assert not run(function, {x.value: 0}).domain  # zig alone would define NDEBUG
    assert run(function, {x.value: 0x7FFFFFFF}).results == (None,)  # and trap on overflow
    cpp = write(tmp_path, "#include <algorithm>\nint f(int x) { return std::max(x, 3); }", "f.cpp")
    assert run(lift(f"{cpp}:f"), {}).results == (3,)


# --- limits -----------------------------------------------------------------------------------------------------------


def test_a_compiler_that_hangs_is_killed_with_what_it_started(tmp_path):
    script = fake(tmp_path, "slow", "x")
    marker = tmp_path / "alive"
    (tmp_path / "slow").write_text(f"#!/bin/sh\n(sleep 1; touch {marker}) &\nsleep 60\n")
    with pytest.raises(PrimirError, match="slow did not end within 0.5 s"):
        compiler.run([script], {}, 0.5, None)
    import time

    time.sleep(1.2)
    assert not marker.exists()


@pytest.mark.parametrize("text, message", [
    ("int f(int x) { return " + " + ".join(["x"] * 9000) + "; }", "f has 18,00. instructions"),
    ("int f(int x) { return " + "(" * 20000 + "x" + ")" * 20000 + "; }", "this does not compile: bracket nesting"),
    ("".join(f"#define A{i} {' + '.join([f'A{i - 1}' if i else 'x'] * 4)}\n" for i in range(7))
     + "int f(int x) { return A6; }", "f has [0-9,]* instructions"),
    ("".join(f"static int g{i}(int x) {{ return g{i - 1}(x) + g{i - 1}(x + 1); }}\n" if i else
             "static int g0(int x) { return x; }\n" for i in range(24)) + "int f(int x) { return g23(x); }",
     r"a call of @g\d+ cannot be lifted"),
    ("#include __FILE__\nint f(int x) { return x; }", "this does not compile"),
])  # fmt: skip
def test_what_explodes_is_refused(tmp_path, text, message):
    with pytest.raises(PrimirError, match=message) as caught:
        lift(f"{write(tmp_path, text)}:f")
    assert caught.value.place.file is not None


def test_source_is_compiled_and_not_run(tmp_path):
    marker = tmp_path / "ran"
    text = f'#include <stdlib.h>\n__attribute__((constructor)) void g(void) {{ system("touch {marker}"); }}\n'
    lift(f"{write(tmp_path, text + 'int f(int x) { return x; }')}:f")
    assert not marker.exists()


def test_names_of_files_and_folders_may_be_strange(tmp_path, monkeypatch):
    folder = tmp_path / "a b; $(touch x)"
    folder.mkdir()
    path = write(folder, "int f(int x) { return x; }", "-g's.c")
    assert lift(str(path)).name == "f"
    monkeypatch.chdir(folder)
    assert lift("./-g's.c").name == "f"
    assert not os.path.exists("x")
    assert compile_c(path).language == "C"


def test_slices_of_c_have_its_lines(tmp_path):
    path = write(tmp_path, "#include <stdlib.h>\nint t[9];"
                 "\nvoid g(int *p, int x) {\n  t[x & 7] = *p + 1;\n}\nint f(int x) {\n  return x * 3; }")
    done = [sys.executable, "-m", "primir", "lift", "--slices", "--format", "json"]
    found = json.loads(subprocess.run([*done, path], capture_output=True).stdout)["slices"]
    assert {each["line"] for each in found} == {4, 7}
    found = json.loads(subprocess.run([*done, f"{path}:f"], capture_output=True).stdout)["slices"]
    assert {each["line"] for each in found} == {7}


# --- slices -----------------------------------------------------------------------------------------------------------

SLICED = """#include <stddef.h>
static int hash(const char *text, size_t length, int seed) {
  int value = seed;
  for (size_t i = 0; i < length; i++)
    value = value * 31 + text[i];
  return value ^ length >> 1;
}
int (*pick)(const char *, size_t, int) = hash;
"""


def test_the_slices_of_a_file_have_its_names_and_lines(tmp_path):
    found = slice_source(str(write(tmp_path, SLICED)), 20)
    lines = sorted((each.place.line, each.kind, print_shared(each.canonical)) for each in found.slices)
    assert [(line, kind) for line, kind, _ in lines] == [
        (4, "branched"), (4, "carried"), (5, "carried"), (6, "returned")]
    assert {leaf.data for each in found.slices for leaf in leaves([each.value])} == {
        "i", "length", "value", "arrayidx", "seed"} - {"seed"}
    assert (found.lines, found.functions) == (8, ("hash",))
    assert {each.place.file for each in found.slices} == {str(tmp_path / "f.c")}


def test_slices_of_cpp_are_asked_for_by_the_name_in_the_source(tmp_path):
    text = "#include <exception>\nnamespace ns { struct S { int a; int twice(int b) { return a * 2 + b; } }; }\n" \
           "struct E : std::exception { };\nint g(ns::S &s) { if (s.a > 9) throw E(); return s.twice(3) + 1; }\n"
    file = write(tmp_path, text, "f.cpp")
    (each,) = slice_source(f"{file}:ns::S::twice", 20).slices
    assert (each.within, each.kind, each.place.line) == ("ns::S::twice", "returned", 2)
    assert {each.kind for each in slice_source(f"{file}:g", 20).slices} == {"branched", "returned"}
    with pytest.raises(PrimirError, match="there is no function h"):
        slice_source(f"{file}:h", 20)


def test_the_command_takes_flags_for_slices(tmp_path, capsys):
    from primir.cli import run as command

    file = write(tmp_path, "int f(int x) { return x * FACTOR; }")
    assert command(["lift", str(file), "--slices", "--cflags", "-DFACTOR=3"]) == 0
    assert capsys.readouterr().out == f"{file}:1:16: returned in f: (mul %x 3:32)\n"
