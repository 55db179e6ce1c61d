"""Which results a predicate accepts: for each input at hand a range of them, as in `abs_diff(result, exact) <= 1`.

Narrow results are tried one by one. Of wide ones, some value that stands in the predicate is accepted (`exact` itself),
and the ends of the range around it are found by halves. That all between them is accepted is not taken for granted by
anyone: what is built from these ranges is checked as any candidate is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..ir.graph import TRUE, leaves, resized, topological
from .problem import Problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NARROW = 8  # bits of a result of which every word is tried
MOST_VALUES = 2000  # of a predicate that are tried as a result


@dataclass(frozen=True, slots=True)
class Accepted:
    """For each input, results that are accepted, as their type reads them: from `low`, and below `high`."""

    low: list[int]
    high: list[int]


def accepted(problem: Problem, output: int, inputs: Sequence[tuple[int, ...]]) -> Accepted | None:
    """The results that `ensures` accepts on some inputs; None where it is no predicate over this output alone, or
    where no result is known that is accepted."""
    spec = problem.spec
    if spec.ensures is TRUE or spec.reference is not None or len(spec.outputs) != 1 or spec.laws or not problem.fits:
        return None
    return (_tried if spec.outputs[output].type.width <= NARROW else _around)(problem, output, list(inputs))


def _holds(problem: Problem, inputs: list[tuple[int, ...]], words: Any) -> NDArray[np.bool_]:
    import numpy as np

    width = problem.spec.outputs[0].type.width
    given = [int(word) & (1 << width) - 1 for word in words]
    (found,) = problem.evaluate([problem.spec.ensures], inputs, outputs=[given])
    holds: NDArray[np.bool_] = np.asarray(found) != 0
    return holds


def _tried(problem: Problem, output: int, inputs: list[tuple[int, ...]]) -> Accepted | None:
    """Of every word, whether it is accepted; the longest run of those that are."""
    words = list(problem.spec.outputs[output].type.range)
    low, high = [], []
    for words_in in inputs:
        start = best = (0, 0)
        for place, good in enumerate(_holds(problem, [words_in] * len(words), words)):
            start = (start[0], place + 1) if good else (place + 1, place + 1)
            best = max(best, start, key=lambda run: run[1] - run[0])
        if best[0] == best[1]:
            return None
        low.append(words[best[0]])
        high.append(words[best[1] - 1] + 1)
    return Accepted(low, high)


def _around(problem: Problem, output: int, inputs: list[tuple[int, ...]]) -> Accepted | None:
    """The range around a value of the predicate that is accepted."""
    import numpy as np

    type_ = problem.spec.outputs[output].type
    middle: list[int | None] = [None] * len(inputs)
    own = {problem.spec.outputs[output].value}
    nodes = [node for node in topological([problem.spec.ensures]) if node.width > 1]
    for node in nodes[:-MOST_VALUES - 1:-1]:  # what the predicate is made of last is what it is about
        if None not in middle:
            break
        if own.isdisjoint(leaves([node])):
            (values,) = problem.evaluate([resized(node, type_.width)], inputs)
            for row in _holds(problem, inputs, values).nonzero()[0].tolist():
                if middle[row] is None:
                    middle[row] = type_.read(int(values[row]))
    if None in middle:
        return None
    known = [word for word in middle if word is not None]
    ends = []
    for sign in (-1, 1):
        far = [0] * len(inputs)
        for step in (1 << bit for bit in reversed(range(type_.width))):
            there = [word + sign * (by + step) for word, by in zip(known, far, strict=True)]
            good = _holds(problem, inputs, there) & np.array([word in type_.range for word in there])
            far = [by + step * bool(fits) for by, fits in zip(far, good, strict=True)]
        ends.append([word + sign * by for word, by in zip(known, far, strict=True)])
    return Accepted(ends[0], [word + 1 for word in ends[1]])
