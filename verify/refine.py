"""Refinement: may the target stand where the source stood? Alive2's sense of it, for functions and for specs.

For all inputs, poison among them where a parameter may be that: where `requires` and the source's domain hold and the
source is not undefined, the target's domain holds, it is not undefined, it traps exactly if the source does, and each
of its results is what the source's is, unless that is poison. (Lopes et al., Alive2: Bounded Translation Validation for
LLVM, PLDI 2021.)

A loop that was unrolled up to a bound says nothing `beyond` it. So what has such loops is tried by induction over them
(induction.py) first. Else, that no input gets beyond is an obligation of its own; where it is not proved, what holds
within the bound is Bounded, and never Proved.

Before anything is proved under a condition, that condition is shown to hold somewhere, whatever the source chooses: a
source that some choice makes undefined on every input says nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..ir.errors import PrimirError
from ..ir.evaluate import evaluate
from ..ir.graph import (
    FALSE,
    LEAVES,
    TRUE,
    Function,
    Node,
    Parameter,
    all_of,
    any_of,
    apply,
    both,
    const,
    either,
    leaves,
    negate,
    substitute,
    topological,
)
from ..ir.text import print_term
from ..jobs.limits import Deadline
from ..lift.spec import Example, Law, Spec
from .align import aligned, check_signatures
from .choices import exists_forall
from .counterexample import Behaviour, Called, Counterexample, replayed, shrunk
from .induction import Machine, conjuncts, cut_of, prove
from .provers.portfolio import STANDARD, satisfiable
from .provers.query import Answer, DontKnow, Prover, Query, Sat, Unsat
from .verdict import Bounded, Proved, Refuted, Unknown, Vacuous, Verdict


def refine(source: Function, target: Function, *, requires: Node = TRUE, deadline: Deadline,
           provers: Sequence[Prover] = STANDARD) -> Verdict:
    """Whether `target` refines `source` where `requires`, a condition over the source's parameters, holds.

    Parameters are matched by position. Poison meets no condition: an input that `requires` speaks of is no poison.
    Unknown is what the deadline leaves undecided. PrimirError where the signatures differ.
    """
    verdict = _timed(lambda: _refine(*pair(source, target), requires, _Means(deadline, tuple(provers))))
    if isinstance(verdict, Bounded) and source is target:  # beyond the bound it does what it does there itself
        return Proved(verdict.prover, verdict.seconds)
    return verdict


def violation(source: Function, target: Function) -> Node:
    """The condition, over the source's parameters, under which `target` does what `source` does not allow.

    Choices are called src.choice0, tgt.choice0 and so on: a counterexample must meet this for all choices of the
    source. PrimirError where the signatures differ.
    """
    source, target = pair(source, target)
    return both(accepted(source), wrong(source, target))


def pair(source: Function, target: Function) -> tuple[Function, Function]:
    """Both functions over the leaves of the source's parameters, each with its own choices."""
    types = [p.type for p in source.parameters], [r.type for r in source.results]
    check_signatures(source.name, *types, target)
    return aligned(source, source.parameters, "src"), aligned(target, source.parameters, "tgt")


def accepted(source: Function) -> Node:
    """Where the source says anything: in its domain, without undefined behaviour, and within the bound of its loops."""
    return all_of([source.domain, negate(source.ub), negate(source.beyond)])


def wrong(source: Function, target: Function) -> Node:
    """Where the target, within its bound, does what an accepted input does not allow; both over the same parameters."""
    differing = [both(negate(old.poison), either(new.poison, _differ(old.value, new.value)))
                 for old, new in zip(source.results, target.results, strict=True)]
    returned = both(negate(source.trap), any_of(differing))
    return both(negate(target.beyond), any_of([negate(target.domain), target.ub, _differ(source.trap, target.trap),
                                               returned]))


