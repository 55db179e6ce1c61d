"""Rewrite rules: the language of rules/*.rules, and rules as matching functions.

A rule says that its left side equals its right side at all widths that fit, where its condition (`if ...`) holds.
The condition is decided from what is known of bits and bounds (facts.py), so it may speak of any node that the left
side names. A right side that is a `select` of a condition over constants alone is decided when the rule is applied.

A left side is compiled to a Python function, once for each order in which nodes can hold the arguments of commutative
operations: matching is where the canonical form spends its time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import terms
from .errors import Place, PrimirError
from .evaluate import evaluate
from .facts import Facts, known_of
from .graph import CONST, Node, const, leaf
from .known import constant
from .primes import TABLE, Row
from .terms import Apply, Literal, Name, Scope, Term

if TYPE_CHECKING:
    from lark import Token, Tree


@dataclass(frozen=True)
class Rule:
    """`left` equals `right` at all widths that fit, where `condition` holds.

    Lower-case names stand for any node, `C`, `D` and other capitals for constants. In literals w is the width of x,
    v that of the result, and i that of the top operation's arguments.
    """

    name: str
    line: int
    left: Apply
    right: Term
    condition: Term | None = None

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
    name, *sides = tree.children
    left, right, *condition = [terms.from_tree(side) for side in sides if side is not None]  # type: ignore[arg-type]
    place = Place(file, name.line)  # type: ignore[union-attr]
    unknown = [term.op for side in (left, right, *condition) for term in subterms(side)
               if isinstance(term, Apply) and term.op not in TABLE]
    if unknown:
        raise PrimirError(f"{name}: there is no operation {unknown[0]}", place)
    if not isinstance(left, Apply):
        raise PrimirError(f"{name}: the left side must be an operation", place)
    for side in (right, *condition):
        if free := variables(side) - variables(left):
            raise PrimirError(f"{name}: the left side does not say what {min(free)} is", place)
    return Rule(str(name), name.line, left, right, *condition)  # type: ignore[union-attr, arg-type]


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


# --- what a rule does where its left side matches ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One right side of a rule: where `guards` hold (`True`) or fail, the node becomes `right`."""

    guards: tuple[tuple[Term, bool], ...]
    right: Term
    build: Callable[[Scope, Callable[..., Node]], Node]  # the right side, over operations as `graph.apply` makes them
    needs: int  # matched operations below the top that have no other user
    casts: bool  # whether there are more casts than on the left side: those between registers alone are free
    fits: Callable[[Scope], bool]  # whether the whole right side of the rule fits the widths: else nothing was proved

    def holds(self, scope: Scope) -> bool:
        """Whether the guards, which are conditions over constants, are as they must be."""
        if not self.guards:
            return True
        if not self.fits(scope):
            return False
        constants = tuple([(name, node) for name, node in scope.names.items() if name.isupper()])
        return _guards_hold(self, scope.w, scope.v, scope.i, constants)


@lru_cache(1 << 14)
def _guards_hold(case: Case, w: int, v: int, i: int, constants: tuple[tuple[str, Node], ...]) -> bool:
    scope = Scope(dict(constants), w, v, i)
    return all(evaluate([terms.instantiate(guard, scope, 1)], {}) == [wanted] for guard, wanted in case.guards)


def _fitting(rule: Rule) -> Callable[[Scope], bool]:
    """Whether all of the right side of `rule` fits the widths of a scope.

    One side of its select may fit where the other does not; a rule says nothing there.
    """

    @lru_cache(1 << 10)
    def fits(w: int, v: int, i: int, widths: tuple[tuple[str, int], ...]) -> bool:
        names = {name: const(0, width) if name.isupper() else leaf(name, width) for name, width in widths}
        try:
            return terms.instantiate(rule.right, Scope(names, w, v, i), v).width == v
        except TypeError:
            return False

    return lambda scope: fits(scope.w, scope.v, scope.i, tuple([(name, node.width)
                                                                for name, node in scope.names.items()]))


def cases(rule: Rule) -> tuple[Case, ...]:
    """The right sides of `rule` that say something new."""
    fits = _fitting(rule)
    known = set(subterms(rule.left))
    below = sum(new_operations(arg, set()) for arg in rule.left.args)

    def split(right: Term, guards: tuple[tuple[Term, bool], ...]) -> Iterator[Case]:
        match right:
            case Apply("select", (condition, then, otherwise)) if is_constant(condition):
                yield from split(then, (*guards, (condition, True)))
                yield from split(otherwise, (*guards, (condition, False)))
            case _ if right != rule.left:
                more_casts = len(_casts(right) - known) > len(_casts(rule.left) - set(subterms(right)))
                needs = min(max(new_operations(right, known) - TABLE[rule.left.op].cost, 0), below)
                yield Case(guards, right, builder(right), needs, more_casts, fits)

    return tuple(split(rule.right, ()))


