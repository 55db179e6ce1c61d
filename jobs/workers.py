"""Long-lived child processes that run one function at a time, within hard limits of time and memory.

Solvers and LLVM can hang, crash or eat all memory, and many hold the GIL while they run: no signal and no thread gets
through, only the kernel can stop them. So they run in a child that is killed on overrun and replaced at the next call.

    with Worker() as worker:
        worker.call("primir.verify.provers:solve", problem, seconds=5.0)

Why not multiprocessing: spawn and forkserver import the caller's `__main__` a second time, which breaks plain scripts
and notebooks without an `if __name__ == "__main__"` guard, and fork is unsafe in a process that has threads. Here the
child is a plain `python worker.py` that knows nothing of the caller's `__main__`: functions go by name, and what the
arguments are made of must be importable. Its working directory is the caller's at its start: pass absolute paths.

No child outlives its parent. A parent that ends in order kills it; one that dies closes the child's lifeline, a pipe,
and that kills it as well (worker.py says how). A child and what it started are one process group and die together.
Linux and macOS; Windows lacks these groups and signals.
"""

from __future__ import annotations

import os
import pickle
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any

from .limits import Deadline

MEMORY = 4 << 30  # bytes of address space that a child may use
KEPT = 4  # idle workers of one name that stay warm


class TimedOut(Exception):
    """The call did not answer within `seconds`; its child was killed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"no answer within {self.seconds:g} s"


class Crashed(Exception):
    """The child died before it answered: `reason` says of what, `output` is the end of what it printed."""

    def __init__(self, reason: str, output: str = "") -> None:
        super().__init__(reason, output)
        self.reason = reason
        self.output = output

    def __str__(self) -> str:
        return f"the worker died: {self.reason}"


class Worker:
    """One long-lived child that runs one named function at a time; it starts with the first call.

    After a time-out, a crash, a cancelled job or `close` the next call starts a fresh child. `memory` is the child's
    limit in bytes, None for no limit. A worker serves one thread at a time.
    """

    def __init__(self, *, memory: int | None = MEMORY) -> None:
        self._memory = memory
        self._child: _Child | None = None
        self._job: Job | None = None

    def call(self, function: str, *arguments: object, seconds: float) -> Any:
        """What `function`, named "package.module:name", returns for the arguments.

        `seconds` is wall time. It includes the start of a fresh child (some 30 ms) and the imports that the function
        needs. Raises TimedOut, Crashed, or what the function raised. Ctrl-C kills the child.
        """
        try:
            return self.start(function, *arguments, seconds=seconds).result()
        finally:
            if self._busy():
                self.close()

    def start(self, function: str, *arguments: object, seconds: float) -> Job:
        """Begin a call without waiting for it. Raises TimedOut at once when no time is given."""
        if self._busy():
            raise RuntimeError("this worker is still at its last job")
        if not seconds > 0:
            raise TimedOut(seconds)
        message = pickle.dumps((function, arguments, seconds), pickle.HIGHEST_PROTOCOL)
        deadline = Deadline(seconds)
        if self._child is None or not self._child.running():
            self.close()
            self._child = _Child(self._memory)
        self._job = Job(self._child, seconds, deadline)
        self._child.send(message, deadline)
        return self._job

    def close(self) -> None:
        """Kill the child and what it is doing; a job that has not ended is cancelled."""
        if self._child is not None:
            self._child.end()
        self._child = self._job = None

    def _busy(self) -> bool:
        return self._job is not None and not self._job.done()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class Job:
    """A call that has begun. It ends with an answer, at its time limit, with a crash, or when it is cancelled."""

    def __init__(self, child: _Child, seconds: float, deadline: Deadline) -> None:
        self._child = child
        self._seconds = seconds
        self._deadline = deadline
        self._answer = bytearray()
        self._outcome: tuple[bool, Any] | None = None  # (True, value) or (False, exception)

    def done(self) -> bool:
        """Whether it has ended; never waits. This is also where a time limit is kept."""
        if self._outcome is None:
            try:
                self._outcome = self._look()
            except BaseException:
                self._child.end()  # half an answer may have been read
                raise
        return self._outcome is not None

    def result(self) -> Any:
        """The function's result; waits for it up to the time limit. Raises as `Worker.call` does."""
        for _ in first([self]):
            pass
        assert self._outcome is not None
        succeeded, value = self._outcome
        if succeeded:
            return value
        raise value

    def cancel(self) -> None:
        """Kill the child unless the job has ended; the result is then Crashed("cancelled")."""
        if not self.done():
            self._child.end()

    def fileno(self) -> int:
        """Readable when there is something new for `done` to look at."""
        return self._child.answers.fileno()

    def left(self) -> float:
        """Seconds until the time limit."""
        return self._deadline.left()

    def _look(self) -> tuple[bool, Any] | None:
        if not self._child.alive():
            return False, Crashed("cancelled")
        try:
            chunk = os.read(self.fileno(), 1 << 16)
        except BlockingIOError:
            chunk = None
        if chunk == b"":
            late = self._deadline.passed()
            crash = self._child.autopsy()
            return False, TimedOut(self._seconds) if late else crash
        self._answer += chunk or b""
        if len(self._answer) >= 8 and len(self._answer) - 8 == int.from_bytes(self._answer[:8], "little"):
            return _unpickled(self._answer)
        if self._deadline.passed():
            self._child.end()
            return False, TimedOut(self._seconds)
        return None


