"""Pairs of functions in the text form: a source, a target, and what must be said about them."""

import random
import time
from itertools import product

import pytest
from primir.ir.errors import PrimirError
from primir.ir.evaluate import run
from primir.ir.graph import CHOICE, FALSE, TRUE, Function, Parameter, Result, apply, const, leaf, negate, topological
from primir.ir.text import parse_functions, print_function
from primir.ir.types import Type
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import functions_of
from primir.verify.provers.corners import Corners
from primir.verify.provers.portfolio import STANDARD
from primir.verify.provers.query import DontKnow, Unsat
from primir.verify.provers.solvers import BITWUZLA, Z3
from primir.verify.refine import refine, violation
from primir.verify.verdict import Proved, Refuted, Unknown

MULHI = """function high(%x: u64, %y: u64) -> u64
  value (trunc:64 (lshr (mul (zext:128 %x) (zext:128 %y)) 64))"""
MULHI_BY_HALVES = """function halves(%x: u64, %y: u64) -> u64
  %a = (and %x 0xffffffff)
  %b = (lshr %x 32)
  %c = (and %y 0xffffffff)
  %d = (lshr %y 32)
  %m = (add (mul %b %c) (lshr (mul %a %c) 32))
  %n = (add (mul %a %d) (and %m 0xffffffff))
  value (add (add (mul %b %d) (lshr %m 32)) (lshr %n 32))"""


def function(text, name="f"):
    (found,) = parse_functions(text if text.startswith("function") else f"function {name}{text}")
    return found


def outcome(verdict):
    """The word of a verdict, and for a refutation its reason."""
    return verdict.reason if isinstance(verdict, Refuted) else verdict.status


