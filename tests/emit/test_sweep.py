import ctypes

import pytest
from primir.emit import sweep
from primir.ir.evaluate import run
from primir.ir.text import parse_functions

CASES = ["(%x: u5, %y: u3) -> u5 value (add %x (zext:5 %y))",
         "(%x: u8) -> u40, bool value (mul (zext:40 %x) 0x123456789) value (ult %x 7)",
         "(%x: u4, %y: u4) -> u70 value (shl (zext:70 (udiv %x %y)) 60)",
         "(%x: bool, %y: i7) -> i7 value (select %x (sdiv %y -3) (ctpop %y))"]


@pytest.mark.parametrize("text", CASES)
def test_it_stores_what_evaluation_gives(text):
    (function,) = parse_functions(f"function f{text}")
    loops = sweep.Loops(sweep.storing(function))
    run_loop = loops.function("run", len(function.results), returns=False)
    start, count = 5, 100
    arrays = [sweep.array(result.type.width, count) for result in function.results]
    run_loop(start, count, *(ctypes.addressof(array) for array in arrays))
    for n in range(start, start + count):
        inputs, rest = {}, n
        for parameter in function.parameters:
            inputs[parameter.value], rest = rest & (1 << parameter.type.width) - 1, rest >> parameter.type.width
        for result, array, expected in zip(function.results, arrays, run(function, inputs).results):
            size = len(array) // count
            at = (n - start) * size
            assert int.from_bytes(array.raw[at : at + size], "little") == expected, (n, result)


@pytest.mark.parametrize("wanted", [0, 1, 63, 99])
def test_it_finds_the_first_that_holds(wanted):
    (function,) = parse_functions("function f(%x: u8, %g: u12) -> bool value (eq (zext:12 %x) %g)")
    loops = sweep.Loops(sweep.finding(function, function.parameters[1:]))
    any_, first = (loops.function(name, 1, returns=True) for name in ("any", "first"))
    given = (ctypes.c_uint16 * 100)(*(wanted + 3 if n >= wanted else 999 for n in range(100)))
    assert any_(3, 100, ctypes.addressof(given)) == 1
    assert first(3, 100, ctypes.addressof(given)) == wanted
    given[wanted] = 999
    assert any_(3, 100, ctypes.addressof(given)) == 0
    assert first(3, 100, ctypes.addressof(given)) == 100
