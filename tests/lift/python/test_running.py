"""A Python file runs in a child: it may print, never end, or end its process, and none of that is a verdict."""

from pathlib import Path

import pytest
from primir import cli
from primir.ir.errors import PrimirError
from primir.lift.python import running
from primir.lift.source import lift_source, lift_specs

F = "\ndef f(x: u32) -> u32:\n    return x + 1\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("line, message", [
    ("import os; os._exit(0)", "running this ended its process"),
    ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "running this ended its process"),
    ("raise SystemExit(0)", "SystemExit"),
    ("1 / 0", "ZeroDivisionError"),
])  # fmt: skip
def test_what_ends_is_no_verdict(here, capsys, line, message):
    Path("bad.py").write_text(line + F)
    with pytest.raises(PrimirError, match=message) as raised:
        lift_source("bad.py")
    assert raised.value.place.file == "bad.py"
    for command in (["verify", "bad.py", "bad.py"], ["synth", "bad.py"], ["lift", "bad.py:f"]):
        assert cli.run(command) == 2
    assert message in capsys.readouterr().err


def test_what_never_ends_is_refused(here, monkeypatch):
    monkeypatch.setattr(running, "SECONDS", 2.0)
    Path("bad.py").write_text("while True: pass" + F)
    with pytest.raises(PrimirError, match="did not end within 2 s"):
        lift_source("bad.py")


def test_what_is_printed_goes_to_stderr(here, capfd):
    Path("loud.py").write_text("import sys\nprint('to stdout')\nprint('to stderr', file=sys.stderr)" + F)
    lift_source("loud.py")
    out, err = capfd.readouterr()
    assert out == "" and "to stdout" in err and "to stderr" in err


def test_what_lies_beside_is_read_anew(here):
    Path("main.py").write_text("from beside import N\n\ndef f(x: u32) -> u32:\n    return x + N\n")
    for number in (3, 4):
        Path("beside.py").write_text(f"N = {number}  # {'another' * number}\n")
        assert f"{number}:64" in repr(lift_source("main.py").results[0].value)


def test_marks_come_along(here):
    Path("marked.py").write_text("import primir\n\n@primir.spec(requires='x != 0', using='add')" + F + "\n"
                                 "def g(x: u32) -> u32:\n    return x\n")
    (spec,) = lift_specs("marked.py")
    assert spec.name == "f" and spec.operations == ("add",) and "ne" in repr(spec.requires)
