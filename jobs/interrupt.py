"""Ctrl-C and SIGTERM as exceptions, so that a command ends in order however it was started.

A job that a script starts in the background (`primir ... &`) is born with SIGINT ignored, and Python then installs no
handler of its own: without this module `kill -INT` would do nothing.
"""

from __future__ import annotations

import signal
from types import FrameType
from typing import NoReturn


class Terminated(KeyboardInterrupt):
    """SIGTERM arrived. Being a KeyboardInterrupt, it takes the same way out."""


def install_interrupt_handler() -> None:
    """From now on SIGINT raises KeyboardInterrupt, and SIGTERM raises Terminated, in the main thread.

    The second signal of a kind ends the process at once. Must be called in the main thread; meant for the command line,
    never for a library's import.
    """
    signal.signal(signal.SIGINT, _raise)
    signal.signal(signal.SIGTERM, _raise)


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)
    raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
