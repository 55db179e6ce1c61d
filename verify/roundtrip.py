"""The round trip: what is proved is the LLVM IR that was emitted, read again, and not the graph that search held."""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.errors import PrimirError
from ..ir.graph import Function
from ..jobs.limits import Deadline
from ..lift.spec import Spec
from .provers.portfolio import STANDARD
from .provers.query import Prover
from .refine import meets
from .verdict import Unknown, Verdict

LIFTING = 20.0  # seconds; it takes milliseconds, and a deadline that passes meanwhile is kept by the proof


def prove_emitted(spec: Spec, function: Function, symbol: str, *, deadline: Deadline,
                  provers: Sequence[Prover] = STANDARD, guards: bool = False) -> tuple[str, Verdict]:
    """`function` as LLVM IR with plain instructions, under the name `symbol`, and whether that text meets `spec`.

    The instructions are undefined where LLVM's are, so that the verdict covers their definedness too. Where operations
    are total by the spec, or with `guards`, a select stands before each that can be undefined.
    """
    from ..emit.llvm import module
    from ..lift.llvm.front import lift_llvm

    text = module(function, symbol, guards=guards or spec.total)
    if deadline.passed():
        return text, Unknown("no time left to prove the emitted code")
    try:
        lifted = lift_llvm(text, symbol, seconds=LIFTING)
    except PrimirError as problem:  # ours, not the user's: the text is our own
        return text, Unknown(f"the emitted code could not be lifted again: {problem.message}")
    return text, meets(spec, lifted, deadline=deadline, provers=provers)