def unwound(function: Function, requires: Node, deadline: Deadline,
            provers: Sequence[Prover] = STANDARD) -> tuple[Function, tuple[str, ...]]:
    """`function` without its `beyond` where it is proved that no input that meets `requires` gets there.

    Else `function` itself, and a remark on what stands in the way.
    """
    if function.beyond is FALSE:
        return function, ()
    condition = all_of([requires, function.domain, negate(function.ub), function.beyond])
    match satisfiable(Query(condition), deadline.slice(deadline.left() / 3), provers):
        case Unsat():
            return replace(function, beyond=FALSE, bound=None), ()
        case Sat():
            return function, (f"a loop of {function.name} runs more than {function.bound} times for some inputs",)
        case DontKnow(why):
            return function, (f"whether a loop of {function.name} runs more than {function.bound} times: {why}",)


def _differ(a: Node, b: Node) -> Node:
    return FALSE if a is b else apply("ne", a, b)


# --- specs ------------------------------------------------------------------------------------------------------------


def meets(spec: Spec, target: Function, *, deadline: Deadline, provers: Sequence[Prover] = STANDARD) -> Verdict:
    """Whether `target` does what `spec` wants: its examples, its reference and `ensures`, all that there are.

    Where `requires` holds and the reference, if there is one, is defined and not poison, the target must be defined
    and no poison, also where examples alone say what is wanted; those must hold as well. That the spec's obligations
    hold is for `check_spec`. PrimirError where the signatures differ.
    """
    check_signatures(spec.name, [p.type for p in spec.parameters], [o.type for o in spec.outputs], target)
    target = aligned(target, spec.parameters, "tgt")
    reference = _reference(spec)
    means = _Means(deadline, tuple(provers))
    return _timed(lambda: _meets(spec, reference, target, means))


def check_spec(spec: Spec, deadline: Deadline, provers: Sequence[Prover] = STANDARD) -> Verdict:
    """Whether the spec means something: Vacuous where no input meets it, Proved where all its obligations hold.

    PrimirError, at its place, for an obligation that fails, with the inputs on which it does.
    """
    return _timed(lambda: _check_spec(spec, _Means(deadline, tuple(provers))))


def _reference(spec: Spec) -> Function | None:
    """The spec's reference over the spec's parameters."""
    if spec.reference is None:
        return None
    check_signatures(spec.name, [p.type for p in spec.parameters], [o.type for o in spec.outputs], spec.reference)
    return aligned(spec.reference, spec.parameters, "src")


def _choices(reference: Function | None) -> Sequence[Node]:
    """What the reference leaves open."""
    return () if reference is None else reference.choices


# --- the proofs -------------------------------------------------------------------------------------------------------


_Work = Callable[[], Verdict]


@dataclass(frozen=True, slots=True)
class _Means:
    """With what something is to be proved."""

    deadline: Deadline
    provers: tuple[Prover, ...]

    def ask(self, condition: Node) -> Answer:
        return satisfiable(Query(condition), self.deadline, self.provers)

    def within(self, share: float) -> _Means:
        """A share of the time that is left."""
        return replace(self, deadline=self.deadline.slice(self.deadline.left() * share))


def _timed(work: _Work) -> Verdict:
    started = time.monotonic()
    return replace(work(), seconds=time.monotonic() - started)


def _refine(source: Function, target: Function, requires: Node, means: _Means) -> Verdict:
    condition, remarks = required(requires, source.parameters)

    def unrolled(means: _Means) -> Verdict:
        old, new, notes = _unwound_pair(source, target, condition, means)
        within = both(condition, accepted(old))
        verdict = _under(within, old.choices, means, lambda: _refined(old, new, within, means))
        return _within_bounds(verdict, (old, new), notes)

    def ends(old: Function, new: Function) -> tuple[Node, Node]:
        return accepted(old), wrong(old, new)

    return _noting(_with_loops(source, target, condition, ends, means, unrolled), remarks)


