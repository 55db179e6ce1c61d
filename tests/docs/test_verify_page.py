"""What docs/verify.md shows can be read: its configuration, its options, its files."""

import re
from pathlib import Path

from click.testing import CliRunner
from primir.cli import group
from primir.verify.config import read_config

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "verify.md").read_text()


def test_the_configuration_is_one(tmp_path):
    (block,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "pyproject.toml").write_text(block)
    config = read_config(tmp_path / "pyproject.toml")
    assert [obligation.name for obligation in config.obligations] == ["popcount"] and config.time == 10


def test_the_options_exist():
    known = CliRunner().invoke(group, ["verify", "--help"]).output
    for option in sorted(set(re.findall(r"--[a-z][a-z-]+", PAGE))):
        assert option in known, option
    for command in re.findall(r"`primir (\w+)", PAGE):
        assert command in group.commands


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
