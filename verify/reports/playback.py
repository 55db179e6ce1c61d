"""Counterexamples as a pytest that fails until the new function is right: for those who mend it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from keyword import iskeyword

from ..obligations import Finding
from ..verdict import Refuted

HEAD = '"""Counterexamples of `primir verify`: a test fails until its pair is right there."""\n\nimport primir\n'


def playback(findings: Sequence[Finding], requires: str | None) -> str:
    """The text of a test file, with a test for each refutation among `findings`."""
    tests = [HEAD]
    for number, finding in enumerate(finding for finding in findings if isinstance(finding.verdict, Refuted)):
        assert isinstance(finding.verdict, Refuted)
        found = finding.verdict.counterexample
        condition = " and ".join(filter(None, (f"({requires})" if requires else "", found.condition)))
        more = f", requires={condition!r}" if condition else ""
        more += ", undef_inputs=True" if finding.reading.undef_inputs else ""
        width = next((each.width for each in finding.widths if each.verdict.status == "refuted"), None)
        more += f", widths=[{width}]" if width is not None else ""
        tests.append("\n".join([
            f"\ndef test_{_name(finding.new)}_{number}():",
            *(f"    # {line.strip()}" for line in str(found).splitlines()),
            f"    verdict = primir.verify({finding.sources[0]!r}, {finding.sources[1]!r}{more})",
            '    assert verdict.status in ("proved", "vacuous"), verdict',
            "",
        ]))
    return "\n".join(tests)


def _name(source: str) -> str:
    name = re.sub(r"\W+", "_", source).strip("_").lower()
    return f"{name}_" if iskeyword(name) else name
