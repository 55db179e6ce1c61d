"""LLVM IR, text or bitcode, as graphs: every integer instruction, branches and phis, poison and undefined behaviour.

LLVM parses and prints the module (assembly.py), and nothing is optimized: an optimization may use that behaviour is
undefined, and then hides it. Each block is walked once, in an order in which values stand before their uses; phis
become selects over the conditions of regions.py, and undefined behaviour counts where its block is reached.

    source = lift_llvm(text, "src")
    for name in functions_of(text): ...
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from ..ir.errors import Place, PrimirError
from ..ir.evaluate import fold
from ..ir.graph import (
    CHOICE,
    FALSE,
    TRUE,
    Function,
    Node,
    Parameter,
    Result,
    any_of,
    apply,
    both,
    choose,
    const,
    either,
    leaf,
    negate,
    substitute,
)
from ..ir.types import Type
from ..jobs.limits import Deadline
from .assembly import Printed, read_module
from .instructions import (
    Block,
    Definition,
    Instruction,
    Module,
    Operand,
    Refused,
    Shape,
    branch,
    call,
    operands,
    parse_module,
    plain_name,
    shape,
    split,
)
from .opcodes import Word, dissect, entries, intrinsic, joined, operate, outside, pick, with_overflow
from .regions import Regions, merged, order_or_loop

Value: TypeAlias = "Word | tuple[Value, ...]"

CHOICES = 256  # that one function may leave open


def lift_llvm(data: str | bytes, symbol: str | None = None, *, file: str | None = None,
              seconds: float = 20, raises: str | None = None) -> Function:
    """The function `symbol` of a module, the only one where none is named.

    Results of an aggregate type are several results; widths have no signs, so that all types are unsigned. An input
    may be poison unless it is `noundef`, but is never undef. A call of `raises` leaves the function's domain: our own
    lowering writes an exception so, and in IR of somebody else's it is a call as any other. PrimirError, with its
    place in `file` for IR text, for what is no module, holds no such function, or cannot be lifted: loops, calls,
    memory, floats, pointers, vectors.
    """
    found = functions_of(data, file=file, seconds=seconds, only=symbol, raises=raises)
    if symbol is not None:
        return found[symbol]
    if len(found.names) == 1:
        return found[found.names[0]]
    if not found.names:
        raise PrimirError("this module defines no function", Place(file))
    prefix = f"{file}:" if file is not None else ""
    raise PrimirError(f"this module defines {len(found.names)} functions", Place(file),
                      f"name one: {_listed([prefix + name for name in found.names])}")


def functions_of(data: str | bytes, *, file: str | None = None, seconds: float = 20,
                 only: str | None = None, raises: str | None = None) -> Functions:
    """All functions that a module defines. One that cannot be lifted is missing, and looking it up says why.

    `only` leaves the others unlifted; `raises` is as in `lift_llvm`. PrimirError where the data is no module.
    """
    deadline = Deadline(seconds)
    printed = read_module(data, file, seconds)
    module = parse_module(printed.text)
    found = Functions(module, printed, raises)
    for name in found.names if only is None else [only]:
        try:
            found.lift(name, deadline)
        except PrimirError as problem:
            found.refused[name] = problem
    return found


class Functions(dict[str, Function]):
    """The functions of a module by name; looking up one that is not there raises the PrimirError that says why.

    `names` are all that the module defines, in its order, and `refused` says which of them could not be lifted.
    """

    def __init__(self, module: Module, printed: Printed, raises: str | None) -> None:
        super().__init__()
        self._module, self._printed, self._raises = module, printed, raises
        self._symbols = {plain_name(name): name for name in (*module.definitions, *module.aliases)}
        self.names = list(self._symbols)
        self.refused: dict[str, PrimirError] = {}

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The names of what is to be compared, as alive-tv has it: `src` and `tgt`, `src2` and `tgt2`."""
        pairs = [(name, "tgt" + name[3:]) for name in self.names if name.startswith("src")]
        return [(source, target) for source, target in pairs if target in self._symbols]

    def lift(self, name: str, deadline: Deadline) -> None:
        """Add the function `name`. PrimirError where that cannot be."""
        symbol = self._symbols.get(name)
        if symbol is None:
            raise self._unknown(name)
        definition = self._module.definitions.get(self._module.aliases.get(symbol, symbol))
        if definition is None:
            raise PrimirError(f"{name} is an alias of something not defined here", Place(self._printed.user.file))
        self[name] = _Lifter(self._module, definition, self._printed, deadline, self._raises).function(name)

    def __missing__(self, name: str) -> Function:
        raise self.refused[name] if name in self.refused else self._unknown(name)

    def _unknown(self, name: str) -> PrimirError:
        place = Place(self._printed.user.file)
        if name in map(plain_name, self._module.declared):
            return PrimirError(f"{name} is declared here, but not defined", place)
        close = difflib.get_close_matches(name, self.names, n=1)
        there = f"there is {_listed(self.names)}" if self.names else "it defines none"
        return PrimirError(f"there is no function {name}", place, f"did you mean {close[0]}?" if close else there)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")


