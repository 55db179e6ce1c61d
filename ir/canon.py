"""Canonical form: the same behaviour written differently becomes the same graph, as often as that is cheap.

A pass walks the graph bottom up and folds constants, orders the arguments of commutative operations, flattens and
sorts chains of associative ones, and applies the proved rules of rules/base.rules. Passes are repeated until nothing
changes; one that would make the graph cost more is not kept. What a rule may do:

- Its right side may hold one operation that counts, or more where as many matched operations have no other user.
- `select` of a condition over constants alone picks a right side when the rule is applied: such a condition says where
  a rule is valid, and being part of the term, it is proved with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b

from . import conditions
from .cost import REGISTERS, instructions, instructions_of
from .evaluate import fold
from .facts import Facts
from .graph import CHOICE, CONST, INPUT, LEAVES, Function, Node, apply, rebuilt, topological
from .patterns import Replacement, candidates
from .primes import TABLE
from .terms import Scope

MAX_PASSES = 40
MAX_DEPTH = 40  # of rules that fire within the right side of rules; the tests see far less

Cost = Callable[[Sequence[Node]], tuple[int, ...]]


def canonical(roots: Sequence[Node]) -> list[Node]:
    """`roots` in canonical form: equal on all inputs, and never of higher cost (see cost.py).

    The form depends on the graph alone, and is its own canonical form.
    """
    return _settled(list(roots), lambda new: (instructions_of(new),))


def canonical_function(function: Function) -> Function:
    """`function` with all its roots in canonical form; neither its values nor all roots together cost more."""

    def cost(roots: Sequence[Node]) -> tuple[int, ...]:
        new = function.over(roots)
        return instructions(new), instructions_of(roots)

    return function.over(_settled(list(function.roots), cost))


def _settled(roots: list[Node], cost: Cost) -> list[Node]:
    known = Facts(), Order()
    before = cost(roots)
    for _ in range(MAX_PASSES):
        for all_rules in (True, False):  # the second where the first makes them cost more
            new = Pass(roots, all_rules, *known).run()
            if new == roots:
                return roots
            after = cost(new)
            if all(a <= b for a, b in zip(after, before, strict=True)):
                roots, before = new, after
                break
        else:
            return roots
    return roots


class Order:
    """An order of nodes by what they are and not by where they lie: inputs by name, choices, operations, constants."""

    def __init__(self) -> None:
        self._digests: dict[Node, int] = {}

    def key(self, node: Node) -> tuple[int, str, int]:
        if node.op in (INPUT, CHOICE):
            return (0 if node.op == INPUT else 1), str(node.data), 0
        return (3 if node.op == CONST else 2), node.op, self._digest(node)

    def _digest(self, node: Node) -> int:
        """A hash of the graph below `node`, of 64 bits."""
        digests = self._digests
        stack = [node]
        while stack:
            top = stack[-1]
            missing = [arg for arg in top.args if arg not in digests]
            if missing:
                stack += missing
                continue
            stack.pop()
            if top not in digests:
                number = _seed(top.op, top.width, top.data)
                for arg in top.args:
                    number = ((number ^ digests[arg]) * 0xBF58476D1CE4E5B9 + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
                    number ^= number >> 29
                digests[top] = number
        return digests[node]


@lru_cache(1 << 14)
def _seed(op: str, width: int, data: int | str) -> int:
    return int.from_bytes(blake2b(f"{op} {width} {data}".encode(), digest_size=8).digest(), "little")


# --- passes -----------------------------------------------------------------------------------------------------------


class Pass:
    """One walk over a graph. `steps` counts the rules that fired, `depth` how deep in one another, at most."""

    def __init__(self, roots: Sequence[Node], all_rules: bool, facts: Facts, order: Order) -> None:
        self.roots = roots
        self.facts = facts
        self._key = order.key
        self.all_rules = all_rules  # also those that need matched operations without another user
        self.steps = 0
        self.depth = 0
        self._level = 0
        self._users: Counter[Node] = Counter()  # of new nodes, as far as the walk has come
        self._simple: dict[Node, Node] = {}

    def run(self) -> list[Node]:
        """The roots after the walk."""
        nodes = list(topological(self.roots))
        uses = Counter(arg for node in nodes for arg in node.args)
        uses.update(self.roots)
        # a link of a chain of one associative operation that only the next link uses
        links = {arg for node in nodes for arg in node.args
                 if arg.op == node.op and uses[arg] == 1 and "associative" in TABLE[node.op].laws}
        new: dict[Node, Node] = {}
        for node in nodes:
            if node in links:
                continue
            if any(arg in links for arg in node.args):
                new[node] = self._chain(node.op, [new[arg] for arg in _operands(node, links)])
            else:
                new[node] = self._simplify(rebuilt(node, tuple([new[arg] for arg in node.args])))
            self._users[new[node]] += uses[node]
        return [new[root] for root in self.roots]

    # --- single operations ---

    def _make(self, op: str, *args: Node, width: int | None = None) -> Node:
        return self._simplify(apply(op, *args, width=width))

    def _simplify(self, node: Node) -> Node:
        """`node`, whose arguments are in canonical form, in canonical form."""
        if node.op in LEAVES:
            return node
        found = self._simple.get(node)
        if found is None:
            found = self._by_laws(self.facts.simplify(node))
            if found.width == 1:
                found = self._by_conditions(found)
            found = self._simple[node] = self._by_rules(found)
            self._simple[found] = found
        return found

    def _by_laws(self, node: Node) -> Node:
        """`node` after what its operation's laws say: order, x op x == x, and (x op C) op D == x op (C op D)."""
        if node.op in LEAVES:
            return node
        laws = TABLE[node.op].laws
        if "commutative" in laws and self._key(node.args[1]) < self._key(node.args[0]):
            node = apply(node.op, node.args[1], node.args[0])
        if "idempotent" in laws and node.args[0] is node.args[1]:
            return node.args[0]
        if "associative" in laws and node.args[1].op == CONST:
            inner = node.args[0]
            if inner.op == node.op and inner.args[1].op == CONST:
                return apply(node.op, inner.args[0], fold(apply(node.op, inner.args[1], node.args[1])))
        return node

    def _by_conditions(self, node: Node) -> Node:
        """`node` in the one way to write it where it is a condition on one value, or joins two on the same value."""
        if node.op in ("and", "or"):
            new = self._joined_conditions(node)
        else:
            found = conditions.range_of(node, self.facts)
            if found is None:
                return node
            inner = next(arg for arg in node.args if arg.op != CONST)
            sums = found.value is not inner and (self._users.get(inner, 1) <= 1 and self.all_rules)
            new = conditions.condition(found, self.facts, apply, sums)
        if new is None or new is node or self._level >= MAX_DEPTH:
            return node
        self._level += 1
        new = self._simplify(rebuilt(new, tuple([self._simplify(arg) for arg in new.args])))
        self._level -= 1
        return new

    def _joined_conditions(self, node: Node) -> Node | None:
        a, b = node.args
        lonely = any(self._users.get(arg, 1) <= 1 and TABLE[arg.op].cost for arg in node.args if arg.args)
        left, right = conditions.range_of(a, self.facts), conditions.range_of(b, self.facts)
        if left is not None and right is not None and left.value is right.value:
            if node.op == "and":
                both = conditions.common(left, right)
            else:
                both = conditions.common(conditions.others(left), conditions.others(right))
                both = conditions.others(both) if both is not None else None
            if both is not None:
                return conditions.condition(both, self.facts, apply, sums=lonely and self.all_rules)
        if not (lonely and self.all_rules):
            return None
        some, more = conditions.bits_of(a), conditions.bits_of(b)
        if some is None or more is None:
            return None
        return conditions.joined_bits(node.op, some, more, apply)

    def _by_rules(self, node: Node) -> Node:
        if node.op in LEAVES or self._level >= MAX_DEPTH:
            return node
        for pattern in candidates(node.op, tuple([arg.op for arg in node.args])):
            met = pattern.match(node)
            if met is None:
                continue
            scope, inner = met
            for each in pattern.replacements:
                if self._affords(each, scope, inner) and (each.guard is None or each.guard.holds(scope)) and (
                        pattern.certain is None or pattern.certain(scope, self.facts)):
                    new = self._right_side(each, scope, node)
                    if new is not node:
                        return new
        return node

    def _affords(self, new: Replacement, scope: Scope, inner: Sequence[Node]) -> bool:
        """Whether the right side cannot cost more than what it replaces."""
        if new.casts and not {scope.w, scope.v, scope.i} <= REGISTERS:
            return False
        if new.needs == 0:
            return True
        if not self.all_rules:
            return False
        return sum([self._users.get(node, 1) <= 1 and TABLE[node.op].cost > 0 for node in inner]) >= new.needs

    def _right_side(self, replacement: Replacement, scope: Scope, node: Node) -> Node:
        """`replacement` in canonical form; `node` itself where its widths do not fit."""
        self._level += 1
        self.depth = max(self.depth, self._level)
        try:
            new = replacement.build(scope, self._make)
        except TypeError:
            return node
        finally:
            self._level -= 1
        if new.width != node.width:
            return node
        self.steps += new is not node
        return new

    # --- chains ---

    def _chain(self, op: str, operands: list[Node]) -> Node:
        """`operands` joined by the associative and commutative `op`: sorted, and constants joined into one."""
        operands = self._cancel(op, operands)
        constants = [operand for operand in operands if operand.op == CONST]
        others = sorted((operand for operand in operands if operand.op != CONST), key=self._key)
        if constants:
            total = constants[0]
            for constant in constants[1:]:
                total = fold(apply(op, total, constant))
            others.append(total)
        result = others[0]
        for operand in others[1:]:
            result = self._make(op, result, operand)
        return result

    def _cancel(self, op: str, operands: list[Node]) -> list[Node]:
        """`operands` after what the rules say of two that are equal, or of which one is an argument of the other."""
        waiting = sorted(operands, key=self._key, reverse=True)
        kept: Counter[Node] = Counter()
        users: dict[Node, list[Node]] = {}  # of nodes, among the operands met so far
        while waiting:
            operand = waiting.pop()
            partners = [operand, *operand.args, *users.get(operand, ())]
            for partner in partners:
                joined = self._joined(op, operand, partner) if kept[partner] > 0 else None
                if joined is not None:
                    kept[partner] -= 1
                    waiting.append(joined)
                    break
            else:
                kept[operand] += 1
                for arg in operand.args:
                    users.setdefault(arg, []).append(operand)
        return list(kept.elements())

    def _joined(self, op: str, a: Node, b: Node) -> Node | None:
        """a op b where that is something simpler than this operation; else None."""
        if a.op == CONST or b.op == CONST:
            return None
        joined = self._make(op, a, b)
        return None if joined.op == op and set(joined.args) == {a, b} else joined


def _operands(node: Node, links: set[Node]) -> list[Node]:
    """What the chain that ends in `node` joins."""
    found = []
    stack = list(reversed(node.args))
    while stack:
        top = stack.pop()
        if top in links and top.op == node.op:
            stack.extend(reversed(top.args))
        else:
            found.append(top)
    return found
