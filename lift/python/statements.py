"""Statements of a Python function, with its loops, rewritten into a function that says its types itself.

Where ways come together, each variable is brought to one type on all of them. `words.py` rewrites the expressions.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from types import EllipsisType, FunctionType

from ...ir.errors import PrimirError
from ...ir.types import BOOL, Type
from .arithmetic import RAISED, Program, Run
from .conditions import holding
from .functions import Definition, find, listed, read_signature, read_type
from .rounds import NESTED, Frame, changed_in, invariant, rounds_of, snapshot, step_of
from .values import Value, assigned, call, cast_to, named, of_type
from .variables import Variables, brought, exchanged, merged, stored
from .words import Evaluator

CALLS = 200  # how many calls of helper functions one function may unfold into


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a round of a loop begins: a test, statements, and the variables where the test holds and where it does not.

    Without a test, a loop goes on for ever.
    """

    test: ast.expr | None
    statements: list[ast.stmt]
    inside: Variables
    outside: Variables | None


class Rewriter(Evaluator):
    """Rewrites one function. `callers` are the functions that it is called from, to see recursion."""

    def __init__(self, definition: Definition, program: Program, callers: tuple[FunctionType, ...] = ()) -> None:
        super().__init__(definition, program)
        self.callers = (*callers, definition.function)
        self.returns: list[tuple[ast.Return, list[Value]]] = []
        self.loops: list[Frame] = []  # around the statement that is being rewritten
        self.signature = read_signature(definition, complete=not callers)

    def rewrite(self, name: str, arguments: Sequence[Value] = ()) -> tuple[ast.FunctionDef, list[Value]]:
        """The function as `name`, and for a helper function, called with `arguments`, what it returns."""
        variables: Variables = {}
        for index, (parameter, type) in enumerate(self.signature.parameters):
            variables[parameter] = named(parameter, _given(arguments[index] if arguments else None, type))
        body, end = self.block(self.definition.node.body, variables)
        if end is not None:
            self.words.refuse(
                self.definition.node, f"{self.definition.name} can end without a return", "return a value on every way"
            )
        if not self.returns:
            self.words.refuse(self.definition.node, f"{self.definition.name} never returns a value")
        results = self.results() if len(self.callers) > 1 else []
        names = [ast.arg(parameter) for parameter, _ in self.signature.parameters]
        parameters = ast.arguments(posonlyargs=[], args=names, kwonlyargs=[], kw_defaults=[], defaults=[])
        definition = ast.FunctionDef(name=name, args=parameters, body=body, decorator_list=[], returns=None)
        ast.copy_location(definition, self.definition.node)
        definition.__dict__["type_params"] = []  # which Python has from 3.12 on, and demands
        return ast.fix_missing_locations(definition), results

    def results(self) -> list[Value]:
        """What a helper function returns: in the types that it says, or in one type for all in the same place."""
        columns = list(zip(*(values for _, values in self.returns), strict=True))
        if self.signature.results is not None:
            joined = [of_type(type).between(min(each.low for each in column), max(each.high for each in column))
                      if all(each.within(type) for each in column) else of_type(type)
                      for type, column in zip(self.signature.results, columns, strict=True)]
            return joined
        places = [self.words.join(column, self.definition.node) for column in columns]
        for index, (statement, _) in enumerate(self.returns):
            nodes = [place[index].node for place in places]
            statement.value = nodes[0] if len(nodes) == 1 else ast.Tuple(nodes, ast.Load())
        return [place[0] for place in places]

    # Statements

    def block(self, statements: Sequence[ast.stmt], variables: Variables) -> tuple[list[ast.stmt], Variables | None]:
        """The rewritten statements and the variables after them: None when their end is not reached."""
        out: list[ast.stmt] = []
        for statement in statements:
            new, after = self.statement(statement, variables)
            out += [ast.fix_missing_locations(ast.copy_location(each, statement)) for each in new]
            if after is None:
                return out, None
            variables = after
        return out, variables

    def statement(self, node: ast.stmt, variables: Variables) -> tuple[list[ast.stmt], Variables | None]:
        match node:
            case ast.Return():
                return self.give_back(node, variables), None
            case ast.Raise():
                return [raised()], None
            case ast.Assert():
                test = ast.UnaryOp(ast.Not(), self.test(node.test, variables).node)
                return [ast.If(test, [raised()], [])], holding(node.test, True, variables, self.seen)
            case ast.Pass():
                return [], variables
            case ast.Expr(ast.Constant(str() | EllipsisType())):
                return [], variables
            case ast.If():
                return self.branch(node, variables)
            case ast.While():
                return self.while_loop(node, variables)
            case ast.For():
                return self.for_loop(node, variables)
            case ast.Break():
                self.loops[-1].breaks.append(variables)
                return [*brought(variables, self.loops[-1].after or {}, self.words, node), ast.Break()], None
            case ast.Continue():
                self.loops[-1].backs.append(variables)
                return [*brought(variables, self.loops[-1].head, self.words, node), ast.Continue()], None
            case ast.AugAssign(target=ast.Name(name)):
                changed = ast.copy_location(ast.BinOp(node.target, node.op, node.value), node)
                self.seen[node.target] = self.read(node.target, name, variables)
                value = self.operation(changed, self.seen[node.target], self.value(node.value, variables), variables)
                return [assigned(name, value)], self.store(variables, name, changed, value)
            case ast.Assign():
                return self.assign(node, variables)
            case ast.AnnAssign():
                return self.annotate(node, variables)
            case ast.AugAssign():
                self.words.refuse(node.target, "assignment to something other than a variable")
            case ast.Expr(ast.Call(func=ast.Name("print"))):
                self.words.refuse(node, "cannot lift `print`", "a function computes its result, and does nothing else")
        self.refuse_kind(node.value if isinstance(node, ast.Expr) else node)

    def store(self, variables: Variables, name: str, node: ast.expr, value: Value) -> Variables:
        """`variables` after `node`, whose value is `value`, was assigned to `name`."""
        step, times = step_of(name, node, value, self.seen), 1
        for frame in reversed(self.loops):
            frame.steps.setdefault(name, []).append(replace(step, times=times))
            times *= frame.rounds
        return stored(variables, name, value)

    def assign(self, node: ast.Assign, variables: Variables) -> tuple[list[ast.stmt], Variables]:
        """`a = e`, `a = b = e` and `a, b = e, f`. All values are computed before any name changes."""
        before, parts = self.parts(node.value, variables)
        tuple_ = len(parts) > 1 or isinstance(node.value, (ast.Tuple, ast.List))
        pairs: list[tuple[str, ast.expr, Value]] = []
        for target in node.targets:
            match target:
                case ast.Name(name) if not tuple_:
                    pairs.append((name, *parts[0]))
                case ast.Tuple(targets) | ast.List(targets) if tuple_ and len(targets) == len(parts):
                    for each, part in zip(targets, parts, strict=True):
                        if not isinstance(each, ast.Name):
                            self.words.refuse(each, "assignment to something other than a variable")
                        pairs.append((each.id, *part))
                case ast.Name():
                    self.words.refuse(node, "cannot lift a tuple as a value", "assign its parts, as in `a, b = b, a`")
                case ast.Tuple(targets) | ast.List(targets):
                    count = f"{len(parts)} values" if tuple_ else "one value"
                    self.words.refuse(node, f"{count} for {len(targets)} variables")
                case _:
                    self.words.refuse(target, "assignment to something other than a variable")
        moved = {each.id: name for name, each, _ in pairs if isinstance(each, ast.Name)}
        known = exchanged(variables, moved) if len(moved) == len(pairs) else {}
        for pair in pairs:
            variables = self.store(variables, *pair)
        variables |= known
        if len(pairs) == 1:
            return [*before, assigned(pairs[0][0], pairs[0][2])], variables
        temporary = [(f"__{index}__", each) for index, (_, _, each) in enumerate(pairs)]
        first = [assigned(*pair) for pair in temporary]
        then = [assigned(name, named(part, each)) for (part, each), (name, _, _) in zip(temporary, pairs)]
        return [*before, *first, *then], variables

    def annotate(self, node: ast.AnnAssign, variables: Variables) -> tuple[list[ast.stmt], Variables]:
        """`y: u32 = e`, where the value is known to fit, as Python does not cast; at 64 bits `y` is a word."""
        if not isinstance(node.target, ast.Name):
            self.words.refuse(node.target, "assignment to something other than a variable")
        name = node.target.id
        if node.value is None:
            return [], variables
        value = self.value(node.value, variables)
        if self.definition.resolve(node.annotation) is not int:
            type_ = read_type(self.definition, node.annotation)
            fits = value.within(type_) or (value.word and value.type == type_)
            if (type_ == BOOL) is not (value.type == BOOL) or not fits:
                self.words.refuse(node, f"the value may not fit {type_}", f"write a cast: `{name} = {type_}(...)`")
            if type_.width == 64:
                value = replace(value, node=self.words.cast(value, type_, node), type=type_, word=True, literal=False)
        return [assigned(name, value)], self.store(variables, name, node.value, value)

    def branch(self, node: ast.If, variables: Variables) -> tuple[list[ast.stmt], Variables | None]:
        """Both ways, and at their ends each variable in the type that it has afterwards."""
        test = self.test(node.test, variables).node
        then, after_then = self.block(node.body, holding(node.test, True, variables, self.seen))
        other, after_other = self.block(node.orelse, holding(node.test, False, variables, self.seen))
        new = ast.If(test, then or [ast.Pass()], other)
        if after_then is None or after_other is None:
            return [new], after_other if after_then is None else after_then
        after = merged([after_then, after_other], self.words, node)
        new.body += brought(after_then, after, self.words, node)
        new.orelse += brought(after_other, after, self.words, node)
        return [new], after

    # Loops

    def while_loop(self, node: ast.While, variables: Variables) -> tuple[list[ast.stmt], Variables | None]:
        endless = isinstance(node.test, ast.Constant) and bool(node.test.value)

        def enter(head: Variables, _: Variables) -> Entrance:
            if endless:
                return Entrance(None, [], head, None)
            test = self.test(node.test, head).node
            inside, outside = (holding(node.test, truth, head, self.seen) for truth in (True, False))
            return Entrance(test, [], inside, outside)

        return self.loop(node, variables, enter, rounds_of(node, variables))

    def for_loop(self, node: ast.For, variables: Variables) -> tuple[list[ast.stmt], Variables | None]:
        """Over `range` or a tuple: a counter of our own runs along, so that the loop's variable may be assigned."""
        target = node.target
        if not isinstance(target, ast.Name):
            self.words.refuse(target, "assignment to something other than a variable")
        run = self.counted(node.iter, variables) or self.listed(node.iter, variables)
        if run is None:
            text = ast.unparse(node.iter)
            self.words.refuse(node.iter, f"cannot lift a `for` loop over `{text}`", "loops go over range and tuples")

        def enter(head: Variables, first: Variables) -> Entrance:
            inside = self.store(head, target.id, node.iter, run.value)
            return Entrance(run.test, [assigned(target.id, run.value), *run.advance], inside, head | first)

        before = [ast.copy_location(each, node) for each in run.before]
        if not run.rounds:
            body, after = self.block(node.orelse, variables)
            return before + body, after
        loop, after = self.loop(node, variables, enter, run.rounds, run.certain)
        return before + loop, after

    def loop(self, node: ast.While | ast.For, variables: Variables, enter: Callable[[Variables, Variables], Entrance],
             rounds: int, certain: bool = False) -> tuple[list[ast.stmt], Variables | None]:
        """A loop of at most so many `rounds`, each of which begins with `enter`."""
        if len(self.loops) == NESTED:
            self.words.refuse(node, f"loops stand more than {NESTED} deep in each other", "take the inner ones apart")

        def attempt(head: Variables, first: Variables) -> Frame:
            around, count = self.loops, len(self.returns)
            self.loops = [each.copy() for each in around]
            frame = Frame(head | first, None, rounds)
            try:
                with self.program.trial():
                    self.rounds(node, frame, head, first, enter)
            finally:
                self.loops = around
                del self.returns[count:]
            return frame

        key = node, snapshot(variables)
        held = self.program.invariants.get(key)
        if held is None:
            held = invariant(variables, changed_in(node), certain, attempt, self.words, node)
            self.program.invariants[key] = held
        before = brought(variables, held.head, self.words, node)
        for name, value in held.first.items():
            if isinstance(value, Value):
                before.append(assigned(name, replace(value, node=cast_to(value.type, ast.Constant(value.type(0))))))
        frame = Frame(held.head | held.first, held.after, rounds)
        return [*before, self.rounds(node, frame, held.head, held.first, enter)], held.after

    def rounds(self, node: ast.While | ast.For, frame: Frame, head: Variables, first: Variables,
               enter: Callable[[Variables, Variables], Entrance]) -> ast.stmt:
        """The rewritten loop; `frame` learns how its rounds end."""
        self.loops.append(frame)
        start = enter(head, first)
        body, end = self.block(node.body, start.inside)
        self.loops.pop()
        if end is not None:
            frame.backs.append(end)
            body += brought(end, frame.head, self.words, node)
        body = [*start.statements, *body]
        if start.test is None or start.outside is None:
            begin = ast.Assign([ast.Name("__round__", ast.Store())], ast.Constant(0))  # for a place in the loop's line
            return ast.While(ast.Constant(True), [ast.copy_location(begin, node), *body], [])
        last, end = self.block(node.orelse, start.outside)
        if end is not None:
            frame.breaks.append(end)
            last += brought(end, frame.after or {}, self.words, node)
        if node.orelse:  # where `break` and `continue` are those of the loop around
            return ast.While(start.test, body or [ast.Pass()], last)
        leave = ast.If(ast.UnaryOp(ast.Not(), start.test), [*last, ast.Break()], [])
        return ast.While(ast.Constant(True), [leave, *body], [])

    def counted(self, node: ast.expr, variables: Variables) -> Run | None:
        """`range` as a loop that counts; None where `node` is none."""
        if not isinstance(node, ast.Call):
            return None
        if self.builtin(node.func, variables) is reversed and len(node.args) == 1 and not node.keywords:
            return self.turned(node.args[0], variables)
        if self.builtin(node.func, variables) is not range:
            return None
        given = [self.value(each, variables) for each in self.positional(node)]
        if not 1 <= len(given) <= 3:
            self.words.refuse(node, "`range` takes 1 to 3 arguments here")
        start = given[0] if len(given) > 1 else self.words.literal(0)
        stop = given[0] if len(given) == 1 else given[1]
        step = given[2].constant if len(given) == 3 else 1
        if step is None:
            self.words.refuse(node.args[2], "the step of `range` is not constant", "count with `while`")
        if step == 0:
            self.words.refuse(node.args[2], "the step of `range` is 0")
        return self.words.counted(node, start, stop, step)

    def turned(self, node: ast.expr, variables: Variables) -> Run | None:
        """`reversed` of a tuple, or of a `range` of constants; None where `node` is neither."""
        if isinstance(node, ast.Call) and self.builtin(node.func, variables) is range:
            given = [self.value(each, variables).constant for each in self.positional(node)]
            numbers = [each for each in given if each is not None]
            if len(numbers) < len(given) or not 1 <= len(given) <= 3 or numbers[2:] == [0]:
                self.words.refuse(node, "cannot turn around a `range` that is not constant", "count down")
            back = range(*numbers)[::-1]
            start, stop = self.words.literal(back.start), self.words.literal(back.stop)
            return self.words.counted(node, start, stop, back.step)
        values = self.listing(node, variables)
        return None if values is None else self.words.listed(node, values[::-1])

    def listed(self, node: ast.expr, variables: Variables) -> Run | None:
        """A tuple as a loop over its places; None where `node` is none."""
        values = self.listing(node, variables)
        return None if values is None else self.words.listed(node, values)

    def give_back(self, node: ast.Return, variables: Variables) -> list[ast.stmt]:
        """`return`, in the result types; a helper without them gets one later."""
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.words.refuse(node, f"{self.definition.name} returns nothing here", "return a value on every way")
        results, name = self.signature.results, self.definition.name
        before, parts = self.parts(node.value, variables)
        values = [value for _, value in parts]
        if results is not None and len(parts) != len(results):
            self.words.refuse(node, f"{len(parts)} returned, where {name} says {listed(results)}")
        if self.returns and len(self.returns[0][1]) != len(values):
            self.words.refuse(node, f"{name} returns {len(self.returns[0][1])} values and {len(values)}")
        given = [value.node for value in values]
        if results is not None:
            given = [self.result(value, type, part) for (part, value), type in zip(parts, results, strict=True)]
        several = isinstance(node.value, (ast.Tuple, ast.List)) or len(given) > 1
        new = ast.Return(ast.Tuple(given, ast.Load()) if several else given[0])
        self.returns.append((new, values))
        return [*before, new]

    def result(self, value: Value, type: Type, node: ast.expr) -> ast.expr:
        """`value` as a result: modulo 2**width. An integer is no bool."""
        if type == BOOL and value.type != BOOL and value.constant not in (0, 1):
            self.words.refuse(
                node, f"an integer is returned, where {self.definition.name} says bool", "write `... != 0`"
            )
        if len(self.callers) > 1 and not value.within(type) and not value.word:
            text = f"`{ast.unparse(node)}` as returned by `{self.definition.name}`"
            self.words.remark(node, f"wraps to {type}, unlike in Python: {text}")
        return self.words.cast(value, type, node)

    # Calls

    def unfold(
        self, node: ast.Call, function: FunctionType, variables: Variables
    ) -> tuple[ast.expr, list[Value]]:
        """A call of another Python function, which numba inlines, rewritten for these arguments; and its results."""
        text = ast.unparse(node.func)
        if function in self.callers:
            self.words.refuse(node, f"`{text}` calls itself: recursion cannot be lifted")
        self.program.calls += 1
        if self.program.calls > CALLS:
            self.words.refuse(node, f"more than {CALLS} calls of helper functions")
        values = [self.value(each, variables) for each in self.positional(node)]
        try:
            helper = Rewriter(find(function), self.program, self.callers)  # pyright: ignore  # as in functions.py
        except PrimirError as error:
            self.words.refuse(node, f"cannot lift the call of `{text}`: {error.message}", error.hint)
        parameters = helper.signature.parameters
        if len(parameters) != len(values):
            self.words.refuse(node, f"`{text}` takes {len(parameters)} arguments, {len(values)} given")
        arguments = []
        for value, each, (parameter, type) in zip(values, node.args, parameters, strict=True):
            if type is not None and not value.within(type) and not (value.word and type.width == 64):
                self.words.remark(
                    each, f"wraps to {type}, unlike in Python: `{ast.unparse(each)}` as {parameter} of `{text}`"
                )
            arguments.append(self.words.cast(value, type or value.type, each))
        name = self.program.fresh_name()
        definition, results = helper.rewrite(name, values)
        self.program.helpers.append((definition, helper.definition.file))
        return call(name, arguments), results


def _given(value: Value | None, type: Type | None) -> Value:
    """What a parameter of this type is, where it is called with `value`."""
    if type is None:
        assert value is not None
        return value
    return of_type(type) if value is None or not value.within(type) else of_type(type).between(value.low, value.high)


def raised() -> ast.stmt:
    """Any exception: which one does not matter, it is outside the domain."""
    return ast.Raise(ast.Name(RAISED, ast.Load()), None)
