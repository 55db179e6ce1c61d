"""Reports are read back by the programs that they are for."""

import json
import subprocess
import sys
from pathlib import Path

import junitparser
import pytest
from primir import __version__
from primir.verify.obligations import Finding, Obligation, findings, verify_pair
from primir.verify.reports.github import github
from primir.verify.reports.junit import junit
from primir.verify.reports.playback import playback
from primir.verify.reports.sarif import sarif
from primir.verify.verdict import Bounded, Proved, Unknown, Vacuous

PAIRS = """define i8 @src(i8 %x) {
  %r = mul i8 %x, 2
  ret i8 %r
}
define i8 @tgt(i8 %x) {
  %r = shl i8 %x, 1
  ret i8 %r
}
define i8 @src1(i8 noundef %x) {
  %r = mul i8 %x, 3
  ret i8 %r
}
define i8 @tgt1(i8 noundef %x) {
  %r = mul i8 %x, 5
  ret i8 %r
}
"""


@pytest.fixture
def found(tmp_path, monkeypatch):
    """A proof and a refutation, and one of each other verdict."""
    monkeypatch.chdir(tmp_path)
    Path("pair.ll").write_text(PAIRS)
    real = findings([Obligation("pair.ll")], lambda work: [verify_pair(spec, target, 20) for spec, target in work])
    others = [Bounded(3, "z3"), Unknown("too hard & <long>\x00"), Vacuous("x", "z3"), Proved("z3")]
    named = [Finding(f"other {at}", "a", "b", ("a", "b"), None, verdict) for at, verdict in enumerate(others)]
    accepted = Finding("fine", "a", "b", ("a", "b"), "b.c", Bounded(3, "z3"), ("bounded",))
    return [*real, *named, accepted]


def test_sarif_is_what_its_schema_says(found):
    from sarif_pydantic import Sarif

    log = json.loads(sarif(found, __version__))
    Sarif.model_validate(log)
    (run,) = log["runs"]
    assert run["tool"]["driver"]["version"] == __version__
    kinds = [(result["ruleId"], result["kind"], result["level"]) for result in run["results"]]
    assert kinds == [
        ("primir/proved", "pass", "none"), ("primir/refuted", "fail", "error"), ("primir/bounded", "open", "none"),
        ("primir/unknown", "open", "none"), ("primir/vacuous", "fail", "error"), ("primir/proved", "pass", "none"),
        ("primir/bounded", "pass", "none"),
    ]  # fmt: skip
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "pair.ll"
    assert "x: u8 = " in run["results"][1]["message"]["text"]
    related = run["results"][1]["relatedLocations"]
    assert [place["physicalLocation"]["region"]["startLine"] for place in related] == [10, 14]
    assert related[1]["message"]["text"].startswith("first difference: target line 14: r = ")


def test_junit_is_read_by_junitparser(found):
    (suite,) = junitparser.JUnitXml.fromstring(junit(found).encode())
    assert (suite.tests, suite.failures, suite.errors) == (7, 2, 2)
    results = {case.name: [type(result).__name__ for result in case.result] for case in suite}
    assert results == {"src:tgt": [], "src1:tgt1": ["Failure"], "other 0": ["Error"], "other 1": ["Error"],
                       "other 2": ["Failure"], "other 3": [], "fine": []}


def test_github_has_a_line_for_each(found):
    lines = github(found).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::warning", "::error", "::notice"]
    assert lines[0].startswith("::error file=pair.ll,line=1,title=primir%3A refuted::tgt1 is no refinement of src1")
    assert lines[-1].endswith("3 of 7 hold")


def test_a_playback_fails_until_it_is_right(found):
    Path("test_found.py").write_text(playback(found, None))
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_found.py"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "1 failed" in done.stdout, done.stdout
    Path("pair.ll").write_text(PAIRS.replace("mul i8 %x, 5", "mul i8 %x, 3"))
    assert subprocess.run(run, capture_output=True, check=False).returncode == 0
