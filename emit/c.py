"""C source: a translation unit that stands alone, and its header.

Values live in unsigned words of 32, 64 or 128 bits, as smaller types are computed in int; a value of another width is
masked where its bits above could show. Signed readings are casts: of what does not fit, C leaves their result to the
implementation, and gcc, clang and MSVC all wrap, as they all shift negative numbers arithmetically. Nothing is
undefined, whatever the inputs: divisions and shifts stand behind guards, save where ranges show that none is needed.
Bit counts use builtins of gcc and clang; words above 64 bits are __int128.

    C type          bool   uint8_t   int8_t   uint32_t   ...   unsigned __int128
    primir's        bool   u1 .. u8  i1 .. i8 u17 .. u32       u65 .. u128

A parameter's bits above its type's width are ignored, and a result is extended by its sign. One result is returned;
several go through pointers after the parameters, which have the names of the results, or else are `result0`,
`result1` ...
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from ..ir.errors import PrimirError
from ..ir.graph import INPUT, Function, Node
from ..ir.primes import Row
from ..ir.types import Type
from . import printer, ranges
from .expressions import Expr, Writer, identifier
from .native import standard
from .plain import guarded, spelled, visible
from .ranges import Range, parsed

# C's keywords, those that C++ adds (headers are for both), and the names that our headers bring.
_RESERVED = """
auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while bool true false
alignas alignof asm catch class constexpr const_cast decltype delete dynamic_cast explicit export friend mutable
namespace new noexcept nullptr operator private protected public reinterpret_cast static_assert static_cast template
this thread_local throw try typeid typename using virtual wchar_t and or not xor bitand bitor compl and_eq or_eq
xor_eq not_eq linux unix main
""".split()

# The functions of C's library that compilers know, and warn of where another one has the name: those of ISO C90 and C99
# for integers, characters, memory, text and numbers (ISO/IEC 9899:1999, 7.4, 7.12, 7.19 to 7.21), without the suffixes
# f and l, and POSIX's that GCC's manual names among "Other Built-in Functions".
_LIBRARY = frozenset("""
isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit tolower toupper
acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1 fabs fdim floor fma fmax
fmin fmod frexp hypot ilogb ldexp lgamma llrint llround log log10 log1p log2 logb lrint lround modf nan nearbyint
nextafter nexttoward pow remainder remquo rint round scalbln scalbn sin sinh sqrt tan tanh tgamma trunc
fprintf fputc fputs fscanf fwrite printf putc putchar puts scanf snprintf sprintf sscanf vfprintf vfscanf vprintf
vscanf vsnprintf vsprintf vsscanf
abort abs calloc exit free imaxabs labs llabs malloc realloc
memchr memcmp memcpy memmove memset strcat strchr strcmp strcpy strcspn strlen strncat strncmp strncpy strpbrk
strrchr strspn strstr
bcmp bcopy bzero ffs ffsl ffsll gamma index isascii j0 j1 jn rindex stpcpy strcasecmp strdup strncasecmp strndup
toascii y0 y1 yn
""".split())

# What the `c` texts call: the builtin for 32 and for 64 bits, or else a function of ours for a word of any width.
_BUILTINS = {
    ("popcount", 32): "__builtin_popcount", ("popcount", 64): "__builtin_popcountll",
    ("leading_zeros", 32): "__builtin_clz", ("leading_zeros", 64): "__builtin_clzll",
    ("trailing_zeros", 32): "__builtin_ctz", ("trailing_zeros", 64): "__builtin_ctzll",
    ("reverse_bytes", 32): "__builtin_bswap32", ("reverse_bytes", 64): "__builtin_bswap64",
}
_FUNCTIONS = {
    "popcount": """static int popcount{n}({word} x)
{{
    return __builtin_popcountll((uint64_t)x) + __builtin_popcountll((uint64_t)(x >> 64));
}}
""",
    "leading_zeros": """static int leading_zeros{n}({word} x)
{{
    const uint64_t high = (uint64_t)(x >> 64);
    return high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)x);
}}
""",
    "trailing_zeros": """static int trailing_zeros{n}({word} x)
{{
    const uint64_t low = (uint64_t)x;
    return low ? __builtin_ctzll(low) : 64 + __builtin_ctzll((uint64_t)(x >> 64));
}}
""",
    "reverse_bytes": """static {word} reverse_bytes{n}({word} x)
{{
    return ({word})__builtin_bswap64((uint64_t)x) << 64 | __builtin_bswap64((uint64_t)(x >> 64));
}}
""",
    "reverse": """static {word} reverse{n}({word} x)
{{
    {word} result = 0;
    for (int i = 0; i < {n}; i++) {{
        result = result << 1 | (x & 1);
        x >>= 1;
    }}
    return result;
}}
""",
}
_COUNTS = ("popcount", "leading_zeros", "trailing_zeros")  # these return an int, the others a word


def source(function: Function, symbol: str, *, header: bool = False, results: Sequence[str] = ()) -> str:
    """A translation unit with `function` as the external function `symbol`; choices are 0.

    It stands alone, or includes its own header, `symbol.h`, if `header`. `results` are the names of several results.
    It is clean under -Wall -Wextra -Wconversion, with -std=c11 -pedantic up to 64 bits. PrimirError for a symbol that
    cannot be a name in C.
    """
    writer = _C(function, _checked(symbol), results)
    body = writer.body()
    prototype = writer.prototype()
    top = f'#include "{symbol}.h"\n' if header else f"{_includes(writer.has_bool)}\n{prototype};\n"
    helpers = "".join(f"\n{_FUNCTIONS[name].format(n=bits, word=_type(bits))}" for name, bits in writer.helpers)
    return f"{_comment(function, symbol)}\n{top}{helpers}\n{prototype}\n{{\n{body}}}\n"


def header(function: Function, symbol: str, *, results: Sequence[str] = ()) -> str:
    """The header that declares `symbol`, for C and C++. PrimirError for a symbol that cannot be a name in C."""
    writer = _C(function, _checked(symbol), results)
    guard = f"{symbol.upper()}_H"
    has_bool = any(type_.truth for type_ in writer.types())
    return f"""{_comment(function, symbol)}
