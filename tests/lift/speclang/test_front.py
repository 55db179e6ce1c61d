"""The .spec language: what texts mean, and what is said about texts that mean nothing.

Meaning is tested against a second reading: Python's own parser (whose precedence a spec has) and plain integers.
"""

import ast
import operator
import pickle
import random
import re
from itertools import product
from pathlib import Path

import pytest
from primir.ir.errors import PrimirError
from primir.ir.evaluate import evaluate
from primir.ir.graph import FALSE, TRUE, apply, const, leaf, topological
from primir.ir.primes import TABLE, operations
from primir.ir.types import BOOL, parse_type
from primir.lift.source import restrict
from primir.lift.speclang.expressions import LARGEST, function_names
from primir.lift.speclang.front import parse_condition, parse_specs
from primir.lift.speclang.syntax import DEEPEST

HEADER = "spec f(x: u32, y: u32, s: i32, t: i32, a: u8, c: i8, w: u64, h: u16, p: bool, q: bool) -> {}"
INPUTS = {name: parse_type(type_) for name, type_ in re.findall(r"(\w): (\w+)", HEADER)}


def value_of(text, type_="u32"):
    """The node that `text` of type `type_` means."""
    (spec,) = parse_specs(f"{HEADER.format(type_)}\nensures result == ({text})\n")
    assert spec.ensures is TRUE, "the line is a definition"
    return spec.reference.results[0].value


def condition_of(text):
    (spec,) = parse_specs(f"{HEADER.format('u32')}\nrequires {text}\nensures result == x\n")
    return spec.requires


def number_of(text, type_, **values):
    """`text` on numbers, as a number of `type_`."""
    words = {leaf(name, known.width): values.get(name, 0) & (1 << known.width) - 1 for name, known in INPUTS.items()}
    (word,) = evaluate([value_of(text, type_)], words)
    return parse_type(type_).read(word)


# --- operators --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text, brackets", [
    ("x & 1 == 0", "(x & 1) == 0"),
    ("x | y & 3 ^ x", "x | ((y & 3) ^ x)"),
    ("x ^ y << 1 + 2", "x ^ (y << (1 + 2))"),
    ("x + y * 2", "x + (y * 2)"),
    ("x - y - 1", "(x - y) - 1"),
    ("x / y * y % y", "((x / y) * y) % y"),
    ("x << y >> 1", "(x << y) >> 1"),
    ("-x * y", "(-x) * y"),
    ("~x & y", "(~x) & y"),
    ("- ~x", "-(~x)"),
    ("not x == y and p", "(not (x == y)) and p"),
    ("p or q and p", "p or (q and p)"),
    ("not p or q", "(not p) or q"),
    ("not not p", "p"),
    ("!p & q", "(!p) & q"),  # as in C; `not p & q` is not (p & q)
    ("not p & q", "not (p & q)"),
    ("!p == q", "(not p) == q"),
    ("p && q || !p", "(p and q) or (not p)"),
    ("1 < x <= y < 9", "(1 < x) and (x <= y) and (y < 9)"),
    ("x == y == 3", "(x == y) and (y == 3)"),
    ("x if p else y if q else 3", "x if p else (y if q else 3)"),
    ("x + 1 if p or q else y", "(x + 1) if (p or q) else y"),
    ("x > y", "y < x"),
    ("s >= t", "t <= s"),
    ("p == (x > 3)", "(x > 3) == p"),
])
def test_precedence(text, brackets):
    try:
        assert condition_of(text) in (condition_of(brackets), *_turned(condition_of(brackets)))
    except PrimirError:  # a number
        assert value_of(text) is value_of(brackets)


def _turned(node):
    """`node` with the sides of `eq` exchanged."""
    return [apply("eq", *reversed(node.args))] if node.op == "eq" else []


@pytest.mark.parametrize("text, type_, values, number", [
    ("x + y", "u32", {"x": 2**32 - 1, "y": 2}, 1),
    ("a + 200", "u8", {"a": 100}, 44),
    ("c + 1", "i8", {"c": 127}, -128),
    ("s / t", "i32", {"s": -7, "t": 2}, -3),  # truncates, as in C and Rust
    ("s % t", "i32", {"s": -7, "t": 2}, -1),
    ("s / t", "i32", {"s": -(2**31), "t": -1}, -(2**31)),  # wraps
    ("x / y", "u32", {"x": 2**32 - 7, "y": 2}, 2**31 - 4),
    ("s >> 1", "i32", {"s": -7}, -4),
    ("x >> 1", "u32", {"x": 2**32 - 1}, 2**31 - 1),
    ("x << y", "u32", {"x": 1, "y": 32}, 0),
    ("x >> y", "u32", {"x": 2**32 - 1, "y": 2**31}, 0),
    ("s >> t", "i32", {"s": -5, "t": -1}, -1),  # a shift by 2**32 - 1
    ("s < t", "bool", {"s": -1, "t": 0}, True),
    ("x < y", "bool", {"x": 2**32 - 1, "y": 0}, False),
    ("-x", "u32", {"x": 1}, 2**32 - 1),
    ("-s", "i32", {"s": -(2**31)}, -(2**31)),
    ("~c", "i8", {"c": 5}, -6),
    ("u64(c)", "u64", {"c": -1}, 2**64 - 1),  # extended by the source's sign
    ("u64(a)", "u64", {"a": 255}, 255),
    ("i32(x)", "i32", {"x": 2**32 - 1}, -1),
    ("u8(x)", "u8", {"x": 0x1234}, 0x34),
    ("i8(w)", "i8", {"w": 0x80}, -128),
    ("u32(p)", "u32", {"p": 1}, 1),
    ("bool(x)", "bool", {"x": 2}, True),
    ("bool(x)", "bool", {"x": 0}, False),
    ("u8(300)", "u8", {}, 44),  # a cast of a literal wraps
    ("u8(-1)", "u8", {}, 255),
    ("i8(200)", "i8", {}, -56),
    ("bool(2)", "bool", {}, True),
    ("c * -128", "i8", {"c": 1}, -128),
    ("s - -2147483648", "i32", {"s": 0}, -(2**31)),
    ("--s", "i32", {"s": 7}, 7),
    ("~0", "u32", {}, 2**32 - 1),
    ("1 << 31", "u32", {}, 2**31),
    ("0 - 1", "u32", {}, 2**32 - 1),
    ("x & ~1", "u32", {"x": 7}, 6),
    ("0xff + 0b11 + 0o17 + 1_000", "u32", {}, 255 + 3 + 15 + 1000),
    ("x if s < 0 else y", "u32", {"x": 1, "y": 2, "s": -1}, 1),
    ("u64(1 << 40)", "u64", {}, 1 << 40),
    ("p & q | p ^ q", "bool", {"p": 1, "q": 0}, True),
    ("rotl(a, 1)", "u8", {"a": 0x81}, 3),
    ("rotr(a, 1)", "u8", {"a": 0x81}, 0xC0),
    ("select(p, x, 3)", "u32", {"p": 0, "x": 9}, 3),
    ("add_sat(c, 100)", "i8", {"c": 100}, 127),
    ("add_sat(a, 100)", "u8", {"a": 200}, 255),
    ("sub_overflow(a, 3)", "bool", {"a": 2}, True),
    ("mul_overflow(c, 2)", "bool", {"c": -64}, False),
    ("min(s, 3)", "i32", {"s": -1}, -1),
    ("max(x, 3)", "u32", {"x": 2**32 - 1}, 2**32 - 1),
    ("abs(s)", "i32", {"s": -9}, 9),
    ("smax(x, y)", "u32", {"x": 2**32 - 1, "y": 1}, 1),  # a row's own name says how words are read
    ("ctpop(255 & a)", "u8", {"a": 7}, 3),
])
def test_a_value(text, type_, values, number):
    assert number_of(text, type_, **values) == number


