"""Between which words a condition keeps an input: what its conjuncts about that input alone say together."""

from __future__ import annotations

from collections.abc import Iterable

from .conditions import Range, common, others, range_of
from .facts import Facts
from .graph import Node, apply, conjuncts

_NOT_MORE = {"ule": "ult", "sle": "slt"}  # x <= y is not y < x


def range_said(condition: Node) -> Range | None:
    """The range that `condition` says its one value to be in, None where it says anything else."""
    if condition.op == "not":
        found = range_said(condition.args[0])
        return None if found is None else others(found)
    if condition.op in _NOT_MORE:
        left, right = condition.args
        found = range_of(apply(_NOT_MORE[condition.op], right, left), Facts())
        return None if found is None else others(found)
    return range_of(condition, Facts())


def range_within(conditions: Iterable[Node], word: Node) -> Range:
    """The range that `conditions` keep `word` in; all words where they say nothing of it."""
    found = Range(word, 0, 1 << word.width)
    for part in conjuncts(conditions):
        said = range_said(part)
        if said is not None and said.value is word:
            found = (said if found.size == found.words else common(found, said)) or found
    return found
