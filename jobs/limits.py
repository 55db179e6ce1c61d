"""How long work may take: one moment on the clock, shared by everything that spends the same budget."""

from __future__ import annotations

import math
import time


class Deadline:
    """A moment on the monotonic clock, `seconds` from now; None never comes."""

    __slots__ = ("_moment",)

    def __init__(self, seconds: float | None) -> None:
        self._moment = math.inf if seconds is None else time.monotonic() + seconds

    def left(self) -> float:
        """The seconds until then: never negative, `inf` without a limit."""
        return max(0.0, self._moment - time.monotonic())

    def passed(self) -> bool:
        return time.monotonic() >= self._moment

    def slice(self, seconds: float) -> Deadline:
        """A part of the time left: `seconds` from now, or this deadline where that comes first."""
        return Deadline(min(seconds, self._moment - time.monotonic()))

    def __repr__(self) -> str:
        return f"Deadline({self.left():.3f} s left)"