def _with_loops(source: Function, target: Function, requires: Node,
                ends: Callable[[Function, Function], tuple[Node, Node]], means: _Means,
                unrolled: Callable[[_Means], Verdict]) -> Verdict:
    """What is `unrolled`, unless induction proves it: first where a loop was cut off, else where nothing is known.

    `ends` says when the source accepts its input, and what is wrong then, of both as their last runs leave them.
    """
    old, new = cut_of(source), cut_of(target)
    if old is None or new is None or not (old.loops or new.loops):
        return unrolled(means)
    machine = Machine(old, new, requires, *ends(source.over(old.roots), target.over(new.roots)))
    cut_off = not (source.beyond is FALSE and target.beyond is FALSE)

    def induction(means: _Means) -> Proved | Unknown:
        found = prove(machine, (source.name, target.name), means.deadline, means.provers)
        if isinstance(found, DontKnow):
            return Unknown(found.why)
        return Proved(found.prover, remarks=found.remarks)

    if cut_off:
        tried = induction(means.within(1 / 2))
        if isinstance(tried, Proved):
            return tried
        alone = _possible(requires, (), means.within(1 / 8))  # without the loops, in which it could not be seen
        verdict = alone if isinstance(alone, Vacuous) else unrolled(means)
    else:
        verdict = unrolled(means.within(2 / 3))
        if not isinstance(verdict, Unknown):
            return verdict
        tried = induction(means)
        if isinstance(tried, Proved):
            return tried
    return _noting(verdict, (tried.why,)) if isinstance(verdict, Bounded | Unknown) else verdict


def _unwound_pair(source: Function, target: Function, requires: Node,
                  means: _Means) -> tuple[Function, Function, tuple[str, ...]]:
    """Both without the bounds of their loops where those are proved; what the source does not accept is not asked of
    the target."""
    source, notes = unwound(source, requires, means.deadline, means.provers)
    target, more = unwound(target, both(requires, accepted(source)), means.deadline, means.provers)
    return source, target, (*notes, *more)


def _within_bounds(verdict: Verdict, functions: Sequence[Function], notes: tuple[str, ...]) -> Verdict:
    """A proof about functions whose loops were cut off is a bounded one."""
    bounds = [function.bound for function in functions if function.beyond is not FALSE]
    if not bounds:
        return verdict
    if isinstance(verdict, Proved):
        verdict = Bounded(min(bound for bound in bounds if bound is not None), verdict.prover, remarks=verdict.remarks)
    return _noting(verdict, notes)


def _refined(source: Function, target: Function, condition: Node, means: _Means) -> Verdict:
    """The same where `condition`, which includes that the source accepts the input, is known to be possible."""
    bad = both(condition, wrong(source, target))
    hints = [*(result.value for result in target.results), *target.choices]
    universal = [choice for choice in source.choices if choice in set(topological([bad]))]
    match exists_forall(bad, universal, hints, means.deadline, means.provers, [r.value for r in source.results]):
        case Sat(model, prover, remarks):
            return _refuted(bad, source, target, model, prover, remarks, small=not universal)
        case answer:
            return _verdict(answer)


def _refuted(bad: Node, source: Function | Behaviour | None, target: Function, model: Mapping[Node, int], prover: str,
             remarks: tuple[str, ...], small: bool = True) -> Refuted:
    if small:
        signed = {p.value for p in target.parameters if p.type.signed}
        model = shrunk(bad, {node: model.get(node, 0) for node in Query(bad).leaves}, signed)
    found = replayed(bad, source, target, model)
    return Refuted(found, found.reason, prover, remarks=remarks)


def _verdict(answer: Unsat | DontKnow) -> Verdict:
    match answer:
        case Unsat(prover, remarks):
            return Proved(prover, remarks=remarks)
        case DontKnow(why, remarks):
            return Unknown(why, remarks=remarks)


def required(requires: Node, parameters: Sequence[Parameter]) -> tuple[Node, tuple[str, ...]]:
    """`requires` as a condition that poison does not meet, and what is to be said about that."""
    spoken = set(leaves([requires]))
    strange = spoken - {p.value for p in parameters}
    assert not strange, f"a condition on {strange}, which are no parameters"
    clean = [p for p in parameters if p.value in spoken and p.unclean is not FALSE]
    remarks = (f"where a condition speaks of {', '.join(p.name for p in clean)}, poison does not meet it",)
    return all_of([requires, *(negate(p.unclean) for p in clean)]), remarks if clean else ()