def first(jobs: Sequence[Job]) -> Iterator[Job]:
    """The jobs in the order in which they end, by an answer, a time limit or a crash.

    Leaving the loop early, by `break` or an exception (Ctrl-C is one), cancels those that have not ended.
    """
    waiting = list(jobs)
    try:
        while waiting:
            ended = [job for job in waiting if job.done()]
            if not ended:
                _wait(waiting)
                continue
            waiting = [job for job in waiting if job not in ended]
            yield from ended
    finally:
        for job in waiting:
            job.cancel()


@contextmanager
def borrowed(name: str = "", *, memory: int | None = MEMORY) -> Iterator[Worker]:
    """A worker from this process's idle ones, still warm if it can be; it goes back at the end of the block.

    Workers of different names are kept apart, so that each keeps what it has imported: name them for what they load.
    """
    idle = _idle.setdefault((name, memory), [])
    try:
        worker = idle.pop()
    except IndexError:
        worker = Worker(memory=memory)
    try:
        yield worker
    finally:
        if worker._busy() or len(idle) >= KEPT:
            worker.close()
        else:
            idle.append(worker)


class _Child:
    """One process and the pipes to it: for calls, for answers, and the lifeline, which is only ever closed."""

    def __init__(self, memory: int | None) -> None:
        output = tempfile.TemporaryFile(buffering=0)  # not a pipe: nobody would empty it while the parent is busy
        end, held = os.pipe()
        lifeline = os.fdopen(held, "wb", 0)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-P", _SCRIPT, str(end)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                bufsize=0,
                pass_fds=[end],
                process_group=0,
                # One job, one core: numpy's thread pool would reserve address space for every core of the machine.
                env={"OPENBLAS_NUM_THREADS": "1", **os.environ},
            )
        except BaseException:
            lifeline.close()
            raise
        finally:
            os.close(end)
        assert self.process.stdin is not None  # it is PIPE
        assert self.process.stdout is not None
        self.calls: IO[bytes] = self.process.stdin
        self.answers: IO[bytes] = self.process.stdout
        self.output: IO[bytes] = output
        self.lifeline: IO[bytes] = lifeline
        self.memory = memory
        self.end = weakref.finalize(self, _end, self.process, self.lifeline, self.output)  # also at exit
        _children.add(self)
        os.set_blocking(self.calls.fileno(), False)
        os.set_blocking(self.answers.fileno(), False)
        path = [os.path.abspath(entry) for entry in sys.path]
        self.send(pickle.dumps((_ROOT, path, memory)), Deadline(None))

    def alive(self) -> bool:
        """Whether nobody has ended it yet."""
        return self.end.alive

    def running(self) -> bool:
        return self.alive() and _reap(self.process) is None

    def send(self, message: bytes, deadline: Deadline) -> None:
        """Write it as far as the deadline and the child's life allow; the job finds out about either."""
        _empty(self.output)
        rest = memoryview(len(message).to_bytes(8, "little") + message)
        try:
            while rest and not deadline.passed():
                try:
                    rest = rest[os.write(self.calls.fileno(), rest) :]
                except BlockingIOError:
                    _select([self.calls], selectors.EVENT_WRITE, deadline.left())
        except BrokenPipeError:
            pass
        except BaseException:
            self.end()  # half a message is written
            raise

    def autopsy(self) -> Crashed:
        """Of what it died. It has closed its pipes, so that its end is near if not past."""
        patience = Deadline(1.0)
        while _reap(self.process) is None and not patience.passed():
            time.sleep(0.001)
        output = _tail(self.output)
        self.end()
        return Crashed(_reason(self.process.returncode, output, self.memory), output)

    def forget(self) -> None:
        """Let go of it without killing it."""
        self.end.detach()
        self.process.returncode = 0  # Popen asks no more
        for stream in (self.calls, self.answers, self.lifeline, self.output):
            stream.close()


