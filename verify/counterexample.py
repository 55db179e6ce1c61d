"""Counterexamples: inputs on which the target does what it may not, made small and replayed before they are shown.

The replay evaluates the conditions twice, on plain integers and as native code, with the poison, undefined-behaviour
and domain roots among the results; a difference between both is a fault of ours and ends in an AssertionError.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import EllipsisType

from ..ir.evaluate import compiled, evaluate
from ..ir.graph import CONST, FALSE, LEAVES, Function, Node, Parameter, Result, Step, substitute, topological
from ..ir.types import Type
from .verdict import Reason

SHRINKING = 400  # evaluations spent on making a counterexample smaller


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a function does on one input: a word for each result, None where it is poison."""

    types: tuple[Type, ...]
    results: tuple[int | None, ...]
    ub: bool = False
    domain: bool = True
    trap: bool = False

    def __str__(self) -> str:
        if not self.domain:
            return "outside the domain"
        if self.ub:
            return "undefined behaviour"
        if self.trap:
            return "traps"
        return ", ".join(map(_show, self.types, self.results)) or "defined"

    def to_json(self) -> object:
        """A number in the range of its type, or the words that `str` gives; a list unless there is one result."""
        if self.ub or self.trap or not self.domain:
            return str(self)
        values = [_json(type_, word) for type_, word in zip(self.types, self.results, strict=True)]
        return values[0] if len(values) == 1 else values


@dataclass(frozen=True, slots=True)
class Computed:
    """A value on the way: the word, None for poison, that a step of one side gave."""

    step: Step
    type: Type
    word: int | None

    def __str__(self) -> str:
        line = f" line {self.step.line}" if self.step.line is not None else ""
        return f"{line}: {self.step.name or self.step.instruction} = {_show(self.type, self.word)}"

    def to_json(self) -> dict[str, object]:
        return {"name": self.step.name, "instruction": self.step.instruction, "line": self.step.line,
                "value": _json(self.type, self.word)}


@dataclass(frozen=True, slots=True)
class Called:
    """A call of the target: the words given to it, and what it does on them."""

    name: str
    types: tuple[Type, ...]
    inputs: tuple[int, ...]
    behaviour: Behaviour

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(_show, self.types, self.inputs))}) = {self.behaviour}"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Words for the parameters (None is poison, Ellipsis undef), and what both sides do on them.

    `source` is None where a predicate says what is wanted, and the example's results where an example does (`wanted`).
    `choices` are those of the target. A source that is `open`, with choices of its own, disagrees for all of them and
    is shown for one. `difference` are the first values on the way that both sides have, and that differ. Where `calls`
    break a law of the spec, `parameters` are the variables of that, and the target's results those of all calls.
    """

    parameters: tuple[Parameter, ...]
    words: tuple[int | None | EllipsisType, ...]
    source: Behaviour | None
    target: Behaviour
    choices: tuple[tuple[str, int, int], ...] = ()  # name, width, word
    open: bool = False
    wanted: bool = False
    difference: tuple[Computed, Computed] | None = None
    law: str = ""
    calls: tuple[Called, ...] = ()

    @property
    def inputs(self) -> tuple[int, ...]:
        """The words, with 0 where any would do."""
        return tuple(word if isinstance(word, int) else 0 for word in self.words)

    @property
    def points(self) -> tuple[tuple[int, ...], ...]:
        """The inputs of the target on which something is wrong, alone or together."""
        return tuple(call.inputs for call in self.calls) if self.calls else (self.inputs,)

    @property
    def condition(self) -> str:
        """The condition of a `.spec` that holds for these inputs alone; "" where no condition can say so."""
        if self.calls:
            return ""
        parts = []
        for parameter, word in zip(self.parameters, self.words, strict=True):
            if not isinstance(word, int) or not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", parameter.name):
                return ""
            value = parameter.type.read(word)
            plain = parameter.name if value else f"not {parameter.name}"
            parts.append(plain if parameter.type.truth else f"{parameter.name} == {value}")
        return " and ".join(parts)

    @property
    def reason(self) -> Reason:
        """What is wrong with the target's behaviour, the worst first."""
        if not self.target.domain:
            return "domain"
        if self.target.ub:
            return "ub"
        if self.target.trap != (self.source is not None and self.source.trap):
            return "trap"
        wanted = self.source.results if self.source is not None else (0,) * len(self.target.results)
        worse = any(old is not None and new is None for old, new in zip(wanted, self.target.results, strict=True))
        return "poison" if worse else "value"

    def __str__(self) -> str:
        lines = [f"{p.name}: {p.type} = {_show(p.type, word)}"
                 for p, word in zip(self.parameters, self.words, strict=True)]
        if self.source is not None:
            lines.append(f"{'wanted' if self.wanted else 'source'}: {self.source}"
                         f"{' (for one of its choices; it disagrees for all)' if self.open else ''}")
        if self.calls:
            return "\n".join(f"  {line}" for line in (*lines, *map(str, self.calls), f"against `{self.law}`"))
        unwanted = self.source is None and self.reason == "value"
        lines.append(f"target: {self.target}{', which `ensures` does not allow' if unwanted else ''}")
        lines += [f"  where it chooses {name} = {Type(width).show(word)}" for name, width, word in self.choices]
        if self.difference is not None:
            lines.append("first difference: source{}, target{}".format(*self.difference))
        return "\n".join(f"  {line}" for line in lines)

    def to_json(self) -> dict[str, object]:
        """{"inputs": {name: number, "poison" or "undef"}, "source": ..., "target": ..., "difference": ...}.

        Numbers are as their types read them.
        """
        inputs = {p.name: _json(p.type, word) for p, word in zip(self.parameters, self.words, strict=True)}
        return {"inputs": inputs, "source": None if self.source is None else self.source.to_json(),
                "target": self.target.to_json(),
                "difference": None if self.difference is None else {
                    side: computed.to_json() for side, computed in zip(("source", "target"), self.difference)}}


