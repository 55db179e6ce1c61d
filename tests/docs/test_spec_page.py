"""docs/spec.md is true: its specs parse and can be met, its list of functions is whole, its error is what is said."""

import random
import re
from pathlib import Path

import pytest
from primir.ir.errors import PrimirError
from primir.ir.evaluate import evaluate
from primir.lift.speclang.expressions import function_names
from primir.lift.speclang.front import parse_specs

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "spec.md").read_text()


def blocks(kind):
    """The code blocks of a kind: each with the line of text before it."""
    return re.findall(rf"([^\n]*)\n\n```{kind}\n(.*?)```", PAGE, re.DOTALL)


SPECS = {spec.name: spec for _, text in blocks("spec") for spec in parse_specs(text, "spec.md")}

# For each spec a program that meets it, on numbers of the parameters' types.
PROGRAMS = {
    "times_nine": lambda x: x * 9,
    "twice_both": lambda x, y: 2 * (x + y),
    "larger": max,
    "turn_off_lowest_one": lambda x: x & (x - 1),
    "average": lambda x, y: (x + y) // 2,
    "is_power_of_two": lambda x: x.bit_count() == 1,
    "sign": lambda x: (x > 0) - (x < 0),
    "magnitude": abs,
    "tenth": lambda x: x // 10,
    "quarter_square": lambda x: x * x // 4,
    "round_up_to_8": lambda x: -(-x // 8) * 8,
    "common_bit": lambda x, y: (x & y) & -(x & y),
    "sort": lambda x, y: (min(x, y), max(x, y)),
    "split": lambda x: (x // 256, x % 256),
    "mystery": lambda x: x + 1,
    "clamp": lambda x: min(max(x, 0), 255),
    "same_sign": lambda x, y: (x ^ y) >= 0,
    "add_up_to_255": lambda x, y: min(x + y, 255),
    "low_bits_differ": lambda x: (x ^ x >> 1) & 1,
    "divide_rounding_up": lambda x, y: -(-x // y),
    "merge": lambda x, y, mask: y ^ (x ^ y) & mask,
    "halve": lambda x: int(x / 2),
    "pack": lambda high, low: high * 16 + low,
    "rotate_left_by_5": lambda x: x << 5 | x >> 27,
    "fourth_power": lambda x: x ** 4,
    "implication": lambda p, q: not p or q,
}


def test_there_are_many_and_each_is_introduced():
    assert PAGE.count("```spec\n") == len(blocks("spec")) == len(SPECS) == 26
    for line, _ in blocks("spec"):
        assert line.endswith((":", "."))


def samples(spec, rng, count=200):
    """Words for the inputs: corners and random ones, small and large, some of them equal."""
    for _ in range(count):
        words = [rng.choice([0, 1, 2, 7, 8, 255, 1 << p.type.width - 1, (1 << p.type.width) - 1, rng.getrandbits(8),
                             rng.getrandbits(128)]) for p in spec.parameters]
        if rng.random() < 0.2:
            words = [words[0]] * len(words)
        yield tuple(word & (1 << p.type.width) - 1 for word, p in zip(words, spec.parameters, strict=True))


def run(spec, inputs):
    """What the program does, as words."""
    found = PROGRAMS[spec.name](*(p.type.read(word) for word, p in zip(inputs, spec.parameters, strict=True)))
    found = found if isinstance(found, tuple) else (found,)
    return tuple(int(number) & (1 << output.type.width) - 1 for number, output in zip(found, spec.outputs, strict=True))


@pytest.mark.parametrize("name", SPECS)
def test_the_spec_can_be_met(name):
    seed = random.randrange(2**32)
    spec, met = SPECS[name], 0
    for example in spec.examples:
        assert run(spec, example.inputs) == example.outputs
    for inputs in samples(spec, random.Random(seed)):
        words = dict(zip((p.value for p in spec.parameters), inputs, strict=True))
        if evaluate([spec.requires], words) == [0]:
            continue
        outputs = run(spec, inputs)
        words |= dict(zip((output.value for output in spec.outputs), outputs, strict=True))
        conditions = [spec.ensures, *(obligation.condition for obligation in spec.obligations)]
        assert all(evaluate(conditions, words)), f"seed {seed}: {inputs} -> {outputs}"
        if spec.reference is not None:
            wanted = evaluate([result.value for result in spec.reference.results], words)
            assert outputs == tuple(wanted), f"seed {seed}: {inputs}"
        met += 1
    assert met > 10


def test_every_function_is_named():
    named = set(re.findall(r"`([a-z_]+)(?:\([^`]*\))?`", PAGE[PAGE.index("## Functions"):PAGE.index("## Errors")]))
    assert set(function_names()) <= named


def test_the_error_is_what_is_said():
    ((_, wrong),), ((_, message),) = blocks("wrong"), blocks("text")
    with pytest.raises(PrimirError) as caught:
        parse_specs(wrong, "scale.spec")
    assert str(caught.value) == message.rstrip("\n")


@pytest.mark.slow
@pytest.mark.parametrize("name", SPECS)
def test_the_spec_is_synthesized(name):
    import primir

    spec = SPECS[name]
    assert primir.synthesize(spec, time=120).status == ("consistent" if spec.only_examples else "proved")
