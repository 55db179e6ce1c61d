"""docs/sketches.md is true: its sketches are filled, and what it says of an answer is what is printed."""

import re
from pathlib import Path

import pytest
from primir.api import synthesize_spec
from primir.cli import run
from primir.lift.speclang.front import parse_specs

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "sketches.md").read_text()
BLOCKS = re.findall(r"```spec\n(.*?)```(?:\n\n```text\n(.*?)```)?", PAGE, re.DOTALL)


def test_there_are_some():
    assert len(BLOCKS) == PAGE.count("```spec") >= 6


@pytest.mark.parametrize("spec, said", BLOCKS)
def test_is_answered_as_it_says(spec, said):
    (found,) = [synthesize_spec(each, 60) for each in parse_specs(spec, "page.spec")]
    assert found.status == ("none" if ": none:" in said else "proved"), str(found)
    lines = str(found).splitlines()
    assert all(line in lines for line in said.splitlines()), str(found)


@pytest.mark.parametrize("kind, example", [("python", "average_sketch.py"), ("llvm", "average_sketch.ll")])
def test_shows_the_example_as_it_is(kind, example):
    (shown,) = re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)
    assert (ROOT / "examples" / example).read_text().endswith(shown)


def test_the_session_prints_what_it_shows(monkeypatch, capsys):
    (session,) = re.findall(r"```console\n\$ primir (.*?)\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(ROOT / "examples")
    assert run(session[0].split()) == 0
    printed = capsys.readouterr().out.splitlines()
    assert all(line in printed for line in session[1].splitlines())