CASES = [
    # values
    ("(%x: u32) -> u32 value (and %x (sub %x 1))", "(%a: u32) -> u32 value (sub %a (and %a (neg %a)))", "proved"),
    ("(%x: u8, %y: u8) -> u8 value (add %x %y)", "(%y: u8, %x: u8) -> u8 value (sub %y (neg %x))", "proved"),
    ("(%x: u8, %y: u8) -> u8 value (sub %x %y)", "(%y: u8, %x: u8) -> u8 value (sub %x %y)", "value"),
    ("(%x: u128) -> u128 value (mul %x 3)", "(%x: u128) -> u128 value (add %x (shl %x 1))", "proved"),
    ("(%x: u7) -> u7 value (lshr (shl %x 1) 1)", "(%x: u7) -> u7 value %x", "value"),
    ("(%x: u32) -> u32 value %x", "(%x: u32) -> u32 value (select (eq %x 0xdeadbeef) 0 %x)", "value"),
    ("(%x: u8) -> u8, u8 value %x value 1", "(%x: u8) -> u8, u8 value %x value 2", "value"),
    ("() -> u8 value 3", "() -> u8 value 3", "proved"),
    ("() -> u8 value 3", "() -> u8 value 4", "value"),
    ("(%x: u8)", "(%x: u8)", "proved"),
    # poison: the target may be less poison, and where the source is poison any value will do
    ("(%x: i8) -> i8 value (add %x 1) poison (eq %x 127)", "(%x: i8) -> i8 value (add %x 1)", "proved"),
    ("(%x: i8) -> i8 value (add %x 1)", "(%x: i8) -> i8 value (add %x 1) poison (eq %x 127)", "poison"),
    ("(%x: i8) -> i8 value (add %x 1) poison (eq %x 127)", "(%x: i8) -> i8 value (select (eq %x 127) 5 (add %x 1))",
     "proved"),
    ("(%x: i8) -> i8 value %x poison 1", "(%x: i8) -> i8 value 0 ub 1", "ub"),  # poison is not undefined behaviour
    ("(%x?: u8) -> u8 value %x poison %x!poison", "(%x?: u8) -> u8 value %x poison %x!poison", "proved"),
    ("(%x?: u8) -> u8 value %x poison %x!poison", "(%x?: u8) -> u8 value %x", "proved"),
    ("(%x?: u8) -> u8 value 0", "(%x?: u8) -> u8 value (xor %x %x) poison %x!poison", "poison"),
    ("(%x?: u8, %y?: u8) -> u8 value %x poison %x!poison", "(%x?: u8, %y?: u8) -> u8 value %x poison %y!poison",
     "poison"),
    # a parameter that is noundef on one side only
    ("(%x: u8) -> u8 value 0", "(%x?: u8) -> u8 value (xor %x %x) poison %x!poison", "proved"),
    ("(%x: u8) -> u8 value 0", "(%x?: u8) -> u8 value 0 ub %x!poison", "proved"),
    ("(%x?: u8) -> u8 value 0", "(%x: u8) -> u8 value 0", "ub"),
    ("(%x?: u8) -> u8 value 0 ub %x!poison", "(%x: u8) -> u8 value 0", "proved"),
    # undefined behaviour
    ("(%x: u8) -> u8 value (udiv 9 %x) ub (eq %x 0)", "(%x: u8) -> u8 value (udiv 9 (umax %x 1))", "proved"),
    ("(%x: u8) -> u8 value (udiv 9 (umax %x 1))", "(%x: u8) -> u8 value (udiv 9 %x) ub (eq %x 0)", "ub"),
    ("(%x: u8) ub (eq %x 0)", "(%x: u8) ub (ult %x 2)", "ub"),
    ("(%x: u8) ub (ult %x 2)", "(%x: u8) ub (eq %x 0)", "proved"),
    ("(%x: u8) -> u8 value 0 ub 1", "(%x: u8) -> u8 value 1", "vacuous"),
    # the domain
    ("(%x: u8) -> u8 value %x domain (ult %x 9)", "(%x: u8) -> u8 value (and %x 15)", "proved"),
    ("(%x: u8) -> u8 value (and %x 15)", "(%x: u8) -> u8 value %x domain (ult %x 9)", "domain"),
    ("(%x: u8) -> u8 value %x domain (ult %x 9)", "(%x: u8) -> u8 value %x ub (ult 9 %x)", "proved"),
    ("(%x: u8) -> u8 value %x domain 0", "(%x: u8) -> u8 value 1", "vacuous"),
    ("(%x: u8) -> u8 value %x domain (ult %x 9) ub (ult %x 9)", "(%x: u8) -> u8 value %x", "vacuous"),
    # choices: the target must do what one of the source's choices does, whatever the target chooses
    ("(%x: u8) -> u8 choice %c: 8 value %c", "(%x: u8) -> u8 value (mul %x 7)", "proved"),
    ("(%x: u8) -> u8 value %x", "(%x: u8) -> u8 choice %c: 8 value %c", "value"),
    ("(%x: u8) -> u8 choice %c: 8 value %c", "(%x: u8) -> u8 choice %c: 8 value %c", "proved"),
    ("(%x: u8) -> u8 choice %c: 8 value (and %c 7)", "(%x: u8) -> u8 choice %c: 8 value (and %c 3)", "proved"),
    ("(%x: u8) -> u8 choice %c: 8 value (and %c 3)", "(%x: u8) -> u8 choice %c: 8 value (and %c 7)", "value"),
    ("(%x: u8) -> u8, u8 choice %c: 8 value %c value %c", "(%x: u8) -> u8, u8 value %x value %x", "proved"),
    ("(%x: u8) -> u8, u8 choice %c: 8 value %c value %c",  # one freeze has one value
     "(%x: u8) -> u8, u8 choice %c: 8 choice %d: 8 value %c value %d", "value"),
    ("(%x: u8) -> u8, u8 choice %c: 8 choice %d: 8 value %c value %d",
     "(%x: u8) -> u8, u8 choice %c: 8 value %c value %c", "proved"),
    ("(%x: u8) -> u8 choice %c: 1 value (select %c 3 5)", "(%x: u8) -> u8 value (select (ult %x 9) 5 3)", "proved"),
    ("(%x: u8) -> u8 choice %c: 1 value (select %c 3 5)", "(%x: u8) -> u8 value (select (ult %x 9) 5 4)", "value"),
    # what some choice makes undefined is accepted nowhere
    ("(%x: u8) -> u8 choice %c: 8 value (udiv 8 %c) ub (eq %c 0)", "(%x: u8) -> u8 value 77", "vacuous"),
    ("(%x: u8) -> u8 choice %c: 8 value %c domain (ult %c 200)", "(%x: u8) -> u8 value 77", "vacuous"),
    ("(%x: u8) -> u8 choice %c: 8 value %x ub (ult %c %x)", "(%x: u8) -> u8 value 0", "proved"),
    ("(%x: u8) -> u8 choice %c: 8 value %x ub (ult %c %x)", "(%x: u8) -> u8 value 1", "value"),
    ("(%x: u8) -> u8 choice %c: 8 value %c", "(%x: u8) -> u8 value 0 poison 1", "poison"),
    ("(%x?: u8) -> u8 choice %c: 8 value (select %x!poison %c %x)", "(%x?: u8) -> u8 value %x poison %x!poison",
     "poison"),
    ("(%x?: u8) -> u8 value %x poison %x!poison", "(%x?: u8) -> u8 choice %c: 8 value (select %x!poison %c %x)",
     "proved"),
]