def test_constants_are_folded():
    assert value_of("~1 & (1 << 31)") is const(1 << 31, 32)


# --- against Python's parser and integers -----------------------------------------------------------------------------

LEVELS = ["+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"]
PYTHON = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.BitAnd: "&", ast.BitOr: "|",
          ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>"}
COMPARE = {ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
           ast.NotEq: operator.ne}


def random_number(rng, type_, depth):
    """An expression of `type_`, with brackets only here and there, so that precedence matters."""
    names = [name for name, known in INPUTS.items() if known == type_]
    kind = rng.randrange(8) if depth else 0
    if kind < 2:
        return rng.choice(names)
    if kind < 5:
        left, right = random_number(rng, type_, depth - 1), random_number(rng, type_, depth - 1)
        if rng.random() < 0.3:
            right = str(rng.choice([1, 2, 3, 7, 31, 100]))
        text = f"{left} {rng.choice(LEVELS)} {right}"
        return f"({text})" if rng.random() < 0.4 else text
    if kind == 5:
        return rng.choice("-~") + random_number(rng, type_, 0)
    if kind == 6:
        source = rng.choice([known for known in INPUTS.values() if known != BOOL])
        return f"{type_}({random_number(rng, source, depth - 1)})"
    branches = random_number(rng, type_, depth - 1), random_number(rng, type_, depth - 1)
    return f"({branches[0]} if {random_truth(rng, depth - 1)} else {branches[1]})"


def random_truth(rng, depth):
    kind = rng.randrange(6) if depth else 0
    if kind < 1:
        return rng.choice("pq")
    if kind < 4:
        type_ = rng.choice([known for known in INPUTS.values() if known != BOOL])
        parts = [random_number(rng, type_, depth - 1) for _ in range(rng.choice([2, 2, 3]))]
        return f" {rng.choice(['<', '<=', '>', '>=', '==', '!='])} ".join(parts)
    if kind == 4:
        return f"not {random_truth(rng, depth - 1)}"
    text = f" {rng.choice(['and', 'or'])} ".join(random_truth(rng, depth - 1) for _ in range(rng.choice([2, 3])))
    return f"({text})" if rng.random() < 0.4 else text


def type_in(tree):
    """The type of a Python syntax tree; None for literals."""
    match tree:
        case ast.Name(id=name):
            return INPUTS[name]
        case ast.Call(func=ast.Name(id=name)):
            return parse_type(name)
        case ast.UnaryOp(op=ast.USub() | ast.Invert(), operand=operand):
            return type_in(operand)
        case ast.BinOp(left=left, right=right):
            return type_in(left) or type_in(right)
        case ast.IfExp(body=body):
            return type_in(body)
        case ast.Constant():
            return None
    return BOOL


def oracle(tree, values, wanted=None):
    """The number that a Python syntax tree stands for; a literal is of the type `wanted`."""
    wanted = type_in(tree) or wanted
    match tree:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return values[name]
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not oracle(operand, values)
        case ast.UnaryOp(op=sign, operand=operand):
            number = oracle(operand, values, wanted)
            return wrap(wanted, -number if isinstance(sign, ast.USub) else ~number)
        case ast.BoolOp(op=word, values=parts):
            return (all if isinstance(word, ast.And) else any)(oracle(part, values) for part in parts)
        case ast.Compare(left=left, ops=ops, comparators=rest):
            numbers = [oracle(part, values) for part in (left, *rest)]
            return all(COMPARE[type(op)](a, b) for op, a, b in zip(ops, numbers, numbers[1:]))
        case ast.IfExp(test=test, body=body, orelse=other):
            return oracle(body if oracle(test, values) else other, values)
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return wrap(parse_type(name), oracle(argument, values))
        case ast.BinOp(left=left, op=op, right=right):
            sides = oracle(left, values, wanted), oracle(right, values, wanted)
            return wrap(wanted, arithmetic(PYTHON[type(op)], wanted, *sides))
    raise AssertionError(ast.dump(tree))


def arithmetic(sign, type_, a, b):
    match sign:
        case "/" | "%":
            if b == 0:  # as SMT-LIB has it
                return a if sign == "%" else 1 if a < 0 else -1
            quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
            return quotient if sign == "/" else a - quotient * b
        case "<<" | ">>":
            count = min(b % 2**type_.width, type_.width)
            return a << count if sign == "<<" else a >> count
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "&": operator.and_, "|": operator.or_,
            "^": operator.xor}[sign](a, b)


def wrap(type_, number):
    low = -(2 ** (type_.width - 1)) if type_.signed else 0
    return (number - low) % 2**type_.width + low


def random_input(rng, type_):
    if type_ == BOOL:
        return rng.random() < 0.5
    return wrap(type_, rng.choice([0, 1, -1, type_.width, 2 ** (type_.width - 1), rng.getrandbits(64)]))


