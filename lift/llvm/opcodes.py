"""What LLVM's integer instructions give: a value, when it is poison, and when behaviour is undefined.

Which row of the operations' table an instruction is, is read off the table's own LLVM text. The rules for poison and
undef are those of LLVM's language reference and of Alive2 (Lopes et al., PLDI 2021).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ...ir import terms
from ...ir.evaluate import fold
from ...ir.graph import CONST, FALSE, Node, all_of, any_of, apply, choose, const, either, rewrite, substitute
from ...ir.primes import TABLE, Row
from .instructions import Call, Instruction, Operand, Refused, call, flags_and_operands, split


@dataclass(frozen=True, slots=True)
class Word:
    """An integer: its value, when it is poison, and the choices in both that come from undef.

    A choice from undef is made anew at each use; one that freeze has made is made once, and does not count here.
    """

    value: Node
    poison: Node = FALSE
    undefs: frozenset[Node] = frozenset()

    @property
    def width(self) -> int:
        return self.value.width

    def differs(self) -> Node:
        """When the value is not one value but depends on what undef is chosen to be.

        A value is the same for all choices exactly if it is always what it is for the choice 0.
        """
        if not self.undefs:
            return FALSE
        (fixed,) = substitute([self.value], {leaf: const(0, leaf.width) for leaf in self.undefs})
        return folded(apply("ne", self.value, fixed)) if fixed is not self.value else FALSE

    def open(self) -> Node:
        """When it is undefined behaviour to branch on it, or to pass it where noundef stands."""
        return either(self.poison, self.differs())

    def where(self, poison: Node) -> Word:
        """This word, poison also where `poison` holds."""
        return Word(self.value, either(self.poison, poison), self.undefs)


def joined(words: Iterable[Word]) -> frozenset[Node]:
    return frozenset().union(*(word.undefs for word in words))


def folded(node: Node) -> Node:
    """`node` with its operation, and those of its arguments that are constant, computed."""
    return rewrite([node], fold)[0] if all(arg.op == CONST for arg in node.args) else node


def pick(condition: Word, a: Word, b: Word) -> Word:
    """LLVM's select: the poison of the side not taken does not matter."""
    return Word(choose(condition.value, a.value, b.value),
                either(condition.poison, choose(condition.value, a.poison, b.poison)), joined((condition, a, b)))


def outside(word: Word, low: int, high: int) -> Node:
    """When `word` is not in LLVM's range [low, high), which may wrap around; low == high is the full set."""
    mask = (1 << word.width) - 1
    low, high = low & mask, high & mask
    if low == high:
        return FALSE
    # x is in [low, high), modulo 2**w, exactly if x - low < high - low
    distance = folded(apply("sub", word.value, const(low, word.width))) if low else word.value
    return folded(apply("ule", const(high - low, word.width), distance))


# --- the table's own LLVM text ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as one of LLVM's instructions: which argument of the row each operand is, by the letters x, y and z."""

    row: Row
    letters: tuple[str, ...]


@cache
def entries() -> Mapping[str, Entry]:
    """The rows by the instruction that they are: `add`, `icmp ugt`, `llvm.umin`."""
    found: dict[str, Entry] = {}
    for row in TABLE.values():
        for template in (row.llvm, row.mirror):
            if template is None:
                continue
            key, operands = _spelled(template)
            letters = tuple(operand.value[1:] for operand in operands if operand.value.startswith("%"))
            constant = [operand for operand in operands if not operand.value.startswith("%")]
            if constant and not key.startswith("llvm."):
                continue  # not and neg are LLVM's xor and sub with a constant
            assert key not in found, f"{key} is both {row.name} and {found[key].row.name}"
            found[key] = Entry(row, letters)
    return found


def _spelled(template: str) -> tuple[str, list[Operand]]:
    """The key and the operands of an instruction in the table."""
    names = {letter: f"%{letter}" for letter in "xyzt"}
    text = template.splitlines()[0].format(w="i8", v="i8", **names)
    opcode, _, rest = text.partition(" ")
    if opcode == "call":
        called = call(rest)
        return intrinsic(called), called.arguments
    instruction = Instruction(text, None, opcode, rest)
    key, _, operands, _ = dissect(instruction)
    return key, operands


