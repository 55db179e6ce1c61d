"""Counterexamples as a pytest that fails until the new function is right: for those who mend it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from keyword import iskeyword

from ..counterexample import Counterexample
from ..obligations import Finding
from ..verdict import Refuted

HEAD = '"""Counterexamples of `primir verify`: a test fails until its pair is right there."""\n\nimport primir\n'


def playback(findings: Sequence[Finding], requires: str | None) -> str:
    """The text of a test file, with a test for each refutation among `findings`."""
    tests = [HEAD]
    for number, finding in enumerate(finding for finding in findings if isinstance(finding.verdict, Refuted)):
        assert isinstance(finding.verdict, Refuted)
        found = finding.verdict.counterexample
        condition = " and ".join(filter(None, (f"({requires})" if requires else "", _pinned(found))))
        more = f", requires={condition!r}" if condition else ""
        more += ", undef_inputs=True" if finding.reading.undef_inputs else ""
        tests.append("\n".join([
            f"\ndef test_{_name(finding.new)}_{number}():",
            *(f"    # {line.strip()}" for line in str(found).splitlines()),
            f"    verdict = primir.verify({finding.sources[0]!r}, {finding.sources[1]!r}{more})",
            '    assert verdict.status in ("proved", "vacuous"), verdict',
            "",
        ]))
    return "\n".join(tests)


def _pinned(found: Counterexample) -> str:
    """The condition that the inputs are those of the counterexample; nothing where a condition cannot say so."""
    parts = []
    for parameter, word in zip(found.parameters, found.words, strict=True):
        if not isinstance(word, int) or not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", parameter.name):
            return ""
        value = parameter.type.read(word)
        parts.append(("" if value else "not ") + parameter.name if parameter.type.truth else
                     f"{parameter.name} == {value}")
    return " and ".join(parts)


def _name(source: str) -> str:
    name = re.sub(r"\W+", "_", source).strip("_").lower()
    return f"{name}_" if iskeyword(name) else name
