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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from . import terms
from .cost import instructions, instructions_of
from .errors import Place, PrimirError
from .evaluate import evaluate, fold
from .graph import CHOICE, CONST, INPUT, LEAVES, Function, Node, apply, rebuilt, topological
from .primes import TABLE
from .terms import Apply, Literal, Name, Scope, Term

if TYPE_CHECKING:
    from lark import Token, Tree

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
    for _ in range(MAX_PASSES):
        new = _improved(roots, cost)
        if new == roots:
            break
        roots = new
    return roots


def _improved(roots: list[Node], cost: Cost) -> list[Node]:
    """`roots` after a pass that does not make them cost more, or unchanged where there is none."""
    for all_rules in (True, False):
        new = Pass(roots, all_rules).run()
        if new == roots or all(after <= before for after, before in zip(cost(new), cost(roots), strict=True)):
            return new
    return roots


# --- rules ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """`left` equals `right` at all widths that fit. Lower-case names stand for any node, `C` and `D` for constants.

    In literals w is the width of x, v that of the result, and i that of the top operation's arguments.
    """

    name: str
    line: int
    left: Apply
    right: Term

    def scope(self, names: dict[str, Node], result: int, inner: int) -> Scope:
        """What names and letters stand for where `left` has `result` bits and its arguments have `inner`."""
        return Scope(names, names["x"].width if "x" in names else inner, result, inner)


def parse_rules(text: str, file: str | None = None) -> tuple[Rule, ...]:
    """The rules that `text` holds. PrimirError, with its place, for what is no rule."""
    from lark import UnexpectedInput

    try:
        tree = terms.parser().parse(text, start="rules")
    except UnexpectedInput as problem:
        line = max(problem.line, 1)
        place = Place(file, line, max(problem.column, 1), [*text.splitlines(), ""][line - 1])
        raise PrimirError("this is not a rule", place, "write `some-name: left => right`") from None
    return tuple(_rule(child, file) for child in tree.children)  # type: ignore[arg-type]


@cache
def base_rules() -> tuple[Rule, ...]:
    """The rules of rules/base.rules, in their order."""
    path = Path(__file__).with_name("rules") / "base.rules"
    return parse_rules(path.read_text(), path.name)


def _rule(tree: Tree[Token], file: str | None) -> Rule:
    name, left, right = tree.children
    rule = Rule(str(name), name.line, terms.from_tree(left), terms.from_tree(right))  # type: ignore[arg-type, union-attr]
    place = Place(file, rule.line)
    unknown = [term.op for side in (rule.left, rule.right) for term in subterms(side)
               if isinstance(term, Apply) and term.op not in TABLE]
    if unknown:
        raise PrimirError(f"{rule.name}: there is no operation {unknown[0]}", place)
    if not isinstance(rule.left, Apply):
        raise PrimirError(f"{rule.name}: the left side must be an operation", place)
    if free := variables(rule.right) - variables(rule.left):
        raise PrimirError(f"{rule.name}: the left side does not say what {min(free)} is", place)
    return rule


def subterms(term: Term) -> Iterator[Term]:
    """`term` and every term within it."""
    yield term
    if isinstance(term, Apply):
        for arg in term.args:
            yield from subterms(arg)


def variables(term: Term) -> set[str]:
    """The names in `term`."""
    return {part.name for part in subterms(term) if isinstance(part, Name)}


def is_constant(term: Term) -> bool:
    """Whether `term` holds only literals and names of constants."""
    return not any(map(str.islower, variables(term)))


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """One right side of a rule: where `guards` hold (`True`) or fail, the node becomes `right`."""

    guards: tuple[tuple[Term, bool], ...]
    right: Term
    needs: int  # matched operations below the top that have no other user


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A rule as it is matched: its left side with the arguments of commutative operations in one order of many."""

    rule: Rule
    left: Apply
    cases: tuple[_Case, ...]


