"""Threads: results in order, a few items ahead and no more, and nothing running when the caller has stopped."""

from __future__ import annotations

import threading
import time

import pytest
from primir.jobs.threads import Spare, cores, in_order


def slow_first(item):
    time.sleep(0.05 if item == 0 else 0.0)
    return item * item


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("items", [[], [7], [0, 1], list(range(20))], ids=len)
def test_results_come_in_order(threads, items):
    assert list(in_order(slow_first, items, threads)) == [item * item for item in items]


def test_calls_run_at_once():
    both = threading.Barrier(2)
    assert list(in_order(lambda item: both.wait(timeout=10) is not None, range(4), 2)) == [True] * 4


def test_a_single_item_stays_in_the_thread_of_the_caller():
    (name,) = in_order(lambda item: threading.current_thread().name, [1], 2)
    assert name == threading.current_thread().name


def test_items_are_taken_no_further_ahead_than_there_are_threads():
    taken = []
    results = in_order(lambda item: item, (taken.append(item) or item for item in range(100)), 2)
    assert next(results) == 0
    assert len(taken) <= 3


@pytest.mark.parametrize("stop", ["closed", "raised"])
def test_what_has_begun_is_over_when_the_caller_stops(stop):
    running = []

    def work(item):
        if item == 1 and stop == "raised":
            raise KeyError(item)
        running.append(item)
        time.sleep(0.05)
        running.remove(item)
        return item

    results = in_order(work, range(100), 2)
    if stop == "closed":
        next(results)
        results.close()
    else:
        with pytest.raises(KeyError):
            list(results)
    assert not running


def test_there_is_a_core():
    assert cores() >= 1


def test_a_thing_is_used_by_one_at_a_time_and_again_afterwards():
    spare = Spare(object)
    with spare.one() as one, spare.one() as other:
        assert one is not other
    with spare.one() as again:
        assert again in (one, other)
    with pytest.raises(KeyError), spare.one():
        raise KeyError
    with spare.one() as first, spare.one() as second:
        assert {first, second} == {one, other}
