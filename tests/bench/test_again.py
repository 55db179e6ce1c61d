"""The second look at unchanged obligations is cheap, and is one."""

import importlib.util
import subprocess
from pathlib import Path

import pytest

FILE = Path(__file__).parent.parent.parent / "bench" / "again.py"


def test_a_second_run_remembers(tmp_path):
    specification = importlib.util.spec_from_file_location("bench_again", FILE)
    again = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(again)
    again.write(tmp_path, 30)
    first, second = (again.cpu_of(["verify", "--config"], tmp_path) for _ in range(2))
    assert 0 < second < first
    (tmp_path / "new.ll").write_text((tmp_path / "new.ll").read_text().replace("add i32 7,", "add i32 8,"))
    with pytest.raises(subprocess.CalledProcessError):  # refuted
        again.cpu_of(["verify", "--config"], tmp_path)
