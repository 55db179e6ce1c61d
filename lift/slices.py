"""Slices: every maximal integer expression of a module, also of functions that cannot be lifted as a whole.

A slice ends, at its root, where a value is stored, returned, branched on or passed on, and begins at its inputs: what
is loaded, called, given as an argument or carried around a loop, and whatever else is no integer operation. Where ways
come together its values become selects, as long as that stays small; else such a value is an input as well. A slice
has one line of the source, so that it can be found and replaced there.

    found = slices_of(text)
    for each in found.slices: print(each.place, each.kind, each.function)
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ..ir.errors import Place, PrimirError
from ..ir.evaluate import fold
from ..ir.facts import Facts
from ..ir.graph import (
    CHOICE,
    FALSE,
    INPUT,
    LEAVES,
    TRUE,
    Function,
    Node,
    Parameter,
    Result,
    any_of,
    apply,
    both,
    const,
    either,
    leaf,
    negate,
    substitute,
    topological,
)
from ..ir.key import canonical_form, key, plain_key
from ..ir.types import Type
from ..jobs.limits import Deadline
from .compiled.debuginfo import DebugInfo
from .llvm.assembly import NAME, Printed, User, read_module
from .llvm.frame import Effects, Frame, Numbers, Value, each, flat, number, zero
from .llvm.instructions import (
    Call,
    Definition,
    Instruction,
    Module,
    Operand,
    Refused,
    Shape,
    braces,
    branch,
    parse_module,
    plain_name,
    size,
    split,
    word_name,
)
from .llvm.loops import AGAIN, Irreducible, Region, TooDeep, region_of, reverse_postorder
from .llvm.opcodes import Word
from .llvm.regions import Conditions
from .llvm.walk import Phi, phi_of, taken

if TYPE_CHECKING:
    from .compiled.compiler import Compiled

LARGEST = 64  # operations of one slice
CONDITION = 256  # operations of the condition under which one is poison, or undefined behaviour
WAYS = 8  # that come together in one select
SECONDS = 20.0
READING = 60.0  # seconds in which LLVM reads what a compiler has written
TOO_LONG = "slicing this file took too long"

Carried: TypeAlias = "dict[str, tuple[Value, Node]]"  # the values of phis, and when computing them is undefined

# What it is that uses a value and is no integer operation, by LLVM's instruction.
_KINDS = {
    "store": "stored", "atomicrmw": "stored", "cmpxchg": "stored", "ret": "returned", "br": "branched",
    "switch": "branched", "getelementptr": "index", "extractelement": "index", "insertelement": "index",
    "inttoptr": "address", "alloca": "size", "select": "chosen", "phi": "carried",
    **dict.fromkeys(("sitofp", "uitofp", "bitcast"), "converted"),
    **dict.fromkeys(("call", "invoke", "callbr", "insertvalue"), "passed"),
}  # fmt: skip
_INPUTS = frozenset("load store alloca getelementptr ret invoke callbr indirectbr resume unreachable landingpad fence "
                    "cmpxchg atomicrmw va_arg".split())  # instructions that are no integer operations at all

_LABELS = re.compile(rf"\blabel (%{NAME})")
_REGISTERS = re.compile(rf"%{NAME}")
_LOCATION = re.compile(r"!dbg (!\d+)")
_VARIABLE = re.compile(rf"#dbg_(?:value|declare)\(.*? (%{NAME}), (!\d+), !DIExpression\(\),")


@dataclass(frozen=True, slots=True)
class Slice:
    """One expression: its root's value, when that is poison, and when computing it is undefined behaviour.

    What is poison or undefined under a condition of more than CONDITION operations counts as defined. What refines the
    slice then refines the code as well; but a slice is not what something else may be refined to.

    `kind` says what its root is: stored, returned, branched (on), passed (to a call, or into an aggregate), index (of
    an address), address, size, chosen (decides between values that are no integers), converted, carried (around a loop
    or to a place where too many ways meet), or cut (it is too large, and others take it as an input).
    """

    symbol: str  # of the function that it is in
    within: str  # what that is called in the source
    kind: str
    place: Place
    value: Node
    poison: Node
    ub: Node
    _known: Mapping[Node, Parameter] = field(repr=False, compare=False)

    @property
    def roots(self) -> tuple[Node, Node, Node]:
        return self.value, self.poison, self.ub

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The free inputs, in the order of their first use."""
        used = [self._known[node] for node in topological(self.roots) if node in self._known]
        return tuple(dict.fromkeys(used))

    @property
    def canonical(self) -> Node:
        """The value in canonical form."""
        form = canonical_form([self.value])
        numbered = [node for node in topological(form.roots) if node.op in (INPUT, CHOICE)]
        (value,) = substitute(form.roots, dict(zip(numbered, form.inputs, strict=True)))
        return value

    @property
    def function(self) -> Function:
        """The slice as a function of its inputs."""
        result = Result(Type(self.value.width), self.value, self.poison)
        return Function(self.within, self.parameters, (result,), self.ub)