@pytest.mark.parametrize("source, target, expected", CASES)
def test_refinement(source, target, expected):
    verdict = refine(function(source, "src"), function(target, "tgt"), deadline=Deadline(10))
    assert outcome(verdict) == expected, str(verdict)


@pytest.mark.parametrize("solver", [BITWUZLA, Z3], ids=lambda solver: solver.name)
@pytest.mark.parametrize("source, target, expected", CASES[::3])
def test_each_solver_alone(solver, source, target, expected):
    verdict = refine(function(source, "src"), function(target, "tgt"), deadline=Deadline(20), provers=[solver])
    assert outcome(verdict) == expected, str(verdict)


X = leaf("x", 8)


@pytest.mark.parametrize("requires, expected", [
    (TRUE, "value"),
    (apply("ult", X, const(128, 8)), "proved"),
    (apply("ult", X, const(129, 8)), "value"),
    (FALSE, "vacuous"),
    (apply("eq", apply("and", X, const(1, 8)), const(2, 8)), "vacuous"),  # contradictory
])
def test_requires(requires, expected):
    source = function("(%x: u8) -> u8 value (lshr (shl %x 1) 1)")
    verdict = refine(source, function("(%z: u8) -> u8 value %z"), requires=requires, deadline=Deadline(10))
    assert outcome(verdict) == expected, str(verdict)


def test_poison_meets_no_requirement():
    source = function("(%x?: u8, %y?: u8) -> u8 value 0")
    target = function("(%x?: u8, %y?: u8) -> u8 value 0 ub %x!poison")
    requires = apply("ult", X, const(9, 8))
    verdict = refine(source, target, requires=requires, deadline=Deadline(10))
    assert isinstance(verdict, Proved)
    assert verdict.remarks == ("where a condition speaks of x, poison does not meet it",)
    assert outcome(refine(source, target, deadline=Deadline(10))) == "ub"


@pytest.mark.parametrize("target, says", [
    ("(%x: u8, %y: u8) -> u8 value %x", "tgt(u8, u8) -> u8"),
    ("(%x: u9) -> u9 value %x", "tgt(u9) -> u9"),
    ("(%x: u8) -> u8, bool value %x value 1", "tgt(u8) -> u8, bool"),
    ("(%x: u8)", "tgt(u8)"),
])
def test_signatures_must_fit(target, says):
    with pytest.raises(PrimirError) as caught:
        refine(function("(%x: u8) -> u8 value %x", "src"), function(target, "tgt"), deadline=Deadline(1))
    assert caught.value.message == f"the signatures differ: src(u8) -> u8 and {says}"


def test_signs_may_differ():
    source, target = function("(%x: i8) -> i8 value %x"), function("(%x: u8) -> u8 value %x")
    assert isinstance(refine(source, target, deadline=Deadline(5)), Proved)


@pytest.mark.parametrize("source, target", [  # to refute them is to factor products of two large primes
    ("(%x: u32, %y: u32) -> bool value 0 domain (and (ult 1 %x) (ult 1 %y))",
     "(%x: u32, %y: u32) -> bool value (eq (mul (zext:64 %x) (zext:64 %y)) 12853060756714082521)"),
    ("(%x: u60, %y: u60) -> bool value 0 domain (and (ult 1 %x) (ult 1 %y))",
     "(%x: u60, %y: u60) -> bool value (eq (mul (zext:120 %x) (zext:120 %y)) 1243831772871749279469105716431034497)"),
])
def test_a_limit_of_one_second_is_kept(source, target):
    started = time.monotonic()
    verdict = refine(function(source), function(target), deadline=Deadline(1))
    assert time.monotonic() - started < 1.5
    assert isinstance(verdict, Unknown)
    assert "bitwuzla: no answer within" in verdict.why


@pytest.mark.parametrize("source, target", [
    (MULHI, MULHI_BY_HALVES),
    ("(%x: u64) -> u64 value (udiv %x 7)",
     """(%x: u64) -> u64 %h = (trunc:64 (lshr (mul (zext:128 %x) 0x2492492492492493) 64))
     value (lshr (add (lshr (sub %x %h) 1) %h) 2)"""),
])
def test_what_no_circuit_shows_integers_do(source, target):
    verdict = refine(function(source), function(target), deadline=Deadline(10))
    assert isinstance(verdict, Proved)
    assert verdict.prover in ("floor sums", "integers", "integers by z3")


def test_no_time_is_unknown():
    source, target = function("(%x: u8) -> u8 value %x"), function("(%x: u8) -> u8 value (add %x 1)")
    assert isinstance(refine(source, target, deadline=Deadline(0)), Unknown)


