"""Problems on words of one width."""

import pytest
from primir.jobs.limits import Deadline
from primir.synth.lane import lane
from primir.synth.problem import Problem
from primir.synth.vocabulary import vocabulary


@pytest.mark.parametrize("width", [8, 32])
def test_no_operation_leads_to_wider_words(spec_of, width):
    """`full` has the sign extension to words twice as wide, which no other operation of the lane could take."""
    spec = spec_of(f"spec f(x: i{width}, y: i{width}) -> i{width}\n ensures result == x + y", using=None)
    words = vocabulary(spec)
    assert any(operation.w == width < operation.result and operation.cost for operation in words.operations)
    found = lane(Problem(spec, seed=0, deadline=Deadline(30)), 0, words, ())
    assert found.operations and all(operation.result <= found.width for operation in found.operations)
