"""Sketches in a .spec: what holes are read as, and what is said of those that mean nothing."""

import pickle

import pytest
from primir.ir.errors import PrimirError
from primir.lift.sketch import ARGUMENTS, LARGEST
from primir.lift.speclang.front import parse_specs

HEADER = "spec f(x: u32, y: u32, s: i32, a: u8, p: bool) -> {}\nensures result == {}\n"
SOME = {"u32": "x", "u8": "a", "bool": "p", "i32": "s"}


def sketch_of(text, type_="u32"):
    (spec,) = parse_specs(f"{HEADER.format(type_, SOME[type_])}sketch result = {text}\n")
    return spec.sketch


@pytest.mark.parametrize("text, type_, holes", [
    ("??", "u32", ["constant u32"]),
    ("x >> ??", "u32", ["constant u32"]),
    ("a + u8(x >> ??)", "u8", ["constant u32"]),
    ("u32(u8(??))", "u32", ["constant u8"]),
    ("?? < x", "bool", ["constant u32"]),
    ("s * -??", "i32", ["constant i32"]),
    ("min(s, ??)", "i32", ["constant i32"]),
    ("?? if p else x", "u32", ["constant u32"]),
    ("x if ?? else y", "u32", ["constant bool"]),
    ("not ??", "bool", ["constant bool"]),
    ("x + ??c << ??c", "u32", ["constant u32"]),
    ("(x + ??) * (y + ??)", "u32", ["constant u32", "constant u32"]),
    ("x ?? y", "u32", ["operation u32"]),
    ("x??y", "u32", ["error"]),  # ??y is a name
    ("x ?? y ?? ??", "u32", ["operation u32", "constant u32", "operation u32"]),
    ("x ?? (y)", "u32", ["operation u32"]),
    ("?? ?? (y)", "u32", ["constant u32", "operation u32"]),
    ("x ??op y ??op x", "u32", ["operation u32"]),
    ("p ?? (x < y)", "bool", ["operation bool"]),
    ("??(x, y)", "u32", ["expression u32"]),
    ("??(x) ?? ??(y, 3)", "u32", ["expression u32", "expression u32", "operation u32"]),
    ("??(x ?? y, ??)", "u32", ["operation u32", "constant u32", "expression u32"]),
    ("??g(x) + ??g(y)", "u32", ["expression u32"]),
    ("??(u32(a), x)", "u32", ["expression u32"]),
    ("u32(??(a))", "u32", ["error"]),
    ("choose(x, y, x + y)", "u32", ["choice u32"]),
    ("choose(1, 2) + x", "u32", ["choice u32"]),
    ("choose(x, choose(y, ??))", "u32", ["choice u32", "choice u32", "constant u32"]),
])
def test_reads(text, type_, holes):
    if holes == ["error"]:
        with pytest.raises(PrimirError):
            sketch_of(text, type_)
    else:
        assert [f"{hole.kind} {hole.type}" for hole in sketch_of(text, type_).holes] == holes


@pytest.mark.parametrize("text, brackets", [
    ("x ?? y * 2", "(x ?? y) * 2"),
    ("x * y ?? 2", "x * (y ?? 2)"),
    ("-x ?? y", "(-x) ?? y"),
    ("x ??a y ??b 2", "(x ??a y) ??b 2"),
])
def test_binds_tightest(text, brackets):
    assert sketch_of(text).results == sketch_of(brackets).results


