"""Verdicts: what a check found out, as values. None of them is true or false: handle all five with `match`.

    match refine(source, target, deadline=Deadline(10)):
        case Proved(): ...
        case Refuted(counterexample): print(counterexample)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn

if TYPE_CHECKING:
    from .counterexample import Counterexample

# What the target does wrong where the source allows it not to: another value, poison, undefined behaviour, or
# nothing at all (it raises); or only one of both traps.
Reason = Literal["value", "poison", "ub", "domain", "trap"]


class _Verdict:
    __slots__ = ()

    def __bool__(self) -> NoReturn:
        raise TypeError(f"a verdict is neither true nor false: match on it ({self})")

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How IPython and notebooks show it."""
        printer.text(str(self))


@dataclass(frozen=True, slots=True)
class Proved(_Verdict):
    """It holds for all inputs. `prover` names what showed it, `seconds` is wall time."""

    prover: str
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()
    cached: bool = False  # proved in an earlier run

    status: ClassVar[str] = "proved"

    def __str__(self) -> str:
        return _lines(f"proved ({self.prover}, {self.seconds:.2f} s)", self.remarks)


@dataclass(frozen=True, slots=True)
class Bounded(_Verdict):
    """It holds for all inputs on which no loop runs more than `bound` times; beyond that nothing is known."""

    bound: int
    prover: str
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()
    cached: bool = False  # proved in an earlier run

    status: ClassVar[str] = "bounded"

    def __str__(self) -> str:
        return _lines(f"holds up to {self.bound} runs of a loop, and is not proved beyond that "
                      f"({self.prover}, {self.seconds:.2f} s)", self.remarks)


@dataclass(frozen=True, slots=True)
class Refuted(_Verdict):
    """It does not hold: the counterexample was replayed on the evaluator and on native code."""

    counterexample: Counterexample
    reason: Reason
    prover: str
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()

    status: ClassVar[str] = "refuted"

    def __str__(self) -> str:
        return _lines(f"refuted: {REASONS[self.reason]} ({self.prover}, {self.seconds:.2f} s)\n{self.counterexample}",
                      self.remarks)


@dataclass(frozen=True, slots=True)
class Unknown(_Verdict):
    """Nobody could tell. `why` says what was tried and which limit ended it."""

    why: str
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()

    status: ClassVar[str] = "unknown"

    def __str__(self) -> str:
        return _lines(f"unknown after {self.seconds:.2f} s: {self.why}", self.remarks)


@dataclass(frozen=True, slots=True)
class Vacuous(_Verdict):
    """There is nothing to prove: no input meets `condition`, which is the text of what was assumed."""

    condition: str
    prover: str
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()
    cached: bool = False  # proved in an earlier run

    status: ClassVar[str] = "vacuous"

    def __str__(self) -> str:
        return _lines(f"vacuous: no input meets {self.condition} ({self.prover}, {self.seconds:.2f} s)", self.remarks)


Verdict = Proved | Bounded | Refuted | Unknown | Vacuous

REASONS: dict[Reason, str] = {
    "value": "another value",
    "poison": "poison where there was a value",
    "ub": "undefined behaviour where there was none",
    "domain": "an input is no longer accepted",
    "trap": "only one of both traps",
}


def _lines(first: str, remarks: tuple[str, ...]) -> str:
    return "\n".join([first, *(f"  note: {remark}" for remark in remarks)])
