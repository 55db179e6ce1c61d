"""What a search may spend: candidates, which make the same answer on any machine, and seconds, which only end it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..jobs.limits import Deadline
from ..jobs.threads import cores, in_order

# Nanoseconds that a candidate takes: swept over, in a chain of macros, around a promoted value, with constants to solve
# for, stored, held against one word, and a test held against sets of samples; measured on one core of 2023, where only
# the proportions matter.
TRIED, CHAINED, PROMOTED, FILLED, STORED, SCANNED, TESTED = 3.0, 20.0, 65.0, 35.0, 30.0, 0.2, 10.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a search is: what the face may draw."""

    engine: str
    level: int
    candidates: int
    seconds: float


Report = Callable[[Progress], None]


class Spent(Exception):
    """The budget is used up."""


Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]  # `map`, or what does the same in several threads


class Budget:
    """`work` candidates (None: without end) until `deadline`; `report` hears of progress a few times a second.

    `threads` (None: one for each core) change how long it takes, and nothing else. A `thorough` search spends all of
    it, unless nothing cheaper is left to be looked at.
    """

    def __init__(self, deadline: Deadline, work: int | None = None, report: Report | None = None,
                 threads: int | None = 1, thorough: bool = False) -> None:
        self.deadline, self.work, self._report, self.thorough = deadline, work, report, thorough
        self.threads = cores() if threads is None else threads
        self.candidates = 0
        self.work_seconds = 0.0  # what the candidates take, by the figures above, wherever they are tried
        self._most: float | None = None  # of these
        self.engine, self.level = "", 0
        self._start = self._reported = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def end_after(self, seconds: float) -> None:
        """Lets what follows spend so many seconds of work."""
        self._most = self.work_seconds + seconds

    def run(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        """Like `map`, on all threads; the results come in order."""
        return in_order(function, items, self.threads)

    def chain(self, candidates: int) -> None:
        """Counts chains of macros (see synth/chains.py)."""
        self.spend(candidates, CHAINED)

    def promote(self, candidates: int) -> None:
        """Counts programs around a promoted value (see synth/promotion.py)."""
        self.spend(candidates, PROMOTED)

    def fill(self, candidates: int) -> None:
        """Counts choices of values and constants' bits (see synth/holes.py)."""
        self.spend(candidates, FILLED)

    def branch(self, tests: int) -> None:
        """Counts tests that are held against sets of samples (see synth/branches.py)."""
        self.spend(tests, TESTED)

    def scan(self, candidates: int) -> None:
        """Counts candidates that are held against one word."""
        self.spend(candidates, SCANNED)

    def store(self, candidates: int) -> None:
        """Counts candidates that are evaluated on all samples and stored."""
        self.spend(candidates, STORED)

    def spend(self, candidates: int, each: float = TRIED) -> None:
        """Counts candidates that take `each` nanoseconds. Raises Spent when there is no more to spend."""
        self.candidates += candidates
        self.work_seconds += candidates * each * 1e-9
        now = time.monotonic()
        if self._report is not None and now - self._reported > 0.1:
            self._reported = now
            self._report(Progress(self.engine, self.level, self.candidates, self.seconds))
        if self._most is not None and self.work_seconds > self._most:
            raise Spent
        if self.deadline.passed() or (self.work is not None and self.candidates > self.work):
            raise Spent