def _cases(rule: Rule) -> tuple[_Case, ...]:
    known = set(subterms(rule.left))

    def split(right: Term, guards: tuple[tuple[Term, bool], ...]) -> Iterator[_Case]:
        match right:
            case Apply("select", (condition, then, otherwise)) if is_constant(condition):
                yield from split(then, (*guards, (condition, True)))
                yield from split(otherwise, (*guards, (condition, False)))
            case _ if right != rule.left:
                yield _Case(guards, right, max(_new_operations(right, known) - 1, 0))

    return tuple(split(rule.right, ()))


def _new_operations(term: Term, known: set[Term]) -> int:
    """The operations that count in `term` and are not `known`."""
    if not isinstance(term, Apply) or term in known or is_constant(term):
        return 0
    return TABLE[term.op].cost + sum(_new_operations(arg, known) for arg in term.args)


def _orders(term: Term) -> list[Term]:
    """`term` with the arguments of its commutative operations in every order in which nodes can hold them."""
    if not isinstance(term, Apply):
        return [term]
    found: list[Term] = []
    for args in product(*map(_orders, term.args)):
        found.append(Apply(term.op, args, term.tag))
        if "commutative" in TABLE[term.op].laws and not is_constant(args[1]):  # constants stand on the right
            found.append(Apply(term.op, args[::-1], term.tag))
    return found


def _shape(term: Term, names: dict[str, str]) -> Term:
    """`term` with its names numbered by first use, so that patterns that match the same are equal."""
    match term:
        case Name(name):
            return Name(names.setdefault(name, f"{'x' if name.islower() else 'C'}{len(names)}"))
        case Apply(op, args, tag):
            return Apply(op, tuple(_shape(arg, names) for arg in args), tag)
        case _:
            return term


@cache
def _patterns() -> dict[str, list[_Pattern]]:
    """The patterns by their top operation."""
    found: dict[str, list[_Pattern]] = {}
    for rule in base_rules():
        shapes = set()
        for left in _orders(rule.left):
            shape = _shape(left, {})
            if shape not in shapes and isinstance(left, Apply):
                shapes.add(shape)
                found.setdefault(rule.left.op, []).append(_Pattern(rule, left, _cases(rule)))
    return found


@lru_cache(None)
def _candidates(op: str, args: tuple[str, ...]) -> tuple[_Pattern, ...]:
    """The patterns that can match an operation `op` over arguments with the operations `args`."""
    return tuple(pattern for pattern in _patterns().get(op, ())
                 if all(map(_can_match, pattern.left.args, args)))


def _can_match(pattern: Term, op: str) -> bool:
    match pattern:
        case Name(name):
            return name.islower() or op == CONST
        case Apply(wanted):
            return op == wanted
        case _:
            return op == CONST


@dataclass(slots=True)
class _Match:
    """What a pattern has met so far."""

    names: dict[str, Node]
    literals: list[tuple[Literal, Node]]  # compared in the end: their letters may stand for widths not yet known
    tags: list[tuple[str, Node]]
    inner: list[Node]  # the operations matched below the top

    def arguments(self, pattern: Apply, node: Node) -> bool:
        return all(map(self.fits, pattern.args, node.args))

    def fits(self, pattern: Term, node: Node) -> bool:
        match pattern:
            case Name(name):
                return self.names.setdefault(name, node) is node and (name.islower() or node.op == CONST)
            case Apply(op, _, tag):
                if node.op != op:
                    return False
                self.inner.append(node)
                if tag is not None:
                    self.tags.append((tag, node))
                return self.arguments(pattern, node)
            case Literal():
                self.literals.append((pattern, node))
                if pattern.tag is not None:
                    self.tags.append((pattern.tag, node))
                return node.op == CONST
            case _:
                raise AssertionError(f"a left side cannot hold {pattern}")

    def agrees(self, scope: Scope) -> bool:
        """Whether literals and width tags are what the letters say."""
        return (all(scope.number(literal.text) & (1 << node.width) - 1 == node.data for literal, node in self.literals)
                and all(scope.number(tag) == node.width for tag, node in self.tags))


