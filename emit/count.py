"""How often an operation stands in emitted LLVM IR, by the instruction that its row gives for it."""

from __future__ import annotations

import re

from ..ir.primes import TABLE

_PLACE = re.compile(r"\\\{\w+\\\}")


def occurrences(operation: str, llvm_text: str) -> int:
    """The lines of the text that are `operation`. A negation is LLVM's `sub`, and a `not` its `xor`: they count there
    as well."""
    row = TABLE[operation]
    instructions = [text.splitlines()[0] for text in (row.llvm, row.mirror) if text is not None]
    patterns = [_PLACE.sub(r"\\S+", re.escape(text.replace("{{", "{").replace("}}", "}"))) for text in instructions]
    pattern = re.compile(rf"\s*%\S+ = (?:{'|'.join(patterns)})\s*$")
    return sum(pattern.match(line) is not None for line in llvm_text.splitlines()) if patterns else 0
