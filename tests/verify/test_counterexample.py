import json

import primir.emit.native
import pytest
from primir.ir.graph import CHOICE, apply, const, leaf
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.verify.counterexample import Behaviour, native, replayed, shrunk
from primir.verify.refine import refine, violation
from primir.verify.verdict import Refuted


def refuted(source, target):
    (old,), (new,) = parse_functions(f"function a{source}"), parse_functions(f"function b{target}")
    verdict = refine(old, new, deadline=Deadline(10))
    assert isinstance(verdict, Refuted)
    return verdict.counterexample


SHOWN = [
    ("(%x: i8) -> i8 value %x", "(%x: i8) -> i8 value (select (slt %x -20) 100 %x)",
     "  x: i8 = -24 (0xe8)\n  source: -24 (0xe8)\n  target: 100 (0x64)",
     {"inputs": {"x": -24}, "source": -24, "target": 100}),
    ("(%x?: u8, %b: bool) -> u8 value 3", "(%x?: u8, %b: bool) -> u8 value 3 poison (and %b %x!poison)",
     "  x: u8 = poison\n  b: bool = True\n  source: 3\n  target: poison",
     {"inputs": {"x": "poison", "b": True}, "source": 3, "target": "poison"}),
    ("(%x: u8) -> u8, bool value %x value 0", "(%x: u8) -> u8, bool value %x value 1",
     "  x: u8 = 0\n  source: 0, False\n  target: 0, True",
     {"inputs": {"x": 0}, "source": [0, False], "target": [0, True]}),
    ("(%x: u8)", "(%x: u8) ub (eq %x 7)", "  x: u8 = 7\n  source: defined\n  target: undefined behaviour",
     {"inputs": {"x": 7}, "source": [], "target": "undefined behaviour"}),
    ("(%x: u8) -> u8 value 0", "(%x: u8) -> u8 value 0 domain (ult %x 9)",
     "  x: u8 = 12 (0xc)\n  source: 0\n  target: outside the domain",
     {"inputs": {"x": 12}, "source": 0, "target": "outside the domain"}),
    ("(%x: u8) -> u8 value 0", "(%x: u8) -> u8 choice %c: 8 value (and %c 4)",
     "  x: u8 = 0\n  source: 0\n  target: 4\n    where it chooses tgt.choice0 = 4",
     {"inputs": {"x": 0}, "source": 0, "target": 4}),
    ("(%x: u8) -> u8 choice %c: 8 value (and %c 4)", "(%x: u8) -> u8 value 5",
     "  x: u8 = 0\n  source: 0 (for one of its choices; it disagrees for all)\n  target: 5",
     {"inputs": {"x": 0}, "source": 0, "target": 5}),
]


@pytest.mark.parametrize("source, target, text, data", SHOWN)
def test_it_prints_what_a_person_needs(source, target, text, data):
    counterexample = refuted(source, target)
    assert str(counterexample) == text
    assert json.loads(json.dumps(counterexample.to_json())) == data


def test_a_model_is_made_small():
    x, y, c = leaf("x", 64), leaf("y", 64), leaf("c", 32, CHOICE)
    wrong = apply("ult", const(1000, 64), apply("xor", apply("add", x, y), apply("zext", c, width=64)))
    model = {x: 0x123456789ABCDEF, y: 0xFEDCBA9876543210, c: 0xFFFFFFFF}
    small = shrunk(wrong, model)
    assert small == {x: 0, y: 1008, c: 0}
    assert shrunk(wrong, model, work=0) == model
    assert shrunk(wrong, model, work=5) != model


def test_native_code_says_the_same():
    x, c = leaf("odd name", 77), leaf("c", 77, CHOICE)
    roots = [apply("udiv", x, c), apply("shl", c, x), apply("ctpop", x), apply("slt", x, c)]
    assert native(roots, {x: 99, c: 0}) == [(1 << 77) - 1, 0, 4, 0]


OLD, NEW = parse_functions("function a(%x: u8) -> u8 value %x\nfunction b(%x: u8) -> u8 value (and %x 7)")


def test_what_is_no_counterexample_is_our_fault():
    with pytest.raises(AssertionError, match="this is no counterexample"):
        replayed(violation(OLD, NEW), OLD, NEW, {leaf("x", 8): 3})
    assert replayed(violation(OLD, NEW), OLD, NEW, {leaf("x", 8): 9}).target == Behaviour((OLD.results[0].type,), (1,))


def test_native_code_that_differs_is_our_fault(monkeypatch):
    monkeypatch.setattr(primir.emit.native, "compile_native", lambda function: lambda *words: (0,) * 9)
    with pytest.raises(AssertionError, match="the evaluator says .* and native code"):
        refine(OLD, NEW, deadline=Deadline(5))
