"""Induction over loops: what it proves, what it must not, and all of it held against running the loops."""

import random
from itertools import product

import pytest
from loop_programs import Program, changed, random_program
from primir.ir.errors import PrimirError
from primir.ir.evaluate import compiled
from primir.ir.graph import FALSE, TRUE, apply, both, const, leaves, negate
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import lift_llvm
from primir.lift.llvm.loops import Unroll
from primir.verify import induction
from primir.verify.induction import Claim, Induction, Machine, claims, cut_of, prove
from primir.verify.invariants import QUICK, guessed
from primir.verify.provers.exhaustive import Exhaustive
from primir.verify.provers.portfolio import satisfiable
from primir.verify.provers.query import DontKnow, Unsat
from primir.verify.provers.ring import RingForm
from primir.verify.refine import accepted, pair, refine, wrong
from primir.verify.verdict import Bounded, Proved
from queries import models, random_query

SECONDS = 20


def machine_of(source, target, requires=TRUE):
    source, target = pair(source, target)
    old, new = cut_of(source), cut_of(target)
    ended = source.over(old.roots), target.over(new.roots)
    return Machine(old, new, requires, accepted(ended[0]), wrong(*ended))


def induced(source, target, seconds=SECONDS):
    """Whether induction proves that `target` refines `source`, both of them LLVM IR."""
    machine = machine_of(lift_llvm(source), lift_llvm(target))
    return isinstance(prove(machine, ("f", "g"), Deadline(seconds), QUICK), Induction)


def looping(width, state, goes_on, body, result, before="", more=""):
    """LLVM IR of a function of %x and %y with a loop: `state` is {name: (initial value, value after a run)}."""
    phis = "\n".join(f"  %{name} = phi i{width} [ {first}, %entry ], [ {then}, %body ]"
                     for name, (first, then) in state.items())
    head = f"define i{width} @f(i{width} noundef %x, i{width} noundef %y) {{\nentry:\n{before}  br label %head\nhead:\n"
    rest = (f"{phis}\n{goes_on}\n  br i1 %c, label %body, label %exit\nbody:\n{body}\n  br label %head\nexit:\n{more}\n"
            f"  ret i{width} {result}\n}}\n")
    return head + rest.replace("iW", f"i{width}")


GCD = looping(64, {"a": ("%x", "%b"), "b": ("%y", "%r")}, "  %c = icmp ne i64 %b, 0", "  %r = urem i64 %a, %b", "%a")
# the remainder as x - (x / y) * y, and the exit the other way around
GCD_BY_HAND = looping(
    64, {"m": ("%x", "%n"), "n": ("%y", "%d")}, "  %z = icmp eq i64 %n, 0\n  %c = xor i1 %z, true",
    "  %q = udiv i64 %m, %n\n  %t = mul i64 %q, %n\n  %d = sub i64 %m, %t", "%m")
TIMES = looping(64, {"i": ("0", "%j"), "s": ("0", "%t")}, "  %c = icmp ult i64 %i, %x",
                "  %t = add i64 %s, %y\n  %j = add i64 %i, 1", "%s")
TIMES_DOWN = looping(64, {"n": ("%x", "%m"), "p": ("0", "%q")}, "  %c = icmp ne i64 %n, 0",
                     "  %q = add i64 %p, %y\n  %m = sub i64 %n, 1", "%p")
PRODUCT = "define i64 @f(i64 noundef %x, i64 noundef %y) {\n  %p = mul i64 %x, %y\n  ret i64 %p\n}\n"


@pytest.mark.parametrize("source, target", [
    (GCD, GCD), (GCD, GCD_BY_HAND), (GCD_BY_HAND, GCD),
    (TIMES, PRODUCT), (TIMES_DOWN, PRODUCT), (TIMES, TIMES_DOWN),
    # the source has no loop: the target needs to end
    (PRODUCT, TIMES), (PRODUCT, TIMES_DOWN),
])  # fmt: skip
def test_proves(source, target):
    assert induced(source, target)


