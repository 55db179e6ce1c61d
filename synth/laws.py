"""The laws of a spec as numbers: words for their variables, and what they say of outputs.

A law relates calls, so it does not say what is wanted on an input. But what is known on some inputs spreads along it:
where the outputs of all calls but one are known, and one output alone is right for that, this is known as well. From
f(0) == 7 and f(x + 1) == f(x) + 3 follow f(1), f(2) and so on. And a law rejects programs: by their words on the inputs
at hand, as far as all calls are among these, else by their graph over what is given to each call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import TYPE_CHECKING, Literal

from ..ir.evaluate import evaluate, fold
from ..ir.graph import INPUT, Node, any_of, apply, both, const, either, leaves, negate, rewrite, topological
from ..ir.kernel import MAX_KERNEL_WIDTH, evaluate_batch
from ..ir.samples import samples
from ..lift.spec import Law, Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]

Inputs = tuple[int, ...]
Outputs = tuple[int, ...]
# Asks a solver whether a condition can hold: a model, False for no, None for unknown.
Ask = Callable[[Node], "dict[Node, int] | Literal[False] | None"]

TRIED = 4096  # words for the variables of a law that are tried
KEPT = 256  # of those on which it says something
FIRST = 8  # of these whose calls are among the inputs at hand
FILTERING = 16  # of these by which words are rejected
OTHERS = 6  # words for each variable that a known call leaves open
SPREAD = 48  # inputs at the most on which outputs are found
ASKED = 150  # questions to a solver at the most
SMALL = 10  # bits of an output, all of whose words are tried instead of asking a solver
_MIX = (1, 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)  # odd numbers: inputs as one word


class Impossible(Exception):
    """There is an input on which no output is right."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A call whose output alone is not known, and what a law says of it, over the leaves of the spec's outputs."""

    inputs: Inputs
    condition: Node


