"""What [tool.primir] may say, and what is said where it says something else."""

import pytest
from primir.ir.errors import PrimirError
from primir.lift.llvm.loops import Unroll
from primir.lift.source import Reading
from primir.verify.config import read_config
from primir.verify.obligations import Obligation

FULL = """
[project]
name = "other"
[tool.primir]
time = 2.5
jobs = 2
[[tool.primir.verify]]
name = "one"
old = "a.py:f"
new = "b.c:f"
requires = "x < 3"
unroll = 9
undef-inputs = true
cflags = "-DN=2 -O1"
accept = ["bounded"]
[[tool.primir.verify]]
old = "pair.ll"
"""


def test_all_that_can_be_said(tmp_path):
    (tmp_path / "pyproject.toml").write_text(FULL)
    config = read_config(tmp_path / "pyproject.toml")
    assert (config.time, config.jobs, config.folder) == (2.5, 2, tmp_path)
    reading = Reading(Unroll(9), True, ("-DN=2", "-O1"))
    assert config.obligations == (Obligation("a.py:f", "b.c:f", "x < 3", "one", reading, ("bounded",)),
                                  Obligation("pair.ll"))


@pytest.mark.parametrize("text, message", [
    ("", "has no table"),
    ("[tool.primir]\n", "nothing to verify"),
    ("[tool.primir\n", "this is not TOML"),
    ("[tool.primir]\nverfy = []\n", "no key `verfy`"),
    ("[[tool.primir.verify]]\nnew = 'b.ll'\n", "has no `old`"),
    ("[[tool.primir.verify]]\nold = 3\n", "`old` is 3"),
    ("[[tool.primir.verify]]\nold = 'a'\nrequire = 'x'\n", "no key `require`"),
    ("[[tool.primir.verify]]\nold = 'a'\nunroll = true\n", "`unroll` is True"),
    ("[[tool.primir.verify]]\nold = 'a'\nunroll = 0\n", "unroll is 0"),
    ("[[tool.primir.verify]]\nold = 'a'\naccept = ['refuted']\n", "accept is"),
    ("[tool.primir]\nverify = [3]\n", "is no table"),
])  # fmt: skip
def test_what_is_wrong_is_named(tmp_path, text, message):
    file = tmp_path / "pyproject.toml"
    file.write_text(text)
    with pytest.raises(PrimirError, match=message.replace("[", r"\[")) as raised:
        read_config(file)
    assert raised.value.place.file == str(file)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(PrimirError, match="no such file"):
        read_config(tmp_path / "pyproject.toml")
