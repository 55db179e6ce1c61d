"""docs/sketches.md is true: its sketches are filled, and what it says of an answer is what is printed."""

import re
from pathlib import Path

import pytest
from primir.api import synthesize_spec
from primir.lift.language import parse_specs

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sketches.md").read_text()
BLOCKS = re.findall(r"```spec\n(.*?)```(?:\n\n```text\n(.*?)```)?", PAGE, re.DOTALL)


def test_there_are_some():
    assert len(BLOCKS) == PAGE.count("```spec") >= 6


@pytest.mark.parametrize("spec, said", BLOCKS)
def test_is_answered_as_it_says(spec, said):
    (found,) = [synthesize_spec(each, 60) for each in parse_specs(spec, "page.spec")]
    assert found.status == ("none" if ": none:" in said else "proved"), str(found)
    lines = str(found).splitlines()
    assert all(line in lines for line in said.splitlines()), str(found)
