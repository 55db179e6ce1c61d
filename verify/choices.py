"""Choices of the source: what is refuted must be wrong whatever the source chooses.

"For some inputs and all choices of the source, a violation" has a quantifier more than our provers take. So the
choices are instantiated: a conjunction over some instances that has no model proves that for each input one of them
avoids the violation. A model is only a candidate; it counts when, with everything else fixed, no choice avoids the
violation, and otherwise the choice that does becomes the next instance (counterexample-guided instantiation:
Reynolds et al., Counterexample-Guided Quantifier Instantiation for Synthesis in SMT, CAV 2015).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from math import prod

from ..ir.graph import CHOICE, FALSE, INPUT, TRUE, Node, all_of, const, leaves, negate, substitute
from ..jobs.limits import Deadline
from .provers.portfolio import satisfiable
from .provers.query import Answer, DontKnow, Prover, Query, Sat, Unsat

ROUNDS = 12  # candidates that are tried
INSTANCES = 16  # to begin with


def exists_forall(condition: Node, universal: Sequence[Node], hints: Sequence[Node], deadline: Deadline,
                  provers: Sequence[Prover]) -> Answer:
    """Whether some words make `condition` hold for all words of the leaves `universal`.

    The model of a Sat names the other leaves only. `hints` are nodes that a universal leaf of their width may have to
    equal. Without universal leaves this is `satisfiable`.
    """
    if not universal:
        return satisfiable(Query(condition), deadline, provers)
    instances = list(islice(_instances(condition, universal, hints), INSTANCES))
    remarks: tuple[str, ...] = ()
    for _ in range(ROUNDS):
        answer = satisfiable(Query(all_of(substitute([condition], new)[0] for new in instances)), deadline, provers)
        remarks += answer.remarks
        match answer:
            case Unsat(prover):
                return Unsat(prover, remarks)
            case DontKnow(why):
                return DontKnow(why, remarks)
            case Sat(model, prover):
                pass
        others = {node: model.get(node, 0) for node in _other_leaves(condition, universal)}
        avoiding = _avoiding(condition, others, deadline, provers)
        remarks += avoiding.remarks
        match avoiding:
            case Unsat(second):
                return Sat(others, _named(prover, second), remarks)
            case DontKnow(why):
                return DontKnow(f"whether a choice of the source avoids it: {why}", remarks)
            case Sat(found):
                instances.append({node: const(found.get(node, 0), node.width) for node in universal})
    return DontKnow(f"the source has choices: {len(instances)} instances of them decide nothing", remarks)


def _avoiding(condition: Node, others: Mapping[Node, int], deadline: Deadline, provers: Sequence[Prover]) -> Answer:
    """Whether a choice avoids `condition` once the `others` are fixed."""
    (rest,) = substitute([condition], {node: const(word, node.width) for node, word in others.items()})
    return satisfiable(Query(negate(rest)), deadline, provers)


def _instances(condition: Node, universal: Sequence[Node], hints: Sequence[Node]) -> Iterator[dict[Node, Node]]:
    """Nodes to stand for the universal leaves: every combination of some where these are few, else some."""
    own = {node: _candidates(node.width, condition, hints) for node in universal}
    if prod(map(len, own.values())) <= INSTANCES:
        combinations: Iterator[tuple[Node, ...]] = product(*own.values())
    else:
        longest = max(map(len, own.values()))
        combinations = (tuple(nodes[turn % len(nodes)] for nodes in own.values()) for turn in range(longest))
    for combination in combinations:
        yield dict(zip(universal, combination, strict=True))


def _candidates(width: int, condition: Node, hints: Sequence[Node]) -> list[Node]:
    if width == 1:
        return [FALSE, TRUE]  # there are no others
    fitting = [*hints, const(0, width), const(-1, width), *leaves([condition], INPUT)]
    return list(dict.fromkeys(node for node in fitting if node.width == width))[:8]


def _other_leaves(condition: Node, universal: Sequence[Node]) -> list[Node]:
    return [node for node in (*leaves([condition], INPUT), *leaves([condition], CHOICE)) if node not in universal]


def _named(*provers: str) -> str:
    return ", ".join(dict.fromkeys(provers))