def _show(type_: Type, word: int | None | EllipsisType) -> str:
    return type_.show(word) if isinstance(word, int) else "poison" if word is None else "undef"


def _json(type_: Type, word: int | None | EllipsisType) -> int | str:
    return type_.read(word) if isinstance(word, int) else "poison" if word is None else "undef"


# --- making one -------------------------------------------------------------------------------------------------------


def replayed(wrong: Node, source: Function | Behaviour | None, target: Function,
             model: Mapping[Node, int]) -> Counterexample:
    """The counterexample that `model` is, after a replay; AssertionError where `wrong` does not hold there.

    `source` and `target` are over the same parameters. A leaf that `model` does not name is 0.
    """
    functions = [side for side in (source, target) if isinstance(side, Function)]
    roots = [wrong, *(root for function in functions for root in function.roots)]
    words = {node: model.get(node, 0) for node in topological(roots) if node.op in LEAVES and node.op != CONST}
    values = evaluate(roots, words)
    machine = native(roots, words)
    assert values == machine, f"the evaluator says {values} and native code {machine} on {words} for {roots}"
    assert values[0] == 1, f"this is no counterexample: {words} does not meet {wrong}"
    behaviours = []
    position = 1
    for function in functions:
        behaviours.append(_behaviour(function, values[position : position + len(function.roots)]))
        position += len(function.roots)
    before = behaviours[0] if isinstance(source, Function) else source
    return Counterexample(
        target.parameters,
        tuple(_given(p, model) for p in target.parameters),
        before, behaviours[-1],
        tuple((str(node.data), node.width, words[node]) for node in target.choices),
        open=isinstance(source, Function) and bool(source.choices), wanted=isinstance(source, Behaviour),
        difference=_first_difference(source, target, model) if isinstance(source, Function) else None)


def _first_difference(source: Function, target: Function,
                      model: Mapping[Node, int]) -> tuple[Computed, Computed] | None:
    """The first values on the way that both sides have, and that differ; None where there are none.

    Steps of one name belong together, the first with the first; where no name is on both sides, runs of instructions
    that are the same do.
    """
    before, after = _computed(source, model), _computed(target, model)
    if {each.step.name for each in before} & {each.step.name for each in after} - {None}:
        pairs = _by_name(before, after)
    else:
        shapes = [[(each.step.instruction, each.type.width) for each in side] for side in (before, after)]
        blocks = SequenceMatcher(None, shapes[0], shapes[1], autojunk=False).get_matching_blocks()
        pairs = [(before[block.a + at], after[block.b + at]) for block in blocks for at in range(block.size)]
    return next(((old, new) for old, new in pairs if old.word != new.word), None)