def _match(pattern: _Pattern, node: Node) -> tuple[Scope, list[Node]] | None:
    """What the pattern's names stand for where it matches `node`, and the operations that it matched below it."""
    met = _Match({}, [], [], [])
    if not met.arguments(pattern.left, node):
        return None
    inner = node.args[TABLE[node.op].arguments.index("w")].width
    scope = pattern.rule.scope(met.names, node.width, inner)
    if pattern.left.tag is not None:
        met.tags.append((pattern.left.tag, node))
    return (scope, met.inner) if met.agrees(scope) else None


def _holds(case: _Case, scope: Scope) -> bool:
    if not case.guards:
        return True
    constants = tuple([(name, node) for name, node in scope.names.items() if name.isupper()])
    return _guards_hold(case, scope.w, scope.v, scope.i, constants)


@lru_cache(1 << 14)
def _guards_hold(case: _Case, w: int, v: int, i: int, constants: tuple[tuple[str, Node], ...]) -> bool:
    scope = Scope(dict(constants), w, v, i)
    return all(evaluate([terms.instantiate(guard, scope, 1)], {}) == [wanted] for guard, wanted in case.guards)


# --- passes -----------------------------------------------------------------------------------------------------------


class Pass:
    """One walk over a graph. `steps` counts the rules that fired, `depth` how deep in one another, at most."""

    def __init__(self, roots: Sequence[Node], all_rules: bool = True) -> None:
        self.roots = roots
        self.all_rules = all_rules  # also those that need matched operations without another user
        self.steps = 0
        self.depth = 0
        self._level = 0
        self._users: Counter[Node] = Counter()  # of new nodes, as far as the walk has come
        self._simple: dict[Node, Node] = {}
        self._digests: dict[Node, bytes] = {}

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
            found = self._simple[node] = self._by_rules(self._by_laws(fold(node)))
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

    def _by_rules(self, node: Node) -> Node:
        if node.op in LEAVES or self._level >= MAX_DEPTH:
            return node
        for pattern in _candidates(node.op, tuple([arg.op for arg in node.args])):
            met = _match(pattern, node)
            if met is None:
                continue
            for case in pattern.cases:
                if self._affords(case, met[1]) and _holds(case, met[0]):
                    new = self._right_side(case, met[0], node)
                    if new is not node:
                        return new
        return node

    def _affords(self, case: _Case, inner: list[Node]) -> bool:
        if case.needs == 0:
            return True
        if not self.all_rules:
            return False
        return sum(self._users.get(node, 1) <= 1 and TABLE[node.op].cost > 0 for node in inner) >= case.needs

    def _right_side(self, case: _Case, scope: Scope, node: Node) -> Node:
        """`case` in canonical form; `node` itself where its widths do not fit."""
        self._level += 1
        self.depth = max(self.depth, self._level)
        try:
            new = terms.instantiate(case.right, scope, node.width, self._make)
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

    # --- the order of arguments ---

    def _key(self, node: Node) -> tuple[int, str, bytes]:
        """Inputs by name, then choices, operations and constants: what the node is, not where it lies."""
        if node.op in (INPUT, CHOICE):
            return (0 if node.op == INPUT else 1), str(node.data), b""
        return (3 if node.op == CONST else 2), node.op, self._digest(node)

    def _digest(self, node: Node) -> bytes:
        """A hash of the graph below `node`."""
        stack = [node]
        while stack:
            top = stack[-1]
            missing = [arg for arg in top.args if arg not in self._digests]
            if missing:
                stack.extend(missing)
                continue
            stack.pop()
            if top not in self._digests:
                head = f"{top.op} {top.width} {top.data}".encode()
                below = b"".join([self._digests[arg] for arg in top.args])
                self._digests[top] = blake2b(below + head, digest_size=16).digest()
        return self._digests[node]


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