@pytest.mark.parametrize("requires", [
    lambda x: apply("eq", apply("and", x, const(1, 64)), const(2, 64)),
    lambda x: both(apply("ult", x, const(5, 64)), apply("ult", const(9, 64), x)),
])
def test_where_no_input_is_allowed_nothing_is_proved(requires):
    source, target = lift_llvm(GCD), lift_llvm(GCD_BY_HAND)
    condition = requires(source.parameters[0].value)
    assert isinstance(prove(machine_of(source, target, condition), ("f", "g"), Deadline(SECONDS), QUICK), DontKnow)
    assert refine(source, target, requires=condition, deadline=Deadline(SECONDS)).status == "vacuous"


@pytest.mark.slow
def test_a_step_of_one_side_may_be_two_of_the_other():
    even = "  %k = shl i64 %x, 1\n"
    twice = looping(64, {"i": ("0", "%j"), "s": ("0", "%t")}, "  %c = icmp ult i64 %i, %k",
                    "  %t = xor i64 %s, %i\n  %j = add i64 %i, 1", "%s", even)
    once = looping(64, {"i": ("0", "%j"), "s": ("0", "%u")}, "  %c = icmp ult i64 %i, %k",
                   "  %t = xor i64 %s, %i\n  %o = add i64 %i, 1\n  %u = xor i64 %t, %o\n  %j = add i64 %o, 1", "%s",
                   even)
    assert induced(twice, once, 60) and induced(once, twice, 60)


# --- what must not be proved ------------------------------------------------------------------------------------------


WRONG = {
    "another first value": (TIMES, TIMES_DOWN.replace("[ 0, %entry ]", "[ 1, %entry ]")),
    "another step": (TIMES, TIMES_DOWN.replace("add i64 %p, %y", "add i64 %p, %x")),
    "one run more": (TIMES, TIMES_DOWN.replace("icmp ne i64 %n, 0", "icmp sgt i64 %n, -1")),
    "one run less": (TIMES, TIMES.replace("ult i64 %i", "ult i64 %j0").replace(
        "  %c =", "  %j0 = add i64 %i, 1\n  %c =")),
    "signed where unsigned": (TIMES, TIMES.replace("ult", "slt")),
    "another closed form": (TIMES, PRODUCT.replace("mul", "add")),
    "wrong for one input": (TIMES, PRODUCT.replace("ret i64 %p", "%e = icmp eq i64 %x, 1311768467463790320\n"
                                                   "  %z = select i1 %e, i64 0, i64 %p\n  ret i64 %z")),
    # the target does not end where x is odd
    "for ever": (PRODUCT, TIMES_DOWN.replace("sub i64 %n, 1", "sub i64 %n, 2")),
    "poison in a step": (TIMES, TIMES.replace("add i64 %s, %y", "add nsw i64 %s, %y")),
    "poison in a counter": (TIMES_DOWN, TIMES_DOWN.replace("sub i64 %n, 1", "sub nsw i64 %n, 1")),
    "undefined behaviour in a step": (TIMES, TIMES.replace("  %t =", "  %d = udiv i64 %i, %y\n  %t =")),
    "undefined behaviour after it": (TIMES, TIMES.replace("exit:", "exit:\n  %d = udiv i64 %s, %y")),
    "a trap in a step": (TIMES, TIMES.replace("body:", "body:\n  %l = icmp eq i64 %i, 99\n  br i1 %l, label %trap, "
                                              "label %on\ntrap:\n  call void @llvm.trap()\n  unreachable\non:").replace(
                                                  "%body ]", "%on ]") + "declare void @llvm.trap()\n"),
    # 2 * (1 + ... + n) is n * (n + 1), but half of a product that wraps is not the sum
    "a product that wraps": (
        looping(8, {"i": ("0", "%j"), "s": ("0", "%t")}, "  %c = icmp ult iW %i, %x",
                "  %t = add iW %s, %i\n  %j = add iW %i, 1", "%s"),
        "define i8 @f(i8 noundef %x, i8 noundef %y) {\n  %a = sub i8 %x, 1\n  %p = mul i8 %x, %a\n"
        "  %h = lshr i8 %p, 1\n  ret i8 %h\n}\n"),
}