def new_operations(term: Term, known: set[Term]) -> int:
    """The operations that count in `term` and are not `known`."""
    if not isinstance(term, Apply) or term in known or is_constant(term):
        return 0
    return TABLE[term.op].cost + sum(new_operations(arg, known) for arg in term.args)


def _casts(term: Term) -> set[Term]:
    return {part for part in subterms(term)
            if isinstance(part, Apply) and TABLE[part.op].cast and not is_constant(part)}


# --- matching ---------------------------------------------------------------------------------------------------------

Match = tuple[Scope, tuple[Node, ...]]  # what the names stand for, and the operations matched below the top


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule as it is matched: its left side with the arguments of commutative operations in one order of many."""

    rule: Rule
    left: Apply
    cases: tuple[Case, ...]
    certain: Callable[[Scope, Facts], bool] | None  # whether the condition is known to hold
    match: Callable[[Node], Match | None] = field(compare=False)  # of a node whose arguments have the right operations


@lru_cache(None)
def candidates(op: str, args: tuple[str, ...]) -> tuple[Pattern, ...]:
    """The patterns that can match an operation `op` over arguments with the operations `args`."""
    return tuple(pattern for pattern in _patterns().get(op, ())
                 if all(map(_can_match, pattern.left.args, args)))


@cache
def _patterns() -> dict[str, list[Pattern]]:
    """The patterns by their top operation."""
    found: dict[str, list[Pattern]] = {}
    for rule in base_rules():
        shapes = set()
        right_sides = cases(rule)
        certain = decider(rule.condition) if rule.condition is not None else None
        for left in _orders(rule.left):
            shape = _shape(left, {})
            if shape not in shapes and isinstance(left, Apply):
                shapes.add(shape)
                pattern = Pattern(rule, left, right_sides, certain, matcher(rule, left))
                found.setdefault(rule.left.op, []).append(pattern)
    return found


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


def _can_match(pattern: Term, op: str) -> bool:
    match pattern:
        case Name(name):
            return name.islower() or op == CONST
        case Apply(wanted):
            return op == wanted
        case _:
            return op == CONST


def matcher(rule: Rule, left: Apply) -> Callable[[Node], Match | None]:
    """`left`, a left side of `rule` in some order, as a function of a node with that operation.

    It trusts `candidates` for the operations of the node's arguments.
    """
    source = _Source(rule)
    source.arguments(left, "n", trusted=True)
    function: Callable[[Node], Match | None] = _compiled(source.function(left), {"Scope": Scope})
    return function


def _compiled(text: str, space: dict[str, Any]) -> Any:
    """The function that `text` defines, as `f`."""
    exec(compile(text, "<rule>", "exec"), space)
    return space["f"]


class _Source:
    """The text of a matching function, as it grows."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.lines: list[str] = []
        self.names: dict[str, str] = {}  # of the rule, and the variable that holds its node
        self.late: list[str] = []  # checks of literals and tags: their letters may stand for widths not yet known
        self.inner: list[str] = []  # the operations below the top
        self.count = 0

    def require(self, condition: str) -> None:
        self.lines.append(f"if not ({condition}): return None")

    def arguments(self, term: Apply, node: str, trusted: bool = False) -> None:
        variables = [f"n{self.count + index}" for index in range(len(term.args))]
        self.count += len(variables)
        self.lines.append(f"{', '.join(variables)}, = {node}.args")
        for arg, variable in zip(term.args, variables, strict=True):
            self.fits(arg, variable, trusted)
        if term.tag is not None:
            self.late.append(f"{_number(term.tag)} == {node}.width")

    def fits(self, term: Term, node: str, trusted: bool) -> None:
        match term:
            case Name(name):
                if name in self.names:
                    self.require(f"{node} is {self.names[name]}")
                    return
                self.names[name] = node
                if name.isupper() and not trusted:
                    self.require(f"{node}.op == 'const'")
            case Literal(text, tag):
                if not trusted:
                    self.require(f"{node}.op == 'const'")
                self.late.append(f"{node}.data == ({_number(text)}) & (1 << {node}.width) - 1")
                if tag is not None:
                    self.late.append(f"{node}.width == {_number(tag)}")
            case Apply(op):
                if not trusted:
                    self.require(f"{node}.op == {op!r}")
                self.inner.append(node)
                self.arguments(term, node)
            case _:
                raise AssertionError(f"a left side cannot hold {term}")

    def function(self, left: Apply) -> str:
        place = TABLE[left.op].arguments.index("w")
        lines = [*self.lines, f"v, i = n.width, n.args[{place}].width",
                 f"w = {self.names['x']}.width" if "x" in self.names else "w = i"]
        lines += [f"if not ({check}): return None" for check in self.late]
        names = ", ".join(f"{name!r}: {node}" for name, node in self.names.items())
        lines.append(f"return Scope({{{names}}}, w, v, i), ({''.join(f'{node}, ' for node in self.inner)})")
        return "def f(n):\n" + "".join(f"    {line}\n" for line in lines)


