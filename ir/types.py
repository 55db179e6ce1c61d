"""Machine types: `u8`, `i32`, `bool` ...: how wide a word is and whether its top bit is a sign."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from .errors import Place, PrimirError
from .primes import MAX_WIDTH


@dataclass(frozen=True, slots=True)
class Type:
    """A machine word of 1 to 128 bits. Calling it wraps an integer to its range: `u8(300) == 44`."""

    width: int
    signed: bool = False
    truth: bool = False  # bool: one bit, shown as False and True

    @property
    def name(self) -> str:
        return "bool" if self.truth else f"{'i' if self.signed else 'u'}{self.width}"

    def __str__(self) -> str:
        return self.name

    def __call__(self, value: int) -> int:
        return self.read(value)

    @property
    def range(self) -> range:
        low = -(1 << self.width - 1) if self.signed else 0
        return range(low, low + (1 << self.width))

    def read(self, word: int) -> int:
        """The number that `word` (an unsigned word, or any integer, taken modulo 2**width) stands for."""
        word &= (1 << self.width) - 1
        if self.truth:
            return bool(word)
        return word - (1 << self.width) if self.signed and word >> self.width - 1 else word

    def show(self, word: int) -> str:
        """`word` for a reader: its number, in hex where that says more, and with a sign where its top bit is one."""
        value = self.read(word)
        if self.truth or -10 < value < 10:
            return str(value)
        signed = f", signed {value - (1 << self.width)}" if value >> self.width - 1 and not self.signed else ""
        return f"{value} (0x{word:x}{signed})"


@dataclass(frozen=True, slots=True)
class Target:
    """The machine that a source was compiled for: LLVM's name for it, and how wide C's types and pointers are there."""

    triple: str
    widths: tuple[tuple[str, int], ...]


BOOL = Type(1, truth=True)
STANDARD = {str(t): t for t in (*(Type(n, signed) for signed in (False, True) for n in (8, 16, 32, 64)), BOOL)}


def parse_type(name: str, place: Place | None = None) -> Type:
    """The type called `name`: bool, or u or i and a width from 1 to 128. PrimirError for anything else."""
    if name == "bool":
        return BOOL
    if matched := re.fullmatch(r"([ui])(\d{1,6})", name):
        width = int(matched[2])
        if 1 <= width <= MAX_WIDTH:
            return Type(width, matched[1] == "i")
        raise PrimirError(f"the type {name} is {width} bits wide", place, f"widths go from 1 to {MAX_WIDTH}")
    close = difflib.get_close_matches(name, STANDARD, n=1, cutoff=0.3)
    raise PrimirError(f"there is no type {name}", place,
                      f"did you mean {close[0]}?" if close else "types are u1 ... u128, i1 ... i128 and bool")
