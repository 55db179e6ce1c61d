"""What a Python function computes, its lowered LLVM computes too; what cannot be lifted is refused where it stands."""

# ruff: noqa: E501, PT017  one case is one line; some random functions may be refused, for one reason

import ast
import contextlib
import copy
import ctypes
import itertools
import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from primir.ir.errors import PrimirError
from primir.ir.evaluate import run
from primir.ir.graph import TRUE
from primir.ir.types import STANDARD, Type
from primir.lift.python import lowering
from primir.lift.python.arithmetic import Program
from primir.lift.python.front import Lowered, functions_in, load, load_dotted, lower
from primir.lift.python.functions import find
from primir.lift.python.statements import Rewriter
from primir.lift.source import lift_callable

SEED = 20261123
u8, u16, u32, u64, i8, i16, i32, i64 = (STANDARD[name] for name in "u8 u16 u32 u64 i8 i16 i32 i64".split())
MASK = 0x0F0F0F0F
TOP = 1 << 63


# Running what was lowered


@dataclass
class Compiled:
    """The lowered function as native code, from integers to a tuple of integers, or None where it raises."""

    lowered: Lowered

    def __post_init__(self):
        from llvmlite import binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        module = llvm.parse_assembly(runnable(self.lowered))
        module.verify()
        machine = llvm.Target.from_default_triple().create_target_machine()
        self.engine = llvm.create_mcjit_compiler(module, machine)
        self.engine.finalize_object()
        prototype = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_uint64), ctypes.POINTER(ctypes.c_uint64))
        self.run = prototype(self.engine.get_function_address("run"))

    def __call__(self, *arguments):
        words = (ctypes.c_uint64 * len(arguments))(*(each & 2**64 - 1 for each in arguments))
        out = (ctypes.c_uint64 * (1 + len(self.lowered.results)))()
        self.run(words, out)
        if out[0]:
            return None
        return tuple(type.read(word) for type, word in zip(self.lowered.results, out[1:], strict=True))


def runnable(lowered):
    """The module with a `run(arguments, results)` around it; `@primir.raise` sets a flag and returns zeros."""
    widths = [type.width for _, type in lowered.parameters]
    results = [type.width for type in lowered.results]
    returned = f"i{results[0]}" if len(results) == 1 else "{ " + ", ".join(f"i{width}" for width in results) + " }"
    text = lowered.llvm.replace("declare void @primir.raise()", "")
    raised = f"store i64 1, ptr @raised\n  ret {returned} zeroinitializer"
    text = re.sub(r"call void @primir\.raise\(\)\s+unreachable", raised, text)
    lines = ["store i64 0, ptr @raised"]
    for index, width in enumerate(widths):
        lines += [f"%p{index} = getelementptr i64, ptr %in, i64 {index}", f"%w{index} = load i64, ptr %p{index}"]
        lines += [f"%a{index} = {'trunc' if width < 64 else 'bitcast'} i64 %w{index} to i{width}"]
    arguments = ", ".join(f"i{width} %a{index}" for index, width in enumerate(widths))
    lines += [f"%r = call {returned} @{lowered.symbol}({arguments})"]
    lines += ["%flag = load i64, ptr @raised", "store i64 %flag, ptr %out"]
    for index, width in enumerate(results):
        part = f"extractvalue {returned} %r, {index}" if len(results) > 1 else f"freeze {returned} %r"
        lines += [f"%s{index} = {part}", f"%x{index} = {'zext' if width < 64 else 'bitcast'} i{width} %s{index} to i64"]
        lines += [f"%q{index} = getelementptr i64, ptr %out, i64 {index + 1}", f"store i64 %x{index}, ptr %q{index}"]
    body = "\n  ".join(lines)
    return f"@raised = global i64 0\n{text}\ndefine void @run(ptr %in, ptr %out) {{\n  {body}\n  ret void\n}}\n"


def corners(type: Type):
    low, high = type.range.start, type.range.stop - 1
    near = (
        0,
        1,
        2,
        3,
        5,
        7,
        10,
        type.width - 1,
        type.width,
        high // 2,
        high // 2 + 1,
        high - 1,
        high,
        low,
        low + 1,
        -1,
    )
    return sorted({each for each in near if low <= each <= high})


def inputs(types, count=300, corners_at_most=3000):
    """Corners against corners, then random words of random length."""
    generator = random.Random(SEED)
    crossed = itertools.islice(itertools.product(*(corners(type) for type in types)), corners_at_most)
    yield from crossed
    for _ in range(count):
        yield tuple(type.read(generator.getrandbits(generator.randint(1, type.width))) for type in types)


def outcome(function, arguments, results):
    """What Python computes, modulo 2**width; None if it raises."""
    try:
        value = function(*arguments)
    except (ArithmeticError, AssertionError, LookupError, ValueError):
        return None
    values = value if isinstance(value, tuple) else (value,)
    return tuple(type.read(int(each)) for type, each in zip(results, values, strict=True))


def agrees(function, reference=None, name=None, corners_at_most=3000):
    lowered = lower(function, name)
    compiled = Compiled(lowered)
    for arguments in inputs([type for _, type in lowered.parameters], corners_at_most=corners_at_most):
        expected = outcome(reference or function, arguments, lowered.results)
        assert compiled(*arguments) == expected, (function.__name__, arguments, lowered.llvm)
    return lowered


# Functions narrower than 64 bits: as Python computes them


def average(a: u32, b: u32) -> u32:
    return (a + b) >> 1


def distance(a: u8, b: u8) -> u8:
    return abs(a - b)


def rightmost(x: u32) -> u32:
    return x & -x


def clear(x: u16) -> u16:
    return x & (x - 1)


def smear(x: i8) -> i8:
    return x | x >> 1 | x >> 2


def inverted(x: u8) -> u8:
    return ~x


def sign(x: i32) -> i32:
    return (x > 0) - (x < 0)


def clamp(x: i32) -> u8:
    return max(0, min(x, 255))


def leap(year: u16) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def quotient(a: i8, b: i8) -> i8:
    return a // b


def remainder(a: i16, b: i16) -> i16:
    return a % b


def mixed(a: u32, b: i32) -> i64:
    return a * b // 3


def mixed_compare(a: u32, b: i8) -> bool:
    return a < b or b <= a - 5 != 7


def saturating(a: u8, b: u8) -> u8:
    total = a + b
    if total > 255:
        total = 255
    return total


def below_zero(a: u32, b: u32) -> bool:
    return a - b < 0


def difference_shifted(a: u32, b: u32) -> i64:
    return (a - b) >> 3


def wide_product(a: u32, b: u32) -> u32:
    return a * b >> 32


def wide_quotient(a: u32, b: u32) -> u64:
    return a * b // 10


def choice(c: bool, x: u32, y: i32) -> i64:
    return x if c else y


def sum_or_zero(a: u32, b: u32) -> u32:
    s = a + b
    return s if s < 100 else 0


def branches(x: i16) -> i32:
    if x < 0:
        y = -x
    elif x == 0:
        return 5
    else:
        y = x * 3
        y -= 1
    return y << 2


