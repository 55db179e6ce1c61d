"""Arguments for all widths, held against trying everything at small ones."""

import random
from itertools import product

import pytest
from primir.ir.errors import PrimirError
from primir.ir.evaluate import compiled
from primir.ir.graph import CONST, LEAVES, apply, const, leaf, topological
from primir.ir.primes import TABLE
from primir.ir.text import parse_functions
from primir.ir.widths import Rereading
from primir.verify.provers import anywidth
from primir.verify.provers.anywidth import NoArgument, always, never

W = 16
HOLD = [
    ("(add %x %y)", "(add (xor %x %y) (mul 2 (and %x %y)))"),
    ("(sub %x %y)", "(sub (xor %x %y) (shl (and (not %x) %y) 1))"),
    ("(or %x %y)", "(add (and (not %x) %y) %x)"),
    ("(xor %x (and %x (add %x -1)))", "(and %x (neg %x))"),
    ("(and %x (neg %x))", "(and %x (not (add %x -1)))"),
    ("(mul (add %x 1) (add %x -1))", "(sub (mul %x %x) 1)"),
    ("(mul %x 9)", "(add (shl %x 3) %x)"),
    ("(mul %x (shl 1 %y))", "(shl %x %y)"),
    ("(shl (add %x %y) %z)", "(add (shl %x %z) (shl %y %z))"),
    ("(xor %x 0x8000)", "(add %x 0x8000)"),
    ("(shl %x 15)", "(mul %x 0x8000)"),
    ("(ashr %x 15)", "(select (slt %x 0) -1 0)"),
    ("(lshr %x 15)", "(zext:16 (slt %x 0))"),
    ("(lshr (and %x %y) %z)", "(and (lshr %x %z) (lshr %y %z))"),
    ("(ashr (not %x) %y)", "(not (ashr %x %y))"),
    ("(or (and %x 0x5555) (and %x 0xaaaa))", "%x"),
    ("(and (xor %x 0x3333) 0x1111)", "(and (not %x) 0x1111)"),
    ("(umax %x %y)", "(select (ult %x %y) %y %x)"),
    ("(umin (umin %x %y) %z)", "(umin %x (umin %y %z))"),
    ("(smin %x %y)", "(not (smax (not %x) (not %y)))"),
    ("(urem %x %y)", "(sub %x (mul %y (udiv %x %y)))"),
    ("(select (eq %x %y) %x %y)", "%y"),
    ("(abs %x)", "(sub (xor %x (ashr %x 15)) (ashr %x 15))"),
    ("(zext:16 (slt (xor %x %y) 0))", "(zext:16 (xor (slt %x 0) (slt %y 0)))"),
    ("(zext:16 (sadd_overflow %x %y))", "(zext:16 (slt (and (xor (add %x %y) %x) (xor (add %x %y) %y)) 0))"),
    ("(zext:16 (ult %x 1))", "(zext:16 (eq %x 0))"),
    ("(zext:16 (trunc:1 (mul %x %y)))", "(zext:16 (and (trunc:1 %x) (trunc:1 %y)))"),
    ("(uadd_sat %x %y)", "(select (ult (not %x) %y) -1 (add %x %y))"),
]  # fmt: skip
FAIL = [
    ("(add %x %y)", "(add (xor %x %y) (and %x %y))"),
    ("(or %x %y)", "(add (and (not %x) %y) %y)"),
    ("(mul (add %x 1) (add %x -1))", "(add (mul %x %x) 1)"),
    ("(mul %x 17)", "(or (shl %x 4) %x)"),
    ("(xor %x 0x8000)", "(add %x 0x7fff)"),
    ("(lshr (add %x %y) %z)", "(add (lshr %x %z) (lshr %y %z))"),
    ("(lshr (not %x) %y)", "(not (lshr %x %y))"),
    ("(ashr %x 15)", "(select (slt %x 0) 1 0)"),
    ("(or (and %x 0x5555) (and %x 0x2222))", "%x"),
    ("(umin %x %y)", "(smin %x %y)"),
    ("(zext:16 (ult %x %y))", "(zext:16 (ult (add %x 1) (add %y 1)))"),
    ("(select (eq %x %y) %x %z)", "%z"),
    ("(zext:16 (slt (sub %x %y) 0))", "(zext:16 (slt %x %y))"),
    ("(shl %x 15)", "%x"),
    ("(neg %x)", "(not %x)"),
]


def terms(*bodies):
    text = "function f(%x: u16, %y: u16, %z: u16) -> " + ", ".join(["u16"] * len(bodies)) + "\n"
    (function,) = parse_functions(text + "".join(f"  value {body}\n" for body in bodies))
    return [result.value for result in function.results]


def argued(conditions, width=W):
    """The width from which on they never hold, or None where there is no argument; and how they are read elsewhere."""
    rereading, meanings = Rereading(conditions, width), {}
    symbolic = rereading.symbolic(conditions, meanings)
    try:
        return never(symbolic, meanings), rereading
    except NoArgument:
        return None, rereading


def holding(conditions, rereading, width):
    """Words for which they hold together at `width`, by trying all; None where there are too many, or no reading."""
    try:
        conditions = rereading.at(conditions, width)
    except PrimirError:
        return None
    leaves = [node for node in topological(conditions) if node.op in LEAVES and node.op != CONST]
    if sum(node.width for node in leaves) > 12:
        return None
    holds = compiled(conditions, leaves)
    return [words for words in product(*(range(1 << node.width) for node in leaves)) if all(holds(*words))]


