"""Rewrite rules: the language of rules/*.rules.

A rule says that its left side equals its right side at all widths that fit, where its condition (`if ...`) holds.
The condition is decided from what is known of bits and bounds (facts.py), so it may speak of any node that the left
side names. A right side that is a `select` of a condition over constants alone is decided when the rule is applied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from . import terms
from .errors import Place, PrimirError
from .graph import Node
from .primes import TABLE
from .terms import Apply, Name, Scope, Term

if TYPE_CHECKING:
    from lark import Token, Tree

BASE = Path(__file__).with_name("rules") / "base.rules"


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
    return parse_rules(BASE.read_text(), BASE.name)


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


@dataclass(frozen=True, slots=True)
class Case:
    """One right side of a rule: where `guards` hold (`True`) or fail, the node becomes `right`."""

    guards: tuple[tuple[Term, bool], ...]
    right: Term
    needs: int  # matched operations below the top that have no other user
    casts: bool  # whether there are more casts than on the left side: those between registers alone are free


def cases(rule: Rule) -> tuple[Case, ...]:
    """The right sides of `rule` that say something new."""
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
                yield Case(guards, right, needs, more_casts)

    return tuple(split(rule.right, ()))


def new_operations(term: Term, known: set[Term]) -> int:
    """The operations that count in `term` and are not `known`."""
    if not isinstance(term, Apply) or term in known or is_constant(term):
        return 0
    return TABLE[term.op].cost + sum(new_operations(arg, known) for arg in term.args)


def _casts(term: Term) -> set[Term]:
    return {part for part in subterms(term)
            if isinstance(part, Apply) and TABLE[part.op].cast and not is_constant(part)}
