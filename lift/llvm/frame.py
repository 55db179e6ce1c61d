"""What each instruction of a function gives: the registers of one run through its code, without control flow.

A value is a word, an aggregate or vector of values, or an address inside a constant table. Vectors are lanes: what an
operation does, it does for each. Undefined behaviour and other ends of a block are gathered in `effects`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from ...ir import terms
from ...ir.evaluate import fold
from ...ir.graph import (
    CHOICE,
    FALSE,
    TRUE,
    Node,
    any_of,
    apply,
    both,
    choose,
    const,
    either,
    leaf,
    negate,
    rewrite,
    substitute,
    undef,
)
from ...ir.primes import MAX_WIDTH, TABLE
from .instructions import (
    Call,
    Definition,
    Instruction,
    Module,
    Operand,
    Refused,
    Shape,
    braces,
    call,
    operands,
    plain_name,
    shape,
    split,
)
from .opcodes import Word, dissect, entries, intrinsic, joined, operate, outside, pick, with_overflow
from .tables import ADDRESS, Pointer, is_undef, loaded, moved, table

if TYPE_CHECKING:
    from ...ir.facts import Facts

POINTER = "a pointer"  # to anything but a constant table

Value: TypeAlias = "Word | Pointer | tuple[Value, ...]"

CHOICES = 1024  # that one function may leave open

_FLOATING = "fadd fsub fmul fdiv frem fneg fcmp fptoui fptosi uitofp sitofp fptrunc fpext"
_WORDS = {
    "load": "a load from memory", "store": "a store to memory", "alloca": "a variable in memory",
    "getelementptr": "address arithmetic", "ptrtoint": "a pointer", "ptrtoaddr": "a pointer", "inttoptr": "a pointer",
    "addrspacecast": "a pointer", "fence": "an atomic operation", "cmpxchg": "an atomic operation",
    "atomicrmw": "an atomic operation", "invoke": "a call that may throw", "landingpad": "exception handling",
    "resume": "exception handling", "catchswitch": "exception handling", "catchpad": "exception handling",
    "cleanuppad": "exception handling", "catchret": "exception handling", "cleanupret": "exception handling",
    "indirectbr": "a computed branch", "callbr": "inline assembly", "va_arg": "a variadic argument",
    **dict.fromkeys(_FLOATING.split(), "floating-point arithmetic"),
}  # fmt: skip
# How a word is passed, and not what it is; `returned` is looked at where the function returns.
_SILENT = ("zeroext", "signext", "noext", "inreg", "returned")

# Intrinsics that are no row of the table: what they give as a term over x and y, where v is the result's width.
_DERIVED = {
    "llvm.ucmp": "(sub (zext:v (ult y x)) (zext:v (ult x y)))",
    "llvm.scmp": "(sub (zext:v (slt y x)) (zext:v (slt x y)))",
    # a shift that loses bits saturates; one by w or more is poison
    "llvm.ushl.sat": "(select (eq (lshr (shl x y) y) x) (shl x y) -1)",
    "llvm.sshl.sat": "(select (eq (ashr (shl x y) y) x) (shl x y) (select (slt x 0) top (not top)))",
}
_REDUCED = {f"llvm.vector.reduce.{name}": name for name in "add mul and or xor smax smin umax umin".split()}
_NOTHING = frozenset({"llvm.donothing", "llvm.sideeffect", "llvm.experimental.noalias.scope.decl"})
_PASSED_ON = frozenset({"llvm.expect", "llvm.expect.with.probability", "llvm.ssa.copy"})


@dataclass(frozen=True, slots=True)
class Effects:
    """How a piece of code may fail to go on: undefined behaviour, an exception, a trap, a loop beyond its bound."""

    ub: Node = FALSE
    left: Node = FALSE
    trap: Node = FALSE
    beyond: Node = FALSE

    @property
    def ended(self) -> Node:
        """Where nothing is left to run."""
        return any_of([self.ub, self.left, self.trap])

    def under(self, condition: Node) -> Effects:
        """The same where the code runs at all."""
        return Effects(both(condition, self.ub), both(condition, self.left), both(condition, self.trap),
                       both(condition, self.beyond))

    def then(self, later: Effects) -> Effects:
        """What happens first counts: behind a trap, or beyond a loop's bound, nothing is known of what comes later.

        An exception and undefined behaviour end it as well; but nobody asks which of the two came first.
        """
        if later == NOTHING:
            return self
        later = later.under(negate(either(self.trap, self.beyond)))
        runs = negate(either(self.ub, self.left))
        return Effects(either(self.ub, later.ub), either(self.left, later.left),
                       either(self.trap, both(runs, later.trap)), either(self.beyond, both(runs, later.beyond)))


NOTHING = Effects()


class Numbers:
    """Fresh choices, and a limit on them."""

    def __init__(self) -> None:
        self._next = count(1)

    def choice(self, width: int) -> Node:
        """What a freeze chooses, once."""
        return leaf(f"choice{self._number()}", width, CHOICE)

    def undef(self, width: int) -> Node:
        """What an undef is at one use."""
        return undef(str(self._number()), width)

    def _number(self) -> int:
        number = next(self._next)
        if number > CHOICES:
            raise Refused(f"a function that leaves more than {CHOICES} values open", "freeze what is undef once")
        return number


class Frame:
    """The registers of one function while it runs, and what has happened in the block that is being walked."""

    def __init__(self, module: Module, definition: Definition, numbers: Numbers, facts: Facts) -> None:
        self.module, self.definition, self.numbers, self.facts = module, definition, numbers, facts
        self.registers: dict[str, Value] = {}
        self.effects = Effects()
        self._used: set[str] = set()

    def undefined(self, when: Node) -> None:
        """Behaviour is undefined in this block `when` that holds."""
        if when is not FALSE:
            self.effects = self.effects.then(Effects(ub=when))

    def define(self, register: str, value: Value) -> None:
        self.registers[register] = self._settled(value)
        self._used.discard(register)

    def _settled(self, value: Value) -> Value:
        """`value` with the words that known bits and ranges decide as constants."""
        def settle(word: Word) -> Word:
            return replace(word, value=self.facts.simplify(word.value), poison=self.facts.simplify(word.poison))

        return each(settle, value) if not isinstance(value, Pointer) else replace(value, offset=settle(value.offset))

    # --- instructions -----------------------------------------------------------------------------------------------

    def value(self, instruction: Instruction) -> Value:
        """What an instruction gives; () where it gives nothing. Refused for what is not about integers."""
        value, notes = self._value(instruction), instruction.notes
        return self._noted(value, instruction) if "!range" in notes or "!noundef" in notes else value

    def _value(self, instruction: Instruction) -> Value:
        match instruction.opcode:
            case "call":
                return self._call(instruction)
            case "freeze":
                (operand,) = operands(instruction.rest)
                return each(self._freeze, self.operand(operand))
            case "select":
                return self._select(instruction)
            case "extractvalue":
                aggregate, *path = operands(instruction.rest)
                return _extracted(self.operand(aggregate), [int(index.value) for index in path])
            case "insertvalue":
                aggregate, element, *path = operands(instruction.rest)
                return _inserted(self.operand(aggregate), [int(index.value) for index in path], self.operand(element))
            case "extractelement":
                return self._element(*map(self.operand, operands(instruction.rest)))
            case "insertelement":
                return self._with_element(*map(self.operand, operands(instruction.rest)))
            case "shufflevector":
                return self._shuffled(instruction)
            case "bitcast":
                _, _, (operand,), target = dissect(instruction)
                assert target is not None, instruction.text
                return self._bitcast(self.operand(operand), self.shape(target))
            case "getelementptr":
                return self._address(instruction.rest)
            case "load":
                return self._load(instruction.rest)
        return self._operation(instruction)

    def _noted(self, value: Value, instruction: Instruction) -> Value:
        """`value` with what `!range` and `!noundef` say of it."""
        notes = dict(re.findall(r"!([\w.]+) (![\w.]+)", instruction.notes))
        if "range" in notes:
            bounds = [int(number) for number in re.findall(r"i\d+ (-?\d+)", self.module.metadata[notes["range"]])]
            pairs = list(zip(bounds[::2], bounds[1::2]))
            value = each(lambda word: word.where(_outside_all(word, pairs)), value)
        if "noundef" in notes:
            self.undefined(any_of(word.open() for word in flat(value)))
        return value

    def _operation(self, instruction: Instruction) -> Value:
        """An instruction that is a row of the table, for each lane."""
        if instruction.opcode in _WORDS:
            raise Refused(_WORDS[instruction.opcode])
        key, flags, given, target = dissect(instruction)
        entry = entries().get(key)
        if entry is None or len(entry.letters) != len(given):
            raise Refused(f"the instruction {key}")
        width = _lane(self.shape(target)) if target is not None else None
        values = self._in_order(entry.letters, given)

        def operation(*words: Word) -> Word:
            word, ub = operate(entry.row, words, flags, width)
            self.undefined(ub)
            return word

        return each(operation, *values)

    def _in_order(self, letters: Sequence[str], given: Sequence[Operand]) -> list[Value]:
        """The operands in the order of the row's arguments, each evaluated once."""
        values = {letter: self.operand(operand) for letter, operand in zip(letters, given)}
        if any(isinstance(value, Pointer) for value in values.values()):
            raise Refused("a comparison of addresses")
        return [values[letter] for letter in sorted(values)]

    def _select(self, instruction: Instruction) -> Value:
        _, _, (condition, a, b), _ = dissect(instruction)  # its flags are about floats
        decide, first, second = self.operand(condition), self.operand(a), self.operand(b)
        if isinstance(decide, tuple):
            return each(pick, decide, first, second)
        return each(lambda x, y: pick(as_word(decide), x, y), first, second)

    def _freeze(self, word: Word) -> Word:
        chosen = {open_: self.numbers.choice(open_.width) for open_ in sorted(word.undefs, key=_order)}
        value, poison = substitute([word.value, word.poison], chosen)
        return Word(value if poison is FALSE else choose(poison, self.numbers.choice(word.width), value))

    # --- vectors ----------------------------------------------------------------------------------------------------

    def _element(self, value: Value, at: Value) -> Value:
        """The element at an index; poison where there is none."""
        vector, index = as_parts(value), as_word(at)
        beyond = self._no_element(vector, index)
        result = vector[0]
        for number, element in enumerate(vector[1:], 1):
            if number < 1 << index.width:
                same = fold(apply("eq", index.value, const(number, index.width)))
                result = each(lambda x, y, same=same: pick(Word(same), x, y), element, result)
        return each(lambda word: Word(word.value, either(word.poison, beyond), word.undefs | index.undefs), result)

    def _with_element(self, value: Value, element: Value, at: Value) -> Value:
        """A vector with another element at an index; all of it is poison where there is none."""
        vector, index = as_parts(value), as_word(at)
        beyond = self._no_element(vector, index)
        result: list[Value] = []
        for number, old in enumerate(vector):
            same = FALSE
            if number < 1 << index.width:
                same = fold(apply("eq", index.value, const(number, index.width)))
            decide = Word(same, beyond, index.undefs)
            result.append(each(lambda x, y, decide=decide: pick(decide, x, y), element, old))
        return tuple(result)

    @staticmethod
    def _no_element(vector: Sequence[Value], index: Word) -> Node:
        if len(vector) >= 1 << index.width:
            return index.poison
        return either(index.poison, fold(apply("ule", const(len(vector), index.width), index.value)))

    def _shuffled(self, instruction: Instruction) -> Value:
        first, second, mask = operands(instruction.rest)
        lanes = [*as_parts(self.operand(first)), *as_parts(self.operand(second))]
        picked: list[Value] = []
        for word in flat(self._constant(self.shape(mask.type), mask.value)):
            chosen = word.poison is FALSE and not word.undefs
            lane = lanes[int(word.value.data)] if chosen else lanes[0]
            if any(lane is other for other in picked):  # a lane of undef is another value at each place
                lane = self._again(lane)
            picked.append(lane if chosen else each(lambda word: word.where(TRUE), zero(_shape_of(lane))))
        return tuple(picked)

    def _bitcast(self, value: Value, wanted: Shape) -> Value:
        """The same bits in words of another width; poison spreads to every word that holds a poisoned bit."""
        words = flat(value)
        if isinstance(wanted, tuple) and any(not isinstance(part, int) for part in wanted):
            raise Refused("a bitcast")
        widths = [wanted] if isinstance(wanted, int) else [part for part in wanted if isinstance(part, int)]
        if not self.module.little_endian:
            words, widths = words[::-1], widths[::-1]
        cut = _recut(words, widths)
        if not self.module.little_endian:
            cut = cut[::-1]
        return cut[0] if isinstance(wanted, int) else tuple(cut)

    # --- memory -----------------------------------------------------------------------------------------------------

    def _address(self, rest: str) -> Value:
        """A `getelementptr` into a constant table, as an instruction or as a constant."""
        parts = split(rest)
        *flags, type_ = [word for word in parts[0] if not word.startswith("inrange")]
        base, *indices = operands(", ".join(" ".join(part) for part in parts[1:]))
        if base.type != "ptr":
            raise Refused("a vector of addresses")
        pointer = self._at(base, "address arithmetic")
        return moved(pointer, type_, [as_word(self.operand(index)) for index in indices], flags, self.module.types)

    def _load(self, rest: str) -> Value:
        parts = split(rest)
        if len(parts[0]) != 1:
            raise Refused("a volatile or atomic load")
        wanted = self.shape(parts[0][0])
        pointer = self._at(operands(" ".join(parts[1]))[0], "a load from memory")
        if not isinstance(wanted, int):
            raise Refused("a load of an aggregate")
        alignment = next((int(part[1]) for part in parts[2:] if part[0] == "align"), 1)
        if is_undef(pointer, wanted, alignment):
            return self._undef(wanted)
        word, ub = loaded(pointer, wanted, alignment, self.module.little_endian)
        self.undefined(ub)
        return word

    def _at(self, operand: Operand, what: str) -> Pointer:
        """The address that `operand` is. Refused, as `what` it is for, where it is none that we know."""
        try:
            pointer = self.operand(operand)
        except Refused as refusal:
            raise Refused(what, refusal.hint) if refusal.what == POINTER else refusal from None
        assert isinstance(pointer, Pointer), operand
        return pointer

    def _global(self, name: str) -> Pointer:
        """The address of the constant global `name`."""
        written = self.module.constants.get(name)
        if written is None:
            raise Refused(POINTER, f"{name} is no table of constants")
        content = table(name, *written, self.module.types, self.module.little_endian)
        return Pointer(content, Word(const(0, ADDRESS)))

    # --- calls ------------------------------------------------------------------------------------------------------

    def _call(self, instruction: Instruction) -> Value:
        called = call(instruction.rest)
        name = intrinsic(called)
        if called.bundles:
            raise Refused("an operand bundle")
        value = self._intrinsic(name, called) if name.startswith("llvm.") else self.called(called)
        for group in re.findall(r"#\d+", instruction.notes):
            if "noreturn" in self.module.groups.get(group, "").split():
                self.undefined(TRUE)  # here it has returned
        return self.attributed(value, called.attributes)

    def called(self, called: Call) -> Value:
        """What a call of another function gives."""
        raise Refused(f"a call of {called.callee}")

    def _intrinsic(self, name: str, called: Call) -> Value:
        given = called.arguments
        if name in _NOTHING:
            return ()
        if name == "llvm.assume":
            condition = self.word(given[0])
            self.undefined(either(condition.open(), negate(condition.value)))
            return ()
        if name in _PASSED_ON:
            return self.operand(given[0])
        if name in _REDUCED:
            return self._reduced(TABLE[_REDUCED[name]].name, as_parts(self.operand(given[0])))
        if name in _DERIVED:
            return self._derived(name, [self.operand(operand) for operand in given], _lane(self.shape(called.type)))
        entry = entries().get(name)
        if entry is None:
            raise Refused(f"a call of {called.callee}")
        count = len(entry.letters)
        values = self._in_order(entry.letters, given[:count])
        flags = [flag for flag, argument in zip(entry.row.flags, given[count:]) if argument.value == "true"]

        def operation(*words: Word) -> Word:
            word, ub = operate(entry.row, words, flags)
            self.undefined(ub)
            return word

        result = each(operation, *values)
        if ".with.overflow" in name:
            row = with_overflow(entry.row.name)
            return each(lambda *words: operate(row, words)[0], *values), result
        return result

    def _reduced(self, op: str, lanes: Sequence[Value]) -> Value:
        result = as_word(lanes[0])
        for lane in lanes[1:]:
            result, _ = operate(TABLE[op], [result, as_word(lane)])
        return result

    def _derived(self, name: str, values: Sequence[Value], width: int) -> Value:
        def operation(*words: Word) -> Word:
            x, y = words
            names = {"x": x.value, "y": y.value}
            node = terms.instantiate(_derived_term(name), terms.Scope(names, x.width, width), width)
            if all(word.value.is_const for word in words):
                (node,) = rewrite([node], fold)
            result = Word(node, either(x.poison, y.poison), joined(words))
            return result.where(fold(apply("ule", const(x.width, x.width), y.value))) if "shl" in name else result

        return each(operation, *values)

    # --- attributes -------------------------------------------------------------------------------------------------

    def attributed(self, value: Value, attributes: Iterable[str]) -> Value:
        """`value` with what LLVM's attributes say of it: outside a range is poison, and poison is not noundef."""
        for attribute in sorted(attributes, reverse=True):  # a range before noundef
            if bounds := re.fullmatch(r"range\(i\d+ (-?\d+), (-?\d+)\)", attribute):
                pairs = [(int(bounds[1]), int(bounds[2]))]
                value = each(lambda word, pairs=pairs: word.where(_outside_all(word, pairs)), value)
            elif attribute == "noundef":
                self.undefined(any_of(word.open() for word in flat(value)))
            elif attribute not in _SILENT and attribute[0] not in '"=' and not isinstance(value, Pointer):
                raise Refused(f"the attribute {attribute}")
        return value

    # --- operands ---------------------------------------------------------------------------------------------------

    def shape(self, type_: str) -> Shape:
        return shape(type_, self.module.types)

    def word(self, operand: Operand) -> Word:
        return as_word(self.operand(operand))

    def operand(self, operand: Operand) -> Value:
        """The value of an operand at this use of it. What is undef may be another value at the next."""
        if not operand.value.startswith("%"):
            value = self._pointer(operand.value) if operand.type == "ptr" else (
                self._constant(self.shape(operand.type), operand.value))
            return self.attributed(value, operand.attributes) if operand.attributes else value
        if operand.value not in self.registers:
            self.shape(operand.type)  # which is refused by its name
            raise Refused(f"the value {operand.value}")
        value = self.registers[operand.value]
        if operand.value in self._used:
            value = self._again(value)
        self._used.add(operand.value)
        return self.attributed(value, operand.attributes) if operand.attributes else value

    def _pointer(self, text: str) -> Value:
        if text.startswith("@"):
            return self._global(text)
        if text.startswith("getelementptr "):
            words = text.removeprefix("getelementptr ")
            flags, _, inside = words.partition("(")
            return self._address(f"{flags}{inside.removesuffix(')')}")
        raise Refused(POINTER)

    def _again(self, value: Value) -> Value:
        """`value` with other choices where it comes from undef."""
        words = flat(value)
        undefs = sorted(joined(words), key=_order)
        if not undefs:
            return value
        fresh = {old: self.numbers.undef(old.width) for old in undefs}
        nodes = iter(substitute([node for word in words for node in (word.value, word.poison)], fresh))
        return each(lambda word: Word(next(nodes), next(nodes), frozenset(fresh[old] for old in word.undefs)), value)

    def _constant(self, wanted: Shape, text: str) -> Value:
        """The constant that `text` is. Refused for globals and constant expressions."""
        if text == "poison":
            return each(lambda word: replace(word, poison=TRUE), zero(wanted))
        if text == "undef":
            return each(lambda word: self._undef(word.width), zero(wanted))
        if text == "zeroinitializer":
            return zero(wanted)
        if text.startswith("bitcast ("):
            inside, _, _ = text.removeprefix("bitcast (").removesuffix(")").rpartition(" to ")
            return self._bitcast(self.operand(operands(inside)[0]), wanted)
        if isinstance(wanted, int):
            return Word(const(number(text), wanted))
        if text.startswith('c"'):  # an array of bytes
            return tuple(Word(const(ord(byte), 8)) for byte in plain_name(text))
        if text.startswith("splat ("):
            (element,) = operands(text.removeprefix("splat (").removesuffix(")"))
            return tuple(self.operand(element) for _ in wanted)
        parts = operands(inside) if (inside := braces(text)).strip() else []
        if len(parts) != len(wanted):
            raise Refused("a constant of this kind")
        return tuple(self.operand(part) for part in parts)

    def _undef(self, width: int) -> Word:
        choice = self.numbers.undef(width)
        return Word(choice, FALSE, frozenset({choice}))