@pytest.mark.parametrize("name", WRONG)
def test_does_not_prove(name):
    assert not induced(*WRONG[name], seconds=8)


def test_a_source_that_never_ends_asks_nothing_but_one_that_traps_does():
    """Before the loop of the source stands what ends it: that the loop would run for ever then is no excuse."""
    forever = TIMES.replace("icmp ult i64 %i, %x", "icmp eq i64 %x, %x")
    trap = ("  %z = icmp eq i64 %x, 0\n  br i1 %z, label %trap, label %pre\n"
            "trap:\n  call void @llvm.trap()\n  unreachable\n")
    trapping = TIMES.replace("entry:\n", f"entry:\n{trap}pre:\n").replace("%entry ]", "%pre ]")
    trapping += "declare void @llvm.trap()\n"
    assert not induced(trapping, PRODUCT, seconds=8)
    assert not induced(forever, PRODUCT, seconds=8)  # nothing was seen that the source says


# --- a claim that is broken is noticed --------------------------------------------------------------------------------


def test_a_relation_that_is_not_kept_is_no_proof():
    machine = machine_of(lift_llvm(TIMES), lift_llvm(TIMES_DOWN))
    invariants, measures = guessed(machine, Deadline(SECONDS))

    def holds(invariants):
        return all(isinstance(claim.shown(Deadline(5), QUICK), Unsat)
                   for claim in claims(machine, invariants, measures))

    assert holds(invariants)
    assert not holds({})
    for place, conditions in invariants.items():
        assert not holds({**invariants, place: (*conditions, FALSE)}) or FALSE in conditions


ALGEBRA = ("mul", "mul", "select", "select", "add", "sub", "ult", "eq", "zext", "trunc", "and", "not")


def test_a_claim_is_shown_only_where_it_holds(monkeypatch):
    """Factors made narrow and equal, equations solved and selects decided: no model gets lost on the way."""
    monkeypatch.setattr(induction, "NARROW", (1, 2, 3))
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    provers = (RingForm(), Exhaustive(16))
    shown = 0
    for _ in range(250):
        query = random_query(rng, ALGEBRA, 4)
        found = [Claim("it", query.assumptions, negate(query.goal)).shown(Deadline(5), provers),
                 induction._by_cases(query, Deadline(5), provers),
                 satisfiable(induction._narrowed(query, Deadline(5), provers), Deadline(5), provers)]
        for answer in found:
            assert not (isinstance(answer, Unsat) and models(query)), (seed, query)
            shown += isinstance(answer, Unsat)
    assert shown > 30, seed


# --- against running the loops ----------------------------------------------------------------------------------------


def outcomes(text, width, steps):
    """What a function does on every input: domain and ub, then the results; None where it does not end."""
    function = lift_llvm(text, unroll=Unroll(steps, 4 * steps))
    inputs = [leaf for p in function.parameters for leaf in (p.value,)]
    assert set(leaves(function.roots)) <= set(inputs)
    run = compiled(function.roots, inputs)
    found = {}
    for words in product(range(1 << width), repeat=len(inputs)):
        value, poison, ub, domain, trap, beyond = run(*words)
        found[words] = None if beyond and domain and not ub else (bool(domain and not ub), value, poison, trap)
    return found


def refines(source, target, width, steps):
    """The truth, by running: whether the target does what the source did wherever that ends."""
    for old, new in zip(outcomes(source, width, steps).values(), outcomes(target, width, steps).values()):
        if old is None or not old[0]:
            continue
        if new is None or not new[0] or new[3] != old[3]:
            return False
        if not old[3] and not old[2] and (new[2] or new[1] != old[1]):
            return False
    return True