@dataclass(frozen=True)
class Slices:
    """The slices of one module, and what else was counted.

    `functions` are their symbols. Roots that are an input or a constant by themselves are `trivial`, and `skipped` says
    why there are no slices of some functions, and of how many.
    """

    file: str | None
    lines: int | None  # of the source; None where it is bitcode
    instructions: int
    functions: tuple[str, ...]
    slices: tuple[Slice, ...]
    trivial: int
    skipped: Counter[str]
    remarks: tuple[str, ...] = ()

    def of(self, symbol: str) -> Slices:
        """The same with the slices of one function alone."""
        return replace(self, functions=(symbol,),
                       slices=tuple(found for found in self.slices if found.symbol == symbol))


def slices_of(data: str | bytes, *, file: str | None = None, seconds: float = SECONDS) -> Slices:
    """The slices of a module of LLVM IR, in the order of its text.

    Variables in memory that nobody else sees are values first (LLVM's SROA); nothing else is done to the module.
    PrimirError where the data is no module.
    """
    deadline = Deadline(seconds)
    printed = read_module(data, file, seconds, promote=True)
    lines = printed.user.text.rstrip().count("\n") + 1 if printed.user.text is not None else None
    return sliced(printed, lines, deadline)


def slices_of_compiled(source: Compiled, *, seconds: float = SECONDS, headers: bool = False) -> Slices:
    """The slices of the functions that stand in a file in C, C++ or Rust, and with `headers` of all that it defines."""
    return sliced_file(source, read_compiled(source), Deadline(seconds), headers)


def sliced_file(source: Compiled, printed: Printed, deadline: Deadline, headers: bool = False) -> Slices:
    """The same from what LLVM prints for the file."""
    lines = Path(source.file).read_bytes().count(b"\n")
    only = None if headers else os.path.abspath(source.file)
    return replace(sliced(printed, lines, deadline, only), remarks=source.remarks)


def read_compiled(source: Compiled) -> Printed:
    """What LLVM prints for a compiled file, ready to be sliced. PrimirError where LLVM does not read it."""
    printed = read_module(source.text, source.file, READING, promote=True)
    return replace(printed, user=User(source.file, None))  # whose lines are not those of LLVM's text


def sliced(printed: Printed, lines: int | None, deadline: Deadline, only: str | None = None) -> Slices:
    """The slices of a module as LLVM prints it, with as many `lines` of source; of functions in the file `only`."""
    module = parse_module(printed.text)
    debug = DebugInfo(module.metadata)
    places = _Lines(debug, printed.user.file)
    found: list[Slice] = []
    skipped: Counter[str] = Counter()
    symbols: list[str] = []
    instructions = trivial = 0
    for definition in module.definitions.values():
        if only is not None and debug.file(definition.debug) != only:
            continue
        name = debug.called(definition.debug) or plain_name(definition.name)
        symbols.append(plain_name(definition.name))
        if deadline.passed():
            skipped[TOO_LONG] += 1
            continue
        slicer = _Slicer(name, module, definition, printed, debug, places, deadline)
        instructions += slicer.instructions
        try:
            slicer.run()
        except PrimirError as problem:
            skipped[problem.message] += 1
            continue
        found += slicer.slices
        trivial += slicer.trivial
    return Slices(printed.user.file, lines, instructions, tuple(symbols), tuple(found), trivial, skipped)


# --- one function -----------------------------------------------------------------------------------------------------


