"""Signals and limits end a run as they must, and what does not stop is noticed."""

import importlib.util
import random
from pathlib import Path

import pytest

FILE = Path(__file__).parent.parent.parent / "bench" / "stops.py"


@pytest.fixture(scope="module")
def stops():
    specification = importlib.util.spec_from_file_location("bench_stops", FILE)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_fifty_interrupts_at_random_moments(stops, tmp_path):
    seed = 7
    rng = random.Random(seed)
    (tmp_path / "long.spec").write_text(stops.LONG)
    (tmp_path / "factors.ll").write_text(stops.factoring(32, stops.PRODUCT))
    for number in range(50):
        words = (("verify", "factors.ll", "--no-cache"), ("synth", "long.spec"))[number % 2]
        took, wrong = stops.interrupted(tmp_path, words, rng.uniform(0, stops.LONGEST))
        assert not wrong, f"seed {seed}, number {number}: {wrong}"


@pytest.mark.slow
def test_limits_are_kept(stops, tmp_path):
    seed = 8
    rng = random.Random(seed)
    for number in range(20):
        over, wrong = stops.limited(tmp_path, stops.hard(rng), rng.choice((1, 2, 3)))
        assert not wrong, f"seed {seed}, number {number}: {wrong}"


def test_what_ends_with_another_code_is_noticed(stops, tmp_path):
    same = "define i8 @src(i8 %x) {\n  ret i8 %x\n}\n"
    (tmp_path / "same.ll").write_text(same + same.replace("src", "tgt"))
    _, wrong = stops.interrupted(tmp_path, ("verify", "same.ll"), 5.0)
    assert wrong.startswith("exit code 0 ")
    _, wrong = stops.limited(tmp_path, "nonsense", 1)
    assert wrong == "exit code 2"
