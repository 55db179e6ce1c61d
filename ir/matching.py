"""Rules as the text of Python functions.

A left side becomes a function, once for each order in which nodes can hold the arguments of commutative operations:
matching is where the canonical form spends its time. Right sides and conditions become functions too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from .graph import CONST
from .patterns import Guard
from .primes import TABLE, Row
from .rule import Rule, cases, is_constant, variables
from .terms import Apply, Literal, Name, Term


def sources(rules: Iterable[Rule]) -> dict[str, str]:
    """Python that makes the `patterns` of rules, by the operation on top of their left sides."""
    found: dict[str, _Source] = {}
    for rule in rules:
        found.setdefault(rule.left.op, _Source()).add(rule)
    return {op: source.text() for op, source in found.items()}


class _Source:
    """The text of the patterns of one operation, as it grows."""

    def __init__(self) -> None:
        self.functions: list[str] = []
        self.patterns: list[str] = []

    def function(self, text: str) -> str:
        """The name of the function that `text` defines as `f`."""
        name = f"f{len(self.functions)}"
        self.functions.append(text.replace("def f(", f"def {name}(", 1))
        return name

    def add(self, rule: Rule) -> None:
        certain = self.function(decider(rule.condition)) if rule.condition is not None else None
        made = []
        for case in cases(rule):
            guard = Guard(case.guards, rule.right) if case.guards else None
            made.append(f"Replacement({self.function(builder(case.right))}, {guard}, {case.needs}, {case.casts})")
        replacements = f"r{len(self.functions)}"
        self.functions.append(f"{replacements} = ({', '.join(made)},)\n")
        shapes = set()
        for left in _orders(rule.left):
            shape = _shape(left, {})
            if shape not in shapes and isinstance(left, Apply):
                shapes.add(shape)
                arguments, match = tuple(map(_operation, left.args)), self.function(matcher(left))
                self.patterns.append(f"Pattern({arguments}, {match}, {certain}, {replacements}),\n")

    def text(self) -> str:
        return "".join([*self.functions, "patterns = (\n", *self.patterns, ")\n"])


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


def _operation(pattern: Term) -> str | None:
    """The operation of the nodes that `pattern` can match, None for any."""
    match pattern:
        case Name(name):
            return None if name.islower() else CONST
        case Apply(wanted):
            return wanted
        case _:
            return CONST


def matcher(left: Apply) -> str:
    """`left`, a left side in some order, as a function of a node with that operation.

    It trusts `candidates` for the operations of the node's arguments.
    """
    matching = _Matching()
    matching.arguments(left, "n", trusted=True)
    return matching.function(left)


class _Matching:
    """The text of a matching function, as it grows."""

    def __init__(self) -> None:
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


def builder(right: Term) -> str:
    """`right` as a function of a scope and of what makes operations; what it gives is what `terms.instantiate` does."""
    text = _expression(right, "v", "const({number}, {width})", "make({op!r}, {args}, width={wanted})")
    return f"def f(scope, make):\n{_names(right)}    return {text}\n"


def decider(condition: Term) -> str:
    """Whether `condition` is certain, as a function of a scope and of facts; not where its widths do not fit."""
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
    return f"def f(scope, facts):\n    try:\n{body}        return True\n    except TypeError:\n        return False\n"


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
