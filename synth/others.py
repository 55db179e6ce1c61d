"""What examples leave open: other programs of the same cost that fit them, and the input that tells most of them apart.

The search keeps one program for each behaviour on the examples. Here inputs that nobody gave a result for are samples
as well, so that programs which differ on them are all met: bottom-up, up to the cost of the answer, for a while.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice, product

from ..ir.cost import instructions
from ..ir.evaluate import compiled
from ..ir.graph import Function, Node, topological
from ..ir.primes import TABLE
from ..ir.samples import samples
from ..jobs.limits import Deadline
from ..lift.spec import Spec
from .budget import Budget, Spent
from .engines.enumeration import enumerate_programs
from .engines.events import Candidate, Exhausted
from .problem import Problem
from .vocabulary import vocabulary

WORK = 20_000_000  # candidates
SECONDS = 5.0
MOST = 500  # programs
PROBES = 24  # inputs without a result that are samples
SMALL = 8  # of them are small numbers, which are easy to answer for


@dataclass(frozen=True, slots=True)
class Others:
    """So many programs that differ from the answer, at the same cost, were met that fit the examples as well; on
    `inputs` they give `results`, the answer's among them."""

    count: int
    inputs: tuple[int, ...]
    results: tuple[int, ...]


def other_programs(spec: Spec, answer: Function) -> Others | None:
    """The programs that cost no more than `answer`, fit the examples of `spec` and differ from it somewhere.

    None where none was met, and where there is more than examples, or a grammar, or more than one result.
    """
    if not spec.only_examples or len(spec.outputs) != 1 or spec.syntax is not None or spec.components:
        return None
    deadline = Deadline(SECONDS)
    problem = Problem(spec, seed=0, deadline=deadline)
    probes = _probes(spec)
    if not problem.fits or not probes:
        return None
    problem.add(probes)
    known = {example.inputs for example in spec.examples}
    probes = [words for words in problem.tuples if words not in known]
    mine = _values(answer.results[0].value, problem.inputs, probes)
    behaviours = {values for node in _fitting(problem, instructions(answer), deadline)
                  if (values := _values(node, problem.inputs, probes)) != mine}
    if not behaviours:
        return None

    def rank(index: int) -> tuple[int, int, int]:
        """Before others: what leaves least open whatever the answer is, and small numbers."""
        counts = Counter(values[index] for values in (mine, *behaviours))
        return max(counts.values()), sum(probes[index]), index

    best = min(range(len(probes)), key=rank)
    return Others(len(behaviours), probes[best], tuple(sorted({values[best] for values in (mine, *behaviours)})))


def _probes(spec: Spec) -> list[tuple[int, ...]]:
    """Inputs that no example has: small ones, and others of all kinds."""
    widths = [parameter.type.width for parameter in spec.parameters]
    known = {example.inputs for example in spec.examples}
    if not widths:
        return []
    small = (words for words in product(range(SMALL), repeat=len(widths))
             if all(word < 1 << width for word, width in zip(words, widths, strict=True)))
    fresh = dict.fromkeys(words for words in small if words not in known)
    few = dict.fromkeys(islice(fresh, SMALL))
    few.update((words, None) for words in islice(samples(widths), 4 * PROBES) if words not in known)
    return list(islice(few, PROBES))


def _fitting(problem: Problem, cost: int, deadline: Deadline) -> list[Node]:
    """Programs of at most that cost that fit the examples and are defined everywhere."""
    found: dict[Node, None] = {}
    try:
        for event in enumerate_programs(problem, 0, vocabulary(problem.spec), (), Budget(deadline, WORK)):
            if isinstance(event, Exhausted) and event.level >= cost:
                break
            if isinstance(event, Candidate) and _defined(event.node) and not problem.failures([event.node]) \
                    and instructions(problem.function([event.node])) <= cost:
                found[event.node] = None
                if len(found) == MOST:
                    break
    except Spent:
        pass
    return list(found)


def _defined(node: Node) -> bool:
    """Whether the program has no operation that could be undefined for some input."""
    return not any(part.args and TABLE[part.op].undefined and not part.args[-1].is_const
                   for part in topological([node]))


def _values(node: Node, inputs: list[Node], probes: list[tuple[int, ...]]) -> tuple[int, ...]:
    run = compiled([node], inputs)
    return tuple(run(*words)[0] for words in probes)
