"""Each identity from the literature is an identity, so that the share of equal canonical forms measures something."""

import importlib.util
import itertools
import re
import sys
from pathlib import Path

import pytest
from primir.ir import evaluate, graph, samples, smt
from primir.ir.graph import apply

ROOT = Path(__file__).parents[2]


def bench():
    """bench/canonical.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("bench_canonical", ROOT / "bench" / "canonical.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


BENCH = bench()
FOUND = BENCH.identities()
SECONDS = 60


def differ(left, right, seconds=SECONDS):
    """"unsat" where the two nodes are equal on all inputs, else what bitwuzla says."""
    import bitwuzla

    script = smt.Script()
    script.require(apply("ne", left, right))
    manager, options = bitwuzla.TermManager(), bitwuzla.Options()
    options.set(bitwuzla.Option.TIME_LIMIT_PER, int(seconds * 1000))
    parser = bitwuzla.Parser(manager, options)
    parser.parse(str(script).replace("(check-sat)\n", ""), True, False)
    return str(parser.bitwuzla().check_sat()).rpartition(".")[2].lower()


def inputs(leaves, count=300):
    """All inputs where they are few, else corners and random ones."""
    widths = [node.width for node in leaves]
    if sum(widths) <= 10:
        return list(itertools.product(*(range(1 << width) for width in widths)))
    return list(itertools.islice(samples.samples(widths, seed=1), count))


def on_samples(identity, width):
    left, right = identity.sides(width)
    leaves = graph.leaves([left, right])
    both = evaluate.compiled([left, right], leaves)
    for words in inputs(leaves):
        a, b = both(*words)
        assert a == b, f"{identity.line}\n    at {width} bits {leaves} = {words}: left {a}, right {b}"


@pytest.mark.parametrize("identity", FOUND, ids=lambda identity: identity.rule.name)
def test_both_sides_agree_on_samples(identity):
    for width in identity.widths:
        on_samples(identity, width)


@pytest.mark.parametrize("identity", FOUND, ids=lambda identity: identity.rule.name)
def test_each_is_proved_at_8_bits_or_its_smallest_width(identity):
    width = 8 if 8 in identity.widths else min(identity.widths)
    assert differ(*identity.sides(width)) == "unsat", f"{identity.line} at {width} bits"


@pytest.mark.slow
@pytest.mark.parametrize("identity", FOUND, ids=lambda identity: identity.rule.name)
def test_each_is_proved_at_every_width_that_it_claims(identity):
    for width in identity.widths:
        assert differ(*identity.sides(width)) == "unsat", f"{identity.line} at {width} bits"


def test_a_wrong_identity_is_found(tmp_path):
    file = tmp_path / "wrong.rules"
    file.write_text("a-wrong: (add x y) => (or x y)  # nobody; at 4-64\nb-wrong: (lshr x 1) => (ashr x 1)  # nobody")
    first, second = BENCH.identities(file)
    assert (first.source, first.widths, second.widths) == ("nobody", (4, 8, 16, 32, 64), BENCH.WIDTHS)
    for identity in (first, second):
        assert differ(*identity.sides(8)) == "sat"
        with pytest.raises(AssertionError, match="-wrong: .*\n.* at 8 bits .*left \\d+, right \\d+"):
            on_samples(identity, 8)


def test_there_are_enough_and_each_says_where_it_is_from():
    assert len(FOUND) >= 150
    assert len({identity.rule.name for identity in FOUND}) == len(FOUND)
    assert len({(identity.rule.left, identity.rule.right) for identity in FOUND}) == len(FOUND)
    assert all(identity.rule.left != identity.rule.right for identity in FOUND)
    assert all(re.search(r"[A-Za-z]", identity.source) and identity.widths for identity in FOUND)


def test_same_tells_equal_forms_from_different_ones(tmp_path):
    file = tmp_path / "two.rules"
    file.write_text("a-equal: (add x 0) => x  # nobody\nb-other: (add x y) => (mul x y)  # nobody")
    assert [BENCH.same(identity, 32) for identity in BENCH.identities(file)] == [True, False]
