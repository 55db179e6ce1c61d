"""The child's side of workers.py: read a call, run it, write the answer, until the parent is gone.

It is run by its path, `python -P .../jobs/worker.py`, so that it starts in a clone or an install of any name. Every
fresh child pays for what is imported here; modules that a call needs are imported by that call.

A message is its length, 8 bytes, and a pickle. The first one sets the child up, each other one is a call.
"""

from __future__ import annotations

import faulthandler
import os
import pickle
import signal
import sys
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from operator import attrgetter
from typing import BinaryIO

GRACE = 1.0  # seconds by which the parent's limit may be overrun before the child's own alarm ends it


def main(lifeline: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    end_with_parent(lifeline)
    calls, answers = take_pipes()
    faulthandler.enable()
    setup = receive(calls)
    if setup is None:
        return
    root, path, memory = pickle.loads(setup)
    find_modules(root, path)
    limit_memory(memory)
    while (call := receive(calls)) is not None:
        send(answers, answer(call))


def end_with_parent(lifeline: int) -> None:
    """Arrange for SIGKILL when the parent closes its end of the lifeline, which its death does too.

    On Linux the kernel sends it, in the middle of a C call as well: the pipe signals its owner when anything happens to
    it, and nothing but its end ever does. (PR_SET_PDEATHSIG would send it when the *thread* that started the child
    ends.) Elsewhere a thread watches, and a call that holds the GIL goes on to the alarm that `answer` sets.
    """
    os.set_inheritable(lifeline, False)
    if sys.platform == "linux":
        import fcntl

        fcntl.fcntl(lifeline, fcntl.F_SETOWN, -os.getpgrp())  # everything that the child starts, too
        fcntl.fcntl(lifeline, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        try:
            os.read(lifeline, 1)
        except BlockingIOError:
            return  # still open
        os._exit(1)  # the parent died before the kernel knew whom to tell
    else:
        import _thread

        def watch() -> None:
            os.read(lifeline, 1)
            os.killpg(0, signal.SIGKILL)

        _thread.start_new_thread(watch, ())


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes that came as stdin and stdout, moved away: what anybody prints from now on goes to stderr."""
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return calls, answers


class _Here:
    """Finds `primir` where the parent found it, whatever that folder is called and however it was installed."""

    def __init__(self, root: str) -> None:
        self.root = root

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != "primir":
            return None
        file = os.path.join(self.root, "__init__.py")
        spec = ModuleSpec(name, SourceFileLoader(name, file), origin=file, is_package=True)
        spec.submodule_search_locations = [self.root]
        spec.has_location = True
        return spec


def find_modules(root: str, path: list[str]) -> None:
    """Import what the parent would. The entries of its path come last, so that they hide no module."""
    sys.meta_path.insert(0, _Here(root))
    sys.path.extend(entry for entry in path if entry not in sys.path)


def limit_memory(memory: int | None) -> None:
    """Cap the address space at `memory` bytes, where the system can (macOS ignores it), and write no core files."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if memory is None:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        memory = min(memory, hard)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
    except (ValueError, OSError):
        if sys.platform == "linux":
            raise


def receive(calls: BinaryIO) -> bytes | None:
    """The next message, or None when the parent has closed the pipe."""
    length = calls.read(8)
    return calls.read(int.from_bytes(length, "little")) if len(length) == 8 else None


def send(answers: BinaryIO, message: bytes) -> None:
    answers.write(len(message).to_bytes(8, "little") + message)
    answers.flush()


def answer(call: bytes) -> bytes:
    """Run a call (function, arguments, seconds): (True, value) or (False, exception), pickled.

    An answer that cannot be pickled is an exception too. SystemExit and its like end the child.
    """
    try:
        function, arguments, seconds = pickle.loads(call)
        signal.setitimer(signal.ITIMER_REAL, min(seconds + GRACE, 1e9))  # default action: the end, in C calls too
        module, _, name = function.partition(":")
        value = attrgetter(name)(import_module(module))(*arguments)
        return pickle.dumps((True, value), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        os.write(2, b"MemoryError\n")
        os._exit(1)
    except Exception as error:
        return pickled(error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def pickled(error: Exception) -> bytes:
    """The answer (False, error). Errors of primir's own say what is wrong; others carry their traceback as a note."""
    if not type(error).__module__.startswith("primir."):
        import traceback

        error.add_note("In a worker process:\n" + "".join(traceback.format_exception(error)))
    try:
        message = pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
        pickle.loads(message)
    except Exception:
        substitute = RuntimeError(f"{type(error).__qualname__}: {error}")
        for note in getattr(error, "__notes__", ()):
            substitute.add_note(note)
        return pickle.dumps((False, substitute), pickle.HIGHEST_PROTOCOL)
    return message


if __name__ == "__main__":
    main(int(sys.argv[1]))