#ifndef {guard}
#define {guard}

{_includes(has_bool)}
#ifdef __cplusplus
extern "C" {{
#endif

{writer.prototype()};

#ifdef __cplusplus
}}
#endif

#endif
"""


def is_name(symbol: str) -> bool:
    """Whether a function in C, or one in C++ with C's interface, may be called `symbol`."""
    return re.fullmatch(r"[A-Za-z_]\w*", symbol, re.ASCII) is not None and symbol not in _RESERVED


def in_library(symbol: str) -> bool:
    """Whether compilers take `symbol` for a function of C's library."""
    return symbol in _LIBRARY


def _checked(symbol: str) -> str:
    if not is_name(symbol):
        raise PrimirError(f"{symbol!r} cannot be the name of a function in C")
    return symbol


def _includes(has_bool: bool) -> str:
    return ("#include <stdbool.h>\n" if has_bool else "") + "#include <stdint.h>\n"


def _comment(function: Function, symbol: str) -> str:
    taken = ", ".join(f"{identifier(p.name)}: {p.type}" for p in function.parameters)
    returned = ", ".join(str(result.type) for result in function.results) or "nothing"
    odd = [t for t in (*(p.type for p in function.parameters), *(r.type for r in function.results))
           if not t.truth and t.width != standard(t.width)]
    note = " Higher bits of parameters are ignored, results are extended by their sign." if odd else ""
    return f"/* {symbol}({taken}) -> {returned}, written by primir.{note} */"


def _type(bits: int, signed: bool = False) -> str:
    if bits == 128:
        return "__int128" if signed else "unsigned __int128"
    return f"{'' if signed else 'u'}int{bits}_t"


def _spelled_type(type_: Type) -> str:
    return "bool" if type_.truth else _type(standard(type_.width), type_.signed)


def _word(width: int) -> int:
    """The bits of the unsigned word that a value is computed in."""
    return max(32, standard(width))


@cache
def _template(text: str) -> ast.expr:
    """A `c` text as a tree; C's `x ? y : z` stands at its top, if anywhere."""
    return parsed(re.sub(r"(.*) \? (.*) : (.*)", r"(\2) if (\1) else (\3)", text))