class _Slicer(Frame):
    """A walk through all blocks of a function, each once, that gathers the slices."""

    def __init__(self, name: str, module: Module, definition: Definition, printed: Printed, debug: DebugInfo,
                 lines: _Lines, deadline: Deadline) -> None:
        super().__init__(module, definition, Numbers(), Facts())
        self.name = name
        self.printed, self.deadline = printed, deadline
        self.blocks = definition.blocks
        self.numbers_of = {block.name: index for index, block in enumerate(self.blocks)}
        self.phis = [[(instruction, phi_of(instruction, self.numbers_of)) for instruction in block.instructions
                      if instruction.opcode == "phi"] for block in self.blocks]
        self.slices: list[Slice] = []
        self.trivial = 0
        self._behaviour: dict[str, Node] = {}  # when computing a register is undefined, where it can be
        self._decides: dict[int, Node] = {}  # when it is undefined how a block goes on
        self._free: list[Phi] = []  # those that are inputs
        self._inputs: dict[Node, Parameter] = {}
        self._addresses: dict[tuple[str, int], Word] = {}
        self._seen: set[tuple[object, ...]] = set()
        self._sizes: dict[Node, int] = {}
        self._fitting: set[Node] = set()  # conditions of at most CONDITION operations
        self._unknown: set[Node] = set()  # conditions that nothing is known of
        self._names = _Names(debug, definition)
        self._lines = lines
        self._defined_at: dict[str, Instruction] = {}

    @property
    def instructions(self) -> int:
        return sum(len(block.instructions) for block in self.blocks)

    def run(self) -> None:
        """Gather the slices. PrimirError where that takes too long."""
        for index, parameter in enumerate(self.definition.parameters):
            known = [word for word in parameter.attributes if word == "noundef" or word.startswith("range(")]
            self._as_input(parameter.value, parameter.type, self._names.parameter(parameter.value, index), known)
        successors = {index: self._successors(block.instructions[-1]) for index, block in enumerate(self.blocks)}
        try:
            self._region(region_of(successors, 0))
        except (Irreducible, TooDeep):
            for block in reverse_postorder(successors, 0):
                self._free_phis(block)
                self._block(block, None, None)
        for phi in self._free:
            self._carried(phi)

    def _successors(self, last: Instruction) -> list[int]:
        return [self.numbers_of[label] for label in dict.fromkeys(_LABELS.findall(last.rest))]

    # --- control flow -----------------------------------------------------------------------------------------------

    def _region(self, region: Region) -> Conditions[Carried]:
        """Walk `region`, whose entry has its phis."""
        conditions: Conditions[Carried] = Conditions(region)
        for node in region.order:
            if not conditions.live(node):
                continue
            if node in region.loops:
                self._loop(region.loops[node], region, conditions)
                continue
            if node != region.entry and self.phis[node]:
                self._join(node, self._joined(node, conditions))
            self._block(node, region, conditions)
        return conditions

    def _loop(self, loop: Region, outer: Region, conditions: Conditions[Carried]) -> None:
        """Walk a loop once, whatever it carries being free, and tell the conditions around it where it leads."""
        self._free_phis(loop.entry)
        inside = self._region(loop)
        exits = [target for target in loop.targets if target != AGAIN and inside.live(target)]
        for target in exits:
            condition = TRUE if len(exits) == 1 else self._unknown_condition()
            carried = self._joined(target, inside)
            conditions.leave(loop.entry, outer.towards(target), condition, carried)

    def _unknown_condition(self) -> Node:
        condition = leaf(f"?{len(self._unknown)}", 1)
        self._unknown.add(condition)
        return condition

    def _joined(self, node: int, conditions: Conditions[Carried]) -> Carried:
        """What the phis of `node` are on the ways that come to it; without those that are to be inputs."""
        ways = conditions.incoming(node)
        names = [name for name in ways[0][0].carried if all(name in edge.carried for edge, _ in ways)]
        if len(ways) == 1:
            return ways[0][0].carried
        if not names or len(ways) > WAYS or not self._all_known([condition for _, condition in ways]):
            return {}
        undefined = any_of(both(reached, self._decides[block]) for block, reached in conditions.passed(node).items()
                           if block in self._decides)
        found: Carried = {}
        for name in names:
            value = taken([(condition, edge.carried[name][0]) for edge, condition in ways])
            (ub,) = flat(taken([(condition, Word(edge.carried[name][1])) for edge, condition in ways]))
            if self._is_small(value):
                found[name] = value, either(ub.value, undefined)
        return found

    def _all_known(self, conditions: Sequence[Node]) -> bool:
        """Whether nothing unknown is in the conditions, and they are small enough for a slice."""
        if not self._is_small(tuple(Word(condition) for condition in conditions)):
            return False
        return not self._unknown or self._unknown.isdisjoint(topological(conditions))

    def _join(self, block: int, carried: Carried) -> None:
        """Define the phis of `block`."""
        for instruction, phi in self.phis[block]:
            if phi.register in carried:
                self._define(phi.register, *carried[phi.register])
            else:
                self._free_phi(instruction, phi)

    def _free_phis(self, block: int) -> None:
        for instruction, phi in self.phis[block]:
            self._free_phi(instruction, phi)

    def _free_phi(self, instruction: Instruction, phi: Phi) -> None:
        if self._input(instruction):
            self._free.append(phi)

    def _carried(self, phi: Phi) -> None:
        """What a phi that is an input is on each way to it is the root of a slice."""
        for source, operand in phi.ways.items():
            if operand.value in self.registers:
                last = self.blocks[source].instructions[-1]
                self._root("carried", operand.value, self._defined_at.get(operand.value, last))

    # --- blocks -----------------------------------------------------------------------------------------------------

    def _block(self, block: int, region: Region | None, conditions: Conditions[Carried] | None) -> None:
        if self.deadline.passed():
            raise PrimirError(TOO_LONG)
        for instruction in self.blocks[block].instructions:
            match instruction.opcode:
                case "phi":
                    pass  # defined on arrival
                case "br" | "switch":
                    self._roots(instruction)
                case opcode if opcode in _INPUTS:
                    self._outside(instruction)
                case _:
                    self._operation_or_input(instruction)
        if region is not None and conditions is not None:
            self._leave(block, region, conditions)

    def _operation_or_input(self, instruction: Instruction) -> None:
        self.effects = Effects()
        try:
            value = self.value(instruction)
        except Refused:
            self._outside(instruction)
            return
        if instruction.result is None:
            return
        self._define(instruction.result, value, self.effects.ub)
        self._defined_at[instruction.result] = instruction
        if not self._is_small(value):
            self._root("cut", instruction.result, instruction)
            self._input(instruction)

    def _outside(self, instruction: Instruction) -> None:
        """An instruction that is no integer operation: what it uses are roots, and what it gives is an input."""
        self._roots(instruction)
        self._input(instruction)

    def _leave(self, block: int, region: Region, conditions: Conditions[Carried]) -> None:
        """Tell the conditions where `block` leads."""
        last = self.blocks[block].instructions[-1]
        for target, condition in self._targets(block, last):
            if condition is not FALSE:
                conditions.leave(block, region.towards(target), condition, self._carry(block, target))

    def _targets(self, block: int, last: Instruction) -> list[tuple[int, Node]]:
        """The blocks that `last` leads to, each once, and when."""
        successors = self._successors(last)
        if len(successors) == 1:
            return [(successors[0], TRUE)]
        if last.opcode not in ("br", "switch"):
            return [(successor, self._unknown_condition()) for successor in successors]
        choice = branch(last.rest)
        assert choice.operand is not None, last.text
        self.effects = Effects()
        try:
            word = self.word(choice.operand)
        except Refused:  # a constant expression
            return [(successor, self._unknown_condition()) for successor in successors]
        self._decides[block] = either(word.open(), self.effects.ub)
        cases: dict[str, Node] = {}
        for case, label in choice.cases:
            same = word.value if case == "true" else fold(apply("eq", word.value, const(number(case), word.width)))
            cases[label] = either(cases.get(label, FALSE), same)
        cases.pop(choice.default, None)  # it is where everything else goes, too
        cases[choice.default] = negate(any_of(cases.values()))
        return [(self.numbers_of[label], condition) for label, condition in cases.items()]

    def _carry(self, block: int, target: int) -> Carried:
        """The values that the phis of `target` have on the way from `block`, where they are about integers."""
        found: Carried = {}
        for _, phi in self.phis[target]:
            self.effects = Effects()
            try:
                found[phi.register] = self.operand(phi.ways[block]), self.effects.ub
            except Refused:
                pass
        return found

    # --- roots ------------------------------------------------------------------------------------------------------

    def _roots(self, instruction: Instruction) -> None:
        """The integers that an instruction uses are the roots of slices."""
        for register in dict.fromkeys(_REGISTERS.findall(instruction.rest)):
            if register in self.registers:
                self._root(_KINDS.get(instruction.opcode, "passed"), register, instruction)

    def _root(self, kind: str, register: str, instruction: Instruction) -> None:
        self.effects = Effects()
        for word in flat(self.operand(Operand("", register))):
            if word.value.op in LEAVES:
                self.trivial += 1
                continue
            place = self._place(instruction)
            seen = (kind, place, word.value, word.poison, self.effects.ub)
            if seen not in self._seen:
                self._seen.add(seen)
                self.slices.append(Slice(plain_name(self.definition.name), self.name, kind, place, word.value,
                                         word.poison, self.effects.ub, self._inputs))

    # --- inputs -----------------------------------------------------------------------------------------------------

    def _input(self, instruction: Instruction) -> bool:
        """What an instruction gives is free, if that is an integer or made of integers. Whether it is."""
        if instruction.result is None:
            return False
        type_ = result_type(instruction, self.module.types)
        if type_ is None:
            return False
        attributes = _result_attributes(instruction)
        if "!noundef" in instruction.notes:
            attributes.append("noundef")
        self._defined_at[instruction.result] = instruction
        return self._as_input(instruction.result, type_, self._names.of(instruction), attributes, instruction)

    def _as_input(self, register: str, type_: str, name: str, attributes: Sequence[str],
                  instruction: Instruction | None = None) -> bool:
        """`register`, of a printed type, is free. Whether it is made of integers."""
        try:
            shape = self.shape(type_)
        except Refused:
            return False
        names = iter([name] if isinstance(shape, int) else [f"{name}.{index}" for index in range(size(shape))])
        noundef = "noundef" in attributes
        value = each(lambda word: self._fresh(next(names), word.width, noundef), zero(shape))
        self.effects = Effects()
        value = self.attributed(value, attributes)
        if instruction is not None and "!range" in instruction.notes:
            value = self._noted(value, instruction)
        self._define(register, value, self.effects.ub)
        return True

    def _fresh(self, name: str, width: int, noundef: bool) -> Word:
        """An input of its own. One that is noundef is never poison, or what gave it was undefined behaviour."""
        parameter = Parameter(self._names.untaken(name), Type(width), noundef)
        self._inputs[parameter.value] = parameter
        if not noundef:
            self._inputs[parameter.poison] = parameter
        return Word(parameter.value, parameter.poison)

    def _constant(self, wanted: Shape, text: str) -> Value:
        try:
            return super()._constant(wanted, text)
        except Refused:
            if not isinstance(wanted, int):
                raise
        if (text, wanted) not in self._addresses:
            of = re.search(rf"@{NAME}", text)
            name = f"{word_name(plain_name(of[0]))}.address" if of is not None else "constant"
            self._addresses[text, wanted] = self._fresh(name, wanted, noundef=False)
        return self._addresses[text, wanted]

    def _pointer(self, text: str) -> Value:
        raise Refused("a pointer")

    def _intrinsic(self, name: str, called: Call) -> Value:
        if name == "llvm.assume":
            raise Refused("an assumption")  # what it is about is a root
        return super()._intrinsic(name, called)

    # --- registers --------------------------------------------------------------------------------------------------

    def define(self, register: str, value: Value) -> None:
        self.registers[register] = value  # as it is written: nothing is simplified
        self._used.discard(register)

    def _define(self, register: str, value: Value, ub: Node) -> None:
        if not all(self._fit(word.poison) for word in flat(value)):
            value = each(lambda word: word if self._fit(word.poison) else replace(word, poison=FALSE), value)
        self.define(register, value)
        self._behaviour.pop(register, None)
        if ub is not FALSE and self._fit(ub):
            self._behaviour[register] = ub

    def _fit(self, condition: Node) -> bool:
        """Whether a condition of poison or undefined behaviour is small enough to be kept."""
        if condition.op in LEAVES or condition in self._fitting:
            return True
        if _counted(condition, CONDITION) > CONDITION:
            return False
        self._fitting.add(condition)
        return True

    def operand(self, operand: Operand) -> Value:
        value = super().operand(operand)
        if operand.value in self._behaviour:
            self.undefined(self._behaviour[operand.value])
        return value

    def _is_small(self, value: Value) -> bool:
        return all(self._operations(word.value) <= LARGEST for word in flat(value))

    def _operations(self, node: Node) -> int:
        """The operations below `node`, or a number above LARGEST where there are more than that."""
        known = self._sizes.get(node)
        if known is None:
            below = [self._sizes.get(arg, 0 if arg.op in LEAVES else LARGEST) for arg in node.args]
            known = 0 if node.op in LEAVES else 1 + sum(below)
            if known > LARGEST:  # unless what is shared was counted twice
                known = _counted(node, LARGEST)
            self._sizes[node] = known
        return known

    # --- places -----------------------------------------------------------------------------------------------------

    def _place(self, instruction: Instruction) -> Place:
        note = _LOCATION.search(instruction.notes)
        if note is not None:
            return self._lines.place(note[1])
        user = self.printed.user
        if self.definition.debug is not None:  # what SROA has put in has no line
            return self._lines.function(self.definition.debug)
        if self.printed.promoted:
            return user.header(self.definition.name)
        return user.instruction(self.definition.name, instruction.result, instruction.opcode, instruction.nth,
                                instruction.text)


