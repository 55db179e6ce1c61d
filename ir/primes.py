"""The table of operations: one row each, and every reading of an operation derives from its row.

A *prime* is a total function on bit-vectors with SMT-LIB's meaning (x udiv 0 is all ones, a shift by the width or
more gives 0). Every other row is a *composite*: its `meaning` is a term over earlier rows. Further columns say how
other languages write the operation and when LLVM leaves it undefined; where a column is None, the reading is
derived from the meaning.

Columns that hold text name the arguments x, y, z. In terms (`meaning`, `when`, `gives`, flags) a literal takes the
width that its place demands, and w is the width of x, v that of the result, top the sign bit 2**(w-1); `(fold f i t)`
joins t for i = 0, 1 .. w-1 by f. In `value` and `python` W is w, B is W - 1, M is 2**W - 1, T is 2**B, V is
2**v - 1, Z and O are 0 and 1 (of one machine type, so that numba keeps to unsigned 64-bit words).
In `c`, written in what C and Python share save for `x ? y : z` around it all, W is w, N is the bits of the unsigned C
word that holds x, and popcount, leading_zeros, trailing_zeros, reverse and reverse_bytes are of that whole word.
What is known of a result (`known`, see known.py), and how it is written by integers without a width (`linear`, see
linear.py), follow from the meaning where the column is None.

`latency` and `size` are for x86-64-v3 (with popcnt, lzcnt, tzcnt, shlx) and registers of 32 bits: latencies of Intel's
Skylake from LLVM's public model of it (llvm/lib/Target/X86/X86SchedSkylakeClient.td), those of div and idiv, for which
that model has one number at all widths, from Agner Fog's instruction tables; sizes from the encodings of Intel's
manual, volume 2. A row of several instructions has their sum along the longest way, and the bytes of all. Comparisons
are cmp and setcc, a select is test and cmov, and a shift by a variable counts like one by a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from . import known, linear
from .known import Known
from .linear import Reading

MAX_WIDTH = 128


@dataclass(frozen=True, slots=True)
class Undefined:
    """Where LLVM's operation is poison or immediate undefined behaviour, and what ours gives there."""

    kind: Literal["poison", "ub"]
    when: str  # a term of width 1
    gives: str  # a term of the result's width


@dataclass(frozen=True)
class Row:
    """One operation. `signature` lists widths: w (any, shared), v (given by the context), 1 (a truth value)."""

    name: str
    signature: str
    meaning: str | None = None  # None for a prime
    value: str | None = None  # Python over unsigned integers that numba compiles as well
    python: str | None = None  # the same where plain Python has something better
    smt: str | None = None  # SMT-LIB term; of sort Bool where the result is a truth value
    llvm: str | None = None  # instruction; {w} {v} are types, a second line may use the first one's result as {t}
    mirror: str | None = None  # LLVM's instruction for the exchanged arguments
    c: str | None = None  # C over unsigned operands, its low w bits; S(x) reads x as signed, N is the C word's width
    laws: frozenset[str] = frozenset()
    known: Callable[..., Known] | None = None  # what is known of the result, from its width and the arguments' Known
    pick: Callable[..., int | None] | None = None  # the argument that the result always is, from the arguments' Known
    linear: Callable[..., Reading] | None = None  # the same word by linear integer arithmetic
    serial: str | None = None  # the result's bit from those of x and y and a carry c; the next carry after a semicolon
    undefined: tuple[Undefined, ...] = ()
    flags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # LLVM flag -> poison when
    multiple: int = 1  # the width must be a multiple of this
    counts: str = ""  # which argument, or the `result`, is a number of bits, and no word of bits
    cost: int = 1  # instructions
    latency: int = 1  # cycles, and
    size: int = 2  # bytes, on the target that is named above
    effort: int = 1  # compared with an addition's, for solvers and in hardware: the easy ones are tried first
    timing: Literal["fixed", "choice", "varies"] = "fixed"  # may compilers branch on it; does its time depend on data
    sets: frozenset[str] = frozenset({"full"})  # named sets of operations that search may use

    @property
    def prime(self) -> bool:
        return self.meaning is None

    @cached_property
    def arguments(self) -> tuple[str, ...]:
        return tuple(self.signature.split(" -> ")[0].split())

    @cached_property
    def result(self) -> str:
        return self.signature.split(" -> ")[1]

    @property
    def cast(self) -> bool:
        """Whether the context, not the arguments, says how wide the result is."""
        return self.result == "v"

    @property
    def predicate(self) -> bool:
        """Whether the result is a truth value, so that `value`, `smt` and `c` are conditions of their language."""
        return self.result == "1"

    def result_width(self, widths: tuple[int, ...], wanted: int | None = None) -> int:
        """The width of the result for arguments of `widths`; `wanted` is needed by casts alone.

        Raises TypeError where the widths do not fit the signature.
        """
        found = self._widths.get((widths, wanted))
        if found is None:
            found = self._widths[widths, wanted] = self._result_width(widths, wanted)
        return found

    @cached_property
    def _widths(self) -> dict[tuple[tuple[int, ...], int | None], int]:
        """The widths that were asked for; there are few."""
        return {}

    def _result_width(self, widths: tuple[int, ...], wanted: int | None) -> int:
        if len(widths) != len(self.arguments):
            raise TypeError(f"{self.name} takes {len(self.arguments)} arguments, not {len(widths)}")
        shared = {width for letter, width in zip(self.arguments, widths, strict=True) if letter == "w"}
        fits = all(width == 1 for letter, width in zip(self.arguments, widths, strict=True) if letter == "1")
        if len(shared) != 1 or not fits or min(shared) % self.multiple:
            raise TypeError(f"{self.name}: {self.signature} does not take widths {widths}")
        (w,) = shared
        if not self.cast:
            return 1 if self.result == "1" else w
        if wanted is None or not 1 <= wanted <= MAX_WIDTH or (wanted < w) != (self.name == "trunc") or wanted == w:
            raise TypeError(f"{self.name} does not lead from width {w} to {wanted}")
        return wanted