@pytest.mark.parametrize("left, right", HOLD)
def test_an_identity_at_all_widths(left, right):
    conditions = [apply("ne", *terms(left, right))]
    least, rereading = argued(conditions)
    assert least is not None and least <= 8
    checked = [holding(conditions, rereading, width) for width in range(least, 9)]
    assert any(found is not None for found in checked) and not any(checked)


@pytest.mark.parametrize("left, right", FAIL)
def test_what_is_no_identity(left, right):
    conditions = [apply("ne", *terms(left, right))]
    least, rereading = argued(conditions)
    assert least is None
    assert any(holding(conditions, rereading, width) for width in (2, 3, 4, 6))


def test_from_which_width_on():
    """3 * 5 is 15 and no 0 where a word has four bits, and -1 there."""
    left, right = terms("(add (mul %x 15) 1)", "(sub 2 %x)")
    assert argued([apply("eq", left, left), apply("eq", const(15, W), const(0, W))])[0] >= 4
    assert argued([apply("ne", left, right)])[0] is None  # true at 4 bits alone


def test_conditions_that_always_hold():
    x = leaf("x", W)
    assert always([apply("ule", x, x)], {}) == 2
    with pytest.raises(NoArgument):
        always([apply("ult", x, apply("not", x))], {})


def test_words_of_several_widths_are_refused():
    x, y = leaf("x", 8), leaf("y", 16)
    with pytest.raises(NoArgument, match="several widths"):
        never([apply("ne", x, x), apply("ne", y, y)], {})


def test_a_constant_without_a_meaning_is_refused():
    with pytest.raises(NoArgument, match="no meaning"):
        never([apply("ne", leaf("x", 8), const(5, 8))], {})


# --- random conditions ------------------------------------------------------------------------------------------------

SETS = [
    tuple(op for op in TABLE if op != "bswap"),
    ("add", "sub", "and", "or", "xor", "not", "mul", "neg"),
    ("select", "ult", "slt", "eq", "umin", "smax", "add", "and", "not", "zext"),
    ("shl", "lshr", "ashr", "and", "or", "add", "xor"),
]
NUMBERS = (0, 1, 2, 3, 5, -1, -2, -3, 1 << W - 1, (1 << W - 1) - 1, W - 1, W, 0x5555, 0xAAAA, 0x3333, 0x1111)


def random_conditions(rng):
    """Up to three conditions over one to three words and a truth value."""
    nodes = [*(leaf(f"v{index}", W) for index in range(rng.randint(1, 3))), leaf("b", 1)]
    nodes += [const(rng.choice(NUMBERS), W) for _ in range(2)]
    operations = rng.choice(SETS)
    for _ in range(rng.randint(2, 8)):
        row = TABLE[rng.choice(operations)]
        letters = "1" if row.cast and row.name != "trunc" else row.arguments
        args = [rng.choice([node for node in nodes if node.width == (1 if letter == "1" else W)]) for letter in letters]
        nodes.append(apply(row.name, *args, width=(1 if row.name == "trunc" else W) if row.cast else None))
    words, truths = ([node for node in nodes if (node.width == 1) is wanted] for wanted in (False, True))
    goal = apply(rng.choice(["ne", "ne", "ult", "eq", "slt"]), rng.choice(words), rng.choice(words))
    return [goal, *(rng.choice(truths) for _ in range(rng.randint(0, 2)))]


def disagreements(seed, count):
    """Random conditions that are said never to hold and do; and how many were said never to."""
    rng = random.Random(seed)
    wrong, shown = [], 0
    for _ in range(count):
        conditions = random_conditions(rng)
        try:
            least, rereading = argued(conditions)
        except PrimirError:
            continue
        shown += least is not None
        if least is not None:
            wrong += [(width, conditions) for width in range(least, 9) if holding(conditions, rereading, width)]
    return wrong, shown


def test_random_conditions():
    seed = random.randrange(1 << 32)
    wrong, shown = disagreements(seed, 2000)
    assert not wrong and shown > 100, f"seed {seed}: {shown} shown, {wrong[:3]}"


BREAKS = {
    "twice the sign bit is not 0": lambda patch: patch.setattr(
        anywidth, "_has_top", lambda monomial, was=anywidth._has_top: not monomial or was(monomial)),
    "a complement is a negation": lambda patch: patch.setitem(
        anywidth._Case._WORDS, "not", anywidth._Case._WORDS["neg"]),
    "what leads": lambda patch: patch.setattr(anywidth._Case, "_leads", lambda case, start, end: True),
    "a shift is a sum": lambda patch: patch.setitem(anywidth._Case._WORDS, "shl", anywidth._Case._WORDS["add"]),
    "no word has a sign": lambda patch: patch.setattr(anywidth._Case, "sign", lambda case, poly: False),
    "open conditions fail": lambda patch: patch.setattr(anywidth._Case, "ask", lambda case, key: False),
}


@pytest.mark.parametrize("fault", list(BREAKS))
def test_a_fault_is_noticed(fault, monkeypatch):
    BREAKS[fault](monkeypatch)
    assert any(disagreements(seed, 500)[0] for seed in range(20)), fault