@pytest.mark.parametrize("line, column, message, hint", [
    ("sketch result == x", 15, "`==` is unexpected", "expected `=`"),
    ("sketch = x", 8, "`=` is unexpected", "a name"),
    ("sketch result", 14, "the line ends too early", "`=`"),
    ("sketch result =", 16, "the line ends too early", "a value"),
    ("sketch other = x", 8, "other is no result", "called result"),
    ("sketch result = a", 17, "result is u32, and a is u8", "u32(a)"),
    ("sketch result = result + ??", 17, "a sketch is made of the inputs", ""),
    ("sketch result = x + ??(result)", 17, "a sketch is made of the inputs", ""),
    ("sketch result = u32(?? < ??)", 21, "nothing tells the type of ??", "u32(??)"),
    ("sketch result = u32(??(3) == 2)", 21, "nothing tells the type of ??(3)", "u32(??(3))"),
    ("sketch result = ??()", 17, "??() is over 0 values", "give it 1 to 8"),
    ("sketch result = ??(x, a)", 23, "??(x, a) is u32 here, and a is u8", "u32(a)"),
    (f"sketch result = ??({', '.join(['x'] * (ARGUMENTS + 1))})", 17, "is over 9 values", ""),
    ("sketch result = x ?? a", 19, "x: u32 and a: u8 have different types", ""),
    ("sketch result = x + ??c if p ?? ??c else y", 21, "??c is another hole before: a constant of type bool", "name"),
    ("sketch result = x ??c ??c", 19, "??c is another hole before: a constant of type u32", ""),
    ("sketch result = ??g(x) + ??g(x, y)", 26, "??g is another hole before: an expression of type u32", ""),
    ("sketch result = choose()", 17, "nothing tells the type of choose()", ""),
    ("sketch result = u32(choose(1, 2) < choose(1, 3))", 21, "nothing tells the type of choose(1, 2)", "u32(1)"),
    ("sketch result = choose(x, a)", 27, "x: u32 and a: u8 have different types", ""),
    (f"sketch result = choose({', '.join(['x'] * (LARGEST + 1))})", 17, "has 33 alternatives", "1 to 32"),
    (f"sketch result = {' + '.join(['??'] * (LARGEST + 1))}", 177, "more than 32 holes", ""),
    ("sketch result = ???", 19, "`?` has no meaning", "a if c else b"),
    ("sketch result = x ??", 21, "the line ends too early", "a value"),
    ("sketch result = ?? x", 20, "`x` is unexpected", "an operator"),
    ("sketch result = x / (?? - ??) if 1 else x", 34, "1 is a number", "True or False"),
    ("let sketch = x", 5, "`sketch` is a reserved word", ""),
    ("sketch result = x\nsketch result = y", 8, "the sketch of result stands here a second time", ""),
    ("sketch result = x\nlet n = x + ??", 13, "a hole stands in a sketch alone", ""),
    ("def g(v: u32) -> u32 = v + ??", 28, "a hole stands in a sketch alone", ""),
    ("example f(??, 1, 1, 1, True) == 1", 11, "a hole stands in a sketch alone", ""),
])
def test_says_what_is_wrong(line, column, message, hint):
    with pytest.raises(PrimirError) as raised:
        parse_specs(f"{HEADER.format('u32', 'x')}{line}\n")
    error = raised.value
    assert message in error.message and hint in (error.hint or "")
    assert (error.place.line, error.place.column) == (3 + line.count("\n"), column), error


def test_all_results_have_a_sketch_or_none():
    with pytest.raises(PrimirError, match="there is no sketch of r") as raised:
        parse_specs("spec f(x: u8) -> (q: u8, r: u8)\n  ensures q == x and r == x\n  sketch q = x ?? 1\n")
    assert raised.value.place.line == 1


def test_choose_is_a_name_like_any_other():
    (spec,) = parse_specs("spec f(x: u8) -> u8\n  def choose(v: u8) -> u8 = v\n  ensures result == choose(x)\n"
                          "  sketch result = choose(x)\n")
    assert not spec.sketch.holes and spec.sketch.results == (spec.parameters[0].value,)


def test_a_spec_with_a_sketch_goes_to_another_process():
    sketch = sketch_of("(x ?? y) + ??(x, y) if x > ?? else choose(x, y)")
    assert pickle.loads(pickle.dumps(sketch)) == sketch
