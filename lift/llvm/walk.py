"""How control flows through a function: blocks, loops and calls, as one graph.

A region (loops.py) is walked once, in an order in which values stand before their uses. Phis become selects over the
conditions of regions.py. A loop is walked again and again, each run over the state that the one before it left, until
nothing can stay in it or a bound is reached; what comes out is what the run gives that left the loop. A call of a
function that the module defines is a walk through that function. What happens in a block counts where it is reached.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from ...ir.errors import Place, PrimirError
from ...ir.evaluate import fold
from ...ir.facts import Facts
from ...ir.graph import (
    CHOICE,
    FALSE,
    TRUE,
    Cut,
    Function,
    Loop,
    Node,
    Parameter,
    Result,
    Step,
    Trace,
    all_of,
    any_of,
    apply,
    both,
    choose,
    const,
    either,
    leaf,
    leaves,
    negate,
)
from ...ir.types import Type
from ...jobs.limits import Deadline
from ..sketch import Holes, is_hole
from .assembly import NAME, Printed
from .frame import Effects, Frame, Numbers, Value, each, flat, number, part, zero
from .holes import given
from .instructions import (
    Block,
    Call,
    Definition,
    Instruction,
    Module,
    Operand,
    Refused,
    Shape,
    branch,
    operands,
    plain_name,
    split,
    word_name,
)
from .loops import AGAIN, Irreducible, Region, TooDeep, Unroll, region_of
from .opcodes import Word, joined
from .regions import Conditions, Edge, merged

Raises: TypeAlias = "Collection[str]"  # symbols, without the @, whose call is an exception
Carried: TypeAlias = "dict[str, Value]"  # the values of phis, by their registers

TRACED = 400  # values on the way that are kept for a reader
INNER = 64  # runs of a loop inside a loop that is kept
CALLS = 32  # functions that call one another
RETURNED = "return"  # the name under which a result is carried; registers begin with %
TRAPS = ("@llvm.trap", "@llvm.ubsantrap")
REPLACEABLE = frozenset({"weak", "linkonce", "extern_weak", "available_externally"})


def lift_definition(name: str, module: Module, definition: Definition, printed: Printed, deadline: Deadline,
                    raises: Raises, unroll: Unroll, undef_inputs: bool, holes: Holes | None = None) -> Function:
    """The function `name`, which is `definition`; with `holes`, a sketch. PrimirError where it cannot be lifted."""
    lifting = Lifting(module, printed, deadline, raises, unroll, undef_inputs, holes)
    function = Walk(lifting, definition).function(name)
    if holes is not None:
        holes.function = function
        return function
    if lifting.steps == 0:
        return function
    return replace(function, cut=_cut(name, definition, lifting), unrolled=True)


def _cut(name: str, definition: Definition, lifting: Lifting) -> Cut | None:
    """The function once more, with its loops beside it. None where that cannot be, or it leaves something open."""
    flagged: set[str] = set()
    while True:
        again = replace(lifting, unroll=Unroll(min(lifting.unroll.steps, INNER), lifting.unroll.total), steps=0,
                        bound=None, numbers=Numbers(), facts=Facts(), calling=[], trace=[],
                        cutting=Cutting(frozenset(flagged)))
        try:
            function = Walk(again, definition).function(name)
        except (Uncut, PrimirError):
            return None
        assert again.cutting is not None
        if again.cutting.poisoned <= flagged:
            break
        flagged |= again.cutting.poisoned
    cut = Cut(tuple(again.cutting.loops), function.roots)
    return None if leaves(cut.nodes, CHOICE) else cut


class Uncut(Exception):
    """A loop that cannot stand beside the function: it carries no words, or one inside it is not unrolled fully."""


@dataclass
class Cutting:
    """Loops that are kept instead of unrolled. `flagged` are the leaves of states that may be poison.

    `path` are the conditions under which the code at hand is reached, and nothing has ended the function.
    """

    flagged: frozenset[str]
    loops: list[Loop] = field(default_factory=list)
    poisoned: set[str] = field(default_factory=set)
    path: list[Node] = field(default_factory=list)
    inside: bool = False  # of a loop


@dataclass
class Lifting:
    """What one function shares with those that it calls."""

    module: Module
    printed: Printed
    deadline: Deadline
    raises: Raises
    unroll: Unroll
    undef_inputs: bool
    holes: Holes | None = None
    numbers: Numbers = field(default_factory=Numbers)
    facts: Facts = field(default_factory=Facts)
    steps: int = 0  # that all loops have made
    bound: int | None = None  # runs after which the first loop was cut off
    cutting: Cutting | None = None
    calling: list[str] = field(default_factory=list)
    plans: dict[str, Plan] = field(default_factory=dict)
    trace: list[tuple[Step, Word, Node]] = field(default_factory=list)  # and when each is reached

    def under(self, start: int, condition: Node) -> None:
        """The steps of the trace from `start` on are reached where `condition` holds as well."""
        for index in range(start, len(self.trace)):
            step, word, reached = self.trace[index]
            self.trace[index] = step, word, both(condition, reached)

    @contextmanager
    def reaching(self, reached: Node, before: Effects) -> Iterator[None]:
        """Within, the code at hand runs where `reached` holds and what was `before` did not end the function."""
        if self.cutting is None:
            yield
            return
        self.cutting.path.append(both(reached, negate(before.ended)))
        yield
        self.cutting.path.pop()


@dataclass(frozen=True, slots=True)
class Phi:
    """A phi: its register, and the operand on the way from each block."""

    register: str
    ways: Mapping[int, Operand]


@dataclass(frozen=True)
class Plan:
    """A definition made ready to be walked: its blocks by number, after them the end, where all returns lead."""

    blocks: Sequence[Block]
    numbers: Mapping[str, int]
    phis: Sequence[Sequence[Phi]]
    region: Region
    outs: Mapping[int, frozenset[str]]  # registers of a loop, by its header, that are used outside of it

    @property
    def end(self) -> int:
        return len(self.blocks)


@dataclass(frozen=True, slots=True)
class Run:
    """One run through a loop: what happens, when there is another one, and with what it is left, and where to."""

    effects: Effects
    stay: Node
    exits: Mapping[int, tuple[Node, Carried]]
    outs: Carried


class Walk(Frame):
    """One walk through a definition."""

    def __init__(self, lifting: Lifting, definition: Definition) -> None:
        super().__init__(lifting.module, definition, lifting.numbers, lifting.facts)
        self.lifting = lifting
        self.user = lifting.printed.user
        self.instruction: Instruction | None = None  # whose value is being told
        self.plan = self._plan()

    # --- the whole --------------------------------------------------------------------------------------------------

    def function(self, name: str) -> Function:
        try:
            parameters, arguments = self._parameters()
            results = self._result_shape()
        except Refused as refusal:
            raise self._error(refusal, self.user.header(self.definition.name)) from None
        value, effects = self.run(arguments)
        words = flat(value if value is not None else zero(results))
        given = tuple(Result(Type(word.width), word.value, word.poison) for word in words)
        bound = self.lifting.bound if effects.beyond is not FALSE else None
        trace = Trace(tuple(step for step, _, _ in self.lifting.trace),
                      tuple(node for _, word, reached in self.lifting.trace
                            for node in (word.value, word.poison, reached)))
        return Function(name, parameters, given, effects.ub, negate(effects.left), effects.trap, effects.beyond, bound,
                        trace=trace)

    def run(self, arguments: Sequence[Value]) -> tuple[Value | None, Effects]:
        """The result for `arguments`, None where the function never returns, and what happens on the way."""
        self.lifting.calling.append(self.definition.name)
        try:
            for parameter, argument in zip(self.definition.parameters, arguments, strict=True):
                self.define(parameter.value, self.attributed(argument, parameter.attributes))
        except Refused as refusal:
            raise self._error(refusal, self.user.header(self.definition.name)) from None
        entered = self.effects
        with self.lifting.reaching(TRUE, entered):
            conditions, effects = self._region(self.plan.region)
        self.lifting.calling.pop()
        ways = conditions.incoming(self.plan.end) if self.plan.end in conditions.edges else []
        value = self._join(ways)[RETURNED] if ways else None
        return value, entered.then(effects)

    # --- the signature ----------------------------------------------------------------------------------------------

    def _parameters(self) -> tuple[tuple[Parameter, ...], list[Value]]:
        """The parameters, a word each, and the values that the definition's own parameters have from them."""
        if self.definition.variadic:
            raise Refused("a variadic function")
        parameters: list[Parameter] = []
        arguments: list[Value] = []
        for index, operand in enumerate(self.definition.parameters):
            shape = self.shape(operand.type)
            base = _parameter_name(operand.value, index)
            names = [base] if isinstance(shape, int) else [f"{base}.{at}" for at in range(len(flat(zero(shape))))]
            taken = {parameter.name for parameter in parameters}
            noundef = "noundef" in operand.attributes
            maybe_undef = self.lifting.undef_inputs and not noundef
            fresh = [Parameter(_untaken(name, taken), Type(word.width), noundef, maybe_undef)
                     for name, word in zip(names, flat(zero(shape)), strict=True)]
            parameters += fresh
            words = iter(fresh)
            arguments.append(each(lambda _, words=words: self._given(next(words)), zero(shape)))
        return tuple(parameters), arguments

    def _given(self, parameter: Parameter) -> Word:
        if parameter.undef is FALSE:
            return Word(parameter.value, parameter.poison)
        choice = self.numbers.undef(parameter.type.width)
        return Word(choose(parameter.undef, choice, parameter.value), parameter.poison, frozenset({choice}))

    def _result_shape(self) -> Shape:
        return self.shape(self.definition.type) if self.definition.type != "void" else ()

    # --- regions ----------------------------------------------------------------------------------------------------

    def _region(self, region: Region) -> tuple[Conditions[Carried], Effects]:
        """Walk `region`, whose entry has its phis: when its nodes are reached, and what happens in it."""
        conditions: Conditions[Carried] = Conditions(region)
        effects = Effects()
        for node in region.order:
            if node == self.plan.end or not conditions.live(node):
                continue
            if node != region.entry:
                for register, value in self._join(conditions.incoming(node)).items():
                    self.define(register, value)
            start = len(self.lifting.trace)
            with self.lifting.reaching(conditions.reached(node), effects):
                if node in region.loops:
                    own = self._loop(region.loops[node], region, conditions)
                else:
                    own = self._block(node, region, conditions)
            self.lifting.under(start, conditions.reached(node))
            effects = effects.then(own.under(conditions.reached(node)))
        return conditions, effects

    def _join(self, ways: Sequence[tuple[Edge[Carried], Node]]) -> Carried:
        """What is carried on the way that was taken."""
        registers = ways[0][0].carried
        if len(ways) == 1:
            return registers
        return {register: taken([(condition, edge.carried[register]) for edge, condition in ways])
                for register in registers}

    def _block(self, block: int, region: Region, conditions: Conditions[Carried]) -> Effects:
        """Give the registers of a block their values, and tell `conditions` how it goes on."""
        self.effects = Effects()
        for instruction in self.plan.blocks[block].instructions:
            if self.lifting.deadline.passed():
                raise PrimirError("lifting this function took too long", self.user.header(self.definition.name))
            try:
                self._step(instruction, block, region, conditions)
            except Refused as refusal:
                raise self._error(refusal, self._place(instruction)) from None
        return self.effects

    def _step(self, instruction: Instruction, block: int, region: Region, conditions: Conditions[Carried]) -> None:
        match instruction.opcode:
            case "br" | "switch":
                for target, condition in self._targets(instruction):
                    if condition is not FALSE:
                        conditions.leave(block, region.towards(target), condition, self._carry(block, target))
            case "ret":
                conditions.leave(block, self.plan.end, TRUE, {RETURNED: self._return(instruction)})
            case "unreachable":
                self.undefined(TRUE)
            case "phi":
                pass  # defined on arrival
            case "call" if self._ends(instruction):
                happens = Effects(trap=TRUE) if _callee(instruction) in TRAPS else Effects(left=TRUE)
                self.effects = self.effects.then(happens)
            case _:
                self.instruction = instruction
                value = self.value(instruction)
                if instruction.result is not None:
                    self.define(instruction.result, value)
                    self._note(instruction)

    def _note(self, instruction: Instruction) -> None:
        """Keep what an instruction gave for a reader."""
        value = self.registers[str(instruction.result)]
        if len(self.lifting.trace) < TRACED and isinstance(value, Word):
            name = plain_name(str(instruction.result))
            step = Step(None if name.isdecimal() else name, instruction.opcode, self._place(instruction).line)
            self.lifting.trace.append((step, value, TRUE))

    def _carry(self, block: int, target: int) -> Carried:
        """The values that the phis of `target` have on the way from `block`."""
        return {phi.register: self.operand(phi.ways[block]) for phi in self.plan.phis[target]}

    def _return(self, instruction: Instruction) -> Value:
        if self.definition.never_returns:
            self.undefined(TRUE)
        if instruction.rest == "void":
            return ()
        (operand,) = operands(instruction.rest)
        known = [word for word in self.definition.attributes if word == "noundef" or word.startswith("range(")]
        value = self._settled(self.attributed(self.operand(operand), known))
        for parameter in self.definition.parameters:
            if "returned" in parameter.attributes:
                self.undefined(_differ(value, self.operand(Operand(parameter.type, parameter.value))))
        return value

    def _targets(self, instruction: Instruction) -> list[tuple[int, Node]]:
        """The blocks that a branch or a switch leads to, each once, and when. To decide by poison or undef is UB."""
        choice = branch(instruction.rest)
        if choice.operand is None:
            return [(self.plan.numbers[choice.default], TRUE)]
        word = self.word(choice.operand)
        self.undefined(word.open())
        cases: dict[str, Node] = {}
        for case, label in choice.cases:
            same = word.value if case == "true" else fold(apply("eq", word.value, const(number(case), word.width)))
            cases[label] = either(cases.get(label, FALSE), self.facts.simplify(same))
        cases.pop(choice.default, None)  # it is where everything else goes, too
        cases[choice.default] = negate(any_of(cases.values()))
        return [(self.plan.numbers[label], condition) for label, condition in cases.items()]

    def _ends(self, instruction: Instruction) -> bool:
        """Whether a call is an exception or a trap: nobody comes to what stands after it."""
        return _ends(instruction, self.lifting.raises)

    # --- loops ------------------------------------------------------------------------------------------------------

    def _loop(self, loop: Region, outer: Region, conditions: Conditions[Carried]) -> Effects:
        """Run `loop` until nothing stays in it, and tell the conditions around it where it leads."""
        lifting, header = self.lifting, loop.entry
        if lifting.cutting is not None and not lifting.cutting.inside:
            whole = self._last_run(loop, lifting.cutting)
            self._leave(loop, whole, outer, conditions)
            return whole.effects
        runs: list[Run] = []
        going = TRUE
        while True:
            start = len(lifting.trace)
            run, following = self._run(loop)
            runs.append(run)
            lifting.under(start, going)
            going = both(going, run.stay) if start < TRACED else going
            lifting.steps += 1
            if run.stay is FALSE:
                break
            if len(runs) > lifting.unroll.steps or lifting.steps > lifting.unroll.total:
                runs[-1] = replace(run, effects=run.effects.then(Effects(beyond=run.stay)))
                repeats = len(runs) - 1
                lifting.bound = repeats if lifting.bound is None else min(lifting.bound, repeats)
                if lifting.cutting is not None:
                    raise Uncut
                break
            for register, value in following.items():
                self.define(register, value)
        whole = _folded(runs)
        if whole.effects.beyond is TRUE:
            hint = f"loops are unrolled {lifting.unroll.steps} times, and {lifting.unroll.total} in all: --unroll N"
            raise PrimirError(f"this loop runs more than {len(runs) - 1} times", self._block_place(header), hint)
        self._leave(loop, whole, outer, conditions)
        return whole.effects

    def _leave(self, loop: Region, whole: Run, outer: Region, conditions: Conditions[Carried]) -> None:
        """Give the registers of `loop` what it is left with, and tell the conditions around it where it leads."""
        for register, value in whole.outs.items():
            self.define(register, value)
        others = FALSE
        for index, (target, (condition, carried)) in enumerate(whole.exits.items()):
            last = index == len(whole.exits) - 1
            conditions.leave(loop.entry, outer.towards(target), negate(others) if last else condition, carried)
            others = either(others, condition)

    def _run(self, loop: Region) -> tuple[Run, Carried]:
        """One run from the registers as they are, and what the header's phis are in the next one."""
        conditions, effects = self._region(loop)
        stay = self.facts.simplify(conditions.reached(AGAIN))
        exits = {target: (conditions.reached(target), self._join(conditions.incoming(target)))
                 for target in loop.targets if target != AGAIN and conditions.live(target)}
        outs = {register: self.registers[register] for register in self.plan.outs[loop.entry]
                if register in self.registers}
        following = self._join(conditions.incoming(AGAIN)) if stay is not FALSE else {}
        return Run(effects, stay, exits, outs), following

    def _last_run(self, loop: Region, cutting: Cutting) -> Run:
        """Keep the loop itself, one run over a symbolic state; that is how the function goes on after it."""
        phis = self.plan.phis[loop.entry]
        initial = [_carried(self.registers[phi.register]) for phi in phis]
        names = [f"loop{len(cutting.loops)}!{phi.register[1:]}" for phi in phis]
        values = [leaf(name, word.width) for name, word in zip(names, initial)]
        flags = [leaf(f"{name}!poison", 1) if name in cutting.flagged else FALSE for name in names]
        for phi, value, flag in zip(phis, values, flags):
            self.define(phi.register, Word(value, flag))
        entered = all_of(cutting.path)
        cutting.inside = True
        run, following = self._run(loop)
        cutting.inside = False
        step = [_carried(following[phi.register]) for phi in phis] if following else initial
        cutting.poisoned |= {name for name, *words in zip(names, initial, step)
                             if any(word.poison is not FALSE for word in words)}
        state = (*values, *(flag for flag in flags if flag is not FALSE))

        def all_words(words: Sequence[Word]) -> tuple[Node, ...]:
            kept = (word.poison for word, flag in zip(words, flags) if flag is not FALSE)
            return (*(word.value for word in words), *kept)

        cutting.loops.append(Loop(self._block_place(loop.entry).line, entered, state, all_words(initial),
                                  all_words(step), both(run.stay, negate(run.effects.ended))))
        return run

    # --- calls ------------------------------------------------------------------------------------------------------

    def called(self, called: Call) -> Value:
        symbol = self.module.aliases.get(called.callee, called.callee)
        definition = self.module.definitions.get(symbol)
        if definition is None and is_hole(symbol):
            return self._hole(called)
        if definition is None or definition.variadic:
            raise Refused(f"a call of {called.callee}")
        if symbol in self.lifting.calling:
            raise Refused("a recursive call")
        if REPLACEABLE & set(definition.attributes):
            raise Refused(f"a call of {called.callee}, which another module may replace,")
        if len(self.lifting.calling) >= CALLS:
            raise Refused(f"more than {CALLS} calls inside one another")
        arguments = [self.operand(argument) for argument in called.arguments]
        with self.lifting.reaching(TRUE, self.effects):
            value, effects = Walk(self.lifting, definition).run(arguments)
        self.effects = self.effects.then(effects)
        if value is None:
            return zero(self.shape(called.type)) if called.type != "void" else ()
        return value

    def _hole(self, called: Call) -> Value:
        """What a call that stands for a hole gives."""
        words, width = [self.operand(argument) for argument in called.arguments], self.shape(called.type)
        if not isinstance(width, int) or not all(isinstance(word, Word) for word in words):
            raise Refused(f"{called.callee}, a hole that is no integer or is given none,")
        assert self.instruction is not None
        texts = [argument.value.removeprefix("%") for argument in called.arguments]
        key = f"{self.definition.name} {self.instruction.result}"
        return given(self.lifting.holes, called.callee, key, [word for word in words if isinstance(word, Word)], texts,
                     width, self._place(self.instruction))

    # --- the plan ---------------------------------------------------------------------------------------------------

    def _plan(self) -> Plan:
        name = self.definition.name
        if name not in self.lifting.plans:
            try:
                self.lifting.plans[name] = self._planned()
            except Refused as refusal:
                raise self._error(refusal, self.user.header(name)) from None
        return self.lifting.plans[name]

    def _planned(self) -> Plan:
        blocks = [_up_to_end(block, self.lifting.raises) for block in self.definition.blocks]
        numbers = {block.name: index for index, block in enumerate(blocks)}
        successors: dict[int, list[int]] = {len(blocks): []}
        for index, block in enumerate(blocks):
            last = block.instructions[-1]
            labels = branch(last.rest).labels if last.opcode in ("br", "switch") else []
            successors[index] = [len(blocks)] if last.opcode == "ret" else [numbers[label] for label in labels]
        try:
            region = region_of(successors, 0)
        except (Irreducible, TooDeep) as problem:
            what = "a loop with several ways in" if isinstance(problem, Irreducible) else "loops nested as deep as this"
            raise PrimirError(f"{what} cannot be lifted", self._place_of(blocks[problem.block])) from None
        phis = [[phi_of(instruction, numbers) for instruction in block.instructions if instruction.opcode == "phi"]
                for block in blocks]
        return Plan(blocks, numbers, [*phis, []], region, _outs(region, blocks, phis))

    # --- places -----------------------------------------------------------------------------------------------------

    def _place(self, instruction: Instruction) -> Place:
        return self.user.instruction(self.definition.name, instruction.result, instruction.opcode, instruction.nth,
                                     instruction.text)

    def _block_place(self, block: int) -> Place:
        return self._place_of(self.plan.blocks[block])

    def _place_of(self, block: Block) -> Place:
        label = self.user.label(self.definition.name, block.name)
        return label if label is not None else self._place(block.instructions[0])

    def _error(self, refusal: Refused, place: Place) -> PrimirError:
        return PrimirError(f"{refusal.what} cannot be lifted", place, refusal.hint)


