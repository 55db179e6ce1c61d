"""Faults planted in functions of the corpus: what is wrong on some input is never called proved."""

import random
import re
from itertools import islice
from pathlib import Path

import pytest
from mutations import functions as definitions
from primir.ir.errors import PrimirError
from primir.ir.evaluate import compiled
from primir.ir.graph import FALSE, both, substitute
from primir.ir.samples import samples
from primir.jobs.limits import Deadline
from primir.lift.llvm.front import functions_of
from primir.verify.provers.query import Query
from primir.verify.refine import accepted, pair, refine, wrong
from primir.verify.verdict import Bounded, Proved

CORPUS = sorted((Path(__file__).parents[1] / "lift" / "corpus" / "llvm").glob("*.ll"))
OTHERS = [  # what is written, and what is written instead
    (r"\badd\b", "sub"), (r"\bsub\b", "add"), (r"\bmul\b", "add"), (r"\band\b", "or"), (r"\bor\b", "xor"),
    (r"\bxor\b", "or"), (r"\bshl\b", "lshr"), (r"\blshr\b", "ashr"), (r"\bashr\b", "lshr"), (r"\budiv\b", "sdiv"),
    (r"\bsdiv\b", "udiv"), (r"\burem\b", "srem"), (r"\bsrem\b", "urem"), (r"\bzext\b", "sext"), (r"\bsext\b", "zext"),
    (r"\bumin\b", "umax"), (r"\bsmin\b", "umin"), (r"\bsmax\b", "smin"), (r"\bctlz\b", "cttz"), (r"\bfshl\b", "fshr"),
    (r"\beq\b", "ne"), (r"\bult\b", "ule"), (r"\bule\b", "ult"), (r"\bugt\b", "uge"), (r"\bslt\b", "sle"),
    (r"\bsgt\b", "ugt"), (r"\bsge\b", "sgt"), (r"\bslt\b", "ult"),
    (r"\badd (?!n)", "add nsw "), (r"\badd (?!n)", "add nuw "), (r"\bsub (?!n)", "sub nuw "),
    (r"\bmul (?!n)", "mul nsw "),
    (r"\bshl (?!n)", "shl nuw "), (r"\blshr (?!e)", "lshr exact "), (r"\budiv (?!e)", "udiv exact "),
    (r"\bor (?!d)", "or disjoint "), (r"\bfreeze (i\d+) ", r"add \1 0, "),
    (r", (-?\d+)$", lambda found: f", {int(found[1]) + 1}"), (r", (-?\d+)$", lambda found: f", {int(found[1]) - 1}"),
    (r", (\d+)$", lambda found: f", {int(found[1]) ^ 8}"), (r"label (%\w+), label (%\w+)", r"label \2, label \1"),
    (r"(%\w+), (%\w+)$", r"\2, \1"), (r"true$", "false"), (r"\brange\(i8 0, (\d+)\)", "range(i8 1, 3)"),
]


def planted(rng, text):
    """`text` with one line changed in one way; None where the way that was drawn fits no line."""
    lines = text.splitlines()
    pattern, new = rng.choice(OTHERS)
    fitting = [at for at, line in enumerate(lines) if line.startswith("  ") and re.search(pattern, line)]
    if not fitting:
        return None
    at = rng.choice(fitting)
    lines[at] = re.sub(pattern, new, lines[at], count=1)
    return "\n".join(lines) if lines[at] != text.splitlines()[at] else None


def faults(seed):
    """Endless pairs of a function of the corpus and the same with a fault, both lifted."""
    rng = random.Random(seed)
    texts = [path.read_text() for path in CORPUS]
    while True:
        text = rng.choice(texts)
        definition = rng.choice(definitions(text))
        changed = planted(rng, definition)
        if changed is None:
            continue
        name = re.search(r"@([\w.]+)\(", definition)[1]
        try:
            yield functions_of(definition, only=name)[name], functions_of(changed, only=name)[name]
        except PrimirError:
            continue


def differ(source, target, count=400):
    """Whether the target does on one of some inputs, none of them poison, what the source does not allow."""
    source, target = pair(source, target)
    bad = both(accepted(source), wrong(source, target))
    leaves = [parameter.value for parameter in source.parameters]
    (clean,) = substitute([bad], {leaf: FALSE for leaf in Query(bad).leaves if leaf not in leaves})
    violated = compiled([clean], leaves)
    return any(violated(*words) == (1,) for words in islice(samples([x.width for x in leaves], seed=1), count))


def check(seed, count):
    """Plant `count` faults that show; how many of them were refuted."""
    refuted = wrong = 0
    for source, target in faults(seed):
        if source.choices or target.choices or not differ(source, target):
            continue
        wrong += 1
        found = refine(source, target, deadline=Deadline(10))
        assert not isinstance(found, Proved | Bounded), (seed, wrong, source, target, found)
        refuted += found.status == "refuted"
        if wrong == count:
            return refuted
    return refuted


def test_no_planted_fault_is_called_proved():
    assert check(1, 25) == 25


@pytest.mark.slow
def test_five_hundred_planted_faults():
    assert check(2, 500) >= 498
