"""Findings as workflow commands, which GitHub's runners turn into annotations of a change."""

from __future__ import annotations

from collections.abc import Sequence

from ..obligations import Finding
from .sarif import message

LEVEL = {"refuted": "error", "vacuous": "error", "unknown": "warning", "bounded": "warning", "proved": "notice"}


def github(findings: Sequence[Finding]) -> str:
    """A line for each finding; what is proved is only counted, in the last."""
    lines = []
    for finding in findings:
        if not finding.accepted:
            place = f"file={_property(finding.file)},line=1," if finding.file is not None else ""
            title = _property(f"primir: {finding.verdict.status}")
            lines.append(f"::{LEVEL[finding.verdict.status]} {place}title={title}::{_data(message(finding))}")
    held = sum(finding.accepted for finding in findings)
    return "\n".join([*lines, f"::notice title=primir::{held} of {len(findings)} hold"])


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
