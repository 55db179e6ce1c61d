"""Whole numbers c with which sums c1*b1 + c2*b2 + .. + c0 of given values lie within bounds on all samples.

As reals they are the solution of a linear program, that with the greatest distance from all bounds (a Chebyshev fit,
where all bounds are as far apart). It is solved from above: some samples alone allow a greater distance than all, and
the sample that is violated most takes the place of one of them (the dual simplex method; for polynomials it is Remez's
algorithm). The first number is then rounded, and the others are fitted to what is left of the bounds, so that each
makes up for the rounding of those before it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Reals = NDArray[np.float64]

STEPS = 80  # exchanges
SLACK = 1e-9
SINGULAR = 1e12  # a condition number, from which on samples say the same


def whole(basis: Sequence[Sequence[int]], low: Sequence[int], high: Sequence[int]) -> list[int] | None:
    """Factors for the values in `basis`, each a list over the samples, and then the number to be added (0 if that
    will do), so that the sums are from `low` on and below `high`. None where none were found."""
    import numpy as np

    columns = [np.array(values, dtype=object) for values in basis]
    found = _rounded(columns, np.array(low, dtype=object), np.array(high, dtype=object) - 1)
    assert found is None or all(a <= sum(c * b for c, b in zip(found, [*values, 1], strict=True)) < z
                                for a, z, values in zip(low, high, zip(*basis, strict=True), strict=True))
    return found


def _rounded(columns: Sequence[Any], least: Any, most: Any) -> list[int] | None:
    if not columns:
        lowest, highest = max(least), min(most)
        if lowest > highest:
            return None
        return [0 if lowest <= 0 <= highest else (lowest + highest) // 2]
    real = fitted(columns, least, most)
    if real is None:
        return None
    for factor in dict.fromkeys((round(real), math.floor(real), math.ceil(real))):
        rest = _rounded(columns[1:], least - factor * columns[0], most - factor * columns[0])
        if rest is not None:
            return [factor, *rest]
    return None


def fitted(columns: Sequence[Any], least: Any, most: Any) -> float | None:
    """The factor of the first column in the best fit between the bounds, None where no fit keeps them."""
    import numpy as np

    low, high = np.array(least, dtype=np.float64), np.array(most, dtype=np.float64)
    table = np.stack([*(np.array(column, dtype=np.float64) for column in columns), np.ones(len(low))], axis=1)
    sizes = np.abs(table).max(axis=0)
    unit = max(float((high - low).max()) / 2, 1.0)
    if not sizes.all() or (high < low).any():
        return None
    solution = _best(table / sizes, (low + high) / (2 * unit), (high - low) / (2 * unit))
    return None if solution is None else float(solution[0] / sizes[0] * unit)


def _best(table: Reals, middle: Reals, radius: Reals) -> Reals | None:
    """The c for which |table @ c - middle| is smaller than `radius` by as much as may be; None where it is not."""
    import numpy as np

    count = table.shape[1]
    start = _start(table)
    if start is None:
        return None
    rows, signs, weights = start
    for _ in range(STEPS):
        tight = np.column_stack([signs[:, None] * table[rows], np.ones(count + 1)])
        if not np.linalg.cond(tight) < SINGULAR:
            return None
        *numbers, room = np.linalg.solve(tight, radius[rows] + signs * middle[rows])
        if not room > -SLACK:
            return None
        off = table @ np.array(numbers) - middle
        over = np.abs(off) + room - radius
        worst = int(over.argmax())
        if over[worst] <= SLACK:
            return np.array(numbers)
        sign = 1.0 if off[worst] > 0 else -1.0
        step = np.linalg.solve(tight.T, np.append(sign * table[worst], 1.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.where(step > SLACK, weights / step, np.inf)
        leaving = int(ratios.argmin())
        if not np.isfinite(ratios[leaving]):
            return None
        weights = weights - ratios[leaving] * step
        weights[leaving] = ratios[leaving]
        rows[leaving], signs[leaving] = worst, sign
    return None


def _start(table: Reals) -> tuple[NDArray[np.int64], Reals, Reals] | None:
    """One sample more than there are numbers, with signs and weights by which what is asked of them adds up to none."""
    import numpy as np

    count = table.shape[1]
    if len(table) <= count:
        return None
    order = np.argsort(table[:, 0], kind="stable")
    for shift in range(3):
        rows = order[np.linspace(shift, len(order) - 1 - shift, count + 1).astype(np.int64)] if len(order) > 2 * shift \
            else order[: count + 1]
        if len(set(rows.tolist())) <= count:
            return None
        weights = np.linalg.svd(table[rows].T)[2][-1]
        tight = np.column_stack([np.where(weights < 0, -1.0, 1.0)[:, None] * table[rows], np.ones(count + 1)])
        if np.linalg.cond(tight) < SINGULAR:
            signs = np.where(weights < 0, -1.0, 1.0)
            return rows, signs, np.abs(weights) / np.abs(weights).sum()
    return None
