"""Solvers that die, hang, lie or are missing: planted as modules that the child process imports."""

import time
from dataclasses import replace

import pytest
from primir.ir.graph import CHOICE, apply, const, leaf
from primir.jobs.limits import Deadline
from primir.verify.provers.portfolio import satisfiable
from primir.verify.provers.query import DontKnow, Query, Sat, Unsat
from primir.verify.provers.solvers import BITWUZLA, CVC5, PLAIN_BITWUZLA, Z3, Race, Solver, encode

X, Y = leaf("x", 64), leaf("y", 64)
SMALL = Query(apply("eq", apply("mul", X, const(3, 64)), const(7, 64)), (apply("ne", X, Y),))
NEVER = Query(apply("ne", apply("and", X, Y), apply("sub", apply("or", X, Y), apply("xor", X, Y))))

PLANTED = """
import os, pathlib, time
def dies(text, seconds): os.kill(os.getpid(), 9)
def dies_once(text, seconds):
    flag = pathlib.Path(__file__).with_name("died")
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), 9)
    return "unsat", None
def hangs(text, seconds):
    while True: time.sleep(1)
def fails(text, seconds): raise RuntimeError("a bad day")
def gives_up(text, seconds): return "unknown", "too hard"
def says_sat(text, seconds): return "sat", {"x0": 5}
def says_nonsense(text, seconds): return "sat", {"y": "many"}
"""


@pytest.fixture
def planted(tmp_path, monkeypatch):
    def plant(function):
        return Solver(f"{function} in {tmp_path.name}", f"planted:{function}")  # a fresh child: it has its own path

    (tmp_path / "planted.py").write_text(PLANTED)
    monkeypatch.syspath_prepend(tmp_path)
    return plant


@pytest.mark.parametrize("solver", [BITWUZLA, PLAIN_BITWUZLA, Z3, CVC5, Race((Z3, BITWUZLA))],
                         ids=lambda solver: solver.name)
def test_a_solver_answers(solver):
    if solver is CVC5:
        pytest.importorskip("cvc5")
    answer = solver.ask(SMALL, Deadline(20))
    assert isinstance(answer, Sat)
    assert SMALL.holds(answer.model)
    assert isinstance(solver.ask(NEVER, Deadline(20)), Unsat)


@pytest.mark.parametrize("solver", [BITWUZLA, Z3], ids=lambda solver: solver.name)
def test_any_name_and_width_may_stand_in_a_query(solver):
    odd = [leaf("a|b", 1), leaf("", 5), leaf("x0", 128), leaf("x0", 128, CHOICE), leaf("define-fun", 7), leaf("n1", 7)]
    query = Query(apply("ne", odd[2], odd[3]), (odd[0], apply("eq", odd[1], const(9, 5)), apply("ult", odd[4], odd[5])))
    answer = solver.ask(query, Deadline(20))
    assert isinstance(answer, Sat)
    assert query.holds(answer.model)
    assert answer.model[odd[1]] == 9


def test_without_leaves_there_is_nothing_to_declare():
    assert "declare" not in encode(Query(const(1, 1)))[0]
    assert isinstance(BITWUZLA.ask(Query(const(0, 1)), Deadline(20)), Unsat)
    assert isinstance(Z3.ask(Query(const(1, 1)), Deadline(20)), Sat)


@pytest.mark.parametrize("function, why", [
    ("dies", "the worker died: SIGKILL"),
    ("fails", "RuntimeError: a bad day"),
    ("gives_up", "too hard"),
    ("says_nonsense", "ValueError"),
    ("is_missing", "AttributeError"),
])
def test_what_breaks_is_no_answer(planted, function, why):
    answer = planted(function).ask(SMALL, Deadline(20))
    assert isinstance(answer, DontKnow)
    assert why in answer.why


def test_a_solver_that_is_not_installed():
    answer = Solver("missing", "no_such_solver:ask", optional=True).ask(SMALL, Deadline(20))
    assert answer == DontKnow("missing is not installed: No module named 'no_such_solver'")
    answer = Solver("missing", "no_such_solver:ask").ask(SMALL, Deadline(20))
    assert isinstance(answer, DontKnow)
    assert answer.remarks == ("missing failed: ModuleNotFoundError: No module named 'no_such_solver'",)