def test_random_expressions_mean_what_python_and_integers_say():
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    leaves = {leaf(name, known.width): name for name, known in INPUTS.items()}
    for _ in range(300):
        type_ = rng.choice([known for known in INPUTS.values() if known != BOOL])
        text = random_truth(rng, 3) if rng.random() < 0.3 else random_number(rng, type_, 4)
        tree = ast.parse(text, mode="eval").body
        wanted = type_in(tree)
        node = value_of(text, str(wanted))
        for _ in range(8):
            numbers = {name: random_input(rng, known) for name, known in INPUTS.items()}
            words = {node_: int(numbers[name]) & (1 << node_.width) - 1 for node_, name in leaves.items()}
            (found,) = evaluate([node], words)
            assert wanted.read(found) == oracle(tree, numbers), f"seed {seed}: {text} on {numbers}"


# --- functions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in function_names() if name in TABLE])
def test_every_row_is_a_function(name):
    row = TABLE[name]
    places = {"1": iter("pq"), "w": iter(["i", "j", "k"])}
    names = [next(places[letter]) for letter in row.arguments]
    type_ = "bool" if row.predicate else "i16"
    (spec,) = parse_specs(f"spec g(i: i16, j: i16, k: i16, p: bool, q: bool) -> {type_}\n"
                          f"ensures result == {name}({', '.join(names)})")
    nodes = [leaf(each, 1 if each in "pq" else 16) for each in names]
    assert spec.reference.results[0].value is apply(name, *nodes)


def test_casts_and_keywords_alone_are_no_functions():
    assert set(TABLE) - set(function_names()) == {"and", "or", "not", "zext", "sext", "trunc"}


def test_let_and_def():
    (spec,) = parse_specs("""
        spec f(x: u32) -> u32
          let low = x & 0xff
          def twice(v: u32) -> u32 = v + v
          def both(x: u32, v: u32) -> u32 = twice(x) ^ twice(v) ^ low   # its own x, and the spec's `low`
          ensures result == both(3, low)
    """)
    x = leaf("x", 32)
    low = apply("and", x, const(255, 32))
    twice = apply("add", low, low)
    assert spec.reference.results[0].value is apply("xor", apply("xor", const(6, 32), twice), low)


def test_a_name_of_the_spec_hides_a_function():
    (spec,) = parse_specs("spec f(x: u8, add: u8) -> u8\ndef min(v: u8) -> u8 = v + add\nensures result == min(x)")
    assert spec.reference.results[0].value is apply("add", leaf("x", 8), leaf("add", 8))


# --- specs ------------------------------------------------------------------------------------------------------------


def test_lines_end_statements_but_not_inside_brackets():
    text = ("\ufeff# first\r\n\r\nspec f(x: u8,\r\n       y: u8) -> u8   # more\r\n\tensures result == (x\r\n"
            "  # between\r\n\r\n  + y)\r\n\r\nspec g() -> bool\nensures result == true")
    first, second = parse_specs(text)
    assert (first.name, second.name) == ("f", "g")
    assert first.reference.results[0].value is apply("add", leaf("x", 8), leaf("y", 8))
    assert second.reference.results[0].value is TRUE


@pytest.mark.parametrize("lines, reference, rest", [
    ("ensures result == x", True, False),
    ("ensures x == result", True, False),
    ("ensures result == x and x < 9", True, True),
    ("ensures result == x\nensures result < 9", True, True),
    ("ensures result == x and result == 3", True, True),
    ("let n = result == x\nensures n", True, False),
    ("ensures result + 0 == x", False, True),
    ("ensures result == result & x", False, True),
    ("ensures result == x or x == 0", False, True),
    ("ensures not result != x", False, True),
])
def test_a_definition_becomes_a_reference(lines, reference, rest):
    (spec,) = parse_specs(f"spec f(x: u8) -> u8\nrequires x != 7\n{lines}")
    assert (spec.reference is not None, spec.ensures is not TRUE) == (reference, rest)
    if reference:
        assert spec.reference.results[0].value is leaf("x", 8)
        assert spec.reference.domain is spec.requires is not TRUE


@pytest.mark.parametrize("lines, reference", [
    ("ensures q == x / 3 and r == x % 3", True),
    ("ensures r == x - q * 3\nensures q == x / 3", True),  # what is known of q tells r
    ("ensures q == x / 3 and r < 3", False),
    ("ensures q == r and r == q", False),
])
def test_several_results(lines, reference):
    (spec,) = parse_specs(f"spec f(x: u8) -> (q: u8, r: u8)\n{lines}")
    assert [str(output.type) for output in spec.outputs] == ["u8", "u8"]
    assert (spec.reference is not None) == reference
    if reference:
        assert spec.ensures is TRUE
        assert evaluate([result.value for result in spec.reference.results], {leaf("x", 8): 11}) == [3, 2]


@pytest.mark.parametrize("text, brackets", [
    ("p implies q", "(not p) or q"), ("p ==> q", "(not p) or q"),
    ("p implies q implies x < y", "(not p) or ((not q) or x < y)"),
    ("p or q implies p and q", "(not (p or q)) or (p and q)"), ("not p implies q", "p or q"),
])
def test_implication(text, brackets):
    for p, q, x in product((0, 1), (0, 1), (0, 5)):
        words = {leaf("p", 1): p, leaf("q", 1): q, leaf("x", 32): x, leaf("y", 32): 3}
        assert evaluate([value_of(text, "bool")], words) == evaluate([value_of(brackets, "bool")], words)


@pytest.mark.parametrize("lines, laws, rest", [
    ("ensures f(f(x)) == x", ["f(f(x)) == x"], False),
    ("ensures f(x) < 9", [], True),  # that is `result`
    ("ensures f(x) == x + 1", [], False),  # a definition
    ("ensures result > 3\nensures f(x + 1) == f(x)", ["f(x + 1) == f(x)"], True),
    ("let y = f(0)\nensures result >= y", ["result >= y"], False),
    ("let y = f(0)\ndef g(v: u8) -> u8 = v + y\nensures result >= g(3)", ["result >= g(3)"], False),
    ("forall y: u8\nensures result >= y or y > x", ["result >= y or y > x"], False),
    ("def f(v: u8) -> u8 = v + 1\nensures result == f(f(x))", [], False),  # hides the function itself
])
def test_relations(lines, laws, rest):
    (spec,) = parse_specs(f"spec f(x: u8) -> u8\n{lines}")
    assert [law.text for law in spec.laws] == laws
    assert (spec.ensures is not TRUE) == rest
    assert not spec.only_examples


def test_a_built_in_function_keeps_its_name():
    (spec,) = parse_specs("spec abs(x: i8) -> i8\nensures result == abs(x + 1)")
    assert not spec.laws and spec.reference is not None