def _number(text: str) -> str:
    """The sum that a literal is, in Python."""
    return text.replace("top", "(1 << w - 1)")


# --- right sides and conditions, as Python ----------------------------------------------------------------------------


def builder(right: Term) -> Callable[[Scope, Callable[..., Node]], Node]:
    """`right` as a function; what it gives is what `terms.instantiate` does."""
    text = _expression(right, "v", "const({number}, {width})", "make({op!r}, {args}, width={wanted})")
    function: Callable[[Scope, Callable[..., Node]], Node] = _compiled(
        f"def f(scope, make):\n{_names(right)}    return {text}\n", {"const": const})
    return function


def decider(condition: Term) -> Callable[[Scope, Facts], bool]:
    """Whether `condition` is certain from what is known; not where its widths do not fit."""
    lines = [_names(condition)]
    names = variables(condition)
    lines += [f"    {name} = facts.of({name})\n" for name in sorted(names)]
    for part in _conjuncts(condition):
        if asked := " or ".join(f"{name}.zeros or {name}.ones or {name}.low" for name in sorted(variables(part))
                                if name.islower()):
            lines.append(f"    if not ({asked}): return False\n")  # nothing is known: soon said
        text = _expression(part, "1", "constant(({number}) & (1 << {width}) - 1, {width})",
                           "known_of({op!r}, ({args},), {wanted})")
        lines.append(f"    if {text}.low == 0: return False\n")
    body = "".join(lines).replace("    ", "        ")
    text = f"def f(scope, facts):\n    try:\n{body}        return True\n    except TypeError:\n        return False\n"
    function: Callable[[Scope, Facts], bool] = _compiled(text, {"constant": constant, "known_of": known_of})
    return function


def _conjuncts(term: Term) -> Iterator[Term]:
    match term:
        case Apply("and", (a, b)):
            yield from _conjuncts(a)
            yield from _conjuncts(b)
        case _:
            yield term


def _names(term: Term) -> str:
    """The lines of Python that put what a term speaks of into variables."""
    lines = [f"    {name} = scope.names[{name!r}]\n" for name in sorted(variables(term))]
    return f"    w, v, i = scope.w, scope.v, scope.i\n{''.join(lines)}"


def _expression(term: Term, place: str | None, literal: str, apply: str) -> str:
    """`term` in Python, where its place demands the width `place`; literals and operations as the formats say."""
    match term:
        case Name(name):
            return name
        case Literal(text, tag):
            width = f"({_number(tag)})" if tag is not None else place
            assert width is not None, f"nothing tells the width of {text}"
            return literal.format(number=_number(text), width=width)
        case Apply(op, args, tag):
            row = TABLE[op]
            shared = _width(row, args)
            if shared is None and not row.cast and not row.predicate:
                shared = place
            parts = [_expression(arg, "1" if letter == "1" else shared, literal, apply)
                     for letter, arg in zip(row.arguments, args, strict=True)]
            wanted = (f"({_number(tag)})" if tag is not None else place) if row.cast else None
            return apply.format(op=op, args=", ".join(parts), wanted=wanted)
        case _:
            raise AssertionError(f"a rule cannot hold {term}")


def _width_of(term: Term) -> str | None:
    """The width of `term` in Python, or None where only its place can tell; as `terms.width_of`."""
    match term:
        case Name(name):
            return f"{name}.width"
        case Literal(_, tag):
            return f"({_number(tag)})" if tag is not None else None
        case Apply(op, args, tag):
            row = TABLE[op]
            if row.predicate:
                return "1"
            if row.cast:
                return f"({_number(tag)})" if tag is not None else None
            return _width(row, args)
        case _:
            return None


def _width(row: Row, args: tuple[Term, ...]) -> str | None:
    for letter, arg in zip(row.arguments, args, strict=True):
        if letter == "w" and (known := _width_of(arg)) is not None:
            return known
    return None