# --- one function -----------------------------------------------------------------------------------------------------

_FLOATING = "fadd fsub fmul fdiv frem fneg fcmp fptoui fptosi uitofp sitofp fptrunc fpext"
_WORDS = {
    "load": "a load from memory", "store": "a store to memory", "alloca": "a variable in memory",
    "getelementptr": "address arithmetic", "ptrtoint": "a pointer", "ptrtoaddr": "a pointer", "inttoptr": "a pointer",
    "addrspacecast": "a pointer", "fence": "an atomic operation", "cmpxchg": "an atomic operation",
    "atomicrmw": "an atomic operation", "invoke": "a call that may throw", "landingpad": "exception handling",
    "resume": "exception handling", "catchswitch": "exception handling", "catchpad": "exception handling",
    "cleanuppad": "exception handling", "catchret": "exception handling", "cleanupret": "exception handling",
    "indirectbr": "a computed branch", "callbr": "inline assembly", "extractelement": "a vector operation",
    "insertelement": "a vector operation", "shufflevector": "a vector operation", "va_arg": "a variadic argument",
    **dict.fromkeys(_FLOATING.split(), "floating-point arithmetic"),
}  # fmt: skip
_LATER = "loops come with a later release"
_EXTENSIONS = ("zeroext", "signext", "noext", "inreg")  # how a word is passed, not what it is


