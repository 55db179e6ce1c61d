"""Pairs that are wrong, or right, because of undefined behaviour and poison alone, as an optimizer would use them up.

Each file of lift/cases/planted holds a source and a target, the verdict by Alive2's rules in its first line and the
reason in the second. Were anything optimized before it is lifted, a wrong pair could look right.
"""

from pathlib import Path

import pytest
from native import optimized
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import functions_of
from primir.verify.refine import refine
from primir.verify.verdict import Refuted

FILES = sorted((Path(__file__).parents[1] / "lift" / "cases" / "planted").glob("*.ll"))
WRONG = [file for file in FILES if file.read_text().startswith("; refuted")]


def outcome(source, target):
    """The status of the verdict, and for a refutation its reason."""
    verdict = refine(source, target, deadline=Deadline(30))
    return f"refuted: {verdict.reason}" if isinstance(verdict, Refuted) else verdict.status


def stated(file):
    return file.read_text().splitlines()[0].removeprefix("; ")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_verdict_is_that_of_the_first_line(file):
    functions = functions_of(file.read_text(), file=file.name)
    assert outcome(functions["src"], functions["tgt"]) == stated(file)


def test_there_are_enough():
    right = [file for file in FILES if file not in WRONG]
    assert len(WRONG) >= 30
    assert len(right) >= 30
    assert all(stated(file) in ("refuted: poison", "refuted: ub", "refuted: value") for file in WRONG)
    assert all(stated(file) == "proved" for file in right)


def test_an_optimizer_would_hide_what_is_wrong():
    """So that these cases would speak: for most of them, the target that LLVM has optimized is right."""
    hidden = 0
    for file in WRONG:
        after = functions_of(optimized(file.read_text()), only="tgt")
        if "tgt" in after:
            hidden += outcome(functions_of(file.read_text())["src"], after["tgt"]) == "proved"
    assert hidden >= 30
