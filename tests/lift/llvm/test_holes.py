"""Sketches in LLVM IR, Python and C: which holes they have, and what is said of those that mean nothing."""

import os
import random
from pathlib import Path

import primir
import pytest
from mutations import mutated_text
from primir import choose, hole, u8, u16, u32, u64
from primir.ir.errors import PrimirError
from primir.lift.source import lift_source, with_sketch
from primir.lift.speclang.front import parse_specs

(SPEC,) = parse_specs("spec f(x: u32, y: u32) -> u32\n  ensures result == x\n")
DECLARED = """declare i32 @primir.hole(...)
declare i1 @primir.hole.i1()
declare i32 @primir.hole.i32(i32, i32)
declare i32 @primir.choose.i32(i32, ...)
declare i32 @primir.holes()
declare { i32, i32 } @primir.hole.pair()
declare void @primir.hole.nothing()
"""


def holes_of(source):
    return [f"{hole.kind} {hole.type} {hole.text}" for hole in with_sketch(SPEC, source).sketch.holes]


def llvm(tmp_path, body, more=""):
    path = tmp_path / "sketch.ll"
    lines = "\n".join(f"  {line}" for line in body.split("; "))
    path.write_text(f"{DECLARED}define i32 @f(i32 %x, i32 %y) {{\n{lines}\n}}\n{more}")
    return f"{path}:f"


@pytest.mark.parametrize("body, holes", [
    ("%h = call i32 (...) @primir.hole(); ret i32 %h", ["constant u32 @primir.hole()"]),
    ("%h = call i1 @primir.hole.i1(); %r = select i1 %h, i32 %x, i32 %y; ret i32 %r",
     ["constant u1 @primir.hole.i1()"]),
    ("%h = call i32 @primir.hole.i32(i32 %x, i32 7); ret i32 %h", ["expression u32 @primir.hole.i32(x, 7)"]),
    ("%a = call i32 (...) @primir.hole(); %b = call i32 (...) @primir.hole(); %r = add i32 %a, %b; ret i32 %r",
     ["constant u32 @primir.hole()"] * 2),
    ("%r = call i32 (i32, ...) @primir.choose.i32(i32 %x, i32 %y); ret i32 %r",
     ["choice u32 @primir.choose.i32(x, y)"]),
    ("ret i32 %x", []),
])
def test_reads_llvm(tmp_path, body, holes):
    assert holes_of(llvm(tmp_path, body)) == holes


def test_a_call_is_one_hole_however_often_it_is_run(tmp_path):
    body = ("br label %l; l:; %s = phi i32 [%x, %0], [%t, %l]; %i = phi i32 [0, %0], [%j, %l]; "
            "%h = call i32 (...) @primir.hole(); %g = call i32 @g(i32 %s); %t = add i32 %g, %h; %j = add i32 %i, 1; "
            "%c = icmp ult i32 %j, 8; br i1 %c, label %l, label %e; e:; %r = call i32 @g(i32 %t); ret i32 %r")
    more = "define i32 @g(i32 %v) {\n  %k = call i32 (...) @primir.hole()\n  %w = xor i32 %v, %k\n  ret i32 %w\n}\n"
    assert holes_of(llvm(tmp_path, body, more)) == ["constant u32 @primir.hole()"] * 2


@pytest.mark.parametrize("body, line, message", [
    ("%h = call i32 @primir.holes(); ret i32 %h", 9, "a call of @primir.holes cannot be lifted"),
    ("%h = call i32 (...) @primir.hole(i8 3); ret i32 %h", 9, "not equally wide"),
    ("%h = call { i32, i32 } @primir.hole.pair(); ret i32 %x", 9, "is no integer"),
    ("call void @primir.hole.nothing(); ret i32 %x", 9, "the type void cannot be lifted"),
    ("%h = call i32 (i32, ...) @primir.choose.i32(i32 %x, i64 7); ret i32 %h", 9, "not equally wide"),
    ("%a = freeze i32 poison; ret i32 %a", None, "left open"),
])
def test_refuses_llvm(tmp_path, body, line, message):
    with pytest.raises(PrimirError) as raised:
        with_sketch(SPEC, llvm(tmp_path, body))
    assert message in raised.value.message and raised.value.place.file, raised.value
    assert raised.value.place.line == line


def test_a_hole_is_nothing_where_no_sketch_is_wanted(tmp_path):
    """Else a proof would take it for an input."""
    source = llvm(tmp_path, "%h = call i32 (...) @primir.hole(); ret i32 %h")
    with pytest.raises(PrimirError, match="a hole has no value"):
        primir.lift(constant)
    for call in (lambda: lift_source(source), lambda: primir.verify(source, source), lambda: primir.synthesize(source),
                 lambda: primir.lift(constant), lambda: primir.verify(constant, constant)):
        with pytest.raises(PrimirError) as raised:
            call()
        assert "hole" in raised.value.message and "--sketch" in raised.value.hint and raised.value.place.line