def intrinsic(called: Call) -> str:
    """The name of what is called, without the @ and without the types at its end: `llvm.umin` of @llvm.umin.i8."""
    words = called.callee[1:].split(".")
    while len(words) > 1 and words[-1][:1] in ("i", "v", "p") and words[-1][1:2].isdigit():
        words.pop()
    return ".".join(words)


def dissect(instruction: Instruction) -> tuple[str, list[str], list[Operand], str | None]:
    """The key, the flags, the operands and, for a cast, the type that it leads to."""
    rest, target, words = instruction.rest, None, split(instruction.rest)[-1]
    if "to" in words[1:]:
        rest, target = " ".join(words[: words.index("to", 1)]), " ".join(words[words.index("to", 1) + 1 :])
    flags, operands = flags_and_operands(rest)
    key = instruction.opcode
    if key == "icmp":
        key += f" {flags.pop()}"
    return key, flags, operands, target


@cache
def with_overflow(name: str) -> Row:
    """The arithmetic whose overflow the row `name` is: the row that has it as the condition of a flag."""
    return next(row for row in TABLE.values() if f"({name} x y)" in row.flags.values())


# --- what a row gives -------------------------------------------------------------------------------------------------


def operate(row: Row, args: Sequence[Word], flags: Iterable[str] = (), width: int | None = None) -> tuple[Word, Node]:
    """What LLVM's instruction gives on `args`, and when its behaviour is undefined. `width` is that of a cast's result.

    Refused for a flag that the row does not know.
    """
    nodes = tuple(arg.value for arg in args)
    value = fold(apply(row.name, *nodes, width=width))
    poison = any_of(arg.poison for arg in args)
    ub = FALSE
    for undefined in row.undefined:
        if undefined.kind == "poison":
            poison = either(poison, _condition(undefined.when, row, nodes, value.width))
        else:
            ub = either(ub, _possible(terms.parse(undefined.when), row, args))
    for flag in flags:
        if flag not in row.flags:
            raise Refused(f"the flag {flag}")
        poison = either(poison, _condition(row.flags[flag], row, nodes, value.width))
    return Word(value, poison, joined(args)), ub


def _condition(text: str, row: Row, nodes: tuple[Node, ...], width: int) -> Node:
    """A condition of the table on `nodes`, computed where it is about constants alone."""
    given = tuple(node for node, letter in zip(nodes, "xyz") if letter in _names(terms.parse(text)))
    node = terms.condition(text, row, nodes, width)
    return rewrite([node], fold)[0] if all(node.op == CONST for node in given) else node


def _possible(when: terms.Term, row: Row, args: Sequence[Word]) -> Node:
    """When `when` holds for some value of the arguments that are poison.

    A division by poison is undefined, as it may be by zero, and poison divided by -1, as it may be the smallest number
    (Alive2's div_ub). Each part of the conjunction is about one argument that no other part names, so that the parts
    can be had one by one.
    """
    parts = when.args if isinstance(when, terms.Apply) and when.op == "and" else (when,)
    named = [_names(part) for part in parts]
    assert sum(map(len, named)) == len(frozenset().union(*named)), f"{row.name}: {when}"
    scope = terms.Scope(dict(zip("xyz", (arg.value for arg in args))), args[0].width)
    conditions = []
    for part, names in zip(parts, named):
        node = terms.instantiate(part, scope, 1)
        open_ = any_of(arg.poison for arg, letter in zip(args, "xyz") if letter in names)
        constant = all(scope.names[letter].op == CONST for letter in names)
        conditions.append(either(rewrite([node], fold)[0] if constant else node, open_))
    return all_of(conditions)


@cache
def _names(term: terms.Term) -> frozenset[str]:
    """The variables of a term."""
    match term:
        case terms.Name(name):
            return frozenset({name})
        case terms.Apply(_, args):
            return frozenset().union(*map(_names, args))
        case terms.Fold(_, _, body):
            return _names(body)
        case _:
            return frozenset()