def test_what_a_law_says_of_its_calls():
    """Calls of inputs are taken to be allowed, calls of results must be, each where the line reaches it."""
    (spec,) = parse_specs("spec f(x: u8) -> u8\nrequires x < 10\nforall y: u8\n"
                          "ensures y > 3 implies f(y) < 5 implies f(f(y)) == x")
    (law,) = spec.laws
    outer, inner = law.calls
    assert [variable.name for variable in law.variables] == ["x", "y"]
    assert (outer.arguments, inner.arguments) == ((leaf("y", 8),), outer.results)
    for x, y, one, two in product((1, 12), (2, 5, 12), (4, 7), (1, 3)):
        words = {leaf("x", 8): x, leaf("y", 8): y, outer.results[0]: one, inner.results[0]: two}
        assert evaluate([law.assumes], words) == [x < 10 and (y <= 3 or y < 10)]
        assert evaluate([law.condition], words) == [not (y > 3 and one < 5) or (one < 10 and two == x)]


def test_a_law_of_fewer_inputs():
    """`--requires` says of each call what a line of the spec would."""
    lines = "forall y: u8\nensures y > 3 implies f(y) < 5 implies f(f(y)) == x\nensures f(y) <= f(y + 1)"
    (wide,) = parse_specs(f"spec f(x: u8) -> u8\n{lines}")
    (narrow,) = parse_specs(f"spec f(x: u8) -> u8\nrequires x < 10\n{lines}")
    for given, wanted in zip(restrict(wide, requires="x < 10").laws, narrow.laws, strict=True):
        roots = [given.assumes, given.condition, wanted.assumes, wanted.condition]
        free = [node for node in topological(roots) if node.op == "input"]
        for words in product((0, 4, 9, 12), repeat=len(free)):
            one, two, three, four = evaluate(roots, dict(zip(free, words, strict=True)))
            assert (one, two) == (three, four)
        assert given.variables == wanted.variables


def test_a_law_guards_its_divisions():
    for lines, free in (("f(f(x)) / f(x) == 1", True), ("f(x) != 0 implies f(f(x)) / f(x) == 1", False)):
        (spec,) = parse_specs(f"spec f(x: u8) -> u8\nensures f(x) != 0\nensures {lines}")
        words = {node: 0 for each in spec.obligations for node in topological([each.condition]) if node.op == "input"}
        assert all(evaluate([each.condition for each in spec.obligations], words)) != free
    (spec,) = parse_specs("spec f(x: u8) -> u8\nrequires x != 0\nforall y: u8\nensures f(y) == 10 / y")
    for x, y in product((0, 1), (0, 1)):  # a call of 0 is none
        words = {leaf("x", 8): x, leaf("y", 8): y}
        assert all(evaluate([each.condition for each in spec.obligations], words))


def test_examples():
    (spec,) = parse_specs("spec f(x: i8, b: bool) -> (q: i8, r: bool)\nexample f(-1, True) == (-128, False)\n"
                          "example f(1 + 2, false) == (i8(0xff), 3 < i8(4))")
    assert [example.inputs for example in spec.examples] == [(255, 1), (3, 0)]
    assert [example.outputs for example in spec.examples] == [(128, 0), (255, 1)]
    assert spec.only_examples


@pytest.mark.parametrize("lines, names", [
    ("", None),
    ("using add sub and or not", {"add", "sub", "and", "or", "not"}),
    ("using add, sub", {"add", "sub"}),
    ("using add\nusing sub", {"add", "sub"}),
    ("using plain", {row.name for row in operations("plain")}),
    ("using plain ctpop", {row.name for row in operations("plain")} | {"ctpop"}),
    ("using plain\nforbid mul or", {row.name for row in operations("plain")} - {"mul", "or"}),
    ("forbid mul", {row.name for row in operations("full")} - {"mul"}),
    ("forbid full", set()),
])
def test_operations(lines, names):
    (spec,) = parse_specs(f"spec f(x: u8) -> u8\nensures result == x\n{lines}\nminimize latency")
    assert spec.minimize == "latency"
    if names is None:
        assert spec.operations is None
    else:
        assert spec.operations == tuple(name for name in TABLE if name in names)


def test_a_condition_alone():
    (spec,) = parse_specs("spec f(x: u32, y: i8) -> u32\nensures result == x")
    node, obligations = parse_condition("x < 1000 and y > -2", spec.parameters)
    x, y = leaf("x", 32), leaf("y", 8)
    assert node is apply("and", apply("ult", x, const(1000, 32)), apply("slt", const(-2, 8), y))
    assert not obligations
    assert parse_condition("7 / x < 2", spec.parameters)[1][0].text == "x != 0"
    with pytest.raises(PrimirError, match="--requires:1:1: there is no z"):
        parse_condition("z < 3", spec.parameters, "--requires")


# --- what must hold for a spec to be defined --------------------------------------------------------------------------


@pytest.mark.parametrize("lines, free", [
    ("ensures result == x / y", {0}),  # where y may be 0 as far as the spec says
    ("ensures result == x % y", {0}),
    ("ensures result == udiv(x, y)", {0}),
    ("ensures result == x / (y - 1)", {1}),
    ("let n = x / y\nensures result == n", {0}),
    ("let n = x / y\nensures result == x", set()),  # not used
    ("def g(a: u8) -> u8 = 9 / a\nensures result == g(y + 1)", {255}),
    ("ensures result == (x / y if y > 3 else 0)", set()),
    ("ensures result == (0 if y > 3 else x / y)", {0}),
    ("ensures result == (0 if y == 0 else x / y)", set()),
    ("ensures result == (1 if y > 3 else x / y if y > 1 else 0)", set()),
    ("ensures y == 0 or result == x / y", set()),
    ("ensures y != 0 and result == x / y", set()),
    ("ensures result == x / y and y != 0", {0}),
    ("ensures y != 0\nensures result == x / y", set()),
    ("ensures not (y != 0 and result != x / y)", set()),
    ("ensures result == u8(0 < y < x / y)", set()),
    ("ensures result == u8(x / y < y)", {0}),
    ("requires y != 0\nensures result == x / y", set()),
    ("requires y > 3\nensures result == x / y", set()),
    ("ensures result == x / y\nrequires y > 3", set()),
    ("requires x / y < 3\nensures result == x", {0}),
    ("requires y != 0 && x / y < 3\nensures result == x", set()),
    ("requires y != 0\nrequires x / y < 3\nensures result == x", set()),
    ("let n = x / y\nrequires y != 0 and n < 3\nensures result == n", set()),
    ("ensures result == x / 3", set()),
    ("ensures result == x << y", set()),
])
def test_obligations(lines, free):
    (spec,) = parse_specs(f"spec f(x: u8, y: u8) -> u8\n{lines}")
    found = set()
    for y in range(256):
        words = {leaf("x", 8): 0, leaf("y", 8): y, leaf("result", 8): 0}
        if not all(evaluate([each.condition for each in spec.obligations], words)):
            found.add(y)
    assert found == free


