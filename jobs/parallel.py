"""Independent calls side by side, each in a worker process."""

from __future__ import annotations

import select
from collections.abc import Callable, Sequence
from typing import Any

from .workers import MEMORY, Job, Worker


def side_by_side(function: str, calls: Sequence[tuple[Any, ...]], jobs: int, seconds: float,
                 waiting: Callable[[], None] = lambda: None, memory: int | None = MEMORY) -> list[Any]:
    """What `function`, named "package.module:name", returns for each tuple of arguments, in their order.

    At most `jobs` calls run at once, each for at most `seconds` and in `memory` bytes. `waiting` is called a few times
    a second. Raises what that or the first failing call raises, TimedOut and Crashed included; that, and Ctrl-C, ends
    the others.
    """
    results: list[Any] = [None] * len(calls)
    left = list(enumerate(calls))
    idle = [Worker(memory=memory) for _ in range(min(jobs, len(calls)))]
    running: dict[Job, tuple[int, Worker]] = {}
    try:
        while left or running:
            waiting()
            while left and idle:
                index, arguments = left.pop(0)
                worker = idle.pop()
                running[worker.start(function, *arguments, seconds=seconds)] = index, worker
            select.select(list(running), [], [], min(0.1, *(job.left() for job in running)))
            for job in [job for job in running if job.done()]:
                index, worker = running.pop(job)
                idle.append(worker)
                results[index] = job.result()
    finally:
        for worker in (*idle, *(worker for _, worker in running.values())):
            worker.close()
    return results
