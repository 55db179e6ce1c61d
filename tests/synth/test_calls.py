"""Functions of a spec as operations: what a call counts, where it may be made, that the code in its place is right."""

import random

import primir
import pytest
from primir.ir.evaluate import evaluate
from primir.ir.graph import apply, const, leaf
from primir.lift.components import component_of
from primir.lift.speclang.front import parse_specs
from primir.synth.calls import Calls


def spec_of(head, lines):
    (spec,) = parse_specs(f"spec {head}\n{lines}\n")
    return spec


FOUND = [  # a spec, what it costs, the function as Python, how its calls are written
    ("f(x: u32) -> u32", "def sq(v: u32) -> u32 = v * v\nensures result == x * x * x * x\nusing sq", 2,
     lambda x: x ** 4, "(sq (sq %x))"),
    ("f(x: u32, y: u32) -> u32", "def sq(v: u32) -> u32 = v * v\nensures result == x * x + y * y\nusing add sq", 3,
     lambda x, y: x * x + y * y, None),
    ("f(a: u8, b: u8, c: u8, d: u8) -> u8", "def avg(p: u8, q: u8) -> u8 = u8(u16(p) + u16(q) >> 1)\n"
     "ensures result == avg(avg(a, b), avg(c, d))\nusing avg", 3, lambda a, b, c, d: ((a + b) // 2 + (c + d) // 2) // 2,
     None),
    ("f(x: u8) -> u8", "def fold(v: u8, n: u8) -> u8 = v ^ v >> n\nensures fold(result, 1) == x\nusing fold", 3,
     None, None),
    ("f(x: u32) -> u8", "def third(v: u8) -> u8 = v * 171\nensures result == third(u8(x))\nusing third", 1,
     lambda x: x * 171, None),
    ("f(x: u8) -> u8", "def turn(v: u8) -> u8 = rotl(v, 3) ^ 0x55\nexample f(0) == 0xff\nexample f(1) == 0xbf\n"
     "using turn", 2, None, "(turn (turn %x))"),
    # the square is one operation for both
    pytest.param("f(x: u8, y: u8) -> (p: u8, q: u8)", "def sq(v: u8) -> u8 = v * v\nensures p == x * x + y\n"
                 "ensures q == x * x - y\nusing add sub sq", 3, lambda x, y: (x * x + y, x * x - y), None,
                 marks=pytest.mark.slow),
    ("f(x: u8) -> u8", "def inv(v: u8) -> u8 = 255 / v\nrequires x > 3\nensures result == 255 / (x - 1)\n"
     "using sub inv", 2, None, None),
]


@pytest.mark.parametrize("head, lines, cost, right, calls", FOUND)
def test_a_program_of_calls(head, lines, cost, right, calls):
    result = primir.synthesize(spec_of(head, lines), time=60)
    assert result.status in ("proved", "consistent") and result.cost == cost
    assert result.optimal is None
    (remark,) = (each for each in result.remarks if "counts as one operation" in each)
    assert calls is None or remark.endswith(calls)
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    for _ in range(100 if right else 0):
        inputs = [rng.getrandbits(p.type.width) for p in result.spec.parameters]
        wanted = right(*inputs)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        given = result(*inputs)
        given = given if isinstance(given, tuple) else (given,)
        masks = [(1 << output.type.width) - 1 for output in result.spec.outputs]
        assert given == tuple(word & mask for word, mask in zip(wanted, masks, strict=True)), f"seed {seed}"


@pytest.mark.parametrize("head, lines", [
    ("f(x: u8) -> u8", "def g(v: u8) -> u8 = v + 2\nensures result == x + 1\nusing g"),  # an even step makes no odd one
    # where x is 0 the call is not allowed, and nothing else gives it
    ("f(x: u8) -> u8", "def inv(v: u8) -> u8 = 255 / v\nensures result == (255 if x == 0 else 255 / x)\nusing inv"),
    ("f(x: u8, y: u8) -> u8", "def pick(p: u8, q: u8) -> u8 = p if p < q else q\nensures result == min(x, y)\n"
     "using pick\nconstant_time"),
])
def test_what_is_not_allowed_is_not_found(head, lines):
    result = primir.synthesize(spec_of(head, lines), time=20)
    assert result.status == "unknown"


def test_a_call_is_counted_once_and_its_arguments_too():
    spec = spec_of("f(x: u8, y: u8) -> u8",
                   "def g(v: u8, w: u8) -> u8 = v * w ^ w * 3\nensures result == x\nusing add g")
    (g,) = spec.components
    x, y = leaf("x", 8), leaf("y", 8)
    calls = Calls()
    inner = calls.call(g, [apply("add", x, y), y])
    outer = calls.call(g, [inner, inner])
    assert calls.call(g, [apply("add", x, y), y]) is inner
    node = apply("xor", outer, inner)
    assert calls.instructions([node], 8) == 4  # xor, two calls, and the sum
    assert calls.operations([node]) == {"xor", "add"}
    assert calls.text(outer) == "(g (g (add %x %y) %y) (g (add %x %y) %y))"
    for a, b in ((3, 5), (200, 77)):
        once = ((a + b) * b ^ b * 3) & 255
        twice = (once * once ^ once * 3) & 255
        assert evaluate(calls.expanded([node]), {x: a, y: b}) == [twice ^ once]


def test_a_lifted_function_is_used_where_it_is_defined():
    spec = spec_of("half(x: u8) -> u8", "requires x > 7\nensures result == x / 2")
    component = component_of(spec.reference)
    assert component.name == "half"
    value, defined = component.at([const(8, 8)])
    assert (value, defined) == (const(4, 8), const(1, 1))
    assert component.at([const(7, 8)])[1] is const(0, 1)


def test_another_spec_as_a_component():
    inner = spec_of("half(x: u8) -> u8", "requires x > 7\nensures result == x / 2").reference
    for requires, status in (("x > 15", "proved"), ("x > 14", "unknown")):
        spec = spec_of("quarter(x: u8) -> u8", f"requires {requires}\nensures result == x / 4")
        assert primir.synthesize(spec, components=[inner], using="and", time=20).status == status
