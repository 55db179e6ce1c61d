"""Most cases run functions of the standard library: `builtins:exec` runs any code, and ENDLESS long holds the GIL."""

import math
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from primir.ir.errors import Place, PrimirError
from primir.jobs.workers import Crashed, TimedOut, Worker, borrowed, first

ENDLESS = ("re:match", "(a+)+$", "a" * 60 + "b")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shared():
    with Worker() as worker:
        yield worker


@pytest.fixture
def worker():
    with Worker() as worker:
        yield worker


def gone(pid, within=2.0):
    """Whether the process ends within some seconds; one that only waits to be reaped has ended."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            status = Path(f"/proc/{pid}/stat")
            if status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):  # it may end between any two of these lines
            return True
        time.sleep(0.01)
    return False


# --- answers ---


def test_a_result(shared):
    assert shared.call("operator:add", 1, 2, seconds=10) == 3
    assert shared.call("os.path:join", "a", "b", seconds=math.inf) == "a/b"


def test_the_same_child_answers_a_thousand_calls(shared):
    child = shared.call("os:getpid", seconds=10)
    assert [shared.call("operator:mul", n, n, seconds=10) for n in range(1000)] == [n * n for n in range(1000)]
    assert shared.call("os:getpid", seconds=10) == child != os.getpid()


def test_megabytes_go_both_ways(shared):
    data = os.urandom(3_000_000)
    assert shared.call("builtins:bytes", data, seconds=10) == data


def test_an_exception_is_raised_again_with_the_traceback_as_a_note(shared):
    with pytest.raises(ValueError, match="invalid literal") as caught:
        shared.call("builtins:int", "x", seconds=10)
    assert "Traceback" in caught.value.__notes__[0]


def test_primirs_own_errors_arrive_whole(shared):
    place = Place("f.spec", 3, 4, "a $ b")
    code = f"from primir.ir.errors import *; raise PrimirError('bad', {place!r}, 'a + b')"
    with pytest.raises(PrimirError) as caught:
        shared.call("builtins:exec", code, seconds=10)
    assert (caught.value.message, caught.value.place, caught.value.hint) == ("bad", place, "a + b")
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(
    "code, message",
    [
        ("class E(Exception):\n  def __init__(self, a, b): pass\nraise E(1, 2)", "E: .1, 2."),  # cannot be built again
        ("class E(Exception): pass\nraise E('local')", "E: local"),  # the parent does not know the class
        ("raise ValueError(lambda: 0)", "ValueError: "),  # cannot be pickled
    ],
)
def test_an_exception_that_does_not_travel_is_told(shared, code, message):
    with pytest.raises(RuntimeError, match=message):
        shared.call("builtins:exec", code, {"__name__": "elsewhere"}, seconds=10)
    assert shared.call("operator:add", 1, 2, seconds=10) == 3


@pytest.mark.parametrize(
    "error, call",
    [
        (TypeError, ["threading:Lock"]),  # a result that cannot be pickled
        (ModuleNotFoundError, ["no.such:function"]),
        (AttributeError, ["os:no_such"]),
        (RecursionError, ["builtins:exec", "def f(): f()\nf()", {}]),
        ((AttributeError, pickle.PicklingError), ["builtins:repr", lambda: 0]),  # an argument that cannot
    ],
)
def test_a_call_that_cannot_be_made(shared, error, call):
    with pytest.raises(error):
        shared.call(*call, seconds=10)
    assert shared.call("operator:add", 1, 2, seconds=10) == 3


def test_prints_do_not_disturb(shared):
    for code in ("print('x' * 100_000, flush=True)", "import os; os.write(1, b'x' * 9); os.write(2, b'y' * 9)"):
        assert shared.call("builtins:exec", code, seconds=10) is None
    assert shared.call("builtins:eval", "__import__('sys').stdin.read()", seconds=10) == ""
    assert shared.call("operator:add", 1, 2, seconds=10) == 3


# --- limits ---


@pytest.mark.parametrize("call", [ENDLESS, ("time:sleep", 60), ("os:system", "sleep 60")])
def test_the_time_limit_is_kept(worker, call):
    worker.call("builtins:exec", "import re", seconds=10)
    start = time.monotonic()
    with pytest.raises(TimedOut, match="no answer within 0.2 s"):
        worker.call(*call, seconds=0.2)
    assert 0.2 <= time.monotonic() - start < 0.5
    assert worker.call("operator:add", 1, 2, seconds=10) == 3


def test_a_child_that_nobody_looks_at_ends_by_itself(worker):
    child = worker.call("os:getpid", seconds=10)
    job = worker.start(*ENDLESS, seconds=0.1)
    assert gone(child)
    with pytest.raises(TimedOut):
        job.result()


def test_no_time_is_a_time_out_that_keeps_the_child(worker):
    child = worker.call("os:getpid", seconds=10)
    for seconds in (0, -1, math.nan):
        with pytest.raises(TimedOut):
            worker.call("operator:add", 1, 2, seconds=seconds)
    assert worker.call("os:getpid", seconds=10) == child


def test_a_child_that_does_not_read_is_given_up_too(worker):
    child = worker.call("os:getpid", seconds=10)
    os.kill(child, signal.SIGSTOP)
    with pytest.raises(TimedOut):
        worker.call("builtins:len", bytes(1_000_000), seconds=0.2)
    assert gone(child)


def test_what_the_child_started_is_killed_with_it(worker, tmp_path):
    with pytest.raises(TimedOut):
        worker.call("os:system", f"echo $$ > {tmp_path}/pid; exec sleep 60", seconds=0.3)
    assert gone(int((tmp_path / "pid").read_text()))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not limit the address space")
def test_the_memory_limit_is_kept():
    with Worker(memory=1 << 30) as worker:
        with pytest.raises(Crashed, match=r"out of memory .its limit is 1 GiB."):
            worker.call("builtins:bytes", 2 << 30, seconds=10)
        assert worker.call("operator:add", 1, 2, seconds=10) == 3


@pytest.mark.parametrize(
    "reason, call",
    [
        ("SIGABRT", ["os:abort"]),
        ("SIGSEGV", ["ctypes:string_at", 0]),
        ("exit status 3", ["os:_exit", 3]),
        ("exit status 4", ["sys:exit", 4]),  # never an exit of the parent's
        ("SIGKILL", ["signal:raise_signal", signal.SIGKILL]),
    ],
)
def test_a_crash_says_of_what(worker, reason, call):
    with pytest.raises(Crashed, match=f"the worker died: {reason}"):
        worker.call(*call, seconds=10)
    assert worker.call("operator:add", 1, 2, seconds=10) == 3


def test_a_crash_carries_the_last_words(worker):
    with pytest.raises(Crashed) as caught:
        worker.call("builtins:exec", "import os; os.write(1, b'x' * 99999 + b'the end'); os._exit(1)", seconds=10)
    assert caught.value.output.endswith("xthe end")
    assert len(caught.value.output) < 20_000


def test_a_crash_does_not_carry_the_words_of_earlier_calls(worker):
    worker.call("os:write", 2, b"earlier", seconds=10)
    with pytest.raises(Crashed) as caught:
        worker.call("os:_exit", 1, seconds=10)
    assert caught.value.output == ""


def test_the_child_ignores_ctrl_c(worker):
    child = worker.call("os:getpid", seconds=10)
    os.kill(child, signal.SIGINT)
    assert worker.call("os:getpid", seconds=10) == child


def test_a_child_that_died_between_calls_is_replaced(worker):
    child = worker.call("os:getpid", seconds=10)
    os.kill(child, signal.SIGKILL)
    assert gone(child)
    assert worker.call("os:getpid", seconds=10) != child


# --- jobs and races ---


def test_a_job_runs_while_we_do_not_wait(worker):
    job = worker.start("time:sleep", 0.05, seconds=10)
    assert not job.done()
    time.sleep(0.3)
    assert job.done()
    assert job.result() is None
    assert job.result() is None


def test_one_job_at_a_time(worker):
    job = worker.start("time:sleep", 60, seconds=60)
    with pytest.raises(RuntimeError, match="still at its last job"):
        worker.start("operator:add", 1, 2, seconds=10)
    job.cancel()
    with pytest.raises(Crashed, match="cancelled"):
        job.result()
    assert worker.call("operator:add", 1, 2, seconds=10) == 3
    job.cancel()
    assert worker.call("operator:add", 1, 2, seconds=10) == 3  # that was not its job any more


def test_an_answer_in_time_counts_however_late_it_is_read(worker):
    worker.call("operator:add", 1, 2, seconds=10)
    job = worker.start("operator:add", 1, 2, seconds=0.3)
    time.sleep(0.4)
    assert job.result() == 3


def test_first_yields_jobs_as_they_end():
    with Worker() as slow, Worker() as dying, Worker() as quick, Worker() as late:
        for worker in (slow, dying, quick, late):
            worker.call("operator:add", 1, 2, seconds=10)
        jobs = {
            "slow": slow.start("time:sleep", 0.3, seconds=10),
            "dying": dying.start("builtins:exec", "import time, os; time.sleep(0.15); os.abort()", seconds=10),
            "quick": quick.start("operator:add", 1, 2, seconds=10),
            "late": late.start(*ENDLESS, seconds=0.5),
        }
        names = {job: name for name, job in jobs.items()}
        assert [names[job] for job in first(list(jobs.values()))] == ["quick", "dying", "slow", "late"]
        assert jobs["quick"].result() == 3
        with pytest.raises(TimedOut):
            jobs["late"].result()


def test_leaving_a_race_cancels_the_rest():
    with Worker() as one, Worker() as two:
        loser = two.call("os:getpid", seconds=10)
        jobs = [one.start("operator:add", 1, 2, seconds=10), two.start(*ENDLESS, seconds=60)]
        for job in first(jobs):
            assert job.result() == 3
            break
        assert gone(loser)
        assert two.call("operator:add", 1, 2, seconds=10) == 3


def test_a_borrowed_worker_stays_warm():
    with borrowed("a") as worker:
        child = worker.call("os:getpid", seconds=10)
    with borrowed("a") as worker, borrowed("a") as second, borrowed("b") as other:
        assert worker.call("os:getpid", seconds=10) == child
        assert second.call("os:getpid", seconds=10) != child
        assert other.call("os:getpid", seconds=10) != child
        worker.start("time:sleep", 60, seconds=60)
    assert gone(child)  # its job was not waited for


# --- who lives how long ---


def test_close_and_garbage_collection_end_the_child():
    worker = Worker()
    child = worker.call("os:getpid", seconds=10)
    worker.close()
    assert gone(child)
    child = worker.call("os:getpid", seconds=10)
    del worker
    assert gone(child)


def test_a_worker_outlives_the_thread_that_started_it(worker):
    children = []
    thread = threading.Thread(target=lambda: children.append(worker.call("os:getpid", seconds=10)))
    thread.start()
    thread.join()
    time.sleep(0.1)
    assert worker.call("os:getpid", seconds=10) == children[0]


def script(tmp_path, text):
    """A plain script, without an `if __name__ == "__main__"` guard, that has a worker and says its process."""
    path = tmp_path / "script.py"
    path.write_text(
        "import os, signal, sys, time\n"
        "from primir.jobs.workers import Worker\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "worker = Worker()\n"
        "print(worker.call('os:getpid', seconds=10), flush=True)\n" + text
    )
    process = subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return process, int(process.stdout.readline())


@pytest.mark.parametrize(
    "ending", ["", "sys.exit(3)", "1 / 0", "os._exit(0)", "worker.start('time:sleep', 60, seconds=60)", "os.abort()"]
)
def test_no_child_is_left_at_the_end(tmp_path, ending):
    process, child = script(tmp_path, ending)
    with process:
        assert gone(child)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS cannot interrupt such a call before its time limit")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_child_is_left_in_a_call_when_the_parent_is_killed(tmp_path, number):
    process, child = script(tmp_path, f"worker.call(*{ENDLESS!r}, seconds=60)")
    with process:
        time.sleep(0.2)
        assert not process.poll()
        process.send_signal(number)
        process.wait(2)
        assert gone(child)


def test_ctrl_c_is_prompt_and_leaves_the_worker_killed(tmp_path):
    process, child = script(
        tmp_path,
        f"try: worker.call(*{ENDLESS!r}, seconds=60)\n"
        "except KeyboardInterrupt: print(time.monotonic())\n"
        "print(worker.call('operator:add', 1, 2, seconds=10))\n",
    )
    with process:
        time.sleep(0.2)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        caught, answer = process.stdout.read().split()
        assert float(caught) - start < 0.3  # it is 0.01 on an idle machine
        assert answer == "3"
        assert gone(child)


FORK = """
copy = os.fork()
if copy == 0:
    {copy_does}
    os.close(1); os.close(2)
    time.sleep(60)
    sys.exit()