def _counted(node: Node, most: int) -> int:
    """The operations below `node`; where they are more than `most`, a number above that."""
    seen = {node}
    waiting = [node]
    while waiting and len(seen) <= most:
        fresh = [arg for arg in waiting.pop().args if arg not in seen and arg.op not in LEAVES]
        seen.update(fresh)
        waiting += fresh
    return len(seen)


# --- what LLVM's text says --------------------------------------------------------------------------------------------


def result_type(instruction: Instruction, types: Mapping[str, str]) -> str | None:
    """The printed type of what an instruction gives; None where the text does not say it plainly."""
    parts = split(instruction.rest)
    first = parts[0]
    match instruction.opcode:
        case "load" | "alloca" | "landingpad":
            return first[-1] if instruction.opcode == "load" else None
        case "call" | "invoke" | "callbr":
            at = _callee(first)
            return first[at - 1] if at is not None and at > 0 else None
        case "icmp" | "fcmp":
            lanes = re.match(r"<(\d+) x ", first[-2])
            return f"<{lanes[1]} x i1>" if lanes is not None else "i1"
        case "select" | "atomicrmw":
            return parts[1][0]
        case "cmpxchg":
            return f"{{ {parts[1][0]}, i1 }}"
        case "va_arg":
            return " ".join(parts[-1])
        case "extractvalue":
            return _inner_type(first[0], [int(index) for (index,) in parts[1:]], types)
        case "extractelement":
            return _inner_type(first[0], [0], types)
        case "shufflevector":
            lanes = re.match(r"<(\d+) x ", parts[2][0])
            return f"<{lanes[1]} x {_inner_type(first[0], [0], types)}>" if lanes is not None else None
    last = parts[-1]
    if "to" in last[1:]:
        return " ".join(last[last.index("to", 1) + 1 :])
    return first[-2] if len(first) > 1 else None