class _Lifter:
    """The walk through one definition: the values of its registers, and where behaviour is undefined."""

    def __init__(self, module: Module, definition: Definition, printed: Printed, deadline: Deadline,
                 raises: str | None) -> None:
        self.module, self.definition, self.user, self.deadline = module, definition, printed.user, deadline
        self.marker = None if raises is None else f"@{raises}"
        self.registers: dict[str, Value] = {}
        self.used: set[str] = set()
        self.choices = 0
        self.numbers: dict[str, int] = {}  # of the blocks
        self.ub = FALSE  # of the block that is being walked

    # --- the whole --------------------------------------------------------------------------------------------------

    def function(self, name: str) -> Function:
        try:
            parameters = self._parameters()
            results = self._shape(self.definition.type) if self.definition.type != "void" else ()
        except Refused as refusal:
            raise self._error(refusal, self.user.header(self.definition.name)) from None
        blocks = [self._up_to_raise(block) for block in self.definition.blocks]
        self.numbers = {block.name: index for index, block in enumerate(blocks)}
        successors = self._successors(blocks)
        order, loop = order_or_loop(successors, 0)
        if loop is not None:
            raise PrimirError("a loop cannot be lifted", self._block_place(blocks[loop]), _LATER)
        returns = {index for index in order if blocks[index].instructions[-1].opcode == "ret"}
        regions = Regions(successors, order, returns)
        returned: dict[int, Value] = {}
        ub, left = self.ub, FALSE
        for index in order:
            reached = regions.reached(index)
            self.ub = FALSE
            self._walk(blocks[index], index, regions, returned)
            ub = either(ub, both(reached, self.ub))
            if self._raises(blocks[index].instructions[-1]):
                left = either(left, reached)
        value = self._merge(regions.incoming(Regions.EXIT), returned) if returned else _zero(results)
        given = tuple(Result(Type(word.width), word.value, word.poison) for word in _flat(value))
        return Function(name, parameters, given, ub, negate(left))

    def _walk(self, block: Block, index: int, regions: Regions, returned: dict[int, Value]) -> None:
        """Give the registers of a block their values, and tell `regions` and `returned` how it goes on."""
        for instruction in block.instructions:
            if self.deadline.passed():
                raise PrimirError("lifting this function took too long", self.user.header(self.definition.name))
            try:
                match instruction.opcode:
                    case "br" | "switch":
                        regions.leave(index, self._targets(instruction))
                    case "ret":
                        returned[index] = self._return(instruction)
                        regions.leave(index, [(Regions.EXIT, TRUE)])
                    case "unreachable":
                        self.ub = TRUE
                    case "phi":
                        self.registers[str(instruction.result)] = self._phi(instruction, regions.incoming(index))
                    case _:
                        value = self._value(instruction)
                        if instruction.result is not None:
                            self.registers[instruction.result] = value
            except Refused as refusal:
                raise self._error(refusal, self._place(instruction)) from None

    # --- the signature ----------------------------------------------------------------------------------------------

    def _parameters(self) -> tuple[Parameter, ...]:
        """The parameters, now also in `registers`. What their attributes forbid is undefined behaviour or poison."""
        if self.definition.variadic:
            raise Refused("a variadic function")
        parameters: list[Parameter] = []
        for index, operand in enumerate(self.definition.parameters):
            width = self._shape(operand.type)
            if not isinstance(width, int):
                raise Refused("an aggregate as a parameter", "pass its parts one by one")
            name = _parameter_name(operand.value, index, {parameter.name for parameter in parameters})
            parameter = Parameter(name, Type(width), noundef="noundef" in operand.attributes)
            parameters.append(parameter)
            word = Word(parameter.value, parameter.poison)
            self.registers[operand.value] = self._attributed(word, operand.attributes)
        return tuple(parameters)

    def _return(self, instruction: Instruction) -> Value:
        if self.definition.never_returns:
            self.ub = TRUE
        if instruction.rest == "void":
            return ()
        (operand,) = operands(instruction.rest)
        known = [word for word in self.definition.attributes if word == "noundef" or word.startswith("range(")]
        return self._attributed(self._operand(operand), known)

    def _attributed(self, value: Value, attributes: Iterable[str]) -> Value:
        """`value` with what LLVM's attributes say of it: outside a range is poison, and poison is not noundef."""
        for attribute in sorted(attributes, reverse=True):  # a range before noundef
            if bounds := re.fullmatch(r"range\(i\d+ (-?\d+), (-?\d+)\)", attribute):
                assert isinstance(value, Word), value
                value = value.where(outside(value, int(bounds[1]), int(bounds[2])))
            elif attribute == "noundef":
                self.ub = either(self.ub, any_of(word.open() for word in _flat(value)))
            elif attribute not in _EXTENSIONS and attribute[0] not in '"=':
                raise Refused(f"the attribute {attribute}")
        return value

    # --- control flow -----------------------------------------------------------------------------------------------

    def _successors(self, blocks: Sequence[Block]) -> dict[int, list[int]]:
        """Where each block leads to, each target once."""
        successors = {}
        for index, block in enumerate(blocks):
            last = block.instructions[-1]
            labels = branch(last.rest).labels if last.opcode in ("br", "switch") else []
            successors[index] = [self.numbers[label] for label in labels]
        return successors

    def _targets(self, instruction: Instruction) -> list[tuple[int, Node]]:
        """The blocks that a branch or a switch leads to, each once, and when. To decide by poison or undef is UB."""
        choice = branch(instruction.rest)
        if choice.operand is None:
            return [(self.numbers[choice.default], TRUE)]
        word = self._word(choice.operand)
        self.ub = either(self.ub, word.open())
        cases: dict[str, Node] = {}
        for number, label in choice.cases:
            same = fold(apply("eq", word.value, const(_number(number), word.width))) if number != "true" else word.value
            cases[label] = either(cases.get(label, FALSE), same)
        cases.pop(choice.default, None)  # it is where everything else goes, too
        cases[choice.default] = negate(any_of(cases.values()))
        return [(self.numbers[label], condition) for label, condition in cases.items()]

    def _raises(self, instruction: Instruction) -> bool:
        if self.marker is None or instruction.opcode != "call":
            return False
        return f"{self.marker}()" in split(instruction.rest)[0]

    def _up_to_raise(self, block: Block) -> Block:
        """`block` without what stands after an exception: nobody comes there."""
        for index, instruction in enumerate(block.instructions):
            if self._raises(instruction):
                return Block(block.name, block.instructions[: index + 1])
        return block

    def _phi(self, instruction: Instruction, ways: list[tuple[int, Node]]) -> Value:
        pairs = split(instruction.rest)
        type_ = pairs[0][-2]
        given: dict[int, Value] = {}
        sources = {source for source, _ in ways}
        for *_, pair in pairs:
            value, (label,) = split(pair[1:-1])
            if self.numbers[label] in sources and self.numbers[label] not in given:
                given[self.numbers[label]] = self._operand(Operand(type_, " ".join(value)))
        return self._merge(ways, given)

    def _merge(self, ways: list[tuple[int, Node]], given: dict[int, Value]) -> Value:
        """The one of the `given` values whose way was taken."""
        values = [given[source] for source, _ in ways]
        if isinstance(values[0], tuple):
            return tuple(self._merge(ways, {source: _part(given[source], index) for source, _ in ways})
                         for index in range(len(values[0])))
        words = {source: _the_word(given[source]) for source, _ in ways}
        return Word(merged(ways, {source: word.value for source, word in words.items()}),
                    merged(ways, {source: word.poison for source, word in words.items()}), joined(words.values()))

    # --- instructions -----------------------------------------------------------------------------------------------

    def _value(self, instruction: Instruction) -> Value:
        """What an instruction gives."""
        if noted := re.search(r"!(?:range|noundef)\b", instruction.notes):
            raise Refused(f"{noted[0]} metadata")
        match instruction.opcode:
            case "call":
                return self._call(instruction)
            case "freeze":
                (operand,) = operands(instruction.rest)
                return _each(self._freeze, self._operand(operand))
            case "select":
                _, _, (condition, a, b), _ = dissect(instruction)  # its flags are about floats
                decide = self._word(condition)
                return _each(lambda x, y: pick(decide, x, y), self._operand(a), self._operand(b))
            case "extractvalue":
                aggregate, *path = operands(instruction.rest)
                return _extracted(self._operand(aggregate), [int(index.value) for index in path])
            case "insertvalue":
                aggregate, element, *path = operands(instruction.rest)
                return _inserted(self._operand(aggregate), [int(index.value) for index in path], self._operand(element))
            case "bitcast":
                return self._bitcast(instruction)
        return self._operation(instruction)

    def _operation(self, instruction: Instruction) -> Word:
        """An instruction that is a row of the table."""
        if instruction.opcode in _WORDS:
            raise Refused(_WORDS[instruction.opcode])
        key, flags, given, target = dissect(instruction)
        entry = entries().get(key)
        if entry is None or len(entry.letters) != len(given):
            raise Refused(f"the instruction {key}")
        words = self._in_order(entry.letters, given)
        width = self._shape(target) if target is not None else None
        assert width is None or isinstance(width, int), instruction.text
        word, ub = operate(entry.row, words, flags, width)
        self.ub = either(self.ub, ub)
        return word

    def _in_order(self, letters: Sequence[str], given: Sequence[Operand]) -> list[Word]:
        """The operands in the order of the row's arguments, each evaluated once."""
        words = {letter: self._word(operand) for letter, operand in zip(letters, given)}
        return [words[letter] for letter in sorted(words)]

    def _bitcast(self, instruction: Instruction) -> Word:
        _, _, (operand,), target = dissect(instruction)
        if target is None or self._shape(target) != self._shape(operand.type):
            raise Refused("a bitcast")
        return self._word(operand)

    def _freeze(self, word: Word) -> Word:
        if word.poison is FALSE:
            return Word(word.value)
        return Word(choose(word.poison, self._choice(word.width), word.value))

    def _call(self, instruction: Instruction) -> Value:
        called = call(instruction.rest)
        if called.callee == self.marker:
            return ()
        name = intrinsic(called)
        entry = entries().get(name)
        if called.callee == self.definition.name:
            raise Refused("a recursive call")
        if entry is None and name not in ("llvm.assume", "llvm.expect"):
            raise Refused(f"a call of {called.callee}")
        if called.bundles:
            raise Refused("an operand bundle")
        for group in re.findall(r"#\d+", instruction.notes):
            if "noreturn" in self.module.groups.get(group, "").split():
                raise Refused("the attribute noreturn")
        if name == "llvm.assume":
            condition = self._word(called.arguments[0])
            self.ub = either(self.ub, either(condition.open(), negate(condition.value)))
            return ()
        value: Value
        if entry is None:
            value = self._word(called.arguments[0])
        else:
            count = len(entry.letters)
            words = self._in_order(entry.letters, called.arguments[:count])
            given = [argument.value == "true" for argument in called.arguments[count:]]
            flags = [flag for flag, holds in zip(entry.row.flags, given) if holds]
            value, ub = operate(entry.row, words, flags)
            if not isinstance(self._shape(called.type), int):
                value = operate(with_overflow(entry.row.name), words)[0], value
            self.ub = either(self.ub, ub)
        return self._attributed(value, called.attributes)

    # --- operands ---------------------------------------------------------------------------------------------------

    def _shape(self, type_: str) -> Shape:
        return shape(type_, self.module.types)

    def _word(self, operand: Operand) -> Word:
        return _the_word(self._operand(operand))

    def _operand(self, operand: Operand) -> Value:
        """The value of an operand at this use of it. What is undef may be another value at the next."""
        wanted = self._shape(operand.type)
        if not operand.value.startswith("%"):
            return self._attributed(self._constant(wanted, operand.value), operand.attributes)
        value = self.registers[operand.value]
        if operand.value in self.used:
            value = self._again(value)
        self.used.add(operand.value)
        return self._attributed(value, operand.attributes)

    def _again(self, value: Value) -> Value:
        """`value` with other choices where it comes from undef."""
        words = list(_flat(value))
        undefs = sorted(joined(words), key=lambda node: (len(str(node.data)), str(node.data)))
        if not undefs:
            return value
        fresh = {old: self._choice(old.width) for old in undefs}
        nodes = iter(substitute([node for word in words for node in (word.value, word.poison)], fresh))
        return _each(lambda word: Word(next(nodes), next(nodes), frozenset(fresh[old] for old in word.undefs)), value)

    def _choice(self, width: int) -> Node:
        self.choices += 1
        if self.choices > CHOICES:
            raise Refused(f"a function that leaves more than {CHOICES} values open", "freeze what is undef once")
        return leaf(f"choice{self.choices}", width, CHOICE)

    def _constant(self, wanted: Shape, text: str) -> Value:
        """The constant that `text` is. Refused for globals and constant expressions."""
        if text == "poison":
            return _each(lambda word: replace(word, poison=TRUE), _zero(wanted))
        if text == "undef":
            return _each(lambda word: self._undef(word.width), _zero(wanted))
        if text == "zeroinitializer":
            return _zero(wanted)
        if isinstance(wanted, int):
            return Word(const(_number(text), wanted))
        if text.startswith('c"'):  # an array of bytes
            return tuple(Word(const(ord(byte), 8)) for byte in plain_name(text))
        inside = re.fullmatch(r"<?[{\[](.*)[}\]]>?", text)
        parts = operands(inside[1]) if inside is not None and inside[1].strip() else []
        if len(parts) != len(wanted):
            raise Refused("a constant of this kind")
        return tuple(self._operand(part) for part in parts)

    def _undef(self, width: int) -> Word:
        choice = self._choice(width)
        return Word(choice, FALSE, frozenset({choice}))

    # --- places -----------------------------------------------------------------------------------------------------

    def _place(self, instruction: Instruction) -> Place:
        return self.user.instruction(self.definition.name, instruction.result, instruction.opcode, instruction.nth,
                                     instruction.text)

    def _block_place(self, block: Block) -> Place:
        label = self.user.label(self.definition.name, block.name)
        return label if label is not None else self._place(block.instructions[0])

    def _error(self, refusal: Refused, place: Place) -> PrimirError:
        return PrimirError(f"{refusal.what} cannot be lifted", place, refusal.hint)