def test_an_obligation_says_what_and_where():
    (spec,) = parse_specs("spec f(x: u8, y: u8) -> u8\n  ensures result == x / (y - 1)", "a.spec")
    (obligation,) = spec.obligations
    assert (str(obligation.place), obligation.text) == ("a.spec:2:26", "y - 1 != 0")


def test_a_spec_travels_to_other_processes():
    (spec,) = parse_specs(VALID)
    assert spec.obligations == ()  # `requires` says it in the same words
    assert pickle.loads(pickle.dumps(spec)) == spec


def test_a_result_as_divisor_needs_a_guard():
    (spec,) = parse_specs("spec f(x: u8) -> u8\nensures x % result == 0")
    words = {leaf("x", 8): 3, leaf("result", 8): 0}
    assert evaluate([spec.obligations[0].condition], words) == [0]
    (spec,) = parse_specs("spec f(x: u8) -> u8\nensures result != 0 and x % result == 0")
    assert all(evaluate([each.condition for each in spec.obligations], words))


# --- errors -----------------------------------------------------------------------------------------------------------

LINES = [  # a line in a spec, the column of the caret, a part of the message, a part of the hint
    ("ensures result == x + s", 21, "x: u32 and s: i32 have different types", "write u32(s) or i32(x)"),
    ("ensures result == x + u64(y) * 2", 21, "x: u32 and u64(y) * 2: u64 have different types", "u32(u64(y) * 2)"),
    ("ensures result == 1 + x << a", 25, "1 + x: u32 and a: u8 have different types", "u32(a)"),
    ("ensures result == w", 16, "result: u32 and w: u64", "write u32(w) or u64(result)"),
    ("ensures p == x > 3", 11, "p: bool and x: u32", "write a == (b < c)"),
    ("ensures result == (x if p else w)", 32, "x: u32 and w: u64", "u32(w)"),
    ("ensures result == min(x, s)", 26, "x: u32 and s: i32", "u32(s)"),
    ("ensures result == x & 1.5", 23, "1.5 is a float", "an integer"),
    ("ensures result == 1e9", 19, "1e9 is a float", ""),
    ("ensures result == .5", 19, "`.` has no meaning", "no floats"),
    ("ensures result == 7u32", 19, "suffix", "u32(7)"),
    ("ensures result == 0xfg", 19, "0xfg is no number", ""),
    ("ensures result == 007", 19, "007 is no number", ""),
    ("ensures result == 4294967296", 19, "4294967296 does not fit u32", "0 to 4294967295"),
    ("ensures result == x & -1", 23, "-1 is negative, and u32 is unsigned", "u32(-1) is 0xffffffff"),
    ("ensures s == 0x80000000", 14, "does not fit i32", "i32(0x80000000) is -0x80000000"),
    ("ensures s == -2147483649", 14, "does not fit i32", ""),
    ("ensures result == " + "9" * 5000, 19, "this literal has 5000 digits", "128 bits"),
    ("ensures result == 0x" + "f" * 100000, 19, "this literal has 100002 digits", ""),
    ("ensures 1 < 2", 9, "nothing tells the type of 1", "u32(1)"),
    ("let n = 5", 9, "nothing tells the type of 5", "u32(5)"),
    ("ensures resul == x", 9, "there is no resul", "did you mean result?"),
    ("ensures result == z", 19, "there is no z", ""),
    ("ensures result == abs", 19, "abs is a function", "abs(...)"),
    ("ensures result == u8", 19, "u8 is a type", "u8(x)"),
    ("ensures result == popcount(x)", 19, "no function popcount", "did you mean ctpop?"),
    ("ensures result == ctpopp(x)", 19, "no function ctpopp", "did you mean ctpop?"),
    ("ensures result == zext(x)", 19, "zext is written as a cast", "u64(x)"),
    ("ensures result == x(1)", 19, "x is a value", ""),
    ("ensures result == u33x(x)", 19, "no function u33x", ""),
    ("ensures result == u0(x)", 19, "u0 is 0 bits wide", "1 to 128"),
    ("ensures result == u1000(x)", 19, "u1000 is 1000 bits wide", "1 to 128"),
    ("ensures result == min(x)", 19, "min takes 2 arguments, not 1", ""),
    ("ensures result == u32(x, y)", 19, "u32 takes 1 argument, not 2", ""),
    ("ensures result == abs(x)", 23, "abs is for signed types", "abs(i32(x))"),
    ("ensures result == u32(bswap(a))", 29, "multiples of 16, and this is u8", ""),
    ("ensures result == u32(ctpop(p))", 29, "takes numbers", ""),
    ("ensures result == select(x, x, y)", 26, "`select` takes a bool, and x is u32", "x != 0"),
    ("ensures result = x", 16, "`=`", "did you mean ==?"),
    ("ensures result === x", 18, "`===` is no operator", "write =="),
    ("ensures result == x // 2", 22, "`//` is no operator", "write /"),
    ("ensures result == x ** 2", 22, "`**` is no operator", "x * x"),
    ("ensures result <> x", 17, "`<>` is no operator", "!="),
    ("ensures result == x if p", 25, "this `if` has no `else`", "a if c else b"),
    ("ensures result == p ? x : y", 21, "`?` has no meaning", "a if c else b"),
    ("ensures result == if p x else y", 19, "`if` stands between two values", "a if c else b"),
    ("ensures result == (x", 19, "this bracket is never closed", ""),
    ("ensures result == x)", 20, "this bracket closes nothing", ""),
    ("ensures result == x y", 21, "`y` is unexpected", "an operator or the end of the line"),
    ("ensures result == ", 19, "the line ends too early", "expected a value"),
    ("ensures result == x &", 22, "the line ends too early", "inside brackets"),
    ("ensures result == + x", 19, "`+` is unexpected", "a value"),
    ("ensures", 8, "the line ends too early", "a value"),
    ("ensures result == x; x", 20, "`;` has no meaning", "the end of a line"),
    ("ensures result == 'x'", 19, "no meaning", "no strings"),
    ("ensures result == x[3]", 20, "no meaning", "no lists"),
    ("ensures result == ²", 19, "U+00B2 (SUPERSCRIPT TWO)", ""),
    ("ensures result == \x07", 19, "U+0007 (a control character)", "a text file?"),
    ("ensures result ==\xa0x", 18, "U+00A0 (NO-BREAK SPACE)", ""),
    ("ensures result == ??", 19, "a hole stands in a sketch alone", "sketch result ="),
    ("ensures x + ??(3) == x", 13, "a hole stands in a sketch alone", ""),
    ("ensures result == x ?? y", 21, "a hole stands in a sketch alone", ""),
    ("let n = u8(??n)", 12, "a hole stands in a sketch alone", ""),
    ("ensures result == choose(x, y)", 19, "no function choose", ""),
    ("ensures x", 9, "`ensures` takes a bool, and x is u32", "write x != 0"),
    ("requires x & 1", 10, "`requires` takes a bool, and x & 1 is u32", "x & 1 != 0"),
    ("ensures p and x", 15, "`and` takes a bool", "x != 0"),
    ("ensures not x", 13, "`not` takes a bool", ""),
    ("ensures result == (x if y else 3)", 25, "`if` takes a bool, and y is u32", "y != 0"),
    ("ensures !x", 9, "! takes a bool, and x is u32", "x == 0"),
    ("ensures ~p", 9, "~ takes a number, and p is bool", "not"),
    ("ensures p + q == p", 11, "+ takes numbers", ""),
    ("ensures p < q", 11, "< takes numbers", ""),
    ("ensures p == 1", 14, "1 is a number, and a bool is wanted", "True or False"),
    ("ensures result == x / 0", 23, "this divides by zero", ""),
    ("requires result == x", 10, "result is no input", ""),
    ("let x = u8(3)", 5, "x is already the name of a parameter", ""),
    ("let result = u8(3)", 5, "result is already the name of the result", ""),
    ("let u8 = x", 5, "u8 is a type", ""),
    ("let let = x", 5, "`let` is a reserved word", ""),
    ("let and = x", 5, "`and` is a reserved word", ""),
    ("let True = x", 5, "`True` is a reserved word", ""),
    ("let n == x", 7, "`==` is unexpected", "expected `=`"),
    ("let n = n", 9, "there is no n", ""),
    ("let x = 3", 5, "x is already the name of a parameter", ""),  # before its value, which has no type
    ("def x(v: u8) -> u8 = v + w", 5, "x is already the name of a parameter", ""),
    ("table x(i: u8) -> u8 = (300, 1)", 7, "x is already the name of a parameter", ""),
    ("def g(v: u8) -> u8 = g(v)", 22, "there is no function g", ""),
    ("def g(v: u8, v: u8) -> u8 = v", 14, "v is already the name", ""),
    ("def g(v: u8) -> u16 = v", 23, "g gives u16, and v is u8", "u16(v)"),
    ("def x(v: u8) -> u8 = v", 5, "x is already the name of a parameter", ""),
    ("def g(v: int8) -> u8 = 3", 10, "there is no type int8", "did you mean"),
    ("def g(v) -> u8 = 3", 8, "v has no type", "v: u32"),
    ("example g(1) == 2", 9, "an example of g, in the spec f", "did you mean f?"),
    ("example f(1) == 2", 11, "f has 10 arguments, not 1", ""),
    ("example f() == 2", 1, "f has 10 arguments, not 0", ""),
    ("using ad", 7, "there is no operation ad", "did you mean"),
    ("using popcount", 7, "there is no operation popcount", "did you mean ctpop?"),
    ("using", 6, "the line ends too early", ""),
    ("forbid mull", 8, "there is no operation mull", "did you mean mul?"),
    ("minimize bytes", 10, "no cost called bytes", "costs are instructions, latency, size"),
    ("branchless x", 12, "", ""),
    ("at most 2 muls", 11, "there is no operation muls", "did you mean mul?"),
    ("at most 2 plain", 11, "plain is a set", "name one of them"),
    ("at most 0x2 mul", 9, "0x2 is no count", "decimal"),
    ("at most mul", 9, "", ""),
    ("at least 2 mul", 1, "`at` begins no line", ""),
    ("minimize instruction", 10, "no cost called instruction", "did you mean instructions?"),
    ("minimise size", 1, "`minimise` begins no line", "did you mean minimize?"),
    ("ensure result == x", 1, "`ensure` begins no line", "did you mean ensures?"),
    ("import os", 1, "`import` begins no line", "a line begins with requires"),
    ("ensures open(x) == 3", 9, "there is no function open", ""),
    ("ensures __import__(x) == 3", 9, "there is no function __import__", ""),
    ("ensures result == x.y", 20, "`.` has no meaning", "modules"),
    ("& x", 1, "`&` begins no line", "brackets"),
    ("ensures result == " + "(" * 10_000 + "x" + ")" * 10_000, 19 + DEEPEST, "brackets are open", "let"),
    ("ensures result == " + "ctpop(" * 90 + "x" + ")" * 90, None, "levels deep", "let"),
]


