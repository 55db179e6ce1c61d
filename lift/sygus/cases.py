"""A predicate that says what the result is in each of several cases, as one function.

    (x > 5 => result = x + y) && (x <= 5 => result = 0)    is    x > 5 ? x + y : 0

Wherever one of the conditions holds, the result can be nothing else, so that the function is the only one there. Where
two hold at once and say different things there is none at all, which `clash` looks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from ...ir.canon import canonical
from ...ir.evaluate import evaluate, fold
from ...ir.graph import (
    CONST,
    FALSE,
    INPUT,
    TRUE,
    Node,
    all_of,
    any_of,
    apply,
    both,
    choose,
    conjuncts,
    const,
    disjuncts,
    either,
    leaves,
    negate,
    rewrite,
    substitute,
    topological,
)
from ...ir.samples import samples

MOST = 64  # cases
TRIED = 256  # inputs on which two cases may clash


@dataclass(frozen=True, slots=True)
class Case:
    """That the result is `value` where `condition` holds; both are over the parameters alone."""

    condition: Node
    value: Node


def cases_of(conditions: Iterable[Node], output: Node) -> list[Case] | None:
    """The cases that these conditions together are, None where they are none, or too many."""
    found: list[Case] = []
    for condition in conditions:
        some = _cases(condition, output)
        if some is None or len(found) + len(some) > MOST:
            return None
        found += some
    return list(dict.fromkeys(found))


def function_of(cases: Sequence[Case]) -> tuple[Node, Node]:
    """What the result is, the first case that holds counting, and where the cases say something."""
    value = cases[-1].value
    for case in reversed(_one_by_one(cases[:-1])):
        value = choose(case.condition, case.value, value)
    return value, canonical([any_of(case.condition for case in cases)])[0]


def _one_by_one(cases: Sequence[Case]) -> list[Case]:
    """The cases without the parts of their conditions that hold wherever those before them do not."""
    found: list[Case] = []
    known: set[Node] = set()
    for case in cases:
        parts = [part for part in conjuncts([case.condition]) if canonical([part])[0] not in known]
        if len(parts) == 1:
            known.add(canonical([negate(parts[0])])[0])
        found.append(Case(all_of(parts), case.value))
    return found


def inputs_of(case: Case, inputs: Sequence[Node]) -> tuple[int, ...] | None:
    """The words of `inputs` where a case speaks of one input alone, None elsewhere."""
    words: dict[Node, int] = {}
    for part in conjuncts([case.condition]):
        if part.op == "eq" and part.args[0].is_const != part.args[1].is_const:
            node, number = part.args if part.args[1].is_const else part.args[::-1]
        elif part.width == 1 and part.op in (INPUT, "not"):
            node, number = (part, TRUE) if part.op == INPUT else (part.args[0], FALSE)
        else:
            return None
        if words.setdefault(node, int(number.data)) != number.data:
            return None
    return tuple(words[node] for node in inputs) if words.keys() == set(inputs) else None


def clash(cases: Sequence[Case], inputs: Sequence[Node], where: Node = TRUE) -> bool | None:
    """Whether two cases say different things at once, on inputs that meet `where`, so that no result is right there.

    None for unknown.
    """
    pairs = [(a, b) for a, b in combinations(cases, 2) if a.value is not b.value]
    together = [canonical([all_of([where, a.condition, b.condition])])[0] for a, b in pairs]
    differ = [apply("ne", a.value, b.value) for a, b in pairs]
    node = any_of(canonical([both(x, y)])[0] for x, y in zip(together, differ, strict=True) if x is not FALSE)
    if node is FALSE:
        return False
    numbers = sorted({int(each.data) for each in topological([node]) if each.op == CONST})
    for words in islice(samples([each.width for each in inputs], seed=1, mentioned=numbers), TRIED):
        if evaluate([node], dict(zip(inputs, words, strict=True))) == [1]:
            return True
    return None


def defined(condition: Node, output: Node) -> Node | None:
    """E where `condition` says that `output` is E, which does not mention it, and nothing else; None elsewhere."""
    if condition is output:
        return TRUE
    if condition.op == "not" and condition.args[0] is output:
        return FALSE
    if condition.op != "eq":
        return None
    sides = [side for side in condition.args if output in leaves([side])]
    if len(sides) != 1:
        return None
    (side,) = sides
    return _solved(side, output, condition.args[1] if condition.args[0] is side else condition.args[0])


def _solved(side: Node, output: Node, value: Node) -> Node | None:
    """E where side == value says that `output`, which stands in `side` alone, is E."""
    if side is output:
        return value
    if side.width != output.width:
        return None
    (rest,) = rewrite(substitute([side], {output: const(0, output.width)}), fold)
    # side == rest + output, rest - output or rest ^ output
    for difference, found in ((apply("sub", side, rest), apply("sub", value, rest)),
                              (apply("sub", rest, side), apply("sub", rest, value)),
                              (apply("xor", side, rest), apply("xor", value, rest))):
        if canonical([difference])[0] is output:
            return canonical([found])[0]
    return None


def _cases(condition: Node, output: Node) -> list[Case] | None:
    """What one condition says, on a stack of conditions and where they count."""
    found: list[Case] = []
    stack = [(TRUE, condition)]
    while stack:
        where, node = stack.pop()
        if (value := defined(node, output)) is not None:
            found.append(Case(where, value))
        elif node.op == "and":
            stack += ((where, part) for part in reversed(node.args))
        elif node.op == "or":
            parts = disjuncts(node)
            if any(negate(part) in parts for part in parts):
                continue
            about = [part for part in parts if output in leaves([part])]
            if len(about) != 1:
                return None
            rest = all_of(negate(part) for part in parts if part is not about[0])
            stack.append((both(where, rest), about[0]))
        elif node.op == "not" and node.args[0].op in ("and", "or"):
            inner = either if node.args[0].op == "and" else both
            stack.append((where, inner(*map(negate, node.args[0].args))))
        elif node.op == "select" and output not in leaves(node.args[:1]):
            test, yes, no = node.args
            stack += [(both(where, negate(test)), no), (both(where, test), yes)]
        else:
            return None
        if len(found) + len(stack) > MOST:
            return None
    return found
