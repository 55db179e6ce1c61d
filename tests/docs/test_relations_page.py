"""docs/relations.md is true: each spec has the answer that stands beside it, and a search finds one as cheap."""

import re
from pathlib import Path

import primir
import pytest
from primir.ir.graph import Function, Result, apply, const
from primir.jobs.limits import Deadline
from primir.lift.speclang.front import parse_specs
from primir.verify.refine import check_spec, meets
from primir.verify.verdict import Proved, Refuted

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "relations.md").read_text()
ROWS = {row[0]: row[1:] for row in re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^`]+)` \| (\d+) \|$", PAGE, re.MULTILINE)}
FILES = {path.stem: path.read_text() for path in (ROOT / "examples" / "specs").glob("*.spec")}
SLOW = {"divide_by_five", "from_gray", "inverse_lifting", "triangular", "periodic", "round_down", "next_of_three",
        "floor_divide", "line", "midpoint", "distance", "median", "zigzag",
        "unscramble", "divide_by_ten"}  # seconds each


def spec_of(name):
    (spec,) = parse_specs(FILES[name], f"{name}.spec")
    assert spec.name == name
    return spec


def answer_of(spec, text):
    """The function that an answer of the page is, over the parameters of `spec`."""
    equations = re.split(r", (?=\w+ = )", text) if len(spec.outputs) > 1 else [f"result = {text}"]
    lines = "\n".join("ensures {} == ({})".format(*equation.split(" = ", 1)) for equation in equations)
    head = FILES[spec.name][FILES[spec.name].index("spec "):].split("\n")[0]
    (read,) = parse_specs(f"{head}\n{lines}\n")
    return read.reference


def test_the_page_names_every_file():
    assert set(ROWS) == set(FILES) and len(FILES) >= 20


@pytest.mark.parametrize("name", ROWS)
def test_the_answer_is_right(name):
    spec = spec_of(name)
    right = answer_of(spec, ROWS[name][0])
    assert isinstance(check_spec(spec, Deadline(20)), Proved)
    assert isinstance(meets(spec, right, deadline=Deadline(20)), Proved)
    first, *rest = right.results
    # a program that is wrong on one input alone: that with the word 1, or a truth value, everywhere
    off = const(1, 1)
    for parameter in right.parameters:
        off = apply("and", off, apply("eq", parameter.value, const(1, parameter.type.width)))
    value = apply("select", off, apply("xor", first.value, const(1, first.value.width)), first.value)
    wrong = Function(right.name, right.parameters, (Result(first.type, value), *rest))
    assert isinstance(meets(spec, wrong, deadline=Deadline(20)), Refuted)


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in ROWS])
def test_a_search_finds_it(name):
    result = primir.synthesize(spec_of(name), time=120)
    assert result.status == "proved" and result.cost <= int(ROWS[name][1])


def test_the_text_on_the_page_is_true():
    (text,) = re.findall(r"```spec\n(.*?)```", PAGE, re.DOTALL)
    result = primir.synthesize(parse_specs(text)[0], time=60)
    assert result.status == "proved" and result.cost == 1
    (shown,) = re.findall(r"(      x: i8 = -1\n(?:      .*\n)+)", PAGE)
    spec = spec_of("sort_key")
    wrong = Function(spec.name, spec.parameters, (Result(spec.outputs[0].type, spec.parameters[0].value),))
    verdict = meets(spec, wrong, deadline=Deadline(20))
    assert str(verdict.counterexample) == re.sub("^    ", "", shown, flags=re.MULTILINE).rstrip("\n")