@pytest.mark.parametrize("line, column, message, hint", LINES, ids=[case[0][:40] for case in LINES])
def test_a_wrong_line(line, column, message, hint):
    with pytest.raises(PrimirError) as caught:
        parse_specs(f"{HEADER.format('u32')}\n\n{line}\nensures result == x\n", "a.spec")
    error = caught.value
    assert message in error.message
    assert hint in (error.hint or "")
    assert (error.place.file, error.place.line) == ("a.spec", 3)
    assert column is None or error.place.column == column


TEXTS = [  # a whole text, the place, a part of the message, a part of the hint
    ("", 1, 1, "there is no spec here", "spec name(x: u32) -> u32"),
    ("# only a comment\n\n", 1, 1, "there is no spec here", ""),
    ("\x00\x01\x02\x7f", 1, 1, "U+0000", "a text file?"),
    ("\ufffd\x1b[0m", 1, 1, "U+FFFD", ""),
    ("hello", 1, 1, "`hello` begins no line", "spec name"),
    ("sepc f(x: u8) -> u8", 1, 1, "`sepc` begins no line", "did you mean spec?"),
    ("requires x", 1, 1, "`requires` stands before any spec", ""),
    ("spec f(x: u0) -> u8", 1, 11, "u0 is 0 bits wide", "1 to 128"),
    ("spec f(x: u1000) -> u8", 1, 11, "u1000 is 1000 bits wide", ""),
    ("spec f(x: u8) -> i129", 1, 18, "i129 is 129 bits wide", ""),
    ("spec f(x: uint8) -> u8", 1, 11, "there is no type uint8", "did you mean"),
    ("spec f(x: float) -> u8", 1, 11, "there is no type float", ""),
    ("spec f(x) -> u8", 1, 9, "x has no type", "x: u32"),
    ("spec f(x: u8)", 1, 14, "the type of the result is missing", "-> u32"),
    ("spec f(x: u8) -> ", 1, 17, "the line ends too early", ""),
    ("spec f x: u8", 1, 8, "`x` is unexpected", "`(`"),
    ("spec f(x: u8 -> u8\nensures result == x", 1, 7, "never closed", ""),
    ("spec f(x: u8,\nensures result == x", 1, 7, "never closed", ""),
    ("spec f(x: u8, x: i8) -> u8", 1, 15, "x is already the name of a parameter", ""),
    ("spec f(x: u8) -> (x: u8)", 1, 19, "x is already the name of a parameter", ""),
    ("spec f(result: u8) -> u8", 1, 23, "a parameter is called result", "-> (r: u32)"),
    ("spec f(u8: u8) -> u8", 1, 8, "u8 is a type", ""),
    ("spec u8(x: u8) -> u8", 1, 6, "u8 is a type", ""),
    ("spec if(x: u8) -> u8", 1, 6, "`if` is a reserved word", ""),
    ("spec f(not: u8) -> u8", 1, 8, "`not` is a reserved word", ""),
    ("spec 3(x: u8) -> u8", 1, 6, "`3` is unexpected", "a name"),
    ("spec f(x: u8) -> u8", 1, 6, "f says nothing about its result", "ensures result =="),
    ("spec f(x: u8) -> u8\nensures x < 3", 1, 6, "f says nothing about its result", ""),
    ("spec f(x: u8) -> u8\nensures True", 1, 6, "f says nothing about its result", ""),
    ("spec f(x: u8) -> (q: u8, r: u8)\nensures result == x", 2, 9, "there is no result", "called q and r"),
    ("spec f(x: u8) -> u8\nlet n = result + 1\nrequires n == x", 3, 10, "n depends on the result", ""),
    ("spec f(x: u8) -> u8\ndef g() -> u8 = result\nrequires g() == x", 3, 10, "g depends on the result", ""),
    ("spec f(x: u8) -> u8\ndef g(v: u8) -> u8 = v\nensures result == g(u16(x))", 3, 21,
     "g takes v: u8, and u16(x) is u16", "u8(u16(x))"),
    ("spec f(x: u8) -> u8\nensures result == x\nspec f() -> u8\nensures result == 3", 3, 6, "two specs called f", ""),
    ("spec f(x: u8) -> u8\nminimize instructions\nminimize instructions", 3, 10, "a second time", ""),
    ("spec f(x: u8) -> u8\nexample f(256) == 2", 2, 11, "256 does not fit u8", "0 to 255"),
    ("spec f(x: u8) -> u8\nexample f(1) == x", 2, 17, "there is no x", "constants"),
    ("spec f(x: u8) -> u8\nexample f(1, 2) == 3", 2, 11, "f has 1 argument, not 2", ""),
    ("spec f(x: u8) -> u8\nexample f(1) == (3, 4)", 2, 18, "f has 1 result, not 2", ""),
    ("spec f(x: u8) -> (q: u8, r: u8)\nexample f(1) == 3", 2, 17, "f has 2 results, not 1", ""),
    ("spec f(x: u8) -> u8\nexample f(u16(1)) == 3", 2, 11, "x is u8, and u16(1) is u16", "u8(u16(1))"),
    ("spec f(x: u8) -> u8\nexample f(True) == 3", 2, 11, "x is u8, and True is bool", ""),
    ("spec f(x: u8) -> u8\nexample f(1) == 3\nexample f(1) == 4", 3, 1, "another example gives other results", ""),
    ("spec f(x: u8) -> u8\nensures result == x\nexample f(1) == 3", 3, 1, "asks for another result", "result is 1"),
    ("spec f(x: u8) -> u8\nensures result > x\nexample f(1) == 1", 3, 1, "does not hold for this example", ""),
    ("spec f(x: u8) -> u8\nrequires x > 3\nexample f(1) == 1", 3, 1, "outside `requires`", ""),
    ("spec f(x: u8) -> u8\nrequires f(x + 1) == 3", 2, 10, "this is a result of f", ""),
    ("spec f(x: u8) -> u8\nlet y = f(x + 1)\nrequires y == 3", 3, 10, "y depends on the result", ""),
    ("spec f(x: u8) -> u8\nforall y: u8\nrequires y == 3", 3, 10, "about the inputs alone", "implies"),
    ("spec f(x: u8) -> u8\nforall x: u8", 2, 8, "x is already the name of a parameter", ""),
    ("spec f(x: u8) -> u8\nforall y", 2, 9, "the line ends too early", "`:`"),
    ("spec f(x: u8) -> u8\nforall\nensures result == x", 2, 7, "the line ends too early", ""),
    ("spec f(x: u8) -> u8\nsketch result = f(x + 1) ^ ??\nensures result == x", 2, 17, "made of the inputs", ""),
    ("spec f(x: u8) -> u8\nforall y: u8\nsketch result = y ^ ??\nensures result == x", 3, 17, "of the inputs", ""),
    ("spec f(x: u8) -> u8\nensures f(x, x) == x", 2, 9, "f takes 1 argument, not 2", ""),
    ("spec f(x: u8) -> u8\nensures f(u16(x)) == x", 2, 11, "f takes x: u8, and u16(x) is u16", "u8(u16(x))"),
    ("spec f(x: u8) -> u8\nensures f(x).q == x", 2, 14, "f has no result q", "there are result"),
    ("spec f(x: u8) -> u8\nensures abs(i8(x)).q == x", 2, 20, "abs has one value", ""),
    ("spec f(x: u8) -> u8\nensures f == x", 2, 9, "there is no f", ""),
    ("spec f(x: u8) -> (q: u8, r: u8)\nensures f(x) == x", 2, 9, "f has 2 results", "name one: f(x).q"),
    ("spec f(x: u8) -> (q: u8, r: u8)\nensures f(x).s == x", 2, 14, "f has no result s", "q, r"),
    ("spec f(x: u8) -> u8\ndef g(v: u8) -> u8 = f(f(v))\nensures g(x) == x", 2, 22, "g may not call f", "let"),
    ("spec f(x: u8) -> u8\nensures x implies f(x) == x", 2, 9, "`implies` takes a bool, and x is u8", "x != 0"),
    ("spec f(x: u8) -> u8\ndef f0(v: u8) -> u8 = v * v\n"
     + "".join(f"def f{i}(v: u8) -> u8 = f{i - 1}(v + 1) ^ f{i - 1}(v + 2)\n" for i in range(1, 40)),
     16, None, f"unfolds to more than {LARGEST} operations", ""),
]