def early(x: u8) -> u8:
    if x & 1:
        return x // 2
    return 3 * x + 1


def swap(a: u8, b: i16) -> tuple[i16, u8]:
    a, b = b, a
    return a, b


def minmax(a: u8, b: u8, c: u8) -> tuple[u8, u8, bool]:
    low, high = min(a, b, c), max(a, b, c)
    return low, high, low < b < high


def cast(x: u32) -> u32:
    return u8(x) * 3 + i8(x) + u16(x + 1)


def truth(x: u8, y: i8) -> bool:
    return bool(x) and not y or bool(x - y)


def values_of_and(x: u8, y: i8) -> i16:
    return (x and y) + (x or -1)


def count_of(a: bool, b: bool, c: bool) -> u8:
    return a + b + c


def bool_bits(a: bool, b: bool) -> bool:
    return a & b | (a ^ True)


def masked_shift(x: u32, n: u8) -> u32:
    return x << (n & 31) | x >> (32 - (n & 31))


def bit(n: u8) -> u64:
    return 1 << (n & 63)


def cube(x: i16) -> i64:
    return x**3 - x**2 + x**0


def power(x: u8) -> u32:
    return x**7


def constants(x: u32) -> u32:
    return x & MASK ^ (2**32 - 1) ^ 1 << 4


def big_constant(x: i32) -> u64:
    return x ^ 0xFFFF_FFFF_0000_0000


def asserted(x: u8) -> u8:
    assert x != 3, f"not {x}"
    if x > 250:
        raise ValueError(x)
    return 100 // x


def doubled(x: u8) -> u32:
    y = z = x + 1
    y *= 2
    return y * z


