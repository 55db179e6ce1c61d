"""All provers behind one question: the cheap ones first, and no model is believed before it is evaluated.

What comes first follows from the operations at hand: where words are multiplied or divided, a circuit is what a solver
for bits chokes on, and integers are asked before it gets its long turn.

A turn is limited by work that is counted, so that who answers does not depend on what else a machine does; the last one
ends with the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ...ir.graph import LEAVES, topological
from ...ir.primes import TABLE
from ...jobs.limits import Deadline
from .bitlinear import BitLinear
from .blast import Blast
from .corners import Corners
from .exhaustive import Exhaustive
from .floorsum import FloorSum
from .integers import Integers
from .merging import Merging
from .query import Answer, DontKnow, Prover, Query, Sat
from .ring import RingForm
from .solvers import BITWUZLA, PLAIN_BITWUZLA, Z3, Race, Solver
from .structural import Structural


@dataclass(frozen=True, slots=True)
class Where:
    """Asks `prover` only for queries to which it `applies`."""

    prover: Prover
    applies: Callable[[Query], bool]

    @property
    def name(self) -> str:
        return self.prover.name

    def ask(self, query: Query, deadline: Deadline) -> Answer:
        return self.prover.ask(query, deadline) if self.applies(query) else DontKnow("")


def deep(query: Query) -> bool:
    """Whether some operation is slow in hardware, as its circuit is deep: words are multiplied or divided."""
    return any(node.op not in LEAVES and TABLE[node.op].effort > 1 for node in topological(query.conditions))


def flat(query: Query) -> bool:
    return not deep(query)


def large(query: Query) -> bool:
    """Whether a normal form takes much longer than a look at some inputs."""
    return sum(1 for _ in topological(query.conditions)) > 300


STANDARD: Final[tuple[Prover, ...]] = (
    Where(Corners(work=10_000), large),  # what is wrong is often wrong at once
    RingForm(),  # half a millisecond for most queries, and it ends most proofs
    BitLinear(),
    Where(FloorSum(), deep),
    Corners(),  # 10 to 30 ms where nothing is found
    Where(Exhaustive(bits=16), deep),  # 20 ms
    Where(Exhaustive(bits=24, limit=100), deep),  # 0.1 s for a multiplication, 1 s for a dozen divisions
    Where(Integers(), deep),
    BITWUZLA.limited(30_000, 3.0),  # 0.3 s; most queries take it milliseconds, and what it cannot is hard
    Structural(),  # some milliseconds where much is to be rewritten, but the first needs 300 to read the rules
    Where(Merging(), deep),  # some milliseconds for each pair
    PLAIN_BITWUZLA.limited(100_000, 10.0),  # 1 s
    Race((Z3.limited(7_000_000, 20.0), BITWUZLA.limited(200_000, 20.0))),  # 2 s
    Exhaustive(bits=20),
    Blast(),
    Where(Integers(), flat),
    Exhaustive(),
    Integers().with_work(5),
    Race((Z3, BITWUZLA)),
)


def tuned(prover: Prover, seed: int, memory: int | None) -> Prover:
    """`prover` with another seed, and another limit to the bytes that each of its child processes may take."""
    match prover:
        case Solver():
            return replace(prover.seeded(seed), memory=memory)
        case Race(solvers):
            return Race(tuple(replace(solver.seeded(seed), memory=memory) for solver in solvers))
        case Integers(backends=backends):
            return replace(prover, backends=tuple(replace(each.seeded(seed), memory=memory) for each in backends))
        case Where():
            return replace(prover, prover=tuned(prover.prover, seed, memory))
        case Corners():
            return replace(prover, seed=seed)
        case Exhaustive() | Blast():
            return replace(prover, memory=memory)
        case _:
            return prover


def satisfiable(query: Query, deadline: Deadline, provers: Sequence[Prover] = STANDARD) -> Answer:
    """The first answer of `provers`, asked in turn; DontKnow tells what each of them said.

    A model is evaluated first. One that does not satisfy the query is a fault in a solver or in our reading of an
    operation: it is dropped, and the remarks of the answer say so.
    """
    doubts: list[str] = []
    remarks: tuple[str, ...] = ()
    for prover in provers:
        if deadline.passed():
            doubts.append(f"{prover.name}: no time left")
            break
        answer = prover.ask(query, deadline)
        remarks += answer.remarks
        match answer:
            case DontKnow(why):
                doubts.append(why)
            case Sat(model, name) if not query.holds(model):
                doubts.append(f"{name}: its model is wrong")
                remarks += (f"INTERNAL DISAGREEMENT: {name} gave a model that does not satisfy the query on our "
                            f"evaluator; please report it: {dict(model)}",)
            case _:
                return replace(answer, remarks=remarks)
    return DontKnow("; ".join(filter(None, dict.fromkeys(doubts))) or "no prover was asked", remarks)
