"""Known bits and bounds: every transfer function of the table against all values that its arguments can have."""

import dataclasses
import functools
import itertools
import random

import pytest
from primir.ir import evaluate
from primir.ir.facts import known_by_row
from primir.ir.known import Known, between, constant, join, known, meet, unknown
from primir.ir.primes import TABLE

ROWS = list(TABLE.values())
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
SEED = 20260
CASTS = {1: (1, 2, 5), 2: (1, 3, 4), 3: (1, 2, 5), 4: (1, 3, 6), 8: (1, 7, 9, 32), 16: (8, 17), 32: (1, 31, 64),
         64: (8, 63, 128)}


@functools.cache
def all_known(width):
    """Every consistent Known of `width` bits."""
    words, found = range(1 << width), set()
    for zeros, ones, low, high in itertools.product(words, words, words, words):
        if zeros & ones == 0 and any(members_of(width, zeros, ones, low, high)):
            found.add(known(width, zeros, ones, low, high))
    return sorted(found)


def members_of(width, zeros, ones, low, high):
    return [True for word in range(low, high + 1) if word & zeros == 0 and word & ones == ones]


def members(x):
    return [word for word in range(1 << x.width) if word in x]


def result_widths(row, w):
    if w % row.multiple:
        return []
    if row.cast:
        return [v for v in CASTS[w] if v != w and (v < w) == (row.name == "trunc")]
    return [1 if row.predicate else w]


def argument_widths(row, w):
    return [1 if letter == "1" else w for letter in row.arguments]


def wrong(row, args, words, v):
    """What is wrong with what `row` says of arguments that are known by `args`, where their values are `words`."""
    found = row.known(v, *args) if row.known else known_by_row(row, v, args)
    if known(*found) != found or found.width != v:
        return f"{row.name}{args}: {found} is not consistent"
    result = evaluate.evaluate_row(row, words, [arg.width for arg in args], v)
    if result not in found:
        return f"{row.name}{words} is {result}, which is not in {found}, from {args}"
    if all(arg.is_const for arg in args) and known_by_row(row, v, args) != constant(result, v):
        return f"{row.name}{words} is not seen to be constant"
    picked = row.pick(*args) if row.pick else None
    if picked is not None and words[picked] != result:
        return f"{row.name}{words} is {result}, not argument {picked}, from {args}"
    return None


def first_wrong(row, cases):
    return next((report for args, words, v in cases if (report := wrong(row, args, words, v))), None)


def small_cases(row, w):
    """All that can be known of arguments of `w` bits (or a random part of it), with all values."""
    rng = random.Random(SEED)
    choices = [all_known(width) for width in argument_widths(row, w)]
    combinations = itertools.product(*choices)
    if functools.reduce(lambda count, each: count * len(each), choices, 1) > 1000:
        combinations = [[rng.choice(each) for each in choices] for _ in range(300)]
    for args in combinations:
        for v in result_widths(row, w):
            for words in itertools.product(*map(members, args)):
                yield args, words, v


def some_known(rng, width):
    """Something that can be known of a word of `width` bits, and some words for which it is true."""
    full = (1 << width) - 1
    word = rng.choice((rng.getrandbits(width), 0, 1, full, 1 << width - 1, rng.randrange(9) & full, width & full))
    bits = rng.choice((0, full, rng.getrandbits(width), rng.getrandbits(width) & rng.getrandbits(width),
                       full >> rng.randrange(width + 1), full ^ full >> rng.randrange(width + 1)))
    low = rng.choice((0, word, rng.randint(0, word), max(word - rng.randrange(20), 0)))
    high = rng.choice((full, word, rng.randint(word, full), min(word + rng.randrange(20), full)))
    x = known(width, ~word & bits & full, word & bits, low, high)
    near = [x.low, x.high, word, *(word & bits | rng.getrandbits(width) & ~bits for _ in range(4))]
    return x, [each for each in near if each in x]


def large_cases(row, w, count):
    rng = random.Random(SEED)
    for _ in range(count):
        args, words = zip(*(some_known(rng, width) for width in argument_widths(row, w)), strict=True)
        for v in result_widths(row, w):
            for _ in range(3):
                yield args, tuple(map(rng.choice, words)), v