# --- loops as a whole -------------------------------------------------------------------------------------------------


def _carried(value: Value) -> Word:
    if not isinstance(value, Word):
        raise Uncut
    return value


def _folded(runs: Sequence[Run]) -> Run:
    """All runs as one: each goes on with those after it where it stays."""
    whole = runs[-1]
    for run in reversed(runs[:-1]):
        exits = dict(whole.exits)
        for target, (condition, carried) in run.exits.items():
            later, values = exits.get(target, (FALSE, carried))
            both_ways = {register: _chosen(condition, carried[register], values[register]) for register in carried}
            exits[target] = either(condition, both(run.stay, later)), both_ways
        for target in whole.exits.keys() - run.exits.keys():
            later, values = whole.exits[target]
            exits[target] = both(run.stay, later), values
        outs = {register: _chosen(run.stay, value, run.outs[register]) if register in run.outs else value
                for register, value in whole.outs.items()}
        whole = Run(run.effects.then(whole.effects.under(run.stay)), run.stay, exits, outs)
    return whole


def _chosen(condition: Node, a: Value, b: Value) -> Value:
    """`a` where `condition` holds, else `b`."""
    if condition is TRUE:
        return a
    if condition is FALSE:
        return b
    return each(lambda x, y: Word(choose(condition, x.value, y.value), choose(condition, x.poison, y.poison),
                                  joined((x, y))), a, b)


