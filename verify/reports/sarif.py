"""Findings as SARIF 2.1.0, the format of code scanning (OASIS, Static Analysis Results Interchange Format).

A counterexample is a failure and an error; what is proved is a pass; what nobody could tell is open. Only failures have
a level other than none.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath

from ..counterexample import Computed
from ..obligations import Finding
from ..verdict import REASONS, Refuted

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
KIND = {"proved": "pass", "refuted": "fail", "vacuous": "fail", "bounded": "open", "unknown": "open"}
RULES = {
    "refuted": ("primir/refuted", "The new function does what the old one does not allow"),
    "vacuous": ("primir/vacuous", "No input meets the conditions of the proof"),
    "bounded": ("primir/bounded", "Proved only up to a bound of a loop"),
    "unknown": ("primir/unknown", "Neither proved nor refuted within the limits"),
    "proved": ("primir/proved", "The new function does what the old one did"),
}


def sarif(findings: Sequence[Finding], version: str) -> str:
    """One run of primir `version`, as JSON text."""
    rules = [{"id": identifier, "shortDescription": {"text": text}} for identifier, text in RULES.values()]
    driver = {"name": "primir", "version": version, "semanticVersion": version, "rules": rules}
    results = [_result(finding) for finding in findings]
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(log, indent=2)


def _result(finding: Finding) -> dict[str, object]:
    verdict = finding.verdict
    kind = "pass" if finding.accepted else KIND[verdict.status]
    result: dict[str, object] = {
        "ruleId": RULES[verdict.status][0],
        "ruleIndex": list(RULES).index(verdict.status),
        "kind": kind,
        "level": "error" if kind == "fail" else "none",
        "message": {"text": message(finding)},
    }
    if finding.file is not None:
        place = {"artifactLocation": {"uri": PurePath(finding.file).as_posix()}, "region": {"startLine": 1}}
        result["locations"] = [{"physicalLocation": place}]
    related = [_related(number, *found) for number, found in enumerate(_computed(finding))]
    if related:
        result["relatedLocations"] = related
    return result


def _computed(finding: Finding) -> list[tuple[str, str, Computed]]:
    """Where both sides first differ on the way: a side, its file, and what it computes there; nothing without lines."""
    verdict = finding.verdict
    if not isinstance(verdict, Refuted) or verdict.counterexample.difference is None:
        return []
    files = finding.source_file, finding.file
    return [(side, file, computed)
            for side, file, computed in zip(("source", "target"), files, verdict.counterexample.difference)
            if file is not None and computed.step.line is not None]


def _related(number: int, side: str, file: str, computed: Computed) -> dict[str, object]:
    place = {"artifactLocation": {"uri": PurePath(file).as_posix()}, "region": {"startLine": computed.step.line}}
    return {"id": number, "physicalLocation": place, "message": {"text": f"first difference: {side}{computed}"}}


def message(finding: Finding) -> str:
    """What is to be said of a finding, in a few lines."""
    verdict = finding.verdict
    if isinstance(verdict, Refuted):
        return f"{finding.new} is no refinement of {finding.old}: {REASONS[verdict.reason]}\n{verdict.counterexample}"
    return f"{finding.new} against {finding.old}: {verdict}"