@each_row
def test_small(row):
    for w in (1, 2, 3):
        assert first_wrong(row, small_cases(row, w)) is None


@each_row
def test_large(row):
    for w in (4, 8, 16, 32, 64):
        report = first_wrong(row, large_cases(row, w, 300))
        assert report is None, f"seed {SEED}: {report}"


@pytest.mark.slow
@each_row
def test_much(row):
    for w in (4, 8, 16, 32, 64):
        report = first_wrong(row, large_cases(row, w, 20_000))
        assert report is None, f"seed {SEED}: {report}"


def test_every_row_with_a_column_is_tested():
    assert sum(row.known is not None for row in ROWS) > 35
    assert all(any(result_widths(row, w) for w in (1, 2, 3, 16)) for row in ROWS)


# The checks are checked: a transfer function of another operation, or one that says too much.
BROKEN = [
    ("add", {"known": TABLE["or"].known}),
    ("sub", {"known": TABLE["xor"].known}),
    ("and", {"known": TABLE["or"].known}),
    ("urem", {"known": lambda width, x, y: between(width, 0, max(y.high - 1, 0))}),
    ("udiv", {"known": lambda width, x, y: between(width, 0, x.high)}),
    ("lshr", {"known": TABLE["ashr"].known}),
    ("shl", {"known": TABLE["lshr"].known}),
    ("ashr", {"known": TABLE["lshr"].known}),
    ("slt", {"known": TABLE["ult"].known}),
    ("ult", {"known": TABLE["ule"].known}),
    ("smax", {"known": TABLE["umax"].known}),
    ("sext", {"known": TABLE["zext"].known}),
    ("ctpop", {"known": lambda width, x: between(width, 0, width - 1)}),
    ("cttz", {"known": TABLE["ctlz"].known}),
    ("select", {"known": lambda width, c, x, y: x}),
    ("trunc", {"known": lambda width, x: unknown(width + 1)}),
    ("mul", {"known": lambda width, x, y: known(width, 1, 0, 0, (1 << width) - 1)}),
    ("xor", {"known": lambda width, x, y: Known(width, x.zeros & y.zeros, 0, 0, (1 << width) - 1)}),  # inconsistent
    ("umin", {"pick": TABLE["umax"].pick}),
    ("or", {"pick": TABLE["and"].pick}),
    ("sub", {"pick": TABLE["add"].pick}),
]


@pytest.mark.parametrize("name, columns", BROKEN)
def test_a_wrong_column_is_caught(name, columns):
    row = dataclasses.replace(TABLE[name], **columns)
    cases = itertools.chain(*(small_cases(row, w) for w in (1, 2, 3)), large_cases(row, 16, 300))
    assert first_wrong(row, cases) is not None


# --- the domain itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [1, 2, 3])
def test_known_is_as_sharp_as_it_can_be(width):
    """The bounds are members, and a bit is known where all words between them agree."""
    full = (1 << width) - 1
    for x in all_known(width):
        inside = members(x)
        assert (x.low, x.high) == (inside[0], inside[-1])
        certain_ones = functools.reduce(int.__and__, range(x.low, x.high + 1), full)
        certain_zeros = full ^ functools.reduce(int.__or__, range(x.low, x.high + 1))
        assert (x.ones & certain_ones, x.zeros & certain_zeros) == (certain_ones, certain_zeros)


@pytest.mark.parametrize("width", [1, 2])
def test_join_and_meet(width):
    for x, y in itertools.product(all_known(width), repeat=2):
        both = join(x, y)
        assert known(*both) == both
        assert set(members(x)) | set(members(y)) <= set(members(both))
        if common := set(members(x)) & set(members(y)):
            assert common <= set(members(meet(x, y)))


def test_nothing_fits():
    with pytest.raises(ValueError, match="no word"):
        known(8, 1, 0, 255, 255)
    with pytest.raises(ValueError, match="no word"):
        known(8, 0, 0, 3, 2)


def test_members():
    x = known(8, 0b1, 0b100, 5, 20)
    assert (x.low, x.high) == (6, 20)
    assert 7 not in x
    assert 14 in x
    assert 22 not in x
    assert constant(7, 8).is_const
    assert not x.is_const
