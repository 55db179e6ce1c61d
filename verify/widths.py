"""Claims by width: the same pair at 8, 16, 32 and 64 bits, or at all widths at once.

Both sides are read again at each width (ir/widths.py says what constants are there) and proved there like any other
pair. A claim for all widths needs an argument that does not depend on one (provers/anywidth.py), from some width on;
what lies below is proved width by width. Proofs at some widths are evidence for others, and never reported as more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..ir.errors import PrimirError
from ..ir.graph import (
    FALSE,
    LEAVES,
    TRUE,
    Function,
    Node,
    Trace,
    both,
    const,
    leaf,
    leaves,
    negate,
    substitute,
    topological,
)
from ..ir.primes import MAX_WIDTH, TABLE
from ..ir.types import Type
from ..ir.widths import Meaning, Rereading
from ..lift.spec import Spec
from .align import aligned, check_signatures
from .provers.anywidth import NoArgument, always, never
from .refine import accepted, required, wrong
from .verdict import Bounded, Proved, Refuted, Unknown, Vacuous, Verdict

USUAL = (8, 16, 32, 64)  # what is looked at where there is no argument for all
FIRST = 2
ARGUMENT = "polynomials at any width"  # what a proof for all widths is by
_WORST_FIRST = (Refuted, Vacuous, Unknown, Bounded)


@dataclass(frozen=True, slots=True)
class AtWidth:
    """The verdict at one width."""

    width: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Argument:
    """That a pair holds at every width that is a multiple of `step`, from `first` on; `shown` is from where it was
    shown at once. Where there is none, `missing` says why."""

    first: int = FIRST
    shown: int = FIRST
    step: int = 1
    missing: str | None = None

    def __str__(self) -> str:
        multiples = f" that are multiples of {self.step}" if self.step > 1 else ""
        return f"all widths{multiples} from {self.first} bits on"


def parse_widths(text: str) -> tuple[int, ...]:
    """The widths that `8,16,32-34` names, in order. PrimirError for what names none."""
    found: set[int] = set()
    for part in text.split(","):
        matched = re.fullmatch(r"\s*(\d{1,4})\s*(?:-\s*(\d{1,4})\s*)?", part)
        ends = (int(matched[1]), int(matched[2] or matched[1])) if matched is not None else (0, 0)
        if not FIRST <= ends[0] <= ends[1] <= MAX_WIDTH:
            raise PrimirError(f"`{part.strip()}` is no width", hint=f"write 8,16,32 or 2-16; widths go from {FIRST} to "
                              f"{MAX_WIDTH}")
        found.update(range(ends[0], ends[1] + 1))
    return tuple(sorted(found))


def checked_widths(widths: Sequence[object]) -> tuple[int, ...]:
    """`widths`, in order. PrimirError for what is none."""
    for width in widths:
        if not isinstance(width, int) or isinstance(width, bool) or not FIRST <= width <= MAX_WIDTH:
            raise PrimirError(f"{width!r} is no width", hint=f"widths go from {FIRST} to {MAX_WIDTH}")
    return tuple(sorted({width for width in widths if isinstance(width, int)}))


# --- reading both sides again -----------------------------------------------------------------------------------------


class Reread:
    """A pair of `spec` and `target` that can be had at other widths. PrimirError, at once, where it cannot."""

    def __init__(self, spec: Spec, target: Function) -> None:
        if spec.examples:
            raise PrimirError(f"{spec.name} has examples, which are of one width")
        if spec.laws:
            raise PrimirError(f"{spec.name} relates several calls, which is read at its own width alone")
        for function in filter(None, (spec.reference, target)):
            if function.unrolled or function.beyond is not FALSE:
                raise PrimirError(f"a loop of {function.name} was unrolled, and may run otherwise at another width",
                                  hint="only functions without loops can be read at other widths")
        if spec.reference is not None:
            spec = replace(spec, reference=_named(spec.reference, spec))
        self.spec, self.target = spec, _named(target, spec)  # so that what counts bits on one side does on the other
        self.width = _only_width([*(p.type for p in spec.parameters), *(o.type for o in spec.outputs)], spec.name)
        self._rereading = Rereading(_roots(spec, target), self.width)

    def at(self, width: int) -> tuple[Spec, Function]:
        """Both at `width` bits. PrimirError for a constant that says nothing there."""
        if width == self.width:
            return self.spec, self.target
        roots = iter(self._rereading.at(_roots(self.spec, self.target), width))
        spec = replace(
            self.spec, requires=next(roots), ensures=next(roots),
            parameters=tuple(replace(p, type=_scaled(p.type, width)) for p in self.spec.parameters),
            outputs=tuple(replace(o, type=_scaled(o.type, width)) for o in self.spec.outputs),
            obligations=tuple(replace(each, condition=next(roots)) for each in self.spec.obligations))
        if self.spec.reference is not None:
            spec = replace(spec, reference=_over(self.spec.reference, [next(roots) for _ in self.spec.reference.roots],
                                                 width))
        target = _over(self.target, list(roots), width)
        remarks = self._rereading.remarks()
        return replace(spec, remarks=(*spec.remarks, *remarks)), target

    def wanted(self, asked: Sequence[int], argument: Argument | None) -> list[int]:
        """The widths at which the pair is to be proved: those `asked` for, and for all widths, what an argument leaves
        open, or else some that are evidence."""
        if argument is None:
            return list(asked)
        if argument.missing is not None:
            return sorted({*asked, self.width, *filter(self.readable, USUAL)})
        return sorted({*asked, *range(argument.first, argument.shown, argument.step)})

    def readable(self, width: int) -> bool:
        """Whether all constants say something at `width` bits."""
        try:
            self.at(width)
        except PrimirError:
            return False
        return True

    def argument(self) -> Argument:
        """An argument for all widths, or why there is none."""
        try:
            return self._from(*self._shown())
        except NoArgument as missing:
            return Argument(missing=str(missing))

    def _from(self, shown: int, meanings: Mapping[Node, Meaning]) -> Argument:
        operations = {node.op for node in topological(_roots(self.spec, self.target)) if node.op not in LEAVES}
        step = math.lcm(*(TABLE[op].multiple for op in operations),
                        *(meaning.period for meaning in meanings.values() if meaning.period))
        first = next((width for width in range(FIRST, MAX_WIDTH + 1) if width % step == 0 and self.readable(width)), 0)
        return Argument(first, max(first, shown), step) if first else Argument(missing="no width can be read")

    def _shown(self) -> tuple[int, dict[Node, Meaning]]:
        """The width from which on the target refines the reference, and what the constants mean."""
        spec, reference = self.spec, self.spec.reference
        if reference is None or spec.ensures is not TRUE or spec.laws:
            raise NoArgument("only a function is compared with another at all widths at once")
        check_signatures(spec.name, [p.type for p in spec.parameters], [o.type for o in spec.outputs], self.target)
        source, target = aligned(reference, spec.parameters, "src"), aligned(self.target, spec.parameters, "tgt")
        if source.choices:
            raise NoArgument("the old function leaves something open")
        clean, _ = required(spec.requires, spec.parameters)
        roots = [clean, *(each.condition for each in spec.obligations), *source.roots, *target.roots]
        meanings: dict[Node, Meaning] = {}
        new = Rereading(roots, self.width).symbolic(roots, meanings)
        start = 1 + len(spec.obligations)
        source, target = source.over(new[start:start + len(source.roots)]), target.over(new[-len(target.roots):])
        condition = both(new[0], accepted(source))
        least = max([never([both(condition, wrong(source, target))], meanings),
                     *(never([negate(each)], meanings) for each in new[1:start])])
        return max(least, _possible(condition, meanings)), meanings


def _possible(condition: Node, meanings: dict[Node, Meaning]) -> int:
    """The width from which on some input meets `condition`. NoArgument where none is found."""
    inputs = [node for node in leaves([condition]) if node not in meanings]
    for number in (0, 1, -1):
        chosen = leaf(f"the number {number}", max((node.width for node in inputs), default=1))
        words = {node: const(0, 1) if node.width == 1 else chosen for node in inputs}
        try:
            return always(substitute([condition], words), {**meanings, chosen: Meaning(number)})
        except NoArgument:
            continue
    raise NoArgument("whether any input meets the conditions is not shown")


def _roots(spec: Spec, target: Function) -> list[Node]:
    reference = () if spec.reference is None else spec.reference.roots
    return [spec.requires, spec.ensures, *(each.condition for each in spec.obligations), *reference, *target.roots]


def _named(function: Function, spec: Spec) -> Function:
    """`function` with the names of the parameters of `spec`."""
    if len(function.parameters) != len(spec.parameters):
        return function  # which is refused when they are compared
    return function.taking([replace(own, name=given.name)
                            for own, given in zip(function.parameters, spec.parameters, strict=True)])


def _over(function: Function, roots: Sequence[Node], width: int) -> Function:
    moved = function.over(roots)
    return replace(moved, trace=Trace(),
                   parameters=tuple(replace(p, type=_scaled(p.type, width)) for p in function.parameters),
                   results=tuple(replace(result, type=_scaled(result.type, width)) for result in moved.results))


def _scaled(type_: Type, width: int) -> Type:
    return type_ if type_.width == 1 else replace(type_, width=width)


def _only_width(types: Sequence[Type], name: str) -> int:
    """The width of all words. PrimirError where there are several, or none."""
    widths = {type_.width for type_ in types} - {1}
    if len(widths) == 1:
        return min(widths)
    listed = f"words of {' and '.join(map(str, sorted(widths)))} bits" if widths else "no words, only truth values"
    raise PrimirError(f"{name} takes and gives {listed}, and cannot be read at other widths",
                      hint="a function can whose parameters and results all have one width")


# --- what is said in the end ------------------------------------------------------------------------------------------


def together(found: Sequence[AtWidth], argument: Argument | None) -> Verdict:
    """One verdict for all widths that were asked for: the worst, and Proved only where all of them are."""
    seconds = sum(each.verdict.seconds for each in found)
    for kind in _WORST_FIRST:
        for each in found:
            if isinstance(each.verdict, kind):
                return replace(each.verdict, seconds=seconds,
                               remarks=(f"this is at {each.width} bits", *each.verdict.remarks))
    remarks = tuple(dict.fromkeys(remark for each in found for remark in each.verdict.remarks))
    if argument is not None and argument.missing is not None:
        at = f"proved {at_widths([each.width for each in found])}, which is " if found else ""
        return Unknown(f"{at}evidence and no proof for all widths: {argument.missing}", seconds, remarks)
    provers = [name for each in found if isinstance(each.verdict, Proved) for name in each.verdict.prover.split(", ")]
    names: dict[str, None] = dict.fromkeys([*([ARGUMENT] if argument is not None else []), *provers])
    cached = argument is None and all(getattr(each.verdict, "cached", False) for each in found)
    return Proved(", ".join(names), seconds, remarks, cached)


def at_widths(widths: Sequence[int]) -> str:
    """As in `at 8, 16 to 19 and 32 bits`."""
    runs: list[list[int]] = []
    for width in widths:
        if runs and runs[-1][1] == width - 1:
            runs[-1][1] = width
        else:
            runs.append([width, width])
    parts = [part for low, high in runs
             for part in ([f"{low} to {high}"] if high > low + 1 else map(str, sorted({low, high})))]
    return f"at {', '.join(parts[:-1])} and {parts[-1]} bits" if len(parts) > 1 else f"at {parts[0]} bits"
