"""What a synthesis found, how it was found, and what is known about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..ir.cost import Cost
from ..ir.graph import Function
from ..lift.sketch import Hole
from ..lift.spec import Spec

if TYPE_CHECKING:
    from ..verify.verdict import Verdict
    from .others import Others
    from .reach import Reach

Status = Literal["proved", "none", "unknown", "vacuous", "bounded", "consistent"]


@dataclass(frozen=True, slots=True)
class Optimal:
    """No program of fewer than `below` operations meets the spec: whatever its constants (`any`), or over the
    constants that were tried (`pool`)."""

    below: int
    constants: Literal["any", "pool"]


@dataclass(frozen=True, slots=True)
class Search:
    """The work that was done: the engine that found the program, programs looked at, wall seconds."""

    engine: str
    candidates: int
    seconds: float
    exhausted: str | None = None  # the bounds that were searched without success, in words


@dataclass(frozen=True)
class Alternative:
    """A program that is proved, and better by some cost model than each other one. `nanoseconds` is what a call took
    on this machine (emit/speed.py), None where there was no input to try."""

    name: str
    function: Function
    llvm: str
    costs: Cost
    engine: str
    proof: Verdict
    nanoseconds: float | None

    @cached_property
    def c(self) -> str:
        from ..emit.c import source

        return source(self.function, self.name)

    @cached_property
    def python(self) -> str:
        from ..emit.python import source

        return source(self.function, self.name)


@dataclass(frozen=True)
class Result:
    """The outcome of a synthesis. `function`, `llvm`, `cost` and `costs` are there when a program was found, and with
    it `alternatives` where they were asked for, the program itself among them.

    Calling it runs the program on integers of the parameters' types.
    """

    spec: Spec
    status: Status
    search: Search
    function: Function | None = None
    llvm: str | None = None
    costs: Cost | None = None  # by each model
    optimal: Optimal | None = None
    proof: Verdict | None = None
    remarks: tuple[str, ...] = field(default=())
    alternatives: tuple[Alternative, ...] = ()
    holes: tuple[tuple[Hole, str], ...] = ()  # of a sketch, and what stands in them

    @property
    def cost(self) -> int | None:
        """What the program costs by the model that the spec minimizes: instructions, cycles or bytes."""
        if self.costs is None:
            return None
        return self.costs.by(self.spec.minimize)[0]

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def found(self) -> Function:
        """The program; ValueError where none was found."""
        if self.function is None:
            raise ValueError(f"{self.name}: no program was found ({self.status})")
        return self.function

    @cached_property
    def others(self) -> Others | None:
        """Where nothing but examples is given: other programs that fit them, and the input that tells them apart."""
        from .others import other_programs

        if self.function is None or self.spec.sketch is not None:
            return None
        return other_programs(self.spec, self.function)

    @cached_property
    def reach(self) -> tuple[Reach, ...]:
        """Where the spec bounds an input: to which bound the proved program stays right. Takes some seconds at most."""
        from .reach import reaches

        return tuple(reaches(self.spec, self.llvm)) if self.status == "proved" and self.llvm is not None else ()

    def call(self, inputs: Sequence[int]) -> str:
        """The call of the function with these words, as an `example` line of a spec has it."""
        types = (parameter.type for parameter in self.spec.parameters)
        return f"{self.name}({', '.join(str(t.read(word)) for t, word in zip(types, inputs, strict=True))})"

    @cached_property
    def c(self) -> str:
        from ..emit.c import source

        return source(self.found, self.name, results=self._names)

    @property
    def _names(self) -> list[str]:
        return [output.name for output in self.spec.outputs]

    @cached_property
    def python(self) -> str:
        from ..emit.python import source

        return source(self.found, self.name)

    @cached_property
    def sygus(self) -> str:
        """The answer to a SyGuS file: `(define-fun ...)`, `infeasible` where none exists, else `fail`."""
        syntax = self.spec.syntax
        if syntax is None:
            raise ValueError(f"{self.name} is not from a SyGuS file")
        if self.status == "none":
            return "infeasible"
        if self.function is None or self.status not in ("proved", "consistent"):
            return "fail"
        return syntax.define(self.function.results[0].value) or "fail"

    @cached_property
    def _native(self) -> Callable[..., tuple[int, ...]]:
        from ..emit.native import compile_native

        return compile_native(self.found)

    def __call__(self, *args: int) -> Any:
        """The program run by LLVM's JIT: integers in (taken modulo 2**width), integers in the results' ranges out.

        TypeError for anything but integers, and for another number of them.
        """
        function = self.found
        if len(args) != len(function.parameters):
            count = len(function.parameters)
            raise TypeError(f"{self.name} takes {count} argument{'' if count == 1 else 's'}, not {len(args)}")
        words = [index(arg) & (1 << p.type.width) - 1 for arg, p in zip(args, function.parameters, strict=True)]
        values = [result.type.read(word) for result, word in zip(function.results, self._native(*words), strict=True)]
        return values[0] if len(values) == 1 else tuple(values)

    def write(self, path: str | Path) -> None:
        """The program as a file, by its suffix: .ll .c .h .py .s .o .so."""
        from ..emit.write import write

        found = self.found
        assert self.llvm is not None
        write(Path(path), found, self.llvm, self.name, self._names)

    def to_json(self) -> dict[str, object]:
        """What `primir synth --format json` prints, as a dictionary."""
        from .summary import to_json

        return to_json(self)

    def __str__(self) -> str:
        from .summary import text

        return text(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """How IPython and notebooks show it."""
        printer.text(str(self))