class _C(Writer):
    """Unsigned words that wrap; a plain number takes the type of what it meets, and is typed where it meets none."""

    exact_texts = False

    def __init__(self, function: Function, symbol: str, results: Sequence[str]) -> None:
        self.function, self.symbol = function, symbol
        self.locals: dict[str, str] = {}  # the declaration of each name
        self.helpers: dict[tuple[str, int], None] = {}
        self.by_node = {parameter.value: parameter for parameter in function.parameters}
        self.has_bool = any(type_.truth for type_ in self.types())
        total = guarded(spelled(visible(function, choices=False), lambda row: row.c is not None), lazy=True,
                        wide=lambda width: width != _word(width))
        helpers = [f"{name}{bits}" for name in _FUNCTIONS for bits in (32, 64, 128)]
        super().__init__(total.roots, function.parameters, [symbol, *_RESERVED, *helpers], total.partial)
        names = results or [f"result{index}" for index in range(len(function.results))]
        self.results = [self.free_name(identifier(name)) for name in names]

    def types(self) -> list[Type]:
        return [*(p.type for p in self.function.parameters), *(r.type for r in self.function.results)]

    # --- the function -------------------------------------------------------------------------------------------------

    def prototype(self) -> str:
        types = [_spelled_type(result.type) for result in self.function.results]
        taken = [f"{_spelled_type(p.type)} {self.parameters[p.value]}" for p in self.function.parameters]
        if len(types) > 1:
            taken += [f"{type_} *{name}" for type_, name in zip(types, self.results, strict=True)]
        return f"{types[0] if len(types) == 1 else 'void'} {self.symbol}({', '.join(taken) or 'void'})"

    def body(self) -> str:
        self.statements()
        values = [printer.c(self.result(result.type, root).tree)
                  for result, root in zip(self.function.results, self.roots, strict=True)]
        names = ["return"] if len(values) == 1 else [f"*{name} =" for name in self.results]
        lines = [f"{name} {value};" for name, value in zip(names, values, strict=True)]
        for name, line in reversed(self.locals.items()):  # a parameter may have been read as itself after all
            if _mentions(lines, name):
                lines.insert(0, line)
        unused = [f"(void){name};" for name in self.parameters.values() if not _mentions(lines, name)]
        return "".join(f"    {line}\n" for line in unused + lines)

    def result(self, type_: Type, root: Node) -> Expr:
        """The value of `root` in the C type that it is returned as."""
        bits = standard(type_.width)
        if type_.truth:
            e = self.value(root)
            return Expr(ast.Constant(bool(e.range.low)), e.range) if e.literal and e.range else e
        if self.constant(root):
            return self.number(type_.read(self.ranges[root].low), bits, type_.signed)
        if type_.signed:
            return _cast(self.reading(root), bits, signed=True)
        cut = bits == type_.width and bits < _word(bits)  # the cast to the result's type takes the higher bits off
        return _cast(self.operand(root, type_.width if cut else None), bits)

    # --- names --------------------------------------------------------------------------------------------------------

    def parameter(self, node: Node) -> Expr:
        type_, name = self.by_node[node].type, ast.Name(self.parameters[node])
        if type_.truth:
            return Expr(name, Range(0, 1), truth=True)
        bits = standard(type_.width)
        span = ranges.signed(bits) if type_.signed else ranges.unsigned(bits)
        e = Expr(name, span, bits=bits, signed=type_.signed)
        if not type_.signed or bits >= 32:
            return _cast(e, _word(bits))
        return replace(_cast(_cast(e, bits), 32), inner=e, agrees=bits)

    def nameable(self, node: Node) -> bool:
        if node.op == INPUT:
            e = self.parameter(node)
            return not isinstance(e.tree, ast.Name) or not e.exact(node.width)
        return super().nameable(node)

    def repeated(self, node: Node) -> Counter[Node]:
        """The signed reading of a signed parameter is the parameter: it repeats nothing."""
        found = self.arguments(node)
        for part in ast.walk(self.trees[node]) if node in self.trees else ():
            match part:
                case ast.Call(ast.Name("S"), [ast.Name(name)]):
                    arg = node.args["xyz".index(name)]
                    if arg in self.by_node and self.by_node[arg].type.signed and standard(arg.width) == arg.width:
                        found[arg] -= 1
        return found

    def declare(self, node: Node, e: Expr) -> Expr:
        self.has_bool |= node.width == 1
        bits = _word(node.width)
        name = self.local_name(node)
        value = printer.c(_uncast(e) if node.op == INPUT else e.tree)
        self.locals[name] = f"const {'bool' if node.width == 1 else _type(bits)} {name} = {value};"
        named = Expr(ast.Name(name), self.ranges[node], truth=node.width == 1, bits=bits)
        if node.op == INPUT and self.by_node[node].type.signed and node.width == standard(node.width):
            return replace(named, inner=self.parameter(node).inner, agrees=node.width)
        return named

    def local_name(self, node: Node) -> str:
        if node.op != INPUT:
            return self.next_name()
        name = self.parameters[node]
        return self.free_name(f"u{name}" if self.by_node[node].type.signed else f"{name}{_word(node.width)}")

    # --- expressions --------------------------------------------------------------------------------------------------

    def template(self, row: Row) -> ast.expr:
        assert row.c is not None
        return _template(row.c)

    def letters(self, node: Node) -> dict[str, Range]:
        word = _word(max(arg.width for arg in node.args))
        return super().letters(node) | {"N": Range(word, word)}

    def literal(self, value: int, width: int | None = None) -> Expr:
        return self.number(value, _word(width) if width else 0)

    def number(self, value: int, bits: int, signed: bool = False) -> Expr:
        """A literal for a type of `bits`, negative ones included; the extreme ones have no plain spelling in C."""
        span = Range(value, value)
        if value < 0 and value == -(1 << bits - 1) and bits in (32, 64):
            return Expr(ast.Name(f"INT{bits}_MIN"), span, bits=bits, signed=True)
        if -(1 << 63) < value < 1 << 64:
            return Expr(ast.Constant(value), span, bits=bits, signed=value < 0)
        high, low = (value >> 64) & (1 << 64) - 1, value & (1 << 64) - 1
        top = Expr(ast.BinOp(_cast(self.number(high, 0), 128).tree, ast.LShift(), ast.Constant(64)), None, bits=128)
        whole = Expr(ast.BinOp(top.tree, ast.BitOr(), ast.Constant(low)) if low else top.tree, None, bits=128)
        return replace(_cast(whole, 128, signed), range=span)

    def typed(self, e: Expr, bits: int) -> Expr:
        """A literal that has the type of an unsigned word by itself, or of a signed one if it is negative."""
        if not _plain(e) or e.signed and bits == 32:
            return e
        if e.signed:
            return _cast(replace(e, bits=0), bits, signed=True)
        if bits == 128:
            return replace(_cast(replace(e, bits=0), 128), range=e.range)
        assert isinstance(e.tree, ast.Constant)
        return replace(e, tree=ast.Constant(e.tree.value, kind="u" if bits == 32 else "UINT64_C"), bits=bits)

    def operate(self, op: ast.operator, a: Expr, b: Expr) -> Expr:
        bits = max(32, a.bits if isinstance(op, (ast.LShift, ast.RShift)) else max(a.bits, b.bits))
        if _plain(a) and (isinstance(op, (ast.LShift, ast.RShift)) or _plain(b)):
            a = self.typed(a, bits)
        return _wrapped(Expr(ast.BinOp(a.tree, op, b.tree), ranges.binary(op, a.range, b.range), bits=bits,
                             signed=a.signed or b.signed))

    def unary(self, op: ast.unaryop, a: Expr) -> Expr:
        a = self.typed(a, max(32, a.bits))
        return _wrapped(Expr(ast.UnaryOp(op, a.tree), ranges.unary(op, a.range), bits=a.bits))

    def choose(self, test: Expr, a: Expr, b: Expr) -> Expr:
        a, b = self.inward(a, b), self.inward(b, a)
        word = max(e.bits for e in (a, b) if _plain(a) == _plain(b) or not _plain(e))
        x, y = _signed_inside(a), _signed_inside(b)
        if x and y and min(a.agrees, b.agrees) == word:
            chosen = ast.IfExp(test.tree, x.tree, y.tree)
            bits = max(32, x.bits, y.bits)
            return _cast(Expr(chosen, ranges.join(x.range, y.range), bits=bits, signed=True), word)
        bits = max(32, word)
        if _plain(a) and _plain(b):
            a, b = self.typed(a, bits), self.typed(b, bits)
        return Expr(ast.IfExp(test.tree, a.tree, b.tree), ranges.join(a.range, b.range), bits=bits,
                    signed=a.signed or b.signed)

    def inward(self, e: Expr, other: Expr) -> Expr:
        """A literal as a signed number's word, where the other side of a choice is one."""
        if not (e.literal and e.range and _signed_inside(other)) or e.signed:
            return e
        half = 1 << other.bits - 1
        return replace(e, inner=self.number((e.range.low ^ half) - half, other.bits, signed=True), agrees=other.bits)

    def call(self, tree: ast.expr, node: Node) -> Expr:
        width = node.args[0].width
        match tree:
            case ast.Call(ast.Name("S"), [ast.Name(name)]):
                return self.reading(node.args["xyz".index(name)])
            case ast.Call(ast.Name("S"), [ast.Constant(int(value))]):
                return self.number(value - (1 << width) if value >> width - 1 else value, _word(width), signed=True)
            case ast.Call(ast.Name(name), [arg]):
                return self.counted(name, self._part(arg, node, _word(width)), _word(width), width)
        raise AssertionError(f"not a call that C knows: {ast.unparse(tree)}")

    def counted(self, name: str, arg: Expr, bits: int, width: int) -> Expr:
        """A call of `name` on a word of `bits` that holds `width` bits: no text counts more of them than there are."""
        function = _BUILTINS.get((name, bits))
        if function is None:
            self.helpers[name, bits] = None
            function = f"{name}{bits}"
        given = arg.tree
        if isinstance(given, ast.Call) and _signed_inside(arg) and bits == 64:
            # a builtin in a builtin: gcc's -Wsign-conversion finds fault with uint64_t between them
            given = ast.Call(ast.Name("(unsigned long long)"), given.args, [])
        tree = ast.Call(ast.Name(function), [given], [])
        if name not in _COUNTS:
            return Expr(tree, ranges.unsigned(bits), bits=bits)
        return Expr(tree, Range(0, width), bits=32, signed=True)

    def reading(self, node: Node) -> Expr:
        """The signed number that `node` stands for."""
        width, bits = node.width, _word(node.width)
        if self.constant(node):
            value = self.ranges[node].low
            return self.number(value - (1 << width) if value >> width - 1 else value, bits, signed=True)
        if width == standard(width):
            return _cast(self.operand(node, width), width, signed=True)
        if width == 1:
            return Expr(ast.IfExp(self.value(node).tree, ast.Constant(-1), ast.Constant(0)), Range(-1, 0), bits=32,
                        signed=True)
        # flipping the sign bit adds 2**(w-1), modulo 2**w
        top = self.literal(1 << width - 1, width)
        lifted = _cast(self.operate(ast.BitXor(), self.value(node), top), bits, signed=True)
        return self.operate(ast.Sub(), lifted, top if _plain(top) else _cast(top, bits, signed=True))

    def truth(self, e: Expr) -> Expr:
        return replace(e, truth=True)  # 0 and 1 are C's truth values, whatever their type

    def fit(self, e: Expr, width: int) -> Expr:
        if width == 1 or _plain(e) and not e.signed:
            return e
        if e.signed and width in (8, 16):
            # by way of the narrow type no bits above are set (and gcc's -Wsign-conversion keeps quiet about sums)
            return replace(_cast(_cast(e, width), 32), inner=e, agrees=width)
        return _cast(e, _word(width))


