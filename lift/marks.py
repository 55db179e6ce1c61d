"""What `@primir.spec` says about a Python function, kept on the function itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Names: TypeAlias = str | Sequence[str]  # of operations: in one text, apart by spaces or commas, or in several

MARK = "__primir_spec__"  # the attribute of a function that holds its Mark


@dataclass(frozen=True, slots=True)
class Mark:
    """A condition on the inputs of a function, and the operations that search may use."""

    requires: str | None = None
    using: Names | None = None
    forbid: Names = ()


def mark_of(function: Callable[..., Any]) -> Mark | None:
    """What `@primir.spec` said about `function`, None where it is not marked."""
    mark = getattr(function, MARK, None)
    return mark if isinstance(mark, Mark) else None
