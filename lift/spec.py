"""What is wanted: one `Spec`, whatever it came from: a reference function, a predicate, examples, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..ir.cost import Model
from ..ir.errors import Place
from ..ir.graph import (
    CONST,
    TRUE,
    Function,
    Node,
    Parameter,
    both,
    either,
    leaf,
    leaves,
    negate,
    substitute,
    topological,
)
from ..ir.types import Type
from .components import Component
from .sketch import Sketch
from .sygus.grammar import Syntax


@dataclass(frozen=True, slots=True)
class Output:
    """A result by its name in `ensures`: `result`, or the name that the spec gives it."""

    name: str
    type: Type

    @property
    def value(self) -> Node:
        return leaf(self.name, self.type.width)


@dataclass(frozen=True, slots=True)
class Example:
    """Unsigned words: what the results must be on one input."""

    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Obligation:
    """A condition of width 1 that must hold for all inputs and results, or the spec itself divides by zero.

    What guards the division (`requires`, and the conditions around it) is part of the condition. `text` says what
    must hold there, as `y != 0`.
    """

    condition: Node
    place: Place = field(compare=False)
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the function to find: what is given to it, and a leaf for each of its results.

    A law reaches it `when` that holds: elsewhere it need not be allowed by `requires`.
    """

    arguments: tuple[Node, ...]
    results: tuple[Node, ...]
    when: Node = TRUE


@dataclass(frozen=True, slots=True)
class Law:
    """What holds between several calls of the function, for all words of `variables`.

    Where `assumes` holds, `condition` must (both of width 1, over the variables and the results of calls). Arguments of
    a call may be made of results of calls before it. That calls over the variables alone are allowed by `requires` is
    in `assumes`; that calls of results are, in `condition`.
    """

    variables: tuple[Parameter, ...]
    calls: tuple[Call, ...]
    assumes: Node
    condition: Node
    text: str
    place: Place = field(compare=False)

    def narrowed(self, requires: Node, parameters: Sequence[Parameter], inputs: bool) -> Law:
        """The same for a function that is called only where `requires`, over its `parameters`, holds.

        Calls of variables are taken to be allowed, calls of results must be. `inputs` says whether the parameters are
        themselves among the variables, and so meet `requires`.
        """
        results = {leaf for call in self.calls for leaf in call.results}
        assumes, condition = both(self.assumes, requires) if inputs else self.assumes, self.condition
        for call in self.calls:
            (allowed,) = substitute([requires], dict(zip((p.value for p in parameters), call.arguments, strict=True)))
            reached = either(negate(call.when), allowed)
            if results.isdisjoint(leaves(call.arguments)):
                assumes = both(assumes, reached)
            else:
                condition = both(condition, reached)
        law = replace(self, assumes=assumes, condition=condition)
        if not inputs:
            return law
        used = set(leaves(law.roots))
        return replace(law, variables=(*(p for p in parameters if p.value in used),
                                       *(variable for variable in self.variables if variable not in parameters)))

    def over(self, values: Sequence[Node], parameters: Sequence[Parameter]) -> tuple[Node, Node, list[list[Node]]]:
        """`assumes`, `condition`, and `values` at each call, where the calls' results are the first of `values`:
        nodes over `parameters`, one for each result of a call, and any others behind them."""
        known: dict[Node, Node] = {}
        at_calls = []
        for call in self.calls:
            given = zip((p.value for p in parameters), substitute(call.arguments, known), strict=True)
            found = substitute(values, dict(given))
            known.update(zip(call.results, found, strict=False))
            at_calls.append(found)
        assumes, condition = substitute([self.assumes, self.condition], known)
        return assumes, condition, at_calls

    @property
    def roots(self) -> tuple[Node, ...]:
        return (self.assumes, self.condition, *(node for call in self.calls for node in (*call.arguments, call.when)))


@dataclass(frozen=True, slots=True)
class Spec:
    """A function to find. Where `requires` holds, it must refine `reference`, meet `ensures` and fit `examples`, and
    its calls must obey `laws`.

    `requires` is over the parameters' leaves, `ensures` over those and the outputs' (both of width 1). `operations`
    names rows of the table that search may use, beside `components`; None is the set `full`. `minimize` names a
    cost model (ir/cost.py). The machine code of a `branchless` program has no conditional branch; that of a
    `constant_time` one nothing either whose time depends on data (emit/timing.py). `limits` say how often an
    operation may stand in it. A spec means something only if its `obligations` hold: they are to be proved before
    anything else is. `syntax` is there for a spec from a SyGuS file: how an answer is written, and the grammar that
    it must be in. With a `sketch` the program is that, with its holes filled.
    """

    name: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[Output, ...]
    requires: Node = TRUE
    reference: Function | None = None
    ensures: Node = TRUE
    examples: tuple[Example, ...] = ()
    operations: tuple[str, ...] | None = None
    minimize: Model = "instructions"
    branchless: bool = False
    constant_time: bool = False
    limits: tuple[tuple[str, int], ...] = ()
    remarks: tuple[str, ...] = field(default=(), compare=False)
    obligations: tuple[Obligation, ...] = ()
    syntax: Syntax | None = None
    sketch: Sketch | None = None
    laws: tuple[Law, ...] = ()
    components: tuple[Component, ...] = ()

    @property
    def only_examples(self) -> bool:
        """Whether nothing but examples says what is wanted, so that a result is consistent and not proved."""
        return self.reference is None and self.ensures is TRUE and not self.laws

    @property
    def types(self) -> tuple[Type, ...]:
        """Those of the parameters and the results."""
        return (*(parameter.type for parameter in self.parameters), *(output.type for output in self.outputs))

    @property
    def total(self) -> bool:
        """Whether the operations of an answer are total, as SMT-LIB's are: none needs to be shown defined."""
        return self.syntax is not None

    @property
    def roots(self) -> tuple[Node, ...]:
        return (self.requires, self.ensures, *(self.reference.roots if self.reference is not None else ()),
                *(node for law in self.laws for node in law.roots))

    def constants(self) -> Iterator[Node]:
        """The constants that the spec mentions, each once, in a fixed order."""
        return (node for node in topological(self.roots) if node.op == CONST)


def from_function(function: Function) -> Spec:
    """The spec that asks for a refinement of `function`, wherever its domain holds and it is defined."""
    outputs = tuple(Output("result" if len(function.results) == 1 else f"result{index}", result.type)
                    for index, result in enumerate(function.results))
    return Spec(function.name, function.parameters, outputs, function.domain, function, remarks=function.remarks)