def _mentions(lines: Sequence[str], name: str) -> bool:
    return any(re.search(rf"\b{name}\b", line) for line in lines)


def _plain(e: Expr) -> bool:
    """A number without a type of its own: an int, or what else it fits in."""
    return isinstance(e.tree, ast.Constant) and e.tree.kind is None


def _signed_inside(e: Expr) -> Expr | None:
    """The signed expression that an unsigned word was cast from."""
    return e.inner if e.inner and e.inner.signed and not e.signed else None


def _cast(e: Expr, bits: int, signed: bool = False) -> Expr:
    """`e` converted to a C type, without a detour over a word that is no smaller, and not at all if it has the type."""
    if e.inner and bits <= e.agrees and (bits < e.bits or signed):
        return _cast(e.inner, bits, signed)
    if not e.truth and not (_plain(e) and e.bits == 0) and (e.bits, e.signed) == (bits, signed):
        return e
    full = ranges.signed(bits) if signed else ranges.unsigned(bits)
    span = e.range if e.range and e.range.within(full) else full
    tree = ast.Call(ast.Name(f"({_type(bits, signed)})"), [e.tree], [])
    return Expr(tree, span, bits=bits, signed=signed, inner=e, agrees=bits)


def _wrapped(e: Expr) -> Expr:
    full = ranges.signed(e.bits) if e.signed else ranges.unsigned(e.bits)
    return e if e.range and e.range.within(full) else replace(e, range=full)


def _uncast(e: Expr) -> ast.expr:
    """A parameter as the initializer of its word: one of a smaller unsigned type needs no cast there."""
    match e.tree:
        case ast.Call(ast.Name("(uint32_t)" | "(uint64_t)"), [ast.Name() as name]) if not _signed_inside(e):
            return name
        case ast.Call(ast.Name("(uint32_t)"), [ast.Call(ast.Name("(uint8_t)" | "(uint16_t)")) as narrow]):
            return narrow
    return e.tree