# --- values -----------------------------------------------------------------------------------------------------------


def each(change: Callable[..., Word], *values: Value) -> Value:
    """`change` of the words of one or more values of the same shape, in that shape."""
    first = values[0]
    if isinstance(first, tuple):
        return tuple(each(change, *(part(value, index) for value in values)) for index in range(len(first)))
    if isinstance(first, Pointer):
        if len(values) == 1:
            return first
        pointers = [value for value in values if isinstance(value, Pointer)]
        if len({pointer.table.name for pointer in pointers}) != 1 or len(pointers) != len(values):
            raise Refused("a choice between two tables")
        return Pointer(first.table, change(*(pointer.offset for pointer in pointers)))
    return change(*values)


def _order(choice: Node) -> tuple[int, str]:
    """Choices in the order in which they were made."""
    return len(str(choice.data)), str(choice.data)


def flat(value: Value) -> list[Word]:
    """The words of a value in their order."""
    if isinstance(value, tuple):
        return [word for inner in value for word in flat(inner)]
    return [value.offset if isinstance(value, Pointer) else value]


def zero(wanted: Shape) -> Value:
    return Word(const(0, wanted)) if isinstance(wanted, int) else tuple(map(zero, wanted))


def as_word(value: Value) -> Word:
    assert isinstance(value, Word), value
    return value