def clipped(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value


def halved(value: i32) -> i32:
    return value // 2


def with_helpers(x: i16, y: u8) -> i32:
    return clipped(halved(x), -10, y) * clipped(y, 3, 200)


def annotated_in_strings(x: "u8") -> "tuple[u8, bool]":
    return int(x) + int(x > 3), x != 5


def docstring(x: u8) -> u8:
    """It has one."""
    return x


def shadowed(x: u8) -> u8:
    x = x + 300
    x = x // 3
    return x


def all_and_nothing(x: i8) -> bool:
    return -5 < x <= 5 < 6


def numbers(x: bool) -> i32:
    return 7 if x else -9


def raises_in_what_is_constant(x: u8) -> u8:
    t = 7 // (1 >> (x & 3)) + (1 // (0 if x > 9 else 1)) * 0 + (1 // x) ** 0
    return t


def constants_that_meet(x: u8) -> u16:
    if x > 3:
        y, z = 5, 1
    else:
        y, z = 5, 2
    return x + (7 if x else 7) - y * z


def product_equals(a: u32, b: u32, c: i8) -> bool:
    return a * b == c or a * b <= c


def product_between(a: u32, b: u32, c: i32) -> tuple[bool, bool, bool, bool]:
    return c < a * b, a * b > c, c != a * b, c >= a * b


def unused_mixture(x: u64, y: i8) -> u64:
    if x > 3:
        z = x
    else:
        z = y  # noqa: F841
        x = 5
    return x


def odd_names(double: u8, load: u8, é: u8, nsw: u8) -> u8:
    store = double + load
    call = store * é - nsw
    return call


def one_or_zero(x: u8) -> bool:
    if x > 7:
        return 1
    return 0


def nested(x: u8, y: u8) -> u8:
    if x > y:
        if y > 10:
            z = 1
        else:
            z = x
    else:
        z = y - 500
    return z // 2


NARROW = [
    average, distance, rightmost, clear, smear, inverted, sign, clamp, leap, quotient, remainder, mixed, mixed_compare,
    saturating, below_zero, difference_shifted, wide_product, wide_quotient, choice, sum_or_zero, branches, early, swap,
    minmax, cast, truth, values_of_and, count_of, bool_bits, masked_shift, bit, cube, power, constants, big_constant,
    asserted, doubled, with_helpers, annotated_in_strings, docstring, shadowed, all_and_nothing, numbers, nested,
    raises_in_what_is_constant, constants_that_meet, product_equals, product_between, odd_names, one_or_zero,
]  # fmt: skip


@pytest.mark.parametrize("function", NARROW, ids=lambda function: function.__name__)
def test_below_64_bits_as_python(function):
    lowered = agrees(function)
    assert [each for each in lowered.remarks if "unlike in Python" in each] == []


# Functions with loops

LOOPS = Path(__file__).parents[1] / "cases" / "loops.py"
VALUES = LOOPS.with_name("values.py")
LOOPING = [name for name, function in functions_in(LOOPS).items() if "return" in function.__annotations__]


@pytest.mark.parametrize("name", LOOPING)
def test_loops_as_python(name):
    lowered = agrees(load(LOOPS, name), corners_at_most=300)
    assert [each for each in lowered.remarks if "unlike in Python" in each] == []
    assert not re.search(r"\b(nsw|nuw|alloca|load|store|undef)\b", lowered.llvm)


@pytest.mark.parametrize("name", [name for name, each in functions_in(VALUES).items() if "return" in each.__annotations__])
def test_values_as_python(name):
    lowered = agrees(load(VALUES, name), corners_at_most=300)
    assert [each for each in lowered.remarks if "unlike in Python" in each] == []
    lift_callable(load(VALUES, name))


def one_more(x: u8) -> u8:
    return x + 1


def two_more(x: u8) -> u16:
    return one_more(x) + 1


def test_what_a_helper_cuts_is_said():
    assert "line" in lower(two_more).remarks[0]
    assert lower(two_more).remarks[0].endswith("wraps to u8, unlike in Python: `x + 1` as returned by `one_more`")


class OutOfBounds(Exception):
    """A value that Python computes, and that the bounds exclude."""


class Watched(ast.NodeTransformer):
    """Each expression that was given bounds, with a look at its value."""

    def __init__(self, seen):
        self.nodes, self.places = seen, {}

    def visit(self, node):
        known = self.nodes.get(node) if isinstance(getattr(node, "ctx", ast.Load()), ast.Load) else None
        node = self.generic_visit(node)
        if known is None:
            return node
        self.places[len(self.places)] = ast.unparse(node), known
        return ast.Call(ast.Name("__see__", ast.Load()), [ast.Constant(len(self.places) - 1), node], [])


def bounds_hold(function, count=100):
    """Whether every expression of a function below 64 bits stays within its bounds where Python runs it."""
    rewriter = Rewriter(find(function), Program())
    rewriter.rewrite("main")
    if any(value.word for value in rewriter.seen.values()):
        return
    definition = copy.deepcopy(rewriter.definition.node, memo := {})
    watched = Watched({memo[id(node)]: value for node, value in rewriter.seen.items() if id(node) in memo})
    definition.args.posonlyargs += definition.args.args
    for each in definition.args.posonlyargs:
        each.annotation = None
    definition.args.args, definition.returns, definition.decorator_list = [], None, []
    definition.body = [watched.visit(statement) for statement in definition.body]

    def see(index, value):
        text, known = watched.places[index]
        if not known.low <= value <= known.high:
            raise OutOfBounds(function.__name__, text, value, known.low, known.high)
        return value

    scope = function.__globals__ | {"__see__": see}
    exec(compile(ast.fix_missing_locations(ast.Module([definition], [])), function.__name__, "exec"), scope)
    types = [type for _, type in rewriter.signature.parameters]
    for arguments in itertools.islice(inputs(types, count, 3 * count), 4 * count):
        with contextlib.suppress(ArithmeticError, AssertionError, LookupError, ValueError):
            scope[function.__name__](*arguments)


TYPED = [each for file in (LOOPS, VALUES) for each in functions_in(file).values() if "return" in each.__annotations__]


@pytest.mark.parametrize("function", TYPED, ids=lambda function: function.__name__)
def test_bounds_hold_in_loops(function):
    bounds_hold(function)


@pytest.mark.parametrize("function", NARROW, ids=lambda function: function.__name__)
def test_bounds_hold_below_64_bits(function):
    bounds_hold(function)


BOUNDED = {  # whose ends show only to a solver, or never
    "isqrt_binary", "isqrt_newton", "gcd", "gcd_slow", "trailing", "counts_down_by_itself", "until_none_is_left", "signs",
    "collatz", "quotient", "triangular", "power_of_words", "clz64", "clz32", "binary_gcd", "binary_search",
}  # fmt: skip


HEAVY = {"binary_gcd", "until_none_is_left", "signs", "collatz"}


@pytest.mark.parametrize("name", [pytest.param(each, marks=[pytest.mark.slow] * (each in HEAVY)) for each in LOOPING])
def test_loops_are_unrolled(name):
    function = load(LOOPS, name)
    lifted = lift_callable(function)
    assert (lifted.bound is None) is (name not in BOUNDED), lifted.bound
    types = [parameter.type for parameter in lifted.parameters]
    for arguments in itertools.islice(inputs(types, 20, 30), 50):
        pairs = zip(lifted.parameters, arguments, strict=True)
        words = {each.value: argument % (1 << each.type.width) for each, argument in pairs}
        ran = run(lifted, words)
        expected = outcome(function, arguments, [result.type for result in lifted.results])
        assert ran.beyond or ran.domain == (expected is not None), arguments
        if ran.domain and not ran.beyond:
            given = zip(lifted.results, ran.results, strict=True)
            assert tuple(result.type.read(word) for result, word in given) == expected, arguments


@pytest.mark.parametrize("source, line", [
    ("def f(x: u8) -> u8:\n    n = 0\n    while n < 300:\n        n += x & 0 | 1\n    return n\n", 3),
    ("def g(x):\n    while True:\n        if x > 3:\n            return x\n        x &= 2\ndef f(x: u8) -> u8:\n    return g(x & 1)\n", 2),
    ("def f(x: u8) -> u8:\n    for i in range(3):\n        for j in range(\n            300 + i):\n            x ^= j\n    return x\n", 3),
])  # fmt: skip
def test_a_loop_without_an_end_is_refused_in_its_line(source, line, tmp_path):
    file = tmp_path / "case.py"
    file.write_text(source)
    with pytest.raises(PrimirError, match="this loop runs more than 256 times") as caught:
        lift_callable(load(file, "f"))
    assert (caught.value.place.file, caught.value.place.line) == (str(file), line)


def test_a_loop_is_kept_with_its_line():
    function = load(LOOPS, "isqrt")
    first = function.__code__.co_firstlineno
    assert [loop.line for loop in lift_callable(function).cut.loops] == [first + 3, first + 5]


def random_loops(generator, name, word=None):
    """A function with loops in loops, all of which end; over values below 64 bits, or over words of one type."""
    types = [word or generator.choice(["u8", "u16", "u32", "i8", "i16", "i32", "bool"]) for _ in range(3)]
    fresh = itertools.count()

    def number(value):
        return f"{word}({value})" if word else str(value)

    def expression(depth, variables):
        if depth == 0 or generator.random() < 0.2:
            return generator.choice([*variables, *variables, number(generator.choice([0, 1, 2, 3, 7, 100, -1]))])
        one, two = expression(depth - 1, variables), expression(depth - 1, variables)
        match generator.randrange(9):
            case 0:
                return f"({one} if {condition(variables)} else {two})"
            case 1:
                return generator.choice(["abs({})", "(-{})", *([] if word else ["u8({})", "i16({})"])]).format(one)
            case 2:
                return f"{generator.choice(['min', 'max'])}({one}, {two})"
            case 3:
                return f"({one} {generator.choice(['>>', '<<'])} ({two} & {number(3)}))"
        return f"({one} {generator.choice('+ - * & | ^ // %'.split())} {two})"

    def condition(variables):
        comparison = f"{expression(1, variables)} {generator.choice('< <= > >= == !='.split())} {expression(1, variables)}"
        return generator.choice([comparison, expression(1, variables), f"{comparison} and {expression(1, variables)}"])

    def block(depth, variables, looping, indent):
        lines = []
        for _ in range(generator.randint(1, 3)):
            lines += statement(depth, variables, looping, indent)
        return lines

    def statement(depth, variables, looping, indent):
        kind = generator.randrange(10 if depth else 4)
        target = generator.choice("abcst")
        if kind == 0 and looping:
            way = generator.choice(["break", "continue", f"return {expression(2, variables)}"])
            return [f"{indent}if {condition(variables)}:", f"{indent}    {way}"]
        if kind < 3:
            operator = generator.choice("+ - * & | ^ >>".split())
            amount = f"({expression(1, variables)} & {number(3)})" if operator == ">>" else expression(1, variables)
            bound = [f"{indent}{target} &= {number(0xFFF)}"] if generator.random() < 0.5 else []
            return [f"{indent}{target} {operator}= {amount}", *bound]
        if kind < 5:
            bound = generator.choice(["", f" & {number(255)}", f" % {number(1000)}", f" & {number(7)}"])
            return [f"{indent}{target} = {expression(2, variables)}{bound}"]
        if kind < 6:
            other = block(depth - 1, variables, looping, indent + "    ")
            return [f"{indent}if {condition(variables)}:", *block(depth - 1, variables, looping, indent + "    "),
                    f"{indent}else:", *other]  # fmt: skip
        count = next(fresh)
        end = [f"{indent}else:", *block(0, variables, looping, indent + "    ")] if generator.random() < 0.3 else []
        if kind < 8:
            body = block(depth - 1, variables, True, indent + "    ")
            return [f"{indent}fuel{count} = {generator.randint(0, 6)}", f"{indent}while fuel{count} and {condition(variables)}:",
                    f"{indent}    fuel{count} -= 1", *body, *end]  # fmt: skip
        part = expression(1, variables)
        three, seven = number(3), number(7)
        numbers = generator.choice(["range(6)", "range(3, -4, -2)", f"range({part} & {seven})", f"(a, {part}, s)",
                                    f"({three}, {seven}, a)", f"range({part} & {seven}, b & {three}, -1)",
                                    f"range({part} & {three}, {part} & {seven}, 2)"])  # fmt: skip
        body = block(depth - 1, [*variables, f"{word or ''}(i{count})"], True, indent + "    ")
        return [f"{indent}for i{count} in {numbers}:", *body, *end]

    body = block(2, list("abcst"), False, "    ")
    result = word or generator.choice(["u8", "u32", "i16", "i64"])
    head = f"def {name}(a: {types[0]}, b: {types[1]}, c: {types[2]}) -> {result}:"
    return "\n".join([head, f"    s = {number(0)}", "    t = c", *body, *block(2, list("abcst"), False, "    "), "    return s ^ t ^ a", ""])


@pytest.mark.parametrize("count", [12, pytest.param(500, marks=pytest.mark.slow)])
def test_random_loops_as_python(count, tmp_path):
    seed = SEED + count
    generator = random.Random(seed)
    file = tmp_path / "generated.py"
    file.write_text("\n".join(random_loops(generator, f"f{index}") for index in range(count)))
    compared = 0
    for name, function in functions_in(file).items():
        try:
            lowered = lower(function)
        except PrimirError as error:
            assert re.match("division by zero|this constant has no value|-?[0-9]+ does not fit", error.message), error
            continue
        bounds_hold(function, 20)
        if not any("unlike" in remark for remark in lowered.remarks):
            same_on_some(function, lowered, f"seed {seed}, {name}")
            compared += 1
    assert compared > count // 4, (seed, compared)


# Functions of 64-bit words: they wrap, and a literal takes the word's type


def tenth(x: u64) -> u64:
    return x // 10


def plus_one(x: u64) -> bool:
    return x + 1 > x


def kept(x: u64, c: bool) -> u64:
    return x if c else 0


def negated(x: u64) -> u64:
    return -x >> 1


def first_bit(n: u64) -> u64:
    return (1 << (n & 63)) // 2


def words_average(a: u64, b: u64) -> u64:
    return (a & b) + ((a ^ b) >> 1)


def distance64(a: i64, b: i64) -> u64:
    return abs(a - b)


def quotient64(a: i64, b: i64) -> i64:
    return a // b


def remainder64(a: i64, b: i64) -> i64:
    return a % b


def mulhi(a: u32, b: u32) -> u32:
    return u32(u64(a) * u64(b) >> 32)


def or_one(x: u64) -> u64:
    y = 1
    if x > 5:
        y = x
    return y % 7


def with_narrow(x: u64, y: u8) -> u64:
    return x % (y + 1) + (x > 3)


def low_mask(x: u64) -> u64:
    return x & -8


def wrapped(x):
    return u64.read(x)


def wraps_at_cast(x: u32) -> bool:
    return u64(x) - 1 > 5


def distance_of_words(x: i64, y: i64) -> tuple[bool, u8]:
    n = 0
    if x >= y:
        while x - y >= 0 and n < 3:
            n += 1
    return x - y >= 0, n


def distance_as_it_wraps(x, y):
    positive = i64.read(x - y) >= 0
    return positive, 3 * (x >= y and positive)


WORDS = [
    (distance_of_words, distance_as_it_wraps),
    (tenth, None),
    (plus_one, lambda x: wrapped(x + 1) > x),
    (kept, None),
    (negated, lambda x: wrapped(-x) >> 1),
    (first_bit, None),
    (words_average, None),
    (distance64, lambda a, b: abs(i64.read(a - b))),
    (quotient64, None),
    (remainder64, None),
    (mulhi, None),
    (or_one, None),
    (with_narrow, None),
    (low_mask, None),
    (unused_mixture, None),
    (wraps_at_cast, lambda x: wrapped(x - 1) > 5),
]


@pytest.mark.parametrize("function, reference", WORDS, ids=lambda each: getattr(each, "__name__", "") if each else "")
def test_words_of_64_bits_wrap(function, reference):
    agrees(function, reference)


# Random functions


def random_source(generator, name):
    """A function over narrow parameters, with branches."""
    types = [generator.choice(["u8", "u16", "u32", "i8", "i16", "i32", "bool"]) for _ in range(3)]

    def expression(depth):
        if depth == 0 or generator.random() < 0.15:
            return generator.choice(["a", "b", "c", "t", str(generator.choice([0, 1, 2, 3, 7, 100, 255, -1, 65536]))])
        one, two, three = (expression(depth - 1) for _ in range(3))
        op = generator.choice("+ - * & | ^ // % >> << < <= == != and or".split())
        match generator.randrange(10):
            case 0:
                return f"({one} if {two} else {three})"
            case 1:
                return generator.choice(["abs({})", "int(not {})", "(-{})", "u8({})", "i16({})", "int({})"]).format(one)
            case 2:
                return f"{generator.choice(['min', 'max'])}({one}, {two})"
        return f"(({one}) {op} (({two}) & 7))" if op in (">>", "<<") else f"(({one}) {op} ({two}))"

    result = generator.choice(["u8", "u32", "i16", "i64"])
    return f"""
def {name}(a: {types[0]}, b: {types[1]}, c: {types[2]}) -> {result}:
    t = c
    t = {expression(2)}
    if {expression(1)}:
        t = {expression(2)}
        if {expression(1)}:
            return {expression(2)}
    elif {expression(1)}:
        t += {expression(2)}
    return {expression(2)}
"""


def test_random_functions_as_python(tmp_path):
    generator = random.Random(SEED)
    file = tmp_path / "generated.py"
    file.write_text("".join(random_source(generator, f"f{index}") for index in range(30)))
    compared = 0
    for index in range(30):
        function = load(file, f"f{index}")
        try:
            lowered = lower(function)
        except PrimirError as error:  # constants that meet
            assert error.message == "division by zero" or error.message.startswith("this constant has no value"), error
            continue
        if not any("unlike" in remark for remark in lowered.remarks):
            same_on_some(function, lowered, f"seed {SEED}, f{index}")
            compared += 1
    assert compared > 20, compared


def same_on_some(function, lowered, name, cast=int):
    compiled = Compiled(lowered)
    for arguments in itertools.islice(inputs([type for _, type in lowered.parameters], 100), 0, None, 7):
        expected = outcome(function, map(cast, arguments), lowered.results)
        assert compiled(*arguments) == expected, (name, arguments, lowered.llvm)


def word_class(type):
    """Integers that wrap to `type` after each operation."""

    class Word:
        def __init__(self, value):
            self.value = type.read(int(value))

        def __int__(self):
            return self.value

        __index__ = __int__

    def operation(name):
        def apply(self, *others):
            value = getattr(self.value, name)(*(int(each) for each in others))
            return value if isinstance(value, bool) else Word(value)

        return apply

    for name in "add sub mul and or xor floordiv mod rshift lshift lt le gt ge eq ne neg invert abs bool".split():
        setattr(Word, f"__{name}__", operation(f"__{name}__"))
    return Word


def random_word_source(generator, name, type):
    """A function over words, where only words meet."""

    def expression(depth):
        if depth == 0 or generator.random() < 0.15:
            return generator.choice(["a", "b", "c", f"{type}({generator.choice([0, 1, 2, 7, 255, -1, TOP, TOP - 1])})"])
        one, two, three = (expression(depth - 1) for _ in range(3))
        op = generator.choice("+ - * & | ^ // % >> << and or".split())
        match generator.randrange(8):
            case 0:
                comparison = generator.choice("< <= > >= == !=".split())
                return f"({one} if {two} {comparison} {three} else {two})"
            case 1:
                return generator.choice(["abs({})", "(-{})", "(~{})"]).format(one)
            case 2:
                return f"{generator.choice(['min', 'max'])}({one}, {two})"
        return f"(({one}) {op} (({two}) & {type}(63)))" if op in (">>", "<<") else f"(({one}) {op} ({two}))"

    return f"""
def {name}(a: {type}, b: {type}, c: {type}) -> {type}:
    t = {expression(2)}
    if {expression(2)} < t:
        t = t - {expression(2)}
    return t ^ {expression(2)}
"""


@pytest.mark.parametrize("type", [u64, i64], ids=str)
def test_random_functions_of_words(type, tmp_path):
    generator = random.Random(SEED + type.signed)
    file = tmp_path / "generated.py"
    file.write_text("".join(random_word_source(generator, f"f{index}", type) for index in range(15)))
    for index in range(15):
        function = load(file, f"f{index}")
        try:
            lowered = lower(function)
        except PrimirError as error:
            assert error.message == "division by zero", error
            continue
        word = word_class(type)
        function.__globals__[str(type)] = word
        same_on_some(function, lowered, f"seed {SEED}, f{index}", word)


@pytest.mark.parametrize("count", [5, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("type", [u64, i64], ids=str)
def test_random_loops_of_words(type, count, tmp_path):
    seed = SEED + count + type.signed
    generator = random.Random(seed)
    file = tmp_path / "generated.py"
    file.write_text("\n".join(random_loops(generator, f"f{index}", str(type)) for index in range(count)))
    functions, lowered = functions_in(file), {}
    for name, function in functions.items():
        try:
            lowered[name] = lower(function)
        except PrimirError as error:
            assert error.message == "division by zero", error
    word = word_class(type)
    for name in lowered:
        functions[name].__globals__[str(type)] = word
        same_on_some(functions[name], lowered[name], f"seed {seed}, {name}", word)
    assert len(lowered) > count // 2, seed


# What comes out


def flags(a: i32, b: i32) -> i64:
    return abs(a * b - a) + (a << 3)


def test_nothing_is_optimized_or_assumed():
    lowered = lower(average)
    assert lowered.symbol == "average"
    assert lowered.parameters == (("a", u32), ("b", u32))
    assert lowered.results == (u32,)
    assert lowered.file.endswith("test_front.py")
    assert lowered.remarks == ()
    assert lowered.llvm.startswith("define i32 @average(i32 noundef %a, i32 noundef %b) {\n")
    assert "lshr i64" in lowered.llvm
    assert not re.search(r"\b(nsw|nuw|exact|alloca|load|store|call|attributes|metadata)\b", lower(flags).llvm)
    assert not re.search(
        r"\b(nsw|nuw|exact|alloca|load|store|attributes|metadata)\b|call (?!void @primir.raise)", lower(quotient64).llvm
    )


def test_overflow_flags_are_in_what_numba_gives_and_taken_out():
    from primir.ir.types import parse_type

    text = '  %x = add nsw i64 %a, %b\n  %"y" = shl nuw nsw i8 %a, %b\n  %z = zext nneg i8 %a to i16\n'
    assert lowering._without_flags(text).count("nsw") == 0
    assert "add i64 %a" in lowering._without_flags(text)
    assert parse_type("u32") == u32


def test_an_exception_is_one_call():
    text = lower(asserted).llvm
    assert text.count("declare") == 1
    assert text.count("call void @primir.raise()\n  unreachable") == text.count("call") >= 3


def test_results_are_a_struct_and_the_name_can_be_chosen():
    assert lower(minmax, "three").llvm.startswith("define { i8, i8, i1 } @three(i8 noundef %a, ")


def rotated(x: u32, n: u32) -> u32:
    return x << n | x >> (32 - n)


def narrow_amount(x: u32, a: u32, b: u32, c: u32) -> u64:
    return x >> (a * b * c)


def inexact(a: u32, b: u32, c: u32) -> bool:
    return a * b * c > 7


def narrowing(x: u16) -> i32:
    return halved(x * 65537)


@pytest.mark.parametrize("function, text", [
    (rotated, "a shift by less than 0 or more than 63 is outside the domain: `x << n`"),
    (narrow_amount, "needs more than 64 bits, and wraps here, unlike in Python: `x >> a * b * c`"),
    (inexact, "needs more than 64 bits, and wraps here, unlike in Python: `a * b * c > 7`"),
    (narrowing, "wraps to i32, unlike in Python: `x * 65537` as value of `halved`"),
])  # fmt: skip
def test_remarks(function, text):
    line = function.__code__.co_firstlineno + 1
    assert f"line {line}: {text}" in lower(function).remarks


def test_a_shift_by_the_width_stays_a_plain_shift():
    assert "shl i64" in lower(rotated).llvm


def unused_shift(x: u8, s: i8) -> u8:
    unused = x << s  # noqa: F841  it may raise
    return x


def far_shift(x: u64, y: u64) -> u64:
    return x << (y ^ 64)


def floored(x: i64, y: u64, n: u8, s: i8) -> tuple[i64, i64, u64, i64, u64]:
    return x >> n, x >> s, y >> n, (x >> 70) + (y >> 64 > 0), y >> (n | 64)


def narrow_floored(x: i32, y: u32, n: u32, s: i16) -> tuple[i64, i64, u64, i64]:
    return x >> n, (x - y) >> s, (y << 32) >> n, x * y >> (n & 127)


def near_shift(x: i32, n: i8) -> i64:
    return (x << (n & 31)) + (x >> (n & 63)) + (x << (n > 3))


def checked_shift(x: u32, n: i32) -> u32:
    left = x << n if 0 <= n < 64 else 0
    return left | (x >> n if n >= 0 and n <= 40 else 1)


def test_a_shift_that_may_be_out_of_range_raises():
    unused, far = Compiled(lower(unused_shift)), Compiled(lower(far_shift))
    for s in i8.range:
        assert unused(7, s) == ((7,) if 0 <= s < 64 else None), s
    for y in (0, 1, 63, 128, 2**63, 2**64 - 1):
        assert far(5, y) is None


@pytest.mark.parametrize("function", [floored, narrow_floored])
def test_a_shift_to_the_right_may_be_far(function):
    assert "outside the domain" in "".join(agrees(function).remarks)  # by less than 0


def test_a_shift_that_is_out_of_range_is_outside_the_domain():
    function = lift_callable(rotated)
    x, n = (parameter.value for parameter in function.parameters)
    for amount in (0, 3, 32, 33, 64, 255, 2**32 - 1):
        assert run(function, {x: 5, n: amount}).domain == (amount <= 32), amount


def test_a_shift_raises_only_where_it_is_reached():
    agrees(checked_shift)


def test_a_shift_in_range_has_no_guard():
    assert "br i1" not in agrees(near_shift).llvm
    assert lift_callable(near_shift).domain is TRUE


def test_functions_behind_numba_are_lowered():
    from numba import njit

    assert lower(njit(average)).symbol == "average"


def test_a_closure_and_a_module_give_constants():
    import struct as module

    module.SIXTEEN = 16
    try:
        shift = 4

        def inner(x: u32) -> u32:
            return x >> shift ^ module.SIXTEEN

        agrees(inner)
    finally:
        del module.SIXTEEN


def test_a_numba_that_moved_is_named(monkeypatch):
    def moved():
        raise AttributeError("no Lower")

    monkeypatch.setattr(lowering, "_compiler", moved)
    with pytest.raises(PrimirError, match=r"numba .* does not lower Python .* \(no Lower\)"):
        lower(average)


# What is refused: the source, the line of the error, and what it says

REFUSED = [
    ("def f(x) -> u32:\n    return x", 1, "the parameter x of f has no type"),
    ("def f(x: u32):\n    return x", 1, "f has no result type"),
    ("def f(x: u33) -> u32:\n    return x", 1, "the type u33 is no word of the machine"),
    ("def f(x: u23z) -> u32:\n    return x", 1, "there is no type u23z"),
    ("def f(x: u0) -> u32:\n    return x", 1, "the type u0 is 0 bits wide"),
    ("def f(x: 'u1000') -> u32:\n    return x", 1, "the type u1000 is 1000 bits wide"),
    ("def f(x: u128) -> u32:\n    return x", 1, "the type u128 is no word of the machine"),
    ("def f(x: int) -> u32:\n    return x", 1, "`int` has no width"),
    ("def f(x: float) -> u32:\n    return x", 1, "`float` is no machine type"),
    ("def f(x: list[u32]) -> u32:\n    return x", 1, "`list[u32]` is no machine type"),
    ("def f(x: tuple[u32, u32]) -> u32:\n    return x", 1, "`tuple[u32, u32]` is no machine type"),
    ("def f(x: u32) -> complex:\n    return x", 1, "`complex` is no machine type"),
    ("def f(x: u32) -> str:\n    return x", 1, "`str` is no machine type"),
    ("def f(x: u32) -> None:\n    return None", 1, "f returns nothing"),
    ("def f(x: u32 = 3) -> u32:\n    return x", 1, "a parameter of f has a default value"),
    ("def f(x: u32, *y: u32) -> u32:\n    return x", 1, "f takes any number of arguments"),
    ("def f(x: u32, **y: u32) -> u32:\n    return x", 1, "f takes any number of arguments"),
    ("def f(x: u32, *, y: u32) -> u32:\n    return x", 1, "f has keyword-only parameters"),
    ("import functools\n@functools.cache\ndef f(x: u32) -> u32:\n    return x", None, "`f` is no Python function"),
    ("def d(f): return f\n@d\ndef f(x: u32) -> u32:\n    return x", 2, "f is decorated by `d`"),
    ("def f(x: u32) -> u32:\n    yield x", 1, "f is a generator"),
    ("async def f(x: u32) -> u32:\n    return x", 1, "f is an async function"),
    ("f = lambda x: x", 1, "cannot lift a lambda"),
    ("def f(x: u32) -> u32:\n    return f(x - 1)", 2, "`f` calls itself: recursion cannot be lifted"),
    ("def g(x):\n    return f(x)\ndef f(x: u32) -> u32:\n    return g(x)", 2, "`f` calls itself: recursion cannot be lifted"),
    ("def f(x: u32) -> u32:\n    for i in x:\n        x += i\n    return x", 2, "cannot lift a `for` loop over `x`"),
    ("def f(x: u32) -> u32:\n    for i, j in range(3):\n        x += i\n    return x", 2, "assignment to something other than a variable"),
    ("def f(x: u32) -> u32:\n    for i in range(0, 3, x):\n        x += i\n    return x", 2, "the step of `range` is not constant"),
    ("def f(x: u32) -> u32:\n    for i in range(0, 3, 0):\n        x += i\n    return x", 2, "the step of `range` is 0"),
    ("def f(x: u32) -> u32:\n    for i in range(1, 2, 3, 4):\n        x += i\n    return x", 2, "`range` takes 1 to 3 arguments"),
    ("def f(x: u32) -> u32:\n    for i in range(x):\n        y = i\n    return y", 4, "y may be used before it is assigned"),
    ("def f(x: u32) -> u32:\n    while x:\n        x -= 1\n        y = x\n    return y", 5, "y may be used before it is assigned"),
    ("def f(x: u32) -> u32:\n    while True:\n        x = y\n        y = 3", 3, "y is used before it is assigned"),
    ("def f(x: u32) -> u32:\n    while True:\n        x += 1", 1, "f never returns a value"),
    ("def f(x: u32) -> u32:\n    while x < 7:\n        return x", 1, "f can end without a return"),
    ("def f(x: u64, y: i64) -> u64:\n    z = 0\n    while x > z:\n        z = y\n    return x", 3, "u64 and signed do not mix"),
    ("def f(x: u32) -> u32:\n    for i in ():\n        x = y\n    else:\n        x = z\n    return x", 5, "unknown name `z`"),
    ("def f(x: u32) -> u32:\n" + "".join("    " * n + "while x:\n" for n in range(1, 8)) + "    " * 8 + "x = 0\n    return x", 8, "loops stand more than 6 deep"),
    ("def f(x: u32) -> u32:\n    return x / 2", 2, "cannot lift `/`: its result is a float"),
    ("def f(x: u32) -> u32:\n    return x * 1.5", 2, "cannot lift a value of type float"),
    ("def f(x: u32) -> u32:\n    return x * 1j", 2, "cannot lift a value of type complex"),
    ("def f(x: u32) -> u32:\n    y = 'a'\n    return x", 2, "cannot lift a value of type str"),
    ("def f(x: u32) -> u32:\n    y = (x, x)\n    return x", 2, "cannot lift a tuple as a value"),
    ("def f(x: u32) -> u32:\n    return x[0]", 2, "cannot lift an index"),
    ("def f(x: u32) -> u32:\n    y = [x]\n    return x", 2, "cannot lift a tuple as a value"),
    ("def f(x: u32) -> u32:\n    return x.real()", 2, "unknown function `x.real`"),
    ("def f(x: u32) -> u32:\n    return x.bit_length(3)", 2, "`x.bit_length` takes no arguments"),
    ("def f(x: u32) -> u32:\n    return int.bit_count()", 2, "`int.bit_count` takes 1 argument"),
    ("def f(x: u32) -> u32:\n    y: u8 = x\n    return y", 2, "the value may not fit u8"),
    ("def f(x: u32) -> u32:\n    y: bool = x\n    return y", 2, "the value may not fit bool"),
    ("def f(x: u32) -> u32:\n    y: u32\n    return y", 3, "y is used before it is assigned"),
    ("def f(x: u32) -> u32:\n    y: float = x\n    return y", 2, "`float` is no machine type"),
    ("def f(x: u32) -> u32:\n    return divmod(x, 3)", 2, "2 returned, where f says u32"),
    ("def f(x: u32) -> u32:\n    return divmod(x, 3) + 1", 2, "`divmod` gives two values"),
    ("def f(x: u32) -> u32:\n    a, b, c = divmod(x, 3)\n    return a", 2, "2 values for 3 variables"),
    ("def f(x: u32) -> u32:\n    a, b = x\n    return a", 2, "one value for 2 variables"),
    ("def f(x: u32) -> u32:\n    a = divmod(x, 3)\n    return a", 2, "cannot lift a tuple as a value"),
    ("def f(x: u32) -> u32:\n    a, b = divmod(x)\n    return a", 2, "`divmod` takes 2 arguments"),
    ("def f(x: u32) -> u32:\n    return (1, 2)[x + 2]", 2, "an index outside of 2 values"),
    ("def f(x: u32) -> u32:\n    return (1, 2)[0:x]", 2, "cannot lift an index"),
    ("def f(x: u32) -> u32:\n    return pow(x)", 2, "`pow` takes 2 or 3 arguments"),
    ("def f(x: u32) -> u32:\n    for i in reversed(range(x)):\n        x = i\n    return x", 2, "cannot turn around a `range` that is not constant"),
    ("def f(x: u32) -> u32:\n    for i in reversed(x):\n        x = i\n    return x", 2, "cannot lift a `for` loop over `reversed(x)`"),
    ("def g(x):\n    if x:\n        return x, x\n    return x\ndef f(x: u32) -> u32:\n    y, z = g(x)\n    return y", 4, "g returns 2 values and 1"),
    ("def g(x):\n    return x, x\ndef f(x: u32) -> u32:\n    return g(x) + 1", 4, "`g` returns several values"),
    ("T = tuple(range(300))\ndef f(x: u32) -> u32:\n    return T[x]", 3, "a choice among 300 values"),
    ("def f(x: u32) -> u32:\n    return bin(x)", 2, "cannot lift a call of `bin`"),
    ("def f(x: u32) -> u32:\n    return unknown(x)", 2, "unknown function `unknown`"),
    ("import math\ndef f(x: u32) -> u32:\n    return math.isqrt(x)", 3, "cannot lift a call of `math.isqrt`"),
    ("def f(x: u32) -> u32:\n    print(x)\n    return x", 2, "cannot lift `print`"),
    ("n = 0\ndef f(x: u32) -> u32:\n    global n\n    n = x\n    return x", 3, "cannot lift `global`"),
    ("def f(x: u32) -> u32:\n    try:\n        return x\n    except ValueError:\n        return 0", 2, "cannot lift `try`"),
    ("def f(x: u32) -> u32:\n    with x:\n        return x", 2, "cannot lift `with`"),
    ("def f(x: u32) -> u32:\n    return (y := x) + y", 2, "cannot lift `:=`"),
    ("def f(x: u32) -> u32:\n    x + 1\n    return x", 2, "this value is not used"),
    ("def f(x: u32) -> u32:\n    return x ** x", 2, "cannot lift `**` with an exponent that is not constant"),
    ("def f(x: u32) -> u32:\n    return x ** 65", 2, "cannot lift `**` with the exponent 65"),
    ("def f(x: u32) -> u32:\n    return x ** -1", 2, "cannot lift `**` with the exponent -1"),
    ("def f(x: u32) -> u32:\n    return x << 64", 2, "a shift by 64 or more"),
    ("def f(x: u32) -> u32:\n    return x << -1", 2, "a shift by a negative amount"),
    ("def f(x: u32) -> u32:\n    return x // 0", 2, "division by zero"),
    ("def f(x: u32) -> u32:\n    return 1 // 0", 2, "this constant has no value"),
    ("def f(x: u32) -> u32:\n    return x % 2**64", 2, "18446744073709551616 does not fit in 64 bits"),
    ("def f(x: u32) -> u32:\n    return 1 << 10**9", 2, "this constant does not fit in 64 bits"),
    ("def f(x: u64, y: i64) -> u64:\n    return x + y", 2, "u64 and signed do not mix: u64 and i64"),
    ("def f(x: u64, y: i32) -> u64:\n\n    return 1 + \\\n        (x * y)", 4, "u64 and signed do not mix: u64 and i32"),
    ("def f(x: u64, y: i8) -> bool:\n    return x < y", 2, "u64 and signed do not mix: u64 and i8"),
    ("def f(x: u64, y: i8) -> u64:\n    return x if x else y", 2, "u64 and signed do not mix: u64 and i8"),
    ("def f(x: u64, y: u8) -> u64:\n    return x + (y - 1)", 2, "u64 and signed do not mix: u64 and a value that may be negative"),
    ("def f(x: u64, y: i8) -> u64:\n    if x:\n        z = x\n    else:\n        z = y\n    return z", 2, "u64 and signed do not mix: u64 and i8"),
    ("def f(x: u64) -> u64:\n    p = 1\n    while p < x:\n        p *= 2\n    return p", 3, "a value beside u64 may need more than 64 bits"),
    ("def f(x: u64) -> bool:\n    return x > -1", 2, "-1 does not fit in u64"),
    ("def f(x: i64) -> bool:\n    return x < 1 << 63", 2, "9223372036854775808 does not fit in i64"),
    ("def f(x: u32) -> bool:\n    return x & 1", 2, "an integer is returned, where f says bool"),
    ("def f(x: bool) -> bool:\n    return ~x", 2, "`~` of a bool"),
    ("def f(x: u32) -> u32:\n    if x:\n        return 1", 1, "f can end without a return"),
    ("def f(x: u32) -> u32:\n    raise ValueError", 1, "f never returns a value"),
    ("def f(x: u32) -> u32:\n    return", 2, "f returns nothing here"),
    ("def f(x: u32) -> u32:\n    return x, x", 2, "2 returned, where f says u32"),
    ("def f(x: u32) -> tuple[u32, u32]:\n    return x", 2, "1 returned, where f says tuple[u32, u32]"),
    ("def f(x: u32) -> u32:\n    if x:\n        y = 1\n    return y", 4, "y may be used before it is assigned"),
    ("def f(x: u32) -> u32:\n    z = y\n    y = 1\n    return y", 2, "y is used before it is assigned"),
    ("def f(x: u32) -> u32:\n    return xx", 2, "unknown name `xx`"),
    ("s = 'a'\ndef f(x: u32) -> u32:\n    return x + s", 3, "cannot lift `s`, a value of type str"),
    ("def f(x: u32) -> u32:\n    return x + abs", 2, "`abs` is used as a value"),
    ("def f(x: u32) -> u32:\n    return x is 3", 2, "cannot lift `is`"),
    ("def f(x: u32) -> u32:\n    return x in range(2)", 2, "cannot lift a call of `range`"),
    ("def f(x: u32) -> u32:\n    return 1 if x in (1, x) else 2", 2, "`in` takes integer constants here"),
    ("def f(x: u32) -> u32:\n    return 1 if x in () else 2", 2, "`in` takes integer constants here"),
    ("def f(x: u32) -> u32:\n    return 1 if x in x else 2", 2, "cannot lift `in`"),
    ("def f(x: u32) -> u32:\n    match x + 1:\n        case 1: return 2\n    return x", 2, "cannot lift this `match`"),
    ("def f(x: u32) -> u32:\n    x.y = 3\n    return x", 2, "assignment to something other than a variable"),
    ("def f(x: u32) -> u32:\n    def g(): return x\n    return g()", 2, "cannot lift a function inside the function"),
    ("def f(x: u32) -> u32:\n    match x:\n        case y: return 2\n    return x", 2, "cannot lift this `match`"),
    ("def f(x: u32) -> u32:\n    match x:\n        case 'a': return 2\n    return x", 3, "cannot lift a value of type str"),
    ("def f(x: u32) -> u32:\n    return min(x)", 2, "`min` takes 2 or more arguments here"),
    ("def f(x: u32) -> u32:\n    return u7(x)", 2, "unknown function `u7`"),
    ("def f(x: u32) -> u32:\n    return max(x, key=3)", 2, "a call with named or starred arguments"),
    ("def g(x, y): return x\ndef f(x: u32) -> u32:\n    return g(x)", 3, "`g` takes 2 arguments, 1 given"),
    ("def g(x=1): return x\ndef f(x: u32) -> u32:\n    return g(x)", 3, "cannot lift the call of `g`: a parameter of g has a default value"),
    ("def g(x):\n    for y in x: pass\n    return 3\ndef f(x: u32) -> u32:\n    return g(x)", 2, "cannot lift a `for` loop over `x`"),
    ("def f(x: u32) -> u32:\n    return " + "-" * 5000 + "x", None, "nested|not Python"),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize(
    "source, line, message", REFUSED, ids=lambda each: None if not isinstance(each, str) else each[-40:]
)
def test_refused_where_it_stands(source, line, message, tmp_path):
    file = tmp_path / "case.py"
    file.write_text("from __future__ import annotations\n" * (line is not None) + source + "\n")
    with pytest.raises(PrimirError) as caught:
        module = load(file, "f") if " f(" in source and "@functools" not in source else loaded_object(file)
        lower(module)
    assert re.search(message if "|" in message else re.escape(message), caught.value.message), caught.value
    if line is not None:
        assert (caught.value.place.file, caught.value.place.line) == (str(file), line + 1), caught.value


def loaded_object(file):
    """What `f` is in a file where it is no plain function."""
    from primir.lift.python import front

    return vars(front._execute(str(file), front._compiled(str(file))))["f"]


def test_an_error_shows_its_place(tmp_path):
    file = tmp_path / "case.py"
    file.write_text("def f(x: u32) -> u32:\n    return 1 + x / 2\n")
    with pytest.raises(PrimirError) as caught:
        lower(load(file))
    assert str(caught.value) == (
        f"{file}:2:16: cannot lift `/`: its result is a float\n"
        "        return 1 + x / 2\n"
        "                   ^\n"
        "  hint: `//` is the integer division"
    )  # fmt: skip


@pytest.mark.parametrize("object", [abs, 3, len, "f", type, print])
def test_only_functions_have_a_source(object):
    with pytest.raises(PrimirError, match="is no Python function"):
        lower(object)


def test_a_function_without_a_file_has_no_source():
    scope = {}
    exec("def f(x: 'u32') -> 'u32': return x", scope)
    with pytest.raises(PrimirError, match="the source of `f` is not available"):
        lower(scope["f"])


def test_a_symbol_is_a_name():
    with pytest.raises(PrimirError, match="is no symbol"):
        lower(average, "a b")


# Files and modules

ONE = "def f(x: u32) -> u32:\n    return x\ndef untyped(x):\n    return x\n"
TWO = ONE + "def g(x: u32) -> u32:\n    return x\n"


@pytest.mark.filterwarnings("ignore::SyntaxWarning")
@pytest.mark.parametrize("content, name, line, message, hint", [
    (b"def f(:\n", "f", 1, "this is not Python: ", None),
    (b"\x00\x01\xff\xfe", "f", None, "this is not Python: ", None),
    (b"\xff\xfe", "f", None, "this is not Python: ", None),
    (b"", "f", None, "has no function f", "it has none"),
    (b"", None, None, "has no function with types", "write types"),
    (b"x = 1\nimport nothing_of_the_kind\n", "f", 2, "failed: ModuleNotFoundError: No module named", None),
    (b"def g():\n    1 / 0\ng()\n", "f", 2, "failed: ZeroDivisionError: division by zero", None),
    (b"raise SystemExit(3)\n", "f", 1, "failed: SystemExit: 3", None),
    (b"def first(x: u23) -> u32: return x", "first", 1, "NameError: name 'u23' is not defined", None),
    (TWO.encode(), "h", None, "has no function h", "there are f, untyped, g"),
    (b"def first(x: u32) -> u32:\n    return x\n", "frist", None, "has no function frist", "did you mean first?"),
    (TWO.encode(), None, None, "has 2 functions", "name one of them"),
])  # fmt: skip
def test_files_that_cannot_be_loaded(content, name, line, message, hint, tmp_path):
    file = tmp_path / "case.py"
    file.write_bytes(content)
    with pytest.raises(PrimirError, match=re.escape(message)) as caught:
        load(file, name)
    assert caught.value.place.file == str(file)
    assert caught.value.place.line == line
    assert hint is None or hint in caught.value.hint
    assert not (tmp_path / "__pycache__").exists()


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(PrimirError, match="cannot read .*nowhere.py: No such file"):
        load(tmp_path / "nowhere.py", "f")
    with pytest.raises(PrimirError, match="cannot read"):
        load(tmp_path, "f")


def test_the_only_typed_function_needs_no_name(tmp_path):
    (tmp_path / "beside.py").write_text("LIMIT = 9\n")
    file = tmp_path / "case.py"
    file.write_text("from beside import LIMIT\n" + ONE.replace("return x\ndef", "return x % LIMIT\ndef"))
    assert Compiled(lower(load(file)))(20) == (2,)


def test_dotted_names(tmp_path, monkeypatch):
    (tmp_path / "dotted_case.py").write_text("from __future__ import annotations\n" + ONE)
    monkeypatch.chdir(tmp_path)
    assert lower(load_dotted("dotted_case:f")).symbol == "f"
    for name, message in [
        ("dotted_case:h", "dotted_case has no function h"),
        ("dotted_case", "names no function"),
        ("no_such.module:f", "cannot import no_such.module"),
    ]:
        with pytest.raises(PrimirError, match=message):
            load_dotted(name)
