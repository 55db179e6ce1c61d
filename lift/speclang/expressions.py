"""What an expression of a `.spec` means: its type, its node, and what must hold for it to be defined.

Both sides of an operator have one type, and a literal has none of its own: it takes that of the other side. So
`type_of` says what type an expression has by itself (None where it is made of literals alone), and `value` builds its
node, given the type that its place wants. All operations come from the table; what is written here is which row an
operator or a function name stands for, where the type of the operands decides.

A division is defined where its divisor is not zero. Each leaves an `Obligation`, which holds where the division is
not reached: `and`, `or`, `if` and chained comparisons stop early, as in Python.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...ir.errors import PrimirError
from ...ir.evaluate import fold
from ...ir.graph import (
    FALSE,
    TRUE,
    Node,
    Parameter,
    apply,
    both,
    choose,
    const,
    either,
    leaf,
    leaves,
    negate,
    rewrite,
    topological,
)
from ...ir.primes import TABLE, Row
from ...ir.types import BOOL, Type, parse_type
from ..sketch import Holes, chosen, is_number
from ..spec import Call, Obligation, Output
from .syntax import Source, tokens, trees

if TYPE_CHECKING:
    from lark import Token

    from .syntax import Branch

HOLE = "??"
DISTANCE = "abs_diff"  # the function that gives how far two words of one type are apart, without a sign
CHOOSE = "choose"  # the function, in a sketch, that is one of its arguments
LARGEST = 100_000  # operations that the functions of a spec may unfold to

# Operators and functions whose operands' type decides: the row for unsigned words, and the one for signed words.
_DIRECTED: Mapping[str, tuple[str | None, str]] = {
    "+": ("add", "add"), "-": ("sub", "sub"), "*": ("mul", "mul"), "/": ("udiv", "sdiv"), "%": ("urem", "srem"),
    "&": ("and", "and"), "|": ("or", "or"), "^": ("xor", "xor"), "<<": ("shl", "shl"), ">>": ("lshr", "ashr"),
    "==": ("eq", "eq"), "!=": ("ne", "ne"), "<": ("ult", "slt"), "<=": ("ule", "sle"),
    "min": ("umin", "smin"), "max": ("umax", "smax"), "abs": (None, "abs"),
    "add_sat": ("uadd_sat", "sadd_sat"), "sub_sat": ("usub_sat", "ssub_sat"),
    "add_overflow": ("uadd_overflow", "sadd_overflow"), "sub_overflow": ("usub_overflow", "ssub_overflow"),
    "mul_overflow": ("umul_overflow", "smul_overflow"),
}
_EXCHANGED = {">": "<", ">=": "<="}  # x > y is y < x
_ROTATIONS = {"rotl": "fshl", "rotr": "fshr"}  # a rotation is a funnel shift of x and x
_ON_TRUTH_VALUES = frozenset({"and", "or", "xor", "eq", "ne", "select"})  # rows that take bool where they take words
_OTHER_NAMES = {"popcount": "ctpop", "popcnt": "ctpop", "bit_count": "ctpop", "clz": "ctlz", "lzcnt": "ctlz",
                "ctz": "cttz", "tzcnt": "cttz", "byteswap": "bswap", "bitrev": "bitreverse", "ite": "select"}

_TYPE_NAME = re.compile(r"[ui]\d+|bool")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[0-9][0-9_]*")


def is_type_name(name: str) -> bool:
    """Whether `name` looks like a type, so that nothing else may have it."""
    return _TYPE_NAME.fullmatch(name) is not None


def function_names() -> list[str]:
    """The built-in functions: every row of the table that is no cast, and the names whose row the type decides."""
    rows = [row.name for row in TABLE.values() if not row.cast and row.name not in ("and", "or", "not")]
    return sorted({*rows, *(name for name in _DIRECTED if name.isidentifier()), *_ROTATIONS, DISTANCE})


def suggest(name: str, names: Sequence[str]) -> str | None:
    """A hint that names what `name` may have been meant to be."""
    if _OTHER_NAMES.get(name) in names:
        return f"did you mean {_OTHER_NAMES[name]}?"
    close = difflib.get_close_matches(name, names, n=1)
    return f"did you mean {close[0]}?" if close else None


@dataclass(frozen=True, slots=True)
class Value:
    """A typed node, and what must hold where it is used."""

    type: Type
    node: Node
    obligations: tuple[Obligation, ...] = ()
    calls: tuple[tuple[Call, Node], ...] = ()  # of the function to find, and when each counts; inner ones come first


@dataclass(frozen=True, slots=True)
class Itself:
    """The function that a spec is about. A call of it is a leaf for each of its results."""

    name: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]

    @property
    def main(self) -> Call:
        """The call of the parameters, whose results `ensures` names."""
        return Call(tuple(p.value for p in self.parameters), tuple(output.value for output in self.outputs))


@dataclass(frozen=True, slots=True)
class Definition:
    """A function that the spec defines: its body over the leaves of its parameters."""

    parameters: tuple[Parameter, ...]
    leaves: tuple[Node, ...]
    body: Value
    size: int


@dataclass(frozen=True, slots=True)
class Builtin:
    """A built-in function: its rows for unsigned and signed words, and which argument stands in which place."""

    unsigned: Row | None
    signed: Row
    order: tuple[int, ...]

    @property
    def count(self) -> int:
        return max(self.order) + 1

    def letters(self) -> Iterator[str]:
        """For each argument, `w` (the shared type) or `1` (a truth value)."""
        return (self.signed.arguments[self.order.index(index)] for index in range(self.count))


def _builtin(name: str) -> Builtin | None:
    if name == DISTANCE:
        return Builtin(TABLE["umax"], TABLE["smax"], (0, 1))
    if name in _ROTATIONS:
        row = TABLE[_ROTATIONS[name]]
        return Builtin(row, row, (0, 0, 1))
    unsigned, signed = _DIRECTED.get(name, (name, name))
    if signed not in TABLE or TABLE[signed].cast:
        return None
    row = TABLE[signed]
    return Builtin(TABLE[unsigned] if unsigned is not None else None, row, tuple(range(len(row.arguments))))


class Scope:
    """The names that a spec has given so far, and the reading of expressions over them.

    `outputs` are the leaves of the results, which only `ensures` (and what it uses) may speak of.
    """

    def __init__(self, source: Source, outputs: frozenset[Node] = frozenset()) -> None:
        self.source = source
        self.values: dict[str, Value] = {}
        self.functions: dict[str, Definition] = {}
        self.outputs = outputs
        self.itself: Itself | None = None
        self.variables: dict[Node, Parameter] = {}  # those of `forall`
        self.unknown: Callable[[str], str | None] = lambda name: None  # a better hint for a name that is not there
        self.holes: Holes | None = None  # while a sketch is read, which alone has some
        self._inputs_only = False
        self._guard = TRUE
        self._found: dict[Node, Obligation] = {}
        self._calls: dict[tuple[Node, ...], Call] = {}  # all calls of the function itself, by their arguments
        self._made: dict[Call, Node] = {}  # those that count in what is read, and when
        self._defining: str | None = None
        self._types: dict[int, Type | None] = {}  # by the identity of trees, which live as long as the scope
        self._about_inputs: set[Node] = set()
        self._unfolded = 0

    def read(self, tree: Branch, wanted: Type | None = None, *, guard: Node = TRUE, inputs_only: bool = False) -> Value:
        """The value of `tree` where `guard` holds; `wanted` is the type that a literal takes.

        PrimirError where names or types do not fit.
        """
        self._guard, self._inputs_only, self._found, self._made = guard, inputs_only, {}, {}
        value = self._value(tree, wanted)
        return replace(value, obligations=tuple(self._found.values()), calls=tuple(self._made.items()))

    def read_bool(self, tree: Branch, word: str, *, guard: Node = TRUE, inputs_only: bool = False) -> Value:
        """The condition that the statement `word` states."""
        value = self.read(tree, BOOL, guard=guard, inputs_only=inputs_only)
        self._need_bool(value, tree, word)
        return value

    def define(self, name: str, parameters: Sequence[Parameter], result: Type, body: Branch) -> Definition:
        """A function of the spec. Its parameters hide what else has their names."""
        places = tuple(leaf(f"{name}({parameter.name})", parameter.type.width) for parameter in parameters)
        outer = self.values
        self.values = outer | {p.name: Value(p.type, node) for p, node in zip(parameters, places, strict=True)}
        self._defining = name
        value = self.read(body, result)
        self._defining, self.values = None, outer
        if value.type != result:
            raise self.source.error(f"{name} gives {result}, and {self._typed(body, value.type)}", body,
                                    f"write {result}({self.source.quote(body)})")
        roots = [value.node, *(obligation.condition for obligation in value.obligations)]
        return Definition(tuple(parameters), places, value, sum(1 for _ in topological(roots)))

    def tabulate(self, name: str, parameter: Parameter, result: Type, words: Sequence[int],
                 line: Branch) -> Definition:
        """A function of the spec that gives the word at the place that its parameter is. It is defined there alone."""
        place = leaf(f"{name}({parameter.name})", parameter.type.width)
        node = looked_up(place, [const(word, result.width) for word in words])
        obligations: tuple[Obligation, ...] = ()
        if len(words) < 1 << place.width:
            within = _apply("ult", place, const(len(words), place.width))
            obligations = (Obligation(within, self.source.place(line), f"{parameter.name} < {len(words)}"),)
        size = sum(1 for _ in topological([node]))
        return Definition((parameter,), (place,), Value(result, node, obligations), size)

    # --- types --------------------------------------------------------------------------------------------------------

    def type_of(self, tree: Branch) -> Type | None:
        """The type that `tree` has wherever it stands, or None where it takes the type of its place."""
        if id(tree) not in self._types:
            self._types[id(tree)] = self._type_of(tree)
        return self._types[id(tree)]

    def _type_of(self, tree: Branch) -> Type | None:
        match tree.data:
            case "number" | "hole" | "unknown":
                return None
            case "name":
                return self._lookup(tree).type
            case "call" if self._is_choice(tree):
                return self._first_type(_arguments(tree))
            case "call":
                return self._type_of_call(tree)
            case "call_result":
                return self._result_called(tree).type
            case "unary" if "!" not in tokens(tree):
                return self.type_of(trees(tree)[-1])
            case "conditional":
                return self._first_type(trees(tree)[::2])
            case "union" | "difference" | "intersection" | "shift" | "sum" | "product" | "guess":
                return self._first_type(trees(tree))
        return BOOL

    def _first_type(self, operands: Sequence[Branch]) -> Type | None:
        return next((known for operand in operands if (known := self.type_of(operand)) is not None), None)

    def _type_of_call(self, tree: Branch) -> Type | None:
        match self._callee(tree):
            case Type() as target:
                return target
            case Definition(body=body):
                return body.type
            case Itself(outputs=(output,)):
                return output.type
            case Itself() as itself:
                raise self._several(tree, itself)
            case Builtin() as builtin:
                if builtin.signed.predicate:
                    return BOOL
                shared = self._first_type(self._shared(builtin, tree))
                return replace(shared, signed=False) if shared is not None and self._is_distance(tree) else shared

    def _shared(self, builtin: Builtin, tree: Branch) -> list[Branch]:
        """The arguments that have one type."""
        pairs = zip(builtin.letters(), _arguments(tree), strict=False)  # their number is not checked yet
        return [argument for letter, argument in pairs if letter == "w"]

    # --- names --------------------------------------------------------------------------------------------------------

    def _lookup(self, tree: Branch) -> Value:
        name = str(tree.children[0])
        if name not in self.values:
            raise self._unknown(tree, name)
        value = self.values[name]
        self._refuse_outputs(value, tree)
        return value

    def _refuse_outputs(self, value: Value, tree: Branch) -> None:
        """Raise where a `requires` uses a value that depends on the results."""
        if not self._inputs_only or value.node in self._about_inputs:
            return
        if value.calls or not self.outputs.isdisjoint(leaves([value.node])):
            name = str(tree.children[0])
            depends = "is no input" if value.node.data == name else "depends on the result"
            raise self.source.error(f"`requires` is about the inputs, and {name} {depends}", tree)
        if not self.variables.keys().isdisjoint(leaves([value.node])):
            raise self.source.error("`requires` is about the inputs alone", tree, "write ensures ... implies ...")
        self._about_inputs.add(value.node)

    def _unknown(self, tree: Branch, name: str) -> PrimirError:
        if name in self.functions or name in function_names():
            return self.source.error(f"{name} is a function", tree, f"write {name}(...)")
        if is_type_name(name):
            return self.source.error(f"{name} is a type", tree, f"a cast is written {name}(x)")
        names = list(self.values)
        hint = self.unknown(name) or suggest(name, names) or (f"there are {_join(names)}" if names else None)
        return self.source.error(f"there is no {name}", tree, hint)

    def _callee(self, tree: Branch) -> Type | Definition | Builtin | Itself:
        name = str(tree.children[0])
        if name in self.functions:
            self._refuse_outputs(self.functions[name].body, tree)
            return self.functions[name]
        if name in self.values:
            raise self.source.error(f"{name} is a value, not a function", tree)
        if is_type_name(name):
            return parse_type(name, self.source.place(tree))
        if (builtin := _builtin(name)) is not None:
            return builtin
        if self.itself is not None and name == self.itself.name:
            return self.itself
        if name in TABLE:
            raise self.source.error(f"{name} is written as a cast", tree, "for example u64(x)")
        raise self.source.error(f"there is no function {name}", tree,
                                suggest(name, [*self.functions, *function_names()]))

    # --- values -------------------------------------------------------------------------------------------------------

    def _value(self, tree: Branch, wanted: Type | None) -> Value:
        match tree.data:
            case "number":
                return self._literal(tree, wanted, _number(tree, self.source))
            case "truth":
                return Value(BOOL, TRUE if str(tree.children[0]).lower() == "true" else FALSE)
            case "name":
                return self._named(tree)
            case "hole" | "unknown":
                return self._hole(tree, wanted)
            case "call" if self._is_choice(tree):
                return self._choice(tree, wanted)
            case "call":
                return self._call(tree, wanted)
            case "call_result":
                return self._call_itself(tree, self._result_called(tree))
            case "unary":
                return self._unary(tree, wanted)
            case "inversion":
                return self._inversion(tree)
            case "comparison":
                return self._comparison(tree)
            case "conjunction":
                return self._stopping_early(tree, "and")
            case "disjunction":
                return self._stopping_early(tree, "or")
            case "implication":
                return self._implication(tree)
            case "conditional":
                return self._conditional(tree, wanted)
        return self._chain(tree, wanted)

    def _literal(self, tree: Branch, wanted: Type | None, number: int) -> Value:
        text = self.source.quote(tree)
        if wanted is None:
            raise self.source.error(f"nothing tells the type of {text}", tree, f"write the type: u32({text})")
        if wanted.truth:
            raise self.source.error(f"{text} is a number, and a bool is wanted here", tree, "write True or False")
        if number in wanted.range:
            return Value(wanted, const(number, wanted.width))
        hint = f"{wanted} goes from {wanted.range.start} to {wanted.range.stop - 1}"
        if wanted.signed and number in range(1 << wanted.width) or not wanted.signed and number < 0:
            hint += f"; {wanted}({text}) is {_short(wanted(number))}"
        negative = number < 0 and not wanted.signed
        message = f"{text} is negative, and {wanted} is unsigned" if negative else f"{text} does not fit {wanted}"
        raise self.source.error(message, tree, hint)

    def _named(self, tree: Branch) -> Value:
        value = self._lookup(tree)
        self._unfold(tree, len(value.obligations))
        for obligation in value.obligations:
            self._oblige(obligation)
        for call, when in value.calls:
            self._note_call(call, when)
        return value

    def _unfold(self, tree: Branch, count: int) -> None:
        self._unfolded += count
        if self._unfolded > LARGEST:
            raise self.source.error(f"what this spec names unfolds to more than {LARGEST} operations", tree)

    def _unary(self, tree: Branch, wanted: Type | None) -> Value:
        signs, (operand,) = tokens(tree), trees(tree)
        if _is_literal(tree):
            number = _number(operand, self.source)
            return self._literal(tree, wanted, -number if len(signs) % 2 else number)
        value = self._value(operand, wanted if "!" not in signs else BOOL)
        for sign in reversed(signs):
            if (sign == "!") != value.type.truth:
                raise self.source.error(
                    f"{sign} takes {'a bool' if sign == '!' else 'a number'}, and {self._typed(operand, value.type)}",
                    sign, f"write {self.source.quote(operand)} == 0" if sign == "!" else "a bool is turned by not")
            turned = negate(value.node) if sign == "!" else _apply("neg" if sign == "-" else "not", value.node)
            value = Value(value.type, turned)
        return value

    def _inversion(self, tree: Branch) -> Value:
        words, (operand,) = tokens(tree), trees(tree)
        value = self._value(operand, BOOL)
        self._need_bool(value, operand, "not")
        return Value(BOOL, negate(value.node) if len(words) % 2 else value.node)

    def _chain(self, tree: Branch, wanted: Type | None) -> Value:
        """x + y - z, and so on: one type, from left to right."""
        operands = trees(tree)
        operators = tokens(tree)
        shared = self._first_type(operands) or wanted
        self._one_type(operands, operators)
        result = self._value(operands[0], shared)
        for operator, operand in zip(operators, operands[1:], strict=True):
            result = self._operate(operator, result, self._value(operand, shared), operand)
        return result

    def _operate(self, operator: Token, left: Value, right: Value, divisor: Branch) -> Value:
        if operator.type == "HOLE":
            return self._guess(operator, left, right)
        if str(operator) in _EXCHANGED:
            left, right = right, left
        unsigned, signed = _DIRECTED[_EXCHANGED.get(str(operator), str(operator))]
        name = signed if left.type.signed or unsigned is None else unsigned
        if left.type.truth and name not in _ON_TRUTH_VALUES:
            raise self.source.error(f"{operator} takes numbers, and its sides are bool", operator,
                                    "write u8(b), or and, or, not, ==, !=")
        self._oblige_defined(TABLE[name], right.node, divisor)
        return Value(BOOL if TABLE[name].predicate else left.type, _apply(name, left.node, right.node))

    def _comparison(self, tree: Branch) -> Value:
        """a < b <= c is a < b and b <= c."""
        operands = trees(tree)
        operators = tokens(tree)
        shared = self._first_type(operands)
        self._one_type(operands, operators)
        outer, result = self._guard, TRUE
        left = self._value(operands[0], shared)
        for operator, operand in zip(operators, operands[1:], strict=True):
            right = self._value(operand, shared)
            result = both(result, self._operate(operator, left, right, operand).node)
            self._guard = both(outer, result)
            left = right
        self._guard = outer
        return Value(BOOL, result)

    def _one_type(self, operands: Sequence[Branch], operators: Sequence[Token]) -> None:
        """Raise where one of `operands` has another type than the first that has one."""
        first: tuple[Branch, Type] | None = None
        for operand, operator in zip(operands, (operators[0], *operators), strict=True):
            found = self.type_of(operand)
            if found is None:
                continue
            if first is None:
                first = operand, found
            if found == first[1]:
                continue
            left, right = self.source.quote(first[0]), self.source.quote(operand)
            hint = f"write {first[1]}({right}) or {found}({left})"
            if operator.type in ("EQUALS", "COMPARATOR") and first[1].truth != found.truth and len(operands) > 2:
                hint = "a == b < c means a == b and b < c, as in Python: write a == (b < c)"
            raise self.source.error(f"{left}: {first[1]} and {right}: {found} have different types", operator, hint)

    def _stopping_early(self, tree: Branch, word: str) -> Value:
        """`and` and `or`: what stands right of an operand counts only where that left the answer open."""
        outer, result = self._guard, TRUE if word == "and" else FALSE
        for operand in trees(tree):
            value = self._value(operand, BOOL)
            self._need_bool(value, operand, word)
            result = (both if word == "and" else either)(result, value.node)
            self._guard = both(outer, result if word == "and" else negate(result))
        self._guard = outer
        return Value(BOOL, result)

    def _implication(self, tree: Branch) -> Value:
        """a implies b implies c: where a holds, where b holds, c does."""
        *given, last = trees(tree)
        outer, known = self._guard, TRUE
        for operand in given:
            value = self._value(operand, BOOL)
            self._need_bool(value, operand, "implies")
            known = both(known, value.node)
            self._guard = both(outer, known)
        value = self._value(last, BOOL)
        self._need_bool(value, last, "implies")
        self._guard = outer
        return Value(BOOL, either(negate(known), value.node))

    def _conditional(self, tree: Branch, wanted: Type | None) -> Value:
        """a if c else b if d else e."""
        parts = trees(tree)
        shared = self._first_type(parts[::2]) or wanted
        outer = self._guard
        cases: list[tuple[Node, Value]] = []
        for branch, test in zip(parts[:-1:2], parts[1::2], strict=True):
            condition = self._value(test, BOOL)
            self._need_bool(condition, test, "if")
            rest, self._guard = self._guard, both(self._guard, condition.node)
            cases.append((condition.node, self._value(branch, shared)))
            self._guard = both(rest, negate(condition.node))
        result = self._value(parts[-1], shared)
        self._guard = outer
        for (condition_node, value), branch in zip(reversed(cases), parts[-3::-2], strict=True):
            if value.type != result.type:
                raise self._mismatch(branch, value.type, parts[-1], result.type)
            result = Value(value.type, fold(choose(condition_node, value.node, result.node)))
        return result

    def _mismatch(self, one: Branch, type_: Type, other: Branch, other_type: Type) -> PrimirError:
        left, right = self.source.quote(one), self.source.quote(other)
        return self.source.error(f"{left}: {type_} and {right}: {other_type} have different types", other,
                                 f"write {type_}({right}) or {other_type}({left})")

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, tree: Branch, wanted: Type | None) -> Value:
        match self._callee(tree):
            case Type() as target:
                return self._cast(tree, target)
            case Definition() as definition:
                return self._call_definition(tree, definition)
            case Builtin() as builtin:
                return self._call_builtin(tree, builtin, wanted)
            case Itself(outputs=(output,)):
                return self._call_itself(tree, output)
            case Itself() as itself:
                raise self._several(tree, itself)

    def _cast(self, tree: Branch, target: Type) -> Value:
        self._count(tree, 1)
        (argument,) = _arguments(tree)
        if _is_literal(argument):  # a cast of a literal wraps: u8(-1) is 255
            number = _literal_number(argument, self.source)
            return Value(target, const(bool(number) if target.truth else number, target.width))
        if argument.data in ("hole", "unknown"):  # a hole has no type before it is given one
            return self._hole(argument, target)
        value = self._value(argument, None if target.truth else target)
        return Value(target, cast(value.node, value.type, target))

    def _call_definition(self, tree: Branch, definition: Definition) -> Value:
        nodes = dict(zip(definition.leaves, self._passed(tree, definition.parameters), strict=True))
        self._unfold(tree, definition.size)
        body = definition.body
        roots = [body.node, *(obligation.condition for obligation in body.obligations), *(n for _, n in body.calls)]
        root, *conditions = rewrite(roots, lambda node: nodes[node] if node in nodes else fold(node))
        for obligation, condition in zip(body.obligations, conditions, strict=False):
            self._oblige(replace(obligation, condition=condition))
        for (call, _), when in zip(body.calls, conditions[len(body.obligations):], strict=True):
            self._note_call(call, when)
        return Value(body.type, root)

    def _passed(self, tree: Branch, parameters: Sequence[Parameter]) -> list[Node]:
        """The arguments of a call, one for each of `parameters`."""
        self._count(tree, len(parameters))
        nodes = []
        for parameter, argument in zip(parameters, _arguments(tree), strict=True):
            value = self._value(argument, parameter.type)
            if value.type != parameter.type:
                raise self.source.error(
                    f"{tree.children[0]} takes {parameter.name}: {parameter.type}, and "
                    f"{self._typed(argument, value.type)}",
                    argument, f"write {parameter.type}({self.source.quote(argument)})")
            nodes.append(value.node)
        return nodes

    def _call_itself(self, tree: Branch, output: Output) -> Value:
        """A call of the function to find: its result `output`."""
        itself = self.itself
        assert itself is not None
        if self._inputs_only:
            raise self.source.error(f"`requires` is about the inputs, and this is a result of {itself.name}", tree)
        if self._defining is not None:
            raise self.source.error(f"{self._defining} may not call {itself.name}", tree,
                                    "name the value with let, or write it out in ensures")
        arguments = tuple(self._passed(tree, itself.parameters))
        if arguments == itself.main.arguments:
            return Value(output.type, output.value)
        made = tuple(leaf(f"{itself.name}({len(self._calls)}).{each.name}", each.type.width) for each in itself.outputs)
        call = self._calls.setdefault(arguments, Call(arguments, made))
        self._note_call(call, TRUE)
        return Value(output.type, call.results[itself.outputs.index(output)])

    def _note_call(self, call: Call, when: Node) -> None:
        self._made[call] = either(self._made.get(call, FALSE), both(self._guard, when))

    def _result_called(self, tree: Branch) -> Output:
        """The result that is meant by f(x).name."""
        callee = self._callee(tree)
        result = tokens(tree)[-1]
        if not isinstance(callee, Itself):
            raise self.source.error(f"{tree.children[0]} has one value, which has no name", result)
        for output in callee.outputs:
            if output.name == result:
                return output
        raise self.source.error(f"{callee.name} has no result {result}", result,
                                f"there are {_join([output.name for output in callee.outputs])}")

    def _several(self, tree: Branch, itself: Itself) -> PrimirError:
        return self.source.error(f"{itself.name} has {len(itself.outputs)} results", tree,
                                 f"name one: {self.source.quote(tree)}.{itself.outputs[0].name}")

    def _call_builtin(self, tree: Branch, builtin: Builtin, wanted: Type | None) -> Value:
        self._count(tree, builtin.count)
        name = str(tree.children[0])
        shared = self._first_type(self._shared(builtin, tree)) or (None if builtin.signed.predicate else wanted)
        values: list[Value] = []
        for letter, argument in zip(builtin.letters(), _arguments(tree), strict=True):
            value = self._value(argument, BOOL if letter == "1" else shared)
            if letter == "1":
                self._need_bool(value, argument, name)
            elif shared is not None and value.type != shared:
                first = next(a for a in self._shared(builtin, tree) if self.type_of(a) is not None)
                raise self._mismatch(first, shared, argument, value.type)
            values.append(value)
        assert shared is not None, "a literal that nothing gives a type is refused before"
        row = self._row_for(tree, builtin, shared)
        nodes = [values[index].node for index in builtin.order]
        if self._is_distance(tree):
            return Value(replace(shared, signed=False), distance(*nodes, signed=shared.signed))
        self._oblige_defined(row, nodes[-1], _arguments(tree)[-1])
        return Value(BOOL if row.predicate else shared, _apply(row.name, *nodes))

    def _is_distance(self, tree: Branch) -> bool:
        return str(tree.children[0]) == DISTANCE and DISTANCE not in self.functions

    def _row_for(self, tree: Branch, builtin: Builtin, type_: Type) -> Row:
        """The row that the call means on words of `type_`."""
        name = str(tree.children[0])
        row = builtin.signed if type_.signed else builtin.unsigned
        if type_.truth and builtin.signed.name not in _ON_TRUTH_VALUES:
            raise self.source.error(f"{name} takes numbers, and this is bool", _arguments(tree)[0], "write u8(b)")
        if row is None:
            argument = self.source.quote(_arguments(tree)[0])
            raise self.source.error(f"{name} is for signed types, and {argument} is {type_}", _arguments(tree)[0],
                                    f"write {name}(i{type_.width}({argument}))")
        if type_.width % row.multiple:
            raise self.source.error(f"{name} takes widths that are multiples of {row.multiple}, and this is {type_}",
                                    _arguments(tree)[0])
        return row

    def _count(self, tree: Branch, count: int) -> None:
        given = len(_arguments(tree))
        if given != count:
            raise self.source.error(f"{tree.children[0]} takes {plural(count, 'argument')}, not {given}", tree)

    # --- holes --------------------------------------------------------------------------------------------------------

    def _holes(self, at: Branch | Token) -> Holes:
        if self.holes is None:
            raise self.source.error("a hole stands in a sketch alone", at, "add a line: sketch result = ...")
        return self.holes

    def _is_choice(self, tree: Branch) -> bool:
        return self.holes is not None and str(tree.children[0]) == CHOOSE and CHOOSE not in self.functions

    def _hole(self, tree: Branch, wanted: Type | None) -> Value:
        """?? is a constant of the type of its place, and ??(x, y) an expression over these values."""
        holes = self._holes(tree)
        token, text, place = tokens(tree)[0], self.source.quote(tree), self.source.place(tree)
        if wanted is None:
            raise self.source.error(f"nothing tells the type of {text}", tree, f"write the type: u32({text})")
        if tree.data == "hole":
            return Value(wanted, holes.constant(_hole_name(token), text, wanted, place))
        values = [self._value(argument, wanted) for argument in _arguments(tree)]
        for value, argument in zip(values, _arguments(tree), strict=True):
            if value.type != wanted:
                raise self.source.error(f"{text} is {wanted} here, and {self._typed(argument, value.type)}", argument,
                                        f"write {wanted}({self.source.quote(argument)})")
        nodes, texts = [value.node for value in values], [self.source.quote(each) for each in _arguments(tree)]
        return Value(wanted, holes.expression(_hole_name(token), text, nodes, texts, wanted, place, self._guard))

    def _choice(self, tree: Branch, wanted: Type | None) -> Value:
        """choose(a, b, c) is one of these."""
        arguments, text = _arguments(tree), self.source.quote(tree)
        shared = self._first_type(arguments) or wanted
        if shared is None or not arguments:
            raise self.source.error(f"nothing tells the type of {text}", tree, f"write choose(u32({text}), ...)"
                                    if not arguments else f"write the type: u32({self.source.quote(arguments[0])})")
        texts = [self.source.quote(argument) for argument in arguments]
        index = self._holes(tree).choice("", text, texts, shared, self.source.place(tree))
        outer, nodes = self._guard, list[Node]()
        for number, argument in enumerate(arguments):
            self._guard = both(outer, is_number(index, number))
            value = self._value(argument, shared)
            if value.type != shared:
                first = next(each for each in arguments if self.type_of(each) is not None)
                raise self._mismatch(first, shared, argument, value.type)
            nodes.append(value.node)
        self._guard = outer
        return Value(shared, chosen(index, nodes))

    def _guess(self, operator: Token, left: Value, right: Value) -> Value:
        """x ?? y is an operation on x and y."""
        text = f"x {operator} y"
        node = self._holes(operator).operation(_hole_name(operator), text, left.node, right.node, left.type,
                                               self.source.place(operator), self._guard)
        return Value(left.type, node)

    # --- what must hold -----------------------------------------------------------------------------------------------

    def _oblige_defined(self, row: Row, divisor: Node, tree: Branch) -> None:
        """Divisors are not zero. (The most negative number by -1 wraps, as all arithmetic does.)"""
        if any(undefined.kind == "ub" for undefined in row.undefined):
            condition = _apply("ne", divisor, const(0, divisor.width))
            self._oblige(Obligation(condition, self.source.place(tree), f"{self.source.quote(tree)} != 0"))

    def _oblige(self, obligation: Obligation) -> None:
        condition = either(negate(self._guard), obligation.condition)
        if condition is FALSE:
            raise PrimirError("this divides by zero", obligation.place)
        if condition is not TRUE:
            self._found.setdefault(condition, replace(obligation, condition=condition))

    def _need_bool(self, value: Value, tree: Branch, word: str) -> None:
        if not value.type.truth:
            raise self.source.error(f"`{word}` takes a bool, and {self._typed(tree, value.type)}", tree,
                                    f"write {self.source.quote(tree)} != 0")

    def _typed(self, tree: Branch, type_: Type) -> str:
        return f"{self.source.quote(tree)} is {type_}"


def cast(node: Node, source: Type, target: Type) -> Node:
    """`node` as `target`: modulo 2**width, extended by the sign of its type `source`; to bool, whether it is not 0."""
    if target.truth:
        return _apply("ne", node, const(0, node.width)) if not source.truth else node
    if target.width == source.width:
        return node
    name = "trunc" if target.width < source.width else "sext" if source.signed else "zext"
    return fold(apply(name, node, width=target.width))


def looked_up(index: Node, words: Sequence[Node]) -> Node:
    """The word at the place `index`, by its bits from the lowest on; beyond the last it is any of them."""
    level = list(words)
    for bit in range(index.width):
        if len(level) == 1:
            break
        if len(level) % 2:
            level.append(level[-1])
        moved = _apply("lshr", index, const(bit, index.width))
        odd = moved if index.width == 1 else fold(apply("trunc", moved, width=1))
        level = [zero if zero is one else fold(choose(odd, one, zero))
                 for zero, one in zip(level[::2], level[1::2], strict=True)]
    return level[0]


def distance(x: Node, y: Node, *, signed: bool) -> Node:
    """How far two words are apart: the greater one minus the other, which fits their width without a sign."""
    return fold(choose(_apply("slt" if signed else "ult", x, y), _apply("sub", y, x), _apply("sub", x, y)))


def _apply(name: str, *nodes: Node) -> Node:
    return fold(apply(name, *nodes))


def _hole_name(token: Token) -> str:
    """The name of a hole that has one, ??name; else nothing."""
    return str(token) if str(token) != HOLE else ""


# --- trees ------------------------------------------------------------------------------------------------------------


def _arguments(tree: Branch) -> list[Branch]:
    """The arguments of a call."""
    return trees(trees(tree)[0])


def _is_literal(tree: Branch) -> bool:
    """Whether `tree` is a number, perhaps with minus signs before it."""
    if tree.data == "unary":
        return all(sign == "-" for sign in tokens(tree)) and trees(tree)[0].data == "number"
    return tree.data == "number"


def _literal_number(tree: Branch, source: Source) -> int:
    if tree.data == "number":
        return _number(tree, source)
    number = _number(trees(tree)[0], source)
    return -number if len(tokens(tree)) % 2 else number


def _number(tree: Branch, source: Source) -> int:
    """The number that a token spells: decimal, 0x, 0b or 0o, with _ between digits."""
    text = str(tree.children[0])
    if suffixed := re.fullmatch(r"([0-9]+)([ui]\d+)", text):
        raise source.error("a literal has no suffix", tree, f"write {suffixed[2]}({suffixed[1]})")
    if re.fullmatch(r"[0-9_]+(\.[0-9]*)?([eE][0-9]+)?", text) and not text.replace("_", "").isdigit():
        raise source.error(f"{text} is a float, and values are machine words", tree, "write an integer")
    if len(text) > 150:
        raise source.error(f"this literal has {len(text)} digits", tree, "values have at most 128 bits")
    try:
        if _NUMBER.fullmatch(text):
            return int(text, 0)
    except ValueError:  # 007, 1__0
        pass
    raise source.error(f"{text} is no number", tree, "numbers are written 10, 0x1f, 0b101 or 1_000")


def _join(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _short(value: int) -> str:
    return str(value) if abs(value) < 1000 else hex(value)
