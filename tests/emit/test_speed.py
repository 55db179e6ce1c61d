"""Speed is a number for every shape of function, and what is measured is the function on its inputs."""

from primir.emit.llvm import module
from primir.emit.speed import nanoseconds
from primir.ir.graph import Function, Parameter, Result, apply, const
from primir.ir.types import BOOL, Type


def measured(parameters, values, inputs):
    function = Function("f", parameters, tuple(Result(Type(value.width), value) for value in values))
    return nanoseconds(function, module(function, "f", guards=False), "f", inputs)


def test_every_shape_has_a_speed():
    x, y, p, w = Parameter("x", Type(32)), Parameter("y", Type(7)), Parameter("p", BOOL), Parameter("w", Type(128))
    assert 0 < measured((x,), [apply("add", x.value, x.value)], [(1,), (2,)]) < 1000
    assert measured((x, y, p), [x.value, apply("not", y.value), p.value], [(1, 2, 1)]) > 0
    assert measured((w,), [apply("mul", w.value, w.value)], [(1 << 127,)]) > 0
    assert measured((), [const(3, 8)], [()]) > 0
    assert measured((x,), [x.value], []) is None


def test_a_chain_of_divisions_takes_longer_than_an_addition():
    x = Parameter("x", Type(64))
    slow = x.value
    for divisor in (3, 5, 7, 11):
        slow = apply("udiv", const((1 << 64) - divisor, 64), apply("or", slow, const(1, 64)))
    assert measured((x,), [slow], [(12345,)]) > 2 * measured((x,), [apply("add", x.value, x.value)], [(12345,)])
