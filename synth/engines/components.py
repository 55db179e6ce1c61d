"""SMT-guided search: one solver query asks for a whole program of n lines that is right on a few samples.

Each line has unknown selectors for its operation and its arguments, and unknown constants of full width, which no
enumeration could try. Every program found is checked on the inputs at hand, and what refutes it joins the samples
(CEGIS; the encoding follows Gulwani, Jha, Tiwari and Venkatesan, "Synthesis of loop-free programs", PLDI 2011, with
an operation selector for each line instead of a given multiset of components).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...ir import terms
from ...ir.graph import TRUE, Node, all_of, any_of, apply, both, choose, const, leaf, negate, resized, substitute
from ...ir.primes import Row
from ..budget import Budget
from ..laws import Ask
from ..problem import Problem
from .events import Batch, Candidate, Exhausted

FIRST_SAMPLES = 2
SOLVED = 1_000_000_000.0  # nanoseconds that a query of the solver counts for


@dataclass(frozen=True, slots=True)
class _Line:
    """The unknowns of one line: leaves of the query."""

    operation: Node
    arguments: tuple[Node, ...]
    constants: tuple[Node, ...]


def component_programs(problem: Problem, output: int, rows: Sequence[Row], width: int, lines: int, ask: Ask,
                       budget: Budget) -> Iterator[Candidate | Batch | Exhausted]:
    """Programs of exactly `lines` operations of `rows` on words of `width` bits, with any constants.

    Truth values are words 0 and 1 in between. Exhausted when the solver shows that there are no others (`complete`),
    or gives up. Raises `budget.Spent`.
    """
    rows = [row for row in rows if not row.cast]
    query = _Query(problem, output, rows, width, lines)
    for sample in problem.bank_rows[:FIRST_SAMPLES]:
        query.add_sample(sample)
    budget.engine, budget.level = "components", lines
    while True:
        budget.spend(1, SOLVED)
        model = ask(query.condition)
        if not model:
            yield Exhausted(lines, complete=model is False)
            return
        node = query.decode(model)
        before = len(problem.bank_rows)
        failures = problem.failures([node])
        if not failures:
            yield Candidate(node)
            yield Batch()
            if len(problem.bank_rows) > before:  # the prover refuted it
                query.add_sample(problem.bank_rows[-1])
            else:
                query.block(model)
        else:
            query.add_sample(problem.row(failures[0]))


class _Query:
    def __init__(self, problem: Problem, output: int, rows: Sequence[Row], width: int, lines: int) -> None:
        self.problem, self.output, self.rows, self.width = problem, output, rows, width
        arity = max(len(row.arguments) for row in rows)
        places = (len(problem.inputs) + lines).bit_length()
        self.lines = [_Line(leaf(f"operation{i}", len(rows).bit_length()),
                            tuple(leaf(f"argument{i}.{j}", places) for j in range(arity)),
                            tuple(leaf(f"constant{i}.{j}", width) for j in range(arity))) for i in range(lines)]
        self.condition = self._shape()

    # A selector counts inputs, then earlier lines, then stands for the line's own constant.

    def _shape(self) -> Node:
        inputs = len(self.problem.inputs)
        conditions = []
        for i, line in enumerate(self.lines):
            conditions.append(_below(line.operation, len(self.rows)))
            conditions.extend(_below(argument, inputs + i + 1) for argument in line.arguments)
            for code, row in enumerate(self.rows):
                chosen = _is(line.operation, code)
                used = line.arguments[: len(row.arguments)]
                constant = all_of(_is(argument, inputs + i) for argument in used)
                conditions.append(negate(both(chosen, constant)))
                if "commutative" in row.laws:
                    conditions.append(negate(both(chosen, apply("ult", used[1], used[0]))))
        for i in range(len(self.lines) - 1):  # every line but the last is used by a later one
            conditions.append(any_of(self._uses(later, i) for later in range(i + 1, len(self.lines))))
        return all_of(conditions)

    def _uses(self, later: int, earlier: int) -> Node:
        line = self.lines[later]
        return any_of(all_of([_is(argument, len(self.problem.inputs) + earlier),
                              any_of(_is(line.operation, code) for code, row in enumerate(self.rows)
                                     if len(row.arguments) > place)])
                      for place, argument in enumerate(line.arguments))

    def add_sample(self, sample: int) -> None:
        """Requires that the program is defined on one of the problem's inputs, and right there."""
        values = [_resized(const(word, node.width), self.width)
                  for word, node in zip(self.problem.tuples[sample], self.problem.inputs, strict=True)]
        conditions = [self.condition]
        for i, line in enumerate(self.lines):
            arguments = [_pick(selector, [*values, constant])
                         for selector, constant in zip(line.arguments, line.constants, strict=True)]
            value = const(0, self.width)
            for code, row in enumerate(self.rows):
                chosen = _is(line.operation, code)
                result, undefined = _applied(row, arguments, self.width)
                value = choose(chosen, result, value)
                conditions.append(negate(both(chosen, undefined)))
            values.append(value)
            assert len(values) == len(self.problem.inputs) + i + 1
        wanted = self.problem.wanted[self.output]
        result = _resized(values[-1], self.problem.spec.outputs[self.output].type.width)
        if wanted.care[sample]:
            conditions.append(apply("eq", result, const(int(wanted.words[sample]), result.width)))
        if self.problem.spec.ensures is not TRUE:
            known = {node: const(word, node.width) for node, word
                     in zip(self.problem.inputs, self.problem.tuples[sample], strict=True)}
            known[self.problem.spec.outputs[self.output].value] = result
            conditions.extend(substitute([self.problem.spec.ensures], known))
        self.condition = all_of(conditions)

    def block(self, model: dict[Node, int]) -> None:
        """Excludes the program of `model` (with all its constants: others of the shape were no better)."""
        chosen = [_is(line.operation, model.get(line.operation, 0)) for line in self.lines]
        chosen += [_is(node, model.get(node, 0)) for line in self.lines for node in (*line.arguments, *line.constants)]
        self.condition = both(self.condition, negate(all_of(chosen)))

    def decode(self, model: dict[Node, int]) -> Node:
        """The program that `model` stands for, over the problem's inputs."""
        values = [_resized(node, self.width) for node in self.problem.inputs]
        for line in self.lines:
            row = self.rows[model.get(line.operation, 0)]
            arguments = []
            for selector, constant in zip(line.arguments, line.constants, strict=True):
                place = model.get(selector, 0)
                arguments.append(values[place] if place < len(values) else const(model.get(constant, 0), self.width))
            values.append(_applied(row, arguments, self.width)[0])
        return _resized(values[-1], self.problem.spec.outputs[self.output].type.width)


def _applied(row: Row, arguments: Sequence[Node], width: int) -> tuple[Node, Node]:
    """`row` on words, its truth values as words, and when LLVM leaves it undefined."""
    args = tuple(_resized(argument, 1 if letter == "1" else width)
                 for letter, argument in zip(row.arguments, arguments, strict=False))
    result = apply(row.name, *args)
    undefined = any_of(terms.condition(u.when, row, args, result.width) for u in row.undefined)
    return _resized(result, width), undefined


def _pick(selector: Node, values: Sequence[Node]) -> Node:
    result = values[-1]
    for index in range(len(values) - 2, -1, -1):
        result = choose(_is(selector, index), values[index], result)
    return result


def _resized(node: Node, width: int) -> Node:
    if node.op == "zext" and node.args[0].width == width:
        return node.args[0]
    return resized(node, width)


def _is(selector: Node, number: int) -> Node:
    return apply("eq", selector, const(number, selector.width))


def _below(selector: Node, count: int) -> Node:
    return TRUE if count >> selector.width else apply("ult", selector, const(count, selector.width))