def as_parts(value: Value) -> tuple[Value, ...]:
    assert isinstance(value, tuple), value
    return value


def part(value: Value, index: int) -> Value:
    return as_parts(value)[index]


def _shape_of(value: Value) -> Shape:
    return tuple(map(_shape_of, value)) if isinstance(value, tuple) else as_word(value).width


def _lane(wanted: Shape) -> int:
    """The width of a word, or of the words of a vector."""
    while not isinstance(wanted, int):
        wanted = wanted[0]
    return wanted


def _extracted(value: Value, path: Sequence[int]) -> Value:
    for index in path:
        value = part(value, index)
    return value


def _inserted(value: Value, path: Sequence[int], element: Value) -> Value:
    if not path:
        return element
    parts = as_parts(value)
    index, *rest = path
    return (*parts[:index], _inserted(parts[index], rest, element), *parts[index + 1 :])


def _outside_all(word: Word, pairs: Sequence[tuple[int, int]]) -> Node:
    """When `word` is in none of the ranges."""
    result = TRUE
    for low, high in pairs:
        result = both(result, outside(word, low, high))
    return result


def _recut(words: Sequence[Word], widths: Sequence[int]) -> list[Word]:
    """The bits of `words`, the lowest first, as words of `widths`. Refused where no cut of one falls on one of another
    before 128 bits."""
    result: list[Word] = []
    waiting = list(words)
    for width in widths:
        held: list[Word] = []
        while sum(word.width for word in held) < width:
            held.append(waiting.pop(0))
        whole = _glued(held)
        if whole.width > width:
            low, _ = operate(TABLE["trunc"], [whole], (), width)
            shift = Word(const(width, whole.width))
            high, _ = operate(TABLE["trunc"], [operate(TABLE["lshr"], [whole, shift])[0]], (), whole.width - width)
            waiting.insert(0, high)
            whole = low
        result.append(whole)
    return result


def _glued(words: Sequence[Word]) -> Word:
    """One word of several, the first in its low bits."""
    width = sum(word.width for word in words)
    if len(words) == 1:
        return words[0]
    if width > MAX_WIDTH:
        raise Refused("a bitcast of so many bits")
    result = Word(const(0, width))
    at = 0
    for word in words:
        wide, _ = operate(TABLE["zext"], [word], (), width)
        moved_up, _ = operate(TABLE["shl"], [wide, Word(const(at, width))])
        result, _ = operate(TABLE["or"], [result, moved_up]) if at else (moved_up, FALSE)
        at += word.width
    return result


@cache
def _derived_term(name: str) -> terms.Term:
    return terms.parse(_DERIVED[name])


def number(text: str) -> int:
    """An integer literal of LLVM. Refused where it is something else."""
    if text in ("true", "false"):
        return int(text == "true")
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if text.startswith("@"):
        raise Refused(f"the global {text}")
    raise Refused("a constant expression" if "(" in text else f"the constant {text}")