# --- values -----------------------------------------------------------------------------------------------------------


def _each(change: Callable[..., Word], *values: Value) -> Value:
    """`change` of the words of one or more values of the same shape, in that shape."""
    if isinstance(values[0], Word):
        return change(*values)
    return tuple(_each(change, *(_part(value, index) for value in values)) for index in range(len(values[0])))


def _flat(value: Value) -> list[Word]:
    return [value] if isinstance(value, Word) else [word for part in value for word in _flat(part)]


def _zero(wanted: Shape) -> Value:
    return Word(const(0, wanted)) if isinstance(wanted, int) else tuple(map(_zero, wanted))


def _the_word(value: Value) -> Word:
    assert isinstance(value, Word), value
    return value


def _part(value: Value, index: int) -> Value:
    assert isinstance(value, tuple), value
    return value[index]


def _extracted(value: Value, path: Sequence[int]) -> Value:
    for index in path:
        value = _part(value, index)
    return value


def _inserted(value: Value, path: Sequence[int], element: Value) -> Value:
    if not path:
        return element
    assert isinstance(value, tuple), value
    index, *rest = path
    return (*value[:index], _inserted(value[index], rest, element), *value[index + 1 :])


def _number(text: str) -> int:
    """An integer literal of LLVM. Refused where it is something else."""
    if text in ("true", "false"):
        return int(text == "true")
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if text.startswith("@"):
        raise Refused(f"the global {text}")
    raise Refused("a constant expression" if "(" in text else f"the constant {text}")


# --- blocks and names -------------------------------------------------------------------------------------------------


def _parameter_name(printed: str, index: int, taken: set[str]) -> str:
    """A name of word characters for a parameter, unlike those in `taken`; arg0, arg1 ... where LLVM has a number."""
    if re.fullmatch(r"%\d+", printed):
        name = f"arg{index}"
    else:
        name = re.sub(r"[^\w.]", "_", plain_name(printed))
    if re.match(r"\d|choice\d+$", name):  # the names of inner nodes and of choices
        name = f"_{name}"
    while name in taken:
        name += "_"
    return name
