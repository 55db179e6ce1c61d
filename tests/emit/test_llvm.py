"""LLVM IR: what is claimed, what is guarded, and that LLVM takes it."""

import llvmlite.binding as binding
import pytest
from primir.emit.llvm import module
from primir.ir.errors import PrimirError
from primir.ir.graph import CHOICE, FALSE, Function, Parameter, Result, apply, choose, const, leaf
from primir.ir.text import parse_functions
from primir.ir.types import Type


def text_of(graph, **options):
    (function,) = parse_functions(graph)
    text = module(function, **options)
    binding.parse_assembly(text).verify()
    return text


def body(text):
    return [line.strip() for line in text.split("{\n", 1)[1].split("\n}")[0].splitlines()]


def test_a_shift_by_a_small_constant_needs_no_guard():
    graph = "function f(%x: u32) -> u32\n  value (shl %x 3:32)"
    assert body(text_of(graph)) == body(text_of(graph, guards=False)) == ["%1 = shl i32 %x, 3", "ret i32 %1"]


@pytest.mark.parametrize("amount", ["(and %y 31)", "(urem %y 32)", "(lshr %y 27)", "(zext:32 (trunc:5 %y))"])
def test_a_shift_by_a_small_amount_needs_no_guard(amount):
    text = text_of(f"function f(%x: u32, %y: u32) -> u32\n  value (lshr %x {amount})")
    assert "select" not in text
    assert "shl i32 %x" not in text


@pytest.mark.parametrize("op", ["shl", "lshr", "ashr", "udiv", "sdiv", "urem", "srem"])
def test_a_guard_only_where_asked(op):
    graph = f"function f(%x: u32, %y: u32) -> u32\n  value ({op} %x %y)"
    assert "select" in text_of(graph)
    assert body(text_of(graph, guards=False)) == [f"%1 = {op} i32 %x, %y", "ret i32 %1"]


def test_a_signed_division_by_a_constant_has_one_case_or_none():
    assert "select" not in text_of("function f(%x: i32) -> i32\n  value (sdiv %x 10:32)")
    text = text_of("function f(%x: i32) -> i32\n  value (sdiv %x -1:32)")
    assert text.count("select") == 2  # the divisor, the result


def test_nothing_is_claimed():
    for flag in ("nsw", "nuw", "exact", "disjoint"):
        assert flag not in text_of("function f(%x: u8) -> u8\n  value (add (mul %x %x) (or (udiv %x 2) (shl %x 1)))")


def test_noundef_where_the_parameters_are():
    graph = "function f(%x: u32, %y?: u32) -> u32\n  value (add %x %y)"
    assert text_of(graph).startswith("define i32 @f(i32 noundef %x, i32 %y)")
    assert text_of(graph.replace("?", "")).startswith("define noundef i32 @f(i32 noundef %x, i32 noundef %y)")
    assert text_of(graph.replace("?", ""), noundef=False).startswith("define i32 @f(i32 %x, i32 %y)")


def test_results():
    assert "define void @f(i32 noundef %x) {\n  ret void" in text_of("function f(%x: u32)")
    assert "ret { i32, i1 } %" in text_of("function f(%x: u32) -> u32, bool\n  value %x\n  value (eq %x 0)")
    assert "ret i32 -1" in text_of("function f(%x: u32) -> u32\n  value 0xffffffff:32")
    assert "define noundef zeroext i1 @f" in text_of("function f(%x: u32) -> bool\n  value (eq %x 0)")
    assert "define noundef signext i7 @f" in text_of("function f(%x: i7) -> i7\n  value %x")


def test_odd_names_are_quoted():
    x = Parameter('a "b"\\é', Type(8))
    text = module(Function("odd name", (x,), (Result(Type(8), apply("not", x.value)),)))
    assert r'@"odd name"' in text
    assert r'%"a \22b\22\5C\C3\A9"' in text
    binding.parse_assembly(text).verify()


def test_an_intrinsic_is_declared_once():
    text = text_of("function f(%x: u32) -> u32\n  value (add (ctpop %x) (ctpop (not %x)))")
    assert text.count("declare i32 @llvm.ctpop.i32(i32)") == 1


def test_choices_are_frozen_poison_and_no_poison_comes_in():
    x = Parameter("x", Type(8), noundef=False)
    frozen = choose(x.poison, leaf("c", 8, CHOICE), x.value)
    text = module(Function("f", (x,), (Result(Type(8), apply("add", frozen, leaf("d", 8, CHOICE)), FALSE),)))
    assert "%1 = freeze i8 poison" in text
    assert "poison" not in text.replace("freeze i8 poison", "")
    binding.parse_assembly(text).verify()


def test_an_input_that_is_no_parameter_is_named():  # error
    with pytest.raises(PrimirError, match="f reads %y, which is not one of its parameters"):
        module(Function("f", (), (Result(Type(8), apply("add", leaf("y", 8), const(1, 8))),)))
