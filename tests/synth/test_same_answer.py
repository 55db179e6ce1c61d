"""The same seed and work give the same answer, whatever else runs, on any number of threads, however Python hashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(each) for key, each in value.items() if key not in ("seconds", "nanoseconds")}
    return [without_times(each) for each in value] if isinstance(value, list) else value


@pytest.mark.slow
@pytest.mark.parametrize("source, work", [
    ("hackers_delight/p14_floor_average.py", 150_000_000),
    ("leap_year.py", 20_000_000),
    ("from_examples.spec", 20_000_000),
])
def test_ten_runs_under_load_print_the_same_object(source, work):
    command = [sys.executable, "-m", "primir", "synth", str(EXAMPLES / source), "--using", "plain", "--work", str(work),
               "--time", "300", "--format", "json", "--quiet", "--threads"]
    load = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        printed = [subprocess.run([*command, str(1 + number % 3)], capture_output=True, text=True, check=True,
                                  env={**os.environ, "PYTHONHASHSEED": str(number)}).stdout for number in range(10)]
    finally:
        load.kill()
        load.wait()
    assert len({json.dumps(without_times(json.loads(text))) for text in printed}) == 1
