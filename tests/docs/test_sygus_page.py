"""docs/sygus.md is true: its file is the example, and its session prints what it says."""

import re
from pathlib import Path

from primir import cli

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "sygus.md").read_text()


def test_the_file_is_the_example():
    (text,) = re.findall(r"```sygus\n(.*?)```", PAGE, re.DOTALL)
    assert (ROOT / "examples" / "merge.sl").read_text().endswith(text)


def test_the_session_is_what_happens(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    (session,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    command, answer = session.split("\n", 1)
    assert cli.run([*command.removeprefix("$ primir ").split(), "--quiet"]) == 0
    assert capsys.readouterr().out == answer
