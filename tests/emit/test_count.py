"""Each operation is found in the LLVM IR that is emitted for it, and others are not taken for it."""

import pytest
from primir.emit.count import occurrences
from primir.emit.llvm import module
from primir.ir.graph import Function, Parameter, Result, apply
from primir.ir.primes import TABLE
from primir.ir.types import Type

ALIKE = {"neg": "sub", "not": "xor"}  # LLVM has no instruction of its own for these


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row.llvm and not row.cast])
def test_each_operation_is_counted_once(name):
    arguments = TABLE[name].arguments
    parameters = tuple(Parameter(f"x{index}", Type(1 if letter == "1" else 32))
                       for index, letter in enumerate(arguments))
    value = apply(name, *(parameter.value for parameter in parameters))
    text = module(Function("f", parameters, (Result(Type(value.width), value),)), "f", guards=False)
    counted = {other for other, row in TABLE.items() if row.llvm and occurrences(other, text)}
    assert occurrences(name, text) == 1 and counted == {name, ALIKE.get(name, name)}


def test_a_comparison_is_counted_both_ways():
    text = "  %a = icmp ult i32 %x, %y\n  %b = icmp ugt i32 %x, %y\n  %c = icmp ule i32 %x, %y\n"
    assert occurrences("ult", text) == 2