@pytest.mark.parametrize("text, line, column, message, hint", TEXTS, ids=[repr(case[0][:60]) for case in TEXTS])
def test_a_wrong_text(text, line, column, message, hint):
    with pytest.raises(PrimirError) as caught:
        parse_specs(text, "a.spec")
    error = caught.value
    assert message in error.message
    assert hint in (error.hint or "")
    assert error.place.line == line
    assert column is None or error.place.column == column


def test_an_error_as_it_is_shown():
    with pytest.raises(PrimirError) as caught:
        parse_specs("spec f(x: u32, y: i8) -> u32\n\tensures result == x + y", "sum.spec")
    assert str(caught.value) == ("sum.spec:2:22: x: u32 and y: i8 have different types\n"
                                 "     ensures result == x + y\n"
                                 "                         ^\n"
                                 "  hint: write u32(y) or i8(x)")


def test_a_text_may_not_be_endless():
    with pytest.raises(PrimirError, match="more than 1000000 characters"):
        parse_specs("#" * 1_000_001)


@pytest.mark.parametrize("text", ["+ x" * 3000, "^ x" * 3000, "if p else x " * 3000, "* 1" * 3000])
def test_a_long_line_is_not_a_deep_one(text):
    assert value_of("x " + text).width == 32


def test_a_long_chain_of_prefixes():
    assert condition_of("not " * 5000 + "p") is leaf("p", 1)
    assert condition_of("not " * 5001 + "p") is apply("not", leaf("p", 1))
    assert condition_of("True and " * 3000 + "False") is FALSE