_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worker.py")
_ROOT = os.path.dirname(os.path.dirname(_SCRIPT))
_children: weakref.WeakSet[_Child] = weakref.WeakSet()
_idle: dict[tuple[str, int | None], list[Worker]] = {}


def _forget_children() -> None:
    """After a fork, in the copy: the children are the original's, and a copy of a lifeline would keep one alive."""
    for child in list(_children):
        child.forget()
    _idle.clear()


os.register_at_fork(after_in_child=_forget_children)


def _end(process: subprocess.Popen[bytes], lifeline: IO[bytes], output: IO[bytes]) -> None:
    """Kill it with everything it started, wait until it is gone, and close the pipes."""
    if _reap(process) is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        _reap(process, wait=True)
    for stream in (process.stdin, process.stdout, lifeline, output):
        assert stream is not None
        stream.close()


def _reap(process: subprocess.Popen[bytes], wait: bool = False) -> int | None:
    """Its exit status, negative for a signal; None while it runs.

    Popen's own `poll` and `wait` take a lock. A Ctrl-C at the wrong moment leaves it taken, and the next waits forever.
    """
    if process.returncode is None:
        try:
            ended, status = os.waitpid(process.pid, 0 if wait else os.WNOHANG)
        except ChildProcessError:  # somebody else has seen its end
            process.returncode = 0
        else:
            process.returncode = os.waitstatus_to_exitcode(status) if ended else None
    return process.returncode


def _wait(jobs: Sequence[Job]) -> None:
    """Until one of them has news or reaches its limit."""
    _select(jobs, selectors.EVENT_READ, min(job.left() for job in jobs))


def _select(streams: Sequence[Job] | Sequence[IO[bytes]], event: int, seconds: float) -> None:
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, event)
        selector.select(min(seconds, 3600.0))


def _unpickled(answer: bytearray) -> tuple[bool, Any]:
    try:
        outcome: tuple[bool, Any] = pickle.loads(memoryview(answer)[8:])
    except Exception as error:
        return False, error
    return outcome


def _empty(output: IO[bytes]) -> None:
    output.seek(0)  # the child writes at the same offset
    output.truncate()


def _tail(output: IO[bytes]) -> str:
    size = os.fstat(output.fileno()).st_size
    return os.pread(output.fileno(), 1 << 14, max(0, size - (1 << 14))).decode(errors="replace").strip("\0\n")


def _reason(status: int, output: str, memory: int | None) -> str:
    """What an exit status means, in words."""
    if re.search("MemoryError|bad_alloc|out of memory|memory allocation of", output):
        return "out of memory" if memory is None else f"out of memory (its limit is {memory / (1 << 30):g} GiB)"
    if status == -signal.SIGKILL:
        return "SIGKILL (the machine may be out of memory)"
    if status < 0:
        return next((known.name for known in signal.Signals if known == -status), f"signal {-status}")
    return f"exit status {status}"