def _possible(condition: Node, choices: Sequence[Node], means: _Means) -> Verdict:
    """Proved where some input meets `condition`, whatever the source's `choices` are, else Vacuous."""
    universal = [choice for choice in choices if choice in set(topological([condition]))]
    match exists_forall(condition, universal, (), means.deadline, means.provers):
        case Sat(_, prover, remarks):
            return Proved(prover, remarks=remarks)
        case Unsat(prover, remarks):
            return Vacuous(_text(condition) + " for all choices" * bool(universal), prover, remarks=remarks)
        case DontKnow(why, remarks):
            return Unknown(f"whether any input meets the conditions: {why}", remarks=remarks)


def _text(condition: Node) -> str:
    """A condition for a reader, unless it is too long to be read."""
    size: dict[Node, int] = {}
    for node in topological([condition]):
        size[node] = 1 + sum(size[arg] for arg in node.args)
    return print_term(condition) if size[condition] <= 60 else f"a condition of {len(size)} operations"


def _under(condition: Node, choices: Sequence[Node], means: _Means, proof: _Work) -> Verdict:
    """The verdict of a proof under `condition`, unless nothing meets that; a refutation shows that something does."""
    possible = _possible(condition, choices, replace(means, deadline=means.deadline.slice(means.deadline.left() / 2)))
    if isinstance(possible, Vacuous):
        return possible
    verdict = proof()
    if isinstance(verdict, Proved) and isinstance(possible, Unknown):
        return possible
    return _noting(verdict, possible.remarks)


def _noting(verdict: Verdict, remarks: tuple[str, ...]) -> Verdict:
    return replace(verdict, remarks=tuple(dict.fromkeys((*remarks, *verdict.remarks))))


# --- what a spec wants ------------------------------------------------------------------------------------------------


def _meets(spec: Spec, reference: Function | None, target: Function, means: _Means) -> Verdict:
    condition, remarks = required(spec.requires, spec.parameters)
    source = _accepting(spec) if reference is None else reference

    def unrolled(means: _Means) -> Verdict:
        old, new, notes = _unwound_pair(source, target, condition, means)
        reading = None if reference is None else old
        within = condition if reading is None else both(condition, accepted(reading))
        parts = _parts(spec, reading, new, within, means)
        verdict = _under(within, _choices(reading), means, lambda: _all(parts))
        return _within_bounds(verdict, (old, new), notes)

    def ends(old: Function, new: Function) -> tuple[Node, Node]:
        reading = None if reference is None else old
        return accepted(old), any_of(_unmet(spec, reading, new))

    if spec.examples or spec.laws:
        return _noting(unrolled(means), remarks)
    # the domain of an unrolled reference says nothing of runs beyond its bound; that of its last runs says it all
    domain = set() if reference is None else set(conjuncts(reference.domain))
    rest = all_of(part for part in conjuncts(condition) if part not in domain)
    return _noting(_with_loops(source, target, rest, ends, means, unrolled), remarks)


def _unmet(spec: Spec, reference: Function | None, target: Function) -> list[Node]:
    """Where the target does not do what the reference or `ensures` wants, for an input that is accepted."""
    unmet = [] if reference is None else [wrong(reference, target)]
    if reference is None or spec.ensures is not TRUE:
        unmet.append(_not_ensured(spec, reference, target))
    return unmet


def _accepting(spec: Spec) -> Function:
    """A source that says no more than which inputs the spec is about."""
    return Function(spec.name, spec.parameters, ())


def _all(parts: Sequence[_Work]) -> Verdict:
    """Proved where all parts are, else the verdict of the first that is not."""
    proofs: list[Proved] = []
    for part in parts:
        verdict = part()
        if not isinstance(verdict, Proved):
            return verdict
        proofs.append(verdict)
    names = dict.fromkeys(proof.prover for proof in proofs)
    return Proved(", ".join(names), remarks=tuple(remark for proof in proofs for remark in proof.remarks))