def _row(name: str, signature: str, meaning: str | None = None, *, laws: str = "", sets: str = "full",
         flags: dict[str, str] | None = None, **columns: Any) -> Row:
    return Row(name, signature, meaning, laws=frozenset(laws.split()), sets=frozenset(sets.split()),
               flags=MappingProxyType(flags or {}), **columns)


def _beyond_width(gives: str) -> tuple[Undefined, ...]:
    return (Undefined("poison", "(ule w y)", gives),)


_BY_ZERO = Undefined("ub", "(eq y 0)", "-1")
_SAMESIGN = {"samesign": "(xor (slt x 0) (slt y 0))"}
_INEXACT_SHIFT = {"exact": "(ne (shl (lshr x y) y) x)"}
_SIGNED_DIVISION = "(and (eq x top) (eq y -1))"

_ROWS = (
    # --- primes -----------------------------------------------------------------------------------------------------
    _row("add", "w w -> w", value="x + y & M", smt="(bvadd x y)", llvm="add {w} {x}, {y}", c="x + y",
         laws="commutative associative", sets="plain full",
         flags={"nsw": "(sadd_overflow x y)", "nuw": "(uadd_overflow x y)"}, known=known.add, pick=known.zero_pick,
         linear=linear.add,
         serial="x ^ y ^ c; x & y | (x ^ y) & c"),
    _row("mul", "w w -> w", value="x * y & M", smt="(bvmul x y)", llvm="mul {w} {x}, {y}", c="x * y", effort=3,
         laws="commutative associative", sets="plain full",
         flags={"nsw": "(smul_overflow x y)", "nuw": "(umul_overflow x y)"}, known=known.mul, pick=known.mul_pick,
         linear=linear.mul, latency=3, size=3),
    _row("udiv", "w w -> w", value="x // y if y else M", smt="(bvudiv x y)", llvm="udiv {w} {x}, {y}", c="x / y",
         sets="plain full", effort=20, undefined=(_BY_ZERO,), flags={"exact": "(ne (urem x y) 0)"},
         known=known.udiv, pick=known.udiv_pick, linear=linear.udiv, latency=26, size=4, timing="varies"),
    _row("and", "w w -> w", value="x & y", smt="(bvand x y)", llvm="and {w} {x}, {y}", c="x & y",
         laws="commutative associative idempotent", sets="plain full", known=known.and_, pick=known.and_pick,
         linear=linear.and_,
         serial="x & y"),
    _row("xor", "w w -> w", value="x ^ y", smt="(bvxor x y)", llvm="xor {w} {x}, {y}", c="x ^ y",
         laws="commutative associative", sets="plain full", known=known.xor, pick=known.zero_pick, linear=linear.xor,
         serial="x ^ y"),
    _row("shl", "w w -> w", value="x << y & M if y < W else Z", smt="(bvshl x y)", llvm="shl {w} {x}, {y}", c="x << y",
         counts="y", sets="plain full", undefined=_beyond_width("0"),
         flags={"nsw": "(ne (ashr (shl x y) y) x)", "nuw": "(ne (lshr (shl x y) y) x)"},
         known=known.shl, pick=known.right_zero_pick, linear=linear.shl),
    _row("lshr", "w w -> w", value="x >> y if y < W else Z", smt="(bvlshr x y)", llvm="lshr {w} {x}, {y}", c="x >> y",
         counts="y", sets="plain full", undefined=_beyond_width("0"), flags=_INEXACT_SHIFT,
         known=known.lshr, pick=known.right_zero_pick, linear=linear.lshr),
    _row("ult", "w w -> 1", value="x < y", smt="(bvult x y)", llvm="icmp ult {w} {x}, {y}",
         mirror="icmp ugt {w} {y}, {x}", c="x < y", sets="plain full", flags=_SAMESIGN, known=known.ult,
         linear=linear.ult, latency=2, size=5),
    _row("select", "1 w w -> w", value="y if x else z", smt="(ite x y z)",
         llvm="select i1 {x}, {w} {y}, {w} {z}", c="x ? y : z", sets="plain full",
         known=known.select, pick=known.select_pick, linear=linear.select, latency=2, size=5, timing="choice"),
    _row("zext", "w -> v", value="x", smt="((_ zero_extend {v-w}) x)", llvm="zext {w} {x} to {v}", c="x", cost=0,
         sets="plain full", flags={"nneg": "(slt x 0)"}, known=known.zext, linear=linear.zext, latency=0, size=0),
    _row("trunc", "w -> v", value="x & V", smt="((_ extract {v-1} 0) x)", llvm="trunc {w} {x} to {v}", c="x", cost=0,
         sets="plain full", flags={"nuw": "(ne (zext:w (trunc:v x)) x)", "nsw": "(ne (sext:w (trunc:v x)) x)"},
         known=known.trunc, linear=linear.trunc, latency=0, size=0),
    # --- arithmetic -------------------------------------------------------------------------------------------------
    _row("not", "w -> w", "(xor x -1)", value="x ^ M", smt="(bvnot x)", llvm="xor {w} {x}, -1", c="~x",
         sets="plain full", known=known.not_, linear=linear.not_),
    _row("neg", "w -> w", "(add (xor x -1) 1)", value="Z - x & M", python="-x & M", smt="(bvneg x)",
         llvm="sub {w} 0, {x}", c="-x", sets="plain full", known=known.neg, linear=linear.neg),
    _row("sub", "w w -> w", "(add x (neg y))", value="x - y & M", smt="(bvsub x y)", llvm="sub {w} {x}, {y}",
         c="x - y", sets="plain full", flags={"nsw": "(ssub_overflow x y)", "nuw": "(usub_overflow x y)"},
         known=known.sub, pick=known.right_zero_pick, linear=linear.sub,
         serial="x ^ y ^ c; ~x & y | ~(x ^ y) & c"),
    # x | y == (x ^ y) ^ (x & y)
    _row("or", "w w -> w", "(xor (xor x y) (and x y))", value="x | y", smt="(bvor x y)", llvm="or {w} {x}, {y}",
         c="x | y", laws="commutative associative idempotent", sets="plain full",
         flags={"disjoint": "(ne (and x y) 0)"}, known=known.or_, pick=known.or_pick, linear=linear.or_,
         serial="x | y"),
    _row("eq", "w w -> 1", "(ult (xor x y) 1)", value="x == y", smt="(= x y)", llvm="icmp eq {w} {x}, {y}", c="x == y",
         laws="commutative", sets="plain full", flags=_SAMESIGN, known=known.eq, linear=linear.eq, latency=2, size=5),
    _row("ne", "w w -> 1", "(ult 0 (xor x y))", value="x != y", smt="(distinct x y)", llvm="icmp ne {w} {x}, {y}",
         c="x != y", laws="commutative", sets="plain full", flags=_SAMESIGN, known=known.ne, linear=linear.ne,
         latency=2, size=5),
    _row("ule", "w w -> 1", "(xor (ult y x) 1)", value="x <= y", smt="(bvule x y)", llvm="icmp ule {w} {x}, {y}",
         mirror="icmp uge {w} {y}, {x}", c="x <= y", sets="plain full", flags=_SAMESIGN, known=known.ule,
         linear=linear.ule, latency=2, size=5),
    # moving the sign bit's weight from -2**(w-1) to 2**(w-1) keeps the order
    _row("slt", "w w -> 1", "(ult (xor x top) (xor y top))", value="(x ^ T) < (y ^ T)", smt="(bvslt x y)",
         llvm="icmp slt {w} {x}, {y}", mirror="icmp sgt {w} {y}, {x}", c="S(x) < S(y)",
         sets="plain full", flags=_SAMESIGN, known=known.slt, linear=linear.slt, latency=2, size=5),
    _row("sle", "w w -> 1", "(ule (xor x top) (xor y top))", value="(x ^ T) <= (y ^ T)", smt="(bvsle x y)",
         llvm="icmp sle {w} {x}, {y}", mirror="icmp sge {w} {y}, {x}", c="S(x) <= S(y)", sets="plain full",
         flags=_SAMESIGN, known=known.sle, linear=linear.sle, latency=2, size=5),
    _row("ashr", "w w -> w", "(select (slt x 0) (not (lshr (not x) y)) (lshr x y))",
         value="((x ^ T) >> (y if y < W else B)) - (T >> (y if y < W else B)) & M",
         python="(x ^ T) - T >> min(y, B) & M", smt="(bvashr x y)",
         llvm="ashr {w} {x}, {y}", c="S(x) >> y", counts="y", sets="plain full",
         undefined=_beyond_width("(select (slt x 0) -1 0)"), flags=_INEXACT_SHIFT,
         known=known.ashr, pick=known.right_zero_pick, linear=linear.ashr),
    _row("sext", "w -> v", "(ashr (shl (zext:v x) v-w) v-w)", value="(x ^ T) - T & V", smt="((_ sign_extend {v-w}) x)",
         llvm="sext {w} {x} to {v}", c="S(x)", known=known.sext, linear=linear.sext, size=3),
    _row("urem", "w w -> w", "(sub x (mul (udiv x y) y))", value="x % y if y else x", smt="(bvurem x y)",
         llvm="urem {w} {x}, {y}", c="x % y", sets="plain full", effort=20,
         undefined=(Undefined("ub", "(eq y 0)", "x"),), known=known.urem, pick=known.urem_pick, linear=linear.urem,
         latency=26, size=4, timing="varies"),
    _row("abs", "w -> w", "(select (slt x 0) (neg x) x)", value="Z - x & M if x & T else x",
         python="-x & M if x & T else x",
         llvm="call {w} @llvm.abs.{w}({w} {x}, i1 false)", flags={"int_min_poison": "(eq x top)"},
         known=known.abs_, pick=known.abs_pick, linear=linear.abs_, latency=2, size=7, timing="choice"),
    _row("sdiv", "w w -> w",
         "(select (xor (slt x 0) (slt y 0)) (neg (udiv (abs x) (abs y))) (udiv (abs x) (abs y)))",
         smt="(bvsdiv x y)", llvm="sdiv {w} {x}, {y}", c="S(x) / S(y)", sets="plain full", effort=20,
         undefined=(Undefined("ub", "(eq y 0)", "(select (slt x 0) 1 -1)"), Undefined("ub", _SIGNED_DIVISION, "top")),
         flags={"exact": "(ne (srem x y) 0)"}, known=known.sdiv, linear=linear.sdiv,
         latency=27, size=3, timing="varies"),
    _row("srem", "w w -> w", "(select (slt x 0) (neg (urem (abs x) (abs y))) (urem (abs x) (abs y)))",
         smt="(bvsrem x y)", llvm="srem {w} {x}, {y}", c="S(x) % S(y)", sets="plain full", effort=20,
         undefined=(Undefined("ub", "(eq y 0)", "x"), Undefined("ub", _SIGNED_DIVISION, "0")),
         known=known.srem, pick=known.srem_pick, linear=linear.srem, latency=27, size=3, timing="varies"),
    _row("umin", "w w -> w", "(select (ult x y) x y)", value="x if x < y else y", python="min(x, y)",
         llvm="call {w} @llvm.umin.{w}({w} {x}, {w} {y})", laws="commutative associative idempotent",
         known=known.umin, pick=known.umin_pick, latency=2, size=5, timing="choice"),
    _row("umax", "w w -> w", "(select (ult x y) y x)", value="y if x < y else x", python="max(x, y)",
         llvm="call {w} @llvm.umax.{w}({w} {x}, {w} {y})", laws="commutative associative idempotent",
         known=known.umax, pick=known.umax_pick, latency=2, size=5, timing="choice"),
    _row("smin", "w w -> w", "(select (slt x y) x y)", value="x if (x ^ T) < (y ^ T) else y",
         llvm="call {w} @llvm.smin.{w}({w} {x}, {w} {y})", laws="commutative associative idempotent",
         known=known.smin, pick=known.smin_pick, latency=2, size=5, timing="choice"),
    _row("smax", "w w -> w", "(select (slt x y) y x)", value="y if (x ^ T) < (y ^ T) else x",
         llvm="call {w} @llvm.smax.{w}({w} {x}, {w} {y})", laws="commutative associative idempotent",
         known=known.smax, pick=known.smax_pick, latency=2, size=5, timing="choice"),
    # --- overflow and saturation ------------------------------------------------------------------------------------
    _row("uadd_overflow", "w w -> 1", "(ult (add x y) x)", value="M - x < y", smt="(bvuaddo x y)",
         llvm="call {{ {w}, i1 }} @llvm.uadd.with.overflow.{w}({w} {x}, {w} {y})\nextractvalue {{ {w}, i1 }} {t}, 1",
         laws="commutative", known=known.uadd_overflow, linear=linear.uadd_overflow, latency=2, size=5),
    _row("usub_overflow", "w w -> 1", "(ult x y)", value="x < y", smt="(bvusubo x y)",
         llvm="call {{ {w}, i1 }} @llvm.usub.with.overflow.{w}({w} {x}, {w} {y})\nextractvalue {{ {w}, i1 }} {t}, 1",
         known=known.ult, linear=linear.ult, latency=2, size=5),
    # x * y > 2**w - 1 exactly where y exceeds the quotient (2**w - 1) / x
    _row("umul_overflow", "w w -> 1", "(and (ne x 0) (ult (udiv -1 x) y))", value="(M // x if x else M) < y",
         python="x * y > M", smt="(bvumulo x y)",
         llvm="call {{ {w}, i1 }} @llvm.umul.with.overflow.{w}({w} {x}, {w} {y})\nextractvalue {{ {w}, i1 }} {t}, 1",
         laws="commutative", known=known.umul_overflow, linear=linear.umul_overflow, latency=5, size=5),
    # the sum's sign differs from that of both terms
    _row("sadd_overflow", "w w -> 1", "(slt (and (xor (add x y) x) (xor (add x y) y)) 0)",
         value="((x + y ^ x) & (x + y ^ y) & T) != Z", smt="(bvsaddo x y)",
         llvm="call {{ {w}, i1 }} @llvm.sadd.with.overflow.{w}({w} {x}, {w} {y})\nextractvalue {{ {w}, i1 }} {t}, 1",
         laws="commutative", known=known.sadd_overflow, linear=linear.sadd_overflow, latency=2, size=5),
    _row("ssub_overflow", "w w -> 1", "(slt (and (xor x y) (xor (sub x y) x)) 0)",
         value="((x ^ y) & (x - y ^ x) & T) != Z", smt="(bvssubo x y)",
         llvm="call {{ {w}, i1 }} @llvm.ssub.with.overflow.{w}({w} {x}, {w} {y})\nextractvalue {{ {w}, i1 }} {t}, 1",
         known=known.ssub_overflow, linear=linear.ssub_overflow, latency=2, size=5),
    # the quotient of the product is not the factor; -2**(w-1) * -1 wraps to itself and is named apart
    _row("smul_overflow", "w w -> 1",
         "(and (ne x 0) (or (and (eq x -1) (eq y top)) (ne (sdiv (mul x y) x) y)))", smt="(bvsmulo x y)",
         llvm="call {{ {w}, i1 }} @llvm.smul.with.overflow.{w}({w} {x}, {w} {y})\nextractvalue {{ {w}, i1 }} {t}, 1",
         laws="commutative", known=known.smul_overflow, linear=linear.smul_overflow, latency=4, size=6),
    _row("uadd_sat", "w w -> w", "(select (uadd_overflow x y) -1 (add x y))", value="x + y if y <= M - x else M",
         llvm="call {w} @llvm.uadd.sat.{w}({w} {x}, {w} {y})", laws="commutative",
         known=known.uadd_sat, pick=known.zero_pick, latency=2, size=10, timing="choice"),
    _row("usub_sat", "w w -> w", "(select (ult x y) 0 (sub x y))", value="x - y if y < x else Z",
         llvm="call {w} @llvm.usub.sat.{w}({w} {x}, {w} {y})", known=known.usub_sat, pick=known.right_zero_pick,
         latency=2, size=7, timing="choice"),
    _row("sadd_sat", "w w -> w", "(select (sadd_overflow x y) (select (slt x 0) top (not top)) (add x y))",
         llvm="call {w} @llvm.sadd.sat.{w}({w} {x}, {w} {y})", laws="commutative", pick=known.zero_pick,
         latency=4, size=16, timing="choice"),
    _row("ssub_sat", "w w -> w", "(select (ssub_overflow x y) (select (slt x 0) top (not top)) (sub x y))",
         llvm="call {w} @llvm.ssub.sat.{w}({w} {x}, {w} {y})", pick=known.right_zero_pick,
         latency=4, size=16, timing="choice"),
    # --- bits -------------------------------------------------------------------------------------------------------
    _row("ctpop", "w -> w", "(fold add i (and (lshr x i) 1))", value="popcount(x) & M", python="x.bit_count() & M",
         llvm="call {w} @llvm.ctpop.{w}({w} {x})", c="popcount(x)", counts="result",
         known=known.ctpop, latency=3, size=4),
    # one for each i for which the i low, or high, bits removed leave nothing
    _row("ctlz", "w -> w", "(fold add i (select (eq (lshr x i) 0) 1 0))", value="W - bit_length(x) & M",
         python="W - x.bit_length() & M", llvm="call {w} @llvm.ctlz.{w}({w} {x}, i1 false)",
         c="x ? leading_zeros(x << N - W) : W", counts="result",
         flags={"zero_poison": "(eq x 0)"}, known=known.ctlz, latency=3, size=4),
    # the zeros below the lowest one are the ones of ~x & (x - 1)
    _row("cttz", "w -> w", "(fold add i (select (eq (shl x i) 0) 1 0))", value="popcount((x ^ M) & (x - O & M)) & M",
         python="(~x & x - 1 & M).bit_count() & M", llvm="call {w} @llvm.cttz.{w}({w} {x}, i1 false)",
         c="x ? trailing_zeros(x) : W", counts="result",
         flags={"zero_poison": "(eq x 0)"}, known=known.cttz, latency=3, size=4),
    _row("bitreverse", "w -> w", "(fold or i (shl (and (lshr x i) 1) w-1-i))", value="reverse(x, W)",
         python="int(f'{x:0{W}b}'[::-1], 2)",
         llvm="call {w} @llvm.bitreverse.{w}({w} {x})", c="reverse(x << N - W)", known=known.bitreverse,
         latency=10, size=63),
    _row("bswap", "w -> w", "(fold or i:8 (shl (and (lshr x i) 255) w-8-i))", value="reverse_bytes(x, W)",
         python="int.from_bytes(x.to_bytes(W // 8, 'big'), 'little')",
         llvm="call {w} @llvm.bswap.{w}({w} {x})", c="reverse_bytes(x << N - W)", multiple=16, known=known.bswap),
    # the high word of (x, y) shifted left by z modulo w; y moves right by w - z in two steps, so that z = 0 is no case
    _row("fshl", "w w w -> w", "(or (shl x (urem z w)) (lshr (lshr y 1) (sub w-1 (urem z w))))",
         value="(x << z % W | y >> O >> B - z % W) & M", llvm="call {w} @llvm.fshl.{w}({w} {x}, {w} {y}, {w} {z})",
         c="x << z % W | y >> 1 >> W - 1 - z % W", counts="z", latency=3, size=3),
    _row("fshr", "w w w -> w", "(or (shl (shl x 1) (sub w-1 (urem z w))) (lshr y (urem z w)))",
         value="(x << O << B - z % W | y >> z % W) & M", llvm="call {w} @llvm.fshr.{w}({w} {x}, {w} {y}, {w} {z})",
         c="x << 1 << W - 1 - z % W | y >> z % W", counts="z", latency=3, size=3),
)

TABLE: Mapping[str, Row] = MappingProxyType({row.name: row for row in _ROWS})


def row(name: str) -> Row:
    """The row of the operation `name`; KeyError where there is none."""
    return TABLE[name]


def operations(named: str) -> tuple[Row, ...]:
    """The rows of a named set: `plain` or `full`."""
    return tuple(row for row in _ROWS if named in row.sets)
