"""Choices of the source: what is refuted must be wrong whatever the source chooses.

"For some inputs and all choices of the source, a violation" has a quantifier more than our provers take. So the
choices are instantiated: a conjunction over some instances that has no model proves that for each input one of them
avoids the violation. A model is only a candidate; it counts when, with everything else fixed, no choice avoids the
violation, and otherwise the choice that does becomes the next instance (counterexample-guided instantiation:
Reynolds et al., Counterexample-Guided Quantifier Instantiation for Synthesis in SMT, CAV 2015).

An undef is open longer than what a freeze has chosen: who returns it may be read twice and differ. So the source's
frozen choices are made before the target's undefs, and its own undefs after them. An instance of the frozen ones must
do for all that the target's undefs can be: it has a copy of these of its own, and depends on none.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from math import prod

from ..ir.evaluate import evaluate
from ..ir.graph import (
    CHOICE,
    FALSE,
    INPUT,
    LEAVES,
    TRUE,
    Node,
    all_of,
    apply,
    const,
    is_undef,
    leaf,
    leaves,
    negate,
    substitute,
    topological,
)
from ..jobs.limits import Deadline
from .provers.portfolio import satisfiable
from .provers.query import Answer, DontKnow, Prover, Query, Sat, Unsat

ROUNDS = 12  # candidates that are tried
INSTANCES = 16  # to begin with


def exists_forall(condition: Node, universal: Sequence[Node], hints: Sequence[Node], deadline: Deadline,
                  provers: Sequence[Prover], results: Sequence[Node] = ()) -> Answer:
    """Whether some words make `condition` hold for all words of the leaves `universal`.

    The model of a Sat names the other leaves only. `hints` are nodes that a universal leaf of their width may have to
    equal; `results` are what the source gives. Without universal leaves this is `satisfiable`.
    """
    if not universal:
        return satisfiable(Query(condition), deadline, provers)
    instances = list(islice(_instances(condition, universal, hints), INSTANCES))
    remarks: tuple[str, ...] = ()
    for _ in range(ROUNDS):
        answer = satisfiable(Query(_for_all(condition, instances)), deadline, provers)
        remarks += answer.remarks
        match answer:
            case Unsat(prover):
                return Unsat(prover, remarks)
            case DontKnow(why):
                return DontKnow(why, remarks)
            case Sat(model, prover):
                pass
        others = {node: model.get(_copy(node, 0), model.get(node, 0)) for node in _other_leaves(condition, universal)}
        avoiding = _avoiding(condition, others, deadline, provers)
        remarks += avoiding.remarks
        match avoiding:
            case Unsat(second):
                return Sat(others, _named(prover, second), remarks)
            case DontKnow(why):
                return DontKnow(f"whether a choice of the source avoids it: {why}", remarks)
            case Sat(found):
                if (wrong := _never_frozen(condition, universal, others, results, deadline, provers)) is not None:
                    return replace(wrong, prover=_named(prover, wrong.prover), remarks=remarks)
                instances.append({node: const(found.get(node, 0), node.width) for node in universal})
    return DontKnow(f"the source has choices: {len(instances)} instances of them decide nothing", remarks)


def _never_frozen(condition: Node, universal: Sequence[Node], others: Mapping[Node, int], results: Sequence[Node],
                  deadline: Deadline, provers: Sequence[Prover]) -> Sat | None:
    """A violation where each undef of the target differs from what the source has frozen, whatever that is.

    The words that come back are for a source that froze 0.
    """
    frozen = {node.width: node for node in (*(node for node in universal if not is_undef(node)), *results)
              if not any(map(is_undef, leaves([node], CHOICE)))}
    opposite = {leaf: apply("not", frozen[leaf.width]) for leaf in _undefs_of_target(condition, universal)
                if leaf.width in frozen}
    if not opposite:
        return None
    zeros = {node: 0 for node in topological(opposite.values()) if node.op in LEAVES}
    words = evaluate(list(opposite.values()), {**zeros, **others})
    (differing,) = substitute([condition], opposite)
    rest = {node: word for node, word in others.items() if node not in opposite}
    match _avoiding(differing, rest, deadline, provers):
        case Unsat(prover):
            return Sat({**others, **dict(zip(opposite, words))}, prover)
    return None


def _for_all(condition: Node, instances: Sequence[Mapping[Node, Node]]) -> Node:
    """`condition` for all instances; those that freeze the source's choices alike share the target's undefs."""
    late = _undefs_of_target(condition, instances[0])
    frozen: dict[tuple[Node, ...], int] = {}
    parts = []
    for instance in instances:
        (part,) = substitute([condition], instance)
        if late:
            early = tuple(node for leaf, node in instance.items() if not is_undef(leaf))
            number = frozen.setdefault(early, len(frozen))
            (part,) = substitute([part], {leaf: _copy(leaf, number) for leaf in late})
        parts.append(part)
    return all_of(parts)


def _undefs_of_target(condition: Node, universal: Container[Node]) -> list[Node]:
    return [node for node in leaves([condition], CHOICE) if is_undef(node) and node not in universal]


def _copy(node: Node, number: int) -> Node:
    """A target's undef for the instances with this number; another leaf is itself."""
    return leaf(f"{node.data}.{number}", node.width, CHOICE) if is_undef(node) else node


