import json
import pickle

import primir.emit.native
import pytest
from primir.ir.evaluate import evaluate
from primir.ir.graph import CHOICE, apply, const, leaf
from primir.ir.text import parse_functions
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import lift_llvm
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
    assert json.loads(json.dumps(counterexample.to_json())) == {**data, "difference": None}


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


# --- the first difference on the way ----------------------------------------------------------------------------------


def difference(source, target, parameters="i8 noundef %x, i8 noundef %y"):
    texts = [f"define i8 @f({parameters}) {{\n{body}\n}}" for body in (source, target)]
    verdict = refine(*map(lift_llvm, texts), deadline=Deadline(10))
    assert isinstance(verdict, Refuted)
    found = verdict.counterexample.difference
    return None if found is None else [(each.step.name or each.step.instruction, each.step.line) for each in found]


BRANCH = """  %c = icmp eq i8 %x, 0
  br i1 %c, label %a, label %b
a:
  %t = add i8 %y, {a}
  br label %e
b:
  %u = add i8 %y, {b}
  br label %e
e:
  %r = phi i8 [ %t, %a ], [ %u, %b ]
  ret i8 %r"""


@pytest.mark.parametrize("source, target, wanted", [
    ("  %t = add i8 %x, %y\n  %r = mul i8 %t, 3\n  ret i8 %r", "  %t = or i8 %x, %y\n  %r = mul i8 %t, 3\n  ret i8 %r",
     [("t", 2), ("t", 2)]),
    ("  %t = add i8 %x, %y\n  %r = mul i8 %t, 3\n  ret i8 %r",
     "  ; here\n  %t = add i8 %y, %x\n  %r = mul i8 %t, 5\n  ret i8 %r", [("r", 3), ("r", 4)]),
    # no name is on both sides: runs of the same instructions belong together
    ("  %1 = add i8 %x, %y\n  %2 = mul i8 %1, 3\n  ret i8 %2",
     "  %a = xor i8 %x, 0\n  %b = add i8 %y, %x\n  %c = mul i8 %b, 5\n  ret i8 %c", [("mul", 3), ("c", 4)]),
    ("  %r = add i8 %x, 1\n  ret i8 %r", "  %s = mul i8 %x, 3\n  ret i8 %s", None),
    ("  %r = add i8 %x, 1\n  ret i8 %r", "  ret i8 %x", None),
    # what is not reached is not shown, whichever branch the counterexample takes
    (BRANCH.format(a=1, b=2), BRANCH.format(a=1, b=3), [("u", 8), ("u", 8)]),
    (BRANCH.format(a=1, b=2), BRANCH.format(a=3, b=2), [("t", 5), ("t", 5)]),
    ("  %t = add nsw i8 %x, %y\n  ret i8 %t", "  %t = add i8 %x, 0\n  ret i8 %t", [("t", 2), ("t", 2)]),
])  # fmt: skip
def test_the_first_difference(source, target, wanted):
    assert difference(source, target) == wanted


LOOP = """  br label %h
h:
  %i = phi i8 [ 0, %0 ], [ %j, %h ]
  %s = phi i8 [ %x, %0 ], [ %t, %h ]
  %t = add i8 %s, {by}
  %j = add i8 %i, 1
  %c = icmp ult i8 %j, 3
  br i1 %c, label %h, label %e
e:
  ret i8 %t"""


def test_the_first_difference_in_a_loop():
    assert difference(LOOP.format(by=1), LOOP.format(by=2), "i8 noundef %x") == [("t", 6), ("t", 6)]


def test_steps_of_a_trace_are_reached_where_they_run():
    """In three runs each step is made three times, whatever comes in; the traces of a branch exclude one another."""
    looping = lift_llvm(f"define i8 @f(i8 noundef %x) {{\n{LOOP.format(by=1)}\n}}")
    names = [step.name for step in looping.trace.steps]
    assert names.count("t") == names.count("j") == 3
    branching = lift_llvm(f"define i8 @f(i8 noundef %x, i8 noundef %y) {{\n{BRANCH.format(a=1, b=2)}\n}}")
    words = {leaf("x", 8): 0, leaf("y", 8): 7}
    reached = evaluate(branching.trace.nodes[2::3], words)
    assert dict(zip((step.name for step in branching.trace.steps), reached)) == {"c": 1, "t": 1, "u": 0}


def test_a_difference_is_shown_with_its_lines():
    old, new = (lift_llvm(f"define i8 @f(i8 %x) {{\n  %t = {op} i8 %x, 1\n  ret i8 %t\n}}") for op in ("add", "or"))
    found = refine(old, new, deadline=Deadline(10)).counterexample
    assert str(found).splitlines()[-1].startswith("  first difference: source line 2: t = ")
    data = found.to_json()["difference"]
    assert data["source"]["line"] == data["target"]["line"] == 2 and data["source"]["value"] != data["target"]["value"]


def test_a_trace_survives_another_process():
    function = lift_llvm(f"define i8 @f(i8 noundef %x) {{\n{LOOP.format(by=1)}\n}}")
    assert pickle.loads(pickle.dumps(function)).trace == function.trace
    assert pickle.loads(pickle.dumps(function)).trace.nodes[0] is function.trace.nodes[0]
