"""Rust lifted is what a release build does; what panics is outside the domain; mistakes have their place."""

import random

import pytest
from primir.api import lift, verify
from primir.ir.errors import PrimirError
from primir.ir.evaluate import run
from primir.lift.compiled.rust import working_rustc

U32 = (1 << 32) - 1

needs_rustc = pytest.mark.skipif(working_rustc() is None, reason="there is no rustc on PATH that runs")


@pytest.fixture(autouse=True)
def no_flags(monkeypatch):
    monkeypatch.delenv("RUSTFLAGS", raising=False)


def write(folder, text, name="f.rs"):
    path = folder / name
    path.write_text(text)
    return path


def signed(word):
    return word - (1 << 32) if word >> 31 else word


SAME = [  # the function f, and what it gives for words of 32 bits, None where it panics
    ("fn f(a: u32, b: u32) -> u32 { (a & b) + ((a ^ b) >> 1) }", lambda a, b: a + b >> 1),
    ("fn f(a: u32, b: u32) -> u32 { a + b * 3 }", lambda a, b: a + b * 3),  # wraps
    ("fn f(a: i32, b: i32) -> i32 { if b == -1 { return 0; } a / b }",
     lambda a, b: None if b == 0 else 0 if b == U32 else
     abs(signed(a)) // abs(signed(b)) * (1 if (signed(a) < 0) == (signed(b) < 0) else -1)),
    ("fn f(a: u32, b: u32) -> u32 { a % b }", lambda a, b: a % b if b else None),
    ("fn f(x: i32, lo: i32, hi: i32) -> i32 { x.max(lo).min(hi) }",
     lambda x, lo, hi: min(max(signed(x), signed(lo)), signed(hi))),
    ("fn f(x: i32) -> i32 { x.abs().rotate_left(3) }", lambda x: (abs(signed(x)) << 3 | abs(signed(x)) >> 29)),
    ("fn f(mut x: u32) -> u32 { let mut n = 0; while x != 0 { n += x & 1; x >>= 1; } n }", lambda x: x.bit_count()),
    ("fn f(x: u32) -> u32 { let mut s = 0; for i in 0..10u32 { s += i * x; } s }", lambda x: 45 * x),
    ("fn f(x: u32) -> u32 { match x & 15 { 0 => 3, 1..=5 => 7, n if n == 9 => 1, n => n } }",
     lambda x: {0: 3, **dict.fromkeys(range(1, 6), 7), 9: 1}.get(x & 15, x & 15)),
    ("fn g(x: u32) -> u32 { x ^ 1 } fn f(x: u32) -> u32 { g(g(x)) + g(x) }", lambda x: x + (x ^ 1)),
    ("fn swap(a: &mut u32, b: &mut u32) { let t = *a; *a = *b; *b = t; }"
     " fn f(mut x: u32, mut y: u32) -> u32 { swap(&mut x, &mut y); x.wrapping_sub(y) }", lambda x, y: y - x),
    ("fn f(x: u32) -> u32 { x.count_ones() + x.leading_zeros() + x.swap_bytes() }",
     lambda x: x.bit_count() + 32 - x.bit_length() + int.from_bytes(x.to_bytes(4, "little"), "big")),
    ("fn f(a: u32, b: u32) -> u32 { let (s, o) = a.overflowing_add(b); if o { 1 } else { s } }",
     lambda a, b: 1 if a + b > U32 else a + b),
    ("fn f(a: u32, b: u32) -> u32 { a.saturating_sub(b) }", lambda a, b: max(a - b, 0)),
    ("struct P { a: u32, b: u32 } fn f(x: u32) -> u32 { let p = P { a: x, b: 1 }; let q = p; q.a - q.b }",
     lambda x: x - 1),
    ("fn f(a: u32, b: u32) -> u32 { match a.checked_add(b) { Some(x) => x, None => 7 } }",
     lambda a, b: 7 if a + b > U32 else a + b),
    ("enum E { A, B(u32) } fn f(x: u32) -> u32 { let e = if x > 3 { E::A } else { E::B(x) };"
     " match e { E::A => 9, E::B(y) => y } }", lambda x: 9 if x > 3 else x),
    ("fn f(x: u32) -> u32 { x.pow(3) }", lambda x: x ** 3),
    ("fn f(x: u32) -> u32 { assert!(x < 9); x }", lambda x: x if x < 9 else None),
    ("fn f(x: u32) -> u32 { (x as u8 as i8 as i32) as u32 }", lambda x: (x & 255) - 256 * (x >> 7 & 1)),
]  # fmt: skip


@needs_rustc
@pytest.mark.parametrize("text, expected", SAME)
def test_rust_is_what_a_release_build_does(tmp_path, text, expected):
    function = lift(f"{write(tmp_path, text)}:f")
    source = random.Random(11)
    corners = [0, 1, 2, 9, 31, 0x7FFFFFFF, 0x80000000, U32]
    for _ in range(60):
        given = [source.choice([source.choice(corners), source.getrandbits(32)]) for _ in function.parameters]
        outcome = run(function, {p.value: word for p, word in zip(function.parameters, given)})
        wanted = expected(*given)
        assert outcome.domain == (wanted is not None), given
        if wanted is not None:
            assert not outcome.ub and outcome.results == (wanted & U32,), given


@needs_rustc
def test_panics_are_outside_the_domain_and_said_to_be(tmp_path):
    path = write(tmp_path, "fn f(x: u32) -> u32 { 7 / x }")
    assert lift(path).remarks == ("inputs for which f::f panics are outside its domain",)
    assert lift(write(tmp_path, "fn f(x: u32) -> u32 { x }")).remarks == ()


@needs_rustc
def test_overflow_panics_if_the_flags_say_so(tmp_path, monkeypatch):
    path = write(tmp_path, "fn f(x: u32) -> u32 { x + 1 }")
    assert run(lift(path), {lift(path).parameters[0].value: U32}).results == (0,)
    monkeypatch.setenv("RUSTFLAGS", "-C overflow-checks=on")
    function = lift(path)
    assert not run(function, {function.parameters[0].value: U32}).domain
    assert function.remarks[0] == "flags from RUSTFLAGS: -C overflow-checks=on"


NAMES = """
pub mod a { pub fn f(x: i64) -> i64 { 1 } pub mod b { pub fn f(x: i64) -> i64 { 2 } } }
#[no_mangle] pub extern "C" fn plain(x: i64) -> i64 { 3 }
fn private(x: i64) -> i64 { 4 }
pub struct S; impl S { pub fn new(x: i64) -> i64 { 5 } }
"""


@needs_rustc
@pytest.mark.parametrize("name, value", [("a::f", 1), ("a::b::f", 2), ("b::f", 2), ("plain", 3), ("private", 4),
                                         ("f::private", 4), ("new", 5)])
def test_names_of_rust(tmp_path, name, value):
    function = lift(f"{write(tmp_path, NAMES)}:{name}")
    assert run(function, {}).results == (value,)


@needs_rustc
def test_names_that_are_not_there_or_not_one(tmp_path):
    path = write(tmp_path, NAMES)
    with pytest.raises(PrimirError, match="2 functions are called f") as caught:
        lift(f"{path}:f")
    assert caught.value.hint == "name one: f::a::b::f, f::a::f"
    with pytest.raises(PrimirError, match="there is no function privat") as caught:
        lift(f"{path}:privat")
    assert caught.value.hint == "did you mean private?"


@needs_rustc
def test_types_and_the_machine(tmp_path):
    function = lift(write(tmp_path, "fn f(a: i8, b: u16, c: bool, d: usize, e: i128, g: char) -> i32 { a as i32 }"))
    assert [f"{p.name}: {p.type}" for p in function.parameters] == [
        "a: i8", "b: u16", "c: bool", "d: u64", "e: i128", "g: u32"]
    assert str(function.results[0].type) == "i32"
    assert all(parameter.noundef for parameter in function.parameters)
    assert dict(function.target.widths)["pointer"] == 64


@needs_rustc
@pytest.mark.parametrize("text, line, message", [
    ("fn f(x: u32) -> u32 {\n    y\n}", 2, "this does not compile: cannot find value `y`"),
    ("fn f(x: &u32) -> u32 {\n    *x\n}", 1, "a pointer cannot be lifted"),
    ("fn f(x: f32) -> f32 {\n    x\n}", 1, "the floating-point type float cannot be lifted"),
    ("fn f(x: u32) -> u32 {\n    let v = vec![x];\n    v[0]\n}", 2, "cannot be lifted"),
])  # fmt: skip
def test_mistakes_have_their_line(tmp_path, text, line, message):
    path = write(tmp_path, text)
    with pytest.raises(PrimirError, match=message) as caught:
        lift(path)
    assert (caught.value.place.file, caught.value.place.line) == (str(path), line)


@needs_rustc
def test_the_edition_is_that_of_the_package(tmp_path):
    path = write(tmp_path, "fn f(x: u32) -> u32 { let async = x; async }")  # a keyword from 2018 on
    with pytest.raises(PrimirError, match="this does not compile"):
        lift(path)
    write(tmp_path, '[package]\nname = "f"\nedition = "2015"\n', "Cargo.toml")
    assert lift(path).name == "f"


@needs_rustc
def test_padding_is_no_poison(tmp_path):
    path = write(tmp_path, "fn f(a: u32) -> Result<u32, u8> { if a > 3 { Ok(a) } else { Err(1) } }")
    function = lift(path)  # as one word of 64 bits, some of which nobody has written
    (a,) = function.parameters
    for choice in (0, 2**64 - 1):
        outcome = run(function, {a.value: 7, **dict.fromkeys(function.choices, choice)})
        assert not outcome.ub and outcome.results[0] >> 32 == 7 and outcome.results[0] & 255 == 0


@needs_rustc
def test_an_option_without_a_value(tmp_path):
    function = lift(write(tmp_path, "fn f(a: u32, b: u32) -> Option<u32> { a.checked_add(b) }"))
    a, b = function.parameters
    assert run(function, {a.value: 1, b.value: 2}).results == (1, 3)
    assert run(function, {a.value: U32, b.value: 2}).results[0] == 0


@needs_rustc
def test_unsafe_is_still_undefined(tmp_path):
    old = write(tmp_path, "fn f(x: u32) -> u32 { x + 1 }", "old.rs")
    new = write(tmp_path, "fn f(x: u32) -> u32 { unsafe { x.unchecked_add(1) } }", "new.rs")
    assert verify(str(old), str(new)).status == "refuted"
    assert verify(str(new), str(old)).status == "proved"


@needs_rustc
def test_rust_and_llvm_ir_of_the_same_are_proved_equal(tmp_path):
    new = write(tmp_path, "fn f(x: u32) -> bool { x & x.wrapping_sub(1) == 0 }")
    old = write(tmp_path, "define i1 @f(i32 noundef %x) {\n  %n = call i32 @llvm.ctpop.i32(i32 %x)\n"
                          "  %r = icmp ult i32 %n, 2\n  ret i1 %r\n}\ndeclare i32 @llvm.ctpop.i32(i32)\n", "f.ll")
    assert verify(str(old), str(new)).status == "proved"


def test_without_rustc_it_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PrimirError, match="there is no compiler for Rust") as caught:
        lift(write(tmp_path, "fn f(x: u32) -> u32 { x }"))
    assert "install rustc" in caught.value.hint