# --- noise ------------------------------------------------------------------------------------------------------------

VALID = """
spec f(x: u32, y: i8) -> (q: u32, r: bool)
  requires x != 0 and x <= 0x80000000   # a comment
  let n = x & (x - 1)
  def g(a: u8, b: bool) -> u8 = a + 1 if b else ctpop(a)
  ensures q == n / x and (r or not y < -3)
  example f(1, -2) == (0, True)
  using plain add
  forbid mul
  minimize instructions
"""
TOKENS = re.findall(r"\w+|->|<<|[=<>!]=|&&|\S|\n", VALID)
TOKENS += ["??", "//", "1.5", "'", "\x00", "é", "0x", "u1000", "-1", "(" * 9]


def outcome(text):
    try:
        return parse_specs(text)
    except PrimirError as error:
        return str(error)


@pytest.mark.parametrize("make", ["soup", "mutation"])
def test_noise_is_an_error_or_a_spec(make):
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    accepted = 0
    for _ in range(250):
        if make == "soup":
            text = "spec f(x: u8) -> u8\n" * rng.randrange(2) + " ".join(rng.choices(TOKENS, k=rng.randrange(1, 30)))
        else:
            text = mutated(rng, VALID)
        try:
            found = outcome(text)
            assert found
            accepted += not isinstance(found, str)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {text!r}") from error
    assert make == "soup" or accepted > 0


def mutated(rng, text):
    for _ in range(rng.randrange(1, 4)):
        start = rng.randrange(len(text))
        end = min(len(text), start + rng.choice([0, 1, 1, 2, 5]))
        new = rng.choice(["", " ", rng.choice(TOKENS), chr(rng.randrange(256)), text[start:end] * 2])
        text = text[:start] + new + text[end:]
    return text


def test_nothing_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for line in ("import os", "ensures open('a', 'w') == 1", "ensures __import__(x) == 3", "open(x)", "exec(x)"):
        assert isinstance(outcome(f"spec f(x: u8) -> u8\n{line}\n"), str)
    assert list(Path(tmp_path).iterdir()) == []



@pytest.mark.parametrize("type_", ["u4", "i4"])
def test_how_far_words_are_apart(type_):
    (spec,) = parse_specs(f"spec f(x: {type_}, y: {type_}) -> u4\n ensures result == abs_diff(x, y)")
    x, y = spec.parameters
    for a in range(16):
        for b in range(16):
            (found,) = evaluate([spec.reference.results[0].value], {x.value: a, y.value: b})
            assert found == abs(x.type.read(a) - y.type.read(b))


@pytest.mark.parametrize("words", [(3, 1, 4, 1, 5), (7, 7), tuple(range(16, 0, -1))])
def test_a_table_gives_its_words(words):
    (spec,) = parse_specs(f"spec f(x: u4) -> u8\n table t(i: u4) -> u8 = ({', '.join(map(str, words))})\n"
                          f" requires x <= {len(words) - 1}\n ensures result == t(x)")
    for place, word in enumerate(words):
        assert evaluate([spec.reference.results[0].value], {spec.parameters[0].value: place}) == [word]
    assert all(evaluate([each.condition], {spec.parameters[0].value: place}) == [1]
               for each in spec.obligations for place in range(16))


def test_a_table_is_not_asked_beyond_its_end():
    (spec,) = parse_specs("spec f(x: u4) -> u8\n table t(i: u4) -> u8 = (3, 1, 4)\n ensures result == t(x)")
    (obligation,) = spec.obligations
    held = [evaluate([obligation.condition], {spec.parameters[0].value: place})[0] for place in range(16)]
    assert held == [1] * 3 + [0] * 13


@pytest.mark.parametrize("line, message", [
    ("table t(i: u1) -> u8 = (1, 2, 3)", "u1 counts fewer than 3 places"),
    ("table t(i: i8) -> u8 = (1, 2)", "a table has one parameter"),
    ("table t(i: u8, j: u8) -> u8 = (1, 2)", "a table has one parameter"),
    ("table t(i: u8) -> u8 = (1, 300)", "300"),
    ("table t(i: u8) -> u8 = (1, x)", "there is no x"),
    ("table x(i: u8) -> u8 = (1, 2)", "x is already the name"),
    ("ensures abs_diff(x, u16(x)) <= 1", "different types"),
    ("ensures abs_diff(x) <= 1", "abs_diff takes 2 arguments"),
])
def test_what_is_wrong_with_tables(line, message):
    with pytest.raises(PrimirError, match=re.escape(message)):
        parse_specs(f"spec f(x: u8) -> u8\n {line}\n ensures result == x")