@pytest.mark.parametrize("target, expected", [
    ("(%x: u8, %y: u8) -> u8 value %y", "value"),
    ("(%x: u8, %y: u8) -> u8 value (xor (xor %x %y) %y)", "unknown"),
])
def test_a_refutation_shows_that_the_condition_can_hold(target, expected):
    class Reluctant:
        """Does not say whether the condition alone can hold."""

        name = "reluctant"

        def ask(self, query, deadline):
            if not any(node.op == "ne" for node in topological(query.conditions)):
                return DontKnow("no")
            found = Corners().ask(query, deadline)
            return Unsat("reluctant") if isinstance(found, DontKnow) else found

    source = function("(%x: u8, %y: u8) -> u8 value %x domain (ult %x 9)")
    verdict = refine(source, function(target), deadline=Deadline(5), provers=[Reluctant()])
    assert outcome(verdict) == expected
    assert isinstance(verdict, Refuted) or verdict.why == "whether any input meets the conditions: no"


def test_a_violation_needs_no_solver_where_both_are_one_graph():
    source = function("(%x: u8) -> u8 value (add %x 1)")
    assert violation(source, function("(%y: u8) -> u8 value (add %y 1)")) is FALSE


def test_a_source_that_undef_makes_undefined_is_vacuous():
    branch = "br i1 undef, label %a, label %b\na:\n ret i8 1\nb:\n ret i8 2"
    functions = functions_of(f"define i8 @src() {{\n{branch}\n}}\ndefine i8 @tgt() {{\n ret i8 9\n}}")
    assert outcome(refine(functions["src"], functions["tgt"], deadline=Deadline(10))) == "vacuous"


# --- against brute force ----------------------------------------------------------------------------------------------


def random_function(rng, name):
    """A function of two small words, of which one may be poison, perhaps with a choice, a domain, and undefinedness."""
    width = rng.randint(1, 2)
    x, y = Parameter("x", Type(width), noundef=rng.random() < 0.5), Parameter("y", Type(width))
    words = [x.value, y.value, const(rng.getrandbits(width), width)]
    if rng.random() < 0.6:
        words.append(leaf("c", width, CHOICE))
    for _ in range(rng.randint(0, 2)):
        words.append(apply(rng.choice(["add", "and", "xor", "udiv", "shl", "umax"]), *rng.choices(words, k=2)))

    def condition(chance):
        found = apply(rng.choice(["eq", "ult"]), *rng.choices(words, k=2))
        return found if rng.random() < chance else FALSE

    poison = apply("or", condition(0.4), x.poison)
    return Function(name, (x, y), (Result(Type(width), words[-1], poison),), condition(0.3), negate(condition(0.2)))


def refines(source, target):
    """By the definition, over all inputs and choices; None where the source accepts no input, whatever it chooses."""
    (x, y), accepted = source.parameters, False
    values = range(1 << x.type.width)
    for flag, a, b in product([0] if x.noundef else [0, 1], values, values):
        given = {x.value: a, y.value: b, **({} if x.noundef else {x.poison: flag})}
        olds = [run(source, {**given, choice: word}) for choice in source.choices or [None] for word in values]
        if source.choices == []:
            olds = olds[:1]
        accepted |= all(old.domain and not old.ub for old in olds)
        for word in values:
            new = run(target, {**given, **dict.fromkeys(target.choices, word)})
            ub = new.ub or (flag == 1 and target.parameters[0].noundef)
            if not any(allows(old, new, ub) for old in olds):
                return False
    return True if accepted else None


def allows(old, new, ub):
    if old.ub or not old.domain:
        return True
    if ub or not new.domain:
        return False
    return old.results[0] is None or old.results[0] == new.results[0]


@pytest.mark.parametrize("seed", range(4))
def test_against_brute_force(seed):
    rng = random.Random(seed)
    seen = {"proved": 0, "refuted": 0, "vacuous": 0}
    for index in range(60):
        source = random_function(rng, "source")
        target = random_function(rng, "target")
        if source.parameters[0].type != target.parameters[0].type:
            continue
        provers = (STANDARD, [BITWUZLA])[index % 2]
        verdict = refine(source, target, deadline=Deadline(20), provers=provers)
        expected = {True: "proved", False: "refuted", None: "vacuous"}[refines(source, target)]
        assert verdict.status == expected, f"{seed}\n{print_function(source)}\n{print_function(target)}\n{verdict}"
        seen[expected] += 1
    assert seen["proved"] >= 3, seen
    assert seen["refuted"] >= 3, seen
