"""Conditions on one value: one form for each set of words, whatever it is written with."""

import itertools
import random

import pytest
from primir.ir.canon import canonical
from primir.ir.conditions import Range, bits_of, common, condition, others, range_of
from primir.ir.cost import instructions_of
from primir.ir.evaluate import compiled
from primir.ir.facts import Facts
from primir.ir.graph import FALSE, TRUE, apply, const, leaf
from primir.ir.known import known

WIDTH = 3
COUNT = 1 << WIDTH
x = leaf("x", WIDTH)
WORDS = [const(word, WIDTH) for word in range(COUNT)]
SUMS = [x, *(apply("add", x, word) for word in WORDS), *(apply("sub", word, x) for word in WORDS),
        apply("xor", x, WORDS[4]), apply("not", x), apply("neg", x)]
COMPARISONS = "eq ne ult slt ule sle".split()


def comparisons(bases):
    return [apply(op, *pair) for base in bases for word in WORDS for op in COMPARISONS
            for pair in ((base, word), (word, base))]


def table(root, of=x):
    function = compiled([root], [of])
    return tuple(function(word)[0] for word in range(1 << of.width))


def words_of(found):
    return {(found.low + k) % found.words for k in range(found.size)}


def test_one_form_for_each_set():
    forms = {}
    for test in comparisons(SUMS):
        (form,) = canonical([test])
        assert table(form) == table(test)
        assert canonical([form]) == [form]
        assert instructions_of([form]) <= instructions_of([test])
        forms.setdefault(table(test), set()).add(form)
    assert len(forms) == 2 + COUNT * (COUNT - 1)  # nothing, all, and the ranges
    assert [found for found in forms.values() if len(found) > 1] == []


def test_one_form_for_two_conditions():
    """`and` and `or` of two tests have the form of one, where their set is a range."""
    singles = comparisons([x])
    ranges = {table(test): canonical([test])[0] for test in comparisons(SUMS)}
    for a, b in itertools.product(singles[::7], singles):
        for op in ("and", "or"):
            test = apply(op, a, b)
            (form,) = canonical([test])
            assert table(form) == table(test), test
            if table(test) in ranges:
                assert form is ranges[table(test)], f"{test} becomes {form}"


@pytest.mark.parametrize("base", [
    apply("zext", leaf("n", 2), width=WIDTH), apply("sext", leaf("n", 2), width=WIDTH),
    apply("lshr", leaf("n", WIDTH), WORDS[1]), apply("and", leaf("n", WIDTH), WORDS[6]),
    apply("and", leaf("n", WIDTH), WORDS[5]), apply("shl", leaf("n", WIDTH), WORDS[1]),
    apply("or", leaf("n", WIDTH), WORDS[1]), apply("xor", leaf("n", WIDTH), WORDS[3]),
], ids=str)
def test_what_is_known_of_the_value(base):
    (n,) = [node for node in (base, *base.args) if node.op == "input"]
    sums = [base, *(apply("add", base, word) for word in WORDS)]
    forms = {}
    for test in comparisons(sums):
        (form,) = canonical([test])
        assert table(form, n) == table(test, n), f"{test} becomes {form}"
        assert canonical([form]) == [form]
        forms.setdefault(table(test, n), set()).add(form)
    assert sum(map(len, forms.values())) <= 1.35 * len(forms)


def test_ranges():
    facts = Facts()
    for test in comparisons([*SUMS, *(apply(op, x, word) for op in ("lshr", "and", "or") for word in WORDS)]):
        found = range_of(test, facts)
        if found is not None and found.value is x:
            assert words_of(found) == {word for word, value in enumerate(table(test)) if value}, test


def test_common_and_others():
    ranges = [Range(x, low, size) for low in range(COUNT) for size in range(COUNT + 1)]
    for a in ranges:
        assert words_of(others(a)) == set(range(COUNT)) - words_of(a)
        for b in ranges:
            found = common(a, b)
            if found is not None:
                assert words_of(found) == words_of(a) & words_of(b), (a, b)
            else:
                assert len(words_of(a) & words_of(b)) > 1


def test_every_range_under_every_fact():
    """`condition` under all that can be known of the value."""
    for zeros, ones in itertools.product(range(COUNT), repeat=2):
        if zeros & ones:
            continue
        of_x = known(WIDTH, zeros, ones, 0, COUNT - 1)
        facts = Facts({x: of_x})
        for low, size in itertools.product(range(COUNT), range(COUNT + 1)):
            wanted = Range(x, low, size)
            found = condition(wanted, facts, apply, sums=True)
            for word in range(COUNT):
                if word in of_x:
                    assert table(found)[word] == (word in words_of(wanted)), (wanted, of_x, found)


def test_bits():
    for base in (x, apply("trunc", leaf("x", 5), width=3)):
        of = base if base is x else base.args[0]
        for test in comparisons([base, *(apply("and", base, word) for word in WORDS)]):
            for each in (test, apply("not", test)):
                found = bits_of(each)
                if found is not None and found.value is of:
                    expected = tuple(int(bool(word & found.mask) == found.some) for word in range(1 << of.width))
                    assert table(each, of) == expected, each


@pytest.mark.parametrize("op", ["and", "or"])
def test_masks_join(op):
    y = leaf("y", 32)
    rng = random.Random(3)
    compare = "eq" if op == "and" else "ne"
    for _ in range(100):
        a, b = ([1, 1 << 31, 0xff, 0xff00, 0xffff0000][rng.randrange(5)] for _ in range(2))
        tests = [apply(compare, apply("and", y, const(mask, 32)), const(0, 32)) for mask in (a, b)]
        whole = apply(compare, apply("and", y, const(a | b, 32)), const(0, 32))
        assert canonical([apply(op, *tests)]) == canonical([whole])


def test_nothing_and_all():
    for test in (apply("ult", x, WORDS[0]), apply("ult", WORDS[7], x), apply("slt", x, WORDS[4])):
        assert canonical([test]) == [FALSE]
        assert canonical([apply("not", test)]) == [TRUE]
