"""What examples leave open is said truly: the programs differ where it is said, and an answer there leaves fewer."""

from dataclasses import replace

import pytest
from primir.jobs.limits import Deadline
from primir.lift.spec import Example
from primir.synth.others import other_programs
from primir.synth.schedule import synthesize


def found(spec):
    result = synthesize(spec, deadline=Deadline(60))
    assert result.status == "consistent"
    return result


@pytest.mark.parametrize("lines", [
    "spec f(x: u8, y: u8) -> u8\n example f(3, 5) == 5\n example f(9, 2) == 9\n using umax smax",
    "spec f(x: u8) -> u8\n example f(4) == 5\n example f(6) == 7",
    "spec f(x: i8, y: i8) -> bool\n example f(2, 6) == True\n example f(4, 2) == False\n example f(2, 2) == True",
])
def test_others_fit_the_examples_and_differ(spec_of, lines):
    result = found(spec_of(lines))
    others = result.others
    assert others is not None and others.count > 0 and len(others.results) > 1
    assert others.inputs not in [example.inputs for example in result.spec.examples]
    mine = int(result(*others.inputs)) & (1 << result.spec.outputs[0].type.width) - 1
    assert mine in others.results
    assert result.call(others.inputs) in str(result)
    for word in others.results:
        again = found(replace(result.spec, examples=(*result.spec.examples, Example(others.inputs, (word,)))))
        assert int(again(*others.inputs)) & (1 << again.spec.outputs[0].type.width) - 1 == word
        assert again.others is None or again.others.inputs != others.inputs


@pytest.mark.parametrize("lines", [
    "spec f(x: u8) -> u8\n ensures result == x + 1\n example f(2) == 3",
    "spec f(x: u8) -> (a: u8, b: u8)\n example f(2) == (3, 4)\n example f(4) == (5, 6)",
    "spec f(x: u8) -> u8\n" + "".join(f" example f({x}) == {x ^ 5}\n" for x in range(256)),
])
def test_nothing_is_open(spec_of, lines):
    result = synthesize(spec_of(lines), deadline=Deadline(60))
    assert result.function is not None and result.others is None
    assert other_programs(result.spec, result.function) is None