LOOP = """define i32 @f(i32 noundef %x, i32 %y) {
entry:
  br label %head
head:
  %i = phi i32 [0, %entry], [%n, %head]
  %s = phi i32 [%x, %entry], [%t, %head]
  %h = call i32 @primir.hole.i32(i32 %i, i32 %y)
  %t = add nuw i32 %s, %h
  %n = add i32 %i, 1
  %k = call i32 (i32, ...) @primir.choose.i32(i32 %n, i32 %t)
  %c = icmp ult i32 %k, 8
  br i1 %c, label %head, label %end
end:
  ret i32 %t
}
"""
NEARLY = [DECLARED + LOOP, (Path(__file__).parents[3] / "examples" / "average_sketch.ll").read_text()]


@pytest.mark.parametrize("count", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_mutated_sketches_are_read_or_refused(count, tmp_path):
    seed = int(os.environ.get("PRIMIR_SEED", random.randrange(1 << 30)))
    rng, path, read = random.Random(seed), tmp_path / "f.ll", 0
    for number in range(count):
        path.write_text(mutated_text(rng.choice(NEARLY), rng), errors="replace")
        try:
            read += with_sketch(SPEC, path).sketch is not None
        except PrimirError as error:
            if error.place.file != str(path):
                raise AssertionError(f"seed {seed}, file {number} has no place") from error
        except Exception as problem:
            raise AssertionError(f"seed {seed}, file {number}:\n{path.read_text()}") from problem
    assert read > 0


# --- Python -----------------------------------------------------------------------------------------------------------


def constant(x: u32, y: u32) -> u32:
    return x >> primir.hole()


def typed(x: u32, y: u32) -> u32:
    return u32(u64(x) * u64(hole()) >> hole()) + u8(hole())


def expression(x: u32, y: u32) -> u32:
    a = hole(x, y)
    return a + u16(hole(x, 7))


def bare(x: u32, y: u32) -> u32:
    return hole(x, y)


def alternatives(x: u32, y: u32) -> u32:
    return choose(x, y, x + 1) * choose(3, 5)


def loop(x: u32, y: u32) -> u32:
    for _ in range(4):
        x = x ^ x >> hole() & u32(hole())
    return x


def helper(v: u32) -> u32:
    return v * u32(hole())


def twice(x: u32, y: u32) -> u32:
    return helper(helper(x) ^ y)


@pytest.mark.parametrize("function, holes", [
    (constant, ["constant i64 primir.hole()"]),
    (typed, ["constant u64 hole()", "constant i64 hole()", "constant u8 hole()"]),
    (expression, ["expression u32 hole(x, y)", "expression u16 hole(x, 7)"]),
    (bare, ["expression u32 hole(x, y)"]),
    (alternatives, ["choice u64 choose(x, y, x + 1)", "choice u64 choose(3, 5)"]),
    (loop, ["constant i64 hole()", "constant u32 hole()"]),
    (twice, ["constant u32 hole()"]),
])
def test_reads_python(function, holes):
    assert sorted(holes_of(function)) == sorted(holes)
    places = [hole.place for hole in with_sketch(SPEC, function).sketch.holes]
    assert all(place.file == __file__ and place.text and "h" in place.text[place.column - 1:] for place in places)


def several(x: u32, y: u32) -> u32:
    return hole(x, u16(y))


def nothing_to_choose(x: u32, y: u32) -> u32:
    return choose() + x


def with_name(x: u32, y: u32) -> u32:
    return hole(x=3)


def as_value(x: u32, y: u32) -> u32:
    return x + hole


def narrow(x: u32) -> u32:
    return x + hole()


@pytest.mark.parametrize("function, message", [
    (several, "a hole over values of several types, u32 and u16"),
    (nothing_to_choose, "a choice among 0 values"),
    (with_name, "named or starred arguments"),
    (as_value, "`hole` is used as a value"),
    (narrow, "the sketch takes words of 32 bits"),
])
def test_refuses_python(function, message):
    with pytest.raises(PrimirError) as raised:
        with_sketch(SPEC, function)
    assert message in raised.value.message and raised.value.place.line, raised.value


def test_a_sketch_cannot_be_run():
    for call in (lambda: constant(1, 2), lambda: alternatives(1, 2)):
        with pytest.raises(PrimirError, match="a hole has no value"):
            call()


@pytest.mark.parametrize("sketch, message", [
    (SPEC, "a sketch is a function"),
    ("f.spec", "not named by a .spec file"),
    ("f.sl", "not named by a .sl file"),
])
def test_other_sources_are_no_sketches(tmp_path, sketch, message):
    if isinstance(sketch, str):
        (tmp_path / sketch).write_text("")
        sketch = str(tmp_path / sketch)
    with pytest.raises(PrimirError, match=message):
        with_sketch(SPEC, sketch)


@pytest.mark.parametrize("name, text, message", [
    ("f.sl", "(set-logic BV)\n(synth-fun f ((x (_ BitVec 32)) (y (_ BitVec 32))) (_ BitVec 32))\n(check-synth)\n",
     "a SyGuS file takes no sketch"),
])
def test_some_specs_take_no_sketch(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(PrimirError, match=message):
        primir.synthesize(str(tmp_path / name), sketch=constant)


def test_two_sketches_are_one_too_many():
    with pytest.raises(PrimirError, match="has a sketch of its own"):
        with_sketch(with_sketch(SPEC, constant), constant)