def _by_name(before: Sequence[Computed], after: Sequence[Computed]) -> list[tuple[Computed, Computed]]:
    waiting: dict[tuple[str, int], list[Computed]] = {}
    for each in reversed(after):
        if each.step.name is not None:
            waiting.setdefault((each.step.name, each.type.width), []).append(each)
    found = []
    for each in before:
        fitting = waiting.get((each.step.name, each.type.width), []) if each.step.name is not None else []
        if fitting:
            found.append((each, fitting.pop()))
    return found


def _computed(function: Function, model: Mapping[Node, int]) -> list[Computed]:
    """What a function computes on the way, as far as it gets."""
    nodes = function.trace.nodes
    words = {node: model.get(node, 0) for node in topological(nodes) if node.op in LEAVES and node.op != CONST}
    values = evaluate(nodes, words)
    return [Computed(step, Type(nodes[3 * index].width), None if values[3 * index + 1] else values[3 * index])
            for index, step in enumerate(function.trace.steps) if values[3 * index + 2]]



def _given(parameter: Parameter, model: Mapping[Node, int]) -> int | None | EllipsisType:
    if parameter.poison is not FALSE and model.get(parameter.poison, 0):
        return None
    if parameter.undef is not FALSE and model.get(parameter.undef, 0):
        return ...
    return model.get(parameter.value, 0)


def _behaviour(function: Function, values: Sequence[int]) -> Behaviour:
    """From the values of the function's roots."""
    count = len(function.results)
    results = tuple(None if poison else value
                    for value, poison in zip(values[:count], values[count : 2 * count], strict=True))
    ub, domain, trap, _ = map(bool, values[2 * count :])
    return Behaviour(tuple(result.type for result in function.results), results, ub, domain, trap)


def native(roots: Sequence[Node], words: Mapping[Node, int]) -> list[int]:
    """The values of `roots` by machine code, given a word for every leaf."""
    from ..emit.native import compile_native

    parameters = tuple(Parameter(f"a{index}", Type(node.width)) for index, node in enumerate(words))
    moved = substitute(roots, {node: p.value for node, p in zip(words, parameters, strict=True)})
    function = Function("replay", parameters, tuple(Result(Type(root.width), root) for root in moved))
    return list(compile_native(function)(*words.values()))


# --- making it small --------------------------------------------------------------------------------------------------


def shrunk(wrong: Node, model: Mapping[Node, int], signed: Container[Node] = (),
           work: int = SHRINKING) -> dict[Node, int]:
    """A model of `wrong` that is no larger than `model`, word by word: fewer bits, then fewer of them set.

    `model` must name every leaf of `wrong`; the words of `signed` leaves are measured by their absolute value. Greedy:
    at most `work` evaluations, and no smallest one is promised.
    """
    best = dict(model)
    holds = compiled([wrong], list(best))
    improved = True
    while improved:
        improved = False
        for node in sorted(best, key=lambda node: (not str(node.data).endswith(("!poison", "!undef")), str(node.data))):
            for word in _smaller(best[node], node.width, node in signed):
                if work <= 0:
                    return best
                work -= 1
                if holds(*{**best, node: word}.values()) == (1,):
                    best[node], improved = word, True
                    break
    return best


def _smaller(word: int, width: int, signed: bool) -> list[int]:
    """Words that a reader would rather see than `word`, the best first."""
    mask = (1 << width) - 1
    minus = -word & mask
    tries = {0, 1, 2, 3, mask, word & word - 1, word >> 1, word >> width // 2, word - 1, word + 1, -(minus >> 1),
             1 << word.bit_length() >> 1, 1 << word.bit_length() >> 2, 1 << width // 2, -(minus & minus - 1)}
    smaller = {found & mask for found in tries if _size(found & mask, width, signed) < _size(word, width, signed)}
    return sorted(smaller, key=lambda found: _size(found, width, signed))


def _size(word: int, width: int, signed: bool) -> tuple[int, int, int]:
    negative = signed and word >> width - 1
    number = (1 << width) - word if negative else word
    return number.bit_length(), number.bit_count(), 2 * number + bool(negative)
