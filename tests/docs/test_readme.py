"""What the README shows is what happens: its commands are run and their output compared, but for times and counts."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def sessions():
    """The commands of the console blocks, each with the output shown."""
    for block in blocks("console"):
        for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = session.partition("\n")
            yield pytest.param(command, output, id=command)


def steady(text):
    """`text` without what differs from run to run: seconds, which nobody spends twice, and candidates looked at."""
    return re.sub(r"\d[\d,.]* (s\b|programs)", r"N \1", text.replace(", remembered)", ", 0.0 s)"))


@pytest.mark.parametrize("command, shown", list(sessions()))
def test_a_command_prints_what_is_shown(command, shown):
    program, *arguments = shlex.split(command)
    run = [sys.executable, "-m", "primir"] if program == "primir" else [program]
    done = subprocess.run([*run, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert steady(done.stdout) == steady(shown), done.stderr


def test_the_python_session(monkeypatch):
    monkeypatch.chdir(ROOT)
    (session,) = blocks("pycon")
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
