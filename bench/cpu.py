"""CPU seconds of this process and its children, those that run among them: provers work in children that stay."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path


def cpu() -> float:
    """CPU seconds of this process and its children: those that ended and, on Linux, those that run."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime + sum(map(_of_process, _running()))


def _running() -> list[int]:
    if sys.platform != "linux":
        return []
    found = []
    for listed in Path("/proc/self/task").glob("*/children"):
        try:
            found += map(int, listed.read_text().split())
        except OSError:  # the thread is gone
            pass
    return found


def _of_process(process: int) -> float:
    """In nanoseconds where /proc/PID/stat counts hundredths of a second."""
    try:
        return time.clock_gettime((~process << 3) | 2)  # clock_getcpuclockid
    except OSError:  # it is gone
        return 0.0