def _callee(words: Sequence[str]) -> int | None:
    """The place in `words` before which a call's result type ends."""
    for index, word in enumerate(words):
        if word == "asm" or word[0] in "@%" and word.endswith(")"):
            return index - 1 if index and words[index - 1].startswith("(") else index
    return None


def _result_attributes(instruction: Instruction) -> list[str]:
    """What is known of the result of a call."""
    if instruction.opcode not in ("call", "invoke"):
        return []
    words = split(instruction.rest)[0]
    return [word for word in words[: _callee(words) or 0] if word == "noundef" or word.startswith("range(")]


def _inner_type(type_: str, path: Sequence[int], types: Mapping[str, str]) -> str | None:
    """The type of a part of an aggregate or vector."""
    for index in path:
        type_ = types.get(type_, type_)
        if several := re.fullmatch(r"[\[<]\d+ x (.*)[\]>]", type_):
            type_ = several[1]
        elif "{" in type_[:2]:
            type_ = " ".join(split(braces(type_))[index])
        else:
            return None
    return type_


class _Names:
    """What inputs are called: as in the source, where debug information or LLVM's names tell, each once."""

    def __init__(self, debug: DebugInfo, definition: Definition) -> None:
        self._taken: set[str] = set()
        self._source: dict[str, str] = {}
        for line in definition.lines:
            if "#dbg_" in line and (found := _VARIABLE.search(line)):
                variable = debug.node(found[2])
                if variable is not None and (name := variable.text("name")) is not None:
                    self._source.setdefault(found[1], name)

    def untaken(self, name: str) -> str:
        name = word_name(name)
        fresh, count = name, 1
        while fresh in self._taken:
            count += 1
            fresh = f"{name}.{count}"
        self._taken.add(fresh)
        return fresh

    def parameter(self, register: str, index: int) -> str:
        return self._source.get(register) or self._plain(register) or f"arg{index}"

    def of(self, instruction: Instruction) -> str:
        """A name for what an instruction gives."""
        assert instruction.result is not None, instruction.text
        name = self._source.get(instruction.result)
        if name is None and instruction.opcode == "load":
            pointer = split(instruction.rest)[1][-1]
            name = self._source.get(pointer) or (self._plain(pointer) if pointer[0] in "%@" else None)
        if name is None:
            name = self._plain(instruction.result)
        if name is None and (callee := re.search(rf"@({NAME})\(", instruction.rest)):
            name = plain_name(callee[0][:-1])
        return name or f"v{instruction.result[1:]}"

    @staticmethod
    def _plain(printed: str) -> str | None:
        return None if re.fullmatch(r"[%@]\d+", printed) else plain_name(printed)


