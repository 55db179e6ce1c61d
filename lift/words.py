"""Python's integers as machine words: every expression gets a type, and every operand the cast that it needs.

A function is rewritten into one that says its types itself, so that numba has nothing left to infer. Two kinds of
values go through it:

- *words* come from 64-bit parameters and from casts to `u64` or `i64`. They wrap. A literal beside one takes its type,
  and `u64` does not mix with signed values.
- *exact* values come from everything narrower. They are computed in 64 bits, and the bounds of what Python would
  compute are carried along, so that where the sign or size matters (compares, `//`, `%`, `>>`, `abs`, `min`, `max`)
  the type is one that holds the value. Where none does, a remark says so. Sums, products and bit operations need no
  such care: they are right modulo 2**64 in any case.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import EllipsisType, FunctionType, MappingProxyType
from typing import NoReturn

from ..ir.errors import PrimirError
from ..ir.types import BOOL, Type
from .arithmetic import RAISED, Arithmetic, Program, Run
from .conditions import holding
from .functions import MISSING, Definition, find, listed, read_signature, read_type
from .rounds import NESTED, Frame, changed_in, invariant, rounds_of, snapshot, step_of
from .values import Value, as_integer, assigned, call, cast_to, named, of_type
from .variables import Unset, Variables, brought, exchanged, merged, stored

Expressions = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.Name,
    ast.Attribute,
    ast.Constant,
)
CALLS = 200  # how many calls of helper functions one function may unfold into

# What is refused by its kind alone: what to call it, and what would be right.
REFUSED: Mapping[type[ast.AST], tuple[str, str | None]] = MappingProxyType({
    ast.AsyncFor: ("an `async for` loop", None),
    ast.ListComp: ("a list", "values are integers"),
    ast.SetComp: ("a set", "values are integers"),
    ast.DictComp: ("a dictionary", "values are integers"),
    ast.GeneratorExp: ("a generator", "values are integers"),
    ast.List: ("a list", "values are integers"),
    ast.Set: ("a set", "values are integers"),
    ast.Dict: ("a dictionary", "values are integers"),
    ast.Tuple: ("a tuple", "tuples stand after `return` and on both sides of an assignment"),
    ast.Starred: ("a starred value", None),
    ast.Subscript: ("an index", "values are integers: use shifts and masks"),
    ast.JoinedStr: ("a string", "values are integers"),
    ast.Lambda: ("a lambda", "write a function with `def`"),
    ast.FunctionDef: ("a function inside the function", "move it out, to the top of the file"),
    ast.AsyncFunctionDef: ("an async function", None),
    ast.ClassDef: ("a class", None),
    ast.Import: ("an import", "import at the top of the file"),
    ast.ImportFrom: ("an import", "import at the top of the file"),
    ast.Try: ("`try`", "what raises is outside the function's domain"),
    ast.With: ("`with`", None),
    ast.AsyncWith: ("`async with`", None),
    ast.Match: ("`match`", "write if and elif"),
    ast.Global: ("`global`", "a function computes its result from its parameters"),
    ast.Nonlocal: ("`nonlocal`", "a function computes its result from its parameters"),
    ast.Delete: ("`del`", None),
    ast.NamedExpr: ("`:=`", "assign in a line of its own"),
    ast.Yield: ("a generator", "return the values"),
    ast.YieldFrom: ("a generator", "return the values"),
    ast.Await: ("`await`", None),
})  # fmt: skip


BUILTINS = (abs, min, max, pow, int, bool)
METHODS = ("bit_length", "bit_count")


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a round of a loop begins: a test, statements, and the variables where the test holds and where it does not.

    Without a test, a loop goes on for ever.
    """

    test: ast.expr | None
    statements: list[ast.stmt]
    inside: Variables
    outside: Variables | None