def _parts(spec: Spec, reference: Function | None, target: Function, condition: Node, means: _Means) -> list[_Work]:
    """The proofs that make up `meets`, in the order in which they are tried."""
    parts: list[_Work] = []
    if spec.examples:
        parts.append(lambda: _fits_examples(spec, target, means))
    if reference is not None:
        parts.append(lambda: _refined(reference, target, condition, means))
    if reference is None or spec.ensures is not TRUE:
        parts.append(lambda: _ensures(spec, reference, target, condition, means))
    parts += [partial(_obeys, law, spec, target, means) for law in spec.laws]
    return parts


def _fits_examples(spec: Spec, target: Function, means: _Means) -> Verdict:
    """Whether the target does on each example's input what the example says, whatever the target chooses."""
    provers = ["evaluation"]
    for example in spec.examples:
        fails, inputs = _fails_example(example, target)
        if not target.choices:
            answer: Answer = Sat({}, "evaluation") if evaluate([fails], _complete(fails, inputs)) == [1] else (
                Unsat("evaluation"))
        else:
            (fixed,) = substitute([fails], {node: const(word, node.width) for node, word in inputs.items()})
            answer = means.ask(fixed)
        match answer:
            case Sat(model, prover, remarks):
                wanted = Behaviour(tuple(o.type for o in spec.outputs), example.outputs)
                return _refuted(fails, wanted, target, {**model, **inputs}, prover, remarks, small=False)
            case Unsat(prover):
                provers.append(prover)
            case DontKnow(why, remarks):
                return Unknown(f"whether it fits the example {example}: {why}", remarks=remarks)
    return Proved(", ".join(dict.fromkeys(provers)))


def _fails_example(example: Example, target: Function) -> tuple[Node, dict[Node, int]]:
    """Where the target's results are not the example's, and the words of its inputs, none of them poison."""
    differing = [either(result.poison, _differ(result.value, const(word, result.type.width)))
                 for result, word in zip(target.results, example.outputs, strict=True)]
    inputs = {p.value: word & (1 << p.type.width) - 1
              for p, word in zip(target.parameters, example.inputs, strict=True)}
    inputs.update({flag: 0 for p in target.parameters for flag in (p.poison, p.undef) if flag is not FALSE})
    fails = any_of([negate(target.domain), target.ub, target.trap, *differing])
    return both(negate(target.beyond), fails), inputs


def _complete(node: Node, words: Mapping[Node, int]) -> dict[Node, int]:
    return {below: words.get(below, 0) for below in topological([node]) if below.op in LEAVES}


def _ensures(spec: Spec, reference: Function | None, target: Function, condition: Node, means: _Means) -> Verdict:
    """Whether `ensures` holds of the target's results, and they are defined, wherever `condition` holds.

    A predicate speaks of numbers: no input is poison here, no result of the reference, and where that traps there is
    none.
    """
    bad = both(condition, _not_ensured(spec, reference, target))
    match means.ask(bad):
        case Sat(model, prover, remarks):
            if reference is not None and any(choice in set(topological([bad])) for choice in reference.choices):
                return Unknown("the reference has choices, and `ensures` fails for some of them", remarks=remarks)
            return _refuted(bad, None, target, model, prover, remarks)
        case answer:
            return _verdict(answer)


def _not_ensured(spec: Spec, reference: Function | None, target: Function) -> Node:
    """Where the target's results are none, or `ensures` does not hold of them."""
    outputs = {output.value: result.value for output, result in zip(spec.outputs, target.results, strict=True)}
    shared = set(outputs) & {p.value for p in spec.parameters}
    assert spec.ensures is TRUE or not shared, f"{shared} name a parameter and a result"
    (ensured,) = substitute([spec.ensures], outputs)
    fails = any_of([negate(target.domain), target.ub, target.trap, *(result.poison for result in target.results),
                    negate(ensured)])
    poison = [*(p.unclean for p in spec.parameters),
              *(result.poison for result in (reference.results if reference is not None else ()))]
    silent = [target.beyond, *([reference.trap] if reference is not None else [])]
    return all_of([*map(negate, (*poison, *silent)), fails])