class Laws:
    """The laws of `spec`, with words for the variables of each on which it may say something."""

    def __init__(self, spec: Spec, seed: int) -> None:
        self.spec = spec
        mentioned = sorted({int(node.data) for node in spec.constants()}) if spec.laws else []
        self.samples = [list(_samples(law, seed, mentioned)) for law in spec.laws]
        widths = [node.width for node in topological([*spec.roots, *(p.value for p in spec.parameters)])]
        self._fits = max(widths, default=1) <= MAX_KERNEL_WIDTH

    def __iter__(self) -> Iterator[tuple[Law, list[Inputs]]]:
        return iter(zip(self.spec.laws, self.samples, strict=True))

    def points(self) -> Iterator[Inputs]:
        """The inputs of calls that depend on no result, for the first words of the variables."""
        for turn in range(FIRST):
            for law, found in self:
                if turn < len(found):
                    yield from (call for call in _calls(law, _words(law, found[turn]), {}) if call is not None)

    def learn(self, law: str, words: Inputs) -> None:
        """Takes words for its variables on which a program broke the law whose text this is."""
        for each, found in self:
            if each.text == law and len(words) == len(each.variables) and words not in found:
                found.insert(0, words)

    # --- what they reject ---------------------------------------------------------------------------------------------

    def broken(self, values: Sequence[Node], limit: int = 1) -> list[Inputs]:
        """The inputs of calls by which a program with these `values` breaks a law, for `limit` words of its variables
        at the most."""
        given = [parameter.value for parameter in self.spec.parameters]
        for law, found in self:
            assumes, condition, at_calls = law.over([*values, *given], self.spec.parameters)
            wrong = self._holding(law, both(assumes, negate(condition)), found)
            passed = [nodes[len(values):] for nodes in at_calls]
            if wrong:
                return [tuple(evaluate(nodes, _words(law, words))) for words in wrong[::-(-len(wrong) // limit)]
                        for nodes in passed]
        return []

    def _holding(self, law: Law, root: Node, found: Sequence[Inputs]) -> Sequence[Inputs]:
        """Those of the words `found` for which `root` holds, or the first alone, if it is one."""
        import numpy as np

        if not found or evaluate([root], _words(law, found[0]))[0]:
            return found[:1]
        if not self._fits or not leaves([root]) or max(n.width for n in topological([root])) > MAX_KERNEL_WIDTH:
            return [words for words in found if evaluate([root], _words(law, words))[0]]
        table = np.array(found, dtype=np.uint64)
        columns = {v.value: np.ascontiguousarray(table[:, i]) for i, v in enumerate(law.variables)}
        return [found[row] for row in evaluate_batch([root], columns)[0].nonzero()[0].tolist()]

    def accepts(self, values: Sequence[Words], inputs: Sequence[Inputs]) -> NDArray[np.bool_]:
        """Which of n programs no law rejects by their words, (n, m) for each result, on m inputs alone."""
        import numpy as np

        left = np.arange(len(values[0]))
        if self._fits and self.spec.parameters:
            keys = _mixed(np.array(inputs, dtype=np.uint64).reshape(len(inputs), -1).T)
            order = np.argsort(keys)
            for few in (slice(0, 1), slice(1, 4), slice(4, FILTERING)):
                for law, found in self:
                    if found[few] and len(left):
                        left = left[_obeying(law, found[few], [each[left] for each in values], keys[order], order)]
        accepted = np.zeros(len(values[0]), dtype=np.bool_)
        accepted[left] = True
        return accepted

    # --- what they tell -----------------------------------------------------------------------------------------------

    def spread(self, known: Mapping[Inputs, Outputs], ask: Ask) -> dict[Inputs, Outputs]:
        """Outputs that follow from those that are `known`. Raises Impossible where none is right."""
        found = dict(known)
        waiting = list(known)
        said: dict[Inputs, Node] = {}
        asked = 0
        for call in self._unary(found):
            asked += self._take(call, found, waiting, said, ask)
            if asked > ASKED or len(found) - len(known) >= SPREAD:
                break
        while waiting and asked <= ASKED and len(found) - len(known) < SPREAD:
            inputs = waiting.pop(0)
            for call in self._along(inputs, found):
                asked += self._take(call, found, waiting, said, ask)
        return {inputs: outputs for inputs, outputs in found.items() if inputs not in known}

    def _take(self, call: _Open, found: dict[Inputs, Outputs], waiting: list[Inputs], said: dict[Inputs, Node],
              ask: Ask) -> int:
        """Notes what `call` says, and its output if that is the only one right now; how many questions it took."""
        if call.inputs in found:
            return 0
        before = said.get(call.inputs, self._ensured(call.inputs))
        condition = said[call.inputs] = both(before, call.condition)
        if condition is before:
            return 0
        outputs, asked = self._only(condition, ask)
        if outputs is not None:
            found[call.inputs] = outputs
            waiting.append(call.inputs)
        return asked

    def _ensured(self, inputs: Inputs) -> Node:
        """What `ensures` says of the outputs on these inputs."""
        words = {p.value: word for p, word in zip(self.spec.parameters, inputs, strict=True)}
        return _fixed(self.spec.ensures, words)

    def _only(self, condition: Node, ask: Ask) -> tuple[Outputs | None, int]:
        """The only outputs that meet `condition`, None where there are several or nobody can tell, and the number of
        questions that this took."""
        import numpy as np

        nodes = [output.value for output in self.spec.outputs]
        if self._fits and len(nodes) == 1 and nodes[0].width <= SMALL:
            every = np.arange(1 << nodes[0].width, dtype=np.uint64)
            right = evaluate_batch([condition], {nodes[0]: every})[0].nonzero()[0]
            if not len(right):
                raise Impossible
            return ((int(right[0]),) if len(right) == 1 else None), 0
        model = ask(condition)
        if model is False:
            raise Impossible
        if model is None:
            return None, 1
        words = tuple(model.get(node, 0) for node in nodes)
        other = any_of(apply("ne", node, const(word, node.width)) for node, word in zip(nodes, words, strict=True))
        return (words if ask(both(condition, other)) is False else None), 2

    def _unary(self, known: Mapping[Inputs, Outputs]) -> Iterator[_Open]:
        """Calls alone of which a law speaks, for words of its variables at hand."""
        for law, found in self:
            for words in found[:SPREAD]:
                if (call := self._open(law, words, known)) is not None:
                    yield call

    def _along(self, inputs: Inputs, known: Mapping[Inputs, Outputs]) -> Iterator[_Open]:
        """Calls of which a law speaks where one of its calls is that of `inputs`, which are known."""
        for law, found in self:
            for call in law.calls:
                fixed = dict(zip(call.arguments, inputs, strict=True))
                if len(fixed) < len(inputs) or any(node.op != INPUT for node in fixed):
                    continue
                if not fixed.keys() <= {variable.value for variable in law.variables}:
                    continue
                ranges = [[fixed[v.value]] if v.value in fixed else list(dict.fromkeys(
                    [*(words[i] for words in found), *inputs]))[:OTHERS] for i, v in enumerate(law.variables)]
                for words in product(*ranges):
                    if (open_call := self._open(law, words, known)) is not None:
                        yield open_call

    def _open(self, law: Law, words: Inputs, known: Mapping[Inputs, Outputs]) -> _Open | None:
        """The only call of `law`, for `words`, whose outputs are not known. Raises Impossible where it is broken."""
        values = _words(law, words)
        unknown: set[Inputs] = set()
        outputs = [output.value for output in self.spec.outputs]
        replaced: dict[Node, Node] = {node: const(word, node.width) for node, word in values.items()}
        for call, inputs in zip(law.calls, _calls(law, values, known), strict=True):
            if inputs is None:
                return None
            if inputs in known:
                replaced.update((node, const(word, node.width))
                                for node, word in zip(call.results, known[inputs], strict=True))
            else:
                unknown.add(inputs)
                replaced.update(zip(call.results, outputs, strict=True))
        if len(unknown) > 1:
            return None
        (condition,) = rewrite([either(negate(law.assumes), law.condition)], lambda n: replaced[n] if n in replaced
                               else fold(n))
        if not unknown and condition.is_const and not condition.data:
            raise Impossible
        return None if not unknown or condition.is_const and condition.data else _Open(unknown.pop(), condition)


def restricted_law(law: Law, index: int) -> Law | None:
    """`law` for a function with its result `index` alone; None where it speaks of other results."""
    used = set(topological(law.roots))
    if any(node in used for call in law.calls for at, node in enumerate(call.results) if at != index):
        return None
    return replace(law, calls=tuple(replace(call, results=(call.results[index],)) for call in law.calls))


def _samples(law: Law, seed: int, mentioned: Sequence[int]) -> Iterator[Inputs]:
    """Words for the variables of `law` on which it may say something."""
    widths = [variable.type.width for variable in law.variables]
    if not widths:
        return iter([()])
    own = {variable.value for variable in law.variables}
    parts = [part for part in (law.assumes,) if set(leaves([part])) <= own]
    tried = islice(samples(widths, seed=seed, mentioned=mentioned), TRIED)
    return islice((words for words in tried if all(evaluate(parts, _words(law, words)))), KEPT)


def _words(law: Law, words: Sequence[int]) -> dict[Node, int]:
    return {variable.value: word for variable, word in zip(law.variables, words, strict=True)}


def _calls(law: Law, words: Mapping[Node, int], known: Mapping[Inputs, Outputs]) -> list[Inputs | None]:
    """The inputs of each call; None where they depend on outputs that are not known."""
    values = dict(words)
    found: list[Inputs | None] = []
    for call in law.calls:
        if not values.keys() >= set(leaves(call.arguments)):
            found.append(None)
            continue
        inputs = tuple(evaluate(call.arguments, values))
        found.append(inputs)
        values.update(zip(call.results, known.get(inputs, ()), strict=False))
    return found


def _fixed(condition: Node, words: Mapping[Node, int]) -> Node:
    return rewrite([condition], lambda n: const(words[n], n.width) if n in words else fold(n))[0]


def _mixed(columns: Sequence[Words] | Words) -> Words:
    """Inputs, a column for each parameter, as one word each."""
    import numpy as np

    result = np.zeros(len(columns[0]), dtype=np.uint64)
    for column, number in zip(columns, _MIX * len(columns), strict=False):
        result = result * np.uint64(0xD6E8FEB86659FD93) + column * np.uint64(number)
    return result


def _obeying(law: Law, found: Sequence[Inputs], values: Sequence[Words], keys: Words,
             order: NDArray[np.intp]) -> NDArray[np.intp]:
    """Which programs, by their words `values`, (n, m) for each result, do not break `law` for any of the words `found`
    of its variables with calls among the m inputs, whose sorted `keys` come from the places `order`."""
    import numpy as np

    n, few = len(values[0]), len(found)
    table = np.array(found, dtype=np.uint64).reshape(few, len(law.variables))
    columns = {v.value: np.tile(table[:, i], n) for i, v in enumerate(law.variables)}
    columns.setdefault(const(0, 1), np.zeros(n * few, dtype=np.uint64))  # so that constants have a length
    program = np.repeat(np.arange(n), few)
    at_hand = np.ones(n * few, dtype=np.bool_)
    for call in law.calls:
        key = _mixed(evaluate_batch(call.arguments, columns))
        place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        at_hand &= keys[place] == key
        columns.update((node, words[program, order[place]]) for node, words in zip(call.results, values, strict=True))
    assumes, condition = evaluate_batch([law.assumes, law.condition], columns)
    bad = (assumes != 0) & (condition == 0) & at_hand
    obeying: NDArray[np.intp] = (~bad.reshape(n, few).any(axis=1)).nonzero()[0]
    return obeying