class _Lines:
    """Where the notes `!dbg` point, with the user's file named as the user does."""

    def __init__(self, debug: DebugInfo, file: str | None) -> None:
        self._debug, self._file = debug, file
        self._known: dict[str, Place] = {}

    def place(self, reference: str) -> Place:
        if reference not in self._known:
            place = self._debug.place(reference) or Place(self._file)
            self._known[reference] = replace(place, file=_shown(place.file, self._file))
        return self._known[reference]


    def function(self, reference: str) -> Place:
        """Where a function begins."""
        if reference not in self._known:
            node = self._debug.node(reference)
            line = node.number("line") if node is not None else 0
            self._known[reference] = Place(_shown(self._debug.file(reference), self._file), line or None)
        return self._known[reference]


def _shown(name: str | None, file: str | None) -> str | None:
    """A file of debug information, relative to where we are, or as the user named it."""
    if name is None or file is not None and name == os.path.abspath(file):
        return file
    here = os.getcwd() + os.sep
    return name.removeprefix(here)


# --- how many there are -----------------------------------------------------------------------------------------------


@dataclass
class Census:
    """The slices of one or many modules, counted by their forms: the canonical one, and a plain commutative one."""

    files: int = 0
    lines: int = 0
    instructions: int = 0
    functions: int = 0
    slices: int = 0
    trivial: int = 0
    canonical: Counter[str] = field(default_factory=Counter)
    plain: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, found: Slices) -> None:
        self.files += 1
        self.lines += found.lines or 0
        self.instructions += found.instructions
        self.functions += len(found.functions)
        self.slices += len(found.slices)
        self.trivial += found.trivial
        self.skipped.update(found.skipped)
        for found_slice in found.slices:
            self.canonical[key([found_slice.value])] += 1
            self.plain[plain_key([found_slice.value])] += 1

    def join(self, other: Census) -> None:
        """Add what another census has counted."""
        for counted in fields(self):
            mine, more = getattr(self, counted.name), getattr(other, counted.name)
            if isinstance(mine, Counter):
                mine.update(more)
            else:
                setattr(self, counted.name, mine + more)

    def covering(self, share: float) -> int:
        """How many canonical forms, the most frequent ones, make up this share of the slices."""
        wanted, covered = share * self.slices, 0
        for count, (_, uses) in enumerate(self.canonical.most_common(), 1):
            covered += uses
            if covered >= wanted:
                return count
        return 0