def taken(ways: Sequence[tuple[Node, Value]]) -> Value:
    """The value of the way that was taken: of the conditions exactly one holds."""
    first = ways[0][1]
    if isinstance(first, tuple):
        return tuple(taken([(condition, part(value, index)) for condition, value in ways])
                     for index in range(len(first)))

    def word(*words: Word) -> Word:
        conditions = [condition for condition, _ in ways]
        return Word(merged(list(zip(conditions, (word.value for word in words)))),
                    merged(list(zip(conditions, (word.poison for word in words)))), joined(words))

    return each(word, *(value for _, value in ways))


# --- blocks and names -------------------------------------------------------------------------------------------------


def _differ(a: Value, b: Value) -> Node:
    """When two values of one shape are not the same."""
    return any_of(either(fold(apply("xor", x.poison, y.poison)),
                         both(negate(either(x.poison, y.poison)), fold(apply("ne", x.value, y.value))))
                  for x, y in zip(flat(a), flat(b), strict=True) if x != y)


def _callee(instruction: Instruction) -> str:
    """The symbol that a call names, or nothing."""
    found = re.search(rf"(@{NAME})\(", instruction.rest)
    return found[1] if found else ""


def _ends(instruction: Instruction, raises: Raises) -> bool:
    if instruction.opcode != "call":
        return False
    callee = _callee(instruction)
    return callee in TRAPS or (bool(raises) and plain_name(callee or "@") in raises)


