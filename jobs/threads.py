"""Work in several threads, with its results in order: for code that lets go of Python's lock, as compiled code does."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """Like `map`, with as many calls of `function` at once as there are threads.

    `items` are taken one thread's work ahead, in the caller's thread. When the caller stops early, or `function`
    raises, what has begun is waited for, so that nothing is still written to when this is over.
    """
    items = iter(items)
    first = list(islice(items, 2))
    if threads == 1 or len(first) < 2:
        yield from map(function, chain(first, items))
        return
    from concurrent.futures import wait

    begun: deque[Future[Result]] = deque()
    try:
        for item in chain(first, items):
            begun.append(_pool(threads).submit(function, item))
            if len(begun) >= threads:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        for future in begun:
            future.cancel()
        wait(begun)


class Spare(Generic[Item]):
    """Things of which each is used by one thread at a time; `make` makes one where there is none to spare."""

    def __init__(self, make: Callable[[], Item]) -> None:
        self._make = make
        self._free: list[Item] = []

    @contextmanager
    def one(self) -> Iterator[Item]:
        try:
            item = self._free.pop()  # to look first whether there is one would be a race
        except IndexError:
            item = self._make()
        try:
            yield item
        finally:
            self._free.append(item)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(threads, thread_name_prefix="primir")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not follow into a copy
