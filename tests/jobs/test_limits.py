import math
import time

from primir.jobs.limits import Deadline


def test_a_deadline_passes():
    deadline = Deadline(0.02)
    assert not deadline.passed()
    assert 0 < deadline.left() <= 0.02
    time.sleep(0.03)
    assert deadline.passed()
    assert deadline.left() == 0


def test_without_seconds_it_never_comes():
    assert Deadline(None).left() == math.inf
    assert not Deadline(None).passed()


def test_a_slice_is_the_earlier_of_both():
    assert 9 < Deadline(100).slice(10).left() <= 10
    assert 9 < Deadline(10).slice(100).left() <= 10
    assert 9 < Deadline(None).slice(10).left() <= 10
    assert Deadline(None).slice(math.inf).left() == math.inf
    assert Deadline(0).slice(10).passed()
