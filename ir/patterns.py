"""Rules as they are matched: the Python that matching.py writes for rules/base.rules, compiled once, and kept.

The code of all rules with one operation on top is loaded when that operation is first met.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from ..jobs.kept import digest, home, keep, kept
from . import terms
from .evaluate import evaluate
from .facts import Facts, known_of
from .graph import Node, const, leaf
from .known import constant
from .terms import Apply, Literal, Name, Scope, Term

MADE_FROM = [Path(__file__).parent / name for name in (
    "patterns.py", "matching.py", "rule.py", "terms.py", "terms.lark", "primes.py", "rules/base.rules")]

Match = tuple[Scope, tuple[Node, ...]]  # what the names stand for, and the operations matched below the top


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """The conditions over constants under which one side of a rule is taken, and its `whole` right side."""

    conditions: tuple[tuple[Term, bool], ...]
    whole: Term

    def holds(self, scope: Scope) -> bool:
        """Whether the conditions are as they must be, and all of the right side fits: else nothing was proved."""
        widths = tuple([(name, node.width) for name, node in scope.names.items()])
        if not _fits(self, scope.w, scope.v, scope.i, widths):
            return False
        constants = tuple([(name, node) for name, node in scope.names.items() if name.isupper()])
        return _holds(self, scope.w, scope.v, scope.i, constants)


@lru_cache(1 << 14)
def _fits(guard: Guard, w: int, v: int, i: int, widths: tuple[tuple[str, int], ...]) -> bool:
    """Whether both sides of a right side's select fit, though one is taken: a rule says nothing where one does not."""
    names = {name: const(0, width) if name.isupper() else leaf(name, width) for name, width in widths}
    try:
        return terms.instantiate(guard.whole, Scope(names, w, v, i), v).width == v
    except TypeError:
        return False


@lru_cache(1 << 14)
def _holds(guard: Guard, w: int, v: int, i: int, constants: tuple[tuple[str, Node], ...]) -> bool:
    scope = Scope(dict(constants), w, v, i)
    return all(evaluate([terms.instantiate(condition, scope, 1)], {}) == [wanted]
               for condition, wanted in guard.conditions)


@dataclass(frozen=True, slots=True, eq=False)
class Replacement:
    """One right side of a rule, to be built where its guard holds."""

    build: Callable[[Scope, Callable[..., Node]], Node]  # over operations as `graph.apply` makes them
    guard: Guard | None
    needs: int  # as a Case says, and
    casts: bool


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A rule as it is matched: its left side with the arguments of commutative operations in one order of many."""

    arguments: tuple[str | None, ...]  # the operations that the arguments of a node must have, None for any
    match: Callable[[Node], Match | None]  # of such a node
    certain: Callable[[Scope, Facts], bool] | None  # whether the condition is known to hold
    replacements: tuple[Replacement, ...]


@lru_cache(None)
def candidates(op: str, args: tuple[str, ...]) -> tuple[Pattern, ...]:
    """The patterns that can match an operation `op` over arguments with the operations `args`."""
    return tuple([pattern for pattern in _patterns(op)
                  if all(wanted in (None, arg) for wanted, arg in zip(pattern.arguments, args))])


@cache
def _patterns(op: str) -> tuple[Pattern, ...]:
    """The patterns with the operation `op` on top, in the order of their rules."""
    code = _code().get(op)
    return () if code is None else patterns_of(marshal.loads(code))


@cache
def _code() -> dict[str, bytes]:
    """The code that makes the patterns of each operation."""
    path = home() / "rules" / digest(sys.version, *[file.read_bytes() for file in MADE_FROM])
    if (found := kept(path)) is not None:
        code: dict[str, bytes] = marshal.loads(found)
        return code
    from .matching import sources
    from .rule import base_rules

    made = {op: marshal.dumps(compiled(text)) for op, text in sources(base_rules()).items()}
    keep(path, marshal.dumps(made))
    return made


def compiled(source: str) -> CodeType:
    return compile(source, "<rules>", "exec", dont_inherit=True)


def patterns_of(code: CodeType) -> tuple[Pattern, ...]:
    """The patterns that the code of one of the `sources` makes."""
    space = dict(_SPACE)
    exec(code, space)
    patterns: tuple[Pattern, ...] = space["patterns"]
    return patterns


_SPACE: dict[str, Any] = {each.__name__: each for each in (
    Apply, Guard, Literal, Name, Pattern, Replacement, Scope, const, constant, known_of)}
