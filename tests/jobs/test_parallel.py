"""Calls side by side: in order, no more at once than allowed, and none left when one fails."""

import time

import pytest
from primir.jobs.parallel import side_by_side
from primir.jobs.workers import TimedOut


def test_results_are_in_the_order_of_the_calls():
    assert side_by_side("operator:add", [(n, n) for n in range(5)], 2, 20) == [0, 2, 4, 6, 8]
    assert side_by_side("operator:add", [], 2, 20) == []


def test_two_sleep_at_once():
    started = time.monotonic()
    side_by_side("time:sleep", [(1.0,), (1.0,)], 2, 20)
    assert time.monotonic() - started < 1.9


def test_the_first_failure_ends_all():
    started = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        side_by_side("operator:truediv", [(1, 0)], 2, 20)
    with pytest.raises(TimedOut):
        side_by_side("time:sleep", [(30.0,), (30.0,)], 2, 0.5)
    assert time.monotonic() - started < 10
