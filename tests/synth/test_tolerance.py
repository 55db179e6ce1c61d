"""What a predicate accepts, held against every result."""

import pytest
from primir.ir.evaluate import evaluate
from primir.jobs.limits import Deadline
from primir.synth.problem import Problem
from primir.synth.tolerance import accepted


@pytest.mark.parametrize("text", [
    "spec f(x: u8) -> u8\n requires x < 200\n ensures abs_diff(result, x + 5) <= 2",
    "spec f(x: u8) -> i8\n ensures abs_diff(result, i8(x) / 3) <= 1",
    "spec f(x: u8) -> u12\n ensures abs_diff(result, u12(x) * 11) <= 3",
    "spec f(x: i8) -> i12\n ensures abs_diff(result, i12(x) * 11) < 9",
])
def test_ranges(spec_of, text):
    spec = spec_of(text)
    problem = Problem(spec, seed=0, deadline=Deadline(60))
    found = accepted(problem, 0, problem.tuples)
    output = spec.outputs[0]
    for inputs, low, high in zip(problem.tuples[:60], found.low, found.high, strict=False):
        for word in range(low - 1, high + 1):
            if word in output.type.range:
                words = {spec.parameters[0].value: inputs[0], output.value: word & (1 << output.type.width) - 1}
                assert evaluate([spec.ensures], words)[0] == (low <= word < high), (inputs, word)


@pytest.mark.parametrize("text", ["spec f(x: u8) -> u8\n ensures result == x",
                                  "spec f(x: u16) -> u16\n ensures result * result == x",
                                  "spec f(x: u8) -> u8\n example f(3) == 3"])
def test_none(spec_of, text):
    problem = Problem(spec_of(text), seed=0, deadline=Deadline(60))
    assert accepted(problem, 0, problem.tuples) is None
