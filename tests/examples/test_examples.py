"""Every example does what its file says, through the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

NO_DIVISION = "--forbid udiv --forbid urem --forbid sdiv --forbid srem"
SYNTH = [
    # source, options, status, at most so many instructions
    ("turn_off.spec", "", "proved", 2),
    ("from_examples.spec", "", "consistent", 2),
    ("larger.csv", "", "consistent", 1),
    ("half.spec", "", "none", None),
    ("contradictory.spec", "", "vacuous", None),
    ("merge.sl", "", "proved", 3),
    ("sketches.spec:average", "", "proved", 4),
    ("sketches.spec:ones", "", "proved", 12),
    ("sketches.spec:times_five", "", "none", None),
    ("average_sketch.py:average", "--sketch average_sketch.py:sketch", "proved", 4),
    ("average.py", "--sketch average_sketch.ll", "proved", 4),
    ("sign.py", "--using plain", "proved", 3),
    ("swap_bits.py", "--using plain", "proved", 4),
    ("saturating_add.py", "", "proved", 1),
    pytest.param("average.py", "", "proved", 3, marks=pytest.mark.slow),
    pytest.param("average.py", "--using plain", "proved", 4, marks=pytest.mark.slow),
    pytest.param("clamp.py", "--using plain", "proved", 4, marks=pytest.mark.slow),
    pytest.param("clamp.py", "", "proved", 2, marks=pytest.mark.slow),
    pytest.param("leap_year.py", "--time 15", "proved", 12, marks=pytest.mark.slow),
    pytest.param("next_power_of_two.spec", "", "proved", 4, marks=pytest.mark.slow),
    pytest.param("rightmost_one.py", "--using plain", "proved", 2, marks=pytest.mark.slow),
    *(pytest.param(f"calendar/calendar.py:{name}", f"--requires {requires} {NO_DIVISION} --time 30", "proved", most,
                   marks=pytest.mark.slow)
      for name, requires, most in (("day_of_week", "days<65536", 3), ("month_of_day", "day<366", 3),
                                   ("days_before_month", "month>=3&&month<=14", 3), ("leap_year", "year<=102499", 3),
                                   ("days_in_month", "1<=month<=12&&leap<=1", 6), ("day_of_month", "day<366", 6),
                                   ("civil_from_days", "days<1000000", 25))),
    *(pytest.param(f"fixed_point/{name}.spec", "", "proved", most, marks=pytest.mark.slow)
      for name, most in (("log8", 10), ("recip8", 7), ("sigmoid8", 8), ("sin8", 9), ("sqrt8", 12))),
    pytest.param("round_up.spec", "--using plain", "proved", 2, marks=pytest.mark.slow),
]

VERIFY = [
    ("average.py average_rewritten.py", "proved"),
    ("average.py average_wrong.ll", "refuted"),
    ("overflow_check.ll", "refuted"),
    ("parity.c:slow parity.c:fast", "proved"),
    pytest.param("square_root.spec square_root.py:square_root --time 120", "proved", marks=pytest.mark.slow),
    ("turn_off.spec turn_off.spec", "proved"),
    ("calendar/calendar.py:civil_from_days calendar/neri_schneider.py:civil_from_days --requires days<1000000",
     "proved"),
]
EXIT = {"proved": 0, "consistent": 0, "none": 1, "vacuous": 1, "refuted": 1, "unknown": 3}


def primir(*words):
    command = [sys.executable, "-m", "primir", *words, "--format", "json"]
    run = subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, timeout=300)
    assert run.returncode < 2, run.stderr
    return run.returncode, json.loads(run.stdout)


@pytest.mark.parametrize("source, options, status, instructions", SYNTH)
def test_synthesizes(source, options, status, instructions):
    code, result = primir("synth", source, "--time", "120", *options.split())
    assert (result["status"], code) == (status, EXIT[status])
    if instructions is None:
        assert result["code"] is None
        return
    assert result["cost"]["instructions"] <= instructions
    assert result["code"]["c"]


@pytest.mark.parametrize("sources, status", VERIFY)
def test_verifies(sources, status):
    code, verdict = primir("verify", *sources.split())
    worst = verdict["results"][-1] if "results" in verdict else verdict
    assert (worst["status"], code) == (status, EXIT[status])
    assert (worst["counterexample"] is not None) == (status == "refuted")


def test_every_example_has_a_case():
    synthesized = " ".join(" ".join(getattr(case, "values", case)[:2]) for case in SYNTH)
    verified = " ".join(getattr(case, "values", case)[0].partition(" --")[0] for case in VERIFY)
    named = {word.partition(":")[0] for word in f"{synthesized} {verified} demo.py".split()}
    assert {file.name for file in EXAMPLES.iterdir() if file.is_file()} <= named
    assert {word for word in named if "." in word} <= {str(f.relative_to(EXAMPLES)) for f in EXAMPLES.rglob("*.*")}


@pytest.mark.slow
def test_the_demo_runs_to_its_end():
    run = subprocess.run([sys.executable, EXAMPLES / "demo.py"], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]
    assert "(exit code 1)" in run.stdout
    assert "found.cost" in run.stdout
