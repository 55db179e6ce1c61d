"""Functions as components: which are refused, and what is said of names in `using`."""

from dataclasses import replace

import pytest
from primir.ir.errors import PrimirError
from primir.ir.graph import FALSE, TRUE, Parameter, apply, const, leaf
from primir.ir.text import parse_functions
from primir.ir.types import Type
from primir.lift.components import component_of
from primir.lift.source import restrict
from primir.lift.speclang.front import parse_specs


def function(text):
    (found,) = parse_functions(f"function g{text}")
    return found


def test_a_function_is_its_value_where_it_is_defined():
    g = component_of(function("(%x: u8) -> u8 value (add %x 1) poison (eq %x 9) ub (eq %x 8) domain (ne %x 7)"))
    assert (g.name, g.parameters, g.type) == ("g", (Parameter("x", Type(8)),), Type(8))
    for word, defined in ((6, TRUE), (7, FALSE), (8, FALSE), (9, FALSE)):
        assert g.at([const(word, 8)]) == (const(word + 1, 8), defined)
    assert g.at([leaf("y", 8)])[0].args == (leaf("y", 8), const(1, 8))


@pytest.mark.parametrize("text, why", [
    ("(%x: u8) -> u8, u8 value %x value %x", "2 results"),
    ("(%x: u8) -> u8 choice %c: 8 value (add %x %c)", "leaves something open"),
    ("(%x: u8) -> u8 value %x trap (eq %x 3)", "end without a result"),
])
def test_what_is_no_component(text, why):
    with pytest.raises(PrimirError) as caught:
        component_of(function(text))
    assert why in caught.value.message


def test_a_loop_is_no_component_unless_it_ends():
    found = function("(%x: u8) -> u8 value %x")
    with pytest.raises(PrimirError, match="not unrolled to its end"):
        component_of(replace(found, beyond=apply("eq", leaf("x", 8), const(3, 8)), bound=3))


@pytest.mark.parametrize("lines, names, operations", [
    ("def g(v: u8) -> u8 = v * v\nusing add g", ["g"], ("add",)),
    ("def g(v: u8) -> u8 = v * v\nusing g", ["g"], ()),
    ("def g(v: u8) -> u8 = v * v\nusing plain\nusing g", ["g"], None),
    ("def add(v: u8) -> u8 = v + 9\nusing add", ["add"], ()),  # it hides the operation
    ("def g(v: u8) -> u8 = v * x\nusing g", ["g"], ()),  # the inputs may stand in it
    ("def g(v: u8) -> u8 = v * v\nusing add", [], ("add",)),
])
def test_using(lines, names, operations):
    (spec,) = parse_specs(f"spec f(x: u8) -> u8\n{lines}\nensures result == x + 3")
    assert [each.name for each in spec.components] == names
    assert operations is None or spec.operations == operations


@pytest.mark.parametrize("lines, line, message", [
    ("using g\ndef g(v: u8) -> u8 = v * v\nensures result == x", 2, "there is no operation g"),
    ("def g(v: u8) -> u8 = v * result\nusing g\nensures result == x", 3, "depends on more than its arguments"),
    ("forall y: u8\ndef g(v: u8) -> u8 = v * y\nusing g\nensures result == x", 4, "depends on more than its arguments"),
    ("let y = f(x + 1)\ndef g(v: u8) -> u8 = v * y\nusing g\nensures result == x", 4, "depends on more"),
    ("def g(v: u8) -> u8 = v * v\nusing g\nforbid mul\nensures result == x", 1, "g has a mul in it"),
    ("def g(v: u8) -> u8 = v * v\nforbid g\nensures result == x", 3, "there is no operation g"),
    ("def g(v: u8) -> u8 = v * v\nusing g\nsketch result = g(x) ^ ??\nensures result == x", 1, "in a sketch"),
])
def test_a_wrong_use(lines, line, message):
    with pytest.raises(PrimirError) as caught:
        parse_specs(f"spec f(x: u8) -> u8\n{lines}", "a.spec")
    assert message in caught.value.message and caught.value.place.line == line


def test_on_the_command_line():
    g = component_of(function("(%x: u8) -> u8 value (mul %x %x)"))
    (spec,) = parse_specs("spec f(x: u8) -> u8\nensures result == x * x")
    assert restrict(spec, components=[g]).components == (g,)
    for how, message in (({"components": [g, g]}, "two components called g"),
                         ({"components": [g], "forbid": "mul"}, "g has a mul in it")):
        with pytest.raises(PrimirError) as caught:
            restrict(spec, **how)
        assert message in caught.value.message
