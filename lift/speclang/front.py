"""The `.spec` language: what a function must do, line by line.

    spec next_power_of_two(x: u32) -> u32
      requires x != 0 and x <= 0x80000000
      ensures  result & (result - 1) == 0 and result >= x and result >> 1 < x

A line sees the names that stand before it. Nothing in a spec runs: it is read into conditions over bit-vectors, and
that is all. docs/spec.md is the page for users.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ...ir.cost import MODELS, Model
from ...ir.errors import PrimirError
from ...ir.evaluate import evaluate
from ...ir.graph import TRUE, Function, Node, Parameter, Result, all_of, conjuncts, either, leaves, negate, substitute
from ...ir.primes import TABLE, operations
from ...ir.types import Type, parse_type
from ..components import Component
from ..sketch import Holes, Sketch
from ..spec import Example, Law, Obligation, Output, Spec
from .expressions import Definition, Itself, Scope, Value, is_type_name, plural, suggest
from .syntax import Source, read, tokens, trees

if TYPE_CHECKING:
    from lark import Token

    from .syntax import Branch

RESULT = "result"  # what `ensures` calls a result that has no name of its own


def parse_specs(text: str, file: str | None = None) -> list[Spec]:
    """The specs that `text`, the content of `file`, holds. PrimirError, with its place, for all that is wrong with it.

    Divisions leave `Spec.obligations`, which are not proved here.
    """
    source, tree = read(text, file, "start")
    if not trees(tree):
        raise PrimirError("there is no spec here", source.at(1, 1), "a spec begins with: spec name(x: u32) -> u32")
    specs: dict[str, Spec] = {}
    for child in trees(tree):
        spec = _Reader(source, child).spec()
        if spec.name in specs:
            raise source.error(f"there are two specs called {spec.name}", tokens(child)[0])
        specs[spec.name] = spec
    return list(specs.values())


def parse_condition(text: str, parameters: Sequence[Parameter],
                    file: str | None = None) -> tuple[Node, tuple[Obligation, ...]]:
    """A condition on inputs, such as `x < 1000`, of width 1, and what must hold for it to be defined.

    PrimirError, with its place, for all that is wrong with it.
    """
    source, tree = read(text, file, "condition")
    scope = Scope(source)
    scope.values = {parameter.name: Value(parameter.type, parameter.value) for parameter in parameters}
    value = scope.read_bool(trees(tree)[0], "requires")
    return value.node, value.obligations


@dataclass
class _Condition:
    """The lines `requires`, or the lines `ensures`, read so far."""

    nodes: list[Node] = field(default_factory=list)
    obligations: list[Obligation] = field(default_factory=list)

    @property
    def node(self) -> Node:
        return all_of(self.nodes)

    def add(self, value: Value) -> None:
        self.nodes.append(value.node)
        self.obligations.extend(value.obligations)


class _Reader:
    """Reads one spec, line after line."""

    def __init__(self, source: Source, tree: Branch) -> None:
        self.source = source
        (self.name,), (parameters, results, *self.lines) = tokens(tree), trees(tree)
        self.names: dict[str, str] = {}  # what each name stands for
        if is_type_name(self.name):
            raise self._is_type(self.name)
        self.parameters = self._parameters(parameters)
        self.outputs = self._outputs(results)
        self.scope = Scope(source, frozenset(output.value for output in self.outputs))
        self.scope.values = {parameter.name: Value(parameter.type, parameter.value) for parameter in self.parameters}
        self.scope.values |= {output.name: Value(output.type, output.value) for output in self.outputs}
        self.scope.unknown = self._other_name
        self.scope.itself = Itself(str(self.name), self.parameters, self.outputs)
        self.relations: list[tuple[Branch, Value]] = []  # what `ensures` says of several calls
        self.requires, self.ensures = _Condition(), _Condition()
        self.using: set[str] | None = None
        self.components: dict[str, Component] = {}
        self.forbidden: set[str] = set()
        self.minimize: Model | None = None
        self.limits: dict[str, int] = {}
        self.holes = Holes()
        self.sketches: dict[str, Value] = {}  # by the results
        self.timing: set[str] = set()  # the lines that stand alone: `branchless`, `constant_time`

    def spec(self) -> Spec:
        examples = [line for line in self.lines if line.data == "example"]
        for line in self.lines:
            self._line(line)
        if not self._speaks_of_results() and not examples:
            names = " and ".join(output.name for output in self.outputs)
            raise self.source.error(f"{self.name} says nothing about its {names}", self.name,
                                    "add a line: ensures result == ..., or: example f(1) == 2")
        reference, ensures = self._wanted()
        laws = tuple(self._law(tree, value) for tree, value in self.relations)
        for component in self.components.values():
            component.refuse(self.forbidden, self.source.place(self.name))
        spec = Spec(str(self.name), self.parameters, self.outputs, self.requires.node, reference, ensures, (),
                    self._operations(), self.minimize or MODELS[0], "branchless" in self.timing,
                    "constant_time" in self.timing, tuple(self.limits.items()), obligations=self._obligations(laws),
                    sketch=self._whole_sketch(), laws=laws, components=tuple(self.components.values()))
        return self._with_examples(spec, examples)

    # --- the first line -----------------------------------------------------------------------------------------------

    def _parameters(self, tree: Branch) -> tuple[Parameter, ...]:
        return tuple(Parameter(*self._typed_name(child, "a parameter")) for child in trees(tree))

    def _typed_name(self, tree: Branch, what: str) -> tuple[str, Type]:
        name, type_ = tokens(tree)
        self._declare(name, what)
        return str(name), self._type(type_)

    def _outputs(self, tree: Branch) -> tuple[Output, ...]:
        if tree.data == "results":
            return tuple(Output(*self._typed_name(child, "a result")) for child in trees(tree))
        (type_,) = tokens(tree)
        if RESULT in self.names:
            raise self.source.error("a parameter is called result", type_, "give the result a name: -> (r: u32)")
        self.names[RESULT] = "the result"
        return (Output(RESULT, self._type(type_)),)

    def _type(self, token: Token) -> Type:
        return parse_type(str(token), self.source.place(token))

    def _declare(self, token: Token, what: str) -> None:
        """Note that `token` names something, or raise where that name is taken."""
        name = str(token)
        if is_type_name(name):
            raise self._is_type(token)
        if name in self.names:
            raise self.source.error(f"{name} is already the name of {self.names[name]}", token)
        self.names[name] = what

    def _is_type(self, token: Token) -> PrimirError:
        return self.source.error(f"{token} is a type, and cannot be a name", token)

    def _other_name(self, name: str) -> str | None:
        """A hint for a name that is not there, where what it is tells what was meant."""
        if name == RESULT:
            return f"the results are called {' and '.join(output.name for output in self.outputs)}"
        return None

    # --- the other lines ----------------------------------------------------------------------------------------------

    def _line(self, line: Branch) -> None:
        match line.data:
            case "requires":
                (tree,) = trees(line)
                self.requires.add(self.scope.read_bool(tree, "requires", guard=self.requires.node, inputs_only=True))
            case "ensures":
                (tree,) = trees(line)
                self._ensure(tree)
            case "forall":
                for child in trees(line):
                    variable = Parameter(*self._typed_name(child, "a variable"))
                    self.scope.variables[variable.value] = variable
                    self.scope.values[variable.name] = Value(variable.type, variable.value)
            case "let":
                (name,), (tree,) = tokens(line), trees(line)
                self._declare(name, "a value")
                self.scope.values[str(name)] = self.scope.read(tree)
            case "def":
                self._define(line)
            case "table":
                self._tabulate(line)
            case "sketch":
                self._sketch(line)
            case "using":
                self._use(tokens(line))
            case "forbid":
                self.forbidden |= self._rows(tokens(line))
            case "minimize":
                self._minimize(tokens(line)[0])
            case "at_most":
                self._at_most(line)
            case "branchless" | "constant_time" as name:
                self.timing.add(name)

    def _ensure(self, tree: Branch) -> None:
        """A condition on one call, or on several, where other lines say nothing of what is defined in it."""
        value = self.scope.read_bool(tree, "ensures", guard=self.ensures.node)
        if value.calls or not self.scope.variables.keys().isdisjoint(leaves([value.node])):
            self.relations.append((tree, self.scope.read_bool(tree, "ensures")))
        else:
            self.ensures.add(value)

    def _define(self, line: Branch) -> None:
        (name, result), (parameters, body) = tokens(line), trees(line)
        self._declare(name, "a function")
        outer, self.names = self.names, {}
        typed = self._parameters(parameters)
        self.names = outer
        definition = self.scope.define(str(name), typed, self._type(result), body)
        self.scope.functions[str(name)] = definition

    def _sketch(self, line: Branch) -> None:
        """What a result is, with holes."""
        (name,), (tree,) = tokens(line), trees(line)
        output = next((output for output in self.outputs if output.name == name), None)
        if output is None:
            raise self.source.error(f"{name} is no result", name,
                                    f"the results are called {' and '.join(each.name for each in self.outputs)}")
        if output.name in self.sketches:
            raise self.source.error(f"the sketch of {name} stands here a second time", name)
        self.scope.holes = self.holes
        value = self.scope.read(tree, output.type)
        self.scope.holes = None
        if value.type != output.type:
            text = self.source.quote(tree)
            raise self.source.error(f"{name} is {output.type}, and {text} is {value.type}", tree,
                                    f"write {output.type}({text})")
        used = leaves([value.node, *(use.value for use in self.holes.uses),
                       *(argument for use in self.holes.uses for argument in use.arguments)])
        if value.calls or not (self.scope.outputs | self.scope.variables.keys()).isdisjoint(used):
            raise self.source.error("a sketch is made of the inputs, and this depends on the result", tree)
        self.sketches[output.name] = value

    def _whole_sketch(self) -> Sketch | None:
        if not self.sketches:
            return None
        if self.components:
            raise self.source.error("functions of the spec in a sketch are not available yet as operations", self.name,
                                    "write the call in the sketch")
        for output in self.outputs:
            if output.name not in self.sketches:
                raise self.source.error(f"there is no sketch of {output.name}", self.name,
                                        f"add a line: sketch {output.name} = ??(...)")
        values = [self.sketches[output.name] for output in self.outputs]
        defined = all_of(each.condition for value in values for each in value.obligations)
        return Sketch(tuple(value.node for value in values), defined, tuple(self.holes.found), tuple(self.holes.uses))

    def _use(self, names: Sequence[Token]) -> None:
        """Operations, and functions that the spec defines, of which programs may be made."""
        self.using = self.using or set()
        for token in names:
            if (definition := self.scope.functions.get(str(token))) is not None:
                self.components[str(token)] = self._component(token, definition)
            else:
                self.using |= self._rows([token])

    def _component(self, name: Token, definition: Definition) -> Component:
        body = definition.body
        defined = all_of(each.condition for each in body.obligations)
        strange = self.scope.outputs | self.scope.variables.keys()
        if body.calls or not strange.isdisjoint(leaves([body.node, defined])):
            raise self.source.error(f"{name} depends on more than its arguments and the inputs", name,
                                    "give it what it needs as a parameter")
        return Component(str(name), definition.parameters, definition.leaves, body.type, body.node, defined)

    def _tabulate(self, line: Branch) -> None:
        (name, result), (parameters, values) = tokens(line), trees(line)
        self._declare(name, "a table")
        outer, self.names = self.names, {}
        typed = self._parameters(parameters)
        self.names = outer
        if len(typed) != 1 or typed[0].type.truth or typed[0].type.signed:
            raise self.source.error("a table has one parameter, which is its place and has no sign", name,
                                    f"write {name}(i: u8)")
        type_, given = self._type(result), trees(values)
        if len(given) > 1 << typed[0].type.width:
            raise self.source.error(f"{typed[0].type} counts fewer than {len(given)} places", line)
        scope = Scope(self.source)
        scope.unknown = lambda _: "the values of a table are constants"
        words = [self._constant(scope, each, Output(str(name), type_), "a table") for each in given]
        self.scope.functions[str(name)] = self.scope.tabulate(str(name), typed[0], type_, words, line)

    def _rows(self, names: Sequence[Token]) -> set[str]:
        """The operations that a line names, one by one or as a set."""
        sets = sorted({name for row in TABLE.values() for name in row.sets})
        found: set[str] = set()
        for token in names:
            name = str(token)
            if name in sets:
                found.update(row.name for row in operations(name))
            elif name in TABLE:
                found.add(name)
            else:
                raise self.source.error(f"there is no operation {name}", token, suggest(name, [*TABLE, *sets])
                                        or f"operations have names like add, xor, lshr; sets are {', '.join(sets)}")
        return found

    def _minimize(self, token: Token) -> None:
        if self.minimize is not None:
            raise self.source.error("minimize stands here a second time", token)
        self.minimize = next((model for model in MODELS if model == token), None)
        if self.minimize is None:
            raise self.source.error(f"there is no cost called {token}", token,
                                    suggest(str(token), MODELS) or f"costs are {', '.join(MODELS)}")

    def _at_most(self, line: Branch) -> None:
        count, name = tokens(line)
        (operation, *others) = sorted(self._rows([name]))
        if others:
            raise self.source.error(f"{name} is a set of operations", name, "name one of them: at most 2 mul")
        if not count.isdecimal():
            raise self.source.error(f"{count} is no count", count, "write it in decimal: at most 2 mul")
        if operation in self.limits:
            raise self.source.error(f"how many {name} there may be stands here a second time", name)
        self.limits[operation] = int(count)

    # --- what the lines say together ----------------------------------------------------------------------------------

    def _operations(self) -> tuple[str, ...] | None:
        """The operations in force, in the order of the table."""
        if self.using is None and not self.forbidden:
            return None
        allowed = self.using if self.using is not None else {row.name for row in operations("full")}
        return tuple(name for name in TABLE if name in allowed - self.forbidden)

    def _speaks_of_results(self) -> bool:
        return bool(self.relations) or not self.scope.outputs.isdisjoint(leaves(self.ensures.nodes))

    def _law(self, tree: Branch, value: Value) -> Law:
        """What the line `tree` says of several calls, with what `requires` makes of each."""
        itself = self.scope.itself
        assert itself is not None
        calls = [replace(call, when=when) for call, when in value.calls]
        used = set(leaves([value.node, *(node for call in calls for node in (*call.arguments, call.when))]))
        if not self.scope.outputs.isdisjoint(used):
            calls.insert(0, itself.main)
        inputs = used & {*itself.main.arguments, *itself.main.results}
        variables = tuple(each for each in self.scope.variables.values() if each.value in used)
        law = Law(variables, tuple(calls), TRUE, value.node, self.source.quote(tree), self.source.place(tree))
        return law.narrowed(self.requires.node, self.parameters, bool(inputs))

    def _obligations(self, laws: Sequence[Law]) -> tuple[Obligation, ...]:
        """What must hold, where `requires` does not say it in the same words."""
        required = set(conjuncts(self.requires.nodes)) - {TRUE}
        unless = negate(self.requires.node)
        guarded = (replace(each, condition=either(unless, each.condition))
                   for each in self.ensures.obligations if each.condition not in required)
        related = (replace(each, condition=either(negate(law.assumes), each.condition))
                   for law, (_, value) in zip(laws, self.relations, strict=True) for each in value.obligations)
        found = {each.condition: each for each in (*self.requires.obligations, *guarded, *related)}
        return tuple(each for condition, each in found.items() if condition is not TRUE)

    def _wanted(self) -> tuple[Function | None, Node]:
        """The function that `ensures` spells out, by a conjunct `result == e` for every result, and what else it says.

        Where a result has no such conjunct there is no function, and all of `ensures` is a predicate.
        """
        equations = self._equations()
        if len(equations) < len(self.outputs):
            return None, self.ensures.node
        values = {equation.output: equation.value for equation in equations}
        results = tuple(Result(output.type, values[output.value]) for output in self.outputs)
        said = {equation.conjunct for equation in equations}
        rest = all_of(conjunct for conjunct in conjuncts(self.ensures.nodes) if conjunct not in said)
        return Function(str(self.name), self.parameters, results, domain=self.requires.node), rest

    def _equations(self) -> list[_Equation]:
        """For as many results as possible, the conjunct that gives it over the inputs.

        A result that is known may help to give the next one: q == x / y, and r == x - q * y.
        """
        candidates = [equation for conjunct in conjuncts(self.ensures.nodes)
                      for equation in _equations_of(conjunct, self.scope.outputs)]
        known: dict[Node, _Equation] = {}
        while True:
            values = {output: equation.value for output, equation in known.items()}
            for equation in candidates:
                if equation.output in known:
                    continue
                (value,) = substitute([equation.value], values)
                if self.scope.outputs.isdisjoint(leaves([value])):
                    known[equation.output] = _Equation(equation.conjunct, equation.output, value)
                    break
            else:
                return list(known.values())

    # --- examples -----------------------------------------------------------------------------------------------------

    def _with_examples(self, spec: Spec, lines: Sequence[Branch]) -> Spec:
        examples: dict[tuple[int, ...], Example] = {}
        for line in lines:
            example = self._example(line)
            if examples.setdefault(example.inputs, example) != example:
                raise self.source.error("another example gives other results for these inputs", line)
            self._refuse_contradiction(spec, example, line)
        return replace(spec, examples=tuple(examples.values()))

    def _example(self, line: Branch) -> Example:
        (name,), (arguments, wanted) = tokens(line), trees(line)
        if name != self.name:
            raise self.source.error(f"this is an example of {name}, in the spec {self.name}", name,
                                    f"did you mean {self.name}?")
        inputs = self._constants(line, trees(arguments), self.parameters, "argument")
        return Example(inputs, self._constants(line, trees(wanted), self.outputs, "result"))

    def _constants(self, line: Branch, given: Sequence[Branch], places: Sequence[Parameter | Output],
                   noun: str) -> tuple[int, ...]:
        """The words that the expressions `given` are, one for each of `places`."""
        if len(given) != len(places):
            raise self.source.error(f"{self.name} has {plural(len(places), noun)}, not {len(given)}",
                                    given[0] if given else line)
        scope = Scope(self.source)
        scope.functions = self.scope.functions
        scope.unknown = lambda name: "the values of an example are constants"
        return tuple(self._constant(scope, each, place) for each, place in zip(given, places, strict=True))

    def _constant(self, scope: Scope, tree: Branch, place: Parameter | Output, of: str = "an example") -> int:
        value = scope.read(tree, place.type)
        if value.type != place.type:
            text = self.source.quote(tree)
            raise self.source.error(f"{place.name} is {place.type}, and {text} is {value.type}", tree,
                                    f"write {place.type}({text})")
        if not value.node.is_const or value.obligations:
            raise self.source.error(f"the values of {of} are constants", tree)
        return int(value.node.data)

    def _refuse_contradiction(self, spec: Spec, example: Example, line: Branch) -> None:
        """Raise where the example cannot hold together with the other lines."""
        words = dict(zip((parameter.value for parameter in spec.parameters), example.inputs, strict=True))
        words |= dict(zip((output.value for output in spec.outputs), example.outputs, strict=True))
        required, *values = evaluate([spec.requires, spec.ensures], words)
        if not required:
            raise self.source.error("the inputs of this example are outside `requires`", line)
        if spec.reference is not None:
            values = evaluate([result.value for result in spec.reference.results], words)
            for value, word, output in zip(values, example.outputs, spec.outputs, strict=True):
                if value != word:
                    raise self.source.error(f"`ensures` asks for another {output.name} here", line,
                                            f"{output.name} is {output.type.show(value)}")
            values = evaluate([spec.ensures], words)
        if not all(values):
            raise self.source.error("`ensures` does not hold for this example", line)


@dataclass(frozen=True, slots=True)
class _Equation:
    """A conjunct that says `output == value`."""

    conjunct: Node
    output: Node
    value: Node


def _equations_of(conjunct: Node, outputs: frozenset[Node]) -> list[_Equation]:
    if conjunct.op != "eq":
        return []
    left, right = conjunct.args
    return [_Equation(conjunct, output, value) for output, value in ((left, right), (right, left)) if output in outputs]