time.sleep(0.3)
print(worker.call('os:getpid', seconds=10), copy, flush=True)
signal.raise_signal(signal.SIGKILL)
"""


@pytest.mark.parametrize(
    "copy_does", ["pass", "assert worker.call('os:getppid', seconds=10) == os.getpid()", "sys.exit()"]
)
def test_a_forked_copy_neither_uses_nor_keeps_the_child(tmp_path, copy_does):
    process, child = script(tmp_path, FORK.format(copy_does=copy_does))
    with process:
        same, copy = map(int, process.stdout.read().split())
        assert same == child
        assert gone(child)
        assert gone(copy, within=0.1) == (copy_does == "sys.exit()")
        with suppress(ProcessLookupError):
            os.kill(copy, signal.SIGKILL)


# --- which modules the child finds ---


def test_the_child_imports_the_parents_primir(tmp_path):
    """Also where the folder has another name, and another primir is installed."""
    clone = tmp_path / "primir-main"
    (clone / "ir").mkdir(parents=True)
    shutil.copytree(ROOT / "jobs", clone / "jobs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "ir/errors.py", clone / "ir")
    (clone / "__init__.py").write_text("")
    code = f"""
import sys
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("primir", {str(clone / "__init__.py")!r}, submodule_search_locations=[{str(clone)!r}])
sys.modules["primir"] = module_from_spec(spec)
from primir.jobs.workers import Worker
for module in ("primir", "primir.ir.errors"):
    print(Worker().call("builtins:eval", f"__import__({{module!r}}, fromlist=['x']).__file__", seconds=10))
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert found.stdout.split() == [str(clone / "__init__.py"), str(clone / "ir/errors.py")]


def test_the_parents_path_is_searched_last(monkeypatch, tmp_path):
    (tmp_path / "only_here.py").write_text("def f(): return 'found'")
    (tmp_path / "colorsys.py").write_text("1 / 0")
    (tmp_path / "pickle.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    with Worker() as worker:
        assert worker.call("only_here:f", seconds=10) == "found"
        assert worker.call("colorsys:rgb_to_hsv", 0, 0, 0, seconds=10) == (0.0, 0.0, 0)
