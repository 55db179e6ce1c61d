"""What a search may spend: candidates, which make the same answer on any machine, and seconds, which only end it."""

from __future__ import annotations

import math
import time

from ..jobs.limits import Deadline
from .result import Progress, Report


class Spent(Exception):
    """The budget is used up."""


class Budget:
    """`work` candidates (None: without end) until `deadline`; `report` hears of progress a few times a second."""

    def __init__(self, deadline: Deadline, work: int | None = None, report: Report | None = None) -> None:
        self.deadline, self.work, self._report = deadline, work, report
        self.candidates = 0
        self.engine, self.level = "", 0
        self._start = self._reported = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def shorten(self, share: float) -> None:
        """Keeps `share` of the time that is left."""
        if not math.isinf(left := self.deadline.left()):
            self.deadline = self.deadline.slice(share * left)

    def spend(self, candidates: int) -> None:
        """Counts candidates. Raises Spent when there is no more to spend."""
        self.candidates += candidates
        now = time.monotonic()
        if self._report is not None and now - self._reported > 0.1:
            self._reported = now
            self._report(Progress(self.engine, self.level, self.candidates, self.seconds))
        if self.deadline.passed() or (self.work is not None and self.candidates > self.work):
            raise Spent