def _avoiding(condition: Node, others: Mapping[Node, int], deadline: Deadline, provers: Sequence[Prover]) -> Answer:
    """Whether a choice avoids `condition` once the `others` are fixed."""
    (rest,) = substitute([condition], {node: const(word, node.width) for node, word in others.items()})
    return satisfiable(Query(negate(rest)), deadline, provers)


def _instances(condition: Node, universal: Sequence[Node], hints: Sequence[Node]) -> Iterator[dict[Node, Node]]:
    """Nodes to stand for the universal leaves: every combination of some where these are few, else some."""
    late = set(_undefs_of_target(condition, universal))
    settled = [hint for hint in hints if late.isdisjoint(leaves([hint], CHOICE))]
    own = {node: _candidates(node.width, condition, hints if is_undef(node) else settled) for node in universal}
    yield _alike(universal, hints)
    if prod(map(len, own.values())) <= INSTANCES:
        combinations: Iterator[tuple[Node, ...]] = product(*own.values())
    else:
        longest = max(map(len, own.values()))
        combinations = (tuple(nodes[turn % len(nodes)] for nodes in own.values()) for turn in range(longest))
    for combination in combinations:
        yield dict(zip(universal, combination, strict=True))


def _alike(universal: Sequence[Node], hints: Sequence[Node]) -> dict[Node, Node]:
    """Each choice as the target's of the same kind and width, in their order: what two like programs choose alike."""
    theirs = [hint for hint in hints if hint.op == CHOICE]
    chosen: dict[Node, Node] = {}
    for node in universal:
        fitting = [hint for hint in theirs if (hint.width, is_undef(hint)) == (node.width, is_undef(node))]
        chosen[node] = fitting[0] if fitting else const(0, node.width)
        if len(fitting) > 1:
            theirs.remove(fitting[0])
    return chosen


def _candidates(width: int, condition: Node, hints: Sequence[Node]) -> list[Node]:
    if width == 1:
        return [FALSE, TRUE]  # there are no others
    fitting = [*hints, const(0, width), const(-1, width), *leaves([condition], INPUT)]
    return list(dict.fromkeys(node for node in fitting if node.width == width))[:8]


def _other_leaves(condition: Node, universal: Sequence[Node]) -> list[Node]:
    return [node for node in (*leaves([condition], INPUT), *leaves([condition], CHOICE)) if node not in universal]


def _named(*provers: str) -> str:
    return ", ".join(dict.fromkeys(provers))