def _obeys(law: Law, spec: Spec, target: Function, means: _Means) -> Verdict:
    """Whether what the target gives at all calls of `law` is as that says, and is something where `requires` holds.

    Each call is the target's graph over what is given to it. Nothing is said where a call goes beyond a loop's bound.
    """
    if target.choices or any(p.unclean is not FALSE for p in spec.parameters):
        return Unknown(f"`{law.text}` relates calls of a function that leaves something open")
    given = [parameter.value for parameter in spec.parameters]
    assumes, condition, at_calls = law.over([*target.roots, spec.requires, *given], spec.parameters)
    calls = [target.over(found[:len(target.roots)]) for found in at_calls]
    undefined = [both(found[len(target.roots)], any_of([negate(call.domain), call.ub, call.trap,
                                                        *(result.poison for result in call.results)]))
                 for call, found in zip(calls, at_calls, strict=True)]
    bad = all_of([assumes, *(negate(call.beyond) for call in calls), any_of([*undefined, negate(condition)])])
    match means.ask(bad):
        case Sat(model, prover, remarks):
            every = Function(target.name, law.variables, tuple(result for call in calls for result in call.results))
            refuted = _refuted(bad, None, every, model, prover, remarks)
            passed = [found[len(target.roots) + 1:] for found in at_calls]
            return replace(refuted, counterexample=_with_calls(refuted.counterexample, law, spec, calls, passed))
        case answer:
            return _verdict(answer)


def _with_calls(found: Counterexample, law: Law, spec: Spec, calls: Sequence[Function],
                passed: Sequence[Sequence[Node]]) -> Counterexample:
    """`found`, where `calls` together break `law`, with what is `passed` to each and comes back from it."""
    words = {variable.value: word for variable, word in zip(law.variables, found.inputs, strict=True)}
    results = iter(found.target.results)
    takes, gives = tuple(p.type for p in spec.parameters), tuple(output.type for output in spec.outputs)
    called = [Called(spec.name, takes, tuple(evaluate(arguments, words)),
                     Behaviour(gives, tuple(next(results) for _ in call.results)))
              for call, arguments in zip(calls, passed, strict=True)]
    return replace(found, law=law.text, calls=tuple(called))


def _check_spec(spec: Spec, means: _Means) -> Verdict:
    reference = _reference(spec)
    requires, remarks = required(spec.requires, spec.parameters)
    condition = requires if reference is None else both(requires, accepted(reference))
    possible = _possible(condition, _choices(reference), means)
    if not isinstance(possible, Proved):
        return possible
    for law in spec.laws:
        said = _possible(law.assumes, (), means)
        if not isinstance(said, Proved):
            return said
    provers = [] if spec.obligations else [possible.prover]
    for obligation in spec.obligations:
        match means.ask(negate(obligation.condition)):
            case Sat(model):
                raise PrimirError(f"`{obligation.text}` must hold here and does not for {_inputs(spec, model)}",
                                  obligation.place, "exclude it by `requires`, or by a condition around this place")
            case Unsat(prover):
                provers.append(prover)
            case DontKnow(why):
                return Unknown(f"whether `{obligation.text}` holds at {obligation.place}: {why}", remarks=remarks)
    return Proved(", ".join(dict.fromkeys(provers)), remarks=remarks)


def _inputs(spec: Spec, model: Mapping[Node, int]) -> str:
    """The words of a model by the names that the spec gives them; results only where they matter."""
    named = [(p.name, p.type, p.value) for p in spec.parameters]
    named += [(o.name, o.type, o.value) for o in spec.outputs if o.value in model]
    return ", ".join(f"{name} = {type_.show(model.get(node, 0))}" for name, type_, node in named) or "any input"