def _up_to_end(block: Block, raises: Raises) -> Block:
    """`block` without what stands after an exception or a trap."""
    for index, instruction in enumerate(block.instructions):
        if _ends(instruction, raises):
            return Block(block.name, block.instructions[: index + 1])
    return block


def phi_of(instruction: Instruction, numbers: Mapping[str, int]) -> Phi:
    pairs = split(instruction.rest)
    type_ = pairs[0][-2]
    ways: dict[int, Operand] = {}
    for *_, pair in pairs:
        value, (label,) = split(pair[1:-1])
        ways.setdefault(numbers[label], Operand(type_, " ".join(value)))
    return Phi(str(instruction.result), ways)


def _outs(region: Region, blocks: Sequence[Block], phis: Sequence[Sequence[Phi]]) -> dict[int, frozenset[str]]:
    """For each loop, by its header, its registers that are used outside of it."""
    if not region.loops:
        return {}
    used: list[set[str]] = []  # in each block; a phi's operands in the block that they come from
    for block in blocks:
        texts = (instruction.rest for instruction in block.instructions if instruction.opcode != "phi")
        used.append({name for text in texts for name in re.findall(rf"%{NAME}", text)})
    for each_phi in (phi for block_phis in phis for phi in block_phis):
        for source, operand in each_phi.ways.items():
            used[source].update(re.findall(rf"%{NAME}", operand.value))
    found: dict[int, frozenset[str]] = {}
    waiting = list(region.loops.values())
    while waiting:
        loop = waiting.pop()
        waiting += loop.loops.values()
        inside = {instruction.result for block in loop.blocks for instruction in blocks[block].instructions}
        outside = set().union(*(names for block, names in enumerate(used) if block not in loop.blocks))
        found[loop.entry] = frozenset(name for name in inside if name is not None and name in outside)
    return found


def _parameter_name(printed: str, index: int) -> str:
    """A name of word characters for a parameter: arg0, arg1 ... where LLVM has a number."""
    if re.fullmatch(r"%\d+", printed):
        return f"arg{index}"
    return word_name(plain_name(printed))


def _untaken(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name
