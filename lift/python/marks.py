"""What is written into Python functions for primir: `@primir.spec`, kept on the function itself, and holes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ...ir.errors import PrimirError
from ..sketch import FILLED_BY

Names: TypeAlias = str | Sequence[str]  # of operations: in one text, apart by spaces or commas, or in several

MARK = "__primir_spec__"  # the attribute of a function that holds its Mark


@dataclass(frozen=True, slots=True)
class Mark:
    """A condition on the inputs of a function, and the operations that search may use."""

    requires: str | None = None
    using: Names | None = None
    forbid: Names = ()


def hole(*values: Any) -> Any:
    """A hole of a sketch: a constant, or an expression over `values`, which `primir synth --sketch` finds.

    A cast around it says its type: `u32(primir.hole())`. It has no value: running the sketch raises PrimirError.
    """
    raise PrimirError("a hole has no value", hint=FILLED_BY)


def choose(*values: Any) -> Any:
    """A hole of a sketch: one of `values`. It has no value: running the sketch raises PrimirError."""
    raise PrimirError("a hole has no value", hint=FILLED_BY)


def mark_of(function: Callable[..., Any]) -> Mark | None:
    """What `@primir.spec` said about `function`, None where it is not marked."""
    mark = getattr(function, MARK, None)
    return mark if isinstance(mark, Mark) else None