class Rewriter:
    """Rewrites one function. `callers` are the functions that it is called from, to see recursion."""

    def __init__(self, definition: Definition, program: Program, callers: tuple[FunctionType, ...] = ()) -> None:
        self.definition = definition
        self.program = program
        self.words = Arithmetic(definition, program)
        self.callers = (*callers, definition.function)
        self.returns: list[tuple[ast.Return, list[Value]]] = []
        self.seen: dict[ast.AST, Value] = {}  # the values of expressions, as they were evaluated last
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

    def refuse_kind(self, node: ast.AST) -> NoReturn:
        """Refuses what has no meaning here, under the name that Python users know it by."""
        kind = next((kind for kind in REFUSED if isinstance(node, kind)), None)
        if kind is not None:
            name, hint = REFUSED[kind]
            self.words.refuse(node, f"cannot lift {name}", hint)
        if isinstance(node, Expressions):
            self.words.refuse(node, "this value is not used", "assign it or return it")
        name = type(node).__name__
        self.words.refuse(node, "cannot lift `try`" if name == "TryStar" else f"cannot lift this ({name})")

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

    def builtin(self, node: ast.expr, variables: Variables) -> object:
        """What a name stands for that is no variable."""
        return None if isinstance(node, ast.Name) and node.id in variables else self.definition.resolve(node)

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

    # Expressions

    def parts(self, node: ast.expr, variables: Variables) -> tuple[list[ast.stmt], list[tuple[ast.expr, Value]]]:
        """The values of a tuple, or of what gives several, and the statements that compute them; else the value."""
        if isinstance(node, (ast.Tuple, ast.List)):
            return [], [(each, self.value(each, variables)) for each in node.elts]
        if isinstance(node, ast.Call):
            found = self.builtin(node.func, variables)
            written = getattr(found, "py_func", found)
            if found is divmod:
                return self.divmod(node, variables)
            if isinstance(written, FunctionType):
                unfolded, results = self.unfold(node, written, variables)
                if len(results) == 1:
                    self.seen[node] = replace(results[0], node=unfolded)
                    return [], [(node, self.seen[node])]
                names = [self.program.fresh_name("part") for _ in results]
                target = ast.Tuple([ast.Name(name, ast.Store()) for name in names], ast.Store())
                given = [replace(each, node=ast.Name(name, ast.Load())) for name, each in zip(names, results)]
                return [ast.Assign([target], unfolded)], [(node, each) for each in given]
        if isinstance(node, ast.IfExp) and isinstance(node.body, ast.Tuple) and isinstance(node.orelse, ast.Tuple):
            if len(node.body.elts) == len(node.orelse.elts):
                pairs = zip(node.body.elts, node.orelse.elts)
                choices = [ast.copy_location(ast.IfExp(node.test, *pair), node) for pair in pairs]
                return [], [(each, self.value(each, variables)) for each in choices]
        values = self.listing(node, variables)
        if values is not None:
            return [], [(node, value) for value in values]
        return [], [(node, self.value(node, variables))]

    def divmod(self, node: ast.Call, variables: Variables) -> tuple[list[ast.stmt], list[tuple[ast.expr, Value]]]:
        values = [self.value(each, variables) for each in self.positional(node)]
        if len(values) != 2:
            self.words.refuse(node, "`divmod` takes 2 arguments here")
        names = [self.program.fresh_name("part") for _ in values]
        before = [assigned(name, value) for name, value in zip(names, values)]
        a, b = (named(name, value) for name, value in zip(names, values))
        return before, [(node, self.words.binary(node, op, a, b)) for op in (ast.FloorDiv(), ast.Mod())]

    def listing(self, node: ast.expr, variables: Variables) -> list[Value] | None:
        """The values of a tuple or list, written here or in the module; None where `node` is none."""
        if isinstance(node, (ast.Tuple, ast.List)):
            return [self.value(each, variables) for each in node.elts]
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        found = self.builtin(node, variables)
        if not isinstance(found, (tuple, list)) or not all(isinstance(each, int) for each in found):
            return None
        return [self.words.literal(int(each)) for each in found]

    def value(self, node: ast.expr, variables: Variables) -> Value:
        """`node` rewritten, with its type and bounds."""
        value = self.seen[node] = self.evaluated(node, variables)
        return value

    def evaluated(self, node: ast.expr, variables: Variables) -> Value:
        match node:
            case ast.Constant(bool(truth)):
                return Value(ast.Constant(truth), BOOL, truth, truth)
            case ast.Constant(int(number)):
                return self.words.literal(number)
            case ast.Constant():
                kind = type(node.value).__name__
                self.words.refuse(node, f"cannot lift a value of type {kind}", "values are integers and bools")
            case ast.Name(name):
                return self.read(node, name, variables)
            case ast.Attribute():
                return self.outside(node, self.definition.resolve(node))
            case ast.BinOp():
                return self.operation(
                    node, self.value(node.left, variables), self.value(node.right, variables), variables
                )
            case ast.UnaryOp(op=ast.Not()):
                return self.test(node, variables)
            case ast.UnaryOp():
                return self.words.unary(node, self.value(node.operand, variables))
            case ast.BoolOp():
                parts = []
                for each in node.values:
                    parts.append(self.value(each, variables))
                    variables = holding(each, isinstance(node.op, ast.And), variables, self.seen)
                values = self.words.join(parts, node)
                return replace(values[0], node=ast.BoolOp(node.op, [each.node for each in values]), literal=False)
            case ast.Compare():
                return self.compare(node, variables)
            case ast.IfExp():
                test = self.test(node.test, variables).node
                ways = (holding(node.test, truth, variables, self.seen) for truth in (True, False))
                arms = [self.value(arm, way) for arm, way in zip((node.body, node.orelse), ways)]
                both = self.words.join(arms, node)
                return replace(both[0], node=ast.IfExp(test, both[0].node, both[1].node))
            case ast.Call():
                return self.call(node, variables)
            case ast.Subscript() if not isinstance(node.slice, ast.Slice):
                items = self.listing(node.value, variables)
                if items is not None:
                    return self.words.item(node, items, self.value(node.slice, variables))
        self.refuse_kind(node)

    def operation(self, node: ast.BinOp, left: Value, right: Value, variables: Variables) -> Value:
        """`left op right`; of a difference more may be known than of its parts."""
        value = self.words.binary(node, node.op, left, right)
        if isinstance(node.op, ast.Sub) and not all(map(str.isidentifier, variables)):
            known = variables.get(ast.unparse(node))
            if isinstance(known, Value) and value.constant is None:
                low, high = max(left.low - right.high, known.low), min(left.high - right.low, known.high)
                fits = value.type.range.start <= low and high < value.type.range.stop or not value.word
                return replace(value, low=low, high=high) if low <= high and fits else value
        return value

    def read(self, node: ast.AST, name: str, variables: Variables) -> Value:
        """A variable, or a constant of the module."""
        if name not in variables:
            stored = any(
                isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store)
                for each in ast.walk(self.definition.node)
            )
            if stored:
                self.words.refuse(node, f"{name} is used before it is assigned")
            return self.outside(node, self.definition.resolve(ast.Name(name, ast.Load())))
        value = variables[name]
        if isinstance(value, Unset):
            if value.why is not None:
                raise value.why
            self.words.refuse(node, f"{name} may be used before it is assigned", f"assign {name} on every way to here")
        return named(name, value)

    def outside(self, node: ast.AST, found: object) -> Value:
        """A name that is no variable: an integer constant of the module."""
        text = ast.unparse(node)
        if isinstance(found, bool):
            return Value(ast.Constant(found), BOOL, found, found)
        if isinstance(found, int):
            return self.words.literal(int(found))
        if found is MISSING:
            self.words.refuse(node, f"unknown name `{text}`", self.definition.suggest(text))
        if callable(found):
            self.words.refuse(node, f"`{text}` is used as a value", f"call it: `{text}(...)`")
        kind = type(found).__name__
        self.words.refuse(
            node, f"cannot lift `{text}`, a value of type {kind}", "module constants are integers and bools"
        )

    def test(self, node: ast.expr, variables: Variables) -> Value:
        """`node` as a condition."""
        match node:
            case ast.BoolOp():
                parts = []
                for each in node.values:
                    parts.append(self.test(each, variables).node)
                    variables = holding(each, isinstance(node.op, ast.And), variables, self.seen)
                return Value(ast.BoolOp(node.op, parts), BOOL, 0, 1)
            case ast.UnaryOp(op=ast.Not()):
                return Value(ast.UnaryOp(ast.Not(), self.test(node.operand, variables).node), BOOL, 0, 1)
        return self.words.truth(self.value(node, variables), node)

    def compare(self, node: ast.Compare, variables: Variables) -> Value:
        """A chain is the `and` of its links."""
        values = [self.value(each, variables) for each in (node.left, *node.comparators)]
        links = [
            self.words.link(node, op, left, right)
            for op, left, right in zip(node.ops, values, values[1:])
        ]  # fmt: skip
        return Value(links[0] if len(links) == 1 else ast.BoolOp(ast.And(), links), BOOL, 0, 1)

    # Calls

    def positional(self, node: ast.Call) -> list[ast.expr]:
        """The arguments of a call that has no others."""
        if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            self.words.refuse(node, "a call with named or starred arguments", "give the arguments in their order")
        return node.args

    def call(self, node: ast.Call, variables: Variables) -> Value:
        arguments, text = self.positional(node), ast.unparse(node.func)
        if isinstance(node.func, ast.Name) and node.func.id in variables:
            self.words.refuse(node, f"cannot call `{text}`: it is a variable")
        found = self.definition.resolve(node.func)
        if isinstance(found, Type):
            return self.words.convert(node, found, [self.value(each, variables) for each in arguments])
        if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS and found is MISSING:
            return self.count(node, node.func, variables)
        written = getattr(found, "py_func", found)  # behind one that numba compiles
        if isinstance(written, FunctionType):
            unfolded, results = self.unfold(node, written, variables)
            if len(results) != 1:
                self.words.refuse(node, f"`{text}` returns several values", "assign them, as in `a, b = f(x)`")
            return replace(results[0], node=unfolded)
        if found is divmod:
            self.words.refuse(node, "`divmod` gives two values", "assign them, as in `q, r = divmod(a, b)`")
        if not any(found is each for each in BUILTINS):
            known = f"calls can be to {', '.join(each.__name__ for each in BUILTINS)}, divmod, casts such as u32(x), "
            known += "and functions of plain `def`"
            self.words.refuse(
                node, f"cannot lift a call of `{text}`" if found is not MISSING else f"unknown function `{text}`", known
            )
        values = [self.value(each, variables) for each in arguments]
        least, most = {min: (2, 256), max: (2, 256), pow: (2, 3)}.get(found, (1, 1))  # type: ignore[call-overload]
        if not least <= len(values) <= most:
            count = "1 argument" if most == 1 else "2 or 3 arguments" if most == 3 else "2 or more arguments"
            self.words.refuse(node, f"`{text}` takes {count} here")
        if found is bool:
            return self.words.truth(values[0], node)
        if found is int:
            return as_integer(values[0])
        if found is pow:
            power = self.words.binary(node, ast.Pow(), values[0], values[1])
            return power if len(values) == 2 else self.words.binary(node, ast.Mod(), power, values[2])
        return self.words.absolute(node, values[0]) if found is abs else self.words.extreme(node, found is min, values)

    def count(self, node: ast.Call, method: ast.Attribute, variables: Variables) -> Value:
        """`x.bit_length()` or `x.bit_count()`, or one of `int.bit_length(x)`."""
        of_int = self.builtin(method.value, variables) is int
        if len(node.args) != of_int:
            self.words.refuse(node, f"`{ast.unparse(method)}` takes {'1 argument' if of_int else 'no arguments'} here")
        return self.words.count(node, method.attr, self.value(node.args[0] if of_int else method.value, variables))

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