def test_a_hanging_solver_is_killed(planted):
    started = time.monotonic()
    answer = planted("hangs").ask(SMALL, Deadline(0.5))
    assert 0.4 < time.monotonic() - started < 1
    assert isinstance(answer, DontKnow)


def test_a_killed_worker_is_replaced(planted):
    solver = planted("dies_once")
    assert isinstance(solver.ask(NEVER, Deadline(20)), DontKnow)
    assert isinstance(solver.ask(NEVER, Deadline(20)), Unsat)


@pytest.mark.parametrize("other", ["dies", "hangs", "fails", "gives_up"])
def test_a_race_is_won_by_whoever_answers(planted, other):
    started = time.monotonic()
    assert isinstance(Race((planted(other), BITWUZLA)).ask(NEVER, Deadline(20)), Unsat)
    assert isinstance(Race((BITWUZLA, planted(other))).ask(SMALL, Deadline(20)), Sat)
    assert time.monotonic() - started < 5


def test_a_model_is_evaluated_before_it_is_believed(planted):
    liar = planted("says_sat")
    answer = satisfiable(NEVER, Deadline(20), [liar])
    assert isinstance(answer, DontKnow)
    assert answer.why == f"{liar.name}: its model is wrong"
    assert "INTERNAL DISAGREEMENT" in answer.remarks[0]
    recovered = satisfiable(NEVER, Deadline(20), [liar, BITWUZLA])
    assert isinstance(recovered, Unsat)
    assert recovered.remarks == answer.remarks


@pytest.mark.parametrize("solver, work", [(Z3, 50_000), (CVC5, 2_000), (BITWUZLA, 2_000), (PLAIN_BITWUZLA, 2_000)],
                         ids=["z3", "cvc5", "bitwuzla", "plain bitwuzla"])
def test_work_ends_early_and_the_same_each_time(solver, work):
    if solver is CVC5:
        pytest.importorskip("cvc5")
    again = apply("add", apply("mul", apply("udiv", X, Y), Y), apply("urem", X, Y))
    started = time.monotonic()
    first, second = (solver.limited(work, 30).ask(Query(apply("ne", again, X)), Deadline(30)) for _ in "ab")
    assert time.monotonic() - started < 10
    assert isinstance(first, DontKnow) and first.why.split(" within ")[0] == second.why.split(" within ")[0]


def test_a_slice_ends_early(planted):
    again = apply("add", apply("mul", apply("udiv", X, Y), Y), apply("urem", X, Y))
    for solver in (BITWUZLA, Z3, planted("hangs")):
        started = time.monotonic()
        answer = replace(solver, slice=0.2).ask(Query(apply("ne", again, X)), Deadline(30))
        assert time.monotonic() - started < 1
        assert isinstance(answer, DontKnow)


def test_how_much_bitwuzla_works_does_not_depend_on_the_time():
    """On a machine that is as busy as its parent makes it: the same number of units decides."""
    x = leaf("x", 16)
    third = apply("trunc", apply("lshr", apply("mul", apply("zext", x, width=32), const(0xAAAB, 32)), const(17, 32)),
                  width=16)
    query = Query(apply("ne", third, apply("udiv", x, const(3, 16))))
    assert isinstance(BITWUZLA.limited(1_000_000, 60).ask(query, Deadline(60)), Unsat)
    few = {str(BITWUZLA.limited(20_000, 60).ask(query, Deadline(60))) for _ in range(3)}
    assert len(few) == 1 and "20,000 units of work" in few.pop()


def test_a_seed_is_passed_on(planted, monkeypatch):
    assert [solver.seeded(7).settings for solver in (BITWUZLA, PLAIN_BITWUZLA, Z3, CVC5)] == [
        (0, 7), (0, 7, 0), (0, 7), (0, 7)]
    assert PLAIN_BITWUZLA.limited(5, 1.0).seeded(7).settings == (5, 7, 0)
    for solver in (BITWUZLA, PLAIN_BITWUZLA, Z3):
        assert isinstance(solver.seeded(7).ask(SMALL, Deadline(20)), Sat)
        assert isinstance(solver.seeded(7).ask(NEVER, Deadline(20)), Unsat)


def test_a_solver_that_needs_more_memory_cannot_tell():
    answer = replace(Z3, memory=48 << 20).ask(SMALL, Deadline(20))
    assert isinstance(answer, DontKnow)
