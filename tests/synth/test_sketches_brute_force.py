"""Random sketches on words of 3 bits: one is filled where some filling is right on all inputs, and else none is."""

import os
import random
from itertools import product

import pytest
from primir.api import synthesize_spec
from primir.ir.errors import PrimirError
from primir.ir.evaluate import evaluate
from primir.ir.graph import leaf
from primir.lift.speclang.front import parse_specs

HEAD = "spec f(x: u3, y: u3) -> u3\nrequires {}\nensures result == {}\n"
REQUIRES = ("True", "True", "x < 5", "x != y", "y != 0")
KNOWN = ("+", "-", "*", "&", "|", "^", "<<", ">>", "/")
UNKNOWN = {"add": "+", "sub": "-", "and": "&", "xor": "^", "udiv": "/", "shl": "<<", "mul": "*"}
CONSTANTS = tuple(map(str, range(8)))
INPUTS = [dict(zip((leaf("x", 3), leaf("y", 3)), words)) for words in product(range(8), repeat=2)]


def sketched(rng, depth, left):
    """Random text with holes (at most `left` of them, a list of one number) as {}, and what may stand in each."""
    if depth == 0 or rng.random() < 0.15:
        if left[0] and rng.random() < 0.5:
            left[0] -= 1
            return "{}", [("??", CONSTANTS)]
        return rng.choice(["x", "y", "x", "y", str(rng.randrange(8))]), []
    a, inside_a = sketched(rng, depth - 1, left)
    kind = rng.random()
    if left[0] and kind < 0.15:
        left[0] -= 1
        b, inside_b = sketched(rng, depth - 1, left)
        return f"({a} {{}} {b})", [*inside_a, ("??", tuple(UNKNOWN.values())), *inside_b]
    b, inside_b = sketched(rng, depth - 1, left)
    if kind < 0.25:
        return f"({a} if x < y else {b})", [*inside_a, *inside_b]
    return f"({a} {rng.choice(KNOWN)} {b})", [*inside_a, *inside_b]


def words_of(text, requires):
    """The results of a program on the inputs that `requires` allows; None where it is undefined on one of them."""
    try:
        (spec,) = parse_specs(HEAD.format(requires, text))
    except PrimirError as error:
        if "divides by zero" in error.message:
            return None
        raise
    allowed = [words for words in INPUTS if evaluate([spec.requires], words) == [1]]
    if not all(evaluate([each.condition], words) == [1] for each in spec.obligations for words in allowed):
        return None
    return [evaluate([spec.reference.results[0].value], words) for words in allowed]


def agrees(seed):
    """Whether the holes of a random sketch can be filled; asserts that primir says the same."""
    rng = random.Random(seed)
    requires, holes, text = rng.choice(REQUIRES), [], ""
    while not holes or not any(word in text for word in "xy"):
        text, holes = sketched(rng, 2, [2])
    fillings = [text.format(*words) for words in product(*(words for _, words in holes))]
    wanted = rng.choice(fillings) if rng.random() < 0.6 else sketched(rng, 2, [0])[0]
    if words_of(wanted, requires) is None:
        return None
    right = any(words_of(each, requires) == words_of(wanted, requires) for each in fillings)
    source = HEAD.format(requires, wanted) + f"sketch result = {text.format(*(sign for sign, _ in holes))}\n" \
        f"using {' '.join(UNKNOWN)} lshr or select ult umax ule eq ne zext trunc\n"
    try:
        (spec,) = parse_specs(source)
    except PrimirError as error:  # a sketch that divides by the constant 0 is refused
        if "divides by zero" in str(error):
            return None
        raise
    found = synthesize_spec(spec, 60)
    assert found.status == ("proved" if right else "none"), f"seed {seed}: {right}\n{source}{found}"
    return right


def test_says_the_same_as_all_fillings():
    seed = int(os.environ.get("PRIMIR_SEED", "2026"))
    said = [agrees(each) for each in range(seed, seed + 40)]
    assert said.count(True) > 5 and said.count(False) > 2, f"seed {seed}: {said}"


@pytest.mark.slow
def test_says_the_same_as_all_fillings_of_hundreds():
    seed = int(os.environ.get("PRIMIR_SEED", "2026"))
    said = [agrees(each) for each in range(seed, seed + 400)]
    assert said.count(True) > 50 and said.count(False) > 20, f"seed {seed}: {said}"
