"""Findings as JUnit's XML, which build servers show: a refutation is a failure, what is left open an error."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from ..obligations import Finding
from .sarif import message


def junit(findings: Sequence[Finding]) -> str:
    """One test suite with a test case for each finding; seconds are those of the proof."""
    cases = []
    for finding in findings:
        verdict = finding.verdict
        case = ElementTree.Element("testcase", classname="primir.verify", name=_printable(finding.name),
                                   time=f"{verdict.seconds:.3f}")
        if not finding.accepted:
            kind = "failure" if verdict.status in ("refuted", "vacuous") else "error"
            part = ElementTree.SubElement(case, kind, type=verdict.status,
                                          message=_printable(message(finding).splitlines()[0]))
            part.text = _printable(message(finding))
        cases.append(case)
    counts = {kind: str(sum(case.find(tag) is not None for case in cases))
              for kind, tag in (("failures", "failure"), ("errors", "error"))}
    seconds = sum(finding.verdict.seconds for finding in findings)
    suite = ElementTree.Element("testsuite", {"name": "primir verify", "tests": str(len(cases)), "skipped": "0",
                                              "time": f"{seconds:.3f}", **counts})
    suite.extend(cases)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _printable(text: str) -> str:
    """`text` without characters that XML cannot hold."""
    return "".join(c if c in "\t\n" or c.isprintable() else "?" for c in text)
