"""How far an answer reaches: to which bound on an input it stays right, where the spec asks for less.

Constants that are right for the range in `requires` are mostly right beyond it. The bound there is moved up and the
spec proved again, by doubling and then by halves. A bound is named only where the proof was made, and an input beyond
it only where a counterexample was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from ..ir.bounds import range_said, range_within
from ..ir.graph import Function, Node, Parameter, all_of, apply, conjuncts, const, negate
from ..jobs.limits import Deadline
from ..lift.llvm.front import lift_llvm
from ..lift.spec import Spec
from ..verify.provers.exhaustive import Exhaustive
from ..verify.provers.floorsum import FloorSum
from ..verify.provers.portfolio import STANDARD, satisfiable
from ..verify.provers.query import Prover, Query, Sat
from ..verify.provers.ring import RingForm
from ..verify.refine import accepted, meets
from ..verify.verdict import Proved, Refuted, Verdict

SECONDS = 5.0  # for all inputs together
ONE_PROOF = 2.0  # seconds
PROVERS: tuple[Prover, ...] = (RingForm(), FloorSum(), Exhaustive(bits=24), *STANDARD)

Prove = Callable[[int], Verdict]


@dataclass(frozen=True, slots=True)
class Reach:
    """The answer is proved for the input `parameter` up to `proved`, in the order of its type, and wrong at `fails`
    for some values of the other inputs; `fails` is None where no such word is known."""

    parameter: str
    proved: int
    fails: int | None
    whole: bool = False  # whether `proved` is the last word of the type

    def __str__(self) -> str:
        if self.whole:
            return f"right for every greater {self.parameter}, too"
        if self.fails == self.proved + 1:
            return f"right for {self.parameter} up to {self.proved}, wrong for {self.fails}"
        beyond = "not known beyond" if self.fails is None else f"wrong for {self.fails}, not known in between"
        return f"right for {self.parameter} up to {self.proved}, {beyond}"


def reaches(spec: Spec, llvm: str) -> Iterator[Reach]:
    """How far the proved answer `llvm` to `spec` reaches beyond each upper bound that `requires` has on an input.

    Nothing is said of inputs without such a bound, nor where the spec says nothing beyond it, or has divisions that
    must be shown to be defined.
    """
    if spec.only_examples or spec.obligations or spec.syntax is not None or spec.laws:
        return
    deadline = Deadline(SECONDS)
    bounded = [parameter for parameter in spec.parameters if _last(spec, parameter) < _order(parameter, -1)]
    target = lift_llvm(llvm, spec.name) if bounded else None
    for parameter in bounded:
        if target is not None and not deadline.passed():
            yield from _reach(spec, target, parameter, deadline)


def _order(parameter: Parameter, index: int) -> int:
    """The first word (0) or the last one (-1) in the order of a parameter's type, as it is read."""
    type_ = parameter.type
    ends = (-1 << type_.width - 1, (1 << type_.width - 1) - 1) if type_.signed else (0, (1 << type_.width) - 1)
    return ends[index]


def _last(spec: Spec, parameter: Parameter) -> int:
    """The greatest value that `requires` leaves a parameter."""
    within = range_within([spec.requires], parameter.value)
    first = parameter.type.read(within.low)
    return min(first + within.size - 1, _order(parameter, -1))


def _reach(spec: Spec, target: Function, parameter: Parameter, deadline: Deadline) -> Iterator[Reach]:
    last, greatest = _last(spec, parameter), _order(parameter, -1)
    if not _speaks_beyond(widened(spec, parameter, greatest), parameter, last, deadline):
        return

    def prove(bound: int) -> Verdict:
        return meets(widened(spec, parameter, bound), target, deadline=deadline.slice(ONE_PROOF),
                     provers=PROVERS)

    yield _searched(parameter, last, greatest, prove, spec.parameters.index(parameter))


def _searched(parameter: Parameter, proved: int, greatest: int, prove: Prove, index: int) -> Reach:
    """Up from the bound `proved` by doubling until a proof fails, then by halves."""
    bound, step, fails = greatest, max(1, proved - _order(parameter, 0)), greatest + 1
    known = False
    while fails - proved > 1:
        match prove(bound):
            case Proved():
                proved = bound
            case Refuted(counterexample):
                fails, known = parameter.type.read(counterexample.inputs[index]), True
            case _:
                if not known and bound == greatest:  # too much at once: smaller steps
                    fails = bound
                else:
                    break
        bound = min(proved + step, proved + (fails - proved) // 2)
        step *= 2
    return Reach(parameter.name, proved, fails if known else None, proved == greatest)


def widened(spec: Spec, parameter: Parameter, bound: int) -> Spec:
    """`spec` with another upper bound on a parameter, in `requires` and in the domain of its reference."""
    word, type_ = parameter.value, parameter.type
    least = "sle" if type_.signed else "ule"
    first = type_.read(range_within([spec.requires], word).low)
    bounds = [apply(least, const(first, word.width), word), apply(least, word, const(bound, word.width))]

    def moved(condition: Node) -> Node:
        parts = list(conjuncts([condition]))
        kept = [part for part in parts if (said := range_said(part)) is None or said.value is not word]
        return all_of([*kept, *bounds]) if len(kept) < len(parts) else condition

    reference = spec.reference and replace(spec.reference, domain=moved(spec.reference.domain))
    return replace(spec, requires=moved(spec.requires), reference=reference)


def _speaks_beyond(spec: Spec, parameter: Parameter, last: int, deadline: Deadline) -> bool:
    """Whether the widened spec is known to want something for an input beyond `last`."""
    word = parameter.value
    conditions = [spec.requires, apply("slt" if parameter.type.signed else "ult", const(last, word.width), word)]
    if spec.reference is not None:
        conditions += [accepted(spec.reference), negate(spec.reference.trap)]
    return isinstance(satisfiable(Query(all_of(conditions)), deadline.slice(ONE_PROOF)), Sat)