def checked_against_running(seed, count):
    rng = random.Random(seed)
    proved = right = 0
    for _ in range(count):
        width = rng.randrange(2, 5)
        source = random_program(rng, width)
        target = changed(rng, source, rng.randrange(3))
        texts = source.text(), target.text()
        try:
            truth = refines(*texts, width, (1 << 2 * width) + 1)
        except PrimirError:  # no input ends it
            continue
        found = induced(*texts, seconds=4)
        assert truth or not found, (seed, texts)
        proved, right = proved + found, right + truth
    return proved, right


def test_random_loops_as_they_run():
    seed = random.randrange(1 << 32)
    checked_against_running(seed, 10)


@pytest.mark.slow
def test_many_random_loops_as_they_run():
    seed = random.randrange(1 << 32)
    proved, right = checked_against_running(seed, 400)
    assert proved * 3 > right


def as_cut(function, words):
    """The roots of a function on one input, by its loops as they stand beside it; None where it does not end."""
    cut = cut_of(function)
    inputs = [p.value for p in function.parameters]
    given = [*inputs, *cut.states]
    state = dict.fromkeys(cut.states, 0)

    def now(nodes):
        return compiled(nodes, given)(*words, *state.values())

    for loop in cut.loops:
        state.update(zip(loop.state, now(loop.initial)))
        for _ in range(2000):
            if now([loop.entered, loop.goes_on]) != (1, 1):
                break
            state.update(zip(loop.state, now(loop.step)))
        else:
            return None
    return now(cut.roots)


def test_loops_that_are_kept_are_what_the_function_does():
    seed = random.randrange(1 << 32)
    rng = random.Random(seed)
    for _ in range(8):
        width = rng.randrange(2, 4)
        text = random_program(rng, width).text()
        try:
            function = lift_llvm(text, unroll=Unroll(80, 320))
        except PrimirError:  # no input ends it
            continue
        if function.beyond is FALSE and function.cut is None:
            continue
        assert function.cut is not None, text
        run = compiled(function.roots, [p.value for p in function.parameters])
        for words in product(range(1 << width), repeat=2):
            value, poison, ub, domain, trap, beyond = run(*words)
            found = as_cut(function, words)
            if beyond:
                assert found is None or ub or not domain, (seed, text, words)
                continue
            assert found is not None or ub or not domain, (seed, text, words)
            if ub or not domain:
                assert found is None or found[2] or not found[3], (seed, text, words)
            else:
                assert found[2:5] == (ub, domain, trap), (seed, text, words)
                assert trap or poison and found[1] or found[:2] == (value, poison), (seed, text, words)


# --- as part of a proof -----------------------------------------------------------------------------------------------


def test_refinement_is_proved_by_induction_and_says_so():
    verdict = refine(lift_llvm(GCD), lift_llvm(GCD_BY_HAND), deadline=Deadline(40))
    assert isinstance(verdict, Proved) and verdict.prover.startswith("induction"), verdict
    assert "ends, f ends, too" in str(verdict) and "nothing is asked" in str(verdict)


def test_what_induction_does_not_prove_is_bounded_and_says_why():
    wrong_far_away = TIMES.replace("exit:", "exit:\n  %e = icmp eq i64 %s, 123456789").replace(
        "ret i64 %s", "%z = select i1 %e, i64 0, i64 %s\n  ret i64 %z")
    verdict = refine(lift_llvm(TIMES), lift_llvm(wrong_far_away), deadline=Deadline(20))
    assert not isinstance(verdict, Proved)
    assert not isinstance(verdict, Bounded) or "induction" in str(verdict)


def test_programs_are_made_of_what_they_say():
    assert isinstance(random_program(random.Random(0), 4), Program)


def test_what_spoke_against_several_attempts_is_said_once(monkeypatch):
    """Each attempt is told what was in its way, in parts, many of which are those of the one before."""
    function = lift_llvm(TIMES)
    said = iter(["no relation; no time left", "no time left; no pace", *["no relation"] * 20])
    monkeypatch.setattr("primir.verify.invariants.guessed", lambda *arguments: next(said))
    tried = prove(machine_of(function, function, TRUE), ("f", "g"), Deadline(SECONDS), QUICK)
    assert tried == DontKnow("induction: no relation; no time left; no pace")
